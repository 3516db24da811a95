//! Count. At most: Σ_g y\[g\] ≤ high with y ≥ x (used indicators). At least: Σ_g v\[g\] ≥ low with v binary and
//! Σ_{lines of g} w·x ≥ f · Σ_whole w·x − f W (1 − v), so that a thing counts only from the share f on. Without
//! `counts_from` one whole pack is volume, and so is a small part of what the thing could at most be:
//! Σ_{packs} n + Σ_{continuous} w·x ÷ (ε W_g) ≥ v, a row in units of v so that no tolerance can stand for the volume.
//! With `counts_from` an upper bound needs the converse too: Σ_g w·x ≤ f · Σ_whole + (W_g) v − quantum.

use ballast_domain::exact::{exact, float};
use ballast_domain::rules::{CountInstance, Rule};
use rust_decimal::Decimal;

use super::tender_rules::Rows;

/// Without `counts_from`, the part of what a thing can at most be that is taken for volume: well above solver noise.
const SOME: f64 = 1e-5;
/// Part of the whole by which a thing that does not count stays below `counts_from`.
const BELOW: f64 = 2e-6;

/// Adds the rows of one instance.
pub(super) fn add(rows: &mut Rows<'_>, rule: &Rule, instance: &CountInstance, counts_from: Option<Decimal>) {
    let from = counts_from.map(|f| float(&exact(f))).filter(|f| *f > 0.0);
    let whole = rows.most(&instance.whole);
    if let Some(high) = rule.bound.high.map(|b| float(&exact(b)))
        && instance.groups.len() as f64 > high
    {
        let mut terms = Vec::new();
        for (_, lines) in &instance.groups {
            let counted = match from {
                None => rows.indicator(lines),
                Some(f) => {
                    let counted = rows.model.binary(0.0);
                    let mut link = rows.terms(lines, 1.0);
                    link.extend(rows.terms(&instance.whole, -f));
                    link.push((counted, -rows.most(lines)));
                    rows.row(f64::NEG_INFINITY, -BELOW * whole, link, whole);
                    counted
                }
            };
            terms.push((counted, 1.0));
        }
        rows.row(f64::NEG_INFINITY, high, terms, 1.0);
    }
    if let Some(low) = rule.bound.low.map(|b| float(&exact(b))) {
        if low <= 0.0 {
            return;
        }
        let mut terms = Vec::new();
        for (_, lines) in &instance.groups {
            let counted = rows.model.binary(0.0);
            match from {
                Some(f) => {
                    let mut link = rows.terms(lines, 1.0);
                    link.extend(rows.terms(&instance.whole, -f));
                    link.push((counted, -f * whole));
                    rows.row(-f * whole, f64::INFINITY, link, whole);
                }
                None => {
                    let mut link = rows.volume(lines, SOME);
                    link.push((counted, -1.0));
                    rows.row(0.0, f64::INFINITY, link, 1.0);
                }
            }
            terms.push((counted, 1.0));
        }
        rows.row(low, f64::INFINITY, terms, 1.0);
    }
}
