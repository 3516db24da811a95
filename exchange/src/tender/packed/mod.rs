//! Tenders in one packed file: a workbook (`.xlsx`), or a folder as a zip archive.
//!
//! Opening such a file ([`unpack`]) is mechanical and dangerous, so the command does it in a child process; what comes
//! out ([`Contents`]) is plain cells and texts, and judging them ([`read_contents`]) is safe.

mod archive;
mod files;
mod limits;
mod refusal;

use std::io;
use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::raw::RawTender;
use ballast_domain::tender::{Reading, Tender};
use serde::{Deserialize, Serialize};

pub use files::PackedFile;
pub use refusal::Refusal;

use super::workbook::{self, Grid};
pub(super) use archive::Archive;
pub(super) use limits::{CELLS, COLUMNS};

/// What a packed file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Contents {
    /// A workbook's sheets.
    Workbook(Grid),
    /// A folder's files.
    Folder(Vec<PackedFile>),
}

impl Contents {
    /// The workbook with findings about it in it; `None` for a folder.
    ///
    /// # Errors
    /// If a sheet cannot hold what it held before.
    pub fn annotated(&self, findings: &Findings) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Workbook(grid) => workbook::annotate(grid, findings).map(Some),
            Self::Folder(_) => Ok(None),
        }
    }
}

/// True if a path names a packed tender, by its ending.
pub fn is_packed(path: &Path) -> bool {
    path.is_file() && has_ending(path, &["xlsx", "xlsm", "xls", "zip"])
}

/// True if a path ends like a workbook.
pub fn is_workbook(path: &Path) -> bool {
    has_ending(path, &["xlsx"])
}

fn has_ending(path: &Path, endings: &[&str]) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).map(str::to_lowercase);
    ending.is_some_and(|e| endings.contains(&e.as_str()))
}

/// Opens a packed file within the limits.
///
/// # Errors
/// Why it is not opened.
pub fn unpack(path: &Path) -> Result<Contents, Refusal> {
    let mut archive = archive::open(path)?;
    match archive.index_for_name("xl/workbook.xml") {
        Some(_) => workbook::parse(archive).map(Contents::Workbook),
        None => files::unpack(&mut archive).map(Contents::Folder),
    }
}

/// Reads the tender in what a packed file holds; `file` is what findings about the whole file call it.
pub fn read_contents(contents: &Result<Contents, Refusal>, file: &str) -> Reading {
    let mut findings = Findings::default();
    let raw = tables(contents, file, &mut findings);
    if raw.tables.is_empty() {
        return Reading { tender: None, findings, rows: Vec::new() };
    }
    let mut reading = Tender::read(&raw, findings);
    if let Ok(Contents::Workbook(grid)) = contents {
        workbook::name_header_cells(grid, &raw, &mut reading.findings);
    }
    reading
}

/// The tables in what a packed file holds, as they stand there.
pub fn tables(contents: &Result<Contents, Refusal>, file: &str, findings: &mut Findings) -> RawTender {
    match contents {
        Ok(Contents::Folder(packed)) => files::read(packed, file, findings),
        Ok(Contents::Workbook(grid)) => workbook::tables(grid, file, findings),
        Err(refusal) => {
            refusal.report(file, findings);
            RawTender::default()
        }
    }
}
