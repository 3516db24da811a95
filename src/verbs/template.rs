//! `ballast template`: a workbook to fill in.

use std::path::PathBuf;

use ballast_exchange::tender::write_template;
use serde_json::json;

use crate::exit::{Exit, Outcome};
use crate::load;
use crate::output::Output;

/// Writes a workbook to fill in: a sheet per table, notes at the heads, lists to choose from.
#[derive(clap::Args)]
pub struct Args {
    /// A tender to fill it with.
    tender: Option<PathBuf>,
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// File that ends in .xlsx.
    #[arg(long, value_name = "FILE.xlsx")]
    out: PathBuf,
    /// With a sheet of bids: a row per need, a group of columns per supplier.
    #[arg(long)]
    wide: bool,
}

/// Runs the verb.
pub fn run(args: &Args, output: &Output) -> Outcome {
    let read = |path| load::edited_tender(path, &args.scenarios, output).map(|(tender, _)| tender);
    let tender = args.tender.as_deref().map(read).transpose()?;
    let bytes = write_template(tender.as_ref().map(|t| &t.draft), args.wide)?;
    crate::out::write_bytes(&args.out, &bytes)?;
    let out = args.out.display().to_string();
    let document = json!({ "schema": "ballast.template/1", "build": load::build(), "out": out });
    output.result(&document, &format!("the template is in {out}; `ballast check {out}` reads it once it is filled in"));
    Ok(Exit::Done)
}
