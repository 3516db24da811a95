//! Rules that can never bind, and rules that another rule implies.
//!
//! The least and the most that a measure can read: in each demand cell the line with the least or the greatest
//! coefficient takes all of the demand. No award reads less or more, since shares of a cell sum to 1.

use std::collections::BTreeMap;
use std::sync::Arc;

use ballast_domain::exact::{Exact, exact, whole, zero};
use ballast_domain::index::{CandidateIx, CellIx, RuleIx};
use ballast_domain::rules::{Amount, Instance, Measured, Ratio, Reading, Rule, expand};
use ballast_domain::{Severity, Tender};

use super::{Chart, Remark};

/// Adds the findings.
pub(super) fn check(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    let instances: Vec<(RuleIx, Arc<[Instance]>)> =
        tender.rules.enumerate().map(|(ix, rule)| (ix, expand(tender, rule))).collect();
    for (ix, own) in &instances {
        let rule = &tender.rules[*ix];
        let row = tender.draft.rules.iter().find(|r| r.id.as_str() == rule.id).map(|r| r.at);
        let remark = |code, expected: String| Remark {
            severity: Severity::Information,
            code,
            value: rule.id.clone(),
            expected,
            fix: "check bound and scope, or take the rule out",
        };
        if own.iter().all(|i| idle(tender, rule, i)) {
            let said = match own.is_empty() {
                true => "no line is in its scope, so it says nothing".to_owned(),
                false => format!("no award can break it: {}", rule.sentence),
            };
            chart.add("rules", row, "id", remark("rule_never_binds", said));
            continue;
        }
        let implied = instances.iter().filter(|(other, _)| other != ix).find(|(other, theirs)| {
            let strong = &tender.rules[*other];
            // Of two that ask the same the later by id is the superfluous one.
            (strong.bound != rule.bound || other < ix) && implies((strong, theirs), (rule, own))
        });
        if let Some((other, _)) = implied {
            let said = format!("rule {} asks at least as much of the same lines", tender.rules[*other].id);
            chart.add("rules", row, "id", remark("rule_implied", said));
        }
    }
}

/// True if the instance holds for every award.
fn idle(tender: &Tender, rule: &Rule, instance: &Instance) -> bool {
    let (low, high) = (instance.low.as_ref(), instance.high.as_ref());
    if low.is_none() && high.is_none() {
        return true;
    }
    // What depends on a condition or on the system's own value moves with the award.
    if instance.system.is_some() || instance.when.is_some() {
        return false;
    }
    let (least, most) = match &instance.reading {
        Reading::Tally(tally) => (zero(), whole(tally.things.len())),
        Reading::Moved(moved) => (zero(), whole(moved.things.len())),
        Reading::Ratio(ratio) => match range(tender, ratio) {
            Some(range) => range,
            None if matches!(rule.subject.measured, Measured::Share { .. }) => (zero(), whole(1)),
            None => return false,
        },
    };
    low.is_none_or(|l| *l <= least) && high.is_none_or(|h| *h >= most)
}

/// Least and most of a ratio whose denominator no award changes.
fn range(tender: &Tender, ratio: &Ratio) -> Option<(Exact, Exact)> {
    let plain = ratio.part.counted.amount == Amount::Used && ratio.part.counted.on_formulary.is_none();
    if !plain || !ratio.whole.terms.is_empty() || ratio.base <= zero() {
        return None;
    }
    let mut cells: BTreeMap<CellIx, Vec<(CandidateIx, &Exact)>> = BTreeMap::new();
    for (line, value) in &ratio.part.terms {
        cells.entry(tender.candidates[*line].cell).or_default().push((*line, value));
    }
    let (mut least, mut most) = (ratio.offset.clone(), ratio.offset.clone());
    for (cell, terms) in cells {
        let demand = exact(tender.cells[cell].quantity.0);
        // A line without a term counts nothing.
        let others = (terms.len() < tender.cells[cell].candidates.len()).then(zero);
        let values = || terms.iter().map(|(_, v)| (*v).clone()).chain(others.clone());
        least += values().min().unwrap_or_else(zero) * &demand;
        most += values().max().unwrap_or_else(zero) * &demand;
    }
    Some((least / &ratio.base, most / &ratio.base))
}

/// True if each instance of `weak` has one of `strong` that reads the same and is at least as tight.
fn implies(strong: (&Rule, &[Instance]), weak: (&Rule, &[Instance])) -> bool {
    let (s, w) = (strong.0, weak.0);
    if s.subject.measured != w.subject.measured || s.subject.each != w.subject.each || s.force != w.force {
        return false;
    }
    if s.if_used && !w.if_used || s.relative_to != w.relative_to {
        return false;
    }
    let theirs: BTreeMap<&str, &Instance> = strong.1.iter().map(|i| (i.label.as_str(), i)).collect();
    let tighter = |own: &Instance| {
        let Some(other) = theirs.get(own.label.as_str()) else { return false };
        let low = own.low.as_ref().is_none_or(|w| other.low.as_ref().is_some_and(|s| s >= w));
        let high = own.high.as_ref().is_none_or(|w| other.high.as_ref().is_some_and(|s| s <= w));
        low && high && other.when == own.when && other.system == own.system && other.reading == own.reading
    };
    !weak.1.is_empty() && weak.1.iter().all(tighter)
}
