//! Coverage: Σ_{packs} n + Σ_{continuous} q·x ÷ (ε Q) ≥ 1 over the lines that bring a size, Q the most they can be and ε so
//! small that it costs nothing and so large that no tolerance can stand for it.

use ballast_domain::Tender;
use ballast_domain::index::CandidateIx;
use ballast_domain::tender::coverage::sizes;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// The part of the most the lines could be that is taken for volume.
const SOME: f64 = 1e-5;

/// Adds a row per size; a size that nobody offers makes the model infeasible and says so.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    for size in sizes(tender) {
        let cell = |c: &CandidateIx| tender.candidates[*c].cell;
        let by_cell = size.lines.chunk_by(|a, b| cell(a) == cell(b));
        let most: f64 = by_cell.map(|lines| volumes.units[lines[0]]).sum();
        let term = |c: &CandidateIx| match volumes.packs[*c].0 {
            packs if packs != volumes.share[*c] => (packs, 1.0),
            share => (share, volumes.units[*c] / (SOME * most)),
        };
        let terms: Terms = size.lines.iter().map(term).collect();
        model.row(RowLabel::Coverage(size.need), 1.0, f64::INFINITY, terms);
    }
}
