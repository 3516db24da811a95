//! Tables as CSV files for other programs: as they are, or safe to open in a spreadsheet program, which takes text that
//! begins like a formula for one.

use std::io;
use std::path::Path;

use ballast_domain::raw::RawTable;

use super::csv_table;
use super::workbook::like_a_formula;

/// Writes a file per table into a folder, made if need be. With `safe`, text that begins like a formula gets a leading
/// `'`, and how many cells were changed is returned; numbers stay.
///
/// # Errors
/// What the file system says.
pub fn write_csv(tables: &[RawTable], folder: &Path, safe: bool) -> io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let mut changed = 0;
    for table in tables {
        let mut table = table.clone();
        let cells = table.rows.iter_mut().flat_map(|r| &mut r.cells).flatten().chain(&mut table.columns);
        for text in cells.filter(|t| safe && like_a_formula(t) && ballast_domain::cell::decimal(t).is_err()) {
            text.insert(0, '\'');
            changed += 1;
        }
        let bytes = csv_table::write(&table).map_err(io::Error::other)?;
        std::fs::write(folder.join(format!("{}.csv", table.name)), bytes)?;
    }
    Ok(changed)
}
