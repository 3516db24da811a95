//! Annealed awards: the first award of a tender of some size, from which HiGHS goes on; and all of them where a tender is
//! beyond HiGHS. Every better one is certified before anybody hears of it.

use std::time::Instant;

use ballast_domain::award::Award;
use ballast_domain::certificate::certify;

use super::goal::{Found, Job};
use crate::report::{Event, Limit, LogEntry, SolveReport, Statistics, Termination};
use crate::search::{Problem, Rounds};

/// Lines from which an annealed award helps HiGHS.
const HELPS: usize = 250;
/// Lines from which HiGHS has no award, and hardly a bound, in the time that annealing takes for a good one.
const BEYOND: usize = 2_500;
/// Rounds of annealing before HiGHS has its turn.
const ROUNDS: u32 = 3;

/// Annealing so far.
pub(super) struct Annealing<'a> {
    job: &'a Job<'a>,
    problem: Problem<'a>,
    rounds: Rounds,
    since: Instant,
    /// The best certified award.
    best: Option<Found>,
    log: Vec<LogEntry>,
}

impl<'a> Annealing<'a> {
    /// `None` where the tender is small, or asks for what annealing does not know. `start` is where it begins.
    fn of(job: &'a Job<'a>, start: Option<&Award>, lines: usize) -> Option<Self> {
        if job.tender.candidates.len() < lines {
            return None;
        }
        let problem = Problem::new(job.tender)?;
        let rounds = start.map_or_else(Rounds::default, |award| Rounds::from(&problem, award));
        Some(Self { job, problem, rounds, since: Instant::now(), best: None, log: Vec::new() })
    }

    fn over(job: &Job<'_>, since: Instant) -> Option<Limit> {
        if job.control.cancelled() {
            return Some(Limit::Cancelled);
        }
        job.options.time_limit.is_some_and(|limit| since.elapsed() >= limit).then_some(Limit::Time)
    }

    /// One more round; what ended it, if anything did.
    fn round(&mut self) -> Option<Limit> {
        let (job, since) = (self.job, self.since);
        let better = self.rounds.next(&self.problem, job.options.seed, &|| Self::over(job, since).is_some());
        if better && let Some((_, x)) = &self.rounds.best {
            let award = self.problem.award(x);
            let certificate = certify(job.tender, &award, job.options.tolerance);
            let score = certificate.costs.value;
            let holds = certificate.verified() && !certificate.gives_way(job.tender);
            if holds && self.best.as_ref().is_none_or(|b| score < b.score) {
                let at = LogEntry { work: self.rounds.work(), value: Some(score), bound: None };
                self.log.push(at);
                job.control.observe(&Event::Improved { award: award.clone(), at });
                self.best = Some(Found { award, certificate, score });
            }
        }
        let work = job.options.work_limit.is_some_and(|most| self.rounds.work() >= most as f64);
        Self::over(job, since).or(work.then_some(Limit::Work))
    }
}

/// The award that HiGHS starts from, better than `known`; the moves it took.
pub(super) fn before_highs(job: &Job<'_>, start: Option<&Award>, known: Option<Found>) -> (Option<Found>, u64) {
    let Some(mut annealing) = Annealing::of(job, start, HELPS) else { return (known, 0) };
    annealing.best = known;
    for _ in 0..ROUNDS {
        if annealing.round().is_some() {
            break;
        }
    }
    (annealing.best, annealing.rounds.moves)
}

/// The best award that annealing finds within the limits, where the tender is beyond HiGHS; `None` where it is not, or
/// annealing finds none.
pub(super) fn instead_of_highs(job: &Job<'_>, start: Option<&Award>) -> Option<SolveReport> {
    let mut annealing = Annealing::of(job, start, BEYOND)?;
    let limit = loop {
        if let Some(limit) = annealing.round() {
            break limit;
        }
    };
    let best = annealing.best?;
    let statistics =
        Statistics { iterations: annealing.rounds.iterations, moves: annealing.rounds.moves, ..Statistics::default() };
    Some(SolveReport {
        termination: Termination::Feasible(limit),
        award: Some((best.award, best.certificate)),
        bound: None,
        reached: None,
        reasons: Vec::new(),
        log: annealing.log,
        statistics,
        ladder: Vec::new(),
        level_bounds: Vec::new(),
    })
}
