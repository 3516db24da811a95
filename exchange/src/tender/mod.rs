//! The renderings of a tender. All of them become the same text tables, so all of them have the same findings.

mod body;
mod csv_export;
mod csv_table;
pub(crate) mod folder;
pub mod packed;
pub(crate) mod toml_table;
mod twice;
mod workbook;

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::tender::{Reading, Tender};

pub(crate) use body::scalar as json_text;
pub use body::{from_body, to_body};
pub use csv_export::write_csv;
pub use folder::{read_folder, write_folder};
pub use workbook::{Grid, write_results, write_template, write_workbook};

/// Reads a tender from a folder of CSV files with `tender.toml`, from a JSON file, or from a packed file: a workbook or
/// the folder as a zip archive. Packed files of unknown origin are better opened in a child process.
pub fn read(path: &Path) -> Reading {
    if packed::is_packed(path) {
        return packed::read_contents(&packed::unpack(path), &path.display().to_string());
    }
    let (raw, findings) = read_raw(path);
    if findings.has_errors() && raw.tables.is_empty() {
        return Reading { tender: None, findings, rows: Vec::new() };
    }
    Tender::read(&raw, findings)
}

/// The tables of a folder or a JSON file as written, with the findings of the rendering.
pub fn read_raw(path: &Path) -> (RawTender, Findings) {
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
                    "name a folder with tender.toml, a JSON file, or a workbook (.xlsx)",
                );
                Default::default()
            }
        }
    };
    (raw, findings)
}
