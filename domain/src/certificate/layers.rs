//! Contract layers side by side: what the award would cost if everything of a product that may use one of its offers did.
//!
//! For a product p and an offer o of it, the lines of p at sites that may use o move to o with their volume; the rest of the
//! award stays. difference(o) = what the lines cost a year then − what they cost now, prices, tiers, mark-up, freight and
//! fees as in [`prices`](super::prices). Only offers that schedules or packages tie to those of p, directly or through
//! others, change their prices; so only their lines are priced again, and the difference is that of the whole award.
//! Lines of packages stay: a package is bought whole or not at all.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::tier_reached;
use super::prices::{LineCost, price_lines};
use crate::award::{Award, AwardLine};
use crate::exact::{Exact, zero};
use crate::index::*;
use crate::tables::ShareWeight;
use crate::tender::Tender;

/// Lines priced again for one award at most: an award shows what it found so far, and more would keep it waiting.
const LINES: usize = 50_000;

/// One offer of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The offer.
    pub offer: OfferIx,
    /// Packs a year that the award buys under it.
    pub used: Exact,
    /// Packs a year of the product that could be.
    pub could: Exact,
    /// What the award would cost a year beyond what it does, if they were.
    pub difference: Exact,
    /// The offer has no price below its first tier, and they do not reach it.
    pub below_first_tier: bool,
}

/// The offers of a product that an award could use where it buys the product.
#[derive(Debug, Clone, PartialEq)]
pub struct Layers {
    /// The product.
    pub product: ProductIx,
    /// In order of offer; two at least.
    pub offers: Vec<Layer>,
}

/// Compares the offers of every product that has a choice, and counts the products left out because the award is too large.
pub fn layers(tender: &Tender, award: &Award, costs: &[LineCost]) -> (Vec<Layers>, usize) {
    let mut products: Vec<(Exact, ProductIx, BTreeSet<OfferIx>)> = choices(tender, award, costs);
    if products.is_empty() {
        return (Vec::new(), 0);
    }
    let tied = Tied::new(tender);
    // The dearest first, so that what is left out matters least.
    products.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let (mut found, mut left_out, mut priced) = (Vec::new(), 0, 0);
    for (_, product, offers) in products {
        let part = tied.part(tender, award, &offers);
        priced += part.len() * offers.len();
        if priced > LINES {
            left_out += 1;
            continue;
        }
        let now = part.iter().fold(zero(), |sum, i| sum + costs[*i].yearly());
        let offers = offers.iter().map(|o| layer(tender, award, costs, &part, product, *o, &now)).collect();
        found.push(Layers { product, offers });
    }
    found.sort_by_key(|l| l.product);
    (found, left_out)
}

fn ordinary(tender: &Tender, candidate: CandidateIx) -> bool {
    tender.offers[tender.candidates[candidate].offer].package.is_none()
}

/// The line that serves the same demand with the same product under another offer.
fn under(tender: &Tender, line: CandidateIx, offer: OfferIx) -> Option<CandidateIx> {
    let own = &tender.candidates[line];
    let same = |c: &CandidateIx| tender.candidates[*c].offer == offer && tender.candidates[*c].product == own.product;
    if own.offer == offer { Some(line) } else { tender.candidates_of(own.cell).find(same) }
}

/// Products bought outside packages with the offers that the sites which buy them may use, where there are two or more.
fn choices(tender: &Tender, award: &Award, costs: &[LineCost]) -> Vec<(Exact, ProductIx, BTreeSet<OfferIx>)> {
    let mut offers: BTreeMap<ProductIx, (Exact, BTreeSet<OfferIx>)> = BTreeMap::new();
    for (line, cost) in award.lines.iter().zip(costs).filter(|(l, _)| ordinary(tender, l.candidate)) {
        let own = &tender.candidates[line.candidate];
        let entry = offers.entry(own.product).or_insert_with(|| (zero(), BTreeSet::new()));
        entry.0 += &cost.list;
        let same = tender.candidates_of(own.cell).filter(|c| tender.candidates[*c].product == own.product);
        entry.1.extend(same.filter(|c| ordinary(tender, *c)).map(|c| tender.candidates[c].offer));
    }
    let several = offers.into_iter().filter(|(_, (_, offers))| offers.len() > 1);
    several.map(|(product, (spend, offers))| (spend, product, offers)).collect()
}

fn layer(
    tender: &Tender,
    award: &Award,
    costs: &[LineCost],
    part: &[usize],
    product: ProductIx,
    offer: OfferIx,
    now: &Exact,
) -> Layer {
    let mut moved: BTreeMap<CandidateIx, AwardLine> = BTreeMap::new();
    let (mut used, mut could, mut changed) = (zero(), zero(), false);
    for &i in part {
        let line = &award.lines[i];
        let own = tender.candidates[line.candidate].product == product && ordinary(tender, line.candidate);
        let to = if own { under(tender, line.candidate, offer) } else { None };
        if to.is_some() {
            could += &costs[i].packs;
        }
        if to == Some(line.candidate) {
            used += &costs[i].packs;
        }
        let candidate = to.unwrap_or(line.candidate);
        changed |= candidate != line.candidate;
        let entry = moved.entry(candidate);
        let add = |there: &mut AwardLine| {
            there.used.0 += line.used.0;
            there.whole_packs = there.whole_packs.zip(line.whole_packs).map(|(a, b)| a + b);
        };
        entry.and_modify(add).or_insert_with(|| AwardLine { candidate, ..line.clone() });
    }
    if !changed {
        return Layer { offer, used, could, difference: zero(), below_first_tier: false };
    }
    let then = price_lines(tender, &Award { lines: moved.into_values().collect(), formulary: None });
    let under_it = |l: &&LineCost| tender.candidates[l.candidate].offer == offer;
    let below = |l: &LineCost| !tier_reached(tender, &then.schedules, l.candidate);
    let below_first_tier = then.lines.iter().filter(under_it).any(below);
    let cost = then.lines.iter().fold(zero(), |sum, l| sum + l.yearly());
    Layer { offer, used, could, difference: cost - now, below_first_tier }
}

/// Offers that change each other's prices: each offer's first of its kind.
struct Tied(Vec<usize>);

impl Tied {
    fn new(tender: &Tender) -> Self {
        let mut tied = Self((0..tender.offers.len()).collect());
        let mut of_need: BTreeMap<NeedIx, BTreeSet<OfferIx>> = BTreeMap::new();
        for c in tender.candidates.iter() {
            of_need.entry(c.need).or_default().insert(c.offer);
        }
        let mut of_product: BTreeMap<ProductIx, Vec<OfferIx>> = BTreeMap::new();
        for (ix, offer) in tender.offers.enumerate() {
            of_product.entry(offer.product).or_default().push(ix);
        }
        for schedule in tender.schedules.iter() {
            tied.tie(schedule.counts.iter().chain(&schedule.applies_to).copied());
            let (Some(whole), Some(first)) = (&schedule.whole, schedule.counts.first()) else { continue };
            tied.tie(
                [*first].into_iter().chain(whole.products.iter().filter_map(|p| of_product.get(p)).flatten().copied()),
            );
            if whole.weight == ShareWeight::Spend {
                tied.tie(
                    [*first].into_iter().chain(whole.needs.iter().filter_map(|n| of_need.get(n)).flatten().copied()),
                );
            }
        }
        let mut packages: BTreeMap<PackageIx, Vec<OfferIx>> = BTreeMap::new();
        for (ix, offer) in tender.offers.enumerate() {
            if let Some(part) = offer.package {
                packages.entry(part.package).or_default().push(ix);
            }
        }
        packages.into_values().for_each(|offers| tied.tie(offers.into_iter()));
        tied
    }

    fn first(&self, offer: OfferIx) -> usize {
        let mut at = offer.ix();
        while self.0[at] != at {
            at = self.0[at];
        }
        at
    }

    fn tie(&mut self, offers: impl Iterator<Item = OfferIx>) {
        let mut before = None;
        for offer in offers {
            let own = self.first(offer);
            let first = before.map_or(own, |b: usize| b.min(own));
            for old in [Some(own), before].into_iter().flatten() {
                self.0[old] = first;
            }
            self.0[offer.ix()] = first;
            before = Some(first);
        }
    }

    /// Positions of the award's lines whose prices hang on these offers.
    fn part(&self, tender: &Tender, award: &Award, offers: &BTreeSet<OfferIx>) -> Vec<usize> {
        let firsts: BTreeSet<usize> = offers.iter().map(|o| self.first(*o)).collect();
        let hangs = |l: &AwardLine| firsts.contains(&self.first(tender.candidates[l.candidate].offer));
        award.lines.iter().enumerate().filter(|(_, l)| hangs(l)).map(|(i, _)| i).collect()
    }
}
