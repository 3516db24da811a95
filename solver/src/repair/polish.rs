//! Polish: integers fixed at the point's values, the LP solved again. At first with thresholds as they are: its quantities may
//! be such that nothing has to be rounded. Then with every reached threshold raised by 2e-6 relative, and by more than the
//! solver's own tolerance, so that rounding to the grid cannot fall below it. Where a raised threshold has no room it gives
//! way alone; then with a smaller rise and capacities stretched within the tolerance of the certificate.

use crate::highs::{self, Settings, Status, Watch};
use crate::model::{AwardModel, Model, RowLabel};
use crate::prices::Threshold;

/// Relative rise of thresholds.
pub(crate) const RISE: f64 = 2e-6;
/// The least rise of a measure whose reach is 1: three times what the solver may miss a row by.
const LEAST_RISE: f64 = 3e-7;
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

/// Polished points, each computed when it is asked for: thresholds as they are, raised, and raised less with capacities
/// stretched where not all of them could be; none if the fixed LP has none. The caller keeps the best that its certificate
/// confirms.
pub(crate) fn polish<'m>(model: &'m AwardModel, point: &[f64], seed: u32) -> impl Iterator<Item = Vec<f64>> + 'm {
    let mut fixed = model.model.clone();
    for (i, integer) in fixed.integer.iter_mut().enumerate() {
        if *integer {
            let value = point[i].round().clamp(fixed.lower[i], fixed.upper[i]);
            (fixed.lower[i], fixed.upper[i]) = (value, value);
            *integer = false;
        }
    }
    let earned = |t: &&Threshold| point[t.earned.0 as usize].round() > 0.5;
    let reached: Vec<&Threshold> = model.thresholds.iter().filter(earned).collect();
    let columns = fixed.columns();
    let tries = if reached.is_empty() { &[Try::AsTheyAre][..] } else { &Try::ALL[..] };
    let mut all_raised = false;
    tries.iter().filter_map(move |next| {
        // Where all could be raised there is nothing to stretch for.
        if *next == Try::Stretched && all_raised {
            return None;
        }
        let mut point = solve(&next.program(&fixed, &reached), seed)?;
        let missed = point.split_off(columns).iter().any(|m| *m > 1e-9);
        all_raised = *next == Try::Raised && !missed;
        Some(point)
    })
}

/// What becomes of thresholds that are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Try {
    AsTheyAre,
    Raised,
    Stretched,
}

impl Try {
    const ALL: [Self; 3] = [Self::AsTheyAre, Self::Raised, Self::Stretched];

    fn program(self, fixed: &Model, reached: &[&Threshold]) -> Model {
        let mut program = fixed.clone();
        let rise = |size: f64| match self {
            Self::AsTheyAre => None,
            Self::Raised => Some((size * RISE).max(LEAST_RISE)),
            Self::Stretched => Some(size * SMALL_RISE),
        };
        for threshold in reached {
            let Some(rise) = rise(threshold.size) else { continue };
            let missed = program.column(MISSED, 0.0, rise, false);
            let least = threshold.from + rise;
            let terms = vec![(threshold.measure, 1.0), (missed, 1.0)];
            program.row(RowLabel::Link, least, f64::INFINITY, terms);
        }
        if self == Self::Stretched {
            for (label, upper) in program.label.iter().zip(&mut program.row_upper) {
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
        }
        program
    }
}

fn solve(program: &Model, seed: u32) -> Option<Vec<f64>> {
    let settings =
        Settings { time_limit: None, gap: 0.0, absolute_gap: 1e-6, seed, presolve: true, fragile_heuristics: false };
    let outcome = highs::run(program, &settings, None, &mut Unwatched);
    outcome.solution.filter(|_| outcome.status == Status::Optimal)
}
