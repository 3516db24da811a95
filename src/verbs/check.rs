//! `ballast check`: reads a tender and says all that was found.

use std::path::{Path, PathBuf};

use ballast_domain::{Findings, Severity};
use ballast_exchange::documents::check::CheckBody;
use ballast_exchange::documents::seal;
use ballast_exchange::tender::packed::{Contents, Refusal};
use serde_json::json;

use crate::exit::{Exit, Failure, Outcome};
use crate::load;
use crate::output::{Output, table};
use crate::proven::several;

/// Reads a tender and reports all findings at once.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// Warnings count as errors.
    #[arg(long)]
    strict: bool,
    /// Write the canonical tender: a folder, or a file that ends in .json or .xlsx.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Write a copy of the workbook with the findings in it: at their cells, and on a sheet `Issues`.
    #[arg(long, value_name = "FILE.xlsx")]
    annotate: Option<PathBuf>,
}

/// Writes the copy with its findings. What could not be opened has no copy; the findings are printed all the same.
fn annotate(contents: Option<&Result<Contents, Refusal>>, findings: &Findings, copy: &Path) -> Result<(), Failure> {
    let Some(contents) = contents else {
        return Err(Failure::input("--annotate takes a tender that is a workbook (.xlsx)"));
    };
    let Ok(contents) = contents else { return Ok(()) };
    match contents.annotated(findings)? {
        Some(bytes) => Ok(crate::out::write_bytes(copy, &bytes)?),
        None => Err(Failure::input("--annotate takes a workbook, not a zip archive of a folder")),
    }
}

fn same_file(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Runs the verb.
pub fn run(args: &Args, output: &Output) -> Outcome {
    if let Some(copy) = &args.annotate {
        // What the file itself says wrongly: edits of a scenario have no cell in it.
        if same_file(&args.tender, copy) {
            return Err(Failure::input("--annotate writes a copy, which does not keep everything: name another file"));
        }
        let (contents, reading) = crate::tender_file::open(&args.tender);
        annotate(contents.as_ref(), &reading.findings, copy)?;
    }
    let what_if = load::what_if(&args.tender, &args.scenarios);
    let reading = &what_if.reading;
    let body = CheckBody { scenarios: what_if.scenarios.clone(), ..CheckBody::from(reading) };
    let header = json!({ "build": load::build() });
    let document = seal("check", &header, &body, json!({}))?;

    let mut text = String::new();
    for edit in what_if.scenarios.iter().flat_map(|s| &s.edits) {
        text.push_str(&format!("edit `{}`: {} ({})\n", edit.name, edit.sentence, several(edit.touched, "cell")));
    }
    for finding in &reading.findings.0 {
        text.push_str(&format!("{finding}\n"));
    }
    if !reading.findings.0.is_empty() {
        text.push('\n');
    }
    let rows: Vec<Vec<String>> = body
        .tables
        .iter()
        .map(|t| {
            vec![
                t.table.clone(),
                t.read.to_string(),
                t.accepted.to_string(),
                t.rejected.to_string(),
                t.ignored.to_string(),
            ]
        })
        .collect();
    text.push_str(&table(&["table", "rows read", "accepted", "rejected", "ignored"], &rows));
    if !body.rules.is_empty() {
        text.push('\n');
    }
    for rule in &body.rules {
        text.push_str(&format!("rule {}: {}\n", rule.id, rule.sentence));
    }
    if let Some(size) = &body.size {
        text.push_str(&format!(
            "\n{} members, {} sites, {} needs, {} suppliers, {} products: {} demand cells, {} candidate lines, {} rules\n",
            size.members, size.sites, size.needs, size.suppliers, size.products, size.cells, size.candidates, size.rules
        ));
    }
    text.push_str(&match &body.input_hash {
        Some(hash) => format!("a tender, {} warning(s); {hash}\n", body.warnings),
        None => format!("not a tender: {} error(s), {} warning(s)\n", body.errors, body.warnings),
    });
    // Before the result is printed, so that a file that cannot be written leaves one document, not two.
    if let (Some(tender), Some(path)) = (&reading.tender, &args.out) {
        crate::tender_file::write(&tender.draft, path)?;
    }
    output.result(&document, &text);
    let strict = args.strict && reading.findings.count(Severity::Warning) > 0;
    Ok(if reading.tender.is_none() || strict { Exit::BadInput } else { Exit::Done })
}
