//! From tables to a tender, with everything that was found.

use super::*;

/// What reading a tender gives: a tender unless there are errors, and everything that was found.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The tender, if there was no error.
    pub tender: Option<Tender>,
    /// All findings, errors first.
    pub findings: Findings,
    /// Rows per table.
    pub rows: Vec<(&'static str, RowCount)>,
}

impl Tender {
    /// Reads a tender from its tables; `findings` are those of the rendering (missing files, wrong encoding).
    pub fn read(raw: &RawTender, mut findings: Findings) -> Reading {
        let (draft, rows) = crate::tables::read(raw, &mut findings);
        let built = build::build(draft, raw, &mut findings);
        if let Some(tender) = &built {
            range::check(tender, raw, &mut findings);
            rule_findings(tender, raw, &mut findings);
            objective::check(tender, raw, &mut findings);
        }
        let tender = built.filter(|_| !findings.has_errors());
        if let Some(tender) = &tender {
            structure::check(tender, raw, &mut findings);
            reach_of_bids::check(tender, raw, &mut findings);
            tiers::reach(tender, raw, &mut findings);
            unit_of_measure::check(tender, raw, &mut findings);
        }
        findings.sort();
        Reading { tender, findings, rows }
    }
}

/// Findings about rules that need the whole tender, each at its row.
fn rule_findings(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let places = places::Places::new(raw, false);
    for row in &tender.draft.rules {
        if let Some(rule) = tender.rules.iter().find(|r| r.id == row.id.as_str()) {
            crate::rules::findings(tender, rule, &places.row("rules", row.at), findings);
        }
    }
}
