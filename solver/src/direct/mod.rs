//! Small and middling tenders go straight to HiGHS: build, solve, polish, certify.

mod conflicts;
mod watch;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{Certificate, certify};
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::highs::{self, Settings, Status};
use crate::model::{self, AwardModel};
use crate::repair;
use crate::report::{
    Control, Engine, EngineError, Limit, LogEntry, Options, Reason, SolveReport, Statistics, Termination,
};
use watch::Search;

/// Solves in this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

/// The bound is stated lower by this part: it covers the solver's tolerances and the quanta of the model.
const OUTWARDS: f64 = 1e-6;

/// Money that rounding to the cent may add to the difference of value and bound: half a cent for each of eight components
/// and a cent for the bound.
const STATED: f64 = 0.05;

impl Engine for InProcess {
    fn award(&self, tender: &Tender, options: &Options, control: &dyn Control) -> Result<SolveReport, EngineError> {
        if highs::version() != highs::VERSION {
            return Err(EngineError::Solver(format!(
                "HiGHS {} is linked, {} is expected",
                highs::version(),
                highs::VERSION
            )));
        }
        let mut reasons: Vec<Reason> = uncovered(tender);
        if !reasons.is_empty() {
            return Ok(no_award(Termination::Infeasible, reasons, Statistics::default(), Vec::new()));
        }
        let model = model::build(tender);
        let settings = Settings {
            time_limit: options.time_limit.map(|d| d.as_secs_f64()),
            // Half of what is asked for, so that rounding to the grid and the outward bound stay within it.
            gap: options.gap / 2.0,
            seed: u32::try_from((options.seed.wrapping_add(u64::from(options.attempt))) & 0x7fff_ffff).unwrap_or(0),
            presolve: options.attempt < 2,
            fragile_heuristics: options.attempt == 0,
        };
        let mut search = Search::new(tender, &model, options, control);
        let outcome = highs::run(&model.model, &settings, None, &mut search);
        let mut statistics = statistics(&model, &outcome);
        let limit = search.limit;
        let mut log = std::mem::take(&mut search.log);
        let mut best = search.best.take();

        if let Some(point) = &outcome.solution {
            statistics.solver_value = Some(objective(&model, point));
            let polished = repair::polish(&model, point, settings.seed);
            for point in polished.iter().chain([point]) {
                let award = repair::to_award(tender, &model, point);
                let certificate = certify(tender, &award, options.tolerance);
                let better =
                    best.as_ref().is_none_or(|(_, b): &(Award, Certificate)| certificate.costs.value < b.costs.value);
                if certificate.verified() && better {
                    statistics.solver_value = Some(objective(&model, point));
                    best = Some((award, certificate));
                }
            }
            if best.is_none() {
                let award = repair::to_award(tender, &model, point);
                let failures = certify(tender, &award, options.tolerance).failures(tender);
                return Err(EngineError::NotVerified(failures.join("; ")));
            }
        }
        let value = best.as_ref().map(|(_, c)| c.costs.value);
        let bound = in_money(&model, outcome.bound).map(|b| value.map_or(b, |v| b.min(v)));
        log.push(LogEntry { work: outcome.iterations as f64 / 1000.0, value, bound });
        let termination = match (outcome.status, &best) {
            (Status::Optimal, Some(_)) => Termination::Optimal,
            (Status::TimeLimit, Some(_)) => Termination::Feasible(Limit::Time),
            (Status::TimeLimit, None) => Termination::NoAward(Limit::Time),
            (Status::Interrupted, Some(_)) => Termination::Feasible(limit.unwrap_or(Limit::Cancelled)),
            (Status::Interrupted, None) => Termination::NoAward(limit.unwrap_or(Limit::Cancelled)),
            (Status::Infeasible, None) => {
                reasons.extend(conflicts::conflicts(tender, &model, &settings));
                Termination::Infeasible
            }
            (status, _) => return Err(EngineError::Solver(format!("it ended with {status:?}"))),
        };
        if best.is_none() {
            return Ok(no_award(termination, reasons, statistics, log));
        }
        let report = SolveReport { termination, award: best, bound, reasons, log, statistics };
        // Proven means proven for the award that is shown, after rounding.
        match report.termination == Termination::Optimal && !proven(&report, options.gap) {
            true => Ok(SolveReport { termination: Termination::Feasible(Limit::Work), ..report }),
            false => Ok(report),
        }
    }
}

/// True if the bound proves the award within the gap, apart from what stating both costs: the bound is moved outwards and
/// to the cent, thresholds are raised, and each component of the value is rounded to the cent.
fn proven(report: &SolveReport, gap: f64) -> bool {
    let (Some(value), Some(between)) =
        (report.value().and_then(|v| v.to_f64()), report.gap_money().and_then(|g| g.to_f64()))
    else {
        return false;
    };
    between <= (gap + OUTWARDS + 2.0 * repair::RISE) * value.abs() + STATED
}

fn no_award(termination: Termination, reasons: Vec<Reason>, statistics: Statistics, log: Vec<LogEntry>) -> SolveReport {
    SolveReport { termination, award: None, bound: None, reasons, log, statistics }
}

fn uncovered(tender: &Tender) -> Vec<Reason> {
    let empty = tender.cells.iter().filter(|c| c.candidates.is_empty());
    empty
        .map(|c| Reason {
            kind: "structure",
            text: format!(
                "no valid offer may serve need {} at site {}",
                tender.needs[c.need].id, tender.sites[c.site].id
            ),
        })
        .collect()
}

fn statistics(model: &AwardModel, outcome: &highs::Outcome) -> Statistics {
    Statistics {
        columns: model.model.columns(),
        integers: model.model.integer.iter().filter(|i| **i).count(),
        rows: model.model.rows(),
        nonzeros: model.model.index.len(),
        nodes: outcome.nodes,
        iterations: outcome.iterations,
        solver_value: None,
    }
}

/// The model's objective of a point, in money.
fn objective(model: &AwardModel, point: &[f64]) -> f64 {
    let m = &model.model;
    (m.offset + m.cost.iter().zip(point).map(|(c, x)| c * x).sum::<f64>()) * m.money_scale
}

/// A bound of the model in money, stated outwards to the cent; `None` if there is none.
pub(crate) fn in_money(model: &AwardModel, bound: f64) -> Option<Decimal> {
    if !bound.is_finite() {
        return None;
    }
    let money = bound * model.model.money_scale;
    let outwards = money - OUTWARDS * money.abs();
    Decimal::from_f64((outwards * 100.0).floor() / 100.0).filter(|d| d.to_f64().is_some()).map(|d| d.round_dp(2))
}
