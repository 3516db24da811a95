//! What a schedule counts: M = Σ m\[c\]·volume. A share of a whole that never changes (demand) is such a sum, too; any
//! other share is kept as numerator N and whole D, and a tier from L on asks N ≥ L·D.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Basis, CountLevel, ShareWeight};
use ballast_domain::tender::Whole;
use rust_decimal::Decimal;

use super::cohort::Cohort;
use super::reach::Sum;
use super::value::{Amount, Values};
use crate::rules::balance;

/// What is counted.
pub(crate) enum Measure {
    /// A sum in the basis, and the grid on which it lies if only whole packs are counted.
    Plain { amount: Amount, step: Option<Decimal> },
    /// N, and N − L·D for each tier and its opposite, with the constant part of D.
    Ratio { numerator: Amount, above: Vec<Amount>, below: Vec<Amount>, whole: Amount, constant: f64 },
}

impl Measure {
    /// The sums whose reach must be known: the measure; or N − L·D, L·D − N for each tier, and D.
    pub(super) fn sums(&self) -> Vec<Sum<'_>> {
        match self {
            Self::Plain { amount, .. } => vec![amount.sum()],
            Self::Ratio { above, below, whole, .. } => {
                above.iter().chain(below).chain([whole]).map(Amount::sum).collect()
            }
        }
    }
}

/// The measure of a cohort.
pub(crate) fn measure(tender: &Tender, values: &Values<'_>, cohort: &Cohort<'_>) -> Measure {
    let s = cohort.schedule;
    if let Some(whole) = &s.whole {
        return share(tender, values, cohort, whole);
    }
    let per_pack = |c: CandidateIx, per_pack: f64| {
        let (col, packs) = values.volumes.packs[c];
        (col, packs * per_pack)
    };
    let factor = |c: CandidateIx| tender.candidates[c].use_factor;
    let amount = match s.basis {
        Basis::Packs => Amount::plain(cohort.counts.iter().map(|c| per_pack(*c, 1.0)).collect()),
        Basis::NeedUnits => Amount::plain(cohort.counts.iter().map(|c| per_pack(*c, factor(*c).to_f64())).collect()),
        Basis::Spend | Basis::Share => spend(values, cohort, &cohort.counts),
    };
    let on_grid = !s.counts_net()
        && cohort
            .classes
            .iter()
            .all(|class| s.basis != Basis::Spend || cohort.counts.iter().all(|c| values.factor((*class, *c)) == 1.0));
    let step = balance::grid(cohort.counts.iter().map(|c| match s.basis {
        Basis::Packs => Decimal::ONE,
        Basis::NeedUnits => factor(*c).0,
        Basis::Spend | Basis::Share => tender.offers[tender.candidates[*c].offer].list_price.0,
    }));
    let whole_packs = cohort.counts.iter().all(|c| values.volumes.packs[*c].0 != values.volumes.share[*c]);
    Measure::Plain { amount, step: (on_grid && whole_packs && !step.is_zero()).then_some(step) }
}

/// Spend of lines at the schedule's level; a cohort that counts money has one class of years.
fn spend(values: &Values<'_>, cohort: &Cohort<'_>, lines: &[CandidateIx]) -> Amount {
    let class = cohort.classes[0];
    match cohort.schedule.spend_level {
        CountLevel::Net => values.of(lines.iter().map(|c| ((class, *c), 1.0))),
        CountLevel::List => {
            let term = |c: &CandidateIx| {
                let (col, packs) = values.volumes.packs[*c];
                (col, packs * values.list((class, *c)))
            };
            Amount::plain(lines.iter().map(term).collect())
        }
    }
}

fn share(tender: &Tender, values: &Values<'_>, cohort: &Cohort<'_>, whole: &Whole) -> Measure {
    let weight = |need: NeedIx| match whole.weight {
        ShareWeight::Reference => tender.reference_price(need).map_or(0.0, |p| float(&exact(p))),
        ShareWeight::Units | ShareWeight::Spend => 1.0,
    };
    let weighed = |lines: &[CandidateIx]| match whole.weight {
        ShareWeight::Spend => spend(values, cohort, lines),
        ShareWeight::Reference | ShareWeight::Units => {
            let term = |c: &CandidateIx| {
                (values.volumes.share[*c], values.volumes.units[*c] * weight(tender.candidates[*c].need))
            };
            Amount::plain(lines.iter().map(term).collect())
        }
    };
    let numerator = weighed(&cohort.counts);
    let purchases = weighed(&cohort.whole(tender));
    let demand = tender.cells.iter().filter(|cell| {
        whole.weight != ShareWeight::Spend
            && whole.needs.binary_search(&cell.need).is_ok()
            && cohort.sites.binary_search(&cell.site).is_ok()
    });
    let constant: f64 = demand.map(|cell| cell.quantity.to_f64() * weight(cell.need)).sum();
    if purchases.terms.is_empty() {
        let mut amount = Amount::default();
        if constant > 0.0 {
            amount.add(&numerator, 1.0 / constant);
        }
        return Measure::Plain { amount, step: None };
    }
    let difference = |plus: &Amount, p: f64, minus: &Amount, m: f64| {
        let mut amount = Amount::default();
        amount.add(plus, p);
        amount.terms.extend(minus.terms.iter().map(|(c, v)| (*c, -v * m)));
        amount
    };
    let froms: Vec<f64> = cohort.schedule.tiers.iter().map(|t| float(&exact(t.from))).collect();
    Measure::Ratio {
        above: froms.iter().map(|l| difference(&numerator, 1.0, &purchases, *l)).collect(),
        below: froms.iter().map(|l| difference(&purchases, *l, &numerator, 1.0)).collect(),
        numerator,
        whole: purchases,
        constant,
    }
}
