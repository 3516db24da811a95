//! `ballast report`: the committee report, one self-contained page.

use std::path::{Path, PathBuf};

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_exchange::documents::{Header, seal};
use ballast_exchange::report::{Report, SourceError, Sources};
use serde_json::{Value, json};

use crate::exit::{Exit, Failure, Outcome};
use crate::output::Output;
use crate::{load, out};

/// Writes the committee report: decision, cost, rules, stress tests, reserves, assumptions, certificate.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    pub tender: PathBuf,
    #[command(flatten)]
    pub scenarios: load::Scenarios,
    /// Award document (`ballast award --out`).
    pub award: PathBuf,
    /// Exposure, stress, replay and reserve documents of this award; each becomes a section.
    #[arg(value_name = "EXPOSURE|STRESS|REPLAY|RESERVE")]
    pub further: Vec<PathBuf>,
    /// Write the page (HTML) here.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// What a document without an award has to say for itself.
fn no_award(path: &Path, document: &Value) -> Option<Failure> {
    let is_award = document.get("schema").and_then(Value::as_str) == Some("ballast.award/1");
    let lines = document.get("lines").and_then(Value::as_array).map_or(0, Vec::len);
    if !is_award || lines > 0 {
        return None;
    }
    let word = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or("no award").replace('_', " ");
    let mut message = format!(
        "there is nothing to report: {} holds no award ({}: {})",
        path.display(),
        word("termination"),
        word("detail")
    );
    for reason in document.get("reasons").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        message.push_str(&format!("\n  because {reason}"));
    }
    Some(Failure::input(message))
}

fn refused(error: SourceError) -> Failure {
    Failure::input(error.to_string())
}

/// Writes the page; gives the report document and a line about it.
pub fn make(args: &Args, output: &Output) -> Result<(Value, String), Failure> {
    if let Some(failure) = no_award(&args.award, &load::json(&args.award)?) {
        return Err(failure);
    }
    let (tender, what_if) = load::edited_tender(&args.tender, &args.scenarios, output)?;
    let (award, document) = load::award(&tender, &args.award, output)?;
    load::must_verify(&tender, &award)?;
    let certificate = certify(&tender, &award, default_tolerance());

    let file = |path: &Path| path.display().to_string();
    let seed = document.get("seed").and_then(Value::as_u64).unwrap_or(0);
    let named = (file(&args.award), document);
    let mut sources =
        Sources::new(&tender, file(&args.tender), (&award, &certificate), named, load::build()).map_err(refused)?;
    for path in &args.further {
        sources.add(file(path), load::json(path)?).map_err(refused)?;
    }
    for warning in &sources.warnings {
        output.note(&format!("warning: {warning}"));
    }
    let report = Report::new(&sources)?;
    let page = report.html()?;
    out::write_bytes(&args.out, page.as_bytes())?;
    let sealed =
        seal("report", &Header::new(&tender, load::build(), seed, json!({})).edited(&what_if), &report, json!({}))?;
    let line = format!("{}: {} sections, {} kB", args.out.display(), report.sections.len(), page.len().div_ceil(1000));
    Ok((sealed, line))
}

/// Runs the verb.
pub fn run(args: &Args, output: &Output) -> Outcome {
    let (document, line) = make(args, output)?;
    output.result(&document, &line);
    Ok(Exit::Done)
}
