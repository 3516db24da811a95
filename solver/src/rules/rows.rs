//! Where rules put their rows: sums over lines become terms on columns, and the most a sum can be is known.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, float};
use ballast_domain::index::{CandidateIx, CellIx};
use ballast_domain::rules::{Amount, Sum};
use ballast_domain::tables::SpendLevel;

use super::line_cost;
use crate::model::{Col, Formulary, Indicators, Model, RowLabel, Terms, Volumes};
use crate::prices::{ReadLevel, Readers};

/// Lines with their coefficients.
pub(crate) type LineTerms = [(CandidateIx, Exact)];

fn need_units(lines: &LineTerms) -> Sum {
    Sum { counted: Amount::Used.everywhere(), terms: lines.to_vec() }
}

/// The model under construction, as rules see it.
pub(crate) struct Rows<'a> {
    pub(super) tender: &'a Tender,
    pub(super) model: &'a mut Model,
    volumes: &'a Volumes,
    indicators: &'a mut Indicators,
    /// What the rows are about.
    pub(super) label: RowLabel,
    /// The line of each column of volume.
    lines: BTreeMap<Col, CandidateIx>,
    formulary: &'a Formulary,
    /// Money after discounts.
    readers: &'a mut Readers,
    /// The part of a column of volume that is on formulary.
    on: BTreeMap<Col, Col>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(
        tender: &'a Tender,
        model: &'a mut Model,
        volumes: &'a Volumes,
        indicators: &'a mut Indicators,
        formulary: &'a Formulary,
        readers: &'a mut Readers,
    ) -> Self {
        let mut lines = BTreeMap::new();
        for c in tender.candidates.indexes() {
            lines.insert(volumes.share[c], c);
            lines.insert(volumes.packs[c].0, c);
        }
        Self {
            tender,
            model,
            volumes,
            indicators,
            label: RowLabel::Link,
            lines,
            formulary,
            readers,
            on: BTreeMap::new(),
        }
    }

    /// The part of a cell that is left unserved, where it may be.
    pub(super) fn unserved(&self, cell: CellIx) -> Option<Col> {
        self.volumes.unserved[cell]
    }

    /// Σ coefficient × what is counted, times `factor`.
    pub(crate) fn terms(&mut self, sum: &Sum, factor: f64) -> Terms {
        let volumes = self.volumes;
        let of_list = |(c, w): &(CandidateIx, Exact)| {
            let (packs, per_share) = volumes.packs[*c];
            (packs, factor * float(w) * per_share * volumes.list[*c])
        };
        let terms: Terms = match sum.counted.amount {
            Amount::Used => {
                let term = |(c, w): &(CandidateIx, Exact)| (volumes.share[*c], factor * float(w) * volumes.units[*c]);
                sum.terms.iter().map(term).collect()
            }
            Amount::Spend(SpendLevel::List) => sum.terms.iter().map(of_list).collect(),
            Amount::Spend(SpendLevel::Net) => self.money(ReadLevel::Net, &sum.terms, factor),
            Amount::Spend(SpendLevel::Final) => self.money(ReadLevel::Final, &sum.terms, factor),
            Amount::Cost => {
                let net: Vec<_> = sum.terms.iter().map(|(c, w)| (*c, w * line_cost::of(self.tender, *c).net)).collect();
                let mut terms = self.money(ReadLevel::Net, &net, factor);
                terms.extend(sum.terms.iter().map(|(c, w)| {
                    let (packs, per_share) = volumes.packs[*c];
                    let cost = line_cost::of(self.tender, *c);
                    (packs, factor * float(w) * per_share * (volumes.list[*c] * cost.list + cost.pack))
                }));
                terms
            }
        };
        match sum.counted.on_formulary {
            None => terms,
            Some(on) => terms.into_iter().flat_map(|(col, value)| self.split(col, value, on)).collect(),
        }
    }

    /// Σ coefficient × money after discounts: list spend where nothing changes it, a column of what is read elsewhere.
    fn money(&mut self, level: ReadLevel, lines: &LineTerms, factor: f64) -> Terms {
        let (tender, volumes) = (self.tender, self.volumes);
        let (read, plain): (Vec<_>, Vec<_>) =
            lines.iter().map(|(c, w)| (*c, float(w))).partition(|(c, _)| level.touches(tender, *c));
        let at = |c: CandidateIx, w: f64, money: f64| (volumes.packs[c].0, w * volumes.packs[c].1 * money);
        let mut terms: Terms = plain.iter().map(|(c, w)| at(*c, factor * w, volumes.list[*c])).collect();
        if read.is_empty() {
            return terms;
        }
        // At its most each line with a positive coefficient is worth its most, each with a negative one its least.
        let classes = tender.year_classes();
        let reach = |sign: f64| -> f64 {
            let term = |(c, w): &(CandidateIx, f64)| {
                let (least, most) = level.limits(tender, &classes, *c);
                at(*c, sign * w, if sign * w > 0.0 { most } else { least })
            };
            self.most_of(&read.iter().map(term).collect())
        };
        let (column, scale) = match self.readers.find(level, &read) {
            Some(known) => known,
            None => {
                let limits = (-reach(-1.0), reach(1.0));
                self.readers.add(self.model, level, read, limits)
            }
        };
        terms.push((column, factor * scale));
        terms
    }

    /// The part of a column that is on formulary, or off it: v = on + off with on ≤ U f, off ≤ U (1 − f).
    fn split(&mut self, col: Col, value: f64, on: bool) -> Terms {
        let Some(line) = self.lines.get(&col).map(|c| &self.tender.candidates[*c]) else { return vec![(col, value)] };
        let Some(&f) = self.formulary.get(&(line.need, line.product)) else {
            // Where nothing limits the formulary, everything is on it.
            return if on { vec![(col, value)] } else { Terms::new() };
        };
        let part = match self.on.get(&col) {
            Some(part) => *part,
            None => {
                let upper = self.model.upper[col.0 as usize];
                let part = self.model.column(0.0, 0.0, upper, false);
                self.link(f64::NEG_INFINITY, 0.0, vec![(part, 1.0), (col, -1.0)], 1.0);
                self.link(f64::NEG_INFINITY, 0.0, vec![(part, 1.0), (f, -upper)], upper);
                self.link(f64::NEG_INFINITY, upper, vec![(col, 1.0), (part, -1.0), (f, upper)], upper);
                self.on.insert(col, part);
                part
            }
        };
        if on { vec![(part, value)] } else { vec![(col, value), (part, -value)] }
    }

    /// The most that these terms can be: each cell is served by the line that adds most, other columns stand at a limit.
    pub(super) fn most_of(&self, terms: &Terms) -> f64 {
        let mut cells: BTreeMap<(CellIx, bool), f64> = BTreeMap::new();
        let mut most = 0.0;
        for (col, value) in terms {
            let (lower, upper) = (self.model.lower[col.0 as usize], self.model.upper[col.0 as usize]);
            let reach = if *value > 0.0 { value * upper } else { value * lower };
            let Some(&c) = self.lines.get(col) else {
                most += reach;
                continue;
            };
            let line = &self.tender.candidates[c];
            let packs = *col != self.volumes.share[c];
            // Whole packs of different size together may come closer to the limit (less than the largest pack over) than
            // one size alone.
            let reach = match packs && *value > 0.0 {
                true => {
                    let others = self.tender.candidates_of(line.cell).map(|o| self.tender.candidates[o].use_factor);
                    let largest = others.map(|f| f.to_f64()).fold(0.0, f64::max);
                    value / line.use_factor.to_f64() * (self.volumes.units[c] + largest)
                }
                false => reach,
            };
            let cell = cells.entry((line.cell, packs)).or_insert(0.0);
            *cell = cell.max(reach);
        }
        most + cells.values().sum::<f64>()
    }

    /// Σ coefficient × need units used.
    pub(super) fn used(&mut self, lines: &LineTerms, factor: f64) -> Terms {
        self.terms(&need_units(lines), factor)
    }

    /// The most that Σ coefficient × need units used can be.
    pub(super) fn most_used(&mut self, lines: &LineTerms) -> f64 {
        self.most(&need_units(lines))
    }

    /// The most that Σ coefficient × what is counted can be.
    pub(super) fn most(&mut self, sum: &Sum) -> f64 {
        let everywhere = Sum { counted: sum.counted.amount.everywhere(), terms: sum.terms.clone() };
        let terms = self.terms(&everywhere, 1.0);
        self.most_of(&terms)
    }

    /// At least 1 where these lines have volume: the packs of whole-pack lines, and for the others the part of the most they
    /// can be, in units of `some`.
    pub(super) fn volume(&mut self, lines: &LineTerms, on_formulary: Option<bool>, some: f64) -> Terms {
        let most = self.most_used(lines);
        let term = |(c, w): &(CandidateIx, Exact)| match self.volumes.packs[*c].0 {
            packs if packs != self.volumes.share[*c] => (packs, 1.0),
            share => (share, float(w) * self.volumes.units[*c] / (some * most)),
        };
        let terms: Terms = lines.iter().map(term).collect();
        match on_formulary {
            None => terms,
            Some(on) => terms.into_iter().flat_map(|(col, value)| self.split(col, value, on)).collect(),
        }
    }

    /// The indicator of these lines, on formulary or off it.
    pub(super) fn indicator_within(&mut self, lines: &LineTerms, on_formulary: Option<bool>) -> Col {
        let Some(on) = on_formulary else { return self.indicator(lines) };
        let used = self.model.binary(0.0);
        for (c, _) in lines {
            let (packs, _) = self.volumes.packs[*c];
            let upper = self.model.upper[packs.0 as usize];
            let mut terms = self.split(packs, 1.0, on);
            terms.push((used, -upper));
            self.link(f64::NEG_INFINITY, 0.0, terms, upper);
        }
        used
    }

    /// The indicator of these lines.
    pub(super) fn indicator(&mut self, lines: &LineTerms) -> Col {
        let lines = lines.iter().map(|(c, _)| *c).collect();
        self.indicators.used(self.tender, self.model, self.volumes, lines)
    }

    /// Adds `lower ≤ Σ terms ≤ upper`, divided by `scale`.
    pub(super) fn row(&mut self, lower: f64, upper: f64, terms: Terms, scale: f64) {
        let label = self.label;
        self.labelled(label, lower, upper, terms, scale);
    }

    /// The same for a row that only links variables.
    pub(super) fn link(&mut self, lower: f64, upper: f64, terms: Terms, scale: f64) {
        self.labelled(RowLabel::Link, lower, upper, terms, scale);
    }

    fn labelled(&mut self, label: RowLabel, lower: f64, upper: f64, terms: Terms, scale: f64) {
        let scale = if scale > 0.0 { scale } else { 1.0 };
        let terms = terms.into_iter().map(|(c, v)| (c, v / scale)).collect();
        self.model.row(label, lower / scale, upper / scale, terms);
    }
}
