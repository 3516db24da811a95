//! *Count*: low ≤ #{things with volume} ≤ high. A thing has volume if Σ w·x > 0 over its lines and, with `counts_from` f,
//! Σ w·x ≥ f · Σ_whole w·x. `counts_from` never forbids: below it a thing merely does not count.

use num_traits::Zero;

use super::reading::{Tally, Terms};
use crate::exact::Exact;

/// The count. `tolerance` is relative, for `counts_from` only.
pub(super) fn value(tally: &Tally, tolerance: &Exact, sum: &dyn Fn(&Terms) -> Exact) -> usize {
    let least = match tally.counts_from.is_zero() {
        true => crate::exact::zero(),
        false => (&tally.counts_from - tolerance) * sum(&tally.whole),
    };
    let counts = |(_, terms): &&(String, Terms)| {
        let volume = sum(terms);
        !volume.is_zero() && volume >= least
    };
    tally.things.iter().filter(counts).count()
}
