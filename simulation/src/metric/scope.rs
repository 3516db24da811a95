//! What shortages are added up over: each need, each class of criticality, and all.
//!
//! Needs of different unit are added at reference price. Where a need of the scope has none, each need counts in weeks of
//! its own mean demand instead, so that no unit is lost to another; the report says which holds.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};

/// What a figure speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One need.
    Need(NeedIx),
    /// All needs of one class of criticality.
    Criticality(u32),
    /// All needs.
    Total,
}

/// How the needs of a scope are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// One need: need units.
    NeedUnits,
    /// Need units × reference price.
    ReferencePrice,
    /// Need units ÷ the need's mean weekly demand.
    WeeksOfEach,
}

/// One scope with its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighted {
    /// The scope.
    pub scope: Scope,
    /// Its weighting.
    pub weighting: Weighting,
    /// Need position and weight of one need unit.
    pub needs: Vec<(usize, f64)>,
    /// Weighted mean demand of one week.
    pub week: f64,
}

/// All scopes of a tender: needs in order, classes in order, total.
#[derive(Debug, Clone, PartialEq)]
pub struct Scopes {
    /// The scopes.
    pub list: Vec<Weighted>,
    /// Mean weekly demand of each need, need units.
    pub mean: Vec<f64>,
}

impl Scopes {
    /// The scopes of a tender. Needs without demand have a mean of 0 and never run short.
    pub fn new(tender: &Tender) -> Self {
        let mut mean = vec![0.0; tender.needs.len()];
        for cell in tender.cells.iter() {
            mean[cell.need.ix()] += cell.quantity.to_f64() / 52.0;
        }
        let weighted = |scope, needs: Vec<NeedIx>| {
            let used: Vec<NeedIx> = needs.into_iter().filter(|n| mean[n.ix()] > 0.0).collect();
            let price = |n: NeedIx| tender.needs[n].reference_price.map(|p| p.to_f64()).filter(|p| *p > 0.0);
            let weighting = match scope {
                Scope::Need(_) => Weighting::NeedUnits,
                _ if used.iter().all(|n| price(*n).is_some()) => Weighting::ReferencePrice,
                _ => Weighting::WeeksOfEach,
            };
            let weight = |n: NeedIx| match weighting {
                Weighting::NeedUnits => 1.0,
                Weighting::ReferencePrice => price(n).unwrap_or(1.0),
                Weighting::WeeksOfEach => 1.0 / mean[n.ix()],
            };
            let needs: Vec<(usize, f64)> = used.iter().map(|n| (n.ix(), weight(*n))).collect();
            let week = needs.iter().map(|(n, w)| w * mean[*n]).sum();
            Weighted { scope, weighting, needs, week }
        };
        let classes: BTreeSet<u32> = tender.needs.iter().map(|n| n.criticality).collect();
        let of_class = |k: u32| tender.needs.indexes().filter(|n| tender.needs[*n].criticality == k).collect();
        let mut list: Vec<Weighted> = tender.needs.indexes().map(|n| weighted(Scope::Need(n), vec![n])).collect();
        list.extend(classes.into_iter().map(|k| weighted(Scope::Criticality(k), of_class(k))));
        list.push(weighted(Scope::Total, tender.needs.indexes().collect()));
        Self { list, mean }
    }
}
