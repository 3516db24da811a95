//! `ballast frontier`: cost against something else.

use std::path::PathBuf;

use ballast_exchange::documents::explain::{BoundPart, FrontierBody, PointPart};
use ballast_studies::frontier::{Against, frontier};
use rust_decimal::prelude::ToPrimitive;
use serde_json::json;

use crate::Common;
use crate::exit::Outcome;
use crate::load;
use crate::output::{Output, money, table};
use crate::proven::several;
use crate::study::{self, Desktop, Matter};

/// What cost may be set against.
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum What {
    /// Mean preference of clinicians.
    Preference,
    /// Number of suppliers.
    Suppliers,
    /// Mean of the product attribute `emissions`.
    Emissions,
    /// Largest share of a supplier.
    Concentration,
    /// Part of the volume that leaves its incumbents.
    Moved,
}

impl What {
    fn against(self) -> (Against, &'static str) {
        match self {
            Self::Preference => (Against::Preference, "preference"),
            Self::Suppliers => (Against::Suppliers, "suppliers"),
            Self::Emissions => (Against::Emissions, "emissions"),
            Self::Concentration => (Against::Concentration, "concentration"),
            Self::Moved => (Against::Moved, "moved"),
        }
    }
}

/// What a step towards more preference, fewer suppliers, less emissions, concentration or change costs.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// What cost is set against.
    #[arg(long, value_enum, value_name = "WHAT")]
    against: What,
    /// Points decided, the two ends among them.
    #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u32).range(2..=200), value_name = "N")]
    points: u32,
    #[command(flatten)]
    setup: study::Setup,
}

/// A measure in its own unit: suppliers are counted, shares are percentages, scores and emissions keep four decimals.
fn natural(against: Against, measure: f64) -> String {
    match against {
        Against::Suppliers => format!("{measure:.0}"),
        Against::Concentration | Against::Moved => format!("{:.2} %", measure * 100.0),
        Against::Preference | Against::Emissions => format!("{measure:.4}"),
    }
}

/// What is proven about the far end: rounded away from it and past the last point as printed, so that what is printed is
/// proven as well and contradicts no point.
fn far_end(against: Against, body: &FrontierBody) -> String {
    let last = body.points.last().map_or(f64::NAN, |p| p.measure);
    let Some(at) = body.nothing_at.filter(|at| *at > 0.0 || against.more()) else { return String::new() };
    let unit = 1e-4;
    let (away, further) = match against.more() {
        true => ((at / unit - 1e-6).ceil() * unit, unit),
        false => ((at / unit + 1e-6).floor() * unit, -unit),
    };
    let away = if natural(against, away) == natural(against, last) { away + further } else { away };
    let than = match against {
        Against::Preference => "or more",
        Against::Suppliers => "or fewer",
        Against::Emissions | Against::Concentration | Against::Moved => "or less",
    };
    format!("\n  far end: no award has {} {than}, proven\n", natural(against, away))
}

fn text(against: Against, body: &FrontierBody) -> String {
    let row = |p: &PointPart| {
        vec![
            natural(against, p.measure),
            p.answer.value.map(money).unwrap_or_default(),
            p.answer.bound.map(money).unwrap_or_default(),
            if p.knee { "knee".to_owned() } else { String::new() },
        ]
    };
    let rows: Vec<Vec<String>> = body.points.iter().map(row).collect();
    let mut text = table(&[&body.measure, "cost", "no award below", ""], &rows);
    text.push_str(&far_end(against, body));
    if body.dominated > 0 {
        text.push_str(&format!("\n  left out: {} beaten in both\n", several(body.dominated, "point")));
    }
    for bound in &body.without_award {
        let why = bound.answer.termination.replace('_', " ");
        let at = natural(against, bound.asked.to_f64().unwrap_or(f64::NAN));
        text.push_str(&format!("  at {at}: {why}; {}\n", bound.answer.detail));
    }
    text
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let (against, word) = args.against.against();
    let mut desk = Desktop::new(&args.setup.limits, common, output, "frontier")?;
    let found = frontier(&*desk.engine, &raw, against, args.points as usize, &desk.settings, &desk.watcher)
        .map_err(|f| load::faults(&format!("{} cannot be measured in this tender", against.words()), &f));
    desk.close();
    let found = found?;
    let point = |p: &ballast_studies::frontier::Point| PointPart {
        asked: p.asked,
        measure: p.measure,
        answer: study::answer(&p.answer),
        knee: p.knee,
    };
    let body = FrontierBody {
        against: word.to_owned(),
        measure: against.words().to_owned(),
        better: if against.more() { "more" } else { "less" }.to_owned(),
        points: found.points.iter().map(point).collect(),
        dominated: found.dominated,
        nothing_at: found.nothing_at,
        without_award: found
            .without_award
            .iter()
            .map(|(asked, answer)| BoundPart { asked: *asked, answer: study::answer(answer) })
            .collect(),
    };
    let options = json!({ "against": word, "points": args.points });
    desk.finish(&matter, "frontier", options, &body, &format!("{}\n\n{}", tender.settings.name, text(against, &body)))?;
    let answers = body.points.iter().map(|p| &p.answer).chain(body.without_award.iter().map(|b| &b.answer));
    Ok(study::exit(answers))
}
