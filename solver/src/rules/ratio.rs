//! Amounts, shares, means, savings and volume moved, (p + Σ_part) ÷ (w + Σ_whole) against b:
//!
//!   Σ_part − b Σ_whole ≤ b w − p   (≥ for a lower bound);
//!
//! against b times the system's (P + Σ_system) ÷ W, both wholes constant:
//!
//!   Σ_part − b (w ÷ W) Σ_system ≤ b (w ÷ W) P − p.

use ballast_domain::exact::{Exact, float};
use ballast_domain::rules::Ratio;
use num_traits::Zero;

use super::rows::Rows;
use super::tender_rules::Side;

/// value ≤ bound.
pub(super) fn at_most(rows: &mut Rows<'_>, ratio: &Ratio, system: Option<&Ratio>, bound: &Exact) -> Option<Side> {
    side(rows, ratio, system, bound, 1.0)
}

/// value ≥ bound.
pub(super) fn at_least(rows: &mut Rows<'_>, ratio: &Ratio, system: Option<&Ratio>, bound: &Exact) -> Option<Side> {
    side(rows, ratio, system, bound, -1.0)
}

fn side(rows: &mut Rows<'_>, ratio: &Ratio, system: Option<&Ratio>, bound: &Exact, sign: f64) -> Option<Side> {
    if ratio.base.is_zero() && ratio.whole.terms.is_empty() {
        return None;
    }
    let mut terms = rows.terms(&ratio.part, sign);
    let rhs = match system {
        None => {
            terms.extend(rows.terms(&ratio.whole, -sign * float(bound)));
            bound * &ratio.base - &ratio.offset
        }
        Some(system) if system.base.is_zero() => return None,
        Some(system) => {
            let factor = bound * &ratio.base / &system.base;
            terms.extend(rows.terms(&system.part, -sign * float(&factor)));
            factor * &system.offset - &ratio.offset
        }
    };
    // An amount is its own measure; anything else is measured in units of its whole.
    let amount = ratio.whole.terms.is_empty() && ratio.scale == ballast_domain::exact::whole(1);
    let unit = float(&ratio.scale);
    let scale = match amount {
        true => rows.most(&ratio.part).max(float(&bound.abs())),
        false => unit * float(&bound.abs()).max(1.0),
    };
    Some(Side { terms, rhs: sign * float(&rhs), scale, unit })
}
