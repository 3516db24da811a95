//! *Mean*: low ≤ Σ w·score·x ÷ Σ w·x ≤ high over the lines whose score is known. A missing score is unknown, never zero:
//! it is left out of both sums. Where no known line has volume the rule holds.

use num_traits::Zero;

use super::expand::{LinearInstance, Terms};
use crate::exact::Exact;

/// The mean; `None` where no line with a score has volume.
pub(super) fn value(instance: &LinearInstance, sum: impl Fn(&Terms) -> Exact) -> Option<Exact> {
    let weight = sum(&instance.whole);
    (!weight.is_zero()).then(|| sum(&instance.part) / weight)
}
