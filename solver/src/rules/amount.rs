//! Amounts: low ≤ Σ c·x ≤ high; if used: Σ c·x ≥ low·y.

use ballast_domain::exact::{exact, float};
use ballast_domain::rules::{LinearInstance, Rule};

use super::tender_rules::Rows;

/// Adds the rows of one instance.
pub(super) fn add(rows: &mut Rows<'_>, rule: &Rule, instance: &LinearInstance) {
    let bound = |b: Option<_>| b.map(|b| float(&exact(b)));
    let scale = rows.most(&instance.part);
    if let Some(high) = bound(rule.bound.high) {
        let terms = rows.terms(&instance.part, 1.0);
        rows.row(f64::NEG_INFINITY, high, terms, scale);
    }
    if let Some(low) = bound(rule.bound.low) {
        let mut terms = rows.terms(&instance.part, 1.0);
        match rule.if_used {
            false => rows.row(low, f64::INFINITY, terms, scale),
            true if instance.part.is_empty() => {}
            true => {
                let used = rows.indicator(&instance.part);
                terms.push((used, -low));
                rows.row(0.0, f64::INFINITY, terms, scale);
            }
        }
    }
}
