//! `ballast alternatives`: different but as good.

use std::path::PathBuf;

use ballast_exchange::documents::explain::{AlternativePart, AlternativesBody};
use ballast_studies::alternatives::{Ended, alternatives};
use rust_decimal::Decimal;
use serde_json::json;

use crate::Common;
use crate::exit::Outcome;
use crate::output::{Output, money, percent, table};
use crate::proven::more_or_less;
use crate::study::{self, Desktop, Matter, signed};
use crate::verbs::award::within;

/// Awards that cost nearly as little with winners as different as possible, and the gap to the second best.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// How much dearer than the best an alternative may be, as a fraction.
    #[arg(long, default_value = "0.02", value_parser = within, value_name = "FRACTION")]
    within: Decimal,
    /// Alternatives looked for.
    #[arg(long, default_value_t = 5, value_name = "N")]
    count: usize,
    #[command(flatten)]
    setup: study::Setup,
}

fn text(body: &AlternativesBody) -> String {
    let mut text = match body.best.value {
        Some(value) => format!("  best      {}\n", money(value)),
        None => format!("  best      {} {}\n", body.best.termination.replace('_', " "), body.best.detail),
    };
    match body.second_best.value {
        Some(value) => text.push_str(&format!(
            "  second    {} with other winners in some need: {}, proven\n",
            money(value),
            more_or_less(body.second_best_gap)
        )),
        None if body.second_best.termination == "infeasible" => {
            text.push_str("  second    there is none: no award has other winners in any need, proven\n");
        }
        None if body.best.value.is_some() => {
            let second = &body.second_best;
            text.push_str(&format!("  second    {}: {}\n", second.termination.replace('_', " "), second.detail));
        }
        None => {}
    }
    let row = |(i, a): (usize, &AlternativePart)| {
        vec![
            (i + 1).to_string(),
            a.answer.value.map(money).unwrap_or_default(),
            signed(a.dearer),
            percent(a.difference.moved),
            percent(a.shared),
            a.difference.won.join(", "),
            a.difference.lost.join(", "),
        ]
    };
    let rows: Vec<Vec<String>> = body.alternatives.iter().enumerate().map(row).collect();
    if !rows.is_empty() {
        let header = ["", "cost", "more", "volume moved", "same winners", "suppliers won", "suppliers lost"];
        text.push_str(&format!("\n{}", table(&header, &rows)));
    }
    let cap = format!("{} %", (body.within * Decimal::ONE_HUNDRED).normalize());
    let listed = if body.alternatives.is_empty() { "" } else { " than those above" };
    match body.ended.as_str() {
        "none_other" => {
            text.push_str(&format!("\n  no award at most {cap} dearer has other winners{listed}, proven\n"));
        }
        "stopped" if body.best.value.is_some() => {
            text.push_str("\n  the search was ended by a limit; there may be more\n");
        }
        _ => {}
    }
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let mut desk = Desktop::new(&args.setup.limits, common, output, "alternatives")?;
    let found = alternatives(&*desk.engine, tender, args.within, args.count, &desk.settings, &desk.watcher);
    desk.close();
    let part = |a: &ballast_studies::alternatives::Alternative| AlternativePart {
        answer: study::answer(&a.answer),
        dearer: a.dearer,
        shared: a.shared.share,
        shared_bound: a.shared.bound,
        difference: (&a.difference).into(),
    };
    let body = AlternativesBody {
        within: args.within,
        best: study::answer(&found.best),
        second_best: study::answer(&found.second),
        second_best_gap: study::interval(found.second_gap),
        alternatives: found.others.iter().map(part).collect(),
        ended: match found.ended {
            Ended::Enough => "enough",
            Ended::NoneOther => "none_other",
            Ended::Stopped => "stopped",
        }
        .to_owned(),
    };
    let options = json!({ "within": args.within, "count": args.count });
    desk.finish(&matter, "alternatives", options, &body, &format!("{}\n{}", tender.settings.name, text(&body)))?;
    Ok(study::exit([&body.best].into_iter()))
}
