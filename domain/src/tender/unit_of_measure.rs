//! The classic unit-of-measure fault: a price per need unit that is off its need's median by a pack factor
//! (10, 12, 20, 24, 50, 100, 1000) most likely counts cases as eaches or the other way round.

use std::collections::BTreeMap;

use super::places::Places;
use super::{Offer, Tender};
use crate::finding::{Findings, Severity};
use crate::index::{NeedIx, ProductIx};
use crate::raw::RawTender;

const PACK_FACTORS: [f64; 7] = [10.0, 12.0, 20.0, 24.0, 50.0, 100.0, 1000.0];
/// How near the ratio must be to a pack factor, relative.
const NEAR: f64 = 0.25;

/// Adds a finding per offer and incumbent that is off by a pack factor.
pub(super) fn check(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let places = Places::new(raw, false);
    let mut prices: BTreeMap<NeedIx, Vec<f64>> = BTreeMap::new();
    let unit_price = |product: ProductIx, price: crate::quantity::Money| {
        price.to_f64() / tender.products[product].use_factor.to_f64()
    };
    for offer in tender.offers.iter().filter(|o| o.package.is_none()) {
        prices
            .entry(tender.products[offer.product].need)
            .or_default()
            .push(unit_price(offer.product, offer.list_price));
    }
    let medians: BTreeMap<NeedIx, f64> = prices
        .into_iter()
        .filter(|(_, p)| p.len() >= 2)
        .map(|(need, mut p)| {
            p.sort_by(f64::total_cmp);
            let middle = p.len() / 2;
            // With two prices neither is the odd one; the reference price decides, else the lower.
            let median = if p.len() % 2 == 1 { p[middle] } else { f64::midpoint(p[middle - 1], p[middle]) };
            let reference = tender.needs[need].reference_price.map(crate::quantity::Money::to_f64);
            (need, reference.filter(|r| *r > 0.0).unwrap_or(median))
        })
        .collect();
    let off = |price: f64, median: f64| {
        let ratio = if price > median { price / median } else { median / price };
        PACK_FACTORS.into_iter().find(|f| (ratio / f - 1.0).abs() <= NEAR)
    };
    let mut report = |table: &str, at: usize, product: ProductIx, price: crate::quantity::Money| {
        let need = tender.products[product].need;
        let (Some(median), unit) = (medians.get(&need), unit_price(product, price)) else { return };
        if unit <= 0.0 || *median <= 0.0 {
            return;
        }
        if let Some(factor) = off(unit, *median) {
            let need = &tender.needs[need];
            let side = if unit > *median { "above" } else { "below" };
            findings.add(
                Severity::Warning,
                "unit_of_measure",
                places.cell(table, at, "price"),
                price.to_string(),
                format!(
                    "{unit:.4} per {} is about {factor} times {side} what need {} costs ({median:.4})",
                    need.unit, need.id
                ),
                format!(
                    "check price, use_factor ({}) and pack size: is the price per case or per each?",
                    tender.products[product].use_factor
                ),
            );
        }
    };
    let offers: BTreeMap<&str, &Offer> = tender.offers.iter().rev().map(|o| (o.id.as_str(), o)).collect();
    for row in &tender.draft.offers {
        if let Some(offer) = offers.get(row.offer.as_str()) {
            report("offers", row.at, offer.product, offer.list_price);
        }
    }
    let products: BTreeMap<&str, ProductIx> = tender.products.enumerate().map(|(ix, p)| (p.id.as_str(), ix)).collect();
    for row in &tender.draft.incumbents {
        if let Some(product) = products.get(row.product.as_str()) {
            report("incumbents", row.at, *product, row.price);
        }
    }
}
