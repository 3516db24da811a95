//! The sheet `bids`: what bidders fill in, instead of one row in each of `products`, `offers`, `schedules` and `tiers`.
//! Long: a row per supplier, item and tier. Wide: a row per item, a group of columns per supplier. Which one it is shows
//! in the header; both become rows of those tables, whose findings point back to the cells of the bid.

mod answer;
mod assemble;
mod long;
mod wide;

use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::{Findings, Severity};

use super::cell_text::Texts;
use super::grid::{Cell, Sheet};
use assemble::Assembly;
pub(super) use wide::wide_heads;

/// Name of the sheet.
pub(super) const BIDS: &str = "bids";

/// Reads the sheet into the tables of the tender.
pub(super) fn read<'a>(sheet: &'a Sheet, texts: &mut Texts<'a>, raw: &mut RawTender, findings: &mut Findings) {
    let Some((row, header)) = sheet.rows().find(|(_, cells)| cells.iter().any(|c| !c.blank())) else { return };
    let wide = header.iter().any(|c| c.shown().contains('|'));
    let answers = match wide {
        true => wide::read(sheet, row, header, texts, findings),
        false => long::read(sheet, row, header, texts, findings),
    };
    let mut assembly = Assembly::new(sheet, raw);
    for answer in answers {
        assembly.add(answer, findings);
    }
    let counts = assembly.end(findings);
    let form = if wide { "wide (a row per item)" } else { "long (a row per supplier, item and tier)" };
    let first = header.iter().find(|c| !c.blank()).map_or(0, |c| c.column);
    let expected = format!(
        "read in {form} form: {} product(s), {} offer(s), {} tier(s), {} refusal(s) to bid, {} without an answer",
        counts.products, counts.offers, counts.tiers, counts.refusals, counts.unanswered
    );
    let fix = "nothing needs to be done if these are the bids";
    findings.add(Severity::Information, "bids_form", Place::on_sheet(&sheet.name, row + 1, first), "", expected, fix);
}

/// The cell of a row in a column.
fn at(cells: &[Cell], column: u16) -> Option<&Cell> {
    cells.iter().find(|c| c.column == column && !c.blank())
}
