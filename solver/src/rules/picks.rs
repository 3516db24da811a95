//! Picks: low ≤ Σ x ≤ high over the lines a pick names in a demand cell. Where high is 0 the packs are 0, too: a pack that
//! is bought and not used up is still bought.

use ballast_domain::Tender;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// Adds a row per pick and cell; a pick that asks for something and names no line is a row that cannot hold.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    for (ix, pick) in tender.picks.enumerate() {
        let low = pick.low.map_or(f64::NEG_INFINITY, |l| l.to_f64());
        let high = pick.high.map_or(f64::INFINITY, |h| h.to_f64());
        if pick.cells.is_empty() && low > 0.0 {
            model.row(RowLabel::Pick(ix), low, f64::INFINITY, Vec::new());
        }
        for (_, lines) in &pick.cells {
            let mut terms: Terms = lines.iter().map(|c| (volumes.share[*c], 1.0)).collect();
            if high <= 0.0 {
                let packs = lines.iter().map(|c| volumes.packs[*c].0);
                terms.extend(packs.zip(lines).filter(|(p, c)| *p != volumes.share[**c]).map(|(p, _)| (p, 1.0)));
            }
            model.row(RowLabel::Pick(ix), low, high, terms);
        }
    }
}
