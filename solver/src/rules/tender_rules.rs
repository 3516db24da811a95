//! The tender's own rules. Each instance gives at most two sides Σ a·x ≤ b (value ≤ high, −value ≤ −low), by the file of what
//! it reads. A side that need not always hold is eased by its guards g and its slack s:
//!
//!   Σ a·x ≤ b + M Σ_g (1 − g) + M s,  0 ≤ s ≤ 1,  M = max Σ a·x − b.
//!
//! The slack of a priced rule costs price × violation, violation = M s ÷ (what one unit of the measure is worth in the row);
//! that of a levelled rule is fixed at 0 unless the model is open, as on the relaxation ladder.

use ballast_domain::Tender;
use ballast_domain::certificate::Component;
use ballast_domain::exact::{Exact, exact, float};
use ballast_domain::rules::{Force, Instance, Reading, Rule, expand};

use super::rows::Rows;
use super::{condition, count, moved, ratio};
use crate::model::{Col, Formulary, Indicators, Model, Relaxation, RowLabel, Terms, Volumes};
use crate::prices::Readers;

/// One side of a rule: Σ terms ≤ rhs.
pub(super) struct Side {
    /// Terms.
    pub(super) terms: Terms,
    /// Right-hand side.
    pub(super) rhs: f64,
    /// What the row is divided by.
    pub(super) scale: f64,
    /// What one unit of the measure is worth in the row.
    pub(super) unit: f64,
}

/// Adds every instance of every rule and gives the slacks of those that are levelled.
pub(crate) fn add(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    used: &mut Indicators,
    formulary: &Formulary,
    readers: &mut Readers,
) -> Vec<Relaxation> {
    let mut relaxations = Vec::new();
    let mut rows = Rows::new(tender, model, volumes, used, formulary, readers);
    for (ix, rule) in tender.rules.enumerate() {
        for (i, instance) in expand(tender, rule).iter().enumerate() {
            rows.label = RowLabel::Rule(ix, u32::try_from(i).unwrap_or(u32::MAX));
            let breakable = breakable(rows.model, rule.force);
            let high = instance.high.as_ref().and_then(|b| at_most(&mut rows, instance, b, breakable));
            let low = instance.low.as_ref().and_then(|b| at_least(&mut rows, instance, b, breakable));
            if high.is_none() && low.is_none() {
                continue;
            }
            let guards = instance.when.as_ref().map_or_else(Vec::new, |guard| condition::guards(&mut rows, guard));
            if let Some(side) = high {
                enforce(&mut rows, rule, side, &guards, &mut relaxations);
            }
            if let Some(side) = low {
                let mut guards = guards;
                if rule.if_used {
                    match instance.reading.lines().is_empty() {
                        true => continue,
                        false => {
                            let on = instance.reading.counted().on_formulary;
                            guards.push(rows.indicator_within(instance.reading.lines(), on));
                        }
                    }
                }
                enforce(&mut rows, rule, side, &guards, &mut relaxations);
            }
        }
    }
    relaxations
}

/// Whether an award may break the rule: then by how much counts, and a bound between two whole numbers stays there.
fn breakable(model: &Model, force: Force) -> bool {
    match force {
        Force::Hard => false,
        Force::Priced { .. } => true,
        Force::Levelled { .. } => model.open,
    }
}

/// value ≤ bound; `None` where it cannot be broken or there is nothing to measure.
fn at_most(rows: &mut Rows<'_>, instance: &Instance, bound: &Exact, breakable: bool) -> Option<Side> {
    let whole = |most: Exact| float(&if breakable { most } else { most.floor() });
    match &instance.reading {
        Reading::Ratio(r) => ratio::at_most(rows, r, instance.system.as_ref(), bound),
        Reading::Tally(t) => count::at_most(rows, t, whole(bound.clone())),
        Reading::Moved(m) => moved::at_most(rows, m, whole(moved::number(m, bound))),
    }
}

/// value ≥ bound, likewise.
fn at_least(rows: &mut Rows<'_>, instance: &Instance, bound: &Exact, breakable: bool) -> Option<Side> {
    let whole = |least: Exact| float(&if breakable { least } else { least.ceil() });
    match &instance.reading {
        Reading::Ratio(r) => ratio::at_least(rows, r, instance.system.as_ref(), bound),
        Reading::Tally(t) => count::at_least(rows, t, whole(bound.clone())),
        Reading::Moved(m) => moved::at_least(rows, m, whole(moved::number(m, bound))),
    }
}

fn enforce(rows: &mut Rows<'_>, rule: &Rule, side: Side, guards: &[Col], relaxations: &mut Vec<Relaxation>) {
    let Side { mut terms, mut rhs, scale, unit } = side;
    let over = rows.most_of(&terms) - rhs;
    if over <= 0.0 {
        return;
    }
    for guard in guards {
        terms.push((*guard, over));
        rhs += over;
    }
    // The slack column runs from 0 to the most the side can be broken by.
    let most = over / unit;
    match rule.force {
        Force::Hard => {}
        Force::Priced { price } => {
            let settings = &rows.tender.settings;
            let weight = float(&exact(settings.component_weight(Component::Penalties)));
            let cost =
                weight * float(&exact(price)) * f64::from(settings.contract_years) * most / rows.model.money_scale;
            let slack = rows.model.column(cost, 0.0, 1.0, false);
            terms.push((slack, -most * unit));
        }
        Force::Levelled { level, weight } => {
            let slack = rows.model.column(0.0, 0.0, f64::from(u8::from(rows.model.open)), false);
            terms.push((slack, -most * unit));
            relaxations.push(Relaxation { slack, level, weight: float(&exact(weight)) * most });
        }
    }
    rows.row(f64::NEG_INFINITY, rhs, terms, scale);
}
