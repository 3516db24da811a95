//! What breaking rules that may give way costs (priced) or counts (levelled), a contract year.

use super::Force;
use super::check::{Award, check};
use crate::exact::{Exact, exact, zero};
use crate::tender::Tender;

/// Violations of an award.
#[derive(Debug, Clone, PartialEq)]
pub struct Violations {
    /// Money a year for priced rules: Σ price × violation.
    pub money: Exact,
    /// By level, 1 to 4: Σ weight × violation.
    pub levels: [Exact; 4],
}

/// Adds up the violations of an award.
pub fn penalties(tender: &Tender, award: Award<'_>) -> Violations {
    let mut sum = Violations { money: zero(), levels: [zero(), zero(), zero(), zero()] };
    for (ix, rule) in tender.rules.enumerate() {
        let (into, each) = match rule.force {
            Force::Hard => continue,
            Force::Priced { price } => (&mut sum.money, exact(price)),
            Force::Levelled { level, weight } => match sum.levels.get_mut((level as usize).wrapping_sub(1)) {
                Some(into) => (into, exact(weight)),
                None => continue,
            },
        };
        for check in check(tender, ix, award, &zero()) {
            *into += check.violation * &each;
        }
    }
    sum
}
