//! Mean: Σ w·(score − b)·x ≥ 0 (≤ 0) over the lines with a score; the instance gives Σ w·score·x and Σ w·x.

use ballast_domain::exact::{exact, float};
use ballast_domain::rules::{LinearInstance, Rule};

use super::tender_rules::Rows;

/// Adds the rows of one instance.
pub(super) fn add(rows: &mut Rows<'_>, rule: &Rule, instance: &LinearInstance) {
    let scale = rows.most(&instance.whole);
    for (bound, is_low) in [(rule.bound.low, true), (rule.bound.high, false)] {
        let Some(bound) = bound.map(|b| float(&exact(b))) else { continue };
        let mut terms = rows.terms(&instance.part, 1.0);
        terms.extend(rows.terms(&instance.whole, -bound));
        let (lower, upper) = if is_low { (0.0, f64::INFINITY) } else { (f64::NEG_INFINITY, 0.0) };
        rows.row(lower, upper, terms, scale);
    }
}
