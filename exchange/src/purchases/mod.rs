//! A purchase history becomes a tender: sites, needs and demand from what was bought; products by plant and pack; recent
//! prices; quantity tiers, freight, lead times and lateness where the data show them. A mapping says everything that is
//! peculiar to a file (`docs/purchase-import.md`). Nothing is dropped silently: the reconciliation adds up.
//!
//! ```text
//! bytes ─ sheet (aliases, derived columns) ─ rows (cells, filters, references) ─ history (ids, returns)
//!       ─ products (price, tiers, capacity) ─ tables ─ RawTender            └─ lateness ─ pack
//! ```

mod cells;
mod feasibility;
mod freight_rates;
mod history;
mod ids;
mod lateness;
mod lead_times;
mod mapping;
mod need_rows;
mod pattern;
mod products;
mod reconciliation;
mod references;
mod rows;
mod rules;
mod sheet;
mod tables;
mod template;
mod tiers;
mod write;

use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::{Findings, Severity, Tender};
use jiff::civil::Date;

pub use mapping::{Mapping, SCHEMA};
pub use reconciliation::{Amount, IgnoredRow, Reconciliation};
pub use write::write;

use history::History;
use rows::Selection;
use sheet::Sheet;
use tables::Material;

/// What an import gives.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The tender; empty if there were errors.
    pub raw: RawTender,
    /// Faults of the mapping or the file, and what is worth knowing.
    pub findings: Findings,
    /// What became of every row.
    pub reconciliation: Reconciliation,
    /// The text of the lateness pack, if the mapping asks for one and a delivery was late.
    pub pack: Option<String>,
}

/// Imports the rows of `bytes` dated `from` to `to`, both inclusive, whose columns have the texts in `wheres`; `file` is
/// what findings and sources call the history.
pub fn import(
    bytes: &[u8],
    file: &str,
    mapping: &Mapping,
    from: Date,
    to: Date,
    wheres: &[(String, String)],
) -> Imported {
    let mut findings = Findings::default();
    let mut account = Reconciliation {
        file: file.to_owned(),
        window: format!("{from} to {to}"),
        currency: mapping.tender.currency.clone(),
        ..Reconciliation::default()
    };
    if from > to {
        findings.error(
            "bad_range",
            Place::file(file),
            format!("{from} to {to}"),
            "the first day is after the last",
            "swap them",
        );
    }
    let sheet = Sheet::read(bytes, file, mapping, &mut findings);
    if let Some(sheet) = &sheet {
        for (column, _) in wheres.iter().filter(|(c, _)| sheet.column(c).is_none()) {
            findings.error(
                "unknown_column",
                Place::file(file),
                column.clone(),
                "neither the file nor the mapping has this column",
                "mend the filter",
            );
        }
    }
    let Some(sheet) = sheet.filter(|_| !findings.has_errors()) else {
        return Imported { raw: RawTender::default(), findings, reconciliation: account, pack: None };
    };
    let purchases = rows::purchases(&sheet, mapping, &Selection { from, to, wheres }, &mut account);
    let history = History::new(purchases, &sheet, mapping, (from, to), &mut account, &mut findings);
    if history.rows.is_empty() {
        findings.error(
            "nothing_to_import",
            Place::file(file),
            account.window.clone(),
            "no row is left",
            "look at the reasons in the reconciliation; widen the window or the filters",
        );
        return Imported { raw: RawTender::default(), findings, reconciliation: account, pack: None };
    }
    let products = products::products(&history, &sheet, mapping, to);
    let description = description(mapping, file, &history, to, wheres);
    let material = Material { history: &history, products: &products, sheet: &sheet, mapping, file, description, to };
    let raw = tables::tender(&material, &mut findings);
    let pack = mapping.lateness.as_ref().and_then(|part| lateness::pack(&history, &sheet, mapping, part, file));
    // What cannot be read back is no tender: a figure of the history that is out of all range shows here at the latest.
    let reading = Tender::read(&raw, Findings::default());
    findings.0.extend(reading.findings.of(Severity::Error).cloned());
    findings.sort();
    Imported { raw, findings, reconciliation: account, pack }
}

fn description(mapping: &Mapping, file: &str, history: &History, to: Date, wheres: &[(String, String)]) -> String {
    let mut text = mapping.tender.description.clone().map(|d| format!("{d} ")).unwrap_or_default();
    text.push_str(&format!("Imported from {file}: purchases from {} to {to}", history.from));
    for (column, wanted) in wheres {
        text.push_str(&format!(", where {column} = {wanted}"));
    }
    text.push_str(&format!(
        ". Quantities are per year of {} days: what was bought in {} days × {} / {}.",
        history::YEAR_DAYS,
        history.days,
        history::YEAR_DAYS,
        history.days
    ));
    text
}
