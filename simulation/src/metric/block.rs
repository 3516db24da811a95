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
    /// Sums for weekly means: `[(week × needs + need) × 2 + kind]`, kind 0 unmet fraction, 1 cover.
    pub weekly: Vec<f64>,
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
            unmet: Vec::new(),
            down: Vec::new(),
            stockouts: vec![0; all],
            weeks_short: vec![0; all],
            demand: vec![0.0; needs],
            saved: vec![0.0; needs],
            drawn: vec![0.0; needs],
            weekly: vec![0.0; needs * weeks * 2],
            excess: Vec::new(),
            credit: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// Appends the block that comes next.
    pub fn merge(&mut self, next: &Self) {
        self.unmet.extend_from_slice(&next.unmet);
        self.down.extend_from_slice(&next.down);
        self.excess.extend_from_slice(&next.excess);
        self.credit.extend_from_slice(&next.credit);
        self.marks.extend_from_slice(&next.marks);
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
    /// 1 ÷ mean weekly demand, 0 for a need without demand.
    per_mean: Vec<f64>,
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
            per_mean: scopes.mean.iter().map(|d| if *d > 0.0 { 1.0 / d } else { 0.0 }).collect(),
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
        block.excess.extend_from_slice(&record.excess);
        block.credit.extend_from_slice(&record.credit);
        block.down.extend_from_slice(&path.down);
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
        scatter(self.need, &record.unmet[row], &mut self.unmet);
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

fn add(sums: &mut [f64], values: &[f64]) {
    sums.iter_mut().zip(values).for_each(|(s, v)| *s += v);
}

/// Adds cells' values to their needs.
fn scatter(need: &[u32], values: &[f64], into: &mut [f64]) {
    need.iter().zip(values).for_each(|(n, v)| into[*n as usize] += v);
}
