//! The parent's side: one child per question, its events passed on, its death survived.

use std::io;
use std::path::PathBuf;
use std::time::Instant;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::certify;
use ballast_exchange::tender::to_body;
use ballast_solver::{
    Aim, Control, Engine, EngineError, Event, Limit, LogEntry, Options, SolveReport, Statistics, Termination,
};

use rust_decimal::Decimal;

use crate::conversation::Ended;
use crate::message::{FromChild, ToChild};

/// How often a crashed child is tried again, each time with calmer settings.
pub(crate) const RETRIES: u32 = 2;

/// A child that answers something else is no child of this program.
pub(crate) const NOT_ASKED: &str = "the solving process answered what was not asked";

/// Solves in child processes.
#[derive(Debug, Clone)]
pub struct Children {
    /// The program to start; this one.
    pub program: PathBuf,
    /// Its hidden verb.
    pub verb: &'static str,
    /// Memory limit of a child, bytes of address space.
    pub memory_bytes: Option<u64>,
}

/// The best that a child streamed before it ended.
#[derive(Default)]
struct Seen {
    award: Option<Award>,
    bound: Option<Decimal>,
    log: Vec<LogEntry>,
}

impl Seen {
    /// A bound once proven stays.
    fn hear(&mut self, at: LogEntry) {
        self.bound = self.bound.max(at.bound);
    }
}

impl Engine for Children {
    fn award(&self, tender: &Tender, options: &Options, control: &dyn Control) -> Result<SolveReport, EngineError> {
        let started = Instant::now();
        let mut seen = Seen::default();
        for attempt in 0..=RETRIES {
            let left = options.time_limit.map(|t| t.saturating_sub(started.elapsed()));
            // What an earlier attempt had found is where the next one starts.
            let start = seen.award.clone().or_else(|| options.start.clone());
            let options = Options { attempt, time_limit: left, start, ..options.clone() };
            let ended =
                self.one(tender, &options, control, &mut seen).map_err(|e| EngineError::Child(e.to_string()))?;
            match ended {
                Ended::Said(FromChild::Done(message)) => {
                    let (mut report, award) = message.open();
                    // A retried child may end with less than the one before it had found; only where value is all that is
                    // asked for can the two be compared here.
                    let earlier = seen.award.take().filter(|_| options.aim == Aim::Best || award.is_none());
                    let awards = [award, earlier].into_iter().flatten();
                    let certified = awards.map(|a| (certify(tender, &a, options.tolerance), a));
                    report.award =
                        certified.filter(|(c, _)| c.verified()).min_by_key(|(c, _)| c.costs.value).map(|(c, a)| (a, c));
                    if report.award.is_none()
                        && matches!(report.termination, Termination::Optimal | Termination::Feasible(_))
                    {
                        return Err(EngineError::NotVerified("the child's award fails in the parent".to_owned()));
                    }
                    return Ok(report);
                }
                Ended::Said(FromChild::Failed(why)) => return Err(EngineError::Child(why)),
                Ended::Said(_) => return Err(EngineError::Child(NOT_ASKED.to_owned())),
                Ended::Stopped(limit) => return Ok(stopped(tender, &options, seen, limit)),
                Ended::Crashed(why) if attempt < RETRIES => control.observe(&Event::Retried { why }),
                Ended::Crashed(why) => {
                    return Err(EngineError::Child(format!(
                        "{why}; tried {} times with different settings",
                        RETRIES + 1
                    )));
                }
            }
        }
        Err(EngineError::Child("no attempt was made".to_owned()))
    }
}

/// The report of a child that was stopped: the best it had said.
fn stopped(tender: &Tender, options: &Options, seen: Seen, limit: Limit) -> SolveReport {
    let certified = seen.award.map(|a| {
        let certificate = certify(tender, &a, options.tolerance);
        (a, certificate)
    });
    let award = certified.filter(|(_, c)| c.verified());
    let termination = if award.is_some() { Termination::Feasible(limit) } else { Termination::NoAward(limit) };
    SolveReport {
        termination,
        award,
        bound: seen.bound,
        reached: None,
        reasons: Vec::new(),
        log: seen.log,
        statistics: Statistics::default(),
        ladder: Vec::new(),
        level_bounds: Vec::new(),
    }
}

impl Children {
    fn one(&self, tender: &Tender, options: &Options, control: &dyn Control, seen: &mut Seen) -> io::Result<Ended> {
        let (tender, message) = (to_body(&tender.draft), Box::new(options.into()));
        let job = ToChild::Award { tender, options: message, memory_bytes: self.memory_bytes };
        self.converse(&job, options.time_limit, control, &mut |message| match message {
            FromChild::Improved { award, at } => {
                let (award, at) = (Award::from(award), LogEntry::from(at));
                seen.award = Some(award.clone());
                seen.hear(at);
                seen.log.push(at);
                control.observe(&Event::Improved { award, at });
            }
            FromChild::Progress(at) => {
                let at = LogEntry::from(at);
                seen.hear(at);
                control.observe(&Event::Progress(at));
            }
            _ => {}
        })
    }
}
