//! Share: Σ_part w·x − b Σ_whole w·x ≤ 0 (≥ 0). If used: Σ_part ≥ b Σ_whole − b W (1 − y), W the most the whole can be.

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
        match is_low {
            true if rule.if_used => {
                if !instance.part.is_empty() {
                    let used = rows.indicator(&instance.part);
                    terms.push((used, -bound * scale));
                    rows.row(-bound * scale, f64::INFINITY, terms, scale);
                }
            }
            true => rows.row(0.0, f64::INFINITY, terms, scale),
            false => rows.row(f64::NEG_INFINITY, 0.0, terms, scale),
        }
    }
}
