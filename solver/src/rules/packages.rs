//! Packages: w\[b\] ∈ {0, 1}, and for every line i of b: Σ packs = q\[i\] w\[b\], divided by q\[i\]. A group: Σ_b w\[b\] ≤ 1.
//!
//! A package price is the list price of its lines. A discount is δ less of what net spend costs ([`discount`]).

use std::collections::BTreeMap;

use ballast_domain::Tender;
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

/// Adds w with its quantities and groups.
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
    let mut groups: BTreeMap<&str, Vec<Col>> = BTreeMap::new();
    for (ix, package) in tender.packages.enumerate() {
        let bought = model.binary(0.0);
        for (i, line) in package.lines.iter().enumerate() {
            let own = lines.get(&(ix, i)).map_or(&[][..], Vec::as_slice);
            let quantity = line.quantity.to_f64();
            let mut terms: Terms = own.iter().map(|c| (volumes.packs[*c].0, volumes.packs[*c].1 / quantity)).collect();
            terms.push((bought, -1.0));
            model.row(RowLabel::Link, 0.0, 0.0, terms);
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
