//! An import as files: the tender folder, the pack, the account.
//!
//! The list of ignored rows lies in a folder of its own, because every CSV file beside `tender.toml` is a table.

use std::io;
use std::path::Path;

use ballast_domain::Findings;

use super::Imported;

/// Writes the tender as a folder with `lateness.pack.toml` (if there is one), `reconciliation.md`, `reconciliation.json`
/// and `reconciliation/ignored.csv`. An import with errors writes only the account.
///
/// # Errors
/// What the file system says.
pub fn write(imported: &Imported, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    if !imported.findings.has_errors() {
        let (draft, _) = ballast_domain::tables::read(&imported.raw, &mut Findings::default());
        crate::tender::write_folder(&draft, folder)?;
    }
    if let Some(pack) = &imported.pack {
        std::fs::write(folder.join("lateness.pack.toml"), pack)?;
    }
    let account = &imported.reconciliation;
    std::fs::write(folder.join("reconciliation.md"), account.to_markdown())?;
    let mut json = serde_json::to_string_pretty(&account.to_json())?;
    json.push('\n');
    std::fs::write(folder.join("reconciliation.json"), json)?;
    let details = folder.join("reconciliation");
    std::fs::create_dir_all(&details)?;
    std::fs::write(details.join("ignored.csv"), ignored(imported).map_err(io::Error::other)?)
}

/// Every ignored row with its line, key, reason and money.
fn ignored(imported: &Imported) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["line", "key", "reason", "money"])?;
    for row in &imported.reconciliation.ignored_rows {
        writer.write_record([&row.line.to_string(), &row.key, &row.reason, &row.money.to_string()])?;
    }
    writer.into_inner().map_err(|e| csv::Error::from(e.into_error()))
}
