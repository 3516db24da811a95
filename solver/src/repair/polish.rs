//! Polish: integers fixed at the point's values, the LP solved again with every reached threshold raised by 2e-6
//! relative, so that rounding to the grid cannot fall below it. Where raised thresholds have no room, they stay.

use crate::highs::{self, Settings, Status, Watch};
use crate::model::AwardModel;

/// Relative rise of thresholds.
pub(crate) const RISE: f64 = 2e-6;

struct Unwatched;

impl Watch for Unwatched {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}
    fn stop(&mut self, _: f64, _: i64) -> bool {
        false
    }
}

/// The polished point, if the fixed LP has one.
pub(crate) fn polish(model: &AwardModel, point: &[f64], seed: u32) -> Option<Vec<f64>> {
    let mut fixed = model.model.clone();
    for (i, integer) in fixed.integer.iter_mut().enumerate() {
        if *integer {
            let value = point[i].round().clamp(fixed.lower[i], fixed.upper[i]);
            (fixed.lower[i], fixed.upper[i]) = (value, value);
            *integer = false;
        }
    }
    let settings = Settings { time_limit: None, gap: 0.0, seed, presolve: true, fragile_heuristics: false };
    let solve = |m: &crate::model::Model| {
        let outcome = highs::run(m, &settings, None, &mut Unwatched);
        outcome.solution.filter(|_| outcome.status == Status::Optimal)
    };
    let mut raised = fixed.clone();
    for threshold in &model.thresholds {
        let (earned, measure) = (threshold.earned.0 as usize, threshold.measure.0 as usize);
        if point[earned].round() > 0.5 {
            raised.lower[measure] = (threshold.from * (1.0 + RISE)).min(raised.upper[measure]);
        }
    }
    solve(&raised).or_else(|| solve(&fixed))
}
