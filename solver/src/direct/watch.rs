//! Watches a run of HiGHS: turns better points into certified awards at once, so that a kill loses nothing, and ends the
//! run when the caller or the work limit says so. Where annealing goes on beside it, the two take turns by work, in one
//! thread, and the run ends as soon as its bound proves the better of their awards.

use ballast_domain::award::Award;
use ballast_domain::certificate::certify;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::annealed::Annealing;
use super::goal::{Before, Bound, Found, Goal, Job};
use super::{in_money, proven_between};
use crate::highs::Watch;
use crate::model::AwardModel;
use crate::repair;
use crate::report::{Event, Limit, LogEntry};

/// Work of annealing for a unit of the run's: the two then take about the same time.
const TURN: f64 = 10.0;

/// The state of a search.
pub(super) struct Search<'a, 'b, 'j> {
    job: &'a Job<'a>,
    model: &'a AwardModel,
    goal: &'a Goal<'a>,
    /// The best certified award.
    pub(super) best: Option<Found>,
    /// Value and bound at each improvement.
    pub(super) log: Vec<LogEntry>,
    /// What ended the run, if the watcher did.
    pub(super) limit: Option<Limit>,
    /// Whether the bound proves an award that annealing found during the run.
    pub(super) proven: bool,
    /// Whether the best award is a point of the run as it came, with what the tolerances leave of a quantity.
    raw: bool,
    /// Iterations before this run.
    spent: i64,
    annealing: Option<&'b mut Annealing<'j>>,
    told: f64,
}

impl<'a, 'b, 'j> Search<'a, 'b, 'j> {
    pub(super) fn new(
        job: &'a Job<'a>,
        model: &'a AwardModel,
        goal: &'a Goal<'a>,
        Before { best, spent, annealing }: Before<'b, 'j>,
    ) -> Self {
        let told = f64::NEG_INFINITY;
        Self { job, model, goal, best, log: Vec::new(), limit: None, proven: false, raw: false, spent, annealing, told }
    }

    /// Takes a polished award if it is certified, meets the goal and is better than the best so far, or as good as a raw one.
    pub(super) fn offer(&mut self, award: Award) -> bool {
        self.take(award, false)
    }

    fn take(&mut self, award: Award, raw: bool) -> bool {
        let certificate = certify(self.job.tender, &award, self.job.options.tolerance);
        // Unpolished points may miss a threshold by rounding; the next one, or the polished last one, will do.
        if !certificate.verified() {
            return false;
        }
        let Some(score) = (self.goal.score)(&award, &certificate) else { return false };
        let better = self.best.as_ref().is_none_or(|b| score < b.score || self.raw && !raw && score == b.score);
        if better {
            self.best = Some(Found { award, certificate, score });
            self.raw = raw;
        }
        better
    }

    /// True if the goal is the value and the best award has it.
    pub(super) fn is_worth(&self, value: f64) -> bool {
        let best = self.best.as_ref().and_then(|b| b.score.to_f64());
        matches!(self.goal.bound, Bound::OfTheRun) && best.is_some_and(|b| b <= value)
    }

    /// Where the search stands. The bound of a goal that is no value says nothing in money.
    pub(super) fn entry(&self, bound: f64, iterations: i64) -> LogEntry {
        let value = self.best.as_ref().map(|b| b.certificate.costs.value);
        let lesser = |b: Decimal| value.map_or(b, |v| b.min(v));
        let bound = match self.goal.bound {
            Bound::OfTheRun => in_money(self.model, bound),
            Bound::Known(known) => known,
        };
        LogEntry { work: (self.spent + iterations) as f64 / 1000.0, value, bound: bound.map(lesser) }
    }

    /// Logs the best award and tells the caller.
    pub(super) fn tell(&mut self, bound: f64, iterations: i64) {
        let at = self.entry(bound, iterations);
        self.log.push(at);
        if let Some(best) = &self.best {
            self.job.control.observe(&Event::Improved { award: best.award.clone(), at });
        }
    }

    /// HiGHS does not know of what annealing found, and would go on.
    fn prove(&mut self, bound: f64, iterations: i64) {
        let LogEntry { value, bound, .. } = self.entry(bound, iterations);
        self.proven = value.zip(bound).is_some_and(|(v, b)| proven_between(v, b, self.job.options.gap));
    }

    /// Annealing's turn, if it is: until it has had its part of the work, or the bound proves its award.
    fn turn(&mut self, bound: f64, iterations: i64) {
        let Some(annealing) = self.annealing.take() else { return };
        self.prove(bound, iterations);
        let enough = TURN * (self.spent + iterations) as f64 / 1000.0;
        while self.limit.is_none() && !self.proven && annealing.work() < enough {
            self.limit = annealing.round();
            let found = annealing.best.as_ref().filter(|f| self.best.as_ref().is_none_or(|b| f.score < b.score));
            if let Some(found) = found.cloned() {
                self.best = Some(found);
                self.log.push(self.entry(bound, iterations));
            }
            self.prove(bound, iterations);
        }
        self.annealing = Some(annealing);
    }
}

impl Watch for Search<'_, '_, '_> {
    fn improving(&mut self, solution: &[f64], bound: f64, iterations: i64) {
        if self.take(repair::to_award(self.job.tender, self.model, solution), true) {
            self.tell(bound, iterations);
        }
    }

    fn stop(&mut self, bound: f64, iterations: i64) -> bool {
        if bound > self.told {
            self.told = bound;
            self.job.control.observe(&Event::Progress(self.entry(bound, iterations)));
        }
        self.limit = over(self.job, self.spent + iterations).or(self.limit);
        self.turn(bound, iterations);
        self.limit.is_some() || self.proven
    }
}

/// Watches a run whose points are no awards: ends it when the caller or the work limit says so.
pub(super) struct Idle<'a> {
    pub(super) job: &'a Job<'a>,
    /// Iterations before this run.
    pub(super) spent: i64,
    /// What ended the run, if the watcher did.
    pub(super) limit: Option<Limit>,
}

impl Watch for Idle<'_> {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}

    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        self.limit = over(self.job, self.spent + iterations).or(self.limit);
        self.limit.is_some()
    }
}

/// The limit that is reached, if any.
fn over(job: &Job<'_>, iterations: i64) -> Option<Limit> {
    let most = |work: u64| i64::try_from(work.saturating_mul(1000)).unwrap_or(i64::MAX);
    match (job.control.cancelled(), job.options.work_limit.is_some_and(|w| iterations >= most(w))) {
        (true, _) => Some(Limit::Cancelled),
        (false, true) => Some(Limit::Work),
        (false, false) => None,
    }
}
