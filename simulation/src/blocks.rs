//! Replications in fixed blocks: whatever the number of threads, the same blocks come back in the same order.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rayon::prelude::*;

use crate::error::StressError;

/// Replications in a block. Changing it changes the last digits of sums.
pub(crate) const BLOCK: u64 = 250;

/// Blocks that are run before the first of them is taken.
const WAVE: usize = 64;

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// What is being done, in two or three words.
    pub stage: &'static str,
    /// Replications finished.
    pub done: u64,
    /// Replications planned, as far as known.
    pub planned: u64,
    /// Half the 95 % interval of mean unmet demand so far, as a part of that mean; `None` where nothing was short yet.
    pub precision: Option<f64>,
}

/// Who is told, and who may stop the run.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Polled before each replication.
    pub cancel: Option<&'a AtomicBool>,
    /// Told after each block, from any thread.
    pub observe: &'a (dyn Fn(Progress) + Sync),
}

impl Watch<'_> {
    fn cancelled(&self) -> bool {
        self.cancel.is_some_and(|c| c.load(Ordering::Relaxed))
    }
}

/// Runs replications `range` in rayon's current pool. `worker` makes one thread's memory, `start` an empty block, `one` adds a
/// replication to a block. `take` gets the blocks in order, some waves of them before the last is run, so that few are held at a time.
pub(crate) fn blocks<W, B: Send>(
    range: Range<u64>,
    (stage, watch): (&'static str, Watch<'_>),
    worker: impl Fn() -> W + Sync + Send,
    start: impl Fn() -> B + Sync + Send,
    one: impl Fn(u64, &mut W, &mut B) + Sync + Send,
    mut take: impl FnMut(B),
) -> Result<(), StressError> {
    let planned = range.end;
    let done = AtomicU64::new(range.start);
    let starts: Vec<u64> = range.clone().step_by(BLOCK as usize).collect();
    for wave in starts.chunks(WAVE) {
        let blocks: Vec<Option<B>> = wave
            .into_par_iter()
            .map_init(&worker, |worker, first| {
                let mut block = start();
                let last = (first + BLOCK).min(planned);
                for replication in *first..last {
                    if watch.cancelled() {
                        return None;
                    }
                    one(replication, worker, &mut block);
                }
                let done = done.fetch_add(last - first, Ordering::Relaxed) + last - first;
                (watch.observe)(Progress { stage, done, planned, precision: None });
                Some(block)
            })
            .collect();
        for block in blocks {
            take(block.ok_or_else(|| StressError::Cancelled { done: done.load(Ordering::Relaxed), planned })?);
        }
    }
    Ok(())
}
