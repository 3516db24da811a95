//! Aims other than the least value, as models. Volumes are weighted by reference price, shares of the whole demand:
//!
//! * differ: minimise Σ_k Σ_{lines whose (need, supplier) wins in award k} w·x ÷ number of awards;
//! * stay: minimise Σ w·x⁰ − Σ w·s with s\[c\] ≤ x\[c\] and s\[c\] ≤ x⁰\[c\];
//! * other: the cost, subject to Σ_{winners of k} out\[n, s\] + Σ_{others} in\[n, s\] ≥ 1 for each award k, where out = 1
//!   forbids the supplier's volume in the need and in = 1 asks for the share `enters` of it.
//!
//! The first two stand under a cap on the value.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::exact::float;
use ballast_domain::index::*;
use ballast_domain::overlap;

use super::cap;
use crate::model::{AwardModel, Col, Model, RowLabel, Terms};

/// The objective at the whole demand.
pub(super) const SCALE: f64 = 1e4;

/// Share of the weighted demand that a line is at x = 1.
fn weights(tender: &Tender) -> IxVec<CandidateIx, f64> {
    let total = overlap::total(tender);
    let weights = overlap::weights(tender);
    let of = |c: CandidateIx| {
        let line = &tender.candidates[c];
        float(&(tender.cells[line.cell].quantity.exact() * &weights[line.need] / &total))
    };
    IxVec::from_fn(tender.candidates.len(), of)
}

/// The model under a cap, with an empty objective of its own.
fn capped(model: &AwardModel, most: f64) -> AwardModel {
    let mut capped = model.clone();
    cap::at_most(&mut capped.model, most);
    capped.model.cost.fill(0.0);
    capped.model.offset = 0.0;
    capped.model.money_scale = 1.0 / SCALE;
    capped
}

/// The least share with the same winners.
pub(super) fn differ(tender: &Tender, model: &AwardModel, from: &[Award], most: f64) -> AwardModel {
    let mut differ = capped(model, most);
    let weights = weights(tender);
    let winners: Vec<_> = from.iter().map(|a| overlap::winners(tender, a)).collect();
    for (c, line) in tender.candidates.enumerate() {
        let among = winners.iter().filter(|w| w.contains(&(line.need, line.supplier))).count();
        differ.model.add_cost(differ.volumes.share[c], SCALE * weights[c] * among as f64 / from.len().max(1) as f64);
    }
    differ
}

/// The least share off the same lines.
pub(super) fn stay(tender: &Tender, model: &AwardModel, close_to: &Award, most: f64) -> AwardModel {
    let mut stay = capped(model, most);
    let weights = weights(tender);
    stay.model.offset = SCALE;
    for line in close_to.lines.iter().filter(|l| l.candidate.ix() < tender.candidates.len()) {
        let quantity = tender.cells[tender.candidates[line.candidate].cell].quantity.exact();
        let before = float(&(line.used.exact() / quantity)).clamp(0.0, 1.0);
        let kept = stay.model.column(-SCALE * weights[line.candidate], 0.0, before, false);
        let share = stay.volumes.share[line.candidate];
        stay.model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(kept, 1.0), (share, -1.0)]);
    }
    stay
}

/// The least value with other winners than in each of some awards.
pub(super) fn other(tender: &Tender, model: &AwardModel, than: &[Award], enters: f64) -> AwardModel {
    let mut other = model.clone();
    let winners: Vec<_> = than.iter().map(|a| overlap::winners(tender, a)).collect();
    let mut changes: Vec<Terms> = vec![Vec::new(); than.len()];
    let mut pairs: BTreeMap<(NeedIx, SupplierIx), Vec<CandidateIx>> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        pairs.entry((line.need, line.supplier)).or_default().push(c);
    }
    for (pair, lines) in pairs {
        let won: Vec<bool> = winners.iter().map(|w| w.contains(&pair)).collect();
        let mut flag = |wins: bool, state: fn(&Tender, &mut AwardModel, &[CandidateIx], Col, f64)| {
            if won.contains(&wins) {
                let flag = other.model.binary(0.0);
                state(tender, &mut other, &lines, flag, enters);
                changes.iter_mut().zip(&won).filter(|(_, w)| **w == wins).for_each(|(c, _)| c.push((flag, 1.0)));
            }
        };
        flag(true, drops_out);
        flag(false, comes_in);
    }
    for change in changes {
        other.model.row(RowLabel::Link, 1.0, f64::INFINITY, change);
    }
    other
}

/// The flag asks for the share `enters` of the lines' need.
fn comes_in(tender: &Tender, other: &mut AwardModel, lines: &[CandidateIx], flag: Col, enters: f64) {
    let Some(need) = lines.first().map(|c| tender.candidates[*c].need) else { return };
    let all: f64 = tender.cells.iter().filter(|c| c.need == need).map(|c| c.quantity.to_f64()).sum();
    let part = |c: &CandidateIx| (other.volumes.share[*c], other.volumes.units[*c] / all / enters);
    let mut terms: Terms = lines.iter().map(part).collect();
    terms.push((flag, -1.0));
    other.model.row(RowLabel::Link, 0.0, f64::INFINITY, terms);
}

/// The flag forbids the lines.
fn drops_out(tender: &Tender, other: &mut AwardModel, lines: &[CandidateIx], flag: Col, _: f64) {
    let cell = |c: &CandidateIx| tender.candidates[*c].cell;
    for group in lines.chunk_by(|a, b| cell(a) == cell(b)) {
        let mut terms: Terms = group.iter().map(|c| (other.volumes.share[*c], 1.0)).collect();
        terms.push((flag, 1.0));
        let model: &mut Model = &mut other.model;
        model.row(RowLabel::Link, f64::NEG_INFINITY, 1.0, terms);
        for c in group {
            let packs = other.volumes.packs[*c].0;
            if packs != other.volumes.share[*c] {
                let most = model.upper[packs.0 as usize];
                model.row(RowLabel::Link, f64::NEG_INFINITY, most, vec![(packs, 1.0), (flag, most)]);
            }
        }
    }
}

/// Whether an award has other winners than each of some awards, by the same definition.
pub(super) fn is_other(tender: &Tender, award: &Award, than: &[Award], enters: f64) -> bool {
    than.iter().all(|than| is_other_than(tender, award, than, enters))
}

fn is_other_than(tender: &Tender, award: &Award, than: &Award, enters: f64) -> bool {
    let (before, now) = (overlap::winners(tender, than), overlap::winners(tender, award));
    if before.difference(&now).next().is_some() {
        return true;
    }
    now.difference(&before).any(|&(need, supplier)| {
        let lines = award.lines.iter().filter(|l| {
            let c = &tender.candidates[l.candidate];
            (c.need, c.supplier) == (need, supplier)
        });
        let won: f64 = lines.map(|l| l.used.to_f64()).sum();
        let all: f64 = tender.cells.iter().filter(|c| c.need == need).map(|c| c.quantity.to_f64()).sum();
        won >= all * enters * (1.0 - 1e-5)
    })
}
