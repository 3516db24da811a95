//! A folder as a zip archive.

use std::io::{self, Cursor, Write};
use std::path::Path;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The files of a folder, in order of name, as one archive.
///
/// # Errors
/// If a file cannot be read.
pub fn pack(folder: &Path) -> io::Result<Vec<u8>> {
    let mut paths = std::fs::read_dir(folder)?.map(|e| Ok(e?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        archive.start_file(name, SimpleFileOptions::default())?;
        archive.write_all(&std::fs::read(&path)?)?;
    }
    Ok(archive.finish()?.into_inner())
}
