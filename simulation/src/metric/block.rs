//! One block of replications summed up. Blocks have fixed borders; a summary joins them.

use super::fan::Fan;
use super::scope::{Scopes, Weighted};
use super::summary::Failure;
use crate::draw::Path;
use crate::kernel::Record;

/// A week counts as a stockout if more than this fraction of its demand goes unmet.
pub const STOCKOUT: f64 = 0.001;

/// What a block of replications adds up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Replications without a result.
    pub failed: Vec<(u64, Failure)>,
    /// Weighted unmet demand, `[replication × columns of the scopes + column]`.
    pub unmet: Vec<f64>,
    /// Was a struck node down? `[replication × nodes + node]`.
    pub down: Vec<bool>,
    /// By scope: replications with a stockout.
    pub stockouts: Vec<u64>,
    /// By scope: weeks with a stockout, over all replications.
    pub weeks_short: Vec<u64>,
    /// By week: replications with a stockout of some need.
    pub out_in_week: Vec<u64>,
    /// By need: demand after conservation, demand saved by it, reserve drawn, need units over all replications.
    pub demand: Vec<f64>,
    /// See `demand`.
    pub saved: Vec<f64>,
    /// See `demand`.
    pub drawn: Vec<f64>,
    /// Sums for weekly means: `[(week × needs + need) × 2 + kind]`, kind 0 unmet fraction, 1 cover.
    pub weekly: Vec<f64>,
    /// By week: unmet demand of all needs, weighted as the total.
    pub unmet_in_week: Vec<f64>,
    /// See `kernel::Record`, `[replication × suppliers with a clause + supplier]`.
    pub excess: Vec<f64>,
    /// See `excess`.
    pub credit: Vec<f64>,
    /// Marks for the bands that are not yet counted.
    pub marks: Vec<u32>,
}

impl Block {
    /// An empty block.
    pub fn new(scopes: &Scopes, weeks: usize) -> Self {
        let (all, needs) = (scopes.list.len(), scopes.mean.len());
        Self {
            failed: Vec::new(),
            unmet: Vec::new(),
            down: Vec::new(),
            stockouts: vec![0; all],
            weeks_short: vec![0; all],
            out_in_week: vec![0; weeks],
            demand: vec![0.0; needs],
            saved: vec![0.0; needs],
            drawn: vec![0.0; needs],
            weekly: vec![0.0; needs * weeks * 2],
            unmet_in_week: vec![0.0; weeks],
            excess: Vec::new(),
            credit: Vec::new(),
            marks: Vec::new(),
        }
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
    /// 1 ÷ mean weekly demand, 0 for a need without demand.
    per_mean: Vec<f64>,
    /// Of the replication, by need.
    total: Vec<f64>,
    any: Vec<bool>,
    /// Of the replication and of the week in hand, by cell; empty if no scope is a site.
    cell_total: Vec<f64>,
    cell_out: Vec<bool>,
}

impl<'a> Meter<'a> {
    /// A meter; `need` is the need of each cell.
    pub fn new(scopes: &'a Scopes, need: &'a [u32], weeks: usize) -> Self {
        let needs = scopes.mean.len();
        let zero = || vec![0.0; needs];
        let cells = if scopes.list.iter().any(|s| !s.cells.is_empty()) { need.len() } else { 0 };
        Self {
            scopes,
            need,
            weeks,
            demand: zero(),
            unmet: zero(),
            stock: zero(),
            out: vec![false; needs],
            per_mean: scopes.mean.iter().map(|d| if *d > 0.0 { 1.0 / d } else { 0.0 }).collect(),
            total: zero(),
            any: vec![false; scopes.list.len()],
            cell_total: vec![0.0; cells],
            cell_out: vec![false; cells],
        }
    }

    /// Adds one replication to a block and to the bands.
    pub fn read(&mut self, record: &Record, path: &Path, block: &mut Block, fan: &Fan) {
        self.total.fill(0.0);
        self.any.fill(false);
        self.cell_total.fill(0.0);
        for w in 0..self.weeks {
            self.week(w, record, block);
            self.bands(w, block, fan);
            if record.any_short[w] {
                self.stockouts(w, block);
            }
        }
        block.unmet.extend(self.scopes.columns().map(|c| weighted(c, &self.total, &self.cell_total)));
        block.stockouts.iter_mut().zip(&self.any).for_each(|(n, any)| *n += u64::from(*any));
        block.excess.extend_from_slice(&record.excess);
        block.credit.extend_from_slice(&record.credit);
        block.down.extend_from_slice(&path.down);
    }

    /// A replication without a result: rows that nobody reads keep those of the others in their place.
    pub fn fail(&self, replication: u64, why: Failure, (nodes, clauses): (usize, usize), block: &mut Block) {
        block.failed.push((replication, why));
        block.unmet.extend(std::iter::repeat_n(f64::NAN, self.scopes.width()));
        block.excess.extend(std::iter::repeat_n(f64::NAN, clauses));
        block.credit.extend(std::iter::repeat_n(f64::NAN, clauses));
        block.down.extend(std::iter::repeat_n(false, nodes));
    }

    /// Counts the stockouts of a week in which something was short.
    fn stockouts(&mut self, w: usize, block: &mut Block) {
        if let Some(total) = self.scopes.list.last() {
            block.unmet_in_week[w] += weighted(total, &self.unmet, &[]);
        }
        if !self.out.contains(&true) && !self.cell_out.contains(&true) {
            return;
        }
        block.out_in_week[w] += u64::from(self.out.contains(&true));
        for (s, scope) in self.scopes.list.iter().enumerate() {
            let out = match scope.cells.is_empty() {
                true => scope.needs.iter().any(|(n, _)| self.out[*n]),
                false => scope.cells.iter().any(|(c, _)| self.cell_out[*c]),
            };
            if out {
                self.any[s] = true;
                block.weeks_short[s] += 1;
            }
        }
    }

    fn week(&mut self, w: usize, record: &Record, block: &mut Block) {
        self.demand.fill(0.0);
        self.stock.fill(0.0);
        let row = w * record.cells..(w + 1) * record.cells;
        for ((n, demand), stock) in self.need.iter().zip(&record.demand[row.clone()]).zip(&record.stock[row.clone()]) {
            self.demand[*n as usize] += demand;
            self.stock[*n as usize] += stock;
        }
        add(&mut block.demand, &self.demand);
        if record.saves {
            scatter(self.need, &record.saved[row.clone()], &mut block.saved);
        }
        self.unmet.fill(0.0);
        self.out.fill(false);
        if !record.any_short[w] {
            return;
        }
        scatter(self.need, &record.reserve_drawn[row.clone()], &mut block.drawn);
        let unmet = &record.unmet[row.clone()];
        scatter(self.need, unmet, &mut self.unmet);
        let cells = self.cell_total.iter_mut().zip(&mut self.cell_out);
        for ((total, out), (unmet, demand)) in cells.zip(unmet.iter().zip(&record.demand[row])) {
            *total += unmet;
            *out = *unmet > STOCKOUT * demand;
        }
        add(&mut self.total, &self.unmet);
        for ((out, unmet), demand) in self.out.iter_mut().zip(&self.unmet).zip(&self.demand) {
            *out = *unmet > STOCKOUT * demand;
        }
    }

    fn bands(&mut self, w: usize, block: &mut Block, fan: &Fan) {
        let need = self.unmet.iter().zip(&self.demand).zip(self.stock.iter().zip(&self.per_mean));
        let row = w * self.unmet.len() * 2;
        let sums = block.weekly[row..].chunks_exact_mut(2);
        for ((n, ((unmet, demand), (stock, per_mean))), sums) in need.enumerate().zip(sums) {
            let unmet = if *unmet > 0.0 { unmet / demand } else { 0.0 };
            let cover = stock * per_mean;
            sums[0] += unmet;
            sums[1] += cover;
            fan.add(n, w, unmet, cover, &mut block.marks);
        }
    }
}

/// A column's value: by cell for a site, else by need.
fn weighted(column: &Weighted, needs: &[f64], cells: &[f64]) -> f64 {
    match column.cells.is_empty() {
        true => column.needs.iter().map(|(n, weight)| weight * needs[*n]).sum(),
        false => column.cells.iter().map(|(c, weight)| weight * cells[*c]).sum(),
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
}

/// Adds cells' values to their needs.
fn scatter(need: &[u32], values: &[f64], into: &mut [f64]) {
    need.iter().zip(values).for_each(|(n, v)| into[*n as usize] += v);
}
