//! `ballast exposure`: what the loss of each node would do to an award, without asking how likely it is.

use std::path::PathBuf;

use ballast_exchange::documents::exposure::ExposureBody;
use ballast_exchange::documents::{Header, seal};
use ballast_simulation::exposure::{ExposureOptions, cut_off, exposure};
use serde_json::json;

use crate::Common;
use crate::exit::{Exit, Outcome};
use crate::load::Awarded;
use crate::output::{Output, percent, table};
use crate::{load, out, say};

/// Nodes shown on the screen; the document has all.
const SHOWN: usize = 20;

/// Tells how long demand is met if a plant, supplier, input or region gives nothing, how long it takes to recover, and what
/// is lost in between; and the worst outages of several at once. No probabilities are needed.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    files: load::AwardFiles,
    #[command(flatten)]
    held: load::HeldReserve,
    /// Times to recover that suppliers state are multiplied by this.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    optimism: f64,
    /// Time to recover where nobody states one, weeks.
    #[arg(long, default_value_t = 18.0, value_name = "WEEKS")]
    assume_recovery: f64,
    /// Worst outages of up to so many nodes at once (1 to 5).
    #[arg(long, default_value_t = 2, value_name = "K")]
    worst: usize,
    /// Disruption packs: tells the long-run chance that a need is cut off altogether, however small.
    #[arg(long = "pack", num_args = 1.., value_name = "FILE")]
    packs: Vec<PathBuf>,
    /// Draws for each of these chances.
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    draws: u64,
    /// The chances that at most this part of a need's volume can be shipped, 0 to below 1; 0: nothing at all.
    #[arg(long, default_value_t = 0.0, value_name = "PART")]
    left: f64,
    /// Write the exposure document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

fn weeks(weeks: Option<f64>) -> String {
    weeks.map_or_else(|| "∞".to_owned(), |w| format!("{w:.1}"))
}

fn amount(money: f64) -> String {
    crate::output::money(rust_decimal::Decimal::try_from(money).unwrap_or_default())
}

/// The exposure for people.
pub fn text(body: &ExposureBody, currency: &str) -> String {
    let exposed = body.nodes.iter().filter(|n| n.fixed.loss.money > 0.0).count();
    let mut text = format!(
        "{exposed} of {} nodes that carry some of the award lose something if they stop for as long as they take to recover\n\n",
        body.nodes.len()
    );
    let mark = |n: &ballast_exchange::documents::exposure::NodePart| match n.recovery.as_str() {
        "assumed" => "assumed",
        "longest_of_plants" => "its plants",
        _ => "stated",
    };
    let rows: Vec<Vec<String>> = body
        .nodes
        .iter()
        .take(SHOWN)
        .map(|n| {
            vec![
                n.node.clone(),
                amount(n.spend),
                format!("{:.1}", n.time_to_recover_weeks),
                mark(n).to_owned(),
                weeks(n.fixed.time_to_survive_weeks),
                weeks(n.best.time_to_survive_weeks),
                amount(n.fixed.loss.money),
                format!(
                    "{}{}",
                    if n.best.exact || n.best.loss.money == 0.0 { "" } else { "≤ " },
                    amount(n.best.loss.money)
                ),
                format!("{}", n.fixed.loss.needs.len()),
                format!("{}", n.fixed.loss.sites.len()),
            ]
        })
        .collect();
    let spend = format!("spend a year, {currency}");
    let header = [
        "node",
        &spend,
        "recovers, weeks",
        "",
        "survives, weeks",
        "at best",
        "loss",
        "at best",
        "needs short",
        "sites short",
    ];
    text.push_str(&table(&header, &rows));
    if body.nodes.len() > SHOWN {
        text.push_str(&format!("  and {} more; --json or --out has all\n", body.nodes.len() - SHOWN));
    }
    text.push_str("\n  loss: what goes unmet if nobody ships more than contracted; at best: if everything on offer is used as well as can be\n");
    let rows: Vec<Vec<String>> = body
        .worst
        .iter()
        .filter(|w| w.of > 1)
        .map(|w| {
            vec![
                format!("{}", w.of),
                w.kind.clone().unwrap_or_else(|| "any".to_owned()).replace('_', " "),
                w.nodes.join(", "),
                amount(w.loss.money),
                if w.proven { "proven".to_owned() } else { format!("at most {}", amount(w.bound)) },
            ]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&format!("\n{}", table(&["at once", "kind", "worst for this award", "loss", ""], &rows)));
    }
    text.push_str(&chances(body));
    text
}

/// Needs that may be cut off.
fn chances(body: &ExposureBody) -> String {
    let Some(cut) = &body.cut_off else { return String::new() };
    let rows: Vec<Vec<String>> = cut
        .needs
        .iter()
        .filter(|n| n.sampled.value > 0.0)
        .take(SHOWN)
        .map(|n| {
            vec![
                n.need.clone(),
                format!("{:.3e}", n.sampled.value),
                format!("{:.3e} to {:.3e}", n.sampled.low, n.sampled.high),
                format!("{:.0}", n.effective_sample),
                n.exact.map_or_else(String::new, |e| format!("{e:.3e}")),
            ]
        })
        .collect();
    let what = match cut.left > 0.0 {
        true => format!("at most {} of a need's volume", percent(cut.left)),
        false => "nothing of a need".to_owned(),
    };
    let mut text = format!("\n{}: part of all time in which {what} can be shipped\n\n", cut.pack.title);
    text.push_str(&table(&["need", "chance", "95 %", "effective draws", "exact"], &rows));
    if rows.is_empty() {
        text.push_str("  no need depends on hazards alone: each has a source that none of them stops\n");
    }
    if !cut.left_out.is_empty() {
        text.push_str(&format!("  left out: {}\n", cut.left_out.join(", ")));
    }
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let Awarded { tender, what_if, award, document } = args.files.verified(&[args.out.as_deref()], output)?;
    let plan = args.held.plan(&tender)?;
    let options =
        ExposureOptions { optimism: args.optimism, assumed_recovery_weeks: args.assume_recovery, worst_of: args.worst };
    let started = std::time::Instant::now();
    let packs = if args.packs.is_empty() { None } else { Some(load::packs(&args.packs)?) };
    crate::watched::tell(|| json!({ "at": "outages" }));
    let report = load::on_threads(common.threads, || exposure(&tender, &award, plan.as_ref(), &options))?
        .map_err(|e| load::refused(&e))?;
    let award_digest = load::digest(&document);
    let mut body = say::exposure::exposure(&tender, &report, &options, award_digest, plan.as_ref());
    if let Some((pack, hash)) = packs {
        crate::watched::tell(|| json!({ "at": "needs cut off" }));
        let found =
            cut_off(&tender, &award, &pack, common.seed, (args.draws, args.left)).map_err(|e| load::refused(&e))?;
        body.cut_off = Some(say::exposure::cut_off(&tender, &found, say::pack(&pack, hash)));
    }
    let shown = json!({ "optimism": args.optimism, "assume_recovery": args.assume_recovery, "worst": args.worst, "draws": args.draws, "left": args.left });
    let header = Header::new(&tender, load::build(), common.seed, shown).edited(&what_if);
    let seconds = started.elapsed().as_secs_f64();
    let document = seal("exposure", &header, &body, json!({ "elapsed_seconds": seconds, "threads": common.threads }))?;
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    output.result(&document, &text(&body, &tender.settings.currency));
    Ok(Exit::Done)
}
