//! Formulary: f\[n, p\] ∈ {0, 1} for the products that may serve a need with a limit; Σ_p f\[n, p\] ≤ K. Nothing forces
//! volume on formulary but the rules that tell the two apart.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::index::*;

use super::{Col, Model, RowLabel, Terms};

/// The binaries by need and product; what is not in here is always on formulary.
pub(crate) type Formulary = BTreeMap<(NeedIx, ProductIx), Col>;

/// Adds f and the limit. Where the limit leaves room for every product, all of them are on formulary.
pub(super) fn add(tender: &Tender, model: &mut Model) -> Formulary {
    let mut formulary = Formulary::new();
    for (ix, need) in tender.needs.enumerate() {
        let Some(limit) = need.formulary_limit else { continue };
        let lines = tender.candidates.iter().filter(|c| c.need == ix);
        let products: BTreeSet<ProductIx> = lines.map(|c| c.product).collect();
        if products.len() <= limit as usize {
            continue;
        }
        let on: Terms = products.iter().map(|_| (model.binary(0.0), 1.0)).collect();
        formulary.extend(products.into_iter().zip(&on).map(|(p, (col, _))| ((ix, p), *col)));
        model.row(RowLabel::FormularyLimit(ix), f64::NEG_INFINITY, f64::from(limit), on);
    }
    formulary
}
