//! Suppliers that can never win, demand with one source only, and how much of what may be bought nobody has scored.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Severity;
use ballast_domain::index::{NeedIx, SupplierIx};

use super::{Chart, Remark};

/// Sites named before the rest is counted.
const SHOWN: usize = 5;

/// Part of a need's lines without any score from which it is worth a word.
const UNSCORED: f64 = 0.2;

/// Adds the findings.
pub(super) fn check(chart: &mut Chart<'_>) {
    never_winning(chart);
    single_sources(chart);
    unscored(chart);
}

fn never_winning(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    let able: BTreeSet<SupplierIx> = tender.candidates.iter().map(|c| c.supplier).collect();
    for row in &tender.draft.suppliers {
        let found = tender.suppliers.enumerate().find(|(_, s)| s.id == row.supplier.as_str());
        if found.is_some_and(|(ix, _)| !able.contains(&ix)) {
            let remark = Remark {
                severity: Severity::Information,
                code: "supplier_without_line",
                value: row.supplier.to_string(),
                expected: "no valid offer of this supplier may serve any demand, so it can never win".to_owned(),
                fix: "check its offers' validity and cohorts, the approval of its products, and their needs",
            };
            chart.add("suppliers", Some(row.at), "supplier", remark);
        }
    }
}

fn single_sources(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    let mut alone: BTreeMap<(NeedIx, SupplierIx), Vec<&str>> = BTreeMap::new();
    for (ix, cell) in tender.cells.enumerate() {
        let suppliers: BTreeSet<SupplierIx> = tender.candidates_of(ix).map(|c| tender.candidates[c].supplier).collect();
        if let (Some(&only), 1) = (suppliers.first(), suppliers.len()) {
            alone.entry((cell.need, only)).or_default().push(&tender.sites[cell.site].id);
        }
    }
    for ((need, supplier), sites) in alone {
        let need = &tender.needs[need];
        let row = tender.draft.needs.iter().find(|r| r.need.as_str() == need.id);
        let more = sites.len().saturating_sub(SHOWN);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        let some: Vec<&str> = sites.iter().take(SHOWN).copied().collect();
        let remark = Remark {
            severity: if need.criticality == 1 { Severity::Warning } else { Severity::Information },
            code: "single_source",
            value: need.id.clone(),
            expected: format!("only {} may serve it at {}{rest}", tender.suppliers[supplier].id, some.join(", ")),
            fix: "widen the cohort of another offer, release another product, or add an equivalence",
        };
        chart.add("needs", row.map(|r| r.at), "need", remark);
    }
}

fn unscored(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    if tender.preferences.is_empty() {
        return;
    }
    let mut needs: BTreeMap<NeedIx, (f64, f64)> = BTreeMap::new();
    for line in tender.candidates.iter() {
        let entry = needs.entry(line.need).or_default();
        let weight = tender.cells[line.cell].quantity.to_f64();
        entry.0 += weight;
        if !tender.preferences.contains_key(&(line.site, line.product)) {
            entry.1 += weight;
        }
    }
    for (need, (all, without)) in needs {
        if without > UNSCORED * all {
            let id = &tender.needs[need].id;
            let row = tender.draft.needs.iter().find(|r| r.need.as_str() == id);
            let remark = Remark {
                severity: Severity::Information,
                code: "missing_scores",
                value: id.clone(),
                expected: format!(
                    "{:.0} % of what may be bought for it has no clinician's score; means leave it out",
                    100.0 * without / all
                ),
                fix: "ask for the missing scores, or say `acceptable` where a score is too much to ask",
            };
            chart.add("needs", row.map(|r| r.at), "need", remark);
        }
    }
}
