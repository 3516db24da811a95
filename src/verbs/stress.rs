//! `ballast stress`: an award lived through many draws of a pack.

use std::path::PathBuf;

use ballast_domain::{Award, Tender};
use ballast_exchange::documents::partial::{Inputs, PartialBody};
use ballast_exchange::documents::stress::{EstimatePart, InventoryPart, PairPart, StressBody};
use ballast_exchange::documents::{Header, seal};
use ballast_exchange::scenario::WhatIf;
use ballast_simulation::reserve::required;
use ballast_simulation::{Engine, Metrics, Progress, Replications, ReservePlan, StressTest, Watch};
use serde_json::{Value, json};

use crate::Common;
use crate::exit::{Exit, Failure, Outcome};
use crate::interrupt::Interrupt;
use crate::load::Awarded;
use crate::output::{Output, percent, table};
use crate::{load, out, progress, say};

/// Lives an award through many draws of a disruption pack: shortages with intervals, their tail, what drives them.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    files: load::AwardFiles,
    #[command(flatten)]
    packs: load::PackFiles,
    #[command(flatten)]
    held: load::HeldReserve,
    /// What must hold, several to tell of all: p_stockout<=0.02, unmet<=0.5 (weeks), fill>=0.98, cvar<=2 (weeks), each with
    /// @criticality=K or @need=ID, joint, and prob=0.99 where fill or unmet is asked of each replication.
    #[arg(long = "require", value_name = "TARGET", conflicts_with = "blocks")]
    require: Vec<String>,
    /// Another award document: it lives through the same paths, and the difference is told with its interval.
    #[arg(long, value_name = "AWARD", conflicts_with = "blocks")]
    against: Option<PathBuf>,
    /// Number of replications.
    #[arg(long, default_value_t = 10_000, conflicts_with = "precision", value_name = "N")]
    replications: u64,
    /// Instead: until the interval of mean unmet demand is this narrow, relative.
    #[arg(long, value_name = "P")]
    precision: Option<f64>,
    /// Only blocks A..B (from 0, without B) of 250 replications each, as a part that `ballast merge` joins with the others.
    #[arg(long, value_name = "A..B", conflicts_with = "precision", value_parser = range)]
    blocks: Option<std::ops::Range<u64>>,
    /// Write the stress document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// What a run of the simulation needs.
pub struct Run<'a> {
    /// Tender.
    pub tender: &'a Tender,
    /// How it was edited.
    pub what_if: &'a WhatIf,
    /// Award.
    pub award: &'a Award,
    /// Digest of its document.
    pub award_digest: Option<String>,
    /// Packs.
    pub packs: &'a [PathBuf],
    /// Common flags.
    pub common: &'a Common,
    /// Output.
    pub output: &'a Output,
}

/// Runs the stress test and seals its document.
pub fn make(
    run: &Run<'_>,
    plan: Option<&ReservePlan>,
    replications: Replications,
    against: Option<&(Award, Value)>,
    require: &[String],
) -> Result<(Value, StressBody), Failure> {
    let targets = super::reserve::parse(require)?;
    let (pack, hash) = load::packs(run.packs)?;
    let interrupt = Interrupt::listen()?;
    let planned = match replications {
        Replications::Fixed(n) => n,
        Replications::Precision { at_most, .. } => at_most,
    };
    let bar = progress::bar(run.output, planned, "stress test");
    let observe = |p: Progress| {
        bar.set_position(bar.position().max(p.done));
        crate::watched::tell(|| json!({ "done": p.done, "of": planned, "precision": p.precision }));
    };
    let watch = Watch { cancel: Some(interrupt.flag()), observe: &observe };
    let started = std::time::Instant::now();
    let (report, found, pairs) = load::on_threads(run.common.threads, || {
        let test = StressTest::new(run.tender, run.award, &pack, plan, run.common.seed)?;
        let lived = test.live(replications, "stress test", watch)?;
        let report = test.report(&lived)?;
        let found = required(run.tender, &targets, &lived, &report)?;
        let Some((other, _)) = against else { return Ok((report, found, None)) };
        // As many paths as this award took, and the same ones.
        let same = Replications::Fixed(report.replications);
        // Nobody asks for the other award's weekly bands.
        let scalars = Engine { metrics: Metrics::Scalars, ..Engine::default() };
        let second = StressTest::new(run.tender, other, &pack, plan, run.common.seed)?.by(scalars);
        let second = second.live(same, "the other award", watch)?;
        Ok((report, found, Some(test.against(&lived, &second))))
    })?
    .map_err(|e| load::refused(&e))?;
    bar.finish_and_clear();
    let mut body = say::stress(run.tender, &report, say::pack(&pack, hash), run.award_digest.clone(), plan);
    body.required = found.iter().map(|o| say::outcome(run.tender, o, (report.horizon_weeks, body.pack.step))).collect();
    body.against =
        against.zip(pairs).map(|((_, document), pairs)| say::against(run.tender, &pairs, load::digest(document)));
    let shown = match replications {
        Replications::Fixed(n) => json!({ "replications": n }),
        Replications::Precision { relative, at_most } => json!({ "precision": relative, "at_most": at_most }),
    };
    let header = Header::new(run.tender, load::build(), run.common.seed, shown).edited(run.what_if);
    let seconds = started.elapsed().as_secs_f64();
    let document =
        seal("stress", &header, &body, json!({ "elapsed_seconds": seconds, "threads": run.common.threads }))?;
    Ok((document, body))
}

/// `A..B`.
fn range(text: &str) -> Result<std::ops::Range<u64>, String> {
    let parts = text.split_once("..").and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
    match parts {
        Some((a, b)) if a < b => Ok(a..b),
        _ => Err(format!("`{text}` is no range of blocks; write it like 0..20")),
    }
}

/// Lives through some blocks and seals them as a part.
fn part(
    run: &Run<'_>,
    plan: Option<&ReservePlan>,
    (replications, blocks): (u64, std::ops::Range<u64>),
    award: &Value,
) -> Result<(Value, PartialBody), Failure> {
    let texts = load::pack_texts(run.packs)?;
    let (pack, _) = load::packs_of(&texts)?;
    let interrupt = Interrupt::listen()?;
    let bar = progress::bar(run.output, replications, "stress test");
    let observe = |p: Progress| bar.set_position(bar.position().max(p.done));
    let watch = Watch { cancel: Some(interrupt.flag()), observe: &observe };
    let started = std::time::Instant::now();
    let summary = load::on_threads(run.common.threads, || {
        let test = StressTest::new(run.tender, run.award, &pack, plan, run.common.seed)?;
        test.blocks(replications, blocks.clone(), watch)
    })?
    .map_err(|e| load::refused(&e))?;
    bar.finish_and_clear();
    let shown = json!({ "replications": replications });
    let whole = Header::new(run.tender, load::build(), run.common.seed, shown.clone()).edited(run.what_if);
    let body = PartialBody {
        blocks: [blocks.start, blocks.end],
        replications,
        inputs: Inputs {
            header: serde_json::to_value(&whole)?,
            tender: ballast_exchange::tender::to_body(&run.tender.draft),
            award: award.clone(),
            packs: texts.into_iter().map(|(_, text)| text).collect(),
            reserve: plan.map(|p| p.entries.iter().map(|e| (run.tender.needs[e.need].id.clone(), e.weeks)).collect()),
        },
        sums: say::partial::sums(&summary),
    };
    let mut header = whole;
    header.options["blocks"] = json!([blocks.start, blocks.end]);
    let seconds = started.elapsed().as_secs_f64();
    let document =
        seal("stress-partial", &header, &body, json!({ "elapsed_seconds": seconds, "threads": run.common.threads }))?;
    Ok((document, body))
}

fn interval(e: &EstimatePart, show: impl Fn(f64) -> String) -> String {
    format!("{} ({}–{})", show(e.value), show(e.low), show(e.high))
}

/// Stock, where somebody orders by a point or a quantity, or users are owed something.
fn inventory(body: &StressBody) -> String {
    let told = |i: &&InventoryPart| i.horizon.orders_a_year.is_some() || i.horizon.owed.value > 0.0;
    let row = |i: &InventoryPart| {
        let of = |e: &EstimatePart| interval(e, number);
        let levels = &i.second_half;
        let orders = levels.orders_a_year.as_ref().map_or_else(|| "–".to_owned(), of);
        vec![i.need.clone(), of(&levels.on_hand), of(&levels.owed), i.unit.clone(), orders]
    };
    let rows: Vec<Vec<String>> = body.inventory.iter().filter(told).map(row).collect();
    let header = ["second half", "on hand", "owed", "", "orders a year"];
    if rows.is_empty() { String::new() } else { format!("\n{}", table(&header, &rows)) }
}

/// How another award did on the same paths.
fn against(body: &StressBody) -> String {
    let Some(against) = &body.against else { return String::new() };
    let row = |p: &PairPart| {
        vec![
            if p.unit == "patients" { format!("{}, patients", p.scope) } else { p.scope.clone() },
            percent(p.better.value),
            percent(p.worse.value),
            format!("{} ± {}", number(p.difference.value), number((p.difference.high - p.difference.low) / 2.0)),
            p.unit.clone(),
            format!("{:.1}", p.narrower),
        ]
    };
    let shown =
        |p: &&PairPart| body.needs.iter().all(|n| n.scope != p.scope) && body.sites.iter().all(|s| s.scope != p.scope);
    let rows: Vec<Vec<String>> = against.scopes.iter().filter(shown).map(row).collect();
    let header = ["on the same paths", "better in", "worse in", "less unmet by", "", "× narrower"];
    format!("\n{}", table(&header, &rows))
}

/// A number of any size, short.
fn number(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// The stress test for people.
pub fn text(body: &StressBody) -> String {
    let mut text = format!(
        "{}: {}\n{} replications of {} weeks; intervals are 95 %\n\n",
        body.pack.name, body.pack.title, body.replications, body.horizon_weeks
    );
    let row = |s: &ballast_exchange::documents::stress::ScopePart| {
        vec![
            s.scope.clone(),
            interval(&s.p_stockout, percent),
            interval(&s.fill_rate, percent),
            format!("{:.1}", s.weeks_short),
            format!("{:.2}", s.unmet_weeks.value),
            format!("{:.2}", s.var95_weeks.value),
            format!("{:.2}", s.cvar95_weeks.value),
        ]
    };
    let rows: Vec<Vec<String>> =
        [&body.total].into_iter().chain(&body.criticality).chain(&body.needs).map(row).collect();
    text.push_str(&table(
        &["scope", "P(stockout)", "fill rate", "stockout weeks", "unmet, weeks", "VaR 95", "CVaR 95"],
        &rows,
    ));
    let rows: Vec<Vec<String>> = body
        .attribution
        .iter()
        .filter(|n| n.down_rate_in_tail > 0.0)
        .take(8)
        .map(|n| {
            let weeks = |w: Option<f64>| w.map_or_else(|| "–".to_owned(), |w| format!("{w:.2}"));
            vec![
                n.node.clone(),
                percent(n.down_rate),
                percent(n.down_rate_in_tail),
                weeks(n.shortage_weeks_when_down),
                weeks(n.shortage_weeks_when_up),
            ]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&format!(
            "\n{}",
            table(&["node", "struck", "in the worst 5 %", "unmet, weeks if struck", "if not"], &rows)
        ));
    }
    text.push_str(&inventory(body));
    for r in &body.required {
        let of = r.need.as_ref().map_or_else(String::new, |n| format!(" (need {n})"));
        text.push_str(&format!(
            "\n  {}: {:.4} ({:.4}–{:.4}){of}: {}\n",
            r.target,
            r.after.value,
            r.after.low,
            r.after.high,
            r.verdict.replace('_', " ")
        ));
    }
    text.push_str(&against(body));
    if let Some(clauses) = &body.failure_to_supply {
        let money = |e: &EstimatePart| interval(e, |v| format!("{v:.0}"));
        text.push_str(&format!(
            "\n  failure to supply: replacements cost {} more than contracted, suppliers pay back {}, {} is left\n",
            money(&clauses.excess),
            money(&clauses.credit),
            money(&clauses.borne)
        ));
        if clauses.lines_without_price > 0 {
            text.push_str(&format!(
                "  no other bid prices a replacement for {} of {} lines under a clause: what goes unmet of them is not credited\n",
                clauses.lines_without_price, clauses.lines
            ));
        }
    }
    if body.pooled_stock {
        text.push_str("\n  stock at centres and vendors is at every site's disposal (pooled)\n");
    }
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let Awarded { tender, what_if, award, document } = args.files.verified(&[args.out.as_deref()], output)?;
    let plan = args.held.plan(&tender)?;
    let replications = match args.precision {
        Some(relative) => Replications::Precision { relative, at_most: 1_000_000 },
        None => Replications::Fixed(args.replications),
    };
    let other = args.against.as_deref().map(|path| load::award(&tender, path, output)).transpose()?;
    if let Some((other, _)) = &other {
        load::must_verify(&tender, other)?;
    }
    let award_digest = load::digest(&document);
    let run = Run {
        tender: &tender,
        what_if: &what_if,
        award: &award,
        award_digest,
        packs: &args.packs.files,
        common,
        output,
    };
    let (document, text) = match &args.blocks {
        Some(blocks) => {
            let (part, body) = part(&run, plan.as_ref(), (args.replications, blocks.clone()), &document)?;
            let [first, end] = body.sums.range;
            (
                part,
                format!(
                    "replications {first} to {} of {}; `ballast merge` joins the parts",
                    end - 1,
                    body.replications
                ),
            )
        }
        None => {
            let (document, body) = make(&run, plan.as_ref(), replications, other.as_ref(), &args.require)?;
            (document, text(&body))
        }
    };
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    output.result(&document, &text);
    Ok(Exit::Done)
}
