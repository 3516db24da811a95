//! What two awards have apart. They may be of two tenders (before and after edits), so everything is compared by id.

mod carry;
mod clinicians;
mod lines;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::award::Award;
use crate::certificate::{Certificate, Component, certify};
use crate::exact::{Exact, round, zero};
use crate::rules;
use crate::tender::Tender;

pub use carry::{carry, carry_what_fits};
pub use clinicians::GroupChange;
pub use lines::{CellMove, FormularyChange};

/// An award with its tender and its certificate.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// Tender.
    pub tender: &'a Tender,
    /// Award.
    pub award: &'a Award,
    /// Certificate of the award on the tender.
    pub certificate: &'a Certificate,
}

/// A tier that one of the two awards earns and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierChange {
    /// Schedule.
    pub schedule: String,
    /// Cohort; empty for all sites together.
    pub cohort: String,
    /// Threshold of the tier before; `None` below the first.
    pub before: Option<Decimal>,
    /// After.
    pub after: Option<Decimal>,
}

/// The difference, from before to after.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Money by component over the contract, before and after.
    pub components: Vec<(Component, Decimal, Decimal)>,
    /// Suppliers with their cost a year, before and after, where it differs.
    pub suppliers: Vec<(String, Decimal, Decimal)>,
    /// Suppliers that win only after.
    pub won: Vec<String>,
    /// Suppliers that win only before.
    pub lost: Vec<String>,
    /// Products that join or leave the formulary.
    pub formulary: Vec<FormularyChange>,
    /// Demand cells with another mix of products, the most moved first.
    pub cells: Vec<CellMove>,
    /// Sites that have such a cell.
    pub sites: BTreeSet<String>,
    /// Share of the volume of all cells (each weighing its reference spend) that moved.
    pub moved: f64,
    /// Clinician groups at a site whose mean preference differs, the worst loss first.
    pub clinicians: Vec<GroupChange>,
    /// Tiers.
    pub tiers: Vec<TierChange>,
    /// Rule instances at their bound only after.
    pub newly_binding: Vec<String>,
    /// Rule instances at their bound only before.
    pub no_longer_binding: Vec<String>,
    /// Rules of the tender before that the award after breaks there; `None` where some line after does not exist before.
    pub breaks: Option<Vec<String>>,
}

/// Compares two awards.
pub fn between(before: Decided<'_>, after: Decided<'_>) -> Difference {
    let (old, new) = (supplier_costs(before), supplier_costs(after));
    let cost = |of: &BTreeMap<String, Exact>, id: &str| of.get(id).map_or(Decimal::ZERO, |c| round(c, 2));
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let (cells, moved) = lines::moves(before, after);
    let (was, is) = (binding(before), binding(after));
    Difference {
        components: components(before.certificate, after.certificate),
        suppliers: ids
            .iter()
            .map(|id| ((*id).clone(), cost(&old, id), cost(&new, id)))
            .filter(|(_, b, a)| b != a)
            .collect(),
        won: new.keys().filter(|id| !old.contains_key(*id)).cloned().collect(),
        lost: old.keys().filter(|id| !new.contains_key(*id)).cloned().collect(),
        formulary: lines::formulary(before, after),
        sites: cells.iter().map(|c| c.site.clone()).collect(),
        cells,
        moved,
        clinicians: clinicians::changes(before, after),
        tiers: tiers(before, after),
        newly_binding: is.difference(&was).cloned().collect(),
        no_longer_binding: was.difference(&is).cloned().collect(),
        breaks: breaks(before, after),
    }
}

fn components(before: &Certificate, after: &Certificate) -> Vec<(Component, Decimal, Decimal)> {
    let amount = |c: &Certificate, which: Component| {
        c.costs.components.iter().find(|(k, _)| *k == which).map_or(Decimal::ZERO, |(_, v)| *v)
    };
    Component::ALL.iter().map(|&c| (c, amount(before, c), amount(after, c))).collect()
}

fn supplier_costs(of: Decided<'_>) -> BTreeMap<String, Exact> {
    let mut costs = BTreeMap::new();
    for line in &of.certificate.lines {
        let supplier = &of.tender.suppliers[of.tender.candidates[line.candidate].supplier];
        *costs.entry(supplier.id.clone()).or_insert_with(zero) += line.yearly();
    }
    costs
}

fn tiers(before: Decided<'_>, after: Decided<'_>) -> Vec<TierChange> {
    let earned = |of: Decided<'_>| -> BTreeMap<(String, String), Option<Decimal>> {
        let entry = |u: &crate::certificate::ScheduleUse| {
            let schedule = &of.tender.schedules[u.schedule];
            let cohort = match u.year {
                Some(year) if u.cohort.is_empty() => format!("year {year}"),
                Some(year) => format!("{}, year {year}", u.cohort),
                None => u.cohort.clone(),
            };
            ((schedule.id.clone(), cohort), u.tier.map(|t| schedule.tiers[t].from))
        };
        of.certificate.schedules.iter().map(entry).collect()
    };
    let (old, new) = (earned(before), earned(after));
    let keys: BTreeSet<&(String, String)> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .map(|key| TierChange {
            schedule: key.0.clone(),
            cohort: key.1.clone(),
            before: old.get(key).copied().flatten(),
            after: new.get(key).copied().flatten(),
        })
        .filter(|t| t.before != t.after)
        .collect()
}

/// Labels of the rule instances that stand at their bound.
fn binding(of: Decided<'_>) -> BTreeSet<String> {
    let tight = of.certificate.rules.iter().filter(|r| r.slack.as_ref().is_some_and(|s| round(s, 6).is_zero()));
    tight.map(|r| rules::label(&of.tender.rules[r.rule], &r.label)).collect()
}

fn breaks(before: Decided<'_>, after: Decided<'_>) -> Option<Vec<String>> {
    let carried = carry(after.tender, after.award, before.tender)?;
    let certificate = certify(before.tender, &carried, before.certificate.tolerance);
    let broken = certificate.rules.iter().filter(|r| !r.holds);
    Some(broken.map(|r| rules::label(&before.tender.rules[r.rule], &r.label)).collect())
}
