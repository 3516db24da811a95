//! What shortages are added up over: each need, each class of criticality, each site, and all.
//!
//! Needs of different unit are added at reference price. Where a need of the scope has none, each need counts in weeks of
//! its own mean demand instead, so that no unit is lost to another; the report says which holds.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx, SiteIx};

/// What a figure speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One need.
    Need(NeedIx),
    /// All needs of one class of criticality.
    Criticality(u32),
    /// All needs of one site.
    Site(SiteIx),
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
    /// Need units × shortage cost, or reference price where there is none.
    Money,
    /// Need units × patients per unit, over needs that state them.
    Patients,
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
    /// For a site: its cells and the weight of one need unit.
    pub cells: Vec<(usize, f64)>,
    /// Weighted mean demand of one week.
    pub week: f64,
}

/// All scopes of a tender: needs in order, classes in order, sites in order if there are several, total.
#[derive(Debug, Clone, PartialEq)]
pub struct Scopes {
    /// The scopes.
    pub list: Vec<Weighted>,
    /// Further columns: all needs in money, then every scope in patients where needs state them.
    pub beside: Vec<Weighted>,
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
        let used = |needs: &[NeedIx]| -> Vec<NeedIx> { needs.iter().copied().filter(|n| mean[n.ix()] > 0.0).collect() };
        let price = |n: NeedIx| tender.needs[n].reference_price.map(|p| p.to_f64()).filter(|p| *p > 0.0);
        let money = |n: NeedIx| tender.needs[n].shortage_cost.map(|c| c.to_f64()).or(price(n));
        let patients = |n: NeedIx| tender.needs[n].patients_per_unit.map(|p| p.to_f64());
        let weight = |weighting: Weighting, n: NeedIx| match weighting {
            Weighting::NeedUnits => 1.0,
            Weighting::ReferencePrice => price(n).unwrap_or(1.0),
            Weighting::WeeksOfEach => 1.0 / mean[n.ix()],
            Weighting::Money => money(n).unwrap_or(0.0),
            Weighting::Patients => patients(n).unwrap_or(0.0),
        };
        let cells = tender.cells.as_slice();
        let column = |scope, weighting, needs: &[NeedIx]| {
            let site = |c: &usize| matches!(scope, Scope::Site(s) if cells[*c].site == s);
            let of_site = (0..cells.len()).filter(site).map(|c| (c, weight(weighting, cells[c].need)));
            let of_site: Vec<(usize, f64)> = of_site.collect();
            let needs: Vec<(usize, f64)> = used(needs).iter().map(|n| (n.ix(), weight(weighting, *n))).collect();
            let week = match scope {
                Scope::Site(_) => of_site.iter().map(|(c, w)| w * cells[*c].quantity.to_f64() / 52.0).sum(),
                _ => needs.iter().map(|(n, w)| w * mean[*n]).sum(),
            };
            Weighted { scope, weighting, needs, cells: of_site, week }
        };
        let ordinary = |scope, needs: &[NeedIx]| match scope {
            Scope::Need(_) => column(scope, Weighting::NeedUnits, needs),
            _ if used(needs).iter().all(|n| price(*n).is_some()) => column(scope, Weighting::ReferencePrice, needs),
            _ => column(scope, Weighting::WeeksOfEach, needs),
        };
        let all: Vec<NeedIx> = tender.needs.indexes().collect();
        let classes: BTreeSet<u32> = tender.needs.iter().map(|n| n.criticality).collect();
        let of_class =
            |k: u32| -> Vec<NeedIx> { all.iter().copied().filter(|n| tender.needs[*n].criticality == k).collect() };
        let at_site = |s: SiteIx| -> Vec<NeedIx> { cells.iter().filter(|c| c.site == s).map(|c| c.need).collect() };
        let sites = tender.sites.indexes().filter(|_| tender.sites.len() > 1);
        let mut scopes: Vec<(Scope, Vec<NeedIx>)> = all.iter().map(|n| (Scope::Need(*n), vec![*n])).collect();
        scopes.extend(classes.into_iter().map(|k| (Scope::Criticality(k), of_class(k))));
        scopes.extend(sites.map(|s| (Scope::Site(s), at_site(s))).filter(|(_, needs)| !needs.is_empty()));
        scopes.push((Scope::Total, all.clone()));
        let mut beside = Vec::new();
        if used(&all).iter().all(|n| money(*n).is_some()) {
            beside.push(column(Scope::Total, Weighting::Money, &all));
        }
        for (scope, needs) in scopes.iter().filter(|(_, needs)| used(needs).iter().any(|n| patients(*n).is_some())) {
            beside.push(column(*scope, Weighting::Patients, needs));
        }
        let list = scopes.iter().map(|(scope, needs)| ordinary(*scope, needs)).collect();
        Self { list, beside, mean }
    }

    /// Columns of a replication: the scopes, then what stands beside them.
    pub fn columns(&self) -> impl Iterator<Item = &Weighted> {
        self.list.iter().chain(&self.beside)
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.list.len() + self.beside.len()
    }

    /// The column of a scope beside the list.
    pub fn beside(&self, scope: Scope, weighting: Weighting) -> Option<usize> {
        let found = self.beside.iter().position(|c| c.scope == scope && c.weighting == weighting);
        found.map(|i| self.list.len() + i)
    }
}
