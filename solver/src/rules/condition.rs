//! Conditions (`when`): a binary a with a = 0 ⇒ the bound is *not* met, so that where it is met a = 1 and the rule is enforced:
//!
//!   value ≥ L  met unless  Σ_part − L Σ_whole ≤ L w − p − ε W u + (M + ε W) a
//!
//! and likewise for an upper bound. ε keeps the value off the threshold by more than the solver's tolerance: what lies in
//! that hair's breadth counts as met. u is 1, or, where the whole may be nothing, the indicator of the whole: of nothing no
//! condition is met. Counts are whole numbers: not met is one less, or one more.

use ballast_domain::exact::{Exact, float, whole};
use ballast_domain::rules::{Guard, Reading};

use super::rows::Rows;
use super::tender_rules::Side;
use super::{count, moved, ratio};
use crate::model::{Col, Terms};

/// ε: part of the whole by which a condition that is not met stays off its threshold.
const QUANTUM: f64 = 5e-6;

/// Columns that are all 1 where the condition is met.
pub(super) fn guards(rows: &mut Rows<'_>, guard: &Guard) -> Vec<Col> {
    let low = guard.low.as_ref().map(|b| not_met(rows, &guard.reading, b, true));
    let high = guard.high.as_ref().map(|b| not_met(rows, &guard.reading, b, false));
    low.into_iter().chain(high).collect()
}

fn not_met(rows: &mut Rows<'_>, reading: &Reading, bound: &Exact, is_low: bool) -> Col {
    let one = whole(1);
    let met = rows.model.binary(0.0);
    let (side, quantum) = match (reading, is_low) {
        (Reading::Ratio(r), true) => (ratio::at_most(rows, r, None, bound), QUANTUM),
        (Reading::Ratio(r), false) => (ratio::at_least(rows, r, None, bound), QUANTUM),
        (Reading::Tally(t), true) => (below(float(&(bound.ceil() - &one)), |b| count::at_most(rows, t, b)), 0.0),
        (Reading::Tally(t), false) => (count::at_least(rows, t, float(&(bound.floor() + &one))), 0.0),
        (Reading::Moved(m), true) => {
            let most = moved::number(m, bound).ceil() - &one;
            (below(float(&most), |b| moved::at_most(rows, m, b)), 0.0)
        }
        (Reading::Moved(m), false) => {
            let least = moved::number(m, bound).floor() + &one;
            (moved::at_least(rows, m, float(&least)), 0.0)
        }
    };
    let Some(Side { mut terms, rhs, scale, .. }) = side else {
        // Of nothing no condition is met, and too few things never are enough.
        rows.model.upper[met.0 as usize] = 0.0;
        return met;
    };
    let off = quantum * scale;
    let over = (rows.most_of(&terms) - rhs).max(0.0) + off;
    let rhs = match reading {
        Reading::Ratio(r) if !r.whole.terms.is_empty() => {
            let of = rows.indicator_within(&r.whole.terms, r.whole.counted.on_formulary);
            terms.push((of, off));
            rhs
        }
        _ => rhs - off,
    };
    terms.push((met, -over));
    rows.link(f64::NEG_INFINITY, rhs, terms, scale);
    met
}

/// A side that nothing can keep below zero things is an empty sum below it.
fn below(most: f64, side: impl FnOnce(f64) -> Option<Side>) -> Option<Side> {
    match most < 0.0 {
        true => Some(Side { terms: Terms::new(), rhs: most, scale: 1.0, unit: 1.0 }),
        false => side(most),
    }
}
