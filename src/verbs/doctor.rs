//! `ballast doctor`: what looks wrong with a tender before anything is solved.

use std::path::PathBuf;

use ballast_domain::{Findings, Severity};
use ballast_exchange::documents::check::FindingRow;
use ballast_exchange::documents::doctor::{DoctorBody, SizePart};
use ballast_exchange::documents::{Header, seal};
use ballast_studies::doctor::examine;
use serde_json::json;

use crate::Common;
use crate::exit::{Exit, Outcome};
use crate::load;
use crate::out;
use crate::output::Output;
use crate::proven::several;

/// Says in milliseconds what looks wrong with a tender: what can never happen, what says nothing, what is nearly surely
/// unmeant, and how hard the decision will be.
#[derive(clap::Args)]
pub struct Args {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: load::Scenarios,
    /// Write the document here.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the verb.
pub fn run(args: &Args, common: &Common, output: &Output) -> Outcome {
    out::must_be_writable(args.out.as_deref())?;
    let (tender, what_if) = load::edited_tender(&args.tender, &args.scenarios, &output.silent())?;
    let raw = load::tables(&args.tender, &what_if, &tender);
    let diagnosis = examine(&raw, Findings::default());
    let findings = &diagnosis.reading.findings;
    let size = diagnosis.size.map(|s| SizePart {
        cells: s.cells,
        lines: s.lines,
        whole_packs: s.whole_packs,
        tiers: s.tiers,
        choices: s.choices,
        rules: s.rules,
        counts: s.counts,
        hardness: s.hardness.words().to_owned(),
    });
    let body = DoctorBody {
        tender: diagnosis.reading.tender.is_some(),
        errors: findings.count(Severity::Error),
        warnings: findings.count(Severity::Warning),
        informations: findings.count(Severity::Information),
        findings: findings.0.iter().map(FindingRow::from).collect(),
        size,
    };
    let header = Header::new(&tender, load::build(), common.seed, json!({})).edited(&what_if);
    let document = seal("doctor", &header, &body, json!({}))?;
    if let Some(path) = &args.out {
        out::write(path, &document)?;
    }
    let mut text: String = findings.0.iter().map(|f| format!("{f}\n")).collect();
    if let Some(s) = &body.size {
        text.push_str(&format!(
            "\n{} demand cells, {} candidate lines ({} in whole packs), {} tiers, {} choices of yes or no, {} rule instances ({} counts)\n{}\n",
            s.cells, s.lines, s.whole_packs, s.tiers, s.choices, s.rules, s.counts, s.hardness
        ));
    }
    text.push_str(&format!("{}, {}\n", several(body.warnings, "warning"), several(body.informations, "remark")));
    output.result(&document, text.trim_start());
    Ok(if body.tender { Exit::Done } else { Exit::BadInput })
}
