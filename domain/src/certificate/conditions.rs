//! Conditions of offers, from the sentence: an offer is used only where exactly one supplier counts (sole), exactly two
//! (dual) or three and more (multi), its own among them; only where each required product is bought, too; and at a site
//! only from its minimum order on. A supplier wins at most its maximum award.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::facts::{Checker, Fact, FactCheck};
use super::prices::LineCost;
use crate::award::Award;
use crate::exact::{Exact, zero};
use crate::index::*;
use crate::tables::{Structure, StructureScope};
use crate::tender::{Group, StructureCondition, Tender};

/// Volume of each supplier in each group: need units, or reference spend over a category.
fn volumes(
    tender: &Tender,
    award: &Award,
    condition: &StructureCondition,
) -> BTreeMap<Group, BTreeMap<SupplierIx, Exact>> {
    let mut sums: BTreeMap<Group, BTreeMap<SupplierIx, Exact>> = BTreeMap::new();
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        let weight = match (condition.scope, tender.needs[candidate.need].reference_price) {
            (StructureScope::Category, Some(price)) => price.exact(),
            _ => crate::exact::whole(1),
        };
        let group = sums.entry(condition.group(tender, line.candidate)).or_default();
        *group.entry(candidate.supplier).or_insert_with(zero) += line.used.exact() * weight;
    }
    sums
}

/// Suppliers that count: with volume, and from the condition's part on.
fn counting(group: &BTreeMap<SupplierIx, Exact>, from: &Exact, tolerance: &Exact) -> Vec<SupplierIx> {
    let whole = group.values().fold(zero(), |a, b| a + b);
    let least = (from - tolerance) * &whole;
    group.iter().filter(|(_, v)| v.is_positive() && **v >= least).map(|(s, _)| *s).collect()
}

/// Structure and required products.
pub(super) fn check(tender: &Tender, award: &Award, tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::Conditions);
    let mut seen: BTreeMap<StructureCondition, BTreeMap<Group, BTreeMap<SupplierIx, Exact>>> = BTreeMap::new();
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        let offer = &tender.offers[candidate.offer];
        let at = || format!("offer {} at site {}", offer.id, tender.sites[candidate.site].id);
        if let Some(condition) = offer.conditions.structure {
            let groups = seen.entry(condition).or_insert_with(|| volumes(tender, award, &condition));
            let group = &groups[&condition.group(tender, line.candidate)];
            let suppliers = counting(group, &condition.from.exact(), tolerance);
            let many = match condition.structure {
                Structure::Sole => suppliers.len() == 1,
                Structure::Dual => suppliers.len() == 2,
                Structure::Multi => suppliers.len() >= 3,
            };
            check.must(many && suppliers.contains(&candidate.supplier), || {
                format!(
                    "{}: {} suppliers count where it asks for {}",
                    at(),
                    suppliers.len(),
                    condition.structure.word()
                )
            });
        }
        let level = offer.conditions.requires_level;
        for product in &offer.conditions.requires {
            let here = level.of(tender, candidate.site);
            let bought = award.lines.iter().any(|l| {
                let other = &tender.candidates[l.candidate];
                other.product == *product && level.of(tender, other.site) == here
            });
            check.must(bought, || format!("{}: it requires product {}", at(), tender.products[*product].id));
        }
    }
    check.done()
}

/// Least packs of a site that uses the offer.
pub(super) fn minimum_order(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::MinimumOrder);
    let mut packs: BTreeMap<(OfferIx, SiteIx), Exact> = BTreeMap::new();
    for line in costs {
        let candidate = &tender.candidates[line.candidate];
        if tender.offers[candidate.offer].conditions.minimum_order.is_some() {
            *packs.entry((candidate.offer, candidate.site)).or_insert_with(zero) += &line.packs;
        }
    }
    for ((ix, site), packs) in packs.into_iter().filter(|(_, p)| !p.is_zero()) {
        let offer = &tender.offers[ix];
        if let Some(minimum) = offer.conditions.minimum_order {
            check.at_most(&minimum.exact(), &packs, tolerance, || {
                format!("offer {} at site {}", offer.id, tender.sites[site].id)
            });
        }
    }
    check.done()
}

/// Most list spend of a supplier.
pub(super) fn maximum_award(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::MaximumAward);
    let mut spends: IxVec<SupplierIx, Exact> = tender.suppliers.iter().map(|_| zero()).collect();
    for line in costs {
        spends[tender.candidates[line.candidate].supplier] += &line.list;
    }
    for (supplier, spend) in tender.suppliers.iter().zip(spends.iter()) {
        let Some(maximum) = supplier.maximum_award else { continue };
        check.at_most(spend, &maximum.exact(), tolerance, || format!("supplier {}", supplier.id));
    }
    check.done()
}
