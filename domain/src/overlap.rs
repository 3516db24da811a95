//! How much two awards have in common, as a share of the demand weighted by reference price.
//!
//! *Same winners*: what an award buys, for each need, from suppliers that win something of that need in the other award.
//! *Same lines*: Σ min(volume here, volume there) over the lines. A need without reference price weighs as its cheapest
//! offer, so that both measures exist for every tender.

use std::collections::BTreeSet;

use num_traits::Zero;

use crate::award::Award;
use crate::exact::{Exact, whole, zero};
use crate::index::*;
use crate::tender::Tender;

/// Each need's weight per need unit.
pub fn weights(tender: &Tender) -> IxVec<NeedIx, Exact> {
    let cheapest = |need: NeedIx| {
        let prices = tender.candidates.iter().filter(|c| c.need == need);
        prices.map(|c| tender.offers[c.offer].list_price.exact() / c.use_factor.exact()).min()
    };
    let weight = |need: NeedIx| {
        let reference = tender.needs[need].reference_price.map(|p| p.exact());
        let known = |w: &Exact| !w.is_zero();
        reference.filter(known).or_else(|| cheapest(need).filter(known)).unwrap_or_else(|| whole(1))
    };
    IxVec::from_fn(tender.needs.len(), weight)
}

/// The weighted demand of all cells.
pub fn total(tender: &Tender) -> Exact {
    let weights = weights(tender);
    tender.cells.iter().fold(zero(), |sum, c| sum + c.quantity.exact() * &weights[c.need])
}

/// Who wins what: the needs with the suppliers that serve any of them.
pub fn winners(tender: &Tender, award: &Award) -> BTreeSet<(NeedIx, SupplierIx)> {
    let lines = award.lines.iter().filter(|l| !l.used.0.is_zero());
    lines.map(|l| &tender.candidates[l.candidate]).map(|c| (c.need, c.supplier)).collect()
}

/// The share of the demand that suppliers serve which win the same need in the `others`: the mean over them.
pub fn same_winners(tender: &Tender, award: &Award, others: &[Award]) -> Exact {
    let all = total(tender);
    if others.is_empty() || all.is_zero() {
        return zero();
    }
    let weights = weights(tender);
    let winners: Vec<_> = others.iter().map(|o| winners(tender, o)).collect();
    let stays = award.lines.iter().fold(zero(), |sum, line| {
        let c = &tender.candidates[line.candidate];
        let among = winners.iter().filter(|w| w.contains(&(c.need, c.supplier))).count();
        sum + line.used.exact() * &weights[c.need] * whole(among)
    });
    stays / all / whole(others.len())
}

/// The share of the demand that stays on the lines of the other award.
pub fn same_lines(tender: &Tender, award: &Award, other: &Award) -> Exact {
    let all = total(tender);
    if all.is_zero() {
        return whole(1);
    }
    let weights = weights(tender);
    let before = |c: CandidateIx| {
        other.lines.binary_search_by_key(&c, |l| l.candidate).map_or_else(|_| zero(), |i| other.lines[i].used.exact())
    };
    let stays = award.lines.iter().fold(zero(), |sum, line| {
        let kept = line.used.exact().min(before(line.candidate));
        sum + kept * &weights[tender.candidates[line.candidate].need]
    });
    stays / all
}
