//! Where the prices come from: the best mixture of known columns with the LP of Y, in a box around the best prices so far
//! (a box-stabilised restricted Dantzig–Wolfe master):
//!
//!   min Σ_k cost\[k\] w\[k\] + Y + Σ (δ − centre) e⁺ + (δ + centre) e⁻
//!   Σ_k n\[k\] w\[k\] − Σ_r n'\[r\] + e⁺ − e⁻ = 0 for each bundle, likewise u;   Σ_k w\[k\] = 1 for each block
//!
//! The new prices are minus the duals of the linking rows, within centre ± δ. The value says how far the bound could rise
//! as far as the columns know; it is no bound itself.

use super::block::{Block, Prices, Range};
use super::outer::Outer;
use super::tree::Column;
use crate::highs::{Lp, LpStatus};
use crate::model::{Col, Model, RowLabel};

/// The master.
pub(super) struct Master {
    lp: Lp,
    cost: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    row_lower: Vec<f64>,
    row_upper: Vec<f64>,
    /// Number of columns and rows of Y.
    y: (usize, usize),
    bundles: usize,
    /// Block and position there of each column.
    known: Vec<(usize, usize)>,
    pub(super) iterations: u64,
}

/// What the master thinks.
pub(super) struct Thought {
    /// New prices.
    pub(super) prices: Prices,
    /// Value that the columns promise.
    pub(super) value: f64,
    /// The point of Y.
    pub(super) outer: Vec<f64>,
    /// Weight of columns with any, by block and position.
    pub(super) weights: Vec<(usize, usize, f64)>,
}

impl Master {
    /// A master without columns.
    pub(super) fn new(outer: &Outer, bundles: usize, blocks: usize) -> Option<Self> {
        let mut model = outer.model.clone();
        model.cost = outer.base().to_vec();
        let y = (model.columns(), model.rows());
        let slack: Vec<Vec<Col>> =
            (0..2 * bundles).map(|_| (0..2).map(|_| model.column(0.0, 0.0, f64::INFINITY, false)).collect()).collect();
        for (which, slack) in slack.iter().enumerate() {
            let (o, is_net) = (which % bundles, which < bundles);
            let column = |(n, u): &(usize, usize)| Col(u32::try_from(if is_net { *n } else { *u }).unwrap_or(u32::MAX));
            let mut terms: Vec<(Col, f64)> = outer.split[o].iter().map(|pair| (column(pair), -1.0)).collect();
            terms.extend([(slack[0], 1.0), (slack[1], -1.0)]);
            model.row(RowLabel::Link, 0.0, 0.0, terms);
        }
        for _ in 0..blocks {
            model.row(RowLabel::Link, 1.0, 1.0, Vec::new());
        }
        let lp = Lp::new(&model)?;
        let Model { cost, lower, upper, row_lower, row_upper, .. } = model;
        Some(Self { lp, cost, lower, upper, row_lower, row_upper, y, bundles, known: Vec::new(), iterations: 0 })
    }

    /// Adds a column of a block, in its position there.
    pub(super) fn add(&mut self, b: usize, position: usize, block: &Block, column: &Column) {
        let mut entries = vec![(self.y.1 + 2 * self.bundles + b, 1.0)];
        for (own, (n, u)) in block.own.iter().zip(column.net.iter().zip(&column.used)) {
            entries.push((self.y.1 + own.bundle, *n));
            entries.push((self.y.1 + self.bundles + own.bundle, *u));
        }
        entries.retain(|(_, v)| *v != 0.0);
        entries.sort_by_key(|(row, _)| *row);
        self.lp.add_column(column.cost, &entries);
        self.cost.push(column.cost);
        self.lower.push(0.0);
        self.upper.push(f64::INFINITY);
        self.known.push((b, position));
    }

    /// Restricts Y as its model is restricted, and shuts columns.
    pub(super) fn restrict(&mut self, outer: &Outer, shut: &dyn Fn(usize, usize) -> bool) {
        self.upper[..self.y.0].copy_from_slice(&outer.model.upper);
        self.row_lower[..self.y.1].copy_from_slice(&outer.model.row_lower);
        let first = self.y.0 + 4 * self.bundles;
        for (i, (b, position)) in self.known.iter().enumerate() {
            self.upper[first + i] = if shut(*b, *position) { 0.0 } else { f64::INFINITY };
        }
        self.lp.column_bounds(&self.lower, &self.upper);
        self.lp.row_bounds(&self.row_lower, &self.row_upper);
    }

    /// The best mixture in a box of δ around the centre.
    pub(super) fn think(&mut self, centre: &Prices, delta: f64) -> Option<Thought> {
        for (o, price) in centre.net.iter().chain(&centre.used).enumerate() {
            self.cost[self.y.0 + 2 * o] = delta - price;
            self.cost[self.y.0 + 2 * o + 1] = delta + price;
        }
        self.lp.costs(&self.cost);
        let (status, iterations) = self.lp.run();
        self.iterations += iterations;
        if status != LpStatus::Optimal {
            return None;
        }
        let (point, duals) = self.lp.point();
        let first = self.y.0 + 4 * self.bundles;
        let value = point.iter().zip(&self.cost).map(|(x, c)| x * c).sum();
        let price = |o: usize, centre: f64| (-duals[self.y.1 + o]).clamp(centre - delta, centre + delta);
        let prices = Prices {
            net: centre.net.iter().enumerate().map(|(o, c)| price(o, *c)).collect(),
            used: centre.used.iter().enumerate().map(|(o, c)| price(self.bundles + o, *c)).collect(),
        };
        let weights = self.known.iter().zip(&point[first..]).filter(|(_, w)| **w > 1e-9);
        let weights = weights.map(|((b, position), w)| (*b, *position, *w)).collect();
        Some(Thought { prices, value, outer: point[..self.y.0].to_vec(), weights })
    }
}

/// Whether a column uses a bundle that may not be used.
pub(super) fn uses_closed(block: &Block, column: &Column, closed: &[bool]) -> bool {
    block.own.iter().zip(&column.used).any(|(own, u)| closed[own.bundle] && *u > 0.0)
}

/// Bundles that may not be used.
pub(super) fn closed(outer: &Outer, ranges: &[Range], bundles: usize) -> Vec<bool> {
    let mut closed = vec![false; bundles];
    for (scale, _) in outer.scales.iter().zip(ranges).filter(|(_, r)| r.high < 0) {
        for o in &scale.bundles {
            closed[*o] = true;
        }
    }
    closed
}
