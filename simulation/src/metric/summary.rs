//! Some replications summed up, as one process knows them. Summaries of neighbouring ranges join, and what is joined is the same
//! to the last bit as what one process would have summed up.

use std::ops::Range;

use super::block::Block;
use super::exact::ExactSum;
use super::inventory::SUMS;
use super::scope::Scopes;

/// Rows that are read before the next column is.
const ROWS_AT_ONCE: usize = 64;

/// Why a replication has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// A figure came out infinite or not a number.
    NotFinite,
    /// The program stopped in it.
    Stopped,
}

/// What a range of replications adds up to.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The replications.
    pub range: Range<u64>,
    /// Replications without a result, in order. Their rows below hold NaN, and sums leave them out.
    pub failed: Vec<(u64, Failure)>,
    /// Weighted unmet demand, `[replication × columns of the scopes + column]`.
    pub unmet: Vec<f64>,
    /// Was a struck node down? `[replication × nodes + node]`.
    pub down: Vec<bool>,
    /// See `kernel::Record`, `[replication × suppliers with a clause + supplier]`.
    pub excess: Vec<f64>,
    /// See `excess`.
    pub credit: Vec<f64>,
    /// By scope: replications with a stockout.
    pub stockouts: Vec<u64>,
    /// By scope: weeks with a stockout.
    pub weeks_short: Vec<u64>,
    /// By week: replications with a stockout of some need.
    pub out_in_week: Vec<u64>,
    /// By need: demand after conservation, demand saved by it, reserve drawn.
    pub demand: Vec<ExactSum>,
    /// See `demand`.
    pub saved: Vec<ExactSum>,
    /// See `demand`.
    pub drawn: Vec<ExactSum>,
    /// `[(week × needs + need) × 2 + kind]`, kind 0 unmet fraction, 1 cover.
    pub weekly: Vec<ExactSum>,
    /// By week: unmet demand of all needs, weighted as the total.
    pub unmet_in_week: Vec<ExactSum>,
    /// By need: sums of stock (`inventory.rs`).
    pub inventory: Vec<ExactSum>,
    /// Counts of the bands that are not 0: slot and count, in order of slot.
    pub counts: Vec<(u32, u32)>,
}

impl Summary {
    /// Of no replications.
    pub fn new(scopes: &Scopes, weeks: usize, first: u64) -> Self {
        let needs = scopes.mean.len();
        let sums = |n: usize| vec![ExactSum::default(); n];
        Self {
            range: first..first,
            failed: Vec::new(),
            unmet: Vec::new(),
            down: Vec::new(),
            excess: Vec::new(),
            credit: Vec::new(),
            stockouts: vec![0; scopes.list.len()],
            weeks_short: vec![0; scopes.list.len()],
            out_in_week: vec![0; weeks],
            demand: sums(needs),
            saved: sums(needs),
            drawn: sums(needs),
            weekly: sums(needs * weeks * 2),
            unmet_in_week: sums(weeks),
            inventory: sums(needs * SUMS),
            counts: Vec::new(),
        }
    }

    /// Replications, those without a result among them.
    pub fn replications(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Replications with a result.
    pub fn lived(&self) -> u64 {
        self.replications() - self.failed.len() as u64
    }

    /// Appends the block that comes next, of so many replications; `need` is the need of each cell.
    pub fn append(&mut self, block: &Block, replications: u64, need: &[u32]) {
        self.range.end += replications;
        self.failed.extend_from_slice(&block.failed);
        self.unmet.extend_from_slice(&block.unmet);
        self.down.extend_from_slice(&block.down);
        self.excess.extend_from_slice(&block.excess);
        self.credit.extend_from_slice(&block.credit);
        count(&mut self.stockouts, &block.stockouts);
        count(&mut self.weeks_short, &block.weeks_short);
        count(&mut self.out_in_week, &block.out_in_week);
        let sum = |a: &mut [ExactSum], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| a.add(*b));
        let of_cells = |a: &mut [ExactSum], b: &[f64]| need.iter().zip(b).for_each(|(n, b)| a[*n as usize].add(*b));
        of_cells(&mut self.demand, &block.demand);
        of_cells(&mut self.saved, &block.saved);
        of_cells(&mut self.drawn, &block.drawn);
        sum(&mut self.weekly, &block.weekly);
        sum(&mut self.unmet_in_week, &block.unmet_in_week);
        sum(&mut self.inventory, &block.inventory);
    }

    /// Appends the summary of the range that comes next.
    pub fn join(&mut self, next: &Self) {
        self.range.end = next.range.end;
        self.failed.extend_from_slice(&next.failed);
        self.unmet.extend_from_slice(&next.unmet);
        self.down.extend_from_slice(&next.down);
        self.excess.extend_from_slice(&next.excess);
        self.credit.extend_from_slice(&next.credit);
        count(&mut self.stockouts, &next.stockouts);
        count(&mut self.weeks_short, &next.weeks_short);
        count(&mut self.out_in_week, &next.out_in_week);
        let sum = |a: &mut [ExactSum], b: &[ExactSum]| a.iter_mut().zip(b).for_each(|(a, b)| a.merge(*b));
        sum(&mut self.demand, &next.demand);
        sum(&mut self.saved, &next.saved);
        sum(&mut self.drawn, &next.drawn);
        sum(&mut self.weekly, &next.weekly);
        sum(&mut self.unmet_in_week, &next.unmet_in_week);
        sum(&mut self.inventory, &next.inventory);
        let mut counts = std::collections::BTreeMap::new();
        for (slot, n) in self.counts.iter().chain(&next.counts) {
            *counts.entry(*slot).or_insert(0) += n;
        }
        self.counts = counts.into_iter().collect();
    }

    /// True if every part is as long as these scopes, nodes and clauses ask for, so that it can be read.
    pub fn fits(&self, scopes: &Scopes, weeks: usize, nodes: usize, clauses: usize) -> bool {
        let n = usize::try_from(self.replications()).unwrap_or(usize::MAX);
        let empty = Self::new(scopes, weeks, 0);
        let lengths = |s: &Self| {
            [&s.stockouts, &s.weeks_short, &s.out_in_week]
                .map(Vec::len)
                .into_iter()
                .chain([&s.demand, &s.saved, &s.drawn, &s.weekly, &s.unmet_in_week, &s.inventory].map(Vec::len))
                .collect::<Vec<usize>>()
        };
        lengths(self) == lengths(&empty)
            && Some(self.unmet.len()) == n.checked_mul(scopes.width())
            && self.down.len() == n * nodes
            && [&self.excess, &self.credit].iter().all(|x| x.len() == n * clauses)
    }

    /// Neighbouring columns over all replications that have a result, read together: a column alone touches all of the rows.
    pub fn columns(&self, scopes: &Scopes, columns: Range<usize>) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = columns.clone().map(|_| Vec::with_capacity(self.lived() as usize)).collect();
        for rows in self.unmet.chunks(scopes.width() * ROWS_AT_ONCE) {
            for (column, values) in columns.clone().zip(&mut all) {
                let of_rows = rows.chunks_exact(scopes.width()).map(|row| row[column]);
                match self.failed.is_empty() {
                    true => values.extend(of_rows),
                    false => values.extend(of_rows.filter(|x| !x.is_nan())),
                }
            }
        }
        all
    }

    /// One column over all replications that have a result.
    pub fn column(&self, scopes: &Scopes, column: usize) -> Vec<f64> {
        self.unmet.iter().skip(column).step_by(scopes.width()).copied().filter(|x| !x.is_nan()).collect()
    }
}

fn count(a: &mut [u64], b: &[u64]) {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
}
