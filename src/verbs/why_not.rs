//! `ballast why-not`: what stands between a bid and winning.

mod text;

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::cell::nearest;
use ballast_exchange::documents::explain::WhyNotBody;
use ballast_studies::why_not::{Question, RULE, Refused, Subject, Tried, Verdict, why_not};
use rust_decimal::Decimal;
use serde_json::json;

use crate::Common;
use crate::exit::{Failure, Outcome};
use crate::load;
use crate::output::Output;
use crate::study::{self, Desktop, Matter};

/// The best award with a supplier or product against the best without it, and the price at which it would win.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// A supplier or a product, by id.
    #[arg(value_name = "SUPPLIER|PRODUCT")]
    subject: String,
    /// Only at this site.
    site: Option<String>,
    /// The least share of the demand it may serve, by reference price.
    #[arg(long, default_value = "0.01", value_parser = share, value_name = "FRACTION")]
    share: Decimal,
    #[command(flatten)]
    setup: study::Setup,
}

fn share(text: &str) -> Result<Decimal, String> {
    let value = Decimal::from_str_exact(text).map_err(|_| "a fraction such as 0.1".to_owned())?;
    (value > Decimal::ZERO && value <= Decimal::ONE)
        .then_some(value)
        .ok_or_else(|| "a fraction above 0, at most 1".to_owned())
}

fn unknown<'a>(what: &str, id: &str, known: impl Iterator<Item = &'a String>) -> Failure {
    let near = nearest(id, known.map(String::as_str)).map(|near| format!("; did you mean `{near}`?"));
    Failure::input(format!("the tender has no {what} `{id}`{}", near.unwrap_or_default()))
}

fn question(args: &Args, tender: &Tender) -> Result<Question, Failure> {
    let known = |ids: Vec<&String>, id: &str| ids.iter().any(|k| *k == id);
    let subject = match &args.subject {
        id if known(tender.suppliers.iter().map(|s| &s.id).collect(), id) => Subject::Supplier(id.clone()),
        id if known(tender.products.iter().map(|p| &p.id).collect(), id) => Subject::Product(id.clone()),
        id => {
            let all = tender.suppliers.iter().map(|s| &s.id).chain(tender.products.iter().map(|p| &p.id));
            return Err(unknown("supplier and no product", id, all));
        }
    };
    if let Some(site) = args.site.as_ref().filter(|s| !known(tender.sites.iter().map(|s| &s.id).collect(), s)) {
        return Err(unknown("site", site, tender.sites.iter().map(|s| &s.id)));
    }
    Ok(Question { subject, site: args.site.clone(), share: args.share })
}

/// Neighbouring factors that win, as ranges.
fn wins(tried: &[Tried]) -> Vec<[Decimal; 2]> {
    let runs = tried.chunk_by(|a, b| a.verdict == b.verdict);
    let winning = runs.filter(|r| r[0].verdict == Verdict::Wins);
    winning.map(|r| [r[0].factor, r[r.len() - 1].factor]).collect()
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let question = question(args, tender)?;
    let mut desk = Desktop::new(&args.setup.limits, common, output, "why-not")?;
    let found = why_not(&*desk.engine, &raw, tender, &question, &desk.settings, &desk.watcher);
    desk.close();
    let found = found.map_err(|refused| match refused {
        Refused::ServesNothing => Failure::input(format!("{} may serve nothing there", args.subject)),
        Refused::Edits(findings) => load::faults("the question cannot be asked of this tender", &findings),
    })?;
    let body = WhyNotBody {
        subject: args.subject.clone(),
        site: args.site.clone(),
        share: args.share,
        with: study::answer_beside(&found.with, RULE),
        without: study::answer_beside(&found.without, RULE),
        dearer: study::interval(found.dearer),
        difference: found.difference.as_ref().map(Into::into),
        many_flips: found.many_flips.clone(),
        everywhere: found.everywhere.clone(),
        caveats: found.caveats.clone(),
        proven_winning: found.flip.0,
        proven_losing: found.flip.1,
        tried: found.tried.iter().map(study::tried).collect(),
        wins: wins(&found.tried),
    };
    let options = json!({ "subject": args.subject, "site": args.site, "share": args.share });
    desk.finish(&matter, "why-not", options, &body, &format!("{}\n{}", tender.settings.name, text::text(&body)))?;
    Ok(study::exit([&body.with, &body.without].into_iter()))
}
