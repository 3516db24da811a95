//! Outcome cost: minimise … + ω Σ_c v\[p, n\] q x\[c\], where v is the point of the product's range nearest to the need's
//! reference r\[n\] (the mean of midpoints), r itself without a range, and ω the weight of the component.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::NeedIx;
use ballast_domain::tables::Approval;

use crate::model::{Model, Volumes};

/// Puts the cost on the shares.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    let weight = float(&exact(tender.settings.component_weight(Component::Outcome)));
    if weight == 0.0 {
        return;
    }
    let unit = weight * f64::from(tender.settings.contract_years) / model.money_scale;
    let ends = |p: &ballast_domain::tender::Product| p.outcome_cost.map(|(l, h)| (float(&exact(l)), float(&exact(h))));
    let mut middles: BTreeMap<NeedIx, (f64, f64)> = BTreeMap::new();
    for (ix, product) in tender.products.enumerate().filter(|(_, p)| p.approval != Approval::Rejected) {
        let Some((low, high)) = ends(product) else { continue };
        let stands_in = tender.equivalences.iter().filter(|e| e.full && e.product == ix).map(|e| e.need);
        for need in stands_in.chain([product.need]) {
            let (sum, count) = middles.entry(need).or_insert((0.0, 0.0));
            *sum += (low + high) / 2.0;
            *count += 1.0;
        }
    }
    for (c, line) in tender.candidates.enumerate() {
        let Some(reference) = middles.get(&line.need).map(|(sum, count)| sum / count) else { continue };
        let value = ends(&tender.products[line.product]).map_or(reference, |(low, high)| reference.clamp(low, high));
        model.add_cost(volumes.share[c], unit * value * volumes.units[c]);
    }
}
