//! Packages: w\[b\] ∈ {0, 1}, and for every line i of b: Σ packs = q\[i\] w\[b\], divided by q\[i\]. A group: Σ_b w\[b\] ≤ 1.
//!
//! A package price P replaces list prices: what a line's packs cost by themselves, f\[i\] l\[i\] q\[i\] (f what a unit of net
//! spend costs, l the list price), becomes f\[i\] s\[i\] P with s\[i\] the line's part, so w costs Σ_i f\[i\] (s\[i\] P − l\[i\] q\[i\]).
//! A discount is δ less of what net spend costs ([`discount`]). Components count with the weights of the objective.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tender::PackageGives;

use crate::model::{Col, Model, RowLabel, Terms, Volumes};

/// What the package of an offer takes off net spend, as a fraction.
pub(crate) fn discount(tender: &Tender, offer: OfferIx) -> f64 {
    match tender.offers[offer].package.map(|p| tender.packages[p.package].gives) {
        Some(PackageGives::Discount(fraction)) => fraction.to_f64(),
        _ => 0.0,
    }
}

/// Of a package with a price, the part of it that a pack bears.
pub(crate) fn own_price(tender: &Tender, offer: OfferIx) -> Option<f64> {
    let part = tender.offers[offer].package?;
    let package = &tender.packages[part.package];
    match package.gives {
        PackageGives::Price(price) => {
            Some(price.to_f64() * float(&package.part(part.line)) / package.lines[part.line].quantity.to_f64())
        }
        PackageGives::Discount(_) => None,
    }
}

/// The price of a pack before schedules.
pub(crate) fn price_per_pack(tender: &Tender, offer: OfferIx) -> f64 {
    own_price(tender, offer).unwrap_or_else(|| tender.offers[offer].list_price.to_f64())
}

/// Adds w with its cost, quantities and groups.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    if tender.packages.is_empty() {
        return;
    }
    let mut lines: BTreeMap<(PackageIx, usize), Vec<CandidateIx>> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        if let Some(part) = tender.offers[line.offer].package {
            lines.entry((part.package, part.line)).or_default().push(c);
        }
    }
    let years = f64::from(tender.settings.contract_years);
    let weight = |c: Component| float(&exact(tender.settings.component_weight(c)));
    let mut groups: BTreeMap<&str, Vec<Col>> = BTreeMap::new();
    for (ix, package) in tender.packages.enumerate() {
        let bought = model.binary(0.0);
        for (i, line) in package.lines.iter().enumerate() {
            let own = lines.get(&(ix, i)).map_or(&[][..], Vec::as_slice);
            let quantity = line.quantity.to_f64();
            let mut terms: Terms = own.iter().map(|c| (volumes.packs[*c].0, volumes.packs[*c].1 / quantity)).collect();
            terms.push((bought, -1.0));
            model.row(RowLabel::Link, 0.0, 0.0, terms);
            if let (PackageGives::Price(price), Some(c)) = (package.gives, own.first()) {
                let instead = price.to_f64() * float(&package.part(i)) - line.list.to_f64() * quantity;
                // What a unit of net spend costs on top is in the factor of the line, beside the weight of discounts.
                let on_top = volumes.net_factor[*c] - weight(Component::Discounts);
                let factor = weight(Component::Packages) + on_top;
                model.add_cost(bought, years * factor * instead / model.money_scale);
            }
        }
        if !package.group.is_empty() {
            groups.entry(&package.group).or_default().push(bought);
        }
    }
    for members in groups.into_values().filter(|m| m.len() > 1) {
        let terms = members.into_iter().map(|w| (w, 1.0)).collect();
        model.row(RowLabel::Link, f64::NEG_INFINITY, 1.0, terms);
    }
}
