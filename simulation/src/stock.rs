//! Stock that the tender states for the first day: what lies at a site belongs to its cell, what lies at a centre or a
//! vendor is pooled, need by need. Packs count with the use factor of the product's own need.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::NeedIx;
use ballast_domain::tables::PlaceKind;

/// Stated stock, need units.
pub(crate) struct Stated {
    /// By cell; none where no row states any.
    pub cells: Vec<Option<f64>>,
    /// By position of the centre or vendor, and need.
    pub pooled: BTreeMap<(usize, NeedIx), f64>,
}

/// What the tender's stock rows state.
pub(crate) fn stated(tender: &Tender) -> Stated {
    let mut cells: Vec<Option<f64>> = vec![None; tender.cells.len()];
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
                        *cells[cell].get_or_insert(0.0) += units;
                    }
                }
                (PlaceKind::Centre | PlaceKind::Vendor, _) => *pooled.entry((p, product.need)).or_default() += units,
                (PlaceKind::Site, None) => {}
            }
        }
    }
    Stated { cells, pooled }
}
