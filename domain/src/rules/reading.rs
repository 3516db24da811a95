//! What a measure reads off an award: a ratio of sums over lines, a count of things, or the things that moved.

use std::borrow::Cow;
use std::collections::BTreeMap;

use num_traits::Zero;
use rust_decimal::Decimal;

use super::dimension::{Facet, facets};
use super::line::Line;
use super::{Averaged, Dimension, Measured, Scope, Subject, Weight};
use crate::exact::{Exact, exact, whole, zero};
use crate::index::{CandidateIx, IxVec};
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

/// Sums under construction.
#[derive(Default)]
struct Building(BTreeMap<CandidateIx, Exact>);

impl Building {
    fn add(&mut self, line: CandidateIx, value: &Exact) {
        match self.0.entry(line) {
            std::collections::btree_map::Entry::Vacant(slot) => {
                slot.insert(value.clone());
            }
            std::collections::btree_map::Entry::Occupied(mut slot) => *slot.get_mut() += value,
        }
    }

    fn terms(self) -> Terms {
        self.0.into_iter().filter(|(_, v)| !v.is_zero()).collect()
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

/// True if the facet of the line has an accepted value in every dimension of the scope that is kept.
fn within_scope(scope: &Scope, keep: Option<&[Dimension]>, tender: &Tender, line: &Line, facet: &Facet<'_>) -> bool {
    let of_lines = scope.0.iter().filter(|(d, _)| *d != Dimension::InFormulary && keep.is_none_or(|k| k.contains(d)));
    of_lines.into_iter().all(|(d, accepted)| {
        let mut any = false;
        d.values(tender, line, facet, &mut |v| any |= accepted.contains(v.as_ref()));
        any
    })
}

/// Every combination of the values of `dimensions` that the facet has.
fn keys<'t>(dimensions: &[Dimension], tender: &'t Tender, line: &Line, facet: &Facet<'t>) -> Vec<Key<'t>> {
    let mut keys = vec![Vec::with_capacity(dimensions.len())];
    for dimension in dimensions {
        let mut values = Vec::new();
        dimension.values(tender, line, facet, &mut |v| values.push(v));
        if let [one] = &mut values[..] {
            let one = std::mem::take(one);
            keys.iter_mut().for_each(|k| k.push(one.clone()));
            continue;
        }
        let longer = |key: &Key<'t>| {
            let key = key.clone();
            values.clone().into_iter().map(move |v| key.iter().cloned().chain([v]).collect::<Key<'t>>())
        };
        keys = keys.iter().flat_map(longer).collect();
    }
    keys
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
pub(super) fn readings<'t>(
    tender: &'t Tender,
    lines: &IxVec<CandidateIx, Line>,
    subject: &Subject,
) -> BTreeMap<Key<'t>, Reading> {
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
    lines: &IxVec<CandidateIx, Line>,
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
    let mut parts: BTreeMap<Key<'t>, Building> = BTreeMap::new();
    let mut wholes: BTreeMap<Key<'t>, Building> = BTreeMap::new();
    if each.is_empty() {
        parts.insert(Vec::new(), Building::default());
    }
    // A mean averages over its own scope; a share's whole keeps only the dimensions in `within`.
    let keep = if is_mean { None } else { within };
    for (ix, line) in lines.enumerate() {
        for facet in facets(tender, line, plants, groups) {
            let in_part = within_scope(&subject.scope, None, tender, line, &facet);
            let in_whole = within.is_some() && (in_part || within_scope(&subject.scope, keep, tender, line, &facet));
            if !in_part && !in_whole {
                continue;
            }
            let Some((mut part, mut whole)) = weigh(line, &facet) else { continue };
            if facet.weight != Decimal::ONE {
                let weight = exact(facet.weight);
                part *= &weight;
                whole *= &weight;
            }
            if in_part {
                for key in keys(each, tender, line, &facet) {
                    parts.entry(key).or_default().add(ix, &part);
                }
            }
            if in_whole {
                for key in keys(&kept, tender, line, &facet) {
                    // A share that nothing counts towards is still a share, of zero.
                    if kept.len() == each.len() && !is_mean {
                        parts.entry(key.clone()).or_default();
                    }
                    wholes.entry(key).or_default().add(ix, &whole);
                }
            }
        }
    }
    let wholes: BTreeMap<Key<'t>, Terms> = wholes.into_iter().map(|(k, s)| (k, s.terms())).collect();
    let reading = |(key, part): (Key<'t>, Building)| {
        let short: Key<'t> = each.iter().zip(&key).filter(|(d, _)| kept.contains(d)).map(|(_, v)| v.clone()).collect();
        let terms = wholes.get(&short).cloned().unwrap_or_default();
        let ratio = Ratio {
            offset: zero(),
            part: Sum { counted: amounts[0].within(&subject.scope), terms: part.terms() },
            base: if within.is_none() { whole(1) } else { zero() },
            whole: Sum {
                counted: if is_mean { amounts[1].within(&subject.scope) } else { amounts[1].everywhere() },
                terms,
            },
            scale: whole(1),
        };
        (key, Reading::Ratio(ratio))
    };
    parts.into_iter().map(reading).collect()
}

fn tallies<'t>(
    tender: &'t Tender,
    lines: &IxVec<CandidateIx, Line>,
    subject: &Subject,
    of: &Dimension,
    counts_from: Option<Decimal>,
    weight: Weight,
) -> BTreeMap<Key<'t>, Reading> {
    let (plants, groups) = told_apart(subject);
    let mut things: BTreeMap<Key<'t>, BTreeMap<Cow<'t, str>, Building>> = BTreeMap::new();
    let mut wholes: BTreeMap<Key<'t>, Building> = BTreeMap::new();
    if subject.each.is_empty() {
        things.insert(Vec::new(), BTreeMap::new());
    }
    for (ix, line) in lines.enumerate() {
        for facet in facets(tender, line, plants, groups) {
            if !within_scope(&subject.scope, None, tender, line, &facet) {
                continue;
            }
            let value = weigh(tender, line, weight) * exact(facet.weight);
            for key in keys(&subject.each, tender, line, &facet) {
                wholes.entry(key.clone()).or_default().add(ix, &value);
                let entry = things.entry(key).or_default();
                of.values(tender, line, &facet, &mut |thing| entry.entry(thing).or_default().add(ix, &value));
            }
        }
    }
    let reading = |(key, things): (Key<'t>, BTreeMap<Cow<'t, str>, Building>)| {
        let tally = Tally {
            counted: amount(weight).within(&subject.scope),
            things: things.into_iter().map(|(thing, sum)| (thing.into_owned(), sum.terms())).collect(),
            whole: wholes.remove(&key).unwrap_or_default().terms(),
            counts_from: exact(counts_from.unwrap_or_default()),
        };
        (key, Reading::Tally(tally))
    };
    things.into_iter().map(reading).collect()
}

/// The keys of a demand cell, if it lies in the scope; for measures that compare whole cells.
pub(super) fn cell_keys<'t>(tender: &'t Tender, subject: &Subject, line: &Line) -> Vec<Key<'t>> {
    let facet = Facet { weight: Decimal::ONE, plant: None, group: None };
    match within_scope(&subject.scope, None, tender, line, &facet) {
        true => keys(&subject.each, tender, line, &facet),
        false => Vec::new(),
    }
}

/// True if some line lies in the scope.
pub(super) fn any_line(tender: &Tender, lines: &IxVec<CandidateIx, Line>, scope: &Scope) -> bool {
    let plants = scope.0.iter().any(|(d, _)| d.by_plant());
    let groups = scope.0.iter().any(|(d, _)| *d == Dimension::ClinicianGroup);
    let inside = |line: &Line| {
        facets(tender, line, plants, groups).iter().any(|facet| within_scope(scope, None, tender, line, facet))
    };
    lines.iter().any(inside)
}
