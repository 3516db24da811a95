//! Rules that exclude each other, and floors that no line can lift.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_traits::Zero;

use super::Tender;
use super::places::Places;
use crate::exact::{Exact, round, whole, zero};
use crate::finding::{Findings, Severity};
use crate::index::CandidateIx;
use crate::rules::{Force, Instance, Reading, Rule, expand};

/// An instance of a rule, as far as contradictions go.
struct Seen<'t> {
    rule: &'t Rule,
    instances: Arc<[Instance]>,
    at: usize,
    low: Exact,
}

impl Seen<'_> {
    fn instance(&self) -> &Instance {
        &self.instances[self.at]
    }
}

/// Two instances over the same lines whose bounds exclude each other, and floors that no line can lift.
pub(super) fn check(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    // By first line and number of lines, so that few are compared.
    let mut seen: BTreeMap<(Option<CandidateIx>, usize), Vec<Seen<'_>>> = BTreeMap::new();
    for rule in tender.rules.iter() {
        let row = tender.draft.rules.iter().find(|r| r.id.as_str() == rule.id);
        let place = row.map_or_else(|| places.file("rules"), |r| places.cell("rules", r.at, "id"));
        // What may give way or need not apply contradicts nothing.
        if rule.force != Force::Hard || rule.when.is_some() || rule.relative_to.is_some() {
            continue;
        }
        let instances = expand(tender, rule);
        for (at, instance) in instances.iter().enumerate() {
            let named = || crate::rules::label(rule, &instance.label);
            let low = instance.low.clone().unwrap_or_else(zero);
            if !rule.if_used
                && let Some(expected) = out_of_reach(&instance.reading, &low, named)
            {
                findings.add(
                    Severity::Warning,
                    "rule_out_of_reach",
                    place.clone(),
                    rule.id.clone(),
                    expected,
                    "lower the bound, mend the scope or add offers",
                );
            }
            if rule.if_used || instance.reading.lines().is_empty() {
                continue;
            }
            let contradicts = |s: &&Seen<'_>| {
                let excluded = |low: &Exact, high: &Option<Exact>| high.as_ref().is_some_and(|h| low > h);
                (excluded(&low, &s.instance().high) || excluded(&s.low, &instance.high))
                    && s.rule.subject.measured == rule.subject.measured
                    && s.instance().reading == instance.reading
            };
            let lines = instance.reading.lines();
            let alike = seen.entry((lines.first().map(|l| l.0), lines.len())).or_default();
            if let Some(other) = alike.iter().find(contradicts) {
                let other = crate::rules::label(other.rule, &other.instance().label);
                let expected =
                    format!("rule {} contradicts rule {other}: one asks for more than the other allows", named());
                findings.add(
                    Severity::Warning,
                    "contradicting_rules",
                    place.clone(),
                    rule.id.clone(),
                    expected,
                    "relax or drop one of the two",
                );
            }
            alike.push(Seen { rule, instances: Arc::clone(&instances), at, low });
        }
    }
}

/// Why a lower bound can never be reached, if so.
fn out_of_reach(reading: &Reading, low: &Exact, named: impl Fn() -> String) -> Option<String> {
    match reading {
        Reading::Tally(t) if whole(t.things.len()) < *low => Some(format!(
            "rule {} asks for at least {}, but only {} can be counted",
            named(),
            round(low, 6).normalize(),
            t.things.len()
        )),
        Reading::Ratio(r)
            if r.part.terms.is_empty()
                && r.offset.is_zero()
                && low.is_positive()
                && !(r.whole.terms.is_empty() && r.base.is_zero()) =>
        {
            let low = round(low, 6).normalize();
            Some(format!("rule {} asks for at least {low}, but no line counts towards it", named()))
        }
        _ => None,
    }
}
