//! `ballast award`: the decision.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::{Award, Tender};
use ballast_exchange::documents::award::{AwardBody, CostPart, LogPart, Proof, RulePart, StepPart};
use ballast_exchange::documents::{Header, seal};
use ballast_exchange::scenario::WhatIf;
use ballast_isolation::Children;
use ballast_solver::{Control, Engine, Event, InProcess, Limit, LogEntry, Options, SolveReport, Termination};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use crate::Common;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt::Interrupt;
use crate::output::{Output, money, percent, table};
use crate::{load, out, progress};

mod aim;

pub use aim::within;

pub use crate::out::write;

/// Chooses what to buy, from whom: the award with its cost, bound, certificate and reasons.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: load::Scenarios,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    asked: aim::Asked,
    /// Write the award document here; rewritten at each improvement.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Limits of a solve.
#[derive(clap::Args, Clone)]
pub struct Limits {
    /// Stop when the proven gap is at most this fraction.
    #[arg(long, default_value_t = 1e-4, value_parser = gap, value_name = "G")]
    pub gap: f64,
    /// Stop after so many seconds with the best award so far.
    #[arg(long, value_parser = seconds, value_name = "SECONDS")]
    pub time_limit: Option<f64>,
    /// Stop after so much work (1,000 simplex iterations or 100,000 moves of annealing each); reproducible, unlike seconds.
    #[arg(long, value_name = "N")]
    pub work: Option<u64>,
    /// Memory limit of the solving process, MiB.
    #[arg(long, default_value_t = MEMORY_MIB, value_name = "MIB")]
    pub memory: u64,
    /// Relative tolerance of hard rules.
    #[arg(long, default_value = "0.000001", value_parser = tolerance, value_name = "T")]
    pub tolerance: rust_decimal::Decimal,
    /// Solve in this process instead of a child.
    #[arg(long, hide = true)]
    pub in_process: bool,
}

impl Limits {
    /// The limits that stand where none is given.
    pub fn standard() -> Self {
        Self {
            gap: 1e-4,
            time_limit: None,
            work: None,
            memory: MEMORY_MIB,
            tolerance: default_tolerance(),
            in_process: false,
        }
    }
}

/// Memory limit of a solving process where none is given.
pub const MEMORY_MIB: u64 = 8192;

/// Reads a gap.
pub fn gap(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "a fraction such as 0.001".to_owned())?;
    (0.0..1.0).contains(&value).then_some(value).ok_or_else(|| "a fraction from 0 to below 1".to_owned())
}

/// Reads the tolerance of hard rules: from 1 on, every rule would hold.
pub fn tolerance(text: &str) -> Result<rust_decimal::Decimal, String> {
    let value = rust_decimal::Decimal::from_str_exact(text).map_err(|_| "a fraction such as 0.000001".to_owned())?;
    let fits = !value.is_sign_negative() && value < rust_decimal::Decimal::ONE;
    fits.then_some(value).ok_or_else(|| "a fraction from 0 to below 1".to_owned())
}

/// Reads seconds.
pub fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "a number of seconds".to_owned())?;
    (0.0..=31_536_000.0).contains(&value).then_some(value).ok_or_else(|| "a number of seconds, 0 or more".to_owned())
}

/// The caller's side of a solve: progress, the file, Ctrl-C.
struct Desk<'a> {
    tender: &'a Tender,
    header: &'a Header,
    out: Option<&'a Path>,
    interrupt: &'a Interrupt,
    bar: ProgressBar,
    retries: Mutex<Vec<String>>,
    started: Instant,
    times: Mutex<Vec<f64>>,
    tolerance: rust_decimal::Decimal,
}

impl Control for Desk<'_> {
    fn cancelled(&self) -> bool {
        self.interrupt.raised()
    }

    fn observe(&self, event: &Event) {
        match event {
            Event::Progress(at) => self.show(at),
            Event::Improved { award, at } => {
                self.show(at);
                if let Ok(mut times) = self.times.lock() {
                    times.push(self.started.elapsed().as_secs_f64());
                }
                if let Some(path) = self.out {
                    let proof = Proof { bound: at.bound, log: vec![log_part(at)], ..Proof::default() };
                    let certificate = certify(self.tender, award, self.tolerance);
                    let body = AwardBody::without_award(
                        "feasible",
                        None,
                        "an award on the way; the search goes on".to_owned(),
                        Vec::new(),
                    )
                    .with_award(self.tender, award, &certificate, proof);
                    // The final document is written with its faults reported; one on the way may be lost.
                    let _ = seal("award", self.header, &body, json!({}))
                        .map_err(std::io::Error::other)
                        .and_then(|d| write(path, &d));
                }
            }
            Event::Retried { why } => {
                if let Ok(mut retries) = self.retries.lock() {
                    retries.push(why.clone());
                }
            }
        }
    }
}

impl Desk<'_> {
    fn show(&self, at: &LogEntry) {
        crate::watched::tell(|| crate::watched::search(at));
        let text = |v: Option<_>| v.map_or_else(|| "none yet".to_owned(), money);
        self.bar.set_message(format!("award: best {}, bound {}", text(at.value), text(at.bound)));
    }
}

fn log_part(e: &LogEntry) -> LogPart {
    LogPart { work: e.work, value: e.value, bound: e.bound }
}

fn step_part(step: &ballast_solver::Step) -> StepPart {
    StepPart { level: step.level, value: step.value, violations: step.violations.to_vec() }
}

/// An award made for a verb: the document, and the award if there is one.
pub struct Made {
    /// The award document.
    pub document: Value,
    /// Its body.
    pub body: AwardBody,
    /// The award.
    pub award: Option<Award>,
}

/// Solves for the least value and seals.
pub fn make(
    (tender, what_if): (&Tender, &WhatIf),
    limits: &Limits,
    common: &Common,
    output: &Output,
    out: Option<&Path>,
) -> Result<Made, Failure> {
    make_asked((tender, what_if), limits, &aim::Question::default(), common, output, out)
}

/// Solves what is asked and seals.
fn make_asked(
    (tender, what_if): (&Tender, &WhatIf),
    limits: &Limits,
    asked: &aim::Question,
    common: &Common,
    output: &Output,
    out: Option<&Path>,
) -> Result<Made, Failure> {
    let interrupt = Interrupt::listen()?;
    let default = Options::default();
    let options = Options {
        gap: limits.gap,
        time_limit: limits.time_limit.map(Duration::from_secs_f64),
        work_limit: limits.work.or(if limits.time_limit.is_some() { None } else { default.work_limit }),
        seed: common.seed,
        tolerance: limits.tolerance,
        start: asked.start.clone(),
        aim: asked.aim.clone(),
        ..default
    };
    let mut shown = json!({
        "gap": options.gap, "time_limit": limits.time_limit, "work": options.work_limit, "tolerance": options.tolerance,
    });
    asked.show(&mut shown);
    let header = Header::new(tender, load::build(), common.seed, shown).edited(what_if);
    let desk = Desk {
        tender,
        header: &header,
        out,
        interrupt: &interrupt,
        bar: progress::spinner(output, "award: solving"),
        retries: Mutex::default(),
        started: Instant::now(),
        times: Mutex::default(),
        tolerance: limits.tolerance,
    };
    let engine: Box<dyn Engine> = if limits.in_process {
        Box::new(InProcess)
    } else {
        let memory_bytes = Some(limits.memory.saturating_mul(1 << 20));
        Box::new(Children { program: std::env::current_exe()?, verb: "worker", memory_bytes })
    };
    let report = engine.award(tender, &options, &desk)?;
    let second_best = asked.second_best(engine.as_ref(), tender, &options, &report, &interrupt)?;
    desk.bar.finish_and_clear();

    let retries = desk.retries.lock().map(|r| r.clone()).unwrap_or_default();
    for why in &retries {
        output.note(&format!("{why}; tried again with other settings"));
    }
    let mut body = body(tender, &report);
    body.reproducible &= retries.is_empty();
    body.aim = asked.reached(&report);
    body.second_best = second_best;
    body.ties = asked.ties(&report);
    let run = json!({
        "elapsed_seconds": desk.started.elapsed().as_secs_f64(),
        "improvements_at_seconds": desk.times.lock().map(|t| t.clone()).unwrap_or_default(),
        "threads": 1,
        "retries": retries,
    });
    let document = seal("award", &header, &body, run)?;
    if let Some(path) = out {
        write(path, &document)?;
    }
    Ok(Made { document, body, award: report.award.map(|(a, _)| a) })
}

fn limit_word(limit: Limit) -> &'static str {
    match limit {
        Limit::Time => "time",
        Limit::Work => "work",
        Limit::Cancelled => "cancelled",
        Limit::Memory => "memory",
        Limit::Precision => "precision",
    }
}

fn body(tender: &Tender, report: &SolveReport) -> AwardBody {
    let (word, limit) = match &report.termination {
        Termination::Optimal => ("optimal", None),
        Termination::Feasible(limit) => ("feasible", Some(*limit)),
        Termination::Infeasible => ("infeasible", None),
        Termination::NoAward(limit) => ("no_award", Some(*limit)),
    };
    let detail = match &report.termination {
        Termination::Optimal => "proven within the gap asked for".to_owned(),
        Termination::Infeasible => "proven: no award satisfies the hard rules".to_owned(),
        Termination::Feasible(Limit::Cancelled) => "stopped on request; the best so far".to_owned(),
        Termination::Feasible(limit @ Limit::Precision) => crate::study::limit_words(*limit).to_owned(),
        Termination::Feasible(limit) => {
            format!("the best award when the {} limit ended the search", limit_word(*limit))
        }
        Termination::NoAward(Limit::Cancelled) => "stopped on request; no award was found before".to_owned(),
        Termination::NoAward(limit) => format!("no award was found before the {} limit", limit_word(*limit)),
    };
    let reasons = report.reasons.iter().map(|r| r.text.clone()).collect();
    let empty = AwardBody::without_award(word, limit.map(limit_word), detail, reasons);
    let s = &report.statistics;
    let statistics = [
        ("columns", s.columns as f64),
        ("integers", s.integers as f64),
        ("rows", s.rows as f64),
        ("nonzeros", s.nonzeros as f64),
        ("nodes", s.nodes as f64),
        ("iterations", s.iterations as f64),
        ("moves", s.moves as f64),
        ("blocks", s.blocks as f64),
    ];
    let proof = Proof {
        bound: report.bound,
        level_bounds: report.level_bounds.clone(),
        solver_value: s.solver_value,
        log: report.log.iter().map(log_part).collect(),
        ladder: report.ladder.iter().map(step_part).collect(),
        statistics: statistics.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
    };
    match &report.award {
        Some((award, certificate)) => empty.with_award(tender, award, certificate, proof),
        None => AwardBody { log: proof.log, statistics: proof.statistics, bound: proof.bound, ..empty },
    }
}

/// The exit code of an award document.
pub fn exit(body: &AwardBody) -> Exit {
    match (body.termination.as_str(), body.value) {
        (_, Some(_)) => Exit::Done,
        ("infeasible", None) => Exit::Infeasible,
        _ => Exit::NoAward,
    }
}

/// The award for people.
pub fn text(tender: &Tender, body: &AwardBody) -> String {
    let currency = &tender.settings.currency;
    let broken = body.certificate.as_ref().map_or(0, |c| c.failures.len());
    let headline = if broken > 0 { format!("NOT VERIFIED, {broken} broken") } else { body.termination.clone() };
    let mut text = format!("{}: {headline} ({})\n", tender.settings.name, body.detail);
    for reason in &body.reasons {
        text.push_str(&format!("  because {reason}\n"));
    }
    let Some(value) = body.value else { return text };
    let years = tender.settings.contract_years;
    let cash = body.cash.as_ref().filter(|c| c.total != value);
    let word = if cash.is_some() { "value" } else { "cost " };
    text.push_str(&format!("\n  {word}     {} {currency} over {years} contract year(s)\n", money(value)));
    if let (Some(cash), Some(objective)) = (cash, &body.objective) {
        let (cash, name) = (money(cash.total), &objective.name);
        text.push_str(&format!("  cash      {cash}; the value and its bound are level 1 of the objective {name}\n"));
    } else if let Some(cash) = cash {
        text.push_str(&format!(
            "  of it     {} cash and {} shadow money; the bound speaks of both\n",
            money(cash.total),
            money(value - cash.total)
        ));
    }
    if let (Some(bound), Some(gap), Some(gap_money)) = (body.bound, body.gap, body.gap_money) {
        let verb = if body.objective.is_some() { "is below" } else { "costs less than" };
        text.push_str(&format!(
            "  proven    no award {verb} {}: at most {} ({:.3} %) better exists\n",
            money(bound),
            money(gap_money),
            gap * 100.0
        ));
    }
    for level in body.objective.iter().flat_map(|o| &o.levels) {
        let terms = level.terms.iter().map(|t| format!("{} {}", t.term, money(t.contribution)));
        let bound = level.bound.map_or_else(|| "no bound".to_owned(), |b| format!("at least {}", money(b)));
        let terms = terms.collect::<Vec<_>>().join(", ");
        text.push_str(&format!("  level {}   {} ({bound}): {terms}\n", level.level, money(level.value)));
    }
    text.push_str(&aim::text(body));
    if let Some(b) = &body.baseline {
        text.push_str(&format!(
            "  baseline  {} for today's mix at today's prices of the {} demand cells (of {}) that have an incumbent{}; the award on these {}:\n            saving {} ({}), of it price {}, mix {}; after one-off costs {}\n",
            money(b.at_todays_prices),
            b.cells,
            b.cells + b.excluded,
            if body.unserved.is_empty() { "" } else { " and are served in whole" },
            money(b.award_on_same_cells),
            money(b.saving),
            share(b.saving, b.at_todays_prices),
            money(b.price_effect),
            money(b.mix_effect),
            money(b.saving_after_one_off),
        ));
    }
    let rows: Vec<Vec<String>> =
        body.cost.iter().filter(|c| !c.amount.is_zero()).map(|c| vec![component(c), money(c.amount)]).collect();
    text.push_str(&format!("\n{}", table(&["component", currency], &rows)));
    let rows: Vec<Vec<String>> = body
        .suppliers
        .iter()
        .map(|s| vec![s.supplier.clone(), money(s.cost), percent(s.share), s.products.to_string(), s.sites.to_string()])
        .collect();
    text.push_str(&format!("\n{}", table(&["supplier", "cost a year", "share", "products", "sites"], &rows)));
    let year = |year: Option<u32>| year.map(|year| format!("year {year}"));
    let rows: Vec<Vec<String>> = body
        .tiers
        .iter()
        .filter(|t| !t.measure.is_zero())
        .map(|t| {
            let of: Vec<String> =
                (!t.cohort.is_empty()).then(|| t.cohort.clone()).into_iter().chain(year(t.year)).collect();
            let name = if of.is_empty() { t.schedule.clone() } else { format!("{} ({})", t.schedule, of.join(", ")) };
            let counted = |n| counted(&t.basis, n);
            let tier = t.tier.map_or_else(|| "none".to_owned(), counted);
            let next = t.next.map_or_else(
                || "top".to_owned(),
                |n| format!("{} ({} missing)", counted(n), counted(t.distance.unwrap_or_default())),
            );
            vec![name, t.basis.clone(), counted(t.measure), tier, next, money(t.saving)]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&format!(
            "\n{}",
            table(&["schedule", "basis", "measure", "tier from", "next tier", "saving a year"], &rows)
        ));
    }
    let rows: Vec<Vec<String>> = body
        .packages
        .iter()
        .map(|p| vec![p.package.clone(), p.group.clone(), money(p.without), money(p.net)])
        .collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{}", table(&["package", "group", "without it a year", "with it"], &rows)));
    }
    let rows: Vec<Vec<String>> = body
        .unserved
        .iter()
        .map(|u| vec![u.site.clone(), u.need.clone(), money(u.need_units), percent(u.share), money(u.amount)])
        .collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{}", table(&["unserved at", "need", "units a year", "share", "weighs"], &rows)));
    }
    if !body.rules.is_empty() {
        let tight = body.rules.iter().filter(|r| r.slack.is_some_and(|s| s.abs() < 1e-6)).count();
        let held = body.rules.iter().filter(|r| r.holds).count();
        text.push_str(&format!(
            "\n  {held} of {} rule instances hold, {tight} of them at their bound\n",
            body.rules.len()
        ));
        for rule in body.rules.iter().filter(|r| !r.holds) {
            text.push_str(&format!("    {}\n", given_way(rule)));
        }
    }
    if let Some(certificate) = &body.certificate {
        let word = if certificate.verified { "verified" } else { "NOT verified" };
        text.push_str(&format!("  certificate: {word}, re-computed cost {}\n", certificate.value));
        for failure in &certificate.failures {
            text.push_str(&format!("    {failure}\n"));
        }
    }
    text
}

/// A rule that does not hold: where, and what it is against what it is to be.
fn given_way(rule: &RulePart) -> String {
    let show = |v: f64| if rule.is_share { percent(v) } else { ((v * 1e4).round() / 1e4).to_string() };
    let of = if rule.instance.is_empty() { String::new() } else { format!(" ({})", rule.instance) };
    let (value, low, high) = (rule.value.unwrap_or_default(), rule.at_least, rule.at_most);
    let bound = match (low, high) {
        (Some(low), _) if value < low => format!("at least {}", show(low)),
        (_, Some(high)) => format!("at most {}", show(high)),
        (low, None) => format!("at least {}", show(low.unwrap_or_default())),
    };
    format!("{}{of} gives way: {} against {bound}", rule.id, show(value))
}

/// The name of a component; of one that nobody pays, with that beside it.
fn component(part: &CostPart) -> String {
    if part.shadow { format!("{} (not paid)", part.component) } else { part.component.clone() }
}

/// What a schedule counts: a share as percentage, else a number.
pub fn counted(basis: &str, amount: rust_decimal::Decimal) -> String {
    use rust_decimal::prelude::ToPrimitive;
    match basis {
        "share" => percent(amount.to_f64().unwrap_or_default()),
        _ => money(amount),
    }
}

fn share(part: rust_decimal::Decimal, whole: rust_decimal::Decimal) -> String {
    use rust_decimal::prelude::ToPrimitive;
    match (part.to_f64(), whole.to_f64()) {
        (Some(p), Some(w)) if w != 0.0 => percent(p / w),
        _ => "–".to_owned(),
    }
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let (tender, what_if) = load::edited_tender(&args.tender, &args.scenarios, output)?;
    out::must_be_writable(args.out.as_deref())?;
    let asked = args.asked.read(&tender, output)?;
    let made = make_asked((&tender, &what_if), &args.limits, &asked, common, output, args.out.as_deref())?;
    output.result(&made.document, &text(&tender, &made.body));
    Ok(exit(&made.body))
}
