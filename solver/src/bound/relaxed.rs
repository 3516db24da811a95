//! The part of the award that is linear in volumes alone: a relaxation of everything but bids.
//!
//!   min Σ cost·x + offset   subject to balance, capacities, picks, and hard rules on need units and list spend
//!
//! Costs are those of [`Volumes`] (list × (1 + mark-up + fees) + freight), outcome, and three that hold for any award:
//! switching at its LP value (the switch is due where x of the incumbents is below 1, so at least its part 1 − Σ x is),
//! adjustments that grow with volume, and one-off bonuses as if all of them were earned (one-off charges as if none was).

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use rust_decimal::Decimal;

use crate::model::{Model, Volumes, money_scale};
use crate::rules;
use crate::rules::linear::Beyond;

/// The linear part of a tender.
pub(super) struct Relaxed {
    /// Rows and costs.
    pub(super) model: Model,
    /// Columns of the lines.
    pub(super) volumes: Volumes,
    /// Rules that read more than volumes.
    pub(super) beyond: Beyond,
}

/// What the bound does not speak of at all: named objectives, packages, prices that move over the years, and schedules on
/// offers that cost nothing by themselves (their volume has no list spend to follow).
pub(super) fn refused(tender: &Tender) -> bool {
    let free = |o: &ballast_domain::tender::Offer| o.list_price.to_f64() <= 0.0 && !o.schedules.is_empty();
    tender.objective.is_some()
        || !tender.packages.is_empty()
        || tender.year_classes().len() > 1
        || tender.offers.iter().any(free)
}

/// The linear part.
pub(super) fn relaxed(tender: &Tender) -> Relaxed {
    let mut model = Model { money_scale: money_scale(tender), ..Model::default() };
    let volumes = Volumes::new(tender, &mut model);
    rules::balance::add(tender, &mut model, &volumes);
    rules::capacity::add(tender, &mut model, &volumes);
    rules::outcome::add(tender, &mut model, &volumes);
    rules::picks::add(tender, &mut model, &volumes);
    switching(tender, &mut model, &volumes);
    adjustments(tender, &mut model, &volumes);
    let beyond = rules::linear::add(tender, &mut model, &volumes);
    Relaxed { model, volumes, beyond }
}

fn unit(tender: &Tender, model: &Model, component: Component) -> f64 {
    float(&exact(tender.settings.component_weight(component))) / model.money_scale
}

fn switching(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    let unit = unit(tender, model, Component::Switching);
    for (cell, groups) in tender.switching.enumerate() {
        let due: f64 = groups.iter().map(|s| s.cost.to_f64()).sum::<f64>() * unit;
        model.offset += due;
        for c in tender.candidates_of(cell).filter(|c| tender.candidates[*c].incumbent) {
            model.add_cost(volumes.share[c], -due);
        }
    }
}

fn adjustments(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    let unit = unit(tender, model, Component::Adjustments);
    let years = f64::from(tender.settings.contract_years);
    let number = |d: Decimal| float(&exact(d));
    for adjustment in &tender.adjustments {
        for &c in &adjustment.lines {
            let (col, packs) = volumes.packs[c];
            model.add_cost(col, unit * years * number(adjustment.percent_of_list) * volumes.list[c] * packs);
            model.add_cost(volumes.share[c], unit * years * number(adjustment.per_need_unit) * volumes.units[c]);
        }
        model.offset += unit * number(adjustment.once).min(0.0);
    }
}
