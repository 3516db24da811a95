//! Used indicators: y ≥ Σ x over a group's lines in each cell. One group of lines has one indicator, whoever asks.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;

use super::{Col, Model, RowLabel, Terms, Volumes};

/// Indicators made so far, by their lines.
#[derive(Debug, Default)]
pub(crate) struct Indicators(BTreeMap<Vec<CandidateIx>, Col>);

impl Indicators {
    /// All of them, with their lines.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&[CandidateIx], Col)> {
        self.0.iter().map(|(lines, col)| (lines.as_slice(), *col))
    }

    /// The binary that is 1 where any of these lines has volume.
    pub(crate) fn used(
        &mut self,
        tender: &Tender,
        model: &mut Model,
        volumes: &Volumes,
        lines: Vec<CandidateIx>,
    ) -> Col {
        if let Some(col) = self.0.get(&lines) {
            return *col;
        }
        let used = model.binary(0.0);
        // Lines are in order of cell, so each cell's lines stand together.
        for group in lines.chunk_by(|a, b| tender.candidates[*a].cell == tender.candidates[*b].cell) {
            let mut terms: Terms = group.iter().map(|c| (volumes.share[*c], 1.0)).collect();
            terms.push((used, -1.0));
            model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, terms);
            // A pack bought and not used up is still bought.
            for &c in group {
                let (packs, _) = volumes.packs[c];
                if packs != volumes.share[c] {
                    let most = model.upper[packs.0 as usize];
                    model.row(RowLabel::Link, f64::NEG_INFINITY, 0.0, vec![(packs, 1.0), (used, -most)]);
                }
            }
        }
        self.0.insert(lines, used);
        used
    }
}
