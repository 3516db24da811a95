//! A tender on disk in any of its renderings: folder, JSON body, workbook, and the folder as a zip archive to read.

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::raw::RawTender;
use ballast_domain::tables::{Draft, canonical};
use ballast_domain::tender::Reading;
use ballast_exchange::tender::{packed, read_raw, to_body, write_folder, write_workbook};

/// Reads the tender at a path.
pub fn read(path: &Path) -> Reading {
    ballast_exchange::tender::read(path)
}

/// The tables of the tender at a path, for edits. Of a packed file they are the canonical ones, so it must be a tender.
///
/// # Errors
/// What reading a packed file found, if it is no tender.
pub fn tables(path: &Path) -> Result<(RawTender, Findings), Reading> {
    if !packed::is_packed(path) {
        return Ok(read_raw(path));
    }
    let reading = read(path);
    match &reading.tender {
        Some(tender) => Ok((canonical(&tender.draft), Findings::default())),
        None => Err(reading),
    }
}

/// Writes the canonical tender: a workbook (`.xlsx`), a body (`.json`), else a folder.
pub fn write(draft: &Draft, path: &Path) -> std::io::Result<()> {
    if packed::is_workbook(path) {
        return crate::out::write_bytes(path, &write_workbook(draft)?);
    }
    if path.extension().is_some_and(|e| e == "json") {
        return crate::out::write(path, &to_body(draft));
    }
    write_folder(draft, path)
        .map_err(|e| std::io::Error::new(e.kind(), format!("{} cannot be written: {e}", path.display())))
}
