//! Annealed awards: the first award of a tender of some size, from which HiGHS goes on; and all of them where a tender is
//! beyond HiGHS. Every better one is certified before anybody hears of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ballast_domain::award::Award;
use ballast_domain::certificate::certify;

use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use rust_decimal::{Decimal, RoundingStrategy};

use super::goal::{Found, Job};
use super::{Begun, no_award, proven_between};
use crate::bound::{Calls, Work, bound};
use crate::report::{Event, Limit, LogEntry, SolveReport, Statistics, Termination};
use crate::search::{BEFORE_PAIRS, Problem, Rounds};

/// Lines from which an annealed award helps HiGHS.
const HELPS: usize = 250;
/// Lines from which HiGHS has no award, and hardly a bound, in the time that annealing takes for a good one.
const BEYOND: usize = 2_500;
/// How often a wait looks whether it is still wanted.
const TICK: Duration = Duration::from_millis(20);
/// The most rounds of annealing before HiGHS has its turn. It has it as soon as an award is known and polished; the others
/// come in turns.
const ROUNDS: u32 = 4;

/// Annealing so far.
pub(super) struct Annealing<'a> {
    job: &'a Job<'a>,
    problem: Problem<'a>,
    rounds: Rounds,
    /// The best certified award.
    pub(super) best: Option<Found>,
    log: Vec<LogEntry>,
}

impl<'a> Annealing<'a> {
    /// `None` where the tender is small, or asks for what annealing does not know. `start` is where it begins, `best` the
    /// certified award that is known already.
    fn of(job: &'a Job<'a>, start: Option<&Award>, best: Option<Found>, lines: usize) -> Option<Self> {
        if job.tender.candidates.len() < lines {
            return None;
        }
        let problem = Problem::new(job.tender)?;
        let rounds = start.map_or_else(Rounds::default, |award| Rounds::from(&problem, award));
        Some(Self { job, problem, rounds, best, log: Vec::new() })
    }

    fn over(job: &Job<'_>) -> Option<Limit> {
        if job.control.cancelled() {
            return Some(Limit::Cancelled);
        }
        job.options.time_limit.is_some_and(|limit| job.since.elapsed() >= limit).then_some(Limit::Time)
    }

    /// Work so far.
    pub(super) fn work(&self) -> f64 {
        self.rounds.work()
    }

    /// Moves so far.
    pub(super) fn moves(&self) -> u64 {
        self.rounds.moves
    }

    /// One more round; what ended it, if anything did.
    pub(super) fn round(&mut self) -> Option<Limit> {
        let job = self.job;
        let stop = || Self::over(job).is_some();
        let better = self.rounds.next(&self.problem, job.options.seed, job.options.work_limit, &stop);
        if better && let Some((_, x)) = &self.rounds.best {
            let award = self.problem.award(x);
            let certificate = certify(job.tender, &award, job.options.tolerance);
            let score = certificate.costs.value;
            let holds = certificate.verified() && !certificate.gives_way(job.tender);
            if holds && self.best.as_ref().is_none_or(|b| score < b.score) {
                let at = LogEntry { work: self.rounds.work(), value: Some(score), bound: None };
                job.control.observe(&Event::Improved { award: award.clone(), at });
                self.best = Some(Found { award, certificate, score });
            }
        }
        let work = job.options.work_limit.is_some_and(|most| self.rounds.work() >= most as f64);
        Self::over(job).or(work.then_some(Limit::Work))
    }
}

/// The award that HiGHS starts from, better than `known`.
pub(super) fn before_highs<'a>(job: &'a Job<'a>, start: Option<&Award>, known: Option<Found>) -> Begun<'a> {
    let Some(mut annealing) = Annealing::of(job, start, known.clone(), HELPS) else {
        return Begun { known, annealing: None, limit: None };
    };
    let mut limit = None;
    for round in 1..=ROUNDS {
        limit = annealing.round();
        if limit.is_some() || (annealing.best.is_some() && round >= BEFORE_PAIRS) {
            break;
        }
    }
    Begun { known: annealing.best.clone(), annealing: Some(annealing), limit }
}

/// What the bound has come to while annealing goes on beside it.
#[derive(Default)]
struct Bounding {
    state: Mutex<Bounded>,
    told: Condvar,
    /// The value of the best award, as bits.
    known: AtomicU64,
    stop: AtomicBool,
}

#[derive(Default)]
struct Bounded {
    /// Bound and the work it took, in order.
    log: Vec<(Decimal, f64)>,
    /// Work so far.
    work: f64,
    ended: bool,
    blocks: usize,
}

impl Bounding {
    fn state(&self) -> MutexGuard<'_, Bounded> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bounds until it ends or is told to stop.
    fn run(&self, job: &Job<'_>) {
        let bounded = || {
            let mut calls = Calls {
                stop: &|| self.stop.load(Ordering::Relaxed),
                known: &|| self.known(),
                improved: &mut |value, work| self.improved(job, value, work),
                plan: &mut |_| {},
            };
            bound(job.tender, Work { most: job.options.work_limit }, &mut calls)
        };
        // One core is for annealing.
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get().saturating_sub(1)).max(1);
        let answer = match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(bounded),
            Err(_) => bounded(),
        };
        let mut state = self.state();
        state.ended = true;
        state.blocks = answer.map_or(0, |a| a.blocks);
        drop(state);
        self.told.notify_all();
    }

    fn improved(&self, job: &Job<'_>, value: f64, work: f64) {
        let Some(value) = Decimal::from_f64(value) else { return };
        let value = value.round_dp_with_strategy(2, RoundingStrategy::ToNegativeInfinity);
        let mut state = self.state();
        state.work = work;
        state.log.push((value, work));
        drop(state);
        self.told.notify_all();
        let known = Decimal::from_f64(self.known()).map(|v| v.round_dp(2));
        let bound = Some(known.map_or(value, |k| k.min(value)));
        job.control.observe(&Event::Progress(LogEntry { work, value: known, bound }));
    }

    fn known(&self) -> f64 {
        match self.known.load(Ordering::Relaxed) {
            0 => f64::INFINITY,
            bits => f64::from_bits(bits),
        }
    }

    /// The best bound that so much work proved. Waits for that much where the answer must be reproducible.
    fn after(&self, work: f64, reproducible: bool) -> Option<Decimal> {
        let mut state = self.state();
        while reproducible && state.work < work && !state.ended && !self.stop.load(Ordering::Relaxed) {
            state = self.told.wait_timeout(state, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
        let within = state.log.iter().filter(|(_, w)| !reproducible || *w <= work);
        within.map(|(bound, _)| *bound).max()
    }
}

/// What became of a tender that may be beyond HiGHS.
pub(super) enum Beyond {
    /// It is not beyond HiGHS.
    No,
    /// Rounds of annealing found no award, and no limit ended them: perhaps there is none.
    Lost,
    /// The best award that annealing found, and the bound that decomposition proved beside it.
    Ended(Box<SolveReport>),
}

/// Annealing with a bound beside it, where the tender is large and has `one_level` of an objective.
pub(super) fn instead_of_highs(job: &Job<'_>, start: Option<&Award>, known: Option<&Found>, one_level: bool) -> Beyond {
    if !one_level {
        return Beyond::No;
    }
    let Some(mut annealing) = Annealing::of(job, start, known.cloned(), BEYOND) else { return Beyond::No };
    let bounding = Bounding::default();
    let (termination, bound) = std::thread::scope(|scope| {
        scope.spawn(|| bounding.run(job));
        let ended = annealing.beside(&bounding);
        bounding.stop.store(true, Ordering::Relaxed);
        ended
    });
    let Some(termination) = termination else { return Beyond::Lost };
    let statistics = Statistics {
        iterations: annealing.rounds.iterations,
        moves: annealing.rounds.moves,
        blocks: bounding.state().blocks,
        ..Statistics::default()
    };
    let best = annealing.best;
    Beyond::Ended(Box::new(SolveReport {
        bound: bound.map(|b| best.as_ref().map_or(b, |best| b.min(best.score))),
        award: best.map(|best| (best.award, best.certificate)),
        ..no_award(termination, Vec::new(), statistics, annealing.log)
    }))
}

impl Annealing<'_> {
    /// Rounds until the bound proves the award or a limit is reached; what ended them, `None` where [`ROUNDS`] of them found
    /// no award, and the bound.
    fn beside(&mut self, bounding: &Bounding) -> (Option<Termination>, Option<Decimal>) {
        let reproducible = self.job.options.time_limit.is_none();
        for round in 1.. {
            let limit = self.round();
            let value = self.best.as_ref().map(|b| b.score);
            if let Some(value) = value.and_then(|v| v.to_f64()) {
                bounding.known.store(value.to_bits(), Ordering::Relaxed);
            }
            let bound = bounding.after(self.rounds.work(), reproducible && limit != Some(Limit::Cancelled));
            let bound = bound.map(|b| value.map_or(b, |v| v.min(b)));
            self.log.push(LogEntry { work: self.rounds.work(), value, bound });
            if value.zip(bound).is_some_and(|(v, b)| proven_between(v, b, self.job.options.gap)) {
                return (Some(Termination::Optimal), bound);
            }
            match (limit, &self.best) {
                (Some(limit), Some(_)) => return (Some(Termination::Feasible(limit)), bound),
                (Some(limit), None) => return (Some(Termination::NoAward(limit)), bound),
                (None, None) if round == ROUNDS => break,
                _ => {}
            }
        }
        (None, None)
    }
}
