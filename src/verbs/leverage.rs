//! `ballast leverage`: what each side loses if a supplier walks away.

mod text;

use std::path::PathBuf;

use ballast_domain::Tender;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::index::{NeedIx, SupplierIx};
use ballast_exchange::documents::leverage::{LeverageBody, WalkPart};
use ballast_studies::leverage::{RULE, Walk, bidders, leverage};
use serde_json::json;

use crate::exit::{Failure, Outcome};
use crate::output::Output;
use crate::study::{self, Desktop, Matter};
use crate::{Common, load, named};

/// For every supplier what the buyer loses if it walks away, and what the supplier loses.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    /// Only these suppliers.
    #[arg(long, value_delimiter = ',', value_name = "SUPPLIER,…")]
    suppliers: Vec<String>,
    #[command(flatten)]
    setup: study::Setup,
}

/// The suppliers asked for, all that may serve some demand if none is named.
fn asked(args: &Args, tender: &Tender) -> Result<Vec<SupplierIx>, Failure> {
    let bidding = bidders(tender);
    if args.suppliers.is_empty() {
        return match bidding.is_empty() {
            true => Err(Failure::input("no supplier may serve any demand of the tender; `ballast check` says why")),
            false => Ok(bidding),
        };
    }
    let (mut asked, mut found) = (Vec::new(), Findings::default());
    for id in &args.suppliers {
        let known = tender.suppliers.enumerate().map(|(ix, s)| (ix, &s.id));
        match named::find("--suppliers", "supplier", id, known, &mut found) {
            Some(ix) if !bidding.contains(&ix) => {
                let expected = "a supplier that may serve some demand";
                let fix = "leave it out: it sells nothing, so nobody loses anything";
                found.error("serves_nothing", Place::file("--suppliers"), id, expected, fix);
            }
            Some(ix) if !asked.contains(&ix) => asked.push(ix),
            _ => {}
        }
    }
    if found.has_errors() { Err(load::faults("the question cannot be asked", &found)) } else { Ok(asked) }
}

fn part(tender: &Tender, walk: &Walk) -> WalkPart {
    let needs = |list: &[NeedIx]| list.iter().map(|n| tender.needs[*n].id.clone()).collect();
    WalkPart {
        supplier: tender.suppliers[walk.supplier].id.clone(),
        supplier_loses: walk.spend,
        serves: needs(&walk.serves),
        buyer_loses: walk.loss,
        proven: study::interval(walk.proven),
        cannot_help: walk.cannot_help,
        without: walk.answer.as_ref().map(|a| study::answer_beside(a, RULE)),
        indispensable: walk.indispensable(),
        needed_for: needs(&walk.needed_for),
        open: needs(&walk.open),
        difference: walk.difference.as_ref().map(Into::into),
    }
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let matter = Matter::read(&args.tender, &args.setup, output)?;
    let tender = &matter.tender;
    let raw = matter.tables();
    let suppliers = asked(args, tender)?;
    let mut desk = Desktop::new(&args.setup.limits, common, output, "leverage")?;
    let found = leverage(&*desk.engine, &raw, tender, &suppliers, &desk.settings, &desk.watcher);
    desk.close();
    let found = found.map_err(|findings| load::faults("the question cannot be asked of this tender", &findings))?;
    let mut base = study::answer(&found.base);
    base.value = found.value;
    base.gap_money = base.value.zip(base.bound).map(|(v, b)| (v - b).max(rust_decimal::Decimal::ZERO));
    let mut rows: Vec<WalkPart> = found.walks.iter().map(|w| part(tender, w)).collect();
    rows.sort_by_key(|r| (!r.indispensable, std::cmp::Reverse(r.buyer_loses), std::cmp::Reverse(r.supplier_loses)));
    let body = LeverageBody { base, suppliers: rows };
    let options = json!({ "suppliers": args.suppliers });
    desk.finish(&matter, "leverage", options, &body, &text::text(tender, &body))?;
    Ok(study::exit([&body.base].into_iter()))
}
