//! The tender's own rules, each by the file of its measure.

use ballast_domain::Tender;
use ballast_domain::exact::float;
use ballast_domain::index::CandidateIx;
use ballast_domain::rules::{Instance, Measured, expand};

use super::{amount, count, mean, share};
use crate::model::{Indicators, Model, RowLabel, Terms, Volumes};

/// Adds every instance of every rule.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes, used: &mut Indicators) {
    for (ix, rule) in tender.rules.enumerate() {
        for (i, instance) in expand(tender, rule).iter().enumerate() {
            let label = RowLabel::Rule(ix, u32::try_from(i).unwrap_or(u32::MAX));
            let mut rows = Rows { tender, model, volumes, used, label };
            match (instance, &rule.measured) {
                (Instance::Count(c), Measured::Count { counts_from, .. }) => {
                    count::add(&mut rows, rule, c, *counts_from)
                }
                (Instance::Linear(l), Measured::Share { .. }) => share::add(&mut rows, rule, l),
                (Instance::Linear(l), Measured::Mean { .. }) => mean::add(&mut rows, rule, l),
                (Instance::Linear(l), _) => amount::add(&mut rows, rule, l),
                (Instance::Count(_), _) => {}
            }
        }
    }
}

/// Where a rule's rows go.
pub(super) struct Rows<'a> {
    pub(super) tender: &'a Tender,
    pub(super) model: &'a mut Model,
    pub(super) volumes: &'a Volumes,
    pub(super) used: &'a mut Indicators,
    pub(super) label: RowLabel,
}

type LineTerms = [(CandidateIx, ballast_domain::exact::Exact)];

impl Rows<'_> {
    /// Σ coefficient × need units, as terms on shares.
    pub(super) fn terms(&self, lines: &LineTerms, factor: f64) -> Terms {
        lines.iter().map(|(c, w)| (self.volumes.share[*c], factor * float(w) * self.volumes.units[*c])).collect()
    }

    /// The most that Σ coefficient × need units can be: each cell served by its heaviest line.
    pub(super) fn most(&self, lines: &LineTerms) -> f64 {
        let cell = |c: &CandidateIx| self.tender.candidates[*c].cell;
        let by_cell = lines.chunk_by(|a, b| cell(&a.0) == cell(&b.0));
        by_cell.map(|g| g.iter().map(|(c, w)| float(w) * self.volumes.units[*c]).fold(0.0, f64::max)).sum()
    }

    /// At least 1 where these lines have volume: the packs of whole-pack lines, and for the others the part of the most they
    /// can be, in units of `some`.
    pub(super) fn volume(&self, lines: &LineTerms, some: f64) -> Terms {
        let most = self.most(lines);
        let term = |(c, w): &(CandidateIx, ballast_domain::exact::Exact)| match self.volumes.packs[*c].0 {
            packs if packs != self.volumes.share[*c] => (packs, 1.0),
            share => (share, float(w) * self.volumes.units[*c] / (some * most)),
        };
        lines.iter().map(term).collect()
    }

    /// The indicator of these lines.
    pub(super) fn indicator(&mut self, lines: &LineTerms) -> crate::model::Col {
        let lines = lines.iter().map(|(c, _)| *c).collect();
        self.used.used(self.tender, self.model, self.volumes, lines)
    }

    /// Adds `lower ≤ Σ terms ≤ upper`, divided by `scale`.
    pub(super) fn row(&mut self, lower: f64, upper: f64, terms: Terms, scale: f64) {
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let terms = terms.into_iter().map(|(c, v)| (c, v / scale)).collect();
        self.model.row(self.label, lower / scale, upper / scale, terms);
    }
}
