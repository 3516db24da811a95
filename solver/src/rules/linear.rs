//! What of the hard rules is linear in volumes alone, for a relaxation: ratios of need units and list spend become rows, as
//! [`ratio`] writes them. What reads whole bids at once is handed back: how many things may have volume, money
//! after discounts, least list spend of lines that are used. Everything else is left out, which only loosens.

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, float, whole};
use ballast_domain::index::CandidateIx;
use ballast_domain::rules::{Amount, Counted, Force, Instance, Measured, Ratio, Reading, Rule, expand};
use ballast_domain::tables::SpendLevel;
use num_traits::Zero;

use super::ratio;
use super::rows::Rows;
use super::tender_rules::Side;
use crate::model::{Formulary, Indicators, Model, RowLabel, Volumes};
use crate::prices::Readers;

/// Hard rules that read more than volumes.
#[derive(Debug, Default)]
pub(crate) struct Beyond {
    /// At most so many of these things (their lines) have volume.
    pub(crate) counts: Vec<(Vec<Vec<CandidateIx>>, f64)>,
    /// Σ coefficient × net spend a year ≤ the number.
    pub(crate) net: Vec<(Vec<(CandidateIx, f64)>, f64)>,
    /// List spend a year of these lines together is nothing or at least the number.
    pub(crate) minima: Vec<(Vec<CandidateIx>, f64)>,
}

/// Adds the rows.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) -> Beyond {
    let (mut used, mut readers, formulary) = (Indicators::default(), Readers::default(), Formulary::new());
    let mut rows = Rows::new(tender, model, volumes, &mut used, &formulary, &mut readers);
    let mut beyond = Beyond::default();
    for (ix, rule) in tender.rules.enumerate() {
        if rule.force != Force::Hard || rule.when.is_some() || says_nothing(rule) {
            continue;
        }
        rows.label = RowLabel::Rule(ix, 0);
        for instance in expand(tender, rule).iter() {
            match &instance.reading {
                Reading::Ratio(r) => ratios(&mut rows, r, instance, rule.if_used, &mut beyond),
                Reading::Tally(tally) => {
                    let plain = tally.counts_from.is_zero() && tally.counted.on_formulary.is_none();
                    if let Some(high) = instance.high.as_ref().filter(|_| plain) {
                        let lines =
                            |(_, lines): &(String, Vec<(CandidateIx, Exact)>)| lines.iter().map(|(c, _)| *c).collect();
                        beyond.counts.push((tally.things.iter().map(lines).collect(), float(&high.floor())));
                    }
                }
                Reading::Moved(_) => {}
            }
        }
    }
    beyond
}

/// A least amount if used is understood for list spend alone, and there is no other bound.
fn says_nothing(rule: &Rule) -> bool {
    let understood = matches!(rule.subject.measured, Measured::Spend(SpendLevel::List));
    rule.if_used && rule.bound.high.is_none() && !understood
}

fn ratios(rows: &mut Rows<'_>, r: &Ratio, instance: &Instance, if_used: bool, beyond: &mut Beyond) {
    let system = instance.system.as_ref();
    let sums = [&r.part, &r.whole].into_iter().chain(system.map(|s| &s.part));
    let counted: Vec<Counted> = sums.filter(|s| !s.terms.is_empty()).map(|s| s.counted).collect();
    if counted.iter().all(is_volume) {
        if let Some(side) = instance.high.as_ref().and_then(|b| ratio::at_most(rows, r, system, b)) {
            put(rows, side);
        }
        if let Some(low) = &instance.low {
            if !if_used {
                if let Some(side) = ratio::at_least(rows, r, system, low) {
                    put(rows, side);
                }
            } else if system.is_none() {
                beyond.minima.extend(minimum(r, low));
            }
        }
    } else if counted.iter().all(|c| *c == Amount::Spend(SpendLevel::Net).everywhere()) && system.is_none() {
        beyond.net.extend(instance.high.as_ref().map(|b| net(r, b, 1.0)));
        beyond.net.extend(instance.low.as_ref().filter(|_| !if_used).map(|b| net(r, b, -1.0)));
    }
}

fn is_volume(counted: &Counted) -> bool {
    counted.on_formulary.is_none() && matches!(counted.amount, Amount::Used | Amount::Spend(SpendLevel::List))
}

/// A row that volumes alone always keep says nothing.
fn put(rows: &mut Rows<'_>, side: Side) {
    if rows.most_of(&side.terms) > side.rhs {
        rows.row(f64::NEG_INFINITY, side.rhs, side.terms, side.scale);
    }
}

/// The least list spend of the lines, where that is what the lower bound says.
fn minimum(r: &Ratio, low: &Exact) -> Option<(Vec<CandidateIx>, f64)> {
    let plain = r.part.counted == Amount::Spend(SpendLevel::List).everywhere()
        && r.part.terms.iter().all(|(_, w)| *w == whole(1))
        && r.whole.terms.is_empty()
        && r.offset.is_zero()
        && !r.part.terms.is_empty();
    plain.then(|| (r.part.terms.iter().map(|(c, _)| *c).collect(), float(&(low * &r.base))))
}

/// Σ_part − b Σ_whole ≤ b w − p, times the sign.
fn net(r: &Ratio, bound: &Exact, sign: f64) -> (Vec<(CandidateIx, f64)>, f64) {
    let mut terms: std::collections::BTreeMap<CandidateIx, f64> = std::collections::BTreeMap::new();
    for (c, w) in &r.part.terms {
        *terms.entry(*c).or_default() += sign * float(w);
    }
    for (c, w) in &r.whole.terms {
        *terms.entry(*c).or_default() -= sign * float(&(bound * w));
    }
    (terms.into_iter().collect(), sign * float(&(bound * &r.base - &r.offset)))
}
