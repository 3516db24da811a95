//! The renderings of a tender. All of them become the same text tables, so all of them have the same findings.

mod body;
mod csv_table;
mod folder;
mod toml_table;
mod twice;

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::tender::{Reading, Tender};

pub use body::{from_body, to_body};
pub use folder::{read_folder, write_folder};

/// Reads a tender from a folder of CSV files with `tender.toml`, or from a JSON file.
pub fn read(path: &Path) -> Reading {
    let mut findings = Findings::default();
    let raw = if path.is_dir() {
        read_folder(path, &mut findings)
    } else {
        match std::fs::read(path) {
            Ok(bytes) => from_body(&bytes, &path.display().to_string(), &mut findings),
            Err(error) => {
                let place = Place::file(path.display().to_string());
                findings.error(
                    "unreadable",
                    place,
                    "",
                    format!("cannot be read: {error}"),
                    "name a folder with tender.toml, or a JSON file",
                );
                Default::default()
            }
        }
    };
    if findings.has_errors() && raw.tables.is_empty() {
        return Reading { tender: None, findings, rows: Vec::new() };
    }
    Tender::read(&raw, findings)
}
