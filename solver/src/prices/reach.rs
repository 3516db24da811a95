//! Reach: the most that a sum over volumes can be. Two bounds, the lesser holds:
//!
//! * arithmetic: each demand cell served by the line that counts most, no product beyond its capacity;
//! * a linear program, solved once per sum from the last basis: the rows that stand on volumes and on what the sums
//!   themselves are made of (capacities, shares, earlier steps). Rows that link indicators to volumes are left out: in the
//!   relaxation they say next to nothing, and they are most of the model.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::index::*;

use crate::highs::{Lp, LpStatus};
use crate::model::{Col, DisjointSets, Model, RowLabel, Terms, Volumes};

/// Coefficients × sums up to which the relaxation is solved for every sum; beyond it would cost more than it gains.
const WORK: usize = 4_000_000;
/// Room above the most, relative: for the tolerances of the LP, and so that a threshold at the very most can be reached.
const ROOM: f64 = 1e-6;

/// A sum whose reach is asked for, and terms on volumes alone that it never exceeds.
#[derive(Clone, Copy)]
pub(super) struct Sum<'a> {
    pub(super) terms: &'a Terms,
    pub(super) most: &'a Terms,
}

/// The reach of each sum.
pub(super) fn reaches(tender: &Tender, model: &Model, volumes: &Volumes, sums: &[Sum<'_>]) -> Vec<f64> {
    let packs = tender.candidates.indexes().map(|c| (volumes.packs[c].0, c));
    let shares = tender.candidates.indexes().map(|c| (volumes.share[c], c));
    let line_of: BTreeMap<Col, CandidateIx> = shares.chain(packs).collect();
    let simple: Vec<f64> =
        sums.iter().map(|s| arithmetic(tender, model, volumes, &line_of, s.most) * (1.0 + ROOM)).collect();
    if model.liftable || sums.is_empty() {
        return simple;
    }
    // Scaled to order 1, so that the LP's tolerances are relative to the sum itself.
    let scaled = |(sum, most): (&Sum<'_>, &f64)| match *most > 0.0 {
        true => sum.terms.iter().map(|(c, v)| (*c, v / most)).collect(),
        false => Terms::new(),
    };
    let scaled: Vec<Terms> = sums.iter().zip(&simple).map(scaled).collect();
    let around = around(model, &line_of, &scaled);
    if around.index.len().saturating_mul(sums.len()) > WORK {
        return simple;
    }
    let relaxed = relaxed(&around, &scaled);
    let lesser = |(most, part): (f64, Option<f64>)| part.map_or(most, |p| most.min(most * (p + ROOM).max(0.0)));
    simple.into_iter().zip(relaxed).map(lesser).collect()
}

/// The model without the rows that link volumes to columns which say nothing of volumes and of which no sum is made.
fn around(model: &Model, line_of: &BTreeMap<Col, CandidateIx>, sums: &[Terms]) -> Model {
    let mut linked = DisjointSets::new(model.columns());
    let columns = |row: usize| model.terms(row).map(|(col, _)| col);
    let others = |row: usize| columns(row).filter(|col| !line_of.contains_key(col)).map(|col| col.0 as usize);
    // What is unserved and what is left over belong to the volumes of their cell.
    let serves = |row: &usize| matches!(model.label[*row], RowLabel::Balance(_) | RowLabel::Surplus(_));
    for row in 0..model.rows() {
        let mut others = others(row);
        let Some(first) = others.next() else { continue };
        others.for_each(|other| linked.join(first, other));
    }
    let of_volumes = (0..model.rows()).filter(serves).flat_map(others);
    let of_sums = sums.iter().flatten().map(|(col, _)| col.0 as usize);
    let asked: BTreeSet<usize> = of_volumes.chain(of_sums).map(|col| linked.find(col)).collect();
    model.only_rows(|row| others(row).all(|other| asked.contains(&linked.find(other))))
}

/// The most that each sum can be over the LP relaxation, one after the other from the last basis; `None` where that was not
/// proven. Any point of the model keeps these limits.
fn relaxed(model: &Model, sums: &[Terms]) -> Vec<Option<f64>> {
    let Some(mut lp) = Lp::new(model) else { return vec![None; sums.len()] };
    // New costs leave the basis primal feasible: the primal method goes on from there in half the time of the dual one.
    lp.primal();
    let most = |terms: &Terms| {
        let mut cost = vec![0.0; model.columns()];
        for (col, value) in terms {
            cost[col.0 as usize] -= value;
        }
        lp.costs(&cost);
        let (status, _) = lp.run();
        lp.value().filter(|_| status == LpStatus::Optimal).map(|v| -v)
    };
    sums.iter().map(most).collect()
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
    // A line may stand in the sum once for each class of years.
    let mut columns: BTreeMap<Col, f64> = BTreeMap::new();
    for (col, value) in sum {
        *columns.entry(*col).or_insert(0.0) += value;
    }
    for (col, value) in &columns {
        let Some(&c) = line_of.get(col) else { continue };
        let line = &tender.candidates[c];
        let reach = value * model.upper[col.0 as usize];
        let of_packs = *col == volumes.packs[c].0;
        // Whole packs of different size together may come closer to the limit (less than the largest pack over) than one
        // size alone. A share of the cell never goes beyond it.
        let by_cell = match tender.needs[line.need].whole_packs && of_packs {
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
        let packs = if of_packs { volumes.packs[c].1 } else { volumes.units[c] / line.use_factor.to_f64() };
        product.1 = product.1.max(value / packs);
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
