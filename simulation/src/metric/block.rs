//! One block of replications summed up. Blocks have fixed borders; a summary joins them.

use super::fan::Fan;
use super::inventory::{SUMS, Tally};
use super::scope::Scopes;
use super::shortfalls::Shortfalls;
use super::summary::Failure;
use crate::blocks::BLOCK;
use crate::draw::Path;
use crate::kernel::{Model, Outcome, Record, Shortage};

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
    /// By cell: demand after conservation, demand saved by it (empty if none ever is), reserve drawn, need units over all replications.
    pub demand: Vec<f64>,
    /// See `demand`.
    pub saved: Vec<f64>,
    /// See `demand`.
    pub drawn: Vec<f64>,
    /// Sums for weekly means: `[(week × needs + need) × 2 + kind]`, kind 0 unmet fraction, 1 cover.
    pub weekly: Vec<f64>,
    /// By week: unmet demand of all needs, weighted as the total.
    pub unmet_in_week: Vec<f64>,
    /// By need: sums of stock (`inventory.rs`); empty where there are no bands.
    pub inventory: Vec<f64>,
    /// See `kernel::Record`, `[replication × suppliers with a clause + supplier]`.
    pub excess: Vec<f64>,
    /// See `excess`.
    pub credit: Vec<f64>,
    /// Marks for the bands that are not yet counted.
    pub marks: Vec<u32>,
}

impl Block {
    /// An empty block; `bands` is the number of steps that have weekly bands.
    pub fn new(scopes: &Scopes, bands: usize, model: &Model) -> Self {
        let (all, needs, cells, weeks) = (scopes.list.len(), scopes.mean.len(), model.cells(), model.weeks);
        Self {
            failed: Vec::new(),
            unmet: Vec::with_capacity(BLOCK as usize * scopes.width()),
            down: Vec::new(),
            stockouts: vec![0; all],
            weeks_short: vec![0; all],
            out_in_week: vec![0; weeks],
            demand: vec![0.0; cells],
            saved: vec![0.0; cells],
            drawn: vec![0.0; cells],
            weekly: vec![0.0; needs * bands * 2],
            unmet_in_week: vec![0.0; weeks],
            inventory: vec![0.0; if bands > 0 { needs * SUMS } else { 0 }],
            excess: Vec::new(),
            credit: Vec::new(),
            marks: Vec::new(),
        }
    }
}

/// No stockout in this replication yet.
const NEVER: u32 = u32::MAX;

/// Reads outcomes and records into blocks; working memory of one thread.
#[derive(Debug, Clone)]
pub struct Meter<'a> {
    scopes: &'a Scopes,
    need: &'a [u32],
    weeks: usize,
    /// 1 ÷ mean weekly demand, 0 for a need without demand.
    per_mean: Vec<f64>,
    /// By need: the scopes it is in, the columns it counts in with its weight there, its weight in the total.
    in_scopes: Vec<Vec<usize>>,
    in_columns: Vec<Vec<(usize, f64)>>,
    in_total: Vec<f64>,
    /// By cell: scopes that are sites; and their columns.
    at_site: Vec<Vec<usize>>,
    site_columns: Vec<usize>,
    /// Of the replication, by need: unmet; which needs went unmet at all, a bit each.
    total: Vec<f64>,
    touched: Vec<u64>,
    /// By scope: step of the last stockout.
    last_out: Vec<u32>,
    /// By cell: unmet; empty if no scope is a site.
    cell_total: Vec<f64>,
    /// Of the step in hand, by need: demand, unmet, stock.
    demand: Vec<f64>,
    unmet: Vec<f64>,
    stock: Vec<f64>,
    tally: Tally,
    /// Where no need is asked for at more than one site.
    shortfalls: Option<Shortfalls>,
}

impl<'a> Meter<'a> {
    /// A meter.
    pub fn new(scopes: &'a Scopes, model: &'a Model) -> Self {
        let (need, weeks, needs) = (&model.need[..], model.weeks, scopes.mean.len());
        let zero = || vec![0.0; needs];
        let (mut in_scopes, mut in_columns) = (vec![Vec::new(); needs], vec![Vec::new(); needs]);
        let (mut at_site, mut site_columns, mut in_total) = (vec![Vec::new(); need.len()], Vec::new(), zero());
        for (s, scope) in scopes.list.iter().enumerate() {
            scope.cells.iter().for_each(|(c, _)| at_site[*c].push(s));
            scope.needs.iter().filter(|_| scope.cells.is_empty()).for_each(|(n, _)| in_scopes[*n].push(s));
        }
        for (c, column) in scopes.columns().enumerate() {
            match column.cells.is_empty() {
                true => column.needs.iter().for_each(|(n, weight)| in_columns[*n].push((c, *weight))),
                false => site_columns.push(c),
            }
        }
        scopes.list.last().into_iter().flat_map(|t| &t.needs).for_each(|(n, weight)| in_total[*n] = *weight);
        let cells = if site_columns.is_empty() { 0 } else { need.len() };
        let shortfalls = model.one_cell_each.then(|| Shortfalls::new(scopes, model, &in_total));
        Self {
            shortfalls,
            scopes,
            need,
            weeks,
            per_mean: scopes.mean.iter().map(|d| if *d > 0.0 { 1.0 / d } else { 0.0 }).collect(),
            in_scopes,
            in_columns,
            in_total,
            at_site,
            site_columns,
            total: zero(),
            touched: vec![0; needs.div_ceil(64)],
            last_out: vec![NEVER; scopes.list.len()],
            cell_total: vec![0.0; cells],
            demand: zero(),
            unmet: zero(),
            stock: zero(),
            tally: Tally::new(needs, weeks),
        }
    }

    /// Adds one replication to a block.
    pub fn read(&mut self, outcome: &Outcome, path: &Path, block: &mut Block) {
        self.touched.fill(0);
        match &mut self.shortfalls {
            Some(shortfalls) => {
                let (touched, total) = (&mut self.touched, &mut self.total);
                shortfalls.read(&outcome.shortfalls, block, |n, unmet| {
                    touched[n / 64] |= 1 << (n % 64);
                    total[n] = unmet;
                });
                if !self.cell_total.is_empty() {
                    let unmet = |n: &u32| {
                        let n = *n as usize;
                        if touched[n / 64] >> (n % 64) & 1 == 1 { total[n] } else { 0.0 }
                    };
                    self.cell_total.iter_mut().zip(self.need).for_each(|(cell, n)| *cell = unmet(n));
                }
            }
            None => {
                self.last_out.fill(NEVER);
                self.cell_total.fill(0.0);
                for step in outcome.shortages.chunk_by(|a, b| a.step == b.step) {
                    self.step(step, block);
                }
            }
        }
        self.columns(block);
        let add = |values: &[f64], into: &mut [f64]| into.iter_mut().zip(values).for_each(|(sum, v)| *sum += v);
        add(&outcome.demand, &mut block.demand);
        add(&outcome.saved, &mut block.saved);
        add(&outcome.drawn, &mut block.drawn);
        block.excess.extend_from_slice(&outcome.excess);
        block.credit.extend_from_slice(&outcome.credit);
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

    /// The shortages of one step, need by need.
    fn step(&mut self, step: &[Shortage], block: &mut Block) {
        let w = step[0].step;
        let (mut weighted, mut out) = (0.0, false);
        for cells in step.chunk_by(|a, b| self.need[a.cell as usize] == self.need[b.cell as usize]) {
            let n = self.need[cells[0].cell as usize] as usize;
            let (mut unmet, mut demand) = (0.0, 0.0);
            for s in cells {
                unmet += s.unmet;
                demand += s.demand;
                if let Some(total) = self.cell_total.get_mut(s.cell as usize) {
                    *total += s.unmet;
                    if s.unmet > STOCKOUT * s.demand {
                        stockout(&self.at_site[s.cell as usize], w, &mut self.last_out, block);
                    }
                }
            }
            let bit = 1 << (n % 64);
            if self.touched[n / 64] & bit == 0 {
                self.touched[n / 64] |= bit;
                self.total[n] = 0.0;
            }
            self.total[n] += unmet;
            weighted += self.in_total[n] * unmet;
            if unmet > STOCKOUT * demand {
                out = true;
                stockout(&self.in_scopes[n], w, &mut self.last_out, block);
            }
        }
        block.unmet_in_week[w as usize] += weighted;
        block.out_in_week[w as usize] += u64::from(out);
    }

    /// The replication's row of columns.
    fn columns(&self, block: &mut Block) {
        let first = block.unmet.len();
        block.unmet.resize(first + self.scopes.width(), 0.0);
        let row = &mut block.unmet[first..];
        for (i, word) in self.touched.iter().enumerate() {
            let mut left = *word;
            while left != 0 {
                let n = i * 64 + left.trailing_zeros() as usize;
                left &= left - 1;
                self.in_columns[n].iter().for_each(|(c, weight)| row[*c] += weight * self.total[n]);
            }
        }
        for (&c, column) in self.site_columns.iter().filter_map(|c| Some((c, self.scopes.columns().nth(*c)?))) {
            row[c] = column.cells.iter().map(|(cell, weight)| weight * self.cell_total[*cell]).sum();
        }
    }

    /// Adds the weekly bands and the stock of one replication.
    pub fn bands(&mut self, record: &Record, block: &mut Block, fan: &Fan) {
        for w in 0..self.weeks {
            let row = w * record.cells..(w + 1) * record.cells;
            self.demand.fill(0.0);
            self.stock.fill(0.0);
            self.unmet.fill(0.0);
            let of_cell = record.demand[row.clone()].iter().zip(&record.stock[row.clone()]);
            for (n, (demand, stock)) in self.need.iter().zip(of_cell) {
                self.demand[*n as usize] += demand;
                self.stock[*n as usize] += stock;
            }
            if record.any_short[w] {
                let unmet = self.need.iter().zip(&record.unmet[row]);
                unmet.for_each(|(n, unmet)| self.unmet[*n as usize] += unmet);
            }
            self.bands_of_step(w, block, fan);
            self.tally.step(w, &self.stock, record, self.need);
        }
        self.tally.close(block);
    }

    fn bands_of_step(&self, w: usize, block: &mut Block, fan: &Fan) {
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

/// Counts a stockout of some scopes in a step, once a step and once a replication.
fn stockout(scopes: &[usize], w: u32, last_out: &mut [u32], block: &mut Block) {
    for &s in scopes {
        let last = std::mem::replace(&mut last_out[s], w);
        block.stockouts[s] += u64::from(last == NEVER);
        block.weeks_short[s] += u64::from(last != w);
    }
}
