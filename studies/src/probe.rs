//! Tenders decided side by side. Answers come back in the order of the questions, whatever the number at a time; equal
//! tenders are decided once; a caller who has had enough keeps what is done.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{Certificate, certify};
use ballast_domain::difference::carry_what_fits;
use ballast_domain::raw::RawTender;
use ballast_domain::tables::canonical;
use ballast_solver::{Control, Engine, Event, LogEntry, Options, SolveReport, Termination};
use rust_decimal::Decimal;

use crate::Interval;

/// One tender to be decided.
#[derive(Debug, Clone, Copy)]
pub struct Probe<'a> {
    /// What it is called in progress.
    pub name: &'a str,
    /// The tender.
    pub tender: &'a Tender,
    /// An award of another tender from which the search starts.
    pub start: Option<(&'a Tender, &'a Award)>,
}

impl<'a> Probe<'a> {
    /// A probe that starts from nothing.
    pub fn new(name: &'a str, tender: &'a Tender) -> Self {
        Self { name, tender, start: None }
    }

    /// A probe that starts from the award of `base`, if it has one.
    #[must_use]
    pub fn near(self, base: &'a Tender, answer: &'a Answer) -> Self {
        Self { start: answer.award().map(|(award, _)| (base, award)), ..self }
    }
}

/// How probes are asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Options of each solve.
    pub options: Options,
    /// Probes at a time.
    pub at_a_time: usize,
}

/// What became of a probe.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The engine answered.
    Said(Box<SolveReport>),
    /// The engine failed; nothing is known.
    Failed(String),
    /// The caller had had enough before it began.
    Skipped,
}

impl Answer {
    /// The award, if there is one.
    pub fn award(&self) -> Option<(&Award, &Certificate)> {
        match self {
            Self::Said(report) => report.award.as_ref().map(|(a, c)| (a, c)),
            _ => None,
        }
    }

    /// Takes an award of the same tender that is better than its own: one that keeps everything, levelled rules too, and
    /// has the lower value. Where several objectives count one after the other, none is taken.
    pub(crate) fn improve(&mut self, tender: &Tender, award: &Award, tolerance: Decimal) {
        let Self::Said(report) = self else { return };
        if report.termination == Termination::Infeasible {
            return;
        }
        if tender.objective.as_ref().is_some_and(|o| o.levels.len() > 1) {
            return;
        }
        let certificate = certify(tender, award, tolerance);
        let better = report.value().is_none_or(|own| certificate.costs.value < own);
        if better && certificate.verified() && !certificate.gives_way(tender) {
            report.award = Some((award.clone(), certificate));
        }
    }

    /// Its value.
    pub fn value(&self) -> Option<Decimal> {
        self.award().map(|(_, c)| c.costs.value)
    }

    /// What is proven about the best value.
    pub fn interval(&self) -> Interval {
        match self {
            Self::Said(report) => Interval { low: report.bound, high: report.value() },
            _ => Interval::default(),
        }
    }

    /// Proven: no award satisfies the hard rules.
    pub fn infeasible(&self) -> bool {
        matches!(self, Self::Said(report) if report.termination == Termination::Infeasible)
    }

    /// True if nothing is known but that it was asked: not an award, not that there is none.
    pub fn inconclusive(&self) -> bool {
        self.award().is_none() && !self.infeasible()
    }
}

/// What a study tells while it works.
#[derive(Debug, Clone, Copy)]
pub enum News<'a> {
    /// A probe begins.
    Begun {
        /// Its name.
        name: &'a str,
    },
    /// Where the search of a probe stands.
    Searching {
        /// Its name.
        name: &'a str,
        /// Where it stands.
        at: &'a LogEntry,
    },
    /// A solving process died and is tried again.
    Retried {
        /// Name of the probe.
        name: &'a str,
        /// What happened.
        why: &'a str,
    },
    /// A probe is answered.
    Done {
        /// Its name.
        name: &'a str,
        /// Probes answered so far.
        done: usize,
        /// Probes in all.
        of: usize,
    },
}

/// The caller's side of a study.
pub trait Desk: Sync {
    /// True once the caller wants what is done so far.
    fn cancelled(&self) -> bool;
    /// Hears news.
    fn hear(&self, news: News<'_>);
}

/// One probe's view of the desk.
struct Line<'a> {
    desk: &'a dyn Desk,
    name: &'a str,
}

impl Control for Line<'_> {
    fn cancelled(&self) -> bool {
        self.desk.cancelled()
    }

    fn observe(&self, event: &Event) {
        match event {
            Event::Progress(at) | Event::Improved { at, .. } => {
                self.desk.hear(News::Searching { name: self.name, at });
            }
            Event::Retried { why } => self.desk.hear(News::Retried { name: self.name, why }),
        }
    }
}

/// Decides one tender.
pub fn ask_one(engine: &(dyn Engine + Sync), probe: Probe<'_>, settings: &Settings, desk: &dyn Desk) -> Answer {
    ask(engine, &[probe], settings, desk).pop().unwrap_or(Answer::Skipped)
}

/// Decides all tenders.
pub fn ask(engine: &(dyn Engine + Sync), probes: &[Probe<'_>], settings: &Settings, desk: &dyn Desk) -> Vec<Answer> {
    let (first, distinct) = distinct(probes);
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let answers: Vec<Mutex<Answer>> = distinct.iter().map(|_| Mutex::new(Answer::Skipped)).collect();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(probe) = distinct.get(at).map(|&i| &probes[i]) else { break };
            if desk.cancelled() {
                break;
            }
            desk.hear(News::Begun { name: probe.name });
            let control = Line { desk, name: probe.name };
            let start = probe.start.map(|(from, award)| carry_what_fits(from, award, probe.tender));
            let options = Options { start, ..settings.options.clone() };
            let answer = match engine.award(probe.tender, &options, &control) {
                Ok(report) => Answer::Said(Box::new(report)),
                Err(error) => Answer::Failed(error.to_string()),
            };
            if let Ok(mut slot) = answers[at].lock() {
                *slot = answer;
            }
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            desk.hear(News::Done { name: probe.name, done, of: distinct.len() });
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..settings.at_a_time.clamp(1, distinct.len().max(1)) {
            scope.spawn(work);
        }
        work();
    });
    let answers: Vec<Answer> = answers.into_iter().map(|m| m.into_inner().unwrap_or(Answer::Skipped)).collect();
    first.iter().map(|&i| answers[i].clone()).collect()
}

/// For each probe the position of its tender among the distinct ones, and the distinct ones.
fn distinct(probes: &[Probe<'_>]) -> (Vec<usize>, Vec<usize>) {
    let mut seen: Vec<RawTender> = Vec::new();
    let (mut first, mut distinct) = (Vec::new(), Vec::new());
    for (i, probe) in probes.iter().enumerate() {
        let own = canonical(&probe.tender.draft);
        let at = seen.iter().position(|s| *s == own).unwrap_or_else(|| {
            seen.push(own);
            distinct.push(i);
            seen.len() - 1
        });
        first.push(at);
    }
    (first, distinct)
}
