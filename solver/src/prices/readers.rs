//! Rules that read money after discounts. A reader is a sum over lines at a level, R = Σ w·value, whose column rules use before
//! prices are written; once the steps below its level are written, one row says what it is, a mean over the contract's
//! years:
//!
//!   R = Σ_class (years of the class ÷ years) Σ_c w\[c\] · value\[class, c\]
//!
//! Net is what discounts and packages leave, final what percentages of rebates leave, too; sums lie on no line, so neither
//! sees them. Lines that no step touches are not in it: they are worth their list spend.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::CandidateIx;
use ballast_domain::tables::{Gives, ScheduleKind};
use ballast_domain::tender::Schedule;

use super::value::{Step, Values};
use crate::model::{Col, Model, RowLabel, Terms};
use crate::rules::packages;

/// After which steps money is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReadLevel {
    /// All discounts and packages.
    Net,
    /// Rebates, too.
    Final,
}

impl ReadLevel {
    /// Its place among the steps.
    pub(super) fn step(self) -> Step {
        match self {
            // Stages begin at 1.
            Self::Net => (ScheduleKind::Rebate, 0),
            Self::Final => (ScheduleKind::Rebate, u32::MAX),
        }
    }

    fn sees(self, kind: ScheduleKind) -> bool {
        self == Self::Final || kind == ScheduleKind::Discount
    }

    /// Whether a line can be worth anything but its list spend.
    pub(crate) fn touches(self, tender: &Tender, c: CandidateIx) -> bool {
        tender.offers[tender.candidates[c].offer].package.is_some() || self.applied(tender, c).next().is_some()
    }

    /// The schedules it sees that change the price of a line, in the order in which they do.
    fn applied(self, tender: &Tender, c: CandidateIx) -> impl Iterator<Item = &Schedule> {
        let line = &tender.candidates[c];
        let own = tender.offers[line.offer].schedules.iter().map(|s| &tender.schedules[*s]);
        own.filter(move |s| self.sees(s.kind) && s.gives != Gives::Sum && s.sites.binary_search(&line.site).is_ok())
    }

    /// The least and the most that a pack of a line can be worth, the mean over the contract years with these classes.
    pub(crate) fn limits(self, tender: &Tender, classes: &[Vec<usize>], c: CandidateIx) -> (f64, f64) {
        let years = f64::from(tender.settings.contract_years);
        let (mut least, mut most) = (0.0, 0.0);
        for class in classes {
            let (low, high) = self.limits_in(tender, c, class[0]);
            least += low * class.len() as f64 / years;
            most += high * class.len() as f64 / years;
        }
        (least, most)
    }

    fn limits_in(self, tender: &Tender, c: CandidateIx, year: usize) -> (f64, f64) {
        let line = &tender.candidates[c];
        let offer = &tender.offers[line.offer];
        let factor = float(&offer.factor(year));
        let list = offer.list_price.to_f64() * factor;
        let (mut low, mut high) = (list, list);
        let keep = 1.0 - packages::discount(tender, line.offer);
        let packaged = |(low, high): (f64, f64)| (low * keep, high * keep);
        let mut before_packages = true;
        for schedule in self.applied(tender, c) {
            if schedule.kind == ScheduleKind::Rebate && std::mem::replace(&mut before_packages, false) {
                (low, high) = packaged((low, high));
            }
            let values: Vec<f64> = schedule.tiers.iter().map(|t| float(&exact(t.value))).collect();
            let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
            match schedule.gives {
                Gives::Percent => {
                    low *= 1.0 - largest.max(0.0);
                    high *= 1.0 - smallest.min(0.0);
                }
                Gives::Price => {
                    let rise = if schedule.escalates { factor } else { 1.0 };
                    low = low.min(smallest * rise);
                    high = high.max(largest * rise);
                }
                Gives::Sum => {}
            }
        }
        if before_packages { packaged((low, high)) } else { (low, high) }
    }
}

/// A sum that rules read.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) level: ReadLevel,
    /// Lines with their coefficients, in order.
    pub(super) lines: Vec<(CandidateIx, f64)>,
    /// Its column, and money a year per unit of it.
    column: (Col, f64),
}

/// What tells readers apart; coefficients by their bits.
type Key = (ReadLevel, Vec<(CandidateIx, u64)>);

fn key(level: ReadLevel, lines: &[(CandidateIx, f64)]) -> Key {
    (level, lines.iter().map(|(c, w)| (*c, w.to_bits())).collect())
}

/// Room beyond the limits of a column, for the tolerance of the row that says what it is.
const ROOM: f64 = 1e-6;

/// The sums that rules read, each once.
#[derive(Debug, Default)]
pub(crate) struct Readers {
    pub(super) all: Vec<Reader>,
    known: BTreeMap<Key, usize>,
}

impl Readers {
    /// The column of a sum that is read already, and money a year per unit of it.
    pub(crate) fn find(&self, level: ReadLevel, lines: &[(CandidateIx, f64)]) -> Option<(Col, f64)> {
        self.known.get(&key(level, lines)).map(|reader| self.all[*reader].column)
    }

    /// A new column for a sum that is at least and at most `limits`.
    pub(crate) fn add(
        &mut self,
        model: &mut Model,
        level: ReadLevel,
        lines: Vec<(CandidateIx, f64)>,
        limits: (f64, f64),
    ) -> (Col, f64) {
        let size = limits.0.abs().max(limits.1.abs());
        let scale = if size > 0.0 { size } else { 1.0 };
        let column = (model.column(0.0, limits.0 / scale - ROOM, limits.1 / scale + ROOM, false), scale);
        self.known.insert(key(level, &lines), self.all.len());
        self.all.push(Reader { level, lines, column });
        column
    }

    /// Says what the sums of a level are, once all steps below it are written.
    pub(super) fn write(&self, model: &mut Model, values: &Values<'_>, level: ReadLevel) {
        for (column, mut terms) in self.sums(values, level) {
            terms.push((column, -1.0));
            model.row(RowLabel::Link, 0.0, 0.0, terms);
        }
    }

    /// The columns of a level with what they are.
    pub(crate) fn sums(&self, values: &Values<'_>, level: ReadLevel) -> Vec<(Col, Terms)> {
        let years: f64 = values.years.iter().sum();
        let of = |reader: &Reader| {
            let (column, scale) = reader.column;
            let mut terms = Terms::new();
            for (class, own) in values.years.iter().enumerate() {
                let value = values.of(reader.lines.iter().map(|(c, w)| ((class, *c), *w)));
                terms.extend(value.terms.into_iter().map(|(col, v)| (col, v * own / years / scale)));
            }
            (column, terms)
        };
        self.all.iter().filter(|r| r.level == level).map(of).collect()
    }
}
