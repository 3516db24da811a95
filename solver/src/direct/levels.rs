//! Lexicographic objectives: with F_k the value of level k and B_k the best that was found,
//!
//!   B_1 = min F_1;  B_2 = min F_2 with F_1 ≤ B_1 (1 + 10⁻⁶) + 0.01;  …
//!
//! B is stated to the cent, and the cost components in it are. The row states F before rounding, so it has room for what
//! the award that set B lost by it: otherwise that award, and all that are as good, would be outside.
//!
//! Each level has a bound of its own; it speaks of awards that keep the levels above it.

use ballast_domain::award::Award;
use ballast_domain::certificate::{Certificate, Component};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::goal::{Before, Bound, Found, Goal, Job, pursue};
use super::{cap, in_money, objective, proven_between, small, start, ties};
use crate::highs::{Settings, Status};
use crate::model::{self, AwardModel};
use crate::report::{EngineError, Limit, SolveReport, Termination};

/// Relative room for a level when the next is minimised.
const ROOM: Decimal = Decimal::from_parts(1, 0, 0, false, 6);
/// Room in money: a cent, for rounding.
const CENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// Money for floating point where the relative room is less: so little that it shows in no cent.
const FLOAT: f64 = 0.002;
/// Money by which rounding to the cent lowers all components and their sum at most.
const MOST_ROUNDED: f64 = 0.005 * (Component::ALL.len() + 1) as f64;

/// Walks down from the award of the first level.
pub(super) fn descend(
    job: &Job<'_>,
    mut report: SolveReport,
    mut model: AwardModel,
    settings: &Settings,
    mut spent: i64,
) -> Result<SolveReport, EngineError> {
    let levels = job.tender.objective.as_ref().map_or(1, |o| o.levels.len());
    if levels < 2 {
        return Ok(report);
    }
    let Some((award, certificate)) = report.award.take() else { return Ok(report) };
    report.level_bounds = vec![report.bound];
    let mut best = Found { score: certificate.costs.value, award, certificate };
    let mut caps: Vec<Decimal> = Vec::new();
    for k in 1..levels {
        let reached = value(&best.certificate, k - 1);
        let room = reached.abs() * ROOM;
        let (point, more) = start::point(job.tender, &model, &best.award, settings);
        spent += more;
        let stated = reached.to_f64().unwrap_or(f64::MAX);
        let exact = point.map_or(stated, |p| objective(&model, &p)).clamp(stated, stated + MOST_ROUNDED);
        cap::at_most(&mut model.model, exact + FLOAT + room.to_f64().unwrap_or(0.0));
        caps.push(reached + room + CENT);
        model::turn_to(job.tender, &mut model, k);
        let kept = |certificate: &Certificate| caps.iter().enumerate().all(|(i, cap)| value(certificate, i) <= *cap);
        let score = |_: &Award, certificate: &Certificate| kept(certificate).then(|| value(certificate, k));
        let goal = Goal { score: Box::new(score), bound: Bound::Known(report.bound) };
        best.score = value(&best.certificate, k);
        let (point, more) = start::point(job.tender, &model, &best.award, settings);
        let run = pursue(job, &model, &goal, settings, point.as_deref(), Before::of(Some(best.clone()), spent + more))?;
        spent = run.spent;
        report.log.extend(run.log.iter().copied());
        report.statistics.iterations += run.statistics.iterations;
        report.statistics.nodes += run.statistics.nodes;
        let limit = run.limit();
        if let Some(found) = run.best {
            best = found;
        }
        let reached = value(&best.certificate, k);
        // The award that set the cap may keep it by rounding alone: of no point, no bound.
        let bound = in_money(&model, run.bound).filter(|_| run.status != Status::Infeasible).map(|b| b.min(reached));
        report.level_bounds.push(bound);
        let proven = bound.is_some_and(|b| proven_between(reached, b, job.options.gap));
        if report.termination == Termination::Optimal && !(run.status == Status::Optimal && proven) {
            report.termination = Termination::Feasible(limit.unwrap_or(Limit::Precision));
        }
        if run.status != Status::Optimal && limit.is_some() {
            break;
        }
    }
    report.level_bounds.resize(levels, None);
    if small(&model) && report.termination == Termination::Optimal {
        best = ties::preferred(job, &model, best, settings);
    }
    // What the solver said of one level is no check of another.
    report.statistics.solver_value = None;
    report.award = Some((best.award, best.certificate));
    Ok(report)
}

fn value(certificate: &Certificate, level: usize) -> Decimal {
    certificate.costs.levels.get(level).map_or(Decimal::ZERO, |l| l.value)
}
