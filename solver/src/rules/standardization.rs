//! Standardization: Σ_p y\[n, p\] ≤ K for a need, Σ_p y\[h, n, p\] ≤ K at a site.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;

use crate::model::{Indicators, Model, RowLabel, Terms, Volumes};

/// Adds the rows; a limit that the number of products cannot exceed is left out.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes, used: &mut Indicators) {
    let mut limit = |label, most: u32, products: BTreeMap<ProductIx, Vec<CandidateIx>>| {
        if products.len() > most as usize {
            let terms: Terms =
                products.into_values().map(|lines| (used.used(tender, model, volumes, lines), 1.0)).collect();
            model.row(label, f64::NEG_INFINITY, f64::from(most), terms);
        }
    };
    let by_product = |lines: &mut dyn Iterator<Item = CandidateIx>| {
        let mut products: BTreeMap<ProductIx, Vec<CandidateIx>> = BTreeMap::new();
        for c in lines {
            products.entry(tender.candidates[c].product).or_default().push(c);
        }
        products
    };
    for (ix, need) in tender.needs.enumerate() {
        if let Some(most) = need.max_products {
            let lines = &mut tender.candidates.indexes().filter(|c| tender.candidates[*c].need == ix);
            limit(RowLabel::MaxProducts(ix), most, by_product(lines));
        }
    }
    for (ix, cell) in tender.cells.enumerate() {
        if let Some(most) = tender.needs[cell.need].max_products_per_site {
            limit(RowLabel::MaxProductsAtSite(ix), most, by_product(&mut tender.candidates_of(ix)));
        }
    }
}
