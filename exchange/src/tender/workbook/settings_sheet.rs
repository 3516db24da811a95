//! The sheet `tender`: either one row below column names, or keys and values side by side under `key` and `value`.

use std::sync::Arc;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::layout::Layout;
use ballast_domain::raw::{RawRow, RawTable};

use super::cell_text::Texts;
use super::grid::{Cell, Sheet};

/// Heads of the two columns of keys and values; more columns may follow for the reader's sake.
pub(super) const HEADS: [&str; 2] = ["key", "value"];

/// Where keys and values begin, if that is the form of the sheet: row of the heads, column of the keys.
pub(super) fn keys_and_values(sheet: &Sheet) -> Option<(u32, u16)> {
    let (row, cells) = sheet.rows().find(|(_, cells)| cells.iter().any(|c| !c.blank()))?;
    let mut filled = cells.iter().filter(|c| !c.blank());
    let (first, second) = (filled.next()?, filled.next()?);
    let heads = [first.shown().trim().to_lowercase(), second.shown().trim().to_lowercase()];
    (heads == HEADS && second.column == first.column + 1).then_some((row, first.column))
}

/// Reads keys and values as the one row of the table.
pub(super) fn read<'a>(
    sheet: &'a Sheet,
    heads: (u32, u16),
    texts: &mut Texts<'a>,
    findings: &mut Findings,
) -> RawTable {
    let mut table = RawTable { name: sheet.name.clone(), file: sheet.name.clone(), ..RawTable::default() };
    let mut layout = Layout::default();
    let mut found: Vec<(String, &Cell)> = Vec::new();
    for (row, cells) in sheet.rows().filter(|(row, _)| *row > heads.0) {
        let at = |column: u16| cells.iter().find(|c| c.column == column && !c.blank());
        let (key, value) = (at(heads.1), at(heads.1 + 1));
        let key = match (key, value) {
            (Some(key), _) => key.shown().trim().to_owned(),
            (None, Some(value)) => {
                let place = Place::on_sheet(&sheet.name, row + 1, value.column);
                let expected = "nothing, for there is no key before it";
                findings.error(
                    "value_without_column",
                    place,
                    value.shown(),
                    expected,
                    "write the key, or clear the cell",
                );
                continue;
            }
            (None, None) => continue,
        };
        if found.iter().any(|(k, _)| *k == key) {
            let place = Place::on_sheet(&sheet.name, row + 1, heads.1);
            findings.error("duplicate_column", place, key, "the key stands twice", "remove one of them");
            continue;
        }
        layout.put(&key, heads.1 + 1, row + 1);
        found.extend(value.map(|v| (key, v)));
    }
    layout.put("", heads.1, heads.0 + 1);
    let place = Place { layout: Some(Arc::new(layout)), ..Place::file(&sheet.name) };
    let mut row = RawRow { place, cells: Vec::new(), refused: false };
    for (key, cell) in found {
        match texts.cell(sheet, &key, cell, &row.place, findings) {
            Ok(text) => row.cells.push(text),
            Err(()) => {
                row.cells.push(None);
                row.refused = true;
            }
        }
        table.columns.push(key);
    }
    table.rows.push(row);
    table
}
