//! The reduced LP of a block: its rows of the relaxation, and for each of its bundles the levels with copies of each part,
//!
//!   Σ_t v\[p,t\] = list spend of p ÷ reach\[p\],   v\[p,t\] ≤ λ\[t\],   L\[t\] λ\[t\] ≤ Σ_p m\[p\] reach\[p\] v\[p,t\] ≤ U\[t\] λ\[t\],
//!   low ≤ Σ_t λ\[t\] ≤ 1
//!
//! (disaggregated multiple choice). What the block tells the rest is n = N ÷ most and u = Σ λ of each bundle; with their
//! prices β and α the cost of v\[p,t\] is reach\[p\] × (keep·(β ÷ most − always) − (1 − keep)·worth) and that of λ\[t\] is
//! α − fixed·(worth + β ÷ most − always).
//!
//! **The bound of an LP** does not trust the solver: for any duals y of the rows, with reduced costs d = c − Aᵀy,
//!
//!   c·x ≥ Σ_i min(y_i·row_lower_i, y_i·row_upper_i) + Σ_j min(d_j·lower_j, d_j·upper_j),
//!
//! where a y that would meet an infinite side is taken as 0. All columns have finite bounds (Neumaier, Shcherbina 2004).

use std::collections::BTreeMap;

use super::bundles::Bundle;
use super::relaxed::Relaxed;
use crate::highs::{Lp, LpStatus};
use crate::model::{Col, Model, RowLabel, Terms};

/// What a bundle is to its block.
pub(super) struct Own {
    /// Its position among all bundles.
    pub(super) bundle: usize,
    /// λ by level.
    pub(super) levels: Vec<usize>,
    /// v by level and part.
    pub(super) copies: Vec<Vec<usize>>,
    /// The row low ≤ Σ λ ≤ 1.
    pub(super) row: usize,
}

/// The LP of a block.
pub(super) struct Block {
    pub(super) model: Model,
    pub(super) lp: Lp,
    pub(super) own: Vec<Own>,
    /// Column of the relaxation behind each of the first columns.
    pub(super) origin: Vec<usize>,
    /// Cost without the rest's prices.
    base: Vec<f64>,
    /// Simplex iterations so far.
    pub(super) iterations: u64,
}

/// Prices of what a block tells the rest, by bundle: β of n and α of u.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prices {
    pub(super) net: Vec<f64>,
    pub(super) used: Vec<f64>,
}

/// Levels that a bundle may have: from `low` to `high`, −1 for not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: i32,
    pub(super) high: i32,
}

/// What an LP gave.
pub(super) struct Solved {
    /// No point has a lower cost; infinite if there is none.
    pub(super) bound: f64,
    /// The point, if the solver says that it is optimal.
    pub(super) point: Option<Vec<f64>>,
}

impl Block {
    /// Writes the LP.
    pub(super) fn new(relaxed: &Relaxed, rows: &[usize], columns: &[usize], own: &[(usize, &Bundle)]) -> Option<Self> {
        let all = &relaxed.model;
        let mut model = Model { money_scale: all.money_scale, ..Model::default() };
        let mut here: BTreeMap<usize, Col> = BTreeMap::new();
        for &col in columns {
            here.insert(col, model.column(all.cost[col], all.lower[col], all.upper[col], false));
        }
        for &row in rows {
            let terms = all.terms(row).filter_map(|(c, v)| Some((*here.get(&(c.0 as usize))?, v))).collect();
            model.row(all.label[row], all.row_lower[row], all.row_upper[row], terms);
        }
        let mut written = Vec::new();
        for (id, bundle) in own {
            written.push(write(&mut model, &here, *id, bundle));
        }
        let lp = Lp::new(&model)?;
        Some(Self { base: model.cost.clone(), model, lp, own: written, origin: columns.to_vec(), iterations: 0 })
    }

    /// Sets the prices.
    pub(super) fn price(&mut self, bundles: &[Bundle], prices: &Prices) {
        self.model.cost.clone_from(&self.base);
        for own in &self.own {
            let bundle = &bundles[own.bundle];
            let most = bundle.most.max(f64::MIN_POSITIVE);
            let net = prices.net[own.bundle] / most - bundle.always / self.model.money_scale;
            for (t, level) in bundle.levels.iter().enumerate() {
                let worth = bundle.parts.first().map_or(0.0, |p| p.worth);
                self.model.cost[own.levels[t]] = prices.used[own.bundle] - level.fixed * (worth + net);
                for (p, part) in bundle.parts.iter().enumerate() {
                    let keep = level.keep[p];
                    self.model.cost[own.copies[t][p]] = part.reach * (keep * net - (1.0 - keep) * part.worth);
                }
            }
        }
        self.lp.costs(&self.model.cost);
    }

    /// Restricts the levels of each bundle.
    pub(super) fn restrict(&mut self, ranges: &[Range]) {
        for (own, range) in self.own.iter().zip(ranges) {
            for (t, col) in own.levels.iter().enumerate() {
                let t = i32::try_from(t).unwrap_or(i32::MAX);
                self.model.upper[*col] = if (range.low..=range.high).contains(&t) { 1.0 } else { 0.0 };
            }
            self.model.row_lower[own.row] = if range.low >= 0 { 1.0 } else { 0.0 };
        }
        self.lp.column_bounds(&self.model.lower, &self.model.upper);
        self.lp.row_bounds(&self.model.row_lower, &self.model.row_upper);
    }

    /// Solves the LP as it stands.
    pub(super) fn solve(&mut self) -> Solved {
        let (status, iterations) = self.lp.run();
        self.iterations += iterations;
        if status == LpStatus::Infeasible {
            return Solved { bound: f64::INFINITY, point: None };
        }
        let (point, duals) = self.lp.point();
        let bound = proven(&self.model, &duals);
        Solved { bound, point: (status == LpStatus::Optimal).then_some(point) }
    }
}

/// What any duals of the rows prove.
pub(super) fn proven(model: &Model, duals: &[f64]) -> f64 {
    let mut reduced = model.cost.clone();
    let mut bound = 0.0;
    for (row, dual) in duals.iter().enumerate().take(model.rows()) {
        let side = if *dual > 0.0 { model.row_lower[row] } else { model.row_upper[row] };
        if *dual == 0.0 || !side.is_finite() || !dual.is_finite() {
            continue;
        }
        bound += dual * side;
        for (col, value) in model.terms(row) {
            reduced[col.0 as usize] -= dual * value;
        }
    }
    for (col, d) in reduced.iter().enumerate() {
        let least = if *d > 0.0 { d * model.lower[col] } else { d * model.upper[col] };
        // 0 × ∞
        bound += if *d == 0.0 { 0.0 } else { least };
    }
    if bound.is_nan() { f64::NEG_INFINITY } else { bound }
}

fn write(model: &mut Model, here: &BTreeMap<usize, Col>, id: usize, bundle: &Bundle) -> Own {
    let link = RowLabel::Link;
    let free = f64::NEG_INFINITY;
    let levels: Vec<Col> = bundle.levels.iter().map(|_| model.column(0.0, 0.0, 1.0, false)).collect();
    let copies: Vec<Vec<Col>> = bundle
        .levels
        .iter()
        .map(|_| bundle.parts.iter().map(|_| model.column(0.0, 0.0, 1.0, false)).collect())
        .collect();
    for (p, part) in bundle.parts.iter().enumerate() {
        let size = if part.reach > 0.0 { part.reach } else { 1.0 };
        let mut terms: Terms =
            part.list.iter().filter_map(|(col, value)| Some((*here.get(&(col.0 as usize))?, -value / size))).collect();
        terms.extend(copies.iter().map(|c| (c[p], 1.0)));
        model.row(link, 0.0, 0.0, terms);
        for (level, copies) in levels.iter().zip(&copies) {
            model.row(link, free, 0.0, vec![(copies[p], 1.0), (*level, -1.0)]);
        }
    }
    let reach: f64 = bundle.parts.iter().map(|p| p.measure * p.reach).sum();
    for ((level, col), copies) in bundle.levels.iter().zip(&levels).zip(&copies) {
        if reach <= 0.0 {
            continue;
        }
        let measure: Terms = bundle.parts.iter().zip(copies).map(|(p, c)| (*c, p.measure * p.reach / reach)).collect();
        if level.from > 0.0 {
            let mut terms = measure.clone();
            terms.push((*col, -level.from / reach));
            model.row(link, 0.0, f64::INFINITY, terms);
        }
        if level.to < reach {
            let mut terms = measure;
            terms.push((*col, -level.to / reach));
            model.row(link, free, 0.0, terms);
        }
    }
    model.row(link, 0.0, 1.0, levels.iter().map(|c| (*c, 1.0)).collect());
    let at = |cols: Vec<Col>| cols.into_iter().map(|c| c.0 as usize).collect();
    Own { bundle: id, levels: at(levels), copies: copies.into_iter().map(at).collect(), row: model.rows() - 1 }
}
