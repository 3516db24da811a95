//! Documents go to files whole or not at all, and a file that cannot be written is known before the work begins.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::exit::Failure;

fn part(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{} cannot be written: {error}", path.display()))
}

/// Writes a document so that a reader sees the old or the new one, never half of one.
pub fn write(path: &Path, document: &Value) -> io::Result<()> {
    write_bytes(path, &serde_json::to_vec_pretty(document)?)
}

/// The same for any file.
pub fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = part(path);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    written.map_err(|e| named(path, &e))
}

/// Tries whether `--out` can be written, so that no hours of work end without their file.
pub fn must_be_writable(path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let tried = if path.is_dir() {
        Err(io::Error::other("it is a folder"))
    } else {
        let part = part(path);
        std::fs::File::create(&part).and_then(|_| std::fs::remove_file(&part))
    };
    tried.map_err(|e| Failure::input(format!("--out: {}; name a file in a folder that exists", named(path, &e))))
}
