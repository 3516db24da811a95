//! Stock on the first day: what lies at a site is working stock of its cell, what lies at a centre or a vendor is a pool
//! that every site may draw from, need by need, under the recourse `reserve`.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};
use ballast_domain::tables::PlaceKind;

use super::links::Pool;
use crate::draw::Scenery;

/// Working stock of each cell and the pools. A cell without a stock row starts at its target. Packs count with the use
/// factor of the product's own need.
pub(super) fn opening(tender: &Tender, scenery: &Scenery, target: &[f64]) -> (Vec<f64>, Vec<Pool>) {
    let mut stated: Vec<Option<f64>> = vec![None; target.len()];
    let mut pooled: BTreeMap<(usize, NeedIx), f64> = BTreeMap::new();
    for (p, place) in tender.places.iter().enumerate() {
        for (product, packs) in &place.stock {
            let product = &tender.products[*product];
            let units = packs.to_f64() * product.use_factor.to_f64();
            match (place.kind, place.site) {
                (PlaceKind::Site, Some(site)) => {
                    let cell =
                        tender.cells.as_slice().binary_search_by_key(&(site, product.need), |c| (c.site, c.need));
                    if let Ok(cell) = cell {
                        *stated[cell].get_or_insert(0.0) += units;
                    }
                }
                (PlaceKind::Centre | PlaceKind::Vendor, _) => *pooled.entry((p, product.need)).or_default() += units,
                (PlaceKind::Site, None) => {}
            }
        }
    }
    let pool = |((place, need), units): ((usize, NeedIx), f64)| Pool {
        units,
        stop_row: scenery.row_of_place(place),
        cells: tender.cells.enumerate().filter(|(_, c)| c.need == need).map(|(c, _)| c.ix()).collect(),
    };
    let stock = stated.into_iter().zip(target).map(|(s, t)| s.unwrap_or(*t)).collect();
    (stock, pooled.into_iter().map(pool).collect())
}
