//! `ballast win-curve`: what a bidder is awarded against its price.

mod text;

pub use text::change;

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::finding::{Findings, Place};
use ballast_exchange::documents::win_curve::{FlipPart, PointPart, UnitsPart, WinCurveBody};
use ballast_studies::win_curve::{Flip, Point, Question, Refused, Subject, WinCurve, win_curve};
use rust_decimal::Decimal;
use serde_json::json;

use crate::exit::{Failure, Outcome};
use crate::output::Output;
use crate::study::{self, Desktop, Matter};
use crate::{Common, load, named};

/// Awarded units, share and the buyer's total against a bidder's price, with every flip as a proven interval.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// All prices of this supplier.
    #[arg(long, value_name = "SUPPLIER", required_unless_present = "offer", conflicts_with = "offer")]
    supplier: Option<String>,
    /// The price of this offer.
    #[arg(long, value_name = "OFFER")]
    offer: Option<String>,
    /// The least change of the price, as a fraction of it.
    #[arg(long, default_value = "-0.3", allow_hyphen_values = true, value_name = "FRACTION")]
    from: Decimal,
    /// The greatest change of the price.
    #[arg(long, default_value = "0.1", allow_hyphen_values = true, value_name = "FRACTION")]
    to: Decimal,
    /// Steps of the grid between them.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=200), value_name = "N")]
    steps: u32,
    /// Enclose flips to this width of the price, as a fraction of it.
    #[arg(long, default_value = "0.001", value_name = "FRACTION")]
    width: Decimal,
    /// Do not look into changes of the share up to this.
    #[arg(long, default_value = "0.01", value_name = "FRACTION")]
    change: Decimal,
    #[command(flatten)]
    setup: study::Setup,
}

/// The question; everything that is wrong with it at once.
fn question(args: &Args, tender: &Tender) -> Result<Question, Failure> {
    let mut found = Findings::default();
    let subject = match (&args.supplier, &args.offer) {
        (Some(id), _) => {
            let known = tender.suppliers.iter().map(|s| ((), &s.id));
            named::find("--supplier", "supplier", id, known, &mut found);
            Subject::Supplier(id.clone())
        }
        (None, offer) => {
            let id = offer.clone().unwrap_or_default();
            // Offers that stand for packages have no price of their own.
            let own = tender.offers.iter().filter(|o| o.package.is_none());
            named::find("--offer", "offer", &id, own.map(|o| ((), &o.id)), &mut found);
            Subject::Offer(id)
        }
    };
    let mut demand = |flag: &str, value: Decimal, fine: bool, expected: &str, fix: &str| {
        if !fine {
            found.error("out_of_range", Place::file(flag), value.to_string(), expected, fix);
        }
    };
    let (lowest, highest) = (Decimal::new(-95, 2), Decimal::from(9));
    demand("--from", args.from, args.from >= lowest, "a change of the price from -0.95 on", "-0.3 for 30 % less");
    demand("--to", args.to, args.to <= highest, "a change of the price up to 9", "0.1 for 10 % more");
    demand("--to", args.to, args.from < args.to, "more than --from", "swap the two");
    let (width, least) = (args.width, Decimal::new(1, 5));
    demand("--width", width, width >= least && width <= Decimal::ONE, "a fraction from 0.00001 to 1", "0.001");
    let change = args.change;
    demand("--change", change, change > Decimal::ZERO && change < Decimal::ONE, "a fraction above 0, below 1", "0.01");
    if found.has_errors() {
        return Err(load::faults("the question cannot be asked", &found));
    }
    let range = (Decimal::ONE + args.from, Decimal::ONE + args.to);
    Ok(Question { subject, range, steps: args.steps, width, change })
}

fn point(tender: &Tender, p: &Point) -> PointPart {
    let units = p.units.iter().map(|(n, quantity)| {
        let need = &tender.needs[*n];
        UnitsPart { need: need.id.clone(), unit: need.unit.clone(), quantity: quantity.normalize() }
    });
    PointPart {
        factor: p.factor,
        grid: p.grid,
        answer: study::answer(&p.answer),
        total: study::interval(p.total),
        share: p.share.map(|s| s.normalize()),
        units: units.collect(),
        paid: p.paid,
    }
}

fn flip(curve: &WinCurve, f: &Flip) -> FlipPart {
    let share = |factor: Decimal| curve.points.iter().find(|p| p.factor == factor)?.share.map(|s| s.normalize());
    FlipPart {
        below: f.ends.0,
        above: f.ends.1,
        share_below: share(f.ends.0),
        share_above: share(f.ends.1),
        limit: f.limit.normalize(),
        proven_below: f.proven.0,
        proven_above: f.proven.1,
        difference: f.difference.as_ref().map(Into::into),
    }
}

/// Neighbouring factors that award it more than `change`, as ranges.
fn wins(points: &[Point], change: Decimal) -> Vec<[Decimal; 2]> {
    let wins = |p: &Point| p.share.is_some_and(|s| s > change);
    let runs = points.chunk_by(|a, b| wins(a) == wins(b)).filter(|r| wins(&r[0]));
    runs.map(|r| [r[0].factor, r[r.len() - 1].factor]).collect()
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let question = question(args, tender)?;
    let mut desk = Desktop::new(&args.setup.limits, common, output, "win-curve")?;
    let found = win_curve(&*desk.engine, &raw, tender, &question, &desk.settings, &desk.watcher);
    desk.close();
    let (kind, subject) = match &question.subject {
        Subject::Supplier(id) => ("supplier", id),
        Subject::Offer(id) => ("offer", id),
    };
    let found = found.map_err(|refused| match refused {
        Refused::ServesNothing => {
            Failure::input(format!("--{kind}: `{subject}` may serve no demand; `ballast check` says why"))
        }
        Refused::NoPrice => Failure::input(format!("--{kind}: `{subject}` has no price that could be multiplied")),
        Refused::Edits(findings) => load::faults("the question cannot be asked of this tender", &findings),
    })?;
    let body = WinCurveBody {
        kind: kind.to_owned(),
        subject: subject.clone(),
        width: question.width,
        change: question.change,
        counts: found.counts.clone(),
        caveats: found.caveats.clone(),
        points: found.points.iter().map(|p| point(tender, p)).collect(),
        flips: found.flips.iter().map(|f| flip(&found, f)).collect(),
        wins: wins(&found.points, question.change),
    };
    let options = json!({ (kind): subject, "from": args.from, "to": args.to, "steps": args.steps });
    desk.finish(&matter, "win-curve", options, &body, &text::text(tender, &body))?;
    Ok(study::exit(body.points.iter().map(|p| &p.answer)))
}
