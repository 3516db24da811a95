//! One run of the solver towards one goal: solve, polish, certify, keep the best.

use std::time::Instant;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{Certificate, certify};
use rust_decimal::Decimal;

use super::annealed::Annealing;
use super::watch::Search;
use super::{objective, statistics};
use crate::confirmed;
use crate::highs::{Settings, Status};
use crate::model::AwardModel;
use crate::repair;
use crate::report::{Control, EngineError, Limit, LogEntry, Options, Statistics};

/// What rounding to the cent may take of a value.
const CENT: f64 = 0.01;

/// What was asked.
pub(super) struct Job<'a> {
    pub(super) tender: &'a Tender,
    pub(super) options: &'a Options,
    pub(super) control: &'a dyn Control,
    /// When it began; time limits count from here.
    pub(super) since: Instant,
}

/// Judges a certified award: less is better, `None` is not let through.
pub(super) type Score<'a> = Box<dyn Fn(&Award, &Certificate) -> Option<Decimal> + 'a>;

/// What counts as better.
pub(super) struct Goal<'a> {
    pub(super) score: Score<'a>,
    pub(super) bound: Bound,
}

/// What the log says of a bound on the value.
#[derive(Clone, Copy)]
pub(super) enum Bound {
    /// The run's own: its goal is the value.
    OfTheRun,
    /// One from before, if there is one.
    Known(Option<Decimal>),
}

impl Goal<'_> {
    /// The least value.
    pub(super) fn value() -> Self {
        Self { score: Box::new(|_, certificate| Some(certificate.costs.value)), bound: Bound::OfTheRun }
    }
}

/// A certified award with its score.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) award: Award,
    pub(super) certificate: Certificate,
    pub(super) score: Decimal,
}

/// What a run gave.
pub(super) struct Run {
    pub(super) status: Status,
    pub(super) limit: Option<Limit>,
    pub(super) best: Option<Found>,
    /// Bound in units of the model.
    pub(super) bound: f64,
    pub(super) log: Vec<LogEntry>,
    pub(super) statistics: Statistics,
    /// Iterations of this run and those before.
    pub(super) spent: i64,
    /// The solver's own seconds.
    pub(super) seconds: f64,
}

impl Run {
    /// What ended the run early, in words of a report.
    pub(super) fn limit(&self) -> Option<Limit> {
        match self.status {
            Status::TimeLimit => Some(Limit::Time),
            Status::Interrupted => Some(self.limit.unwrap_or(Limit::Cancelled)),
            _ => None,
        }
    }
}

/// What is there before a run.
#[derive(Default)]
pub(super) struct Before<'b, 'j> {
    /// The best award.
    pub(super) best: Option<Found>,
    /// Iterations.
    pub(super) spent: i64,
    /// Annealing that takes turns with the run.
    pub(super) annealing: Option<&'b mut Annealing<'j>>,
}

impl Before<'_, '_> {
    /// An award, if there is one, and the iterations so far.
    pub(super) fn of(best: Option<Found>, spent: i64) -> Self {
        Self { best, spent, annealing: None }
    }
}

/// Runs towards a goal from a point, if there is one.
pub(super) fn pursue(
    job: &Job<'_>,
    model: &AwardModel,
    goal: &Goal<'_>,
    settings: &Settings,
    point: Option<&[f64]>,
    before: Before<'_, '_>,
) -> Result<Run, EngineError> {
    let (known, spent) = (before.best.is_some(), before.spent);
    let mut search = Search::new(job, model, goal, before);
    let outcome = confirmed::run(&model.model, settings, point, &mut search);
    let mut statistics = statistics(model, &outcome);
    if let Some(point) = &outcome.solution {
        statistics.solver_value = Some(objective(model, point));
        for point in repair::polish(model, point, settings.seed).chain([point.clone()]) {
            let value = objective(model, &point);
            if search.offer(repair::to_award(job.tender, model, &point)) {
                statistics.solver_value = Some(value);
            }
            // Where rounding took nothing, there is nothing to gain by another.
            if search.is_worth(value + CENT) {
                break;
            }
        }
        if search.best.is_none() {
            let award = repair::to_award(job.tender, model, point);
            let certificate = certify(job.tender, &award, job.options.tolerance);
            return Err(EngineError::NotVerified(certificate.failures(job.tender).join("; ")));
        }
    } else if known {
        // The start is what the run ends with.
        statistics.solver_value = None;
    }
    let last = search.entry(outcome.bound, outcome.iterations);
    search.log.push(last);
    Ok(Run {
        // Ended because what annealing found is proven by the run's bound.
        status: if search.proven { Status::Optimal } else { outcome.status },
        limit: search.limit,
        best: search.best,
        bound: outcome.bound,
        log: search.log,
        statistics,
        spent: spent + outcome.iterations,
        seconds: outcome.seconds,
    })
}
