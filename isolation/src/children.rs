//! The parent's side: one child per question, its events passed on, its death survived.

use std::io::{self, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::certify;
use ballast_exchange::tender::to_body;
use ballast_solver::{
    Aim, Control, Engine, EngineError, Event, Limit, LogEntry, Options, SolveReport, Statistics, Termination,
};

use crate::frame;
use crate::message::{FromChild, ReportMessage, ToChild};

/// How often a crashed child is tried again, each time with calmer settings.
const RETRIES: u32 = 2;
/// How long a child may take to stop once asked to, before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// How often the caller's wish to cancel is looked at.
const TICK: Duration = Duration::from_millis(50);

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

/// How one child ended.
enum Ended {
    Done(Box<ReportMessage>),
    Failed(String),
    /// Killed by us at a limit, or dead of memory; the best award so far stands.
    Stopped(Limit),
    /// Died by itself.
    Crashed(String),
}

/// The best that a child streamed before it ended.
#[derive(Default)]
struct Seen {
    award: Option<Award>,
    at: Option<LogEntry>,
    log: Vec<LogEntry>,
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
                Ended::Done(message) => {
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
                Ended::Failed(why) => return Err(EngineError::Child(why)),
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
        bound: seen.at.and_then(|a| a.bound),
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
        let mut child = Command::new(&self.program)
            .arg(self.verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let (Some(mut to), Some(from), Some(mut errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        let (send, heard) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            while let Ok(Some(message)) = frame::read::<FromChild>(&mut from) {
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        let complaints = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let (tender, options_message) = (to_body(&tender.draft), Box::new(options.into()));
        let job = ToChild::Award { tender, options: options_message, memory_bytes: self.memory_bytes };
        // A child that dies while being told shows up below as a crash.
        let _ = frame::write(&mut to, &job);

        let deadline = options.time_limit.map(|t| Instant::now() + t + t / 5 + GRACE);
        let mut cancel_by: Option<Instant> = None;
        let ended = loop {
            match heard.recv_timeout(TICK) {
                Ok(FromChild::Improved { award, at }) => {
                    let (award, at) = (Award::from(award), LogEntry::from(at));
                    seen.award = Some(award.clone());
                    seen.at = Some(at);
                    seen.log.push(at);
                    control.observe(&Event::Improved { award, at });
                }
                Ok(FromChild::Progress(at)) => {
                    seen.at = Some(at.into());
                    control.observe(&Event::Progress(at.into()));
                }
                Ok(FromChild::Done(report)) => break Some(Ended::Done(report)),
                Ok(FromChild::Failed(why)) => break Some(Ended::Failed(why)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break None,
            }
            if control.cancelled() && cancel_by.is_none() {
                let _ = frame::write(&mut to, &ToChild::Cancel);
                cancel_by = Some(Instant::now() + GRACE);
            }
            if cancel_by.is_some_and(|by| Instant::now() > by) {
                break Some(Ended::Stopped(Limit::Cancelled));
            }
            if deadline.is_some_and(|by| Instant::now() > by) {
                break Some(Ended::Stopped(Limit::Time));
            }
        };
        drop(to);
        let status = end(&mut child, ended.is_some())?;
        let _ = reader.join();
        let complaints = complaints.join().unwrap_or_default();
        Ok(ended.unwrap_or_else(|| crash(status, &complaints)))
    }
}

/// Waits for the child; one that has said its last word or is to be stopped is killed.
fn end(child: &mut Child, kill: bool) -> io::Result<ExitStatus> {
    if kill {
        // It may have ended by itself already.
        let _ = child.kill();
    }
    child.wait()
}

fn crash(status: ExitStatus, complaints: &str) -> Ended {
    let out_of_memory = complaints.contains("memory allocation") || complaints.contains("bad_alloc");
    if out_of_memory {
        return Ended::Stopped(Limit::Memory);
    }
    let last = complaints.lines().last().unwrap_or("").trim();
    let how = match status.signal() {
        Some(signal) => format!("the solving process was ended by signal {signal}"),
        None => format!("the solving process ended with {status}"),
    };
    Ended::Crashed(if last.is_empty() { how } else { format!("{how}: {last}") })
}
