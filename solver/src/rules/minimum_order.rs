//! Minimum order: Σ packs ≥ m·y over an offer's lines at a site, y their indicator. Maximum award: Σ list spend ≤ M of a
//! supplier. Rows are divided by m and M.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;

use crate::model::{Indicators, Model, RowLabel, Terms, Volumes};

/// Adds the rows.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes, used: &mut Indicators) {
    let mut orders: BTreeMap<(OfferIx, SiteIx), Vec<CandidateIx>> = BTreeMap::new();
    let mut spend: BTreeMap<SupplierIx, Terms> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        if tender.offers[line.offer].conditions.minimum_order.is_some_and(|m| m.to_f64() > 0.0) {
            orders.entry((line.offer, line.site)).or_default().push(c);
        }
        if let Some(most) = tender.suppliers[line.supplier].maximum_award {
            let (col, packs) = volumes.packs[c];
            let scale = if most.to_f64() > 0.0 { most.to_f64() } else { 1.0 };
            spend.entry(line.supplier).or_default().push((col, packs * volumes.list[c] / scale));
        }
    }
    for ((offer, _), lines) in orders {
        let minimum = tender.offers[offer].conditions.minimum_order.map_or(1.0, |m| m.to_f64());
        let mut terms: Terms = lines.iter().map(|c| (volumes.packs[*c].0, volumes.packs[*c].1 / minimum)).collect();
        terms.push((used.used(tender, model, volumes, lines), -1.0));
        model.row(RowLabel::MinimumOrder(offer), 0.0, f64::INFINITY, terms);
    }
    for (supplier, terms) in spend {
        let most = tender.suppliers[supplier].maximum_award.map_or(0.0, |m| m.to_f64());
        model.row(RowLabel::MaximumAward(supplier), f64::NEG_INFINITY, if most > 0.0 { 1.0 } else { 0.0 }, terms);
    }
}
