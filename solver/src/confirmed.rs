//! HiGHS's word, confirmed. Reductions of its presolve lose points of models that mix integers with what they link: they
//! argue with the costs (as in HiGHS issue 3258), with bounds that are nearly one, or leave an integer between two numbers
//! (issues 3073, 3094 and 3271 are of this kind). So a run with presolve is not believed alone:
//!
//! * a point counts only if it keeps the rows and integers of the model as it was handed over;
//! * that a small model is solved must be said by a run without presolve, too, which starts from the first one's point;
//! * that there is no point must be said by a run without presolve or costs; where that takes long, by one without costs.

use crate::highs::{self, Outcome, Settings, Status, Watch};
use crate::model::Model;

/// Models of at most so many columns are solved twice.
const TWICE_UP_TO_COLUMNS: usize = 400;

/// By how much a point may miss a row (relative to its bound, at least 1) or an integer.
const SLACK: f64 = 1e-5;

/// Part of the objective that tolerances may be worth.
const NOISE: f64 = 1e-6;

/// Simplex iterations in which a run without presolve may confirm that there is no point, and more of them for each that
/// it took to say so at first.
const CONFIRMING: i64 = 10_000;
/// As above.
const CONFIRMING_AGAIN: i64 = 10;

/// Solves a model. `start` is a full point to start from; an infeasible one is ignored by HiGHS.
pub fn run(model: &Model, settings: &Settings, start: Option<&[f64]>, watch: &mut dyn Watch) -> Outcome {
    let mut first = highs::run(model, settings, start, watch);
    if !settings.presolve || !model.integer.contains(&true) {
        return first;
    }
    let sound = first.solution.as_ref().is_none_or(|point| holds(model, point));
    match first.status {
        Status::Infeasible => without_point(model, settings, first, watch),
        _ if !sound => {
            first.solution = None;
            once_more(model, settings, first, watch)
        }
        Status::Optimal if model.columns() <= TWICE_UP_TO_COLUMNS => once_more(model, settings, first, watch),
        _ => first,
    }
}

/// What is left of the time.
fn left(settings: &Settings, used: f64) -> Settings {
    Settings { time_limit: settings.time_limit.map(|limit| (limit - used).max(0.0)), ..settings.clone() }
}

/// Without presolve, from the first run's point. The better point counts, and the lesser bound.
fn once_more(model: &Model, settings: &Settings, first: Outcome, watch: &mut dyn Watch) -> Outcome {
    let plain = Settings { presolve: false, ..left(settings, first.seconds) };
    let mut second =
        highs::run(model, &plain, first.solution.as_deref(), &mut Later { watch, before: first.iterations });
    second.iterations += first.iterations;
    second.seconds += first.seconds;
    second.nodes += first.nodes;
    let Some(point) = first.solution else { return second };
    let value = |point: &Vec<f64>| point.iter().zip(&model.cost).map(|(x, cost)| x * cost).sum::<f64>();
    // A point that is better by the solver's tolerances alone is no better.
    let enough = value(&point) - NOISE * value(&point).abs().max(1.0);
    let better = second.solution.as_ref().is_some_and(|p| holds(model, p) && value(p) < enough);
    let solution = if better { second.solution } else { Some(point) };
    match second.status {
        // What the first run proved is not refuted by a run that loses its point.
        Status::Infeasible | Status::Failed(_) => {
            Outcome { status: first.status, bound: first.bound, solution, ..second }
        }
        _ => Outcome { bound: first.bound.min(second.bound), solution, ..second },
    }
}

/// Whether a point keeps rows, bounds and integers.
fn holds(model: &Model, point: &[f64]) -> bool {
    let within = |value: f64, lower: f64, upper: f64| {
        let slack = |bound: f64| SLACK * bound.abs().max(1.0);
        value >= lower - slack(lower) && value <= upper + slack(upper)
    };
    let columns = point.iter().enumerate().all(|(j, x)| {
        within(*x, model.lower[j], model.upper[j]) && (!model.integer[j] || (x - x.round()).abs() <= SLACK)
    });
    let sum = |row: usize| model.terms(row).map(|(col, value)| value * point[col.0 as usize]).sum::<f64>();
    columns && (0..model.rows()).all(|row| within(sum(row), model.row_lower[row], model.row_upper[row]))
}

/// Believes that there is no point only when a run without presolve and costs, or one without costs, gives none, too. A
/// point found there starts a run without presolve.
fn without_point(model: &Model, settings: &Settings, first: Outcome, watch: &mut dyn Watch) -> Outcome {
    let mut costless = model.clone();
    costless.cost.fill(0.0);
    let plain = Settings { presolve: false, ..left(settings, first.seconds) };
    let most = CONFIRMING + CONFIRMING_AGAIN * first.iterations;
    let mut second = highs::run(&costless, &plain, None, &mut Unimproved { watch, most });
    let undecided = second.solution.is_none() && second.status == Status::Interrupted;
    if undecided && !watch.stop(f64::NEG_INFINITY, first.iterations + second.iterations) {
        let before = (second.iterations, second.seconds);
        let settings = left(settings, first.seconds + second.seconds);
        second = highs::run(&costless, &settings, None, &mut Unimproved { watch, most: i64::MAX });
        (second.iterations, second.seconds) = (second.iterations + before.0, second.seconds + before.1);
    }
    (second.iterations, second.seconds) = (first.iterations + second.iterations, first.seconds + second.seconds);
    let Some(point) = second.solution.take() else {
        return Outcome { bound: f64::NEG_INFINITY, ..second };
    };
    let plain = Settings { presolve: false, ..left(settings, second.seconds) };
    let third = highs::run(model, &plain, Some(&point), &mut Later { watch, before: second.iterations });
    Outcome { iterations: second.iterations + third.iterations, seconds: second.seconds + third.seconds, ..third }
}

/// Counts what was spent before.
struct Later<'a> {
    watch: &'a mut dyn Watch,
    before: i64,
}

impl Watch for Later<'_> {
    fn improving(&mut self, solution: &[f64], bound: f64, iterations: i64) {
        self.watch.improving(solution, bound, self.before + iterations);
    }
    fn stop(&mut self, bound: f64, iterations: i64) -> bool {
        self.watch.stop(bound, self.before + iterations)
    }
}

/// Passes on when to stop, after so many iterations at the latest, and nothing of points.
struct Unimproved<'a> {
    watch: &'a mut dyn Watch,
    most: i64,
}

impl Watch for Unimproved<'_> {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}
    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        iterations > self.most || self.watch.stop(f64::NEG_INFINITY, iterations)
    }
}
