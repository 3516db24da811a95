//! The relaxation ladder, walked where no award keeps all rules. With v_k the weighted violation of the rules of level k:
//!
//!   V_1 = min v_1;  V_2 = min v_2 with v_1 ≤ V_1;  …;  then the least value with v_k ≤ V_k for all k.
//!
//! After each level the cheapest award that keeps the levels so far as far as can be is found too: the difference between
//! one step and the next is what keeping that level costs.

use std::collections::BTreeSet;

use ballast_domain::exact::round;
use ballast_domain::rules::penalties;

use super::goal::{Before, Goal, Job, pursue};
use super::watch::Idle;
use super::{report, ties};
use crate::confirmed;
use crate::highs::{Settings, Status};
use crate::model::{self, AwardModel, RowLabel, Terms};
use crate::report::{EngineError, Limit, SolveReport, Step, Termination};

/// A violation of this part of the most is none: it is the solver's tolerance.
const NONE: f64 = 1e-7;

/// Room above a least violation that no award keeps exactly: the solver's tolerance.
const ROOM: f64 = 1e-6;

/// Walks the ladder of a tender whose model has no point: the report, the model of its last step, and the work so far;
/// `None` if the rules that may not give way exclude each other too.
pub(super) fn walk(
    job: &Job<'_>,
    settings: &Settings,
    mut spent: i64,
) -> Result<Option<(SolveReport, AwardModel, i64)>, EngineError> {
    // What was concluded from rules that may now give way, such as tiers out of reach, no longer holds.
    let mut open = model::build_open(job.tender);
    let relaxations = open.relaxations.clone();
    let levels: BTreeSet<u32> = relaxations.iter().map(|r| r.level).collect();
    if levels.is_empty() {
        return Ok(None);
    }
    let solves = (2 * levels.len() + 1) as f64;
    let settings = Settings { time_limit: settings.time_limit.map(|t| t / solves), ..settings.clone() };
    let mut steps = Vec::new();
    let mut last = cheapest(job, &open, &settings, 0, &mut spent, &mut steps)?;
    if last.termination == Termination::Infeasible {
        return Ok(None);
    }
    for level in levels {
        let of_level = || relaxations.iter().filter(|r| r.level == level && r.weight > 0.0);
        let heaviest = of_level().map(|r| r.weight).fold(f64::MIN_POSITIVE, f64::max);
        let terms: Terms = of_level().map(|r| (r.slack, r.weight / heaviest)).collect();
        match least(job, &open, &terms, &settings, &mut spent) {
            Ok(violation) => {
                let most = if violation < NONE { 0.0 } else { violation };
                open.model.row(RowLabel::Link, f64::NEG_INFINITY, most, terms);
            }
            // The award of the step before stands; that no other keeps more is not proven.
            Err(limit) => {
                last = SolveReport { termination: Termination::Feasible(limit), bound: None, ..last };
                break;
            }
        }
        let before = std::mem::replace(&mut last, cheapest(job, &open, &settings, level, &mut spent, &mut steps)?);
        if last.termination == Termination::Infeasible {
            // The least violation was one by the solver's tolerance.
            if let Some(most) = open.model.row_upper.last_mut() {
                *most += ROOM;
            }
            last = cheapest(job, &open, &settings, level, &mut spent, &mut steps)?;
        }
        keep_cheaper(before, &mut last, &mut steps);
    }
    Ok(Some((SolveReport { ladder: steps, ..last }, open, spent)))
}

/// The cheapest award of a step.
fn cheapest(
    job: &Job<'_>,
    open: &AwardModel,
    settings: &Settings,
    level: u32,
    spent: &mut i64,
    steps: &mut Vec<Step>,
) -> Result<SolveReport, EngineError> {
    let mut run = pursue(job, open, &Goal::value(), settings, None, Before::of(None, *spent))?;
    *spent = run.spent;
    if super::small(open) && run.status == Status::Optimal {
        run.best = run.best.map(|best| ties::preferred(job, open, best, settings));
    }
    if let Some(best) = &run.best {
        let amount = |counted, c| best.certificate.amount(job.tender, &best.award, counted, c);
        let violations = penalties(job.tender, &amount).levels.map(|v| round(&v, 6));
        steps.push(Step { level, value: best.certificate.costs.value, violations });
    }
    report(job, open, run)
}

/// Where the award of the step before keeps this step's level no worse and costs less, it is this step's award, too.
fn keep_cheaper(before: SolveReport, last: &mut SolveReport, steps: &mut [Step]) {
    let [.., earlier, own] = steps else { return };
    let no_worse = earlier.violations.iter().zip(&own.violations).all(|(a, b)| a <= b);
    if no_worse && earlier.value < own.value && before.award.is_some() && last.award.is_some() {
        (own.value, own.violations) = (earlier.value, earlier.violations);
        last.award = before.award;
        // Where the rest is the solver's tolerance, the bound may lie above it.
        last.bound = last.bound.map(|bound| bound.min(own.value));
    }
}

/// The least weighted violation of a level; the limit that ended the search if it was not proven.
fn least(job: &Job<'_>, open: &AwardModel, terms: &Terms, settings: &Settings, spent: &mut i64) -> Result<f64, Limit> {
    let mut model = open.model.clone();
    model.offset = 0.0;
    model.cost.iter_mut().for_each(|c| *c = 0.0);
    for (col, weight) in terms {
        model.cost[col.0 as usize] = *weight;
    }
    let settings = Settings { gap: 0.0, absolute_gap: NONE / 2.0, ..settings.clone() };
    let mut watch = Idle { job, spent: *spent, limit: None };
    let outcome = confirmed::run(&model, &settings, None, &mut watch);
    *spent += outcome.iterations;
    match (outcome.status, &outcome.solution) {
        (Status::Optimal, Some(point)) => {
            Ok(terms.iter().map(|(col, weight)| weight * point[col.0 as usize]).sum::<f64>().max(0.0))
        }
        (Status::TimeLimit, _) => Err(Limit::Time),
        _ => Err(watch.limit.unwrap_or(Limit::Precision)),
    }
}
