//! A tender on disk in any of its renderings: folder, JSON body, workbook, and the folder as a zip archive to read.

use std::path::Path;
use std::time::Duration;

use ballast_domain::Findings;
use ballast_domain::raw::RawTender;
use ballast_domain::tables::Draft;
use ballast_domain::tender::Reading;
use ballast_exchange::tender::packed::{self, Contents, Refusal};
use ballast_exchange::tender::{read_raw, to_body, write_folder, write_workbook};
use ballast_isolation::Unpacker;

/// Address space of a process that opens a packed file.
const MEMORY_BYTES: u64 = 1_000_000_000;
/// Its processor time.
const CPU_SECONDS: u64 = 10;
/// Its time by the clock, where other programs keep it waiting.
const LONGEST: Duration = Duration::from_secs(60);

/// Reads the tender at a path.
pub fn read(path: &Path) -> Reading {
    open(path).1
}

/// The same, with what a packed file holds or why it was not opened.
pub fn open(path: &Path) -> (Option<Result<Contents, Refusal>>, Reading) {
    if !packed::is_packed(path) {
        return (None, ballast_exchange::tender::read(path));
    }
    let contents = unpack(path);
    let reading = packed::read_contents(&contents, &path.display().to_string());
    (Some(contents), reading)
}

/// Opens a packed file in a process of its own.
fn unpack(path: &Path) -> Result<Contents, Refusal> {
    let program = std::env::current_exe().map_err(|e| Refusal::Ended(e.to_string()))?;
    let (memory_bytes, cpu_seconds, longest) = (MEMORY_BYTES, CPU_SECONDS, LONGEST);
    Unpacker { program, verb: "worker", memory_bytes, cpu_seconds, longest }.unpack(path)
}

/// The tables of the tender at a path, as they stand there, for edits.
///
/// # Errors
/// What was found, if a packed file holds no tables.
pub fn tables(path: &Path) -> Result<(RawTender, Findings), Box<Reading>> {
    if !packed::is_packed(path) {
        return Ok(read_raw(path));
    }
    let mut findings = Findings::default();
    let raw = packed::tables(&unpack(path), &path.display().to_string(), &mut findings);
    match raw.tables.is_empty() {
        true => Err(Box::new(Reading { tender: None, findings, rows: Vec::new() })),
        false => Ok((raw, findings)),
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
