//! `ballast targets`: which prices to ask for, so that a saving is reached.

mod text;

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::finding::{Findings, Place};
use ballast_exchange::documents::targets::{MovePart, TargetsBody};
use ballast_studies::targets::{Goal, Targets, targets};
use rust_decimal::Decimal;
use serde_json::json;

use crate::exit::Outcome;
use crate::output::{Output, money};
use crate::study::{self, Desktop, Matter};
use crate::{Common, load};

/// The cheapest set of price moves, by supplier and within the room of table `room`, that reaches a savings goal.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// The saving wanted: a part of the value now, such as 5%, or money over the contract.
    #[arg(long, value_parser = goal, value_name = "5%|AMOUNT")]
    save: (Goal, String),
    #[command(flatten)]
    setup: study::Setup,
}

fn goal(text: &str) -> Result<(Goal, String), String> {
    let expected = || "a part such as 5%, or an amount of money, above 0".to_owned();
    let number = |text: &str| Decimal::from_str_exact(text.trim()).map_err(|_| expected());
    let (goal, value) = match text.strip_suffix('%') {
        Some(percent) => {
            let part = number(percent)? / Decimal::ONE_HUNDRED;
            (Goal::Fraction(part), part)
        }
        None => number(text).map(|amount| (Goal::Amount(amount), amount))?,
    };
    let whole = matches!(goal, Goal::Fraction(part) if part >= Decimal::ONE);
    if value <= Decimal::ZERO || whole { Err(expected()) } else { Ok((goal, text.to_owned())) }
}

fn body(tender: &Tender, found: &Targets) -> TargetsBody {
    let part = |m: &ballast_studies::targets::Move| MovePart {
        supplier: tender.suppliers[m.supplier].id.clone(),
        offer: tender.offers[m.offer].id.clone(),
        now: m.now,
        target: m.target,
        lowest: m.lowest,
        gives: m.gives,
    };
    let reached = found.reached.as_ref();
    TargetsBody {
        base: study::answer(&found.base),
        goal: found.goal,
        full: study::answer(&found.full),
        most: found.most.0,
        most_proven: found.most.1,
        outcome: match (reached, found.beyond) {
            (Some(_), _) => "reached",
            (None, true) => "beyond",
            (None, false) => "open",
        }
        .to_owned(),
        moves: reached.map_or_else(Vec::new, |r| r.moves.iter().map(part).collect()),
        answer: reached.map(|r| study::answer(&r.answer)),
        concedes: reached.map(|r| r.concedes),
        at_least: found.at_least.filter(|_| reached.is_some()),
        counts: found.counts.clone(),
        difference: reached.and_then(|r| r.difference.as_ref()).map(Into::into),
    }
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    if tender.room.is_empty() {
        let mut found = Findings::default();
        let fix = "add rows: offer, lowest_price; docs/tender-format.md has the columns";
        found.error("empty_table", Place::file("room"), "", "a row for each offer whose price may come down", fix);
        return Err(load::faults("the question cannot be asked of this tender", &found));
    }
    let mut desk = Desktop::new(&args.setup.limits, common, output, "targets")?;
    let found = targets(&*desk.engine, &matter.tables(), tender, args.save.0, &desk.settings, &desk.watcher);
    desk.close();
    let found = found.map_err(|findings| load::faults("the question cannot be asked of this tender", &findings))?;
    if found.reached.is_none() && found.beyond {
        let most = found.most.0.unwrap_or_default();
        let mut wrong = Findings::default();
        let expected =
            format!("a saving that the room allows; with all prices at their lowest it is {}", money(most.floor()));
        let fix = match found.most.1.filter(|p| money(p.ceil()) != money(most.floor())) {
            Some(proven) => format!(
                "ask for less, or widen `room`; more than {} is proven to be out of reach",
                money(proven.ceil())
            ),
            None => "ask for less, or widen `room`".to_owned(),
        };
        wrong.error("out_of_reach", Place::file("--save"), &args.save.1, expected, fix);
        return Err(load::faults("the goal cannot be reached", &wrong));
    }
    let body = body(tender, &found);
    desk.finish(&matter, "targets", json!({ "save": args.save.1 }), &body, &text::text(tender, &body))?;
    Ok(study::exit([&body.base].into_iter()))
}
