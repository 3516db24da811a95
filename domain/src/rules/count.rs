//! *Count*: low ≤ #{things with volume} ≤ high. A thing has volume if Σ w·x > 0 over its lines and, with `counts_from` f,
//! Σ w·x ≥ f · Σ_whole w·x. `counts_from` never forbids: below it a thing merely does not count.

use num_traits::Zero;
use rust_decimal::Decimal;

use super::expand::{CountInstance, Terms};
use crate::exact::{Exact, exact};

/// The count. `tolerance` is relative, for `counts_from` only.
pub(super) fn value(
    instance: &CountInstance,
    counts_from: Option<Decimal>,
    tolerance: &Exact,
    sum: impl Fn(&Terms) -> Exact,
) -> usize {
    let whole = sum(&instance.whole);
    let least = exact(counts_from.unwrap_or_default()) * &whole - tolerance * &whole;
    let counts = |(_, terms): &&(String, Terms)| {
        let volume = sum(terms);
        !volume.is_zero() && volume >= least
    };
    instance.groups.iter().filter(counts).count()
}
