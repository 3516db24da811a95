//! One block of replications summed up. Blocks have fixed borders and merge in order.

use super::fan::Fan;
use super::scope::Scopes;
use crate::draw::Path;
use crate::kernel::Record;

/// A week counts as a stockout if more than this fraction of its demand goes unmet.
pub const STOCKOUT: f64 = 0.001;

/// What a block of replications adds up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Weighted unmet demand, `[replication × scopes + scope]`.
    pub unmet: Vec<f64>,
    /// Was a struck node down? `[replication × nodes + node]`.
    pub down: Vec<bool>,
    /// By scope: replications with a stockout.
    pub stockouts: Vec<u64>,
    /// By scope: weeks with a stockout, over all replications.
    pub weeks_short: Vec<u64>,
    /// By need: demand after conservation, demand saved by it, reserve drawn, need units over all replications.
    pub demand: Vec<f64>,
    /// See `demand`.
    pub saved: Vec<f64>,
    /// See `demand`.
    pub drawn: Vec<f64>,
    /// Sums for weekly means: `[(need × weeks + week) × 2 + kind]`, kind 0 unmet fraction, 1 cover.
    pub weekly: Vec<f64>,
}

impl Block {
    /// An empty block.
    pub fn new(scopes: &Scopes, weeks: usize) -> Self {
        let (all, needs) = (scopes.list.len(), scopes.mean.len());
        Self {
            unmet: Vec::new(),
            down: Vec::new(),
            stockouts: vec![0; all],
            weeks_short: vec![0; all],
            demand: vec![0.0; needs],
            saved: vec![0.0; needs],
            drawn: vec![0.0; needs],
            weekly: vec![0.0; needs * weeks * 2],
        }
    }

    /// Appends the block that comes next.
    pub fn merge(&mut self, next: &Self) {
        self.unmet.extend_from_slice(&next.unmet);
        self.down.extend_from_slice(&next.down);
        let count = |a: &mut Vec<u64>, b: &Vec<u64>| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        count(&mut self.stockouts, &next.stockouts);
        count(&mut self.weeks_short, &next.weeks_short);
        let sum = |a: &mut Vec<f64>, b: &Vec<f64>| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        sum(&mut self.demand, &next.demand);
        sum(&mut self.saved, &next.saved);
        sum(&mut self.drawn, &next.drawn);
        sum(&mut self.weekly, &next.weekly);
    }
}

/// Reads records into blocks; working memory of one thread.
#[derive(Debug, Clone)]
pub struct Meter<'a> {
    scopes: &'a Scopes,
    need: &'a [u32],
    weeks: usize,
    /// Of the week in hand, by need: demand, unmet, stock, and whether it is a stockout.
    demand: Vec<f64>,
    unmet: Vec<f64>,
    stock: Vec<f64>,
    out: Vec<bool>,
    /// Of the replication, by need.
    total: Vec<f64>,
    any: Vec<bool>,
}

impl<'a> Meter<'a> {
    /// A meter; `need` is the need of each cell.
    pub fn new(scopes: &'a Scopes, need: &'a [u32], weeks: usize) -> Self {
        let needs = scopes.mean.len();
        let zero = || vec![0.0; needs];
        Self {
            scopes,
            need,
            weeks,
            demand: zero(),
            unmet: zero(),
            stock: zero(),
            out: vec![false; needs],
            total: zero(),
            any: vec![false; scopes.list.len()],
        }
    }

    /// Adds one replication to a block and to the bands.
    pub fn read(&mut self, record: &Record, path: &Path, block: &mut Block, fan: &Fan) {
        self.total.fill(0.0);
        self.any.fill(false);
        for w in 0..self.weeks {
            self.week(w, record, block);
            self.bands(w, block, fan);
            if self.out.contains(&true) {
                for (s, scope) in self.scopes.list.iter().enumerate() {
                    if scope.needs.iter().any(|(n, _)| self.out[*n]) {
                        self.any[s] = true;
                        block.weeks_short[s] += 1;
                    }
                }
            }
        }
        for (s, scope) in self.scopes.list.iter().enumerate() {
            block.unmet.push(scope.needs.iter().map(|(n, weight)| weight * self.total[*n]).sum());
            block.stockouts[s] += u64::from(self.any[s]);
        }
        block.down.extend_from_slice(&path.down);
    }

    fn week(&mut self, w: usize, record: &Record, block: &mut Block) {
        for sums in [&mut self.demand, &mut self.unmet, &mut self.stock] {
            sums.fill(0.0);
        }
        let row = w * record.cells;
        for (c, n) in self.need.iter().enumerate() {
            let (n, at) = (*n as usize, row + c);
            self.demand[n] += record.demand[at];
            self.unmet[n] += record.unmet[at];
            self.stock[n] += record.stock[at];
            block.saved[n] += record.saved[at];
            block.drawn[n] += record.reserve_drawn[at];
        }
        for n in 0..self.total.len() {
            block.demand[n] += self.demand[n];
            self.total[n] += self.unmet[n];
            self.out[n] = self.unmet[n] > STOCKOUT * self.demand[n];
        }
    }

    fn bands(&mut self, w: usize, block: &mut Block, fan: &Fan) {
        for n in 0..self.total.len() {
            let (demand, mean) = (self.demand[n], self.scopes.mean[n]);
            let unmet = if demand > 0.0 { self.unmet[n] / demand } else { 0.0 };
            let cover = if mean > 0.0 { self.stock[n] / mean } else { 0.0 };
            let at = (n * self.weeks + w) * 2;
            block.weekly[at] += unmet;
            block.weekly[at + 1] += cover;
            fan.add(n, w, unmet, cover);
        }
    }
}
