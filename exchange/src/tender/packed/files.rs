//! A folder of CSV files with `tender.toml` as a zip archive: its files stand at the top or in one folder.

use std::io::Read;

use ballast_domain::Findings;
use ballast_domain::raw::RawTender;
use serde::{Deserialize, Serialize};

use super::archive::Archive;
use super::refusal::Refusal;
use crate::tender::folder;

/// A file of a packed folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedFile {
    name: String,
    body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Body {
    Text(String),
    /// Not UTF-8; the reader says where.
    Bytes(Vec<u8>),
}

impl PackedFile {
    fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Text(text) => text.as_bytes(),
            Body::Bytes(bytes) => bytes,
        }
    }
}

/// The files that a tender may consist of.
pub(super) fn unpack(archive: &mut Archive) -> Result<Vec<PackedFile>, Refusal> {
    let broken = |e: String| Refusal::Broken(e);
    let mut files = Vec::new();
    for i in 0..archive.len() {
        let mut entry = archive.by_index(i).map_err(|e| broken(e.to_string()))?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        // Some systems pack notes about the files beside them.
        if entry.is_dir() || name.starts_with("__MACOSX/") || !folder::belongs(base(&name)) {
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(|e| broken(e.to_string()))?;
        let body = String::from_utf8(bytes).map_or_else(|e| Body::Bytes(e.into_bytes()), Body::Text);
        files.push(PackedFile { name, body });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    // Where tender.toml stands is the folder; files of folders below it are none of the tender's business.
    let top = files.iter().map(|f| &f.name).filter(|n| base(n) == "tender.toml").min_by_key(|n| n.len());
    let top = top.map_or(String::new(), |n| n[..n.len() - base(n).len()].to_owned());
    files.retain(|f| f.name.strip_prefix(&top).is_some_and(|rest| !rest.contains('/')));
    for file in &mut files {
        file.name.drain(..top.len());
    }
    Ok(files)
}

fn base(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, base)| base)
}

/// The files as a tender's tables.
pub(super) fn read(files: &[PackedFile], archive: &str, findings: &mut Findings) -> RawTender {
    if !files.iter().any(|f| f.name == "tender.toml") {
        folder::no_tender_toml(archive, findings);
    }
    let tables = files.iter().filter_map(|f| folder::table_of(&f.name, f.bytes(), findings)).collect();
    RawTender { tables }
}
