//! Amounts, shares, means, savings and volume moved: low ≤ (offset + Σ_part) ÷ (base + Σ_whole) ≤ high. Where the denominator
//! is zero there is nothing to measure and the rule holds. A missing score is in neither sum.

use num_traits::Zero;

use super::reading::{Ratio, Sum};
use crate::exact::Exact;

/// The denominator.
pub(super) fn denominator(ratio: &Ratio, sum: &dyn Fn(&Sum) -> Exact) -> Exact {
    match ratio.whole.terms.is_empty() {
        true => ratio.base.clone(),
        false => &ratio.base + sum(&ratio.whole),
    }
}

/// The ratio; `None` where the denominator is zero.
pub(super) fn value(ratio: &Ratio, sum: &dyn Fn(&Sum) -> Exact) -> Option<Exact> {
    let whole = denominator(ratio, sum);
    (!whole.is_zero()).then(|| (&ratio.offset + sum(&ratio.part)) / whole)
}
