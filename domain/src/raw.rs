//! A tender as it was written: tables of text cells, each row with its place. CSV, TOML, JSON and workbooks all
//! arrive here first, so that every rendering has the same findings.

use crate::finding::Place;

/// One row of text cells, aligned with [`RawTable::columns`]; `None` is an absent or blank cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    /// Where the row stands.
    pub place: Place,
    /// Cells, one per column of the table.
    pub cells: Vec<Option<String>>,
    /// True if the rendering already said what is wrong with the row: it counts as rejected, and its cells are not read.
    pub refused: bool,
}

/// One table of text cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawTable {
    /// Name of the table, such as `offers`.
    pub name: String,
    /// File, sheet or pointer the table came from.
    pub file: String,
    /// Column names in the order written. Nested keys are joined by dots.
    pub columns: Vec<String>,
    /// Rows in the order written.
    pub rows: Vec<RawRow>,
}

impl RawTable {
    /// Position of a column, adding it if it is new.
    pub fn column(&mut self, name: &str) -> usize {
        if let Some(i) = self.columns.iter().position(|c| c == name) {
            return i;
        }
        self.columns.push(name.to_owned());
        for row in &mut self.rows {
            row.cells.push(None);
        }
        self.columns.len() - 1
    }

    /// Adds a row given as key and text; columns are added as they appear.
    pub fn push<K: AsRef<str>>(&mut self, place: Place, cells: impl IntoIterator<Item = (K, String)>) {
        let mut row = vec![None; self.columns.len()];
        for (key, text) in cells {
            let i = self.column(key.as_ref());
            row.resize(self.columns.len(), None);
            row[i] = match text.trim() {
                "" => None,
                trimmed if trimmed.len() == text.len() => Some(text),
                trimmed => Some(trimmed.to_owned()),
            };
        }
        row.resize(self.columns.len(), None);
        self.rows.push(RawRow { place, cells: row, refused: false });
    }

    /// Adds a row that has no cells because it is none: it counts as rejected.
    pub fn push_refused(&mut self, place: Place) {
        self.rows.push(RawRow { place, cells: vec![None; self.columns.len()], refused: true });
    }

    /// True if some row has something in it, good or bad.
    pub fn filled(&self) -> bool {
        self.rows.iter().any(|r| r.refused || r.cells.iter().any(Option::is_some))
    }
}

/// All tables of a tender, as written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawTender {
    /// The tables, in the order found.
    pub tables: Vec<RawTable>,
}
