//! Warm start: an award becomes a full point of the model. Its volumes are fixed and the solver finds the rest. Where that
//! has no point (the tender has changed since), volumes may move at the price of their value again: minimise
//! cost + P·Σ (1 − Σ of the cell's old lines), so that the nearest good award is found with little work.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::exact::float;
use ballast_domain::index::Ix;

use crate::highs::{self, Settings, Watch};
use crate::model::{AwardModel, Model};
use crate::repair;

/// Room for the volumes when they are fixed, for the grid of shares in floating point.
const ROOM: f64 = 1e-9;
/// Simplex iterations for completing, and for moving, per column.
const COMPLETE: i64 = 20;
/// As above.
const MOVE: i64 = 8;
/// Gap at which a moved award is good enough to start from.
const NEAR: f64 = 0.01;

/// Ends a run after so many iterations.
pub(super) struct Budget(pub(super) i64);

impl Watch for Budget {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}
    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        iterations > self.0
    }
}

/// A point of the model at the award, or near it, with the iterations it took.
pub(super) fn point(
    tender: &Tender,
    model: &AwardModel,
    award: &Award,
    settings: &Settings,
) -> (Option<Vec<f64>>, i64) {
    let budget = |per_column: i64| Budget(1000 + per_column * i64::try_from(model.model.columns()).unwrap_or(i64::MAX));
    let volumes = volumes(tender, model, award);
    let fixed = highs::run(&fixed(&model.model, &volumes), settings, None, &mut budget(COMPLETE));
    if fixed.solution.is_some() {
        return (fixed.solution, fixed.iterations);
    }
    let near = Settings { gap: NEAR, ..settings.clone() };
    let moved = highs::run(&moved(tender, model, award), &near, None, &mut budget(MOVE));
    let spent = fixed.iterations + moved.iterations;
    let polished = moved.solution.map(|p| repair::polish(model, &p, settings.seed).next().unwrap_or(p));
    (polished, spent)
}

/// Value of each volume column.
fn volumes(tender: &Tender, model: &AwardModel, award: &Award) -> Vec<(usize, f64)> {
    let mut values: std::collections::BTreeMap<usize, f64> = std::collections::BTreeMap::new();
    for c in tender.candidates.indexes() {
        values.insert(model.volumes.share[c].0 as usize, 0.0);
        values.insert(model.volumes.packs[c].0.0 as usize, 0.0);
    }
    for line in award.lines.iter().filter(|l| l.candidate.ix() < tender.candidates.len()) {
        let quantity = tender.cells[tender.candidates[line.candidate].cell].quantity.exact();
        let share = model.volumes.share[line.candidate].0 as usize;
        values.insert(share, float(&(line.used.exact() / quantity)));
        let packs = model.volumes.packs[line.candidate].0.0 as usize;
        if let Some(whole) = line.whole_packs.filter(|_| packs != share) {
            values.insert(packs, whole as f64);
        }
    }
    values.into_iter().collect()
}

fn fixed(model: &Model, volumes: &[(usize, f64)]) -> Model {
    let mut fixed = model.clone();
    for &(col, value) in volumes {
        let value = value.clamp(fixed.lower[col], fixed.upper[col]);
        let room = if fixed.integer[col] { 0.0 } else { ROOM };
        fixed.lower[col] = (value - room).max(fixed.lower[col]);
        fixed.upper[col] = (value + room).min(fixed.upper[col]);
    }
    fixed
}

fn moved(tender: &Tender, model: &AwardModel, award: &Award) -> Model {
    let mut moved = model.model.clone();
    for line in award.lines.iter().filter(|l| l.candidate.ix() < tender.candidates.len()) {
        let share = model.volumes.share[line.candidate];
        let (packs, per_unit) = model.volumes.packs[line.candidate];
        let per_share = if packs == share { per_unit } else { model.volumes.units[line.candidate] };
        let years = f64::from(tender.settings.contract_years);
        let value = years * per_share * model.volumes.list[line.candidate] / model.model.money_scale;
        moved.add_cost(share, -value);
    }
    moved
}
