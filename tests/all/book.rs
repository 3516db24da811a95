//! The tiny tender as a workbook that people filled in: cells of every type, to be broken.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use tempfile::TempDir;

use crate::tiny::Files;

/// What a cell may hold.
#[derive(Clone, Debug)]
pub enum Cell {
    Text(String),
    Number(f64),
    Bool(bool),
    Date(u16, u8, u8),
    /// A formula with its stored value.
    Formula(&'static str, &'static str),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A workbook that is not yet written: cells by sheet, row and column (from 0).
#[derive(Clone)]
pub struct Book(pub BTreeMap<String, BTreeMap<(u32, u16), Cell>>);

impl Book {
    /// The tiny tender, all cells text.
    pub fn tiny() -> Self {
        let files = Files::tiny();
        let mut book = Self(BTreeMap::new());
        for name in files.0.keys().filter_map(|n| n.strip_suffix(".csv")) {
            book.table(name, &files.text(&format!("{name}.csv")));
        }
        book.table("tender", "key,value\nname,Tiny\ncurrency,EUR\nstarts,2026-01-01\ncontract_years,2\n");
        let rule = "two-sources,One maker may fail.,share,supplier;need,need,saline,0.8";
        book.table("rules", &format!("id,why,measure,each,within,scope.need,at_most\n{rule}\n"));
        book
    }

    /// A whole sheet from lines of cells without quotes.
    pub fn table(&mut self, sheet: &str, csv: &str) {
        self.0.remove(sheet);
        for (row, line) in (0..).zip(csv.lines()) {
            for (column, text) in (0..).zip(line.split(',')).filter(|(_, text)| !text.is_empty()) {
                self.put(sheet, row, column, text);
            }
        }
    }

    /// One cell.
    pub fn put(&mut self, sheet: &str, row: u32, column: u16, cell: impl Into<Cell>) {
        self.0.entry(sheet.to_owned()).or_default().insert((row, column), cell.into());
    }

    /// The workbook before it is saved.
    pub fn workbook(&self) -> Workbook {
        let mut book = Workbook::new();
        for (name, cells) in &self.0 {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for ((row, column), cell) in cells {
                match cell {
                    Cell::Text(text) => sheet.write_string(*row, *column, text),
                    Cell::Number(number) => sheet.write_number(*row, *column, *number),
                    Cell::Bool(yes) => sheet.write_boolean(*row, *column, *yes),
                    Cell::Date(y, m, d) => sheet.write_datetime_with_format(
                        *row,
                        *column,
                        ExcelDateTime::from_ymd(*y, *m, *d).unwrap(),
                        &Format::new().set_num_format("dd/mm/yy"),
                    ),
                    Cell::Formula(formula, result) => {
                        sheet.write_formula(*row, *column, Formula::new(formula).set_result(*result))
                    }
                }
                .unwrap();
            }
        }
        book
    }

    /// Writes it to a file in a folder of its own.
    pub fn file(&self) -> (TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tiny.xlsx");
        self.workbook().save(&path).unwrap();
        (folder, path)
    }
}
