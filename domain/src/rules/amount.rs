//! Amounts, *units* and *spend*: low ≤ Σ c·x ≤ high, where x is the need units used on a line and c is 1 (units) or the
//! list price of a need unit (spend). With `if_used`, only where Σ c·x > 0.

use super::expand::LinearInstance;
use crate::exact::Exact;

/// The amount.
pub(super) fn value(instance: &LinearInstance, sum: impl Fn(&super::expand::Terms) -> Exact) -> Exact {
    sum(&instance.part)
}
