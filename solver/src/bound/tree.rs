//! Branch and bound on the levels of a block's bundles, over its reduced LP: Φ = min cost of the block at given prices.
//!
//! A node keeps for each bundle the levels it may still have, an interval of {not used, 0, …, T−1}. The lowest bound is
//! expanded first, from its parent's basis, on the bundle with the largest *money error*: what its volume would cost at the
//! level that volume reaches, against what the LP says. The interval is cut at that level, or in the middle of the λ.
//! Every point is also read as an award of the block, each bundle at the level it reaches: a *column* (cost, n, u). Nodes
//! above the best column are not expanded. The bound is the least over all nodes that were not; columns never enter it.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::block::{Block, Prices, Range};
use super::bundles::Bundle;
use crate::highs::Basis;

/// Relative room by which a volume may miss a level and still count as there.
const REACHED: f64 = 1e-7;
/// From this on a λ is 0 or 1.
const WHOLE: f64 = 1e-6;

/// An award of a block, as the rest sees it.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Cost without prices.
    pub(super) cost: f64,
    /// n of each of the block's bundles.
    pub(super) net: Vec<f64>,
    /// u.
    pub(super) used: Vec<f64>,
    /// Values of the relaxation's columns.
    pub(super) point: Vec<(usize, f64)>,
}

impl Column {
    /// Cost at prices.
    pub(super) fn priced(&self, block: &Block, prices: &Prices) -> f64 {
        let own = block.own.iter().zip(self.net.iter().zip(&self.used));
        self.cost + own.map(|(o, (n, u))| n * prices.net[o.bundle] + u * prices.used[o.bundle]).sum::<f64>()
    }
}

/// What a tree gave.
pub(super) struct Grown {
    /// No award of the block costs less; infinite if there is none.
    pub(super) bound: f64,
    /// Columns better than any known, the best last.
    pub(super) columns: Vec<Column>,
}

/// When a tree ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// Part of the cost by which the bound may stay below the best column.
    pub(super) gap: f64,
    /// LPs.
    pub(super) solves: usize,
}

struct Node {
    bound: f64,
    order: usize,
    ranges: Vec<Range>,
    cut: Option<Cut>,
    basis: Option<Arc<Basis>>,
}

/// The bundle to expand on, and the last level of the lower side.
#[derive(Debug, Clone, Copy)]
struct Cut {
    own: usize,
    at: i32,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    /// The greatest has the lowest bound, and of equals was made first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(other.order.cmp(&self.order))
    }
}

/// The levels that a bundle may have at first.
pub(super) fn whole_range(bundle: &Bundle, closed: bool) -> Range {
    let levels = i32::try_from(bundle.levels.len()).unwrap_or(i32::MAX);
    Range { low: -1, high: if closed { -1 } else { levels - 1 } }
}

/// Grows the tree from the block's prices; `known` is the cost of the best column known.
pub(super) fn grow(
    block: &mut Block,
    bundles: &[Bundle],
    prices: &Prices,
    start: Vec<Range>,
    known: f64,
    ends: Ends,
    stop: &(dyn Fn() -> bool + Sync),
) -> Grown {
    let mut grown = Grown { bound: f64::INFINITY, columns: Vec::new() };
    let mut best = known;
    let mut open = BinaryHeap::new();
    let (mut solves, mut order) = (0, 0);
    let mut look = |block: &mut Block, ranges: Vec<Range>, above: f64, best: &mut f64, columns: &mut Vec<Column>| {
        block.restrict(&ranges);
        let solved = block.solve();
        order += 1;
        let mut node = Node { bound: solved.bound.max(above), order, ranges, cut: None, basis: None };
        if let Some(point) = &solved.point {
            let (column, cut) = read(block, bundles, &node.ranges, point);
            if let Some(column) = column {
                let cost = column.priced(block, prices);
                if cost < *best {
                    *best = cost;
                    columns.push(column);
                }
            }
            node.cut = cut;
            node.basis = cut.and_then(|_| block.lp.basis()).map(Arc::new);
        }
        node
    };
    let root = look(block, start.clone(), f64::NEG_INFINITY, &mut best, &mut grown.columns);
    let root_basis = root.basis.clone();
    open.push(root);
    while let Some(node) = open.pop() {
        solves += 2;
        let enough = node.bound >= best - ends.gap * best.abs() || solves > ends.solves || stop();
        let Some(cut) = node.cut.filter(|_| !enough) else {
            // Nodes come in order of their bounds, so nothing open lies lower.
            grown.bound = grown.bound.min(node.bound);
            if enough {
                break;
            }
            continue;
        };
        let range = node.ranges[cut.own];
        for side in [Range { high: cut.at, ..range }, Range { low: cut.at + 1, ..range }] {
            let mut ranges = node.ranges.clone();
            ranges[cut.own] = side;
            if let Some(basis) = &node.basis {
                block.lp.start_from(basis);
            }
            let child = look(block, ranges, node.bound, &mut best, &mut grown.columns);
            if child.bound < f64::INFINITY {
                open.push(child);
            }
        }
    }
    // The next tree begins where this one did.
    if let Some(basis) = root_basis {
        block.lp.start_from(&basis);
    }
    grown
}

/// The LP of the block as if its point were an award: a bound and a column for prices that need not be exact yet.
pub(super) fn relax(block: &mut Block, bundles: &[Bundle], prices: &Prices) -> Grown {
    let start: Vec<Range> = block.own.iter().map(|own| whole_range(&bundles[own.bundle], false)).collect();
    block.restrict(&start);
    let solved = block.solve();
    let column = |point: Vec<f64>| {
        let mut column = Column { cost: 0.0, net: Vec::new(), used: Vec::new(), point: Vec::new() };
        column.cost = point.iter().zip(&block.model.cost).map(|(x, c)| x * c).sum();
        for own in &block.own {
            let bundle = &bundles[own.bundle];
            let mut net = 0.0;
            for ((level, col), copies) in bundle.levels.iter().zip(&own.levels).zip(&own.copies) {
                net -= level.fixed * point[*col];
                let parts = bundle.parts.iter().zip(&level.keep).zip(copies);
                net += parts.map(|((part, keep), v)| keep * part.reach * point[*v]).sum::<f64>();
            }
            column.net.push(net / bundle.most.max(f64::MIN_POSITIVE));
            column.used.push(own.levels.iter().map(|l| point[*l]).sum());
        }
        // What the prices add is taken out again.
        let own = block.own.iter().zip(column.net.iter().zip(&column.used));
        column.cost -= own.map(|(o, (n, u))| n * prices.net[o.bundle] + u * prices.used[o.bundle]).sum::<f64>();
        column
    };
    Grown { bound: solved.bound, columns: solved.point.map(column).into_iter().collect() }
}

/// A point as an award of the block, where each bundle used reaches some level, and where to cut.
fn read(block: &Block, bundles: &[Bundle], ranges: &[Range], point: &[f64]) -> (Option<Column>, Option<Cut>) {
    let cost = &block.model.cost;
    let scale = block.model.money_scale;
    let mut column = Column { cost: 0.0, net: Vec::new(), used: Vec::new(), point: Vec::new() };
    let mut stands = true;
    let mut worst: Option<(f64, Cut)> = None;
    for (col, origin) in block.origin.iter().enumerate() {
        column.cost += point[col] * cost[col];
        if point[col] != 0.0 {
            column.point.push((*origin, point[col]));
        }
    }
    for (i, own) in block.own.iter().enumerate() {
        let bundle = &bundles[own.bundle];
        let volume: Vec<f64> = (0..bundle.parts.len())
            .map(|p| own.copies.iter().map(|c| point[c[p]]).sum::<f64>() * bundle.parts[p].reach)
            .collect();
        let measure: f64 = bundle.parts.iter().zip(&volume).map(|(p, v)| p.measure * v).sum();
        let all: f64 = volume.iter().sum();
        let reach: f64 = bundle.parts.iter().map(|p| p.reach).sum();
        let said: f64 = own
            .levels
            .iter()
            .zip(&own.copies)
            .map(|(l, c)| point[*l] * cost[*l] + c.iter().map(|v| point[*v] * cost[*v]).sum::<f64>())
            .sum();
        let opened: f64 = own.levels.iter().map(|l| point[*l]).sum();
        if bundle.loose {
            // Anything between its levels is as good: the LP's mixture is an award.
            let (mut net, mut saving) = (0.0, 0.0);
            for (level, copies) in bundle.levels.iter().zip(&own.copies) {
                for ((part, keep), v) in bundle.parts.iter().zip(&level.keep).zip(copies) {
                    net += keep * part.reach * point[*v];
                    saving += (1.0 - keep) * part.reach * point[*v] * part.worth;
                }
            }
            column.cost -= saving + net * bundle.always / scale;
            column.net.push(net / bundle.most.max(f64::MIN_POSITIVE));
            column.used.push(if all > REACHED * reach { 1.0 } else { opened.min(1.0) });
            continue;
        }
        let is_used = all > REACHED * reach;
        let reached = bundle.levels.iter().rposition(|l| measure >= l.from * (1.0 - REACHED));
        let true_cost = match reached {
            _ if !is_used => 0.0,
            None => {
                stands = false;
                f64::INFINITY
            }
            Some(t) => {
                let level = &bundle.levels[t];
                let mut net = -level.fixed;
                let mut saving = level.fixed * bundle.parts.first().map_or(0.0, |p| p.worth);
                let mut sum = cost[own.levels[t]];
                for (p, part) in bundle.parts.iter().enumerate() {
                    net += level.keep[p] * volume[p];
                    saving += (1.0 - level.keep[p]) * volume[p] * part.worth;
                    if part.reach > 0.0 {
                        sum += volume[p] / part.reach * cost[own.copies[t][p]];
                    }
                }
                column.cost -= saving + net * bundle.always / scale;
                column.net.push(net / bundle.most.max(f64::MIN_POSITIVE));
                column.used.push(1.0);
                sum
            }
        };
        if column.net.len() <= i {
            // A bundle without a least volume may count as used by nothing.
            column.net.push(0.0);
            column.used.push(if opened > 0.5 { 1.0 } else { 0.0 });
        }
        let range = ranges[i];
        let fractional = own.levels.iter().any(|l| (point[*l] - point[*l].round()).abs() > WHOLE);
        if range.low >= range.high || !fractional {
            continue;
        }
        let error = if true_cost.is_finite() { (true_cost - said).abs() } else { cost_of_mixture(said, all, reach) };
        let t = if is_used { reached.map_or(0, |t| i32::try_from(t).unwrap_or(0)) } else { -1 };
        let mean: f64 = own.levels.iter().enumerate().map(|(t, l)| (t as f64 + 1.0) * point[*l]).sum::<f64>() - 1.0;
        // A cut leaves both sides something.
        let at = if (range.low..range.high).contains(&t) { t } else { mean.floor() as i32 };
        let at = at.clamp(range.low, range.high - 1);
        if worst.is_none_or(|(most, _)| error > most) {
            worst = Some((error, Cut { own: i, at }));
        }
    }
    (stands.then_some(column), worst.map(|(_, cut)| cut))
}

/// The error of a bundle that is used by less than its least: all that it costs, or is a part of its reach.
fn cost_of_mixture(said: f64, all: f64, reach: f64) -> f64 {
    said.abs().max(f64::MIN_POSITIVE) * (1.0 + all / reach.max(f64::MIN_POSITIVE))
}
