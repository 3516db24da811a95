//! `ballast coalition`: what members gain by standing together.

mod text;

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::finding::{Findings, Place};
use ballast_exchange::documents::coalition::{
    ChangePart, CoalitionBody, CorePart, HeldPart, MemberPart, SetPart, SharePart, SplitPart,
};
use ballast_exchange::documents::study::AnswerPart;
use ballast_studies::coalition::{
    Change, Coalition, MOST, Question, Set, Split, Stability, Together, Way, buyers, coalition, of, singles,
};
use rust_decimal::Decimal;
use serde_json::json;

use crate::exit::{Failure, Outcome};
use crate::output::Output;
use crate::study::{self, Desktop, Matter};
use crate::{Common, load, named};

/// What members gain by standing together, who must commit for a tier to hold, splits of the gain and who would object.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// Only these members are at the table; of the others it is told what their joining would bring.
    #[arg(long, value_delimiter = ',', value_name = "MEMBER,…")]
    members: Vec<String>,
    /// With more than 12 members: orders drawn from which Shapley values are estimated.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(2..=1000), value_name = "N")]
    permutations: u32,
    #[command(flatten)]
    setup: study::Setup,
}

/// The question; everything that is wrong with it at once.
fn question(args: &Args, tender: &Tender) -> Result<Question, Failure> {
    let buying = buyers(tender);
    let mut found = Findings::default();
    let mut members = if args.members.is_empty() { buying.clone() } else { Vec::new() };
    for id in &args.members {
        match named::find("--members", "member", id, tender.members.enumerate(), &mut found) {
            Some(ix) if !buying.contains(&ix) => {
                let expected = "a member with demand at some site";
                found.error("buys_nothing", Place::file("--members"), id, expected, "leave it out");
            }
            Some(ix) if !members.contains(&ix) => members.push(ix),
            _ => {}
        }
    }
    members.sort_unstable();
    if !found.has_errors() && !(2..=MOST).contains(&members.len()) {
        let expected = format!("2 to {MOST} members with demand");
        let fix = "name who is at the table with --members; who owns a site says `sites.member`";
        found.error("out_of_range", Place::file("--members"), members.len().to_string(), expected, fix);
    }
    if found.has_errors() {
        return Err(load::faults("the question cannot be asked", &found));
    }
    Ok(Question { members, permutations: args.permutations as usize })
}

/// What became of a set; its award is not kept.
fn answer(set: &Together) -> AnswerPart {
    let mut part = study::answer(&set.answer);
    part.value = set.value;
    part.gap_money = part.value.zip(part.bound).map(|(v, b)| (v - b).max(Decimal::ZERO));
    part
}

fn change(tender: &Tender, c: &Change) -> ChangePart {
    ChangePart {
        member: tender.members[c.member].clone(),
        alone: answer(&c.alone),
        others: c.others,
        worth: c.worth,
        proven: study::interval(c.proven),
        impossible: c.impossible,
    }
}

fn split(tender: &Tender, found: &Coalition, split: &Split) -> SplitPart {
    let (stability, objection) = match split.stability {
        Stability::Accepted => ("accepted", None),
        Stability::Unopposed => ("unopposed", None),
        Stability::Open => ("open", None),
        Stability::Objected(objection) => ("objected", Some(objection)),
    };
    let share = |(i, s): (usize, &ballast_studies::coalition::Share)| SharePart {
        member: tender.members[found.game.members[i]].clone(),
        pays: s.pays,
        gains: s.gains,
        proven: study::interval(s.proven),
    };
    SplitPart {
        way: match split.way {
            Way::Volume => "volume",
            Way::Shapley => "shapley",
            Way::Sampled => "shapley_sampled",
            Way::LeastCore => "least_core",
        }
        .to_owned(),
        shares: split.shares.iter().enumerate().map(share).collect(),
        stability: stability.to_owned(),
        objects: objection.map_or_else(Vec::new, |o| found.game.names(tender, o.set)),
        by: objection.map(|o| o.by),
    }
}

fn body(tender: &Tender, found: &Coalition) -> CoalitionBody {
    let game = &found.game;
    let set = |(set, together): (&Set, &Together)| {
        let worth = game.worth(*set);
        SetPart {
            members: game.names(tender, *set),
            answer: answer(together),
            worth: worth.map(|w| w.0),
            proven: study::interval(worth.map(|w| w.1).unwrap_or_default()),
        }
    };
    let mut sets: Vec<(&Set, &Together)> = game.sets.iter().collect();
    sets.sort_by_key(|(s, _)| (s.count_ones(), **s));
    let members = game.members.iter().zip(&found.volumes).zip(&found.leaving);
    let worth = game.worth(game.all());
    CoalitionBody {
        members: members
            .map(|((ix, volume), leaving)| MemberPart {
                member: tender.members[*ix].clone(),
                volume: *volume,
                alone: answer(&leaving.alone),
            })
            .collect(),
        volume_of: found.volume_of.to_owned(),
        exact: found.exact,
        together: game.sets.get(&game.all()).map(answer).unwrap_or_default(),
        apart: singles(game.all()).map(|i| game.sets.get(&of(i))?.value).sum(),
        saves: worth.map(|w| w.0),
        proven: study::interval(worth.map(|w| w.1).unwrap_or_default()),
        sets: sets.into_iter().map(set).collect(),
        splits: found.splits.iter().map(|s| split(tender, found, s)).collect(),
        core: found.core.as_ref().map(|c| CorePart { empty: c.empty, excess: c.excess }),
        leaving: found.leaving.iter().map(|c| change(tender, c)).collect(),
        joining: found.joining.iter().map(|c| change(tender, c)).collect(),
        tiers: found
            .tiers
            .iter()
            .map(|t| HeldPart {
                schedule: tender.schedules[t.schedule].id.clone(),
                from: t.from,
                smallest: t.smallest.iter().map(|s| game.names(tender, *s)).collect(),
                as_small: t.as_small,
                needed: game.names(tender, t.needed),
            })
            .collect(),
    }
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let question = question(args, tender)?;
    let mut desk = Desktop::new(&args.setup.limits, common, output, "coalition")?;
    let found = coalition(&*desk.engine, &matter.tables(), tender, &question, &desk.settings, &desk.watcher);
    desk.close();
    let found = found.map_err(|findings| load::faults("the question cannot be asked of this tender", &findings))?;
    let body = body(tender, &found);
    let options = json!({ "members": args.members, "permutations": args.permutations });
    desk.finish(&matter, "coalition", options, &body, &text::text(tender, &body))?;
    Ok(study::exit([&body.together].into_iter()))
}
