//! A workbook as plain cells: what the parser hands over, and all that the rest of the code ever sees of the file.

use serde::{Deserialize, Serialize};

use super::looks::Looks;

/// All sheets, in the order of the workbook.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub(super) sheets: Vec<Sheet>,
    /// The file carries macros; they are not read.
    pub(super) macros: bool,
}

/// One sheet.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Cells that are not blank, by row, then column.
    pub(super) cells: Vec<Cell>,
    /// Ranges of cells shown as one, as first and last row (from 0) and column.
    pub(super) merged: Vec<[u32; 4]>,
    /// How it looks.
    pub(super) looks: Looks,
}

/// One cell: row and column counted from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u16,
    pub(super) value: Value,
    /// The formula that gave the value.
    pub(super) formula: Option<String>,
}

/// What stands in a cell. Numbers are kept as the shortest text that gives the same number again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Value {
    Text(String),
    Number(String),
    Bool(bool),
    /// A number shown as a date, as ISO text, with the time if there is one.
    Date(String),
    /// `#N/A` and its kind.
    Error(String),
    /// A formula whose value was not stored.
    NotStored,
}

impl Sheet {
    /// Rows that have cells: row counted from 0, with its cells.
    pub(super) fn rows(&self) -> impl Iterator<Item = (u32, &[Cell])> {
        self.cells.chunk_by(|a, b| a.row == b.row).map(|cells| (cells[0].row, cells))
    }
}
