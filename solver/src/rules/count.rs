//! Count. At most: Σ_g y\[g\] ≤ high with y ≥ x (used indicators). At least: Σ_g v\[g\] ≥ low with v binary and
//! Σ_{lines of g} w·x ≥ f · Σ_whole w·x − f W (1 − v), so that a thing counts only from the share f on. Without
//! `counts_from` one whole pack is volume, and so is a small part of what the thing could at most be:
//! Σ_{packs} n + Σ_{continuous} w·x ÷ (ε W_g) ≥ v, a row in units of v so that no tolerance can stand for the volume.
//! With `counts_from` an upper bound needs the converse too: Σ_g w·x ≤ f · Σ_whole + (W_g) v − quantum.

use ballast_domain::exact::{Exact, float};
use ballast_domain::index::CandidateIx;
use ballast_domain::rules::{Sum, Tally, Terms as LineTerms};
use num_traits::Zero;

use super::rows::Rows;
use super::tender_rules::Side;
use crate::model::Col;

/// Without `counts_from`, the part of what a thing can at most be that is taken for volume: well above solver noise.
const SOME: f64 = 1e-5;
/// Part of the whole by which a thing that does not count stays below `counts_from`.
const BELOW: f64 = 2e-6;

/// Number of things ≤ bound.
pub(super) fn at_most(rows: &mut Rows<'_>, tally: &Tally, bound: f64) -> Option<Side> {
    if tally.things.len() as f64 <= bound {
        return None;
    }
    let sum = |terms: &LineTerms| Sum { counted: tally.counted, terms: terms.clone() };
    let whole = sum(&tally.whole);
    let (most, from) = (rows.most(&whole), float(&tally.counts_from));
    let served = surely_served(rows, tally);
    let mut terms = Vec::new();
    for (_, lines) in &tally.things {
        let counted = match tally.counts_from.is_zero() {
            true => rows.indicator_within(lines, tally.counted.on_formulary),
            false => {
                let counted = rows.model.binary(0.0);
                let lines = sum(lines);
                let mut link = rows.terms(&lines, 1.0);
                link.extend(rows.terms(&whole, -from));
                let reach = rows.most(&lines);
                link.push((counted, -reach));
                if served {
                    rows.link(f64::NEG_INFINITY, -BELOW * most, link, most);
                } else {
                    // Of nothing nothing counts.
                    let of = rows.indicator_within(&tally.whole, tally.counted.on_formulary);
                    link.push((of, BELOW * most));
                    rows.link(f64::NEG_INFINITY, 0.0, link, most);
                }
                counted
            }
        };
        terms.push((counted, 1.0));
    }
    Some(Side { terms, rhs: bound, scale: 1.0, unit: 1.0 })
}

/// Number of things ≥ bound.
pub(super) fn at_least(rows: &mut Rows<'_>, tally: &Tally, bound: f64) -> Option<Side> {
    if bound <= 0.0 {
        return None;
    }
    let sum = |terms: &LineTerms| Sum { counted: tally.counted, terms: terms.clone() };
    let whole = sum(&tally.whole);
    let (most, from) = (rows.most(&whole), float(&tally.counts_from));
    let served = surely_served(rows, tally);
    let mut terms = Vec::new();
    for (_, lines) in &tally.things {
        let counted = match tally.counts_from.is_zero() {
            true => some_volume(rows, lines, tally.counted.on_formulary, &[]),
            false => {
                // A part of nothing is no volume.
                let counted = match served {
                    true => rows.model.binary(0.0),
                    false => some_volume(rows, lines, tally.counted.on_formulary, &[]),
                };
                let mut link = rows.terms(&sum(lines), 1.0);
                link.extend(rows.terms(&whole, -from));
                link.push((counted, -from * most));
                rows.link(-from * most, f64::INFINITY, link, most);
                counted
            }
        };
        terms.push((counted, -1.0));
    }
    Some(Side { terms, rhs: -bound, scale: 1.0, unit: 1.0 })
}

/// True if the whole cannot be nothing: all lines of a cell that must be served belong to it.
fn surely_served(rows: &Rows<'_>, tally: &Tally) -> bool {
    let cell = |c: &CandidateIx| rows.tender.candidates[*c].cell;
    let served = |lines: &[(CandidateIx, Exact)]| {
        let served = &rows.tender.cells[cell(&lines[0].0)];
        served.candidates.len() == lines.len() && rows.tender.needs[served.need].shortage_cost.is_none()
    };
    tally.counted.on_formulary.is_none() && tally.whole.chunk_by(|a, b| cell(&a.0) == cell(&b.0)).any(served)
}

/// A binary that is 1 only where these lines have volume, or one of the `others` (parts of 0 to 1) has.
pub(super) fn some_volume(rows: &mut Rows<'_>, lines: &LineTerms, on_formulary: Option<bool>, others: &[Col]) -> Col {
    let counted = rows.model.binary(0.0);
    let mut link = rows.volume(lines, on_formulary, SOME);
    link.extend(others.iter().map(|o| (*o, 1.0 / SOME)));
    link.push((counted, -1.0));
    rows.link(0.0, f64::INFINITY, link, 1.0);
    counted
}
