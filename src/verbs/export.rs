//! `ballast export`: a tender in another rendering.

use std::path::PathBuf;

use ballast_exchange::hash::input_hash;
use serde_json::json;

use crate::exit::{Exit, Outcome};
use crate::load;
use crate::output::Output;

/// Writes a tender as workbook, folder or JSON file. Nothing is lost: the hash of the input stays the same.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// File that ends in .xlsx or .json, or a folder.
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

/// Runs the verb.
pub fn run(args: &Args, output: &Output) -> Outcome {
    let (tender, _) = load::edited_tender(&args.tender, &args.scenarios, output)?;
    crate::tender_file::write(&tender.draft, &args.out)?;
    let hash = input_hash(&tender.draft);
    let document = json!({
        "schema": "ballast.export/1",
        "build": load::build(),
        "input_hash": hash,
        "out": args.out.display().to_string(),
    });
    output.result(&document, &format!("the tender is in {}; {hash}", args.out.display()));
    Ok(Exit::Done)
}
