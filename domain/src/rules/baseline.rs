//! A measure on what is bought today: the incumbent mix of each cell, scaled to the tender's demand, at today's prices.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::line::{Line, Lines};
use super::reading::{Amount, Counted, Key, Reading, Sum, Terms, readings};
use super::{Subject, count, ratio};
use crate::certificate::incumbent_packs;
use crate::exact::{Exact, zero};
use crate::index::{CandidateIx, IxVec};
use crate::tender::Tender;

/// The measure for each key; keys without anything to measure are left out. Lines of today are numbered like candidates.
pub(super) fn values<'t>(tender: &'t Tender, subject: &Subject) -> BTreeMap<Key<'t>, Exact> {
    let mut lines: IxVec<CandidateIx, Line> = IxVec::default();
    let mut amounts: Vec<(Exact, Exact)> = Vec::new();
    for (cell, incumbents) in tender.incumbents.enumerate() {
        let total = incumbents.iter().fold(zero(), |sum, i| sum + i.quantity.exact());
        if total.is_zero() {
            continue;
        }
        for incumbent in incumbents.iter().filter(|i| !i.quantity.0.is_zero()) {
            lines.push(Line { cell, product: incumbent.product, offer: None, incumbent: true });
            let used = tender.cells[cell].quantity.exact() * incumbent.quantity.exact() / &total;
            let packs = incumbent_packs(tender, cell, incumbent.product, &used);
            amounts.push((used, packs * incumbent.price.exact()));
        }
    }
    let amount = |counted: Counted, c: CandidateIx| {
        let (used, money) = &amounts[crate::index::Ix::ix(c)];
        match counted.amount {
            Amount::Used => used,
            Amount::Spend(_) | Amount::Cost => money,
        }
    };
    let add = |counted: Counted, terms: &Terms| {
        terms.iter().fold(zero(), |sum, (c, weight)| sum + amount(counted, *c) * weight)
    };
    let value = |(key, reading): (Key<'t>, Reading)| {
        let value = match &reading {
            Reading::Ratio(r) => ratio::value(r, &|sum: &Sum| add(sum.counted, &sum.terms)),
            Reading::Tally(t) => Some(crate::exact::whole(count::value(t, &zero(), &|terms| add(t.counted, terms)))),
            Reading::Moved(_) => None,
        };
        value.map(|v| (key, v))
    };
    readings(tender, Lines::Today(&lines), subject).into_iter().filter_map(value).collect()
}
