//! What a measure reads off an award: a ratio of sums over lines, a count of things, or the things that moved.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use num_traits::Zero;
use rust_decimal::Decimal;

use super::dimension::{Facet, facets};
use super::line::{Line, Lines};
use super::values::{Keys, Value, Values, Within};
use super::{Averaged, Dimension, Measured, Scope, Subject, Weight, constant};
use crate::exact::{Exact, exact, whole, zero};
use crate::index::{CandidateIx, Ix};
use crate::tables::SpendLevel;
use crate::tender::Tender;

/// Coefficients by line.
pub type Terms = Vec<(CandidateIx, Exact)>;

/// What the coefficients of a sum multiply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counted {
    /// The amount on a line.
    pub amount: Amount,
    /// Only where the product is on formulary for the need (`Some(true)`), or off it.
    pub on_formulary: Option<bool>,
}

/// An amount on a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Amount {
    /// Need units used.
    Used,
    /// Money a year at a level.
    Spend(SpendLevel),
    /// Money a year, net, with mark-up, freight and buyer-paid fees.
    Cost,
}

/// Σ coefficient × what is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// What the coefficients multiply.
    pub counted: Counted,
    /// Coefficients by line, in order of line.
    pub terms: Terms,
}

/// `(offset + part) ÷ (base + whole)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// Constant of the numerator.
    pub offset: Exact,
    /// Numerator.
    pub part: Sum,
    /// Constant of the denominator: 1 for amounts, and all of it where no award changes it.
    pub base: Exact,
    /// Denominator as far as awards differ in it.
    pub whole: Sum,
    /// The most the denominator can be; violations are counted in units of it.
    pub scale: Exact,
}

/// Things of which each counts once.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// What is summed up for a thing's volume.
    pub counted: Counted,
    /// Each thing with its lines.
    pub things: Vec<(String, Terms)>,
    /// All lines in scope.
    pub whole: Terms,
    /// Part of the whole from which a thing counts; zero: any volume.
    pub counts_from: Exact,
}

/// A thing with incumbents: it has moved unless they keep all of its demand.
#[derive(Debug, Clone, PartialEq)]
pub struct MovedThing {
    /// Demand of its cells in need units.
    pub demand: Exact,
    /// The incumbents' lines.
    pub kept: Terms,
    /// All other lines of its cells.
    pub left: Terms,
}

/// Things of which each may have moved.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// The things.
    pub things: Vec<MovedThing>,
}

/// What a measure reads.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Amounts, shares, means, savings, volume moved.
    Ratio(Ratio),
    /// Counts.
    Tally(Tally),
    /// Sites moved.
    Moved(Moved),
}

impl Reading {
    /// What is summed up over them.
    pub fn counted(&self) -> Counted {
        match self {
            Self::Ratio(ratio) => ratio.part.counted,
            Self::Tally(tally) => tally.counted,
            Self::Moved(_) => Amount::Used.everywhere(),
        }
    }

    /// All lines in scope, for `if_used`.
    pub fn lines(&self) -> &Terms {
        match self {
            Self::Ratio(ratio) => &ratio.part.terms,
            Self::Tally(tally) => &tally.whole,
            Self::Moved(_) => const { &Vec::new() },
        }
    }
}

/// Values of the dimensions of `each`.
pub(super) type Key<'t> = Vec<Cow<'t, str>>;

/// A sum under construction: lines come in order, a line perhaps several times in a row.
#[derive(Default)]
struct Building(Terms);

impl Building {
    fn add(&mut self, line: CandidateIx, value: &Exact) {
        match self.0.last_mut() {
            Some((last, sum)) if *last == line => *sum += value,
            _ => self.0.push((line, value.clone())),
        }
    }

    fn terms(mut self) -> Terms {
        self.0.retain(|(_, v)| !v.is_zero());
        self.0.shrink_to_fit();
        self.0
    }
}

/// Something for each combination of values.
struct Each<T> {
    slots: HashMap<Box<[Value]>, usize>,
    all: Vec<T>,
    /// The combination asked for last: neighbouring lines often have the same.
    last: Option<(Box<[Value]>, usize)>,
}

impl<T: Default> Each<T> {
    fn new() -> Self {
        Self { slots: HashMap::new(), all: Vec::new(), last: None }
    }

    fn at(&mut self, key: &[Value]) -> &mut T {
        let slot = match &self.last {
            Some((last, slot)) if **last == *key => *slot,
            _ => self.slot(key),
        };
        &mut self.all[slot]
    }

    fn slot(&mut self, key: &[Value]) -> usize {
        let slot = match self.slots.get(key) {
            Some(slot) => *slot,
            None => {
                self.slots.insert(key.into(), self.all.len());
                self.all.push(T::default());
                self.all.len() - 1
            }
        };
        match &mut self.last {
            Some((last, of)) if last.len() == key.len() => {
                last.copy_from_slice(key);
                *of = slot;
            }
            last => *last = Some((key.into(), slot)),
        }
        slot
    }

    fn all(mut self) -> impl Iterator<Item = (Box<[Value]>, T)> {
        self.slots.into_iter().map(move |(key, slot)| (key, std::mem::take(&mut self.all[slot])))
    }
}

/// The coefficient of a need unit (or of the money) on a line, and what it multiplies.
fn weigh(tender: &Tender, line: &Line, weight: Weight) -> Exact {
    match weight {
        Weight::Reference => exact(tender.reference_price(tender.cells[line.cell].need).unwrap_or_default()),
        Weight::Units | Weight::Spend(_) => whole(1),
    }
}

fn amount(weight: Weight) -> Amount {
    match weight {
        Weight::Spend(level) => Amount::Spend(level),
        Weight::Reference | Weight::Units => Amount::Used,
    }
}

impl Amount {
    /// On formulary or off.
    pub fn everywhere(self) -> Counted {
        Counted { amount: self, on_formulary: None }
    }

    /// As far as the scope asks for.
    fn within(self, scope: &Scope) -> Counted {
        let asked = scope.0.iter().find(|(d, _)| *d == Dimension::InFormulary).map(|(_, values)| values);
        let on_formulary = asked.filter(|values| values.len() == 1).map(|values| values.contains("yes"));
        Counted { amount: self, on_formulary }
    }
}

/// Which facets a subject needs: by plant, by clinician group.
fn told_apart(subject: &Subject) -> (bool, bool) {
    let mut dimensions: Vec<&Dimension> = subject.scope.0.iter().map(|(d, _)| d).chain(&subject.each).collect();
    let mut groups = false;
    match &subject.measured {
        Measured::Count { of, .. } => dimensions.push(of),
        Measured::Mean { of: Averaged::Preference, .. } => groups = true,
        _ => {}
    }
    let plants = dimensions.iter().any(|d| d.by_plant());
    (plants, groups || dimensions.iter().any(|d| **d == Dimension::ClinicianGroup))
}

/// What the subject reads on these lines, for each key of its dimensions.
pub(super) fn readings<'t>(tender: &'t Tender, lines: Lines<'_>, subject: &Subject) -> BTreeMap<Key<'t>, Reading> {
    match &subject.measured {
        Measured::Count { of, counts_from, weight } => tallies(tender, lines, subject, of, *counts_from, *weight),
        Measured::Saving => super::moved::savings(tender, subject),
        Measured::MovedUnits { weight } => super::moved::units(tender, subject, *weight),
        Measured::MovedSites => super::moved::sites(tender, subject),
        Measured::Units => ratios(tender, lines, subject, [Amount::Used; 2], None, &|_, _| Some((whole(1), zero()))),
        Measured::Spend(level) => {
            ratios(tender, lines, subject, [Amount::Spend(*level); 2], None, &|_, _| Some((whole(1), zero())))
        }
        Measured::Share { within, weight } => {
            let weigh = |line: &Line, _: &Facet<'_>| {
                let weight = weigh(tender, line, *weight);
                Some((weight.clone(), weight))
            };
            ratios(tender, lines, subject, [amount(*weight); 2], Some(within), &weigh)
        }
        Measured::Mean { of, weight } => {
            let part = match of {
                Averaged::Price(level) => Amount::Spend(*level),
                _ => amount(*weight),
            };
            let weigh = |line: &Line, facet: &Facet<'_>| {
                let weight = weigh(tender, line, *weight);
                let score = match of {
                    Averaged::Price(_) => return Some((whole(1), weight)),
                    Averaged::Preference => facet.group.map(|p| p.score.0),
                    Averaged::LeadTime => line.offer.map(|o| tender.offers[o].lead_time.0),
                    Averaged::Attribute(dimension) => {
                        let mut number = None;
                        dimension.values(tender, line, facet, &mut |v| number = crate::cell::decimal(&v).ok());
                        number
                    }
                }?;
                Some((&weight * exact(score), weight))
            };
            ratios(tender, lines, subject, [part, amount(*weight)], Some(&subject.each), &weigh)
        }
    }
}

/// Coefficients in part and whole; `None` leaves the line out of both.
type Weigh<'f> = &'f dyn Fn(&Line, &Facet<'_>) -> Option<(Exact, Exact)>;

/// Collects part and whole; without `within` there is no whole, and the denominator is 1.
fn ratios<'t>(
    tender: &'t Tender,
    lines: Lines<'_>,
    subject: &Subject,
    amounts: [Amount; 2],
    within: Option<&[Dimension]>,
    weigh: Weigh<'_>,
) -> BTreeMap<Key<'t>, Reading> {
    let (plants, groups) = told_apart(subject);
    let is_mean = matches!(subject.measured, Measured::Mean { .. });
    let each = &subject.each;
    // The dimensions by which wholes differ: those of `each` that the whole keeps.
    let kept: Vec<Dimension> = match within {
        Some(w) => each.iter().filter(|d| w.contains(d)).cloned().collect(),
        None => Vec::new(),
    };
    let positions: Vec<usize> = (0..each.len()).filter(|i| kept.contains(&each[*i])).collect();
    let mut parts: Each<Building> = Each::new();
    let mut wholes: Each<Building> = Each::new();
    if each.is_empty() {
        parts.at(&[]);
    }
    // A mean averages over its own scope; a share's whole keeps only the dimensions in `within`, so that it has all of the
    // part's lines and more.
    let keeps = |d: &Dimension| is_mean || within.is_none_or(|w| w.contains(d));
    let mut outer = Within::new(tender, &subject.scope, keeps);
    let mut inner = Within::new(tender, &subject.scope, |d| !keeps(d));
    let (mut keys, mut short_keys) = (Keys::new(tender, each), Keys::new(tender, &kept));
    for (cell, own) in lines.by_cell() {
        let first = || lines.at(CandidateIx::new(own.start));
        if !outer.cell(cell, first) {
            continue;
        }
        let in_part = inner.cell(cell, first);
        for (ix, line) in lines.of(own) {
            for facet in facets(tender, &line, plants, groups) {
                if !outer.line(&line, &facet) {
                    continue;
                }
                let in_part = in_part && inner.line(&line, &facet);
                let Some((mut part, mut whole)) = weigh(&line, &facet) else { continue };
                if facet.weight != Decimal::ONE {
                    let weight = exact(facet.weight);
                    part *= &weight;
                    whole *= &weight;
                }
                if in_part {
                    keys.of(&line, &facet, |key| parts.at(key).add(ix, &part));
                }
                if within.is_none() {
                    continue;
                }
                // A share that nothing counts towards is still a share, of zero.
                if !in_part && kept.len() == each.len() && !is_mean {
                    keys.of(&line, &facet, |key| {
                        parts.at(key);
                    });
                }
                short_keys.of(&line, &facet, |key| wholes.at(key).add(ix, &whole));
            }
        }
    }
    let counted = [
        amounts[0].within(&subject.scope),
        if is_mean { amounts[1].within(&subject.scope) } else { amounts[1].everywhere() },
    ];
    let of_whole = |terms: Terms| {
        let mut ratio = Ratio {
            offset: zero(),
            part: Sum { counted: counted[0], terms: Terms::new() },
            base: if within.is_none() { whole(1) } else { zero() },
            whole: Sum { counted: counted[1], terms },
            scale: whole(1),
        };
        if let Lines::Offered(_) = lines {
            constant::settle(tender, &mut ratio);
        }
        ratio
    };
    let wholes: HashMap<Vec<Cow<'t, str>>, Ratio> =
        wholes.all().map(|(key, sum)| (short_keys.names(&key), of_whole(sum.terms()))).collect();
    let none = of_whole(Terms::new());
    let reading = |(key, part): (Box<[Value]>, Building)| {
        let key = keys.names(&key);
        let short: Key<'t> = positions.iter().map(|i| key[*i].clone()).collect();
        let ratio = wholes.get(&short).unwrap_or(&none);
        let part = Sum { counted: counted[0], terms: part.terms() };
        (key, Reading::Ratio(Ratio { part, ..ratio.clone() }))
    };
    parts.all().map(reading).collect()
}

fn tallies<'t>(
    tender: &'t Tender,
    lines: Lines<'_>,
    subject: &Subject,
    of: &Dimension,
    counts_from: Option<Decimal>,
    weight: Weight,
) -> BTreeMap<Key<'t>, Reading> {
    let (plants, groups) = told_apart(subject);
    let mut all: Each<(BTreeMap<Value, Building>, Building)> = Each::new();
    if subject.each.is_empty() {
        all.at(&[]);
    }
    let mut scope = Within::new(tender, &subject.scope, |_| true);
    let (mut keys, mut of) = (Keys::new(tender, &subject.each), Values::new(tender, of));
    let mut found = Vec::new();
    for (cell, own) in lines.by_cell() {
        if !scope.cell(cell, || lines.at(CandidateIx::new(own.start))) {
            continue;
        }
        for (ix, line) in lines.of(own) {
            for facet in facets(tender, &line, plants, groups) {
                if !scope.line(&line, &facet) {
                    continue;
                }
                let value = weigh(tender, &line, weight) * exact(facet.weight);
                of.of(&line, &facet, &mut found);
                keys.of(&line, &facet, |key| {
                    let (things, whole) = all.at(key);
                    whole.add(ix, &value);
                    for thing in &found {
                        things.entry(*thing).or_default().add(ix, &value);
                    }
                });
            }
        }
    }
    let reading = |(key, (things, whole)): (Box<[Value]>, Parts)| {
        let mut things: Vec<(String, Terms)> =
            things.into_iter().map(|(thing, sum)| (of.name(thing).into_owned(), sum.terms())).collect();
        things.sort_by(|a, b| a.0.cmp(&b.0));
        let tally = Tally {
            counted: amount(weight).within(&subject.scope),
            things,
            whole: whole.terms(),
            counts_from: exact(counts_from.unwrap_or_default()),
        };
        (keys.names(&key), Reading::Tally(tally))
    };
    all.all().map(reading).collect()
}

/// What each thing has, and the whole.
type Parts = (BTreeMap<Value, Building>, Building);

/// The keys of a demand cell, if it lies in the scope; for measures that compare whole cells. `line` is any line of it:
/// only dimensions of the cell are asked.
pub(super) struct CellKeys<'s, 't> {
    scope: Within<'s>,
    keys: Keys<'s, 't>,
}

impl<'s, 't: 's> CellKeys<'s, 't> {
    pub(super) fn new(tender: &'t Tender, subject: &'s Subject) -> Self {
        Self { scope: Within::new(tender, &subject.scope, |_| true), keys: Keys::new(tender, &subject.each) }
    }

    pub(super) fn of(&mut self, line: &Line) -> Vec<Key<'t>> {
        let mut found: Vec<Vec<Value>> = Vec::new();
        if self.scope.cell(line.cell, || *line) && self.scope.line(line, &Facet::WHOLE) {
            self.keys.of(line, &Facet::WHOLE, |key| found.push(key.to_vec()));
        }
        found.iter().map(|key| self.keys.names(key)).collect()
    }
}

/// True if some line lies in the scope.
pub(super) fn any_line(tender: &Tender, lines: Lines<'_>, scope: &Scope) -> bool {
    let plants = scope.0.iter().any(|(d, _)| d.by_plant());
    let groups = scope.0.iter().any(|(d, _)| *d == Dimension::ClinicianGroup);
    let mut within = Within::new(tender, scope, |_| true);
    lines.by_cell().any(|(cell, own)| {
        within.cell(cell, || lines.at(CandidateIx::new(own.start)))
            && lines
                .of(own)
                .any(|(_, line)| facets(tender, &line, plants, groups).any(|facet| within.line(&line, &facet)))
    })
}
