//! Stock as textbooks count it, by need: on hand at the end of a step (working stock and reserve), owed to users then, and orders a year.
//! Means over the horizon and over its second half, in which the stock of the first day has little part.
//!
//! A replication's mean over the steps is one value; of n replications the sums Σ x and Σ x² are kept, and
//! s² = (Σ x² − (Σ x)² ÷ n) ÷ (n − 1).

use ballast_domain::index::NeedIx;

use super::block::Block;
use super::estimate::{Estimate, mean_of_sums};
use super::exact::ExactSum;
use crate::kernel::Record;

/// On hand, owed, orders.
const KINDS: usize = 3;
/// The last of them.
const ORDERS: usize = 2;
/// Sums of a need: of each kind over the horizon, then over its second half; of values and squares.
pub const SUMS: usize = 2 * KINDS * 2;

/// Means of replications over some steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    /// Working stock and reserve at the end of a step, need units.
    pub on_hand_units: Estimate,
    /// Owed to users at the end of a step, need units.
    pub owed_units: Estimate,
    /// Orders a year, over all sites; `None` where all sites cover, which is an order at every step.
    pub orders_a_year: Option<Estimate>,
}

/// The stock of one need.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NeedInventory {
    /// The need.
    pub need: NeedIx,
    /// Over the whole horizon.
    pub horizon: Levels,
    /// Over its second half.
    pub second_half: Levels,
}

/// The stock of one replication while it is counted.
#[derive(Debug, Clone)]
pub struct Tally {
    needs: usize,
    /// Steps of each half.
    steps: [usize; 2],
    /// `[(half × kinds + kind) × needs + need]`.
    sums: Vec<f64>,
}

impl Tally {
    /// Of so many steps.
    pub fn new(needs: usize, weeks: usize) -> Self {
        Self { needs, steps: [weeks / 2, weeks - weeks / 2], sums: vec![0.0; 2 * KINDS * needs] }
    }

    /// Adds a step, the stock of which is given by need; `need` is the need of each cell.
    pub fn step(&mut self, w: usize, stock: &[f64], record: &Record, need: &[u32]) {
        let half = usize::from(w >= self.steps[0]) * KINDS * self.needs;
        let sums = &mut self.sums[half..half + KINDS * self.needs];
        sums.iter_mut().zip(stock).for_each(|(sum, stock)| *sum += stock);
        let row = w * record.cells..(w + 1) * record.cells;
        // Where nothing is ever owed or every cell covers there is nothing to count.
        for (n, owed) in need.iter().zip(record.owed.get(row.clone()).unwrap_or_default()) {
            sums[self.needs + *n as usize] += owed;
        }
        for (n, ordered) in need.iter().zip(record.ordered.get(row).unwrap_or_default()) {
            sums[ORDERS * self.needs + *n as usize] += f64::from(*ordered > 0.0);
        }
    }

    /// Adds the replication to its block and begins the next.
    pub fn close(&mut self, block: &mut Block) {
        let [first, second] = self.steps.map(|s| s as f64);
        for (n, kept) in block.inventory.chunks_exact_mut(SUMS).enumerate() {
            for kind in 0..KINDS {
                let at = |half: usize| self.sums[(half * KINDS + kind) * self.needs + n];
                // Orders are counted, levels are means.
                let per = |steps: f64| if kind == ORDERS { 1.0 } else { steps };
                let values = [(at(0) + at(1)) / per(first + second), at(1) / per(second)];
                for (half, x) in values.into_iter().enumerate() {
                    let slot = (half * KINDS + kind) * 2;
                    kept[slot] += x;
                    kept[slot + 1] += x * x;
                }
            }
        }
        self.sums.fill(0.0);
    }
}

/// What the sums of `n` replications say of a need; `orders`: whether any were counted.
pub fn inventory(
    need: NeedIx,
    sums: &[ExactSum],
    n: u64,
    (weeks, per_week): (usize, u32),
    orders: bool,
) -> NeedInventory {
    let of = |at: usize| mean_of_sums(n, sums[at * 2].value(), sums[at * 2 + 1].value());
    let levels = |half: usize, steps: usize| {
        let years = steps as f64 / (52.0 * f64::from(per_week));
        Levels {
            on_hand_units: of(half * KINDS),
            owed_units: of(half * KINDS + 1),
            orders_a_year: orders.then(|| of(half * KINDS + ORDERS).times(1.0 / years)),
        }
    };
    NeedInventory { need, horizon: levels(0, weeks), second_half: levels(1, weeks - weeks / 2) }
}
