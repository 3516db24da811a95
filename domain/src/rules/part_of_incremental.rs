//! The saving of an incremental schedule lies on its whole scope, not on a line: a rule that counts money after discounts must
//! count all of what such a schedule prices together alike, or none of it.

use std::collections::BTreeMap;

use super::reading::Reading;
use super::{Amount, Measured, Rule, Sum, expand};
use crate::exact::{Exact, zero};
use crate::finding::{Findings, Place};
use crate::index::{CandidateIx, Ix, IxVec, OfferIx};
use crate::tables::{CohortMode, Gives, Mode, ScheduleKind, SpendLevel};
use crate::tender::{Schedule, Tender};

/// Lines that one incremental schedule prices together.
struct Together<'t> {
    schedule: &'t Schedule,
    lines: Vec<CandidateIx>,
}

/// Adds findings about a rule that counts parts.
pub(super) fn check(tender: &Tender, rule: &Rule, place: &Place, findings: &mut Findings) {
    let of_rule = rule.subject.measured.counts_money();
    let of_condition = rule.when.as_ref().is_some_and(|c| c.subject.measured.counts_money());
    if !of_rule && !of_condition {
        return;
    }
    let together = together(tender);
    if together.is_empty() {
        return;
    }
    let split = |sums: &[Sum]| sums.iter().find_map(|sum| splits(&together, sum));
    let instances = expand(tender, rule);
    let own = instances.iter().find_map(|i| {
        let system = i.system.as_ref().map(|s| s.part.clone());
        split(&sums(&i.reading)).or_else(|| split(system.as_slice()))
    });
    let condition = instances.iter().find_map(|i| split(&sums(&i.when.as_ref()?.reading)));
    for (key, found) in [("spend_level", own), ("when.spend_level", condition)] {
        if let Some(schedule) = found {
            let expected = format!(
                "rule {} counts a part of what incremental schedule {} applies to, whose saving lies on the whole",
                rule.id, schedule.id
            );
            let key =
                if key == "spend_level" && matches!(rule.subject.measured, Measured::Saving) { "measure" } else { key };
            let fix = "let it count all of that or nothing, set `spend_level = \"list\"` (a saving has none), or give the \
                       schedule mode = all_units";
            findings.error("bad_rule", place.column(key), schedule.id.clone(), expected, fix);
        }
    }
}

/// The sums that a reading reads.
fn sums(reading: &Reading) -> Vec<Sum> {
    match reading {
        Reading::Ratio(r) => vec![r.part.clone(), r.whole.clone()],
        Reading::Tally(t) => {
            let things = t.things.iter().map(|(_, terms)| terms);
            things.chain([&t.whole]).map(|terms| Sum { counted: t.counted, terms: terms.clone() }).collect()
        }
        Reading::Moved(_) => Vec::new(),
    }
}

/// What each incremental schedule prices together: its lines by cohort.
fn together(tender: &Tender) -> Vec<Together<'_>> {
    let mut together = Vec::new();
    for schedule in tender.schedules.iter().filter(|s| s.mode == Mode::Incremental && s.gives != Gives::Sum) {
        let applies: IxVec<OfferIx, bool> =
            tender.offers.indexes().map(|o| schedule.applies_to.binary_search(&o).is_ok()).collect();
        let mut cohorts: BTreeMap<usize, Vec<CandidateIx>> = BTreeMap::new();
        for (c, line) in tender.candidates.enumerate() {
            if applies[line.offer] && schedule.sites.binary_search(&line.site).is_ok() {
                let cohort = match schedule.cohort_mode {
                    CohortMode::All => 0,
                    CohortMode::Member => tender.sites[line.site].member.ix(),
                    CohortMode::Site => line.site.ix(),
                };
                cohorts.entry(cohort).or_default().push(c);
            }
        }
        together.extend(cohorts.into_values().map(|lines| Together { schedule, lines }));
    }
    together
}

/// The schedule whose lines a sum does not count alike.
fn splits<'t>(together: &[Together<'t>], sum: &Sum) -> Option<&'t Schedule> {
    let after = |kind: ScheduleKind| match sum.counted.amount {
        Amount::Used | Amount::Spend(SpendLevel::List) => false,
        Amount::Spend(SpendLevel::Net) | Amount::Cost => kind == ScheduleKind::Discount,
        Amount::Spend(SpendLevel::Final) => true,
    };
    let nothing: Exact = zero();
    let coefficient =
        |c: &CandidateIx| sum.terms.binary_search_by_key(c, |(line, _)| *line).map_or(&nothing, |i| &sum.terms[i].1);
    let unlike = |t: &&Together<'t>| t.lines.windows(2).any(|w| coefficient(&w[0]) != coefficient(&w[1]));
    together.iter().filter(|t| after(t.schedule.kind)).find(unlike).map(|t| t.schedule)
}
