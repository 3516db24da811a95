//! `ballast counter-bid`: what a bidder must ask to win a share, or may ask and keep it.

mod text;

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::finding::{Findings, Place};
use ballast_exchange::documents::counter_bid::{AskedPart, CounterBidBody};
use ballast_studies::counter_bid::{Question, RULE, Refused, counter_bid};
use rust_decimal::Decimal;
use serde_json::json;

use crate::exit::{Failure, Outcome};
use crate::output::Output;
use crate::study::{self, Desktop, Matter};
use crate::{Common, load, named};

/// The smallest change of a supplier's prices with which it wins a share; for one that wins it, how much dearer it may become.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// The supplier.
    #[arg(long, value_name = "SUPPLIER")]
    supplier: String,
    /// The share of the demand it may serve, by reference price.
    #[arg(long, value_name = "FRACTION")]
    share: Decimal,
    /// Of this need only; only prices of products for it change.
    #[arg(long, value_name = "NEED")]
    need: Option<String>,
    #[command(flatten)]
    setup: study::Setup,
}

/// The question; everything that is wrong with it at once.
fn question(args: &Args, tender: &Tender) -> Result<Question, Failure> {
    let mut found = Findings::default();
    let suppliers = tender.suppliers.enumerate().map(|(ix, s)| (ix, &s.id));
    let supplier = named::find("--supplier", "supplier", &args.supplier, suppliers, &mut found);
    let needs = || tender.needs.enumerate().map(|(ix, n)| (ix, &n.id));
    let need = args.need.as_ref().and_then(|id| named::find("--need", "need", id, needs(), &mut found));
    if args.share <= Decimal::ZERO || args.share > Decimal::ONE {
        let expected = "a fraction above 0, at most 1";
        found.error("out_of_range", Place::file("--share"), args.share.to_string(), expected, "0.6 for 60 %");
    }
    if let (Some(supplier), false) = (supplier, found.has_errors()) {
        let mut own = tender.candidates.iter().filter(|c| c.supplier == supplier);
        if !own.any(|c| need.is_none_or(|n| c.need == n)) {
            let what = args.need.as_ref().map_or_else(|| "demand".to_owned(), |n| format!("demand of need {n}"));
            let expected = format!("a supplier that may serve some {what}");
            let fix = "`ballast check` says what keeps its offers out";
            found.error("serves_nothing", Place::file("--supplier"), &args.supplier, expected, fix);
        }
    }
    if found.has_errors() {
        return Err(load::faults("the question cannot be asked", &found));
    }
    Ok(Question { supplier: args.supplier.clone(), need: args.need.clone(), share: args.share })
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let question = question(args, tender)?;
    let mut desk = Desktop::new(&args.setup.limits, common, output, "counter-bid")?;
    let found = counter_bid(&*desk.engine, &raw, tender, &question, &desk.settings, &desk.watcher);
    desk.close();
    let found = found.map_err(|refused| match refused {
        Refused::ServesNothing => Failure::input(format!("--supplier: `{}` may serve nothing there", args.supplier)),
        Refused::NoPrice => {
            Failure::input(format!("--supplier: `{}` has no price that could be multiplied", args.supplier))
        }
        Refused::Edits(findings) => load::faults("the question cannot be asked of this tender", &findings),
    })?;
    let body = CounterBidBody {
        supplier: question.supplier.clone(),
        need: question.need.clone(),
        share: question.share,
        with: study::answer_beside(&found.with, RULE),
        less: study::answer_beside(&found.less, RULE),
        now: study::verdict(found.now).to_owned(),
        proven_winning: found.flip.0,
        proven_losing: found.flip.1,
        offers: found
            .offers
            .iter()
            .map(|o| AskedPart { offer: tender.offers[o.offer].id.clone(), now: o.now.normalize(), winning: o.winning })
            .collect(),
        paid: found.paid,
        difference: found.difference.as_ref().map(Into::into),
        counts: found.counts.clone(),
        caveats: found.caveats.clone(),
        tried: found.tried.iter().map(study::tried).collect(),
    };
    let options = json!({ "supplier": args.supplier, "share": args.share, "need": args.need });
    desk.finish(&matter, "counter-bid", options, &body, &format!("{}\n{}", tender.settings.name, text::text(&body)))?;
    Ok(study::exit([&body.with, &body.less].into_iter()))
}
