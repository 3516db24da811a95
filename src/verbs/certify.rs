//! `ballast certify`: re-computes an award from a file.

use ballast_domain::certificate::certify;
use ballast_exchange::documents::award::{AwardBody, CellPart, Proof};
use ballast_exchange::documents::{Header, digest_of, seal};
use rust_decimal::Decimal;
use serde_json::json;

use crate::Common;
use crate::exit::{Exit, Outcome};
use crate::load::{self, Awarded};
use crate::output::Output;
use crate::stated::contradictions;

/// Re-computes cost, tiers and every rule of an award from a file, in exact arithmetic.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    files: load::AwardFiles,
    /// Relative tolerance of hard rules.
    #[arg(long, default_value = "0.000001", value_parser = super::award::tolerance, value_name = "T")]
    tolerance: Decimal,
    /// Tell today's cost and the award's cell by cell, too.
    #[arg(long)]
    by_cell: bool,
}

/// Runs the verb. An award that breaks a rule, or a file that states another cost than its lines have, ends with code 2.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    let Awarded { tender, what_if, award, document } = args.files.read(&[], output)?;
    let certificate = certify(&tender, &award, args.tolerance);

    let mut body = AwardBody::without_award("feasible", None, String::new(), Vec::new()).with_award(
        &tender,
        &award,
        &certificate,
        Proof::default(),
    );
    let mut detail = contradictions(&document, &body);
    if let Some(baseline) = body.baseline.as_mut().filter(|_| args.by_cell) {
        baseline.by_cell = CellPart::all(&tender, &certificate);
    }
    let agrees = detail.is_empty();
    if agrees {
        detail.push("re-computed from a file".to_owned());
    }
    // No fault of the award itself: whoever changes a comment has changed the document.
    if document.get("digest").is_some_and(|d| *d != digest_of(&document)) {
        detail.push("the document was changed after it was written: its digest does not fit".to_owned());
    }
    body.detail = detail.join("; ");
    let header =
        Header::new(&tender, load::build(), common.seed, json!({ "tolerance": args.tolerance })).edited(&what_if);
    let sealed = seal("award", &header, &body, json!({}))?;
    output.result(&sealed, &super::award::text(&tender, &body));
    Ok(if certificate.verified() && agrees { Exit::Done } else { Exit::BadInput })
}
