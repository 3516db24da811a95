//! `ballast replay`: one replication of a stress test, week by week.

use std::path::PathBuf;

use ballast_domain::cell::nearest;
use ballast_exchange::documents::replay::{NeedPart, ReplayBody};
use ballast_exchange::documents::{Header, seal};
use ballast_exchange::figures::replay::{figure, stacked};
use ballast_simulation::replay;
use serde_json::json;

use crate::Common;
use crate::exit::{Exit, Failure, Outcome};
use crate::load::Awarded;
use crate::output::{Output, percent, table};
use crate::{load, out, say};

/// Needs in a picture, at most.
const PANELS: usize = 8;

/// Shows one replication of a stress test week by week: what was struck, what arrived, what went unmet.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    files: load::AwardFiles,
    #[command(flatten)]
    packs: load::PackFiles,
    #[command(flatten)]
    held: load::HeldReserve,
    /// Number of the replication, as in a stress document of the same seed.
    #[arg(long, value_name = "K")]
    replication: u64,
    /// Show the weeks of this need; otherwise of the one that is short most.
    #[arg(long, value_name = "NEED")]
    need: Option<String>,
    /// Write a picture (SVG) here: of the need that was named, else of all that are short, the worst first.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Write the replay document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Unmet demand in weeks of mean demand.
fn weeks_unmet(need: &NeedPart) -> f64 {
    if need.mean_weekly_demand > 0.0 { need.unmet / need.mean_weekly_demand } else { 0.0 }
}

/// Needs by how short they are, the worst first.
fn ranked(body: &ReplayBody) -> Vec<&NeedPart> {
    let mut needs: Vec<&NeedPart> = body.needs.iter().filter(|n| n.mean_weekly_demand > 0.0).collect();
    needs.sort_by(|a, b| weeks_unmet(b).total_cmp(&weeks_unmet(a)).then_with(|| a.need.cmp(&b.need)));
    needs
}

/// The replay for people.
pub fn text(body: &ReplayBody, shown: Option<&NeedPart>) -> String {
    let struck = if body.struck.is_empty() { "nothing".to_owned() } else { body.struck.join(", ") };
    let mut text = format!("{}, replication {}: struck were {struck}\n\n", body.pack.title, body.replication);
    let rows: Vec<Vec<String>> = ranked(body)
        .into_iter()
        .map(|n| {
            let short: Vec<usize> = n.weeks.iter().filter(|w| w.unmet > 0.0).map(|w| w.week).collect();
            let span = short.first().zip(short.last()).map_or_else(String::new, |(a, b)| format!("{a} to {b}"));
            vec![n.need.clone(), format!("{:.2}", weeks_unmet(n)), format!("{}", short.len()), span]
        })
        .collect();
    let step = body.pack.step.word();
    let (short, from) = (format!("{step}s short"), format!("from {step}"));
    text.push_str(&table(&["need", "unmet, weeks", &short, &from], &rows));
    let Some(need) = shown else { return text };
    let number = |x: f64| format!("{x:.0}");
    let rows: Vec<Vec<String>> = need
        .weeks
        .iter()
        .map(|w| {
            let units = [w.demand, w.saved, w.received, w.gained, w.reserve_drawn, w.unmet, w.stock].map(number);
            [format!("{}", w.week), percent(w.capacity)].into_iter().chain(units).collect()
        })
        .collect();
    text.push_str(&format!("\n{}, {} a {step}\n\n", need.need, need.unit));
    let header =
        [step, "could ship", "demand", "saved", "arrived", "from others", "from reserve", "unmet", "stock at end"];
    text.push_str(&table(&header, &rows));
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let writes = [args.out.as_deref(), args.picture.as_deref()];
    let Awarded { tender, what_if, award, document } = args.files.verified(&writes, output)?;
    if let Some(need) = args.need.as_deref().filter(|n| !tender.needs.iter().any(|x| x.id == *n)) {
        let hint = nearest(need, tender.needs.iter().map(|n| n.id.as_str()));
        let hint = hint.map_or_else(String::new, |h| format!("; did you mean `{h}`?"));
        return Err(Failure::input(format!("--need: the tender has no need `{need}`{hint}")));
    }
    let plan = args.held.plan(&tender)?;
    let (pack, hash) = load::packs(&args.packs.files)?;
    let started = std::time::Instant::now();
    let trace =
        replay(&tender, &award, &pack, plan.as_ref(), common.seed, args.replication).map_err(|e| load::refused(&e))?;
    let award_digest = load::digest(&document);
    let body = say::replay::replay(&tender, &trace, say::pack(&pack, hash), award_digest, plan.as_ref());
    let header =
        Header::new(&tender, load::build(), common.seed, json!({ "replication": args.replication })).edited(&what_if);
    let run = json!({ "elapsed_seconds": started.elapsed().as_secs_f64() });
    let document = seal("replay", &header, &body, run)?;
    let named = |id: &String| body.needs.iter().find(|n| n.need == *id);
    let ranked = ranked(&body);
    let shown = args.need.as_ref().and_then(named).or_else(|| ranked.first().copied());
    if let Some(path) = &args.picture {
        let drawn: Vec<&NeedPart> = match (&args.need, shown) {
            (Some(_), Some(need)) => vec![need],
            _ => {
                let short = ranked.iter().enumerate().filter(|(i, n)| *i == 0 || n.unmet > 0.0);
                short.map(|(_, n)| *n).take(PANELS).collect()
            }
        };
        let name =
            |id: &str| tender.needs.iter().find(|n| n.id == id).map_or_else(|| id.to_owned(), |n| n.name.clone());
        let title = format!("{}, replication {}", body.pack.title, body.replication);
        out::write_bytes(path, stacked(&figure("replay", &title, (&drawn, body.pack.step), name)?).as_bytes())?;
    }
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    output.result(&document, &text(&body, shown));
    Ok(Exit::Done)
}
