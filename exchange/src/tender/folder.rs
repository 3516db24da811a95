//! A tender as a folder: one CSV file per table, `tender.toml`, `rules.toml`.

use std::io;
use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::tables::{Draft, canonical};

use super::{csv_table, toml_table};

/// Reads every `.csv` of the folder, `tender.toml` and `rules.toml`. Other files are none of a tender's business.
pub fn read_folder(folder: &Path, findings: &mut Findings) -> RawTender {
    let mut raw = RawTender::default();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let place = Place::file(folder.display().to_string());
            findings.error(
                "unreadable",
                place,
                "",
                format!("the folder cannot be read: {error}"),
                "check the name and the rights",
            );
            return raw;
        }
    };
    let mut names: Vec<String> = entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    names.sort();
    if !names.iter().any(|n| n == "tender.toml") {
        no_tender_toml(&folder.display().to_string(), findings);
    }
    for name in names {
        if !belongs(&name) {
            continue;
        }
        let bytes = match regular(&folder.join(&name)) {
            Ok(bytes) => bytes,
            Err(error) => {
                // The table is there, so that nobody is blamed for naming its rows.
                raw.tables.extend(name.strip_suffix(".csv").map(|t| RawTable {
                    name: t.to_owned(),
                    file: name.clone(),
                    ..RawTable::default()
                }));
                findings.error(
                    "unreadable",
                    Place::file(&name),
                    "",
                    format!("cannot be read: {error}"),
                    "put a file there that can be read, or remove the entry",
                );
                continue;
            }
        };
        raw.tables.extend(table_of(&name, &bytes, findings));
    }
    raw
}

/// True if a file of this name is part of a tender.
pub(super) fn belongs(name: &str) -> bool {
    name.ends_with(".csv") || name == "tender.toml" || name == "rules.toml"
}

/// The table in a file of this name.
pub(crate) fn table_of(name: &str, bytes: &[u8], findings: &mut Findings) -> Option<RawTable> {
    match name.strip_suffix(".csv") {
        Some(table) => Some(csv_table::read(table, name, bytes, findings)),
        None => csv_table::decode(bytes, name, findings).and_then(|text| match name {
            "tender.toml" => toml_table::read_settings(text, name, findings),
            _ => toml_table::read_rules(text, name, findings),
        }),
    }
}

pub(super) fn no_tender_toml(place: &str, findings: &mut Findings) {
    findings.error(
        "missing_file",
        Place::file("tender.toml"),
        "",
        format!("{place} has no tender.toml"),
        "add it with name, currency and starts; docs/tender-format.md shows one",
    );
}

/// The bytes of a file, or of the file that a link leads to. Pipes and devices may never end, so they are not opened.
fn regular(path: &Path) -> io::Result<Vec<u8>> {
    match std::fs::metadata(path)?.is_file() {
        true => std::fs::read(path),
        false => Err(io::Error::other("it is no file")),
    }
}

/// Writes the canonical tender as a folder; the folder is made if need be, other files in it stay.
///
/// # Errors
/// What the file system says.
pub fn write_folder(draft: &Draft, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for table in canonical(draft).tables {
        let (name, bytes) = match table.name.as_str() {
            "tender" => {
                let text: String = table.rows.iter().map(|r| toml_table::write_row(&table.columns, &r.cells)).collect();
                ("tender.toml".to_owned(), text.into_bytes())
            }
            "rules" => {
                let rule =
                    |cells: &[Option<String>]| format!("[[rule]]\n{}\n", toml_table::write_row(&table.columns, cells));
                let text: String = table.rows.iter().map(|r| rule(&r.cells)).collect();
                ("rules.toml".to_owned(), text.into_bytes())
            }
            name => (format!("{name}.csv"), csv_table::write(&table).map_err(io::Error::other)?),
        };
        std::fs::write(folder.join(name), bytes)?;
    }
    Ok(())
}
