//! The long form: columns of `products` and `offers`, and of the tiers `tier_from` and `tier_price`.

use std::collections::BTreeMap;
use std::sync::Arc;

use ballast_domain::Findings;
use ballast_domain::cell::nearest;
use ballast_domain::finding::Place;
use ballast_domain::layout::Layout;

use super::super::cell_text::Texts;
use super::super::grid::{Cell, Sheet};
use super::answer::Answer;
use super::assemble::{TIER, columns_of, knows};

/// Reads every row below the header.
pub(super) fn read<'a>(
    sheet: &'a Sheet,
    header_row: u32,
    header: &[Cell],
    texts: &mut Texts<'a>,
    findings: &mut Findings,
) -> Vec<Answer> {
    let mut columns: Vec<(String, u16)> = Vec::new();
    for cell in header.iter().filter(|c| !c.blank()) {
        let Some(name) = texts.header(sheet, cell, findings) else { continue };
        let place = Place { column: Some(name.clone()), ..Place::on_sheet(&sheet.name, header_row + 1, cell.column) };
        let layout = Some(Arc::new(Layout::columns([(name.as_str(), cell.column)])));
        let place = Place { layout, ..place };
        if !TIER.contains(&&*name) && !knows("products", &name) && !knows("offers", &name) {
            let known: Vec<String> = columns_of("products").chain(columns_of("offers")).collect();
            let all = known.iter().map(String::as_str).chain(TIER);
            let fix = nearest(&name, all).map_or_else(
                || "name a column of `products` or `offers`, `tier_from` or `tier_price`".to_owned(),
                |n| format!("did you mean `{n}`?"),
            );
            findings.error("unknown_column", place, name, "`bids` has no such column", fix);
        } else if columns.iter().any(|(n, _)| *n == name) {
            findings.error("duplicate_column", place, name, "the column stands twice", "remove one of them");
        } else {
            columns.push((name, cell.column));
        }
    }
    let layout = Arc::new(Layout::columns(columns.iter().map(|(n, c)| (n.as_str(), *c)).chain([("", 0)])));
    let mut answers = Vec::new();
    for (row, cells) in sheet.rows().filter(|(row, _)| *row > header_row) {
        if cells.iter().all(Cell::blank) {
            continue;
        }
        let mut answer = Answer { row, cells: BTreeMap::new(), layout: layout.clone(), refused: false };
        for (name, column) in &columns {
            let Some(cell) = super::at(cells, *column) else { continue };
            match texts.cell(sheet, name, cell, &answer.place(&sheet.name), findings) {
                Ok(text) => answer.cells.extend(text.map(|t| (name.clone(), t))),
                Err(()) => answer.refused = true,
            }
        }
        answers.push(answer);
    }
    answers
}
