//! Reads what verbs are given: tenders, awards. Faults of the input are printed all at once and end the run with code 2.

use std::path::Path;

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::{Award, Findings, Pack, Severity, Tender};
use ballast_exchange::documents::read_award;
use ballast_simulation::StressError;
use serde_json::Value;

use crate::exit::Failure;
use crate::output::Output;

/// The build that stands in documents.
pub fn build() -> String {
    format!("ballast {} (HiGHS {})", env!("CARGO_PKG_VERSION"), ballast_solver::HIGHS_VERSION)
}

/// The tender at a path. Warnings go to standard error.
pub fn tender(path: &Path, output: &Output) -> Result<Tender, Failure> {
    let reading = crate::tender_file::read(path);
    match reading.tender {
        Some(tender) => {
            let warnings = reading.findings.count(Severity::Warning);
            if warnings > 0 {
                output.note(&format!(
                    "{warnings} warning(s) about the tender; `ballast check {}` shows them",
                    path.display()
                ));
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

/// One or several packs, lived through together: entries add up, settings are those of the first.
pub fn packs(paths: &[std::path::PathBuf]) -> Result<(Pack, String), Failure> {
    let mut all: Option<Pack> = None;
    let mut bytes = Vec::new();
    for path in paths {
        let pack =
            ballast_exchange::pack::read(path).map_err(|f| faults(&format!("{} is not a pack", path.display()), &f))?;
        bytes.extend(std::fs::read(path)?);
        all = Some(match all {
            None => pack,
            Some(mut first) => {
                first.name = format!("{}+{}", first.name, pack.name);
                first.title = format!("{}; {}", first.title, pack.title);
                first.horizon_weeks = first.horizon_weeks.max(pack.horizon_weeks);
                first.hazards.extend(pack.hazards);
                first.events.extend(pack.events);
                first.relief.extend(pack.relief);
                first.demand.extend(pack.demand);
                first
            }
        });
    }
    let hash = ballast_exchange::hash::digest(&bytes);
    all.map(|p| (p, hash)).ok_or_else(|| Failure::input("no pack was named: --pack FILE"))
}

/// What the simulation refuses, as a failure of the input.
pub fn refused(error: &StressError) -> Failure {
    match error {
        StressError::Pack(f) => faults("the pack does not fit the tender", f),
        StressError::Plan(f) => faults("the reserve plan does not fit the tender", f),
        StressError::Target(_) | StressError::Options(_) => Failure::input(error.to_string()),
        StressError::Cancelled { .. } => Failure { exit: crate::exit::Exit::NoAward, message: error.to_string() },
    }
}

/// Runs work on a thread pool of its own size.
pub fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    Ok(pool.install(work))
}

/// An award that does not hold is not lived through.
pub fn must_verify(tender: &Tender, award: &Award) -> Result<(), Failure> {
    let certificate = certify(tender, award, default_tolerance());
    match certificate.verified() {
        true => Ok(()),
        false => Err(Failure::input(format!("the award does not hold: {}", certificate.failures(tender).join("; ")))),
    }
}
