//! Polish: integers fixed at the point's values, the LP solved again with every reached threshold raised by 2e-6
//! relative, so that rounding to the grid cannot fall below it. Where a raised threshold has no room it gives way alone;
//! then another point is tried, with a smaller rise and capacities stretched within the tolerance of the certificate. And
//! one with thresholds as they are: its quantities may be such that nothing has to be rounded.

use crate::highs::{self, Settings, Status, Watch};
use crate::model::{AwardModel, Model, RowLabel};

/// Relative rise of thresholds.
pub(crate) const RISE: f64 = 2e-6;
/// Relative rise where there is no room for more.
const SMALL_RISE: f64 = 3e-7;
/// Relative stretch of capacities that goes with it, within the certificate's default tolerance of 1e-6.
const STRETCH: f64 = 5e-7;
/// Cost of a unit of threshold not raised: above any price, as measures and costs are scaled.
const MISSED: f64 = 1e6;

struct Unwatched;

impl Watch for Unwatched {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}
    fn stop(&mut self, _: f64, _: i64) -> bool {
        false
    }
}

/// Polished points, best first; none if the fixed LP has none. The caller keeps the best that its certificate confirms.
pub(crate) fn polish(model: &AwardModel, point: &[f64], seed: u32) -> Vec<Vec<f64>> {
    let mut fixed = model.model.clone();
    for (i, integer) in fixed.integer.iter_mut().enumerate() {
        if *integer {
            let value = point[i].round().clamp(fixed.lower[i], fixed.upper[i]);
            (fixed.lower[i], fixed.upper[i]) = (value, value);
            *integer = false;
        }
    }
    let settings =
        Settings { time_limit: None, gap: 0.0, absolute_gap: 1e-6, seed, presolve: true, fragile_heuristics: false };
    let solve = |m: &Model| {
        let outcome = highs::run(m, &settings, None, &mut Unwatched);
        outcome.solution.filter(|_| outcome.status == Status::Optimal)
    };
    let columns = fixed.columns();
    let raised = |rise: f64| {
        let mut raised = fixed.clone();
        for threshold in &model.thresholds {
            if point[threshold.earned.0 as usize].round() > 0.5 {
                let missed = raised.column(MISSED, 0.0, threshold.size * rise, false);
                raised.row(
                    RowLabel::Link,
                    threshold.from + threshold.size * rise,
                    f64::INFINITY,
                    vec![(threshold.measure, 1.0), (missed, 1.0)],
                );
            }
        }
        raised
    };
    let mut points = Vec::new();
    let Some(mut first) = solve(&raised(RISE)) else {
        points.extend(solve(&fixed));
        return points;
    };
    if !model.thresholds.is_empty() {
        points.extend(solve(&fixed));
    }
    let missed = first.split_off(columns).iter().any(|m| *m > 1e-9);
    points.push(first);
    if missed {
        let mut stretched = raised(SMALL_RISE);
        for (label, upper) in stretched.label.iter().zip(&mut stretched.row_upper) {
            if matches!(
                label,
                RowLabel::ProductCapacity(_)
                    | RowLabel::PlantCapacity(_)
                    | RowLabel::SupplierCapacity(_)
                    | RowLabel::OfferMaximum(_)
            ) {
                *upper *= 1.0 + STRETCH;
            }
        }
        points.extend(solve(&stretched).map(|mut p| {
            p.truncate(columns);
            p
        }));
    }
    points
}
