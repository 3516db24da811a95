//! A tender as a workbook: a sheet per table. Cells become the text that the other renderings would have held, each with
//! its address, so that all findings of all renderings are the same and name a cell here.

mod annotate;
mod bids;
mod cell_text;
mod grid;
mod looks;
mod number;
mod parse;
mod settings_sheet;
mod table_sheet;
mod template;
mod write;

use std::sync::Arc;

use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::{Findings, Severity};

pub(super) use annotate::annotate;
use cell_text::Texts;
pub use grid::Grid;
use grid::Sheet;
pub(super) use parse::parse;
pub use template::write_template;
pub use write::{like_a_formula, write_results, write_workbook};

/// Sheets that are for people and programs, not tables.
pub(super) const NO_TABLES: [&str; 4] = ["README", "Lists", "_meta", "Issues"];

/// The text tables of all sheets; `file` is what findings about the whole file call it.
pub(super) fn tables(grid: &Grid, file: &str, findings: &mut Findings) -> RawTender {
    if grid.macros {
        let (expected, fix) = ("the workbook carries macros; they are not read", "nothing needs to be done");
        findings.add(Severity::Information, "macros_ignored", Place::file(file), "", expected, fix);
    }
    let mut texts = Texts::new();
    let mut raw = RawTender::default();
    for sheet in grid.sheets.iter().filter(|s| !NO_TABLES.contains(&s.name.as_str())) {
        if sheet.cells.iter().all(grid::Cell::blank) {
            continue;
        }
        remarks(sheet, findings);
        if sheet.name == bids::BIDS {
            continue;
        }
        let heads = (sheet.name == "tender").then(|| settings_sheet::keys_and_values(sheet)).flatten();
        raw.tables.push(match heads {
            Some(heads) => settings_sheet::read(sheet, heads, &mut texts, findings),
            None => table_sheet::read(sheet, &mut texts, findings),
        });
    }
    // Last, because bids may speak of products that have a row of their own.
    if let Some(sheet) = grid.sheets.iter().find(|s| s.name == bids::BIDS) {
        bids::read(sheet, &mut texts, &mut raw, findings);
    }
    if raw.tables.is_empty() {
        let expected = "no sheet has the name of a table";
        let fix = "`ballast template --out FILE.xlsx` writes a workbook to fill in";
        findings.error("no_tables", Place::file(file), "", expected, fix);
    }
    raw
}

/// What whoever looked at the sheet may not have seen.
fn remarks(sheet: &Sheet, findings: &mut Findings) {
    let mut remark = |code, place, expected: String, fix: &str| {
        findings.add(Severity::Information, code, place, "", expected, fix);
    };
    if sheet.hidden {
        let expected = "the sheet is hidden; it is read like the others".to_owned();
        remark("hidden_sheet", Place::file(&sheet.name), expected, "show it, or remove it");
    }
    if let Some(first) = sheet.looks.hidden_rows.first() {
        let expected = format!(
            "{} row(s) are hidden or filtered out; they are read like the others",
            sheet.looks.hidden_rows.len()
        );
        let place = Place::on_sheet(&sheet.name, first + 1, 0);
        remark("hidden_rows", place, expected, "show them, or remove them");
    }
    if let Some([row, column, ..]) = sheet.merged.first() {
        let expected =
            format!("{} range(s) of cells are merged; only the first cell of each has a value", sheet.merged.len());
        let place = Place::on_sheet(&sheet.name, row + 1, u16::try_from(*column).unwrap_or(0));
        remark("merged_cells", place, expected, "split them, and repeat the value where it is meant");
    }
}

/// Findings about a column as a whole point to its head.
pub(super) fn name_header_cells(grid: &Grid, raw: &RawTender, findings: &mut Findings) {
    for finding in &mut findings.0 {
        let place = &mut finding.place;
        if place.layout.is_some() || place.line.is_some() || place.column.is_none() {
            continue;
        }
        let table = raw.tables.iter().find(|t| t.file == place.file);
        let layout = table.and_then(|t| t.rows.first()).and_then(|r| r.place.layout.clone());
        let sheet = grid.sheets.iter().find(|s| s.name == place.file);
        let header = sheet.and_then(|s| s.rows().find(|(_, cells)| cells.iter().any(|c| !c.blank())));
        if let (Some(layout), Some((row, _))) = (layout, header) {
            place.line = Some(row + 1);
            place.layout = Some(Arc::clone(&layout));
        }
    }
}
