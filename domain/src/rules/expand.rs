//! A rule repeated for each value of its dimensions, with the lines that count.

use std::collections::BTreeMap;

use num_traits::Zero;
use rust_decimal::Decimal;

use super::dimension::{Facet, facets};
use super::{Averaged, Dimension, Measured, Rule, Scope};
use crate::exact::{Exact, exact, zero};
use crate::index::CandidateIx;
use crate::tables::Weighting;
use crate::tender::Tender;

/// Terms of a sum over lines: coefficient × need units used.
pub type Terms = Vec<(CandidateIx, Exact)>;

/// `part` against `whole`: a share, a mean (`part` = Σ score × weight), or a plain amount (`whole` empty).
#[derive(Debug, Clone, PartialEq)]
pub struct LinearInstance {
    /// The repeated values, such as `need saline-1l, supplier Baxter`; empty for a rule that is not repeated.
    pub label: String,
    /// What is measured.
    pub part: Terms,
    /// What it is compared with; empty for an amount.
    pub whole: Terms,
}

/// Groups of lines, each counting once.
#[derive(Debug, Clone, PartialEq)]
pub struct CountInstance {
    /// The repeated values.
    pub label: String,
    /// Each thing with its lines.
    pub groups: Vec<(String, Terms)>,
    /// All lines in scope (what `counts_from` is a share of).
    pub whole: Terms,
}

/// One instance of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Instance {
    /// Amounts, shares and means.
    Linear(LinearInstance),
    /// Counts.
    Count(CountInstance),
}

/// Weight of one need unit on a line.
fn weight_of(tender: &Tender, candidate: CandidateIx, weight: Weighting) -> Exact {
    let line = &tender.candidates[candidate];
    match weight {
        Weighting::Units => exact(Decimal::ONE),
        Weighting::Reference => exact(tender.reference_price(line.need).unwrap_or_default()),
        Weighting::Spend => tender.offers[line.offer].list_price.exact() / line.use_factor.exact(),
    }
}

fn within_scope(scope: &Scope, keep: Option<&[Dimension]>, tender: &Tender, c: CandidateIx, facet: &Facet<'_>) -> bool {
    let asked = scope.0.iter().filter(|(d, _)| keep.is_none_or(|k| k.contains(d)));
    asked.into_iter().all(|(d, accepted)| d.values(tender, c, facet).iter().any(|v| accepted.contains(v)))
}

/// Every combination of the values of `dimensions` that the facet has.
fn keys(dimensions: &[Dimension], tender: &Tender, c: CandidateIx, facet: &Facet<'_>) -> Vec<Vec<String>> {
    dimensions.iter().fold(vec![Vec::new()], |keys, dimension| {
        let values = dimension.values(tender, c, facet);
        keys.iter()
            .flat_map(|key| values.iter().map(move |v| key.iter().cloned().chain([v.clone()]).collect()))
            .collect()
    })
}

#[derive(Default)]
struct Sum(BTreeMap<CandidateIx, Exact>);

impl Sum {
    fn add(&mut self, candidate: CandidateIx, value: Exact) {
        *self.0.entry(candidate).or_insert_with(zero) += value;
    }
    fn terms(self) -> Terms {
        self.0.into_iter().filter(|(_, v)| !v.is_zero()).collect()
    }
}

fn label(each: &[Dimension], key: &[String]) -> String {
    let parts: Vec<String> = each.iter().zip(key).map(|(d, v)| format!("{} {v}", d.name())).collect();
    parts.join(", ")
}

/// All instances of a rule, in order of their values.
pub fn expand(tender: &Tender, rule: &Rule) -> Vec<Instance> {
    match &rule.measured {
        Measured::Count { of, weight, .. } => count(tender, rule, of, *weight),
        Measured::Units => linear(tender, rule, None, |_, _, _| Some(exact(Decimal::ONE))),
        Measured::Spend => linear(tender, rule, None, |c, _, _| Some(weight_of(tender, c, Weighting::Spend))),
        Measured::Share { within, weight } => {
            linear(tender, rule, Some(within), |c, _, _| Some(weight_of(tender, c, *weight)))
        }
        Measured::Mean { of, weight } => linear(tender, rule, Some(&rule.each), |c, facet, part| {
            let score = match of {
                Averaged::Preference => facet.group.map(|p| p.score.0),
                Averaged::ProductAttribute(name) => {
                    let product = &tender.products[tender.candidates[c].product];
                    product.attr.get(name).and_then(|t| crate::cell::decimal(t).ok())
                }
            }?;
            let weight = weight_of(tender, c, *weight);
            Some(if part { weight * exact(score) } else { weight })
        }),
    }
}

fn needs_facets(rule: &Rule) -> (bool, bool) {
    let mut dimensions: Vec<&Dimension> = rule.scope.0.iter().map(|(d, _)| d).chain(&rule.each).collect();
    let mut groups = false;
    match &rule.measured {
        Measured::Count { of, .. } => dimensions.push(of),
        Measured::Mean { of: Averaged::Preference, .. } => groups = true,
        _ => {}
    }
    let plants = dimensions.iter().any(|d| d.by_plant());
    (plants, groups || dimensions.iter().any(|d| **d == Dimension::ClinicianGroup))
}

/// Collects part and whole. `value` gives the coefficient of a line in the part (`true`) or the whole (`false`).
fn linear(
    tender: &Tender,
    rule: &Rule,
    within: Option<&[Dimension]>,
    value: impl Fn(CandidateIx, &Facet<'_>, bool) -> Option<Exact>,
) -> Vec<Instance> {
    let (plants, groups) = needs_facets(rule);
    let is_mean = matches!(rule.measured, Measured::Mean { .. });
    // The dimensions by which wholes differ: those of `each` that the whole keeps.
    let kept: Vec<Dimension> = match within {
        Some(w) => rule.each.iter().filter(|d| w.contains(d)).cloned().collect(),
        None => Vec::new(),
    };
    let mut parts: BTreeMap<Vec<String>, Sum> = BTreeMap::new();
    let mut wholes: BTreeMap<Vec<String>, Sum> = BTreeMap::new();
    if rule.each.is_empty() {
        parts.insert(Vec::new(), Sum::default());
    }
    for c in tender.candidates.indexes() {
        for facet in facets(tender, c, plants, groups) {
            let weight = exact(facet.weight);
            if within_scope(&rule.scope, None, tender, c, &facet)
                && let Some(v) = value(c, &facet, true)
            {
                for key in keys(&rule.each, tender, c, &facet) {
                    parts.entry(key).or_default().add(c, &v * &weight);
                }
            }
            // A mean averages over its own scope; a share's whole keeps only the dimensions in `within`.
            let keep = if is_mean { None } else { within };
            if within.is_some()
                && within_scope(&rule.scope, keep, tender, c, &facet)
                && let Some(v) = value(c, &facet, false)
            {
                for key in keys(&kept, tender, c, &facet) {
                    // Without `each`, every facet of a line belongs to the one whole.
                    if kept.len() == rule.each.len() && !is_mean {
                        parts.entry(key.clone()).or_default();
                    }
                    wholes.entry(key).or_default().add(c, &v * &weight);
                }
            }
        }
    }
    let wholes: BTreeMap<Vec<String>, Terms> = wholes.into_iter().map(|(k, s)| (k, s.terms())).collect();
    let instance = |(key, part): (Vec<String>, Sum)| {
        let short: Vec<String> =
            rule.each.iter().zip(&key).filter(|(d, _)| kept.contains(d)).map(|(_, v)| v.clone()).collect();
        let whole = wholes.get(&short).cloned().unwrap_or_default();
        Instance::Linear(LinearInstance { label: label(&rule.each, &key), part: part.terms(), whole })
    };
    parts.into_iter().map(instance).collect()
}

fn count(tender: &Tender, rule: &Rule, of: &Dimension, weight: Weighting) -> Vec<Instance> {
    let (plants, groups) = needs_facets(rule);
    let mut things: BTreeMap<Vec<String>, BTreeMap<String, Sum>> = BTreeMap::new();
    let mut wholes: BTreeMap<Vec<String>, Sum> = BTreeMap::new();
    if rule.each.is_empty() {
        things.insert(Vec::new(), BTreeMap::new());
    }
    for c in tender.candidates.indexes() {
        for facet in facets(tender, c, plants, groups) {
            if !within_scope(&rule.scope, None, tender, c, &facet) {
                continue;
            }
            let value = weight_of(tender, c, weight) * exact(facet.weight);
            for key in keys(&rule.each, tender, c, &facet) {
                wholes.entry(key.clone()).or_default().add(c, value.clone());
                let entry = things.entry(key).or_default();
                for thing in of.values(tender, c, &facet) {
                    entry.entry(thing).or_default().add(c, value.clone());
                }
            }
        }
    }
    let instance = |(key, groups): (Vec<String>, BTreeMap<String, Sum>)| {
        Instance::Count(CountInstance {
            label: label(&rule.each, &key),
            groups: groups.into_iter().map(|(thing, sum)| (thing, sum.terms())).collect(),
            whole: wholes.remove(&key).unwrap_or_default().terms(),
        })
    };
    things.into_iter().map(instance).collect()
}
