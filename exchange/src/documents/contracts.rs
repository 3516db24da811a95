//! Contract layers: which offer of the same product would have been cheaper at a site, and why the award uses another; and
//! what suppliers pay back when supply fails.
//!
//! Every product that has a choice of offers is compared as [`ballast_domain::certificate::layers`] says: at the awarded
//! volumes, with the tiers that would be earned and lost. The *best layer* of a line is the offer of its product that would
//! lower the cost of the award the most.

use std::collections::BTreeMap;

use ballast_domain::certificate::{Certificate, Layer, Layers, LineCost, layers};
use ballast_domain::exact::{Exact, float, round, zero};
use ballast_domain::index::*;
use ballast_domain::{Award, Tender};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A cheaper offer that a line does not use.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BestLayer {
    /// The offer.
    pub offer: String,
    /// Its contract layer.
    pub layer: String,
    /// Its list price per pack.
    pub price: Decimal,
    /// What the award would cost less a year if everything of the product that may use the offer did.
    pub saving: Decimal,
    /// Why the award uses another: `tier` (the offer has no price below its first tier), `minimum`, `maximum`, or
    /// `rules_or_gap` (rules, or money within the gap).
    pub reason: String,
}

/// Clauses on failure to supply.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SupplyClauses {
    /// Cost a year of the lines that have a clause.
    pub cost: Decimal,
    /// Part of the yearly cost that these are.
    pub share: f64,
    /// The same with each line counted by the part of a price difference that is paid back.
    pub reimbursed_share: f64,
}

/// The offers of a product side by side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LayersPart {
    /// The product.
    pub product: String,
    /// Its offers at the sites that buy it.
    pub offers: Vec<LayerPart>,
}

/// One offer of a product.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LayerPart {
    /// The offer.
    pub offer: String,
    /// Its contract layer.
    pub layer: String,
    /// Contract or amendment, empty if not given.
    pub contract: String,
    /// Packs a year bought under it.
    pub packs: Decimal,
    /// Packs a year of the product at sites that may use it.
    pub could_be: Decimal,
    /// What the award would cost more a year (negative: less) if all those were, tiers earned and lost included.
    pub difference: Decimal,
}

/// The layers of an award.
pub(super) struct Compared<'a> {
    tender: &'a Tender,
    by_product: BTreeMap<ProductIx, Layers>,
    /// Products that were not compared.
    pub left_out: usize,
}

impl<'a> Compared<'a> {
    pub(super) fn new(tender: &'a Tender, award: &Award, certificate: &Certificate) -> Self {
        let (all, left_out) = layers(tender, award, &certificate.lines);
        Self { tender, by_product: all.into_iter().map(|l| (l.product, l)).collect(), left_out }
    }

    /// Side by side, as the document tells them.
    pub(super) fn parts(&self) -> Vec<LayersPart> {
        let part = |l: &Layer| {
            let offer = &self.tender.offers[l.offer];
            LayerPart {
                offer: offer.id.clone(),
                layer: offer.layer.word().to_owned(),
                contract: offer.contract.clone(),
                packs: round(&l.used, 6).normalize(),
                could_be: round(&l.could, 6).normalize(),
                difference: round(&l.difference, 2),
            }
        };
        let parts = |l: &Layers| LayersPart {
            product: self.tender.products[l.product].id.clone(),
            offers: l.offers.iter().map(part).collect(),
        };
        self.by_product.values().map(parts).collect()
    }

    /// The best layer of a line, where it is another than the one used.
    pub(super) fn best(&self, line: &LineCost) -> Option<BestLayer> {
        let tender = self.tender;
        let used = &tender.candidates[line.candidate];
        if tender.offers[used.offer].package.is_some() {
            return None;
        }
        let here = |l: &&Layer| {
            l.offer != used.offer && tender.candidates_of(used.cell).any(|c| tender.candidates[c].offer == l.offer)
        };
        let others = self.by_product.get(&used.product)?.offers.iter().filter(here);
        let best = others.min_by(|a, b| a.difference.cmp(&b.difference)).filter(|l| l.difference < zero())?;
        let offer = &tender.offers[best.offer];
        let reason = match (offer.minimum_if_used, offer.max_packs) {
            _ if best.below_first_tier => "tier",
            (Some(least), _) if best.could < least.exact() => "minimum",
            (_, Some(most)) if best.could > most.exact() => "maximum",
            _ => "rules_or_gap",
        };
        Some(BestLayer {
            offer: offer.id.clone(),
            layer: offer.layer.word().to_owned(),
            price: offer.list_price.0,
            saving: round(&-&best.difference, 2),
            reason: reason.to_owned(),
        })
    }
}

/// How much of the spend is covered by clauses.
pub(super) fn supply_clauses(tender: &Tender, certificate: &Certificate) -> Option<SupplyClauses> {
    let clause = |l: &LineCost| tender.offers[tender.candidates[l.candidate].offer].failure_to_supply;
    certificate.lines.iter().find(|l| clause(l).is_some())?;
    let sum = |of: &dyn Fn(&LineCost) -> Exact| certificate.lines.iter().fold(zero(), |sum, l| sum + of(l));
    let total = sum(&LineCost::yearly);
    let covered = sum(&|l| if clause(l).is_some() { l.yearly() } else { zero() });
    let reimbursed = sum(&|l| clause(l).map_or_else(zero, |(part, _)| l.yearly() * part.exact()));
    let share = |part: &Exact| if total == zero() { 0.0 } else { float(&(part / &total)) };
    Some(SupplyClauses { cost: round(&covered, 2), share: share(&covered), reimbursed_share: share(&reimbursed) })
}
