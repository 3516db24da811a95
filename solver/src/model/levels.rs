//! The levels of an objective as costs of one model. Level k costs Σ weight × component, from a model built with its own
//! weights, plus its measures. Where the two models have the same rows, the columns are the same and only the cost differs.
//! Where weights shape rows (what schedules save is gathered by what it is worth), the other model is put beside the first,
//! and both buy the same: x' = x, n' = n, f' = f.

use ballast_domain::Tender;
use ballast_domain::tender::Settings;
use ballast_domain::tender::objective::Level;

use super::{AwardModel, Col, Model, RowLabel, build_unmeasured};
use crate::prices::Threshold;
use crate::rules::objective::Linear;

/// What the cost of a level without money is brought near, as the cost of money is.
const SIZE: f64 = 1e4;

/// Puts the measures of level 1 on the cost.
pub(super) fn first(tender: &Tender, mut built: AwardModel) -> AwardModel {
    let level = tender.objective.as_ref().and_then(|o| o.levels.first());
    if let (Some(level), Some(measures)) = (level, built.measures.first().cloned()) {
        measured(&mut built.model, level, &measures);
    }
    built
}

/// The model with the cost of level `k` (counted from 0) in place of the one before.
pub(crate) fn turn_to(tender: &Tender, built: &mut AwardModel, k: usize) {
    let Some(level) = tender.objective.as_ref().and_then(|o| o.levels.get(k)) else { return };
    let model = &mut built.model;
    model.cost.fill(0.0);
    model.offset = 0.0;
    if !level.measures_only() {
        let settings = Settings { weights: level.weights(), ..tender.settings.clone() };
        let other = build_unmeasured(&Tender { settings, ..tender.clone() }, model.open);
        let shift = if same_rows(model, &other.model) { 0 } else { put_beside(built, &other) };
        let model = &mut built.model;
        model.cost[shift..shift + other.model.cost.len()].copy_from_slice(&other.model.cost);
        model.offset = other.model.offset;
        model.money_scale = other.model.money_scale;
    }
    if let Some(measures) = built.measures.get(k).cloned() {
        measured(&mut built.model, level, &measures);
    }
}

/// Adds money for measures. A level of measures alone has a scale of its own.
fn measured(model: &mut Model, level: &Level, measures: &Linear) {
    if level.measures_only() {
        let reach = |(col, value): &(Col, f64)| {
            let col = col.0 as usize;
            value.abs() * model.lower[col].abs().max(model.upper[col].abs())
        };
        let size: f64 = measures.terms.iter().map(reach).filter(|r| r.is_finite()).sum();
        model.money_scale = if size > 0.0 { (size / SIZE).log2().round().exp2() } else { 1.0 };
    }
    for (col, value) in &measures.terms {
        model.add_cost(*col, value / model.money_scale);
    }
    model.offset += measures.constant / model.money_scale;
}

/// Whether the model begins with the rows and columns of the other.
fn same_rows(model: &Model, other: &Model) -> bool {
    fn begins<T: PartialEq>(all: &[T], with: &[T]) -> bool {
        all.get(..with.len()) == Some(with)
    }
    begins(&model.lower, &other.lower)
        && begins(&model.upper, &other.upper)
        && begins(&model.integer, &other.integer)
        && begins(&model.label, &other.label)
        && begins(&model.start, &other.start)
        && begins(&model.index, &other.index)
        && begins(&model.value, &other.value)
        && begins(&model.row_lower, &other.row_lower)
        && begins(&model.row_upper, &other.row_upper)
}

/// Appends the other model without its cost and gives the position of its first column.
fn put_beside(built: &mut AwardModel, other: &AwardModel) -> usize {
    let model = &mut built.model;
    let shift = model.columns();
    let by = u32::try_from(shift).unwrap_or(u32::MAX);
    let moved = |col: Col| Col(col.0 + by);
    for col in 0..other.model.columns() {
        model.column(0.0, other.model.lower[col], other.model.upper[col], other.model.integer[col]);
    }
    for row in 0..other.model.rows() {
        let terms = other.model.terms(row).map(|(col, value)| (moved(col), value)).collect();
        model.row(RowLabel::Link, other.model.row_lower[row], other.model.row_upper[row], terms);
    }
    // Levelled rules are the first model's business.
    for relaxation in &other.relaxations {
        model.upper[moved(relaxation.slack).0 as usize] = 1.0;
    }
    let volumes = &other.volumes;
    let mut bought: Vec<Col> = Vec::new();
    for c in volumes.share.indexes() {
        bought.push(volumes.share[c]);
        if volumes.packs[c].0 != volumes.share[c] {
            bought.push(volumes.packs[c].0);
        }
    }
    bought.extend(volumes.unserved.iter().flatten());
    bought.extend(other.formulary.values());
    for col in bought {
        model.row(RowLabel::Link, 0.0, 0.0, vec![(col, 1.0), (moved(col), -1.0)]);
    }
    let threshold = |t: &Threshold| Threshold { earned: moved(t.earned), measure: moved(t.measure), ..*t };
    built.thresholds.extend(other.thresholds.iter().map(threshold));
    shift
}
