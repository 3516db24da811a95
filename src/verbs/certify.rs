//! `ballast certify`: re-computes an award from a file.

use std::path::PathBuf;

use ballast_domain::certificate::certify;
use ballast_exchange::documents::award::{AwardBody, Proof};
use ballast_exchange::documents::{Header, digest_of, seal};
use rust_decimal::Decimal;
use serde_json::json;

use crate::Common;
use crate::exit::{Exit, Outcome};
use crate::load;
use crate::output::Output;

/// Re-computes cost, tiers and every rule of an award from a file, in exact arithmetic.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, or a JSON file.
    tender: PathBuf,
    /// Award document (`ballast award --out`).
    award: PathBuf,
    /// Relative tolerance of hard rules.
    #[arg(long, default_value = "0.000001", value_name = "T")]
    tolerance: Decimal,
}

/// Runs the verb. An award that breaks a rule ends with code 2.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let tender = load::tender(&args.tender, output)?;
    let (award, document) = load::award(&tender, &args.award, output)?;
    let certificate = certify(&tender, &award, args.tolerance);

    let mut detail = "re-computed from a file".to_owned();
    let stated: Option<Decimal> = document.get("value").and_then(|v| serde_json::from_value(v.clone()).ok());
    let mut agrees = true;
    if let Some(stated) = stated.filter(|s| *s != certificate.costs.value) {
        agrees = false;
        detail = format!("the file states a cost of {stated}, re-computed it is {}", certificate.costs.value);
    }
    if document.get("digest").is_some_and(|d| *d != digest_of(&document)) {
        output.note("the document was changed after it was written: its digest does not fit");
    }
    let body = AwardBody::without_award("feasible", None, detail, Vec::new()).with_award(&tender, &award, &certificate, Proof::default());
    let header = Header::new(&tender, load::build(), common.seed, json!({ "tolerance": args.tolerance }));
    let sealed = seal("award", &header, &body, json!({}))?;
    output.result(&sealed, &super::award::text(&tender, &body));
    Ok(if certificate.verified() && agrees { Exit::Done } else { Exit::BadInput })
}
