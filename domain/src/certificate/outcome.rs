//! Outcome cost of an award a year: need units used × the outcome cost of a need unit of the product
//! (`tender/outcome.rs` says which point of its range counts).

use crate::award::Award;
use crate::exact::zero;
use crate::tender::Tender;
use crate::tender::outcome::{OutcomePoints, points, references};

/// Both ends, summed over the lines.
pub(super) fn outcome(tender: &Tender, award: &Award) -> OutcomePoints {
    let references = references(tender);
    let mut sum = OutcomePoints { counted: zero(), other_end: zero() };
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        let Some(reference) = references.get(&candidate.need) else { continue };
        let of = points(tender, candidate.product, reference);
        sum.counted += of.counted * line.used.exact();
        sum.other_end += of.other_end * line.used.exact();
    }
    sum
}
