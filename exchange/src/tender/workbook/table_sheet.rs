//! A sheet as a text table: the first row with something in it holds the column names, every later row is a row.

use std::sync::Arc;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::layout::Layout;
use ballast_domain::raw::{RawRow, RawTable};

use super::cell_text::Texts;
use super::grid::Sheet;

/// Reads the sheet as the table of its name.
pub(super) fn read<'a>(sheet: &'a Sheet, texts: &mut Texts<'a>, findings: &mut Findings) -> RawTable {
    let mut table = RawTable { name: sheet.name.clone(), file: sheet.name.clone(), ..RawTable::default() };
    let mut rows = sheet.rows();
    let Some((header, names)) = rows.by_ref().find(|(_, cells)| cells.iter().any(|c| !c.blank())) else {
        return table;
    };
    let mut columns: Vec<(String, u16)> = Vec::new();
    for cell in names.iter().filter(|c| !c.blank()) {
        if let Some(name) = texts.header(sheet, cell, findings) {
            columns.push((name, cell.column));
        }
    }
    let layout = Arc::new(Layout::columns(columns.iter().map(|(n, c)| (&**n, *c)).chain([("", 0)])));
    table.columns = columns.iter().map(|(name, _)| name.clone()).collect();
    for (row, cells) in rows {
        let place = Place { line: Some(row + 1), layout: Some(layout.clone()), ..Place::file(&sheet.name) };
        let mut raw = RawRow { place, cells: vec![None; columns.len()], refused: false };
        for cell in cells.iter().filter(|c| !c.blank()) {
            let at: Vec<usize> =
                columns.iter().enumerate().filter(|(_, (_, c))| *c == cell.column).map(|(i, _)| i).collect();
            let Some(&i) = at.first() else {
                let place = Place::on_sheet(&sheet.name, row + 1, cell.column);
                let expected = format!("nothing, for row {} names no column here", header + 1);
                let fix = "name the column, or clear the cell";
                findings.error("value_without_column", place, cell.shown(), expected, fix);
                raw.refused = true;
                continue;
            };
            match texts.cell(sheet, &columns[i].0, cell, &raw.place, findings) {
                Ok(text) => raw.cells[i] = text,
                Err(()) => raw.refused = true,
            }
        }
        table.rows.push(raw);
    }
    table
}
