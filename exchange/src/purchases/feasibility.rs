//! What the imported capacities allow: a standardization limit or a supplier limit that no award could meet would make
//! the tender worthless, so limits are raised, and rules confined, to where an award exists.
//!
//! For one need with demand D, products p of suppliers s with capacity cₚ (need units a year), limit k on products and b on
//! a supplier's share: an award exists if some set P of at most k products has Σ_s min(Σ_{p∈P of s} cₚ, b·D) ≥ D. The set is
//! built greedily by largest gain; what greedy finds is a proof, what it misses is treated as infeasible (safe side).

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// A product's supplier and its capacity in need units a year.
pub(super) type Source<'a> = (&'a str, Decimal);

/// Fewest products that reach the demand when a supplier may serve at most `share` of it; `None` if none do.
pub(super) fn fewest(sources: &[Source<'_>], demand: Decimal, share: Decimal) -> Option<u32> {
    let most = demand * share;
    let mut served: BTreeMap<&str, Decimal> = BTreeMap::new();
    let mut rest: Vec<Source<'_>> = sources.to_vec();
    let mut total = Decimal::ZERO;
    let mut count = 0;
    while total < demand {
        let gain = |s: &Source<'_>| {
            let now = served.get(s.0).copied().unwrap_or_default();
            (now + s.1).min(most) - now
        };
        let (at, best) =
            rest.iter().enumerate().map(|(i, s)| (i, gain(s))).max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))?;
        if best <= Decimal::ZERO {
            return None;
        }
        let (supplier, _) = rest.swap_remove(at);
        *served.entry(supplier).or_default() += best;
        total += best;
        count += 1;
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_maker_cannot_obey_a_share() {
        let d = Decimal::from;
        assert_eq!(fewest(&[("A", d(150))], d(100), Decimal::ONE), Some(1));
        assert_eq!(fewest(&[("A", d(150))], d(100), Decimal::new(7, 1)), None);
        assert_eq!(fewest(&[("A", d(150)), ("A", d(90)), ("B", d(40))], d(100), Decimal::new(7, 1)), Some(2));
        assert_eq!(fewest(&[("A", d(60)), ("B", d(30)), ("C", d(30))], d(100), Decimal::ONE), Some(3));
    }
}
