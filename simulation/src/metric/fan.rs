//! Weekly bands of each need: the fraction of the week's demand that goes unmet, and the stock at the week's end in weeks
//! of mean demand.
//!
//! Values are counted in 200 bins of equal width; the usual value of a need (nothing unmet, stock full) has a count of its
//! own, which is what the bins leave of all replications. A quantile is the middle of its bin: off by at most half a
//! bin, 0.25 % of the week's demand for the unmet fraction. Integer counts add in any order, so threads share them; each gathers
//! marks first and counts them a few thousand at a time.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ballast_domain::index::NeedIx;

/// Bins of each band.
const BINS: usize = 200;
/// Marks that a thread gathers before it counts them.
const MARKS: usize = 4096;
/// The quantiles reported.
const LEVELS: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Quantiles and mean of one week.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Band {
    /// Quantiles at 5, 25, 50, 75 and 95 %.
    pub quantiles: [f64; 5],
    /// Mean.
    pub mean: f64,
}

/// The bands of one need, a value per week.
#[derive(Debug, Clone, PartialEq)]
pub struct NeedFan {
    /// The need.
    pub need: NeedIx,
    /// Fraction of the week's demand unmet.
    pub unmet_fraction: Vec<Band>,
    /// Working stock and reserve at the end of the week, weeks of mean demand.
    pub cover_weeks: Vec<Band>,
}

/// Counts of all needs and weeks.
#[derive(Debug)]
pub struct Fan {
    weeks: usize,
    /// Usual cover of each need.
    usual: Vec<f64>,
    /// `[((week × needs + need) × 2 + kind) × BINS + bin]`.
    counts: Mutex<Vec<u32>>,
}

impl Fan {
    /// Empty counts; `usual_cover_weeks` is each need's full stock.
    pub fn new(weeks: usize, usual_cover_weeks: Vec<f64>) -> Self {
        let slots = usual_cover_weeks.len() * weeks * 2 * BINS;
        Self { weeks, usual: usual_cover_weeks, counts: Mutex::new(vec![0; slots]) }
    }

    /// Upper end of the bins of cover.
    fn top(&self, need: usize) -> f64 {
        1.0 + 1.5 * self.usual[need]
    }

    /// First bin of a band.
    fn first(&self, need: usize, week: usize, kind: usize) -> usize {
        ((week * self.usual.len() + need) * 2 + kind) * BINS
    }

    fn mark(&self, need: usize, week: usize, kind: usize, part: f64, marks: &mut Vec<u32>) {
        let bin = ((part * BINS as f64) as usize).min(BINS - 1);
        marks.push((self.first(need, week, kind) + bin) as u32);
    }

    /// Marks one week of one replication.
    pub fn add(&self, need: usize, week: usize, unmet_fraction: f64, cover_weeks: f64, marks: &mut Vec<u32>) {
        if unmet_fraction > 0.0 {
            self.mark(need, week, 0, unmet_fraction, marks);
        }
        let usual = self.usual[need];
        if (cover_weeks - usual).abs() > 1e-9 * (1.0 + usual) {
            self.mark(need, week, 1, cover_weeks / self.top(need), marks);
        }
        if marks.len() >= MARKS {
            self.count(marks);
        }
    }

    /// Counts marks and clears them.
    pub fn count(&self, marks: &mut Vec<u32>) {
        let mut counts = self.counts();
        for mark in marks.drain(..) {
            counts[mark as usize] += 1;
        }
    }

    /// Counts that are not 0, in order of slot.
    pub fn taken(&self) -> Vec<(u32, u32)> {
        let counts = self.counts();
        counts.iter().enumerate().filter(|(_, n)| **n > 0).map(|(slot, n)| (slot as u32, *n)).collect()
    }

    /// Adds counts; false if a slot is not there.
    pub fn give(&self, taken: &[(u32, u32)]) -> bool {
        let mut counts = self.counts();
        taken.iter().all(|(slot, n)| counts.get_mut(*slot as usize).map(|c| *c += n).is_some())
    }

    fn counts(&self) -> MutexGuard<'_, Vec<u32>> {
        // A thread that panicked while counting has ended the run; what it leaves is never read.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The band of one week over `n` replications with this mean.
    fn band(&self, need: usize, week: usize, kind: usize, n: u64, mean: f64) -> Band {
        let (usual, top) = if kind == 0 { (0.0, 1.0) } else { (self.usual[need], self.top(need)) };
        let from = self.first(need, week, kind);
        let bins: Vec<u64> = self.counts()[from..from + BINS].iter().map(|c| u64::from(*c)).collect();
        let exact = n.saturating_sub(bins.iter().sum());
        let home = ((usual / top * BINS as f64) as usize).min(BINS - 1);
        let width = top / BINS as f64;
        let quantile = |level: f64| {
            let rank = (level * n as f64).ceil().max(1.0) as u64;
            let mut seen = 0;
            for (bin, count) in bins.iter().enumerate() {
                if bin == home {
                    seen += exact;
                    if exact > 0 && seen >= rank {
                        return usual;
                    }
                }
                seen += count;
                if seen >= rank {
                    return (bin as f64 + 0.5) * width;
                }
            }
            top
        };
        Band { quantiles: LEVELS.map(quantile), mean }
    }

    /// The bands of a need; `means` gives the mean by week and kind (0 unmet, 1 cover).
    pub fn need(&self, need: NeedIx, position: usize, n: u64, means: impl Fn(usize, usize) -> f64) -> NeedFan {
        let bands = |kind| (0..self.weeks).map(|w| self.band(position, w, kind, n, means(w, kind))).collect();
        NeedFan { need, unmet_fraction: bands(0), cover_weeks: bands(1) }
    }
}
