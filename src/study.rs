//! What the verbs that ask many times have in common: limits, the engine, progress, how answers are told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ballast_domain::raw::RawTender;
use ballast_domain::scenario::{Edit, Told, apply};
use ballast_domain::{Findings, Tender};
use ballast_exchange::documents::explain::TriedPart;
use ballast_exchange::documents::study::{AnswerPart, DifferencePart, IntervalPart};
use ballast_exchange::documents::{Header, seal};
use ballast_exchange::scenario::WhatIf;
use ballast_isolation::Children;
use ballast_solver::{Engine, InProcess, Limit, Options, Termination};
use ballast_studies::direction::Direction;
use ballast_studies::why_not::{Tried, Verdict};
use ballast_studies::{Answer, Desk, Interval, News, Settings};
use indicatif::ProgressBar;
use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupt;
use crate::output::{Output, money};
use crate::proven::several;
use crate::verbs::award::{MEMORY_MIB, gap, seconds, tolerance};
use crate::{Common, load, out, progress, watched};

/// Limits of each solve of a study.
#[derive(clap::Args, Clone)]
pub struct Limits {
    /// Stop each solve when its proven gap is at most this fraction, or at another limit if that comes first; intervals
    /// are about as wide [default: 0.005, or what the work came to].
    #[arg(long, value_parser = gap, value_name = "G")]
    gap: Option<f64>,
    /// Stop each solve after so many seconds with the best award so far.
    #[arg(long, value_parser = seconds, value_name = "SECONDS")]
    time_limit: Option<f64>,
    /// Stop each solve after so much work (1,000 simplex iterations or 100,000 moves of annealing each); reproducible,
    /// unlike seconds [default: 5 where neither `--gap` nor `--time-limit` says when to stop].
    #[arg(long, value_name = "N")]
    work: Option<u64>,
    /// Memory limit of each solving process, MiB.
    #[arg(long, default_value_t = MEMORY_MIB, value_name = "MIB")]
    memory: u64,
    /// Relative tolerance of hard rules.
    #[arg(long, default_value = "0.000001", value_parser = tolerance, value_name = "T")]
    tolerance: rust_decimal::Decimal,
    /// Solves at a time (0: one per core). The result does not depend on it.
    #[arg(long, default_value_t = 0, value_name = "N")]
    at_a_time: usize,
    /// Solve in this process instead of children.
    #[arg(long, hide = true)]
    in_process: bool,
}

/// What every study takes besides its question.
#[derive(clap::Args)]
pub struct Setup {
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// Limits of each solve.
    #[command(flatten)]
    pub limits: Limits,
    /// Write the document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Gap at which a solve of a study stops by itself.
const GAP: f64 = 0.005;
/// Work of each solve where the user leaves it to us when to stop. The few tenders of a study that are hard to prove end
/// with an interval somewhat wider than the gap, in about a tenth of the time that the rest of the proof would take.
const WORK: u64 = 5;

impl Limits {
    /// Work after which a solve stops.
    fn work(&self) -> Option<u64> {
        match (self.work, self.gap, self.time_limit) {
            (Some(work), ..) => Some(work),
            (None, _, Some(_)) => None,
            (None, Some(_), None) => Options::default().work_limit,
            (None, None, None) => Some(WORK),
        }
    }
}

/// The caller's side: progress on standard error, Ctrl-C.
pub struct Watcher {
    interrupt: Interrupt,
    bar: ProgressBar,
    output: Output,
}

impl Desk for Watcher {
    fn cancelled(&self) -> bool {
        self.interrupt.raised()
    }

    fn hear(&self, news: News<'_>) {
        match news {
            News::Begun { name } => self.bar.set_message(name.to_owned()),
            News::Searching { name, at } => {
                let text = |v: Option<_>| v.map_or_else(|| "none yet".to_owned(), money);
                self.bar.set_message(format!("{name}: best {}, bound {}", text(at.value), text(at.bound)));
                watched::tell(|| {
                    let mut progress = watched::search(at);
                    progress["at"] = json!(name);
                    progress
                });
            }
            News::Retried { name, why } => self.output.note(&format!("{name}: {why}; tried again with other settings")),
            News::Done { done, of, .. } => {
                self.bar.set_length(of as u64);
                self.bar.set_position(done as u64);
                watched::tell(|| json!({ "done": done, "of": of }));
            }
        }
    }
}

/// Everything a study needs besides its question.
pub struct Desktop {
    /// The engine.
    pub engine: Box<dyn Engine + Sync>,
    /// How it is asked.
    pub settings: Settings,
    /// Progress and Ctrl-C.
    pub watcher: Watcher,
    /// Options of each solve, as documents show them.
    shown: Value,
    seed: u64,
    stopped: bool,
}

/// The tender that a study is about, and where its document goes.
pub struct Matter {
    /// Tender, after its scenarios.
    pub tender: Tender,
    what_if: WhatIf,
    path: PathBuf,
    out: Option<PathBuf>,
}

impl Matter {
    /// Reads the tender; what will be written is tried before.
    pub fn read(path: &Path, setup: &Setup, output: &Output) -> Result<Self, Failure> {
        let (tender, what_if) = load::edited_tender(path, &setup.scenarios, output)?;
        out::must_be_writable(setup.out.as_deref())?;
        Ok(Self { tender, what_if, path: path.to_owned(), out: setup.out.clone() })
    }

    /// The tables that the study edits.
    pub fn tables(&self) -> RawTender {
        load::tables(&self.path, &self.what_if, &self.tender)
    }
}

impl Desktop {
    /// Sets up a study.
    pub fn new(limits: &Limits, common: &Common, output: &Output, message: &str) -> Result<Self, Failure> {
        let default = Options::default();
        let options = Options {
            gap: limits.gap.unwrap_or(GAP),
            time_limit: limits.time_limit.map(Duration::from_secs_f64),
            work_limit: limits.work(),
            seed: common.seed,
            tolerance: limits.tolerance,
            ..default
        };
        let shown = json!({
            "gap": options.gap, "time_limit": limits.time_limit, "work": options.work_limit, "tolerance": options.tolerance,
        });
        let engine: Box<dyn Engine + Sync> = match limits.in_process {
            true => Box::new(InProcess),
            false => {
                let memory_bytes = Some(limits.memory.saturating_mul(1 << 20));
                Box::new(Children { program: std::env::current_exe()?, verb: "worker", memory_bytes })
            }
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let at_a_time = if limits.at_a_time == 0 { cores } else { limits.at_a_time };
        Ok(Self {
            engine,
            settings: Settings { options, at_a_time },
            watcher: Watcher {
                interrupt: Interrupt::listen()?,
                bar: progress::bar(output, 0, message),
                output: output.clone(),
            },
            shown,
            seed: common.seed,
            stopped: false,
        })
    }

    /// Takes the progress line away and notes whether the caller stopped the study.
    pub fn close(&mut self) {
        self.watcher.bar.finish_and_clear();
        self.stopped = self.watcher.interrupt.raised();
    }

    /// The result of the study: its document, with the question among the options, is written where it was asked for, and
    /// printed as one or the other.
    pub fn finish(
        &self,
        matter: &Matter,
        verb: &str,
        question: Value,
        body: &impl Serialize,
        text: &str,
    ) -> Result<(), Failure> {
        let mut shown = self.shown.clone();
        if let (Value::Object(shown), Value::Object(question)) = (&mut shown, question) {
            shown.extend(question);
        }
        let header = Header::new(&matter.tender, load::build(), self.seed, shown).edited(&matter.what_if);
        let document = seal(verb, &header, body, json!({ "stopped": self.stopped }))?;
        if let Some(path) = &matter.out {
            out::write(path, &document)?;
        }
        self.watcher.output.result(&document, text);
        Ok(())
    }
}

/// The tender that edits make of tables; what the edits are at fault for is a failure of the input, with what was `found` of
/// their file.
pub fn edited(base: &RawTender, edits: &[Edit], found: Findings, what: &str) -> Result<(Tender, Vec<Told>), Failure> {
    let edited = apply(base, edits);
    let mut findings = found;
    findings.0.extend(edited.findings.0);
    let reading = Tender::read(&edited.raw, findings);
    match reading.tender {
        Some(tender) => Ok((tender, edited.edits)),
        None => Err(load::faults(what, &reading.findings)),
    }
}

/// What ended a search, in words.
pub fn limit_words(limit: Limit) -> &'static str {
    match limit {
        Limit::Time => "the time limit ended the search",
        Limit::Work => "the work limit ended the search",
        Limit::Cancelled => "stopped on request",
        Limit::Memory => "the memory limit ended the search",
        Limit::Precision => {
            "searched to the end; what is written, in decimals and cents, is not as near to the bound as the gap asks"
        }
    }
}

/// An answer as documents tell it.
pub fn answer(answer: &Answer) -> AnswerPart {
    let empty = AnswerPart::default();
    match answer {
        Answer::Skipped => {
            AnswerPart { termination: "skipped".to_owned(), detail: "the study was stopped before".to_owned(), ..empty }
        }
        Answer::Failed(why) => AnswerPart { termination: "failed".to_owned(), detail: why.clone(), ..empty },
        Answer::Said(report) => {
            let (termination, detail) = match &report.termination {
                Termination::Optimal => ("optimal", String::new()),
                Termination::Feasible(limit) => ("feasible", limit_words(*limit).to_owned()),
                Termination::Infeasible => (
                    "infeasible",
                    report.reasons.iter().map(|r| r.text.trim_end_matches('.')).collect::<Vec<_>>().join("; "),
                ),
                Termination::NoAward(limit) => ("no_award", format!("inconclusive: {}", limit_words(*limit))),
            };
            AnswerPart {
                termination: termination.to_owned(),
                detail,
                value: report.value(),
                bound: report.bound,
                gap_money: report.gap_money(),
            }
        }
    }
}

/// An answer without the reason that the question itself brings: the rule that it adds.
pub fn answer_beside(told: &Answer, rule: &str) -> AnswerPart {
    let mut told = told.clone();
    if let Answer::Said(report) = &mut told {
        report.reasons.retain(|r| !r.text.starts_with(&format!("rule {rule}:")));
    }
    answer(&told)
}

/// How a study ends: done if anything was decided, else proven that nothing can be, else stopped by a limit.
pub fn exit<'a>(answers: impl Iterator<Item = &'a AnswerPart> + Clone) -> Exit {
    if answers.clone().any(|a| a.value.is_some()) {
        Exit::Done
    } else if answers.clone().all(|a| a.termination == "infeasible") {
        Exit::Infeasible
    } else {
        Exit::NoAward
    }
}

/// A direction as documents tell it.
pub fn direction(way: Option<Direction>) -> Option<String> {
    way.map(|way| {
        match way {
            Direction::Same => "same",
            Direction::Tightens => "tightens",
            Direction::Loosens => "loosens",
        }
        .to_owned()
    })
}

/// A direction in words: what the edit cannot do.
pub fn cannot(way: Option<&String>) -> &'static str {
    match way.map(String::as_str) {
        Some("tightens") => "only tightens, so it cannot save",
        Some("loosens") => "only loosens, so it cannot cost",
        Some("same") => "decides nothing",
        _ => "",
    }
}

/// An interval as documents tell it.
pub fn interval(i: Interval) -> IntervalPart {
    IntervalPart { low: i.low, high: i.high }
}

/// What is proven about how much more one answer costs than another.
pub fn interval_less(one: &AnswerPart, other: &AnswerPart) -> IntervalPart {
    let of = |a: &AnswerPart| Interval { low: a.bound, high: a.value };
    interval(of(one).less(of(other)))
}

/// A verdict as documents tell it.
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Wins => "wins",
        Verdict::Loses => "loses",
        Verdict::Undecided => "undecided",
    }
}

/// A price factor as documents tell it.
pub fn tried(t: &Tried) -> TriedPart {
    TriedPart {
        factor: t.factor,
        verdict: verdict(t.verdict).to_owned(),
        with: interval(t.with),
        dearer: interval(t.dearer),
    }
}

/// Money with a sign.
pub fn signed(amount: rust_decimal::Decimal) -> String {
    let text = money(amount);
    if amount.is_sign_positive() && text != "0" { format!("+{text}") } else { text }
}

/// What an answer costs, or why there is none.
pub fn cost(answer: &AnswerPart) -> String {
    match (answer.value, answer.termination.as_str()) {
        (Some(value), _) => money(value),
        (None, "infeasible") => format!("there is no award: {}", answer.detail),
        (None, other) => format!("{}: {}", other.replace('_', " "), answer.detail),
    }
}

/// What differs, in a few words.
pub fn briefly(d: &DifferencePart) -> String {
    let mut words = Vec::new();
    if !d.won.is_empty() {
        words.push(format!("wins: {}", d.won.join(", ")));
    }
    if !d.lost.is_empty() {
        words.push(format!("loses: {}", d.lost.join(", ")));
    }
    match d.cells.len() {
        0 => words.push("nothing moves".to_owned()),
        n => {
            let at = several(d.sites.len(), "site");
            words.push(format!("{:.1} % of volume moves, {} at {at}", d.moved * 100.0, several(n, "cell")));
        }
    }
    words.join("; ")
}
