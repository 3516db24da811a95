//! Balance: Σ_c x\[c\] = 1 for every demand cell. Whole packs: q ≤ Σ u·n < q + the largest pack used.
//!
//! Where the packs of a cell differ in size, w\[k\] = 1 if a pack of at least the k-th size is used, and
//! Σ u·n ≤ q + Σ_k (u\[k\] − u\[k−1\]) w\[k\] − ε.

use ballast_domain::Tender;
use ballast_domain::index::CandidateIx;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// Part of the smallest pack that stands for "less than".
const LESS: f64 = 1e-4;

/// Adds the rows.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    for (cell, demand) in tender.cells.enumerate() {
        let lines: Vec<CandidateIx> = tender.candidates_of(cell).collect();
        let all: Terms = lines.iter().map(|c| (volumes.share[*c], 1.0)).collect();
        model.row(RowLabel::Balance(cell), 1.0, 1.0, all);
        if !tender.needs[demand.need].whole_packs || lines.is_empty() {
            continue;
        }
        let q = demand.quantity.to_f64();
        let size = |c: &CandidateIx| tender.candidates[*c].use_factor.to_f64();
        let mut sizes: Vec<f64> = lines.iter().map(size).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        let mut bought: Terms = lines.iter().map(|c| (volumes.packs[*c].0, size(c) / q)).collect();
        model.row(RowLabel::Surplus(cell), 1.0, f64::INFINITY, bought.clone());
        let mut room = 1.0 + sizes[0] * (1.0 - LESS) / q;
        for pair in sizes.windows(2) {
            let larger = model.binary(0.0);
            // w ≤ Σ n over packs of at least this size
            let mut terms: Terms = vec![(larger, 1.0)];
            terms.extend(lines.iter().filter(|c| size(c) >= pair[1]).map(|c| (volumes.packs[*c].0, -1.0)));
            model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, terms);
            bought.push((larger, -(pair[1] - pair[0]) / q));
        }
        room = room.max(1.0);
        model.row(RowLabel::Surplus(cell), f64::NEG_INFINITY, room, bought);
    }
}
