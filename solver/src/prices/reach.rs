//! Reach: the most that a sum over volumes can be. Two bounds, the lesser holds:
//!
//! * arithmetic: each demand cell served by the line that counts most, no product beyond its capacity;
//! * the LP relaxation of all other rows (capacities, rules, share limits), solved once per sum from the last basis.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;

use crate::highs;
use crate::model::{Col, Model, Terms, Volumes};

/// Coefficients × sums up to which the relaxation is solved for every sum; beyond it would cost more than it gains.
const WORK: usize = 40_000_000;
/// Room above the most, relative: for the tolerances of the LP, and so that a threshold at the very most can be reached.
const ROOM: f64 = 1e-6;

/// The reach of each sum.
pub(super) fn reaches(tender: &Tender, model: &Model, volumes: &Volumes, sums: &[&Terms]) -> Vec<f64> {
    let line_of: BTreeMap<Col, CandidateIx> = tender.candidates.indexes().map(|c| (volumes.packs[c].0, c)).collect();
    let simple: Vec<f64> =
        sums.iter().map(|s| arithmetic(tender, model, volumes, &line_of, s) * (1.0 + ROOM)).collect();
    if model.liftable || model.index.len().saturating_mul(sums.len()) > WORK || sums.is_empty() {
        return simple;
    }
    // Scaled to order 1, so that the LP's tolerances are relative to the sum itself.
    let scaled =
        |(sum, most): (&&Terms, &f64)| sum.iter().map(|(c, v)| (*c, v / most.max(f64::MIN_POSITIVE))).collect();
    let scaled: Vec<Terms> = sums.iter().zip(&simple).map(scaled).collect();
    let relaxed = highs::maxima(model, &scaled);
    let lesser = |(most, part): (f64, Option<f64>)| part.map_or(most, |p| most.min(most * (p + ROOM).max(0.0)));
    simple.into_iter().zip(relaxed).map(lesser).collect()
}

fn arithmetic(
    tender: &Tender,
    model: &Model,
    volumes: &Volumes,
    line_of: &BTreeMap<Col, CandidateIx>,
    sum: &Terms,
) -> f64 {
    let mut cells: BTreeMap<CellIx, f64> = BTreeMap::new();
    let mut products: BTreeMap<ProductIx, (f64, f64)> = BTreeMap::new();
    for (col, value) in sum {
        let Some(&c) = line_of.get(col) else { continue };
        let line = &tender.candidates[c];
        let reach = value * model.upper[col.0 as usize];
        // Whole packs of different size together may come closer to the limit (less than the largest pack over) than one
        // size alone.
        let by_cell = match tender.needs[line.need].whole_packs {
            false => reach,
            true => {
                let largest = tender
                    .candidates_of(line.cell)
                    .map(|o| tender.candidates[o].use_factor.to_f64())
                    .fold(0.0, f64::max);
                value / line.use_factor.to_f64() * (volumes.units[c] + largest)
            }
        };
        let cell = cells.entry(line.cell).or_insert(0.0);
        *cell = cell.max(by_cell);
        let product = products.entry(line.product).or_insert((0.0, 0.0));
        product.0 += reach;
        product.1 = product.1.max(value / volumes.packs[c].1);
    }
    let by_product = products.into_iter().map(|(p, (reach, per_pack))| {
        tender.products[p]
            .capacity_packs
            .filter(|_| !model.liftable)
            .map_or(reach, |k| reach.min(k.to_f64() * per_pack))
    });
    let by_product: f64 = by_product.sum();
    by_product.min(cells.into_values().sum())
}
