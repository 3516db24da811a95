//! *Share*: low ≤ Σ_part w·x ÷ Σ_whole w·x ≤ high. Where the whole is zero there is nothing to share and the rule holds.

use num_traits::Zero;

use super::expand::{LinearInstance, Terms};
use crate::exact::Exact;

/// The share; `None` where the whole is zero.
pub(super) fn value(instance: &LinearInstance, sum: impl Fn(&Terms) -> Exact) -> Option<Exact> {
    let whole = sum(&instance.whole);
    (!whole.is_zero()).then(|| sum(&instance.part) / whole)
}
