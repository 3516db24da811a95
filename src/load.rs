//! Reads what verbs are given: tenders, awards. Faults of the input are printed all at once and end the run with code 2.

use std::path::Path;

use ballast_domain::{Award, Findings, Severity, Tender};
use ballast_exchange::documents::read_award;
use serde_json::Value;

use crate::exit::Failure;
use crate::output::Output;

/// The build that stands in documents.
pub fn build() -> String {
    format!("ballast {} (HiGHS {})", env!("CARGO_PKG_VERSION"), ballast_solver::HIGHS_VERSION)
}

/// The tender at a path. Warnings go to standard error.
pub fn tender(path: &Path, output: &Output) -> Result<Tender, Failure> {
    let reading = ballast_exchange::tender::read(path);
    match reading.tender {
        Some(tender) => {
            let warnings = reading.findings.count(Severity::Warning);
            if warnings > 0 {
                output.note(&format!("{warnings} warning(s) about the tender; `ballast check {}` shows them", path.display()));
            }
            Ok(tender)
        }
        None => Err(faults(&format!("{} is not a tender", path.display()), &reading.findings)),
    }
}

/// All errors as one failure.
pub fn faults(what: &str, findings: &Findings) -> Failure {
    let errors: Vec<String> = findings.of(Severity::Error).map(|f| format!("  {f}")).collect();
    Failure::input(format!("{what}: {} error(s)\n{}", errors.len(), errors.join("\n")))
}

/// A JSON file.
pub fn json(path: &Path) -> Result<Value, Failure> {
    let bytes = std::fs::read(path).map_err(|e| Failure::input(format!("{} cannot be read: {e}", path.display())))?;
    serde_json::from_slice(&bytes).map_err(|e| Failure::input(format!("{} is not JSON: {e}", path.display())))
}

/// The award in a file, with its document.
pub fn award(tender: &Tender, path: &Path, output: &Output) -> Result<(Award, Value), Failure> {
    let document = json(path)?;
    let (award, findings) = read_award(tender, &document, &path.display().to_string());
    if findings.has_errors() {
        return Err(faults(&format!("{} is not an award for this tender", path.display()), &findings));
    }
    for warning in findings.of(Severity::Warning) {
        output.note(&warning.to_string());
    }
    Ok((award, document))
}
