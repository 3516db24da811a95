//! Reads what verbs are given: tenders, awards. Faults of the input are printed all at once and end the run with code 2.

use std::path::{Path, PathBuf};

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::{Action, Change, Edit, Filter, Scenario};
use ballast_domain::tables::canonical;
use ballast_domain::{Award, Findings, Pack, Severity, Tender};
use ballast_exchange::documents::read_award;
use ballast_exchange::scenario::{ScenarioFile, WhatIf};
use ballast_simulation::{ReservePlan, StressError};
use serde_json::Value;

use crate::exit::Failure;
use crate::output::Output;
use crate::proven::several;

/// Warnings about a tender that a verb shows before it points to `ballast check`.
const WARNINGS: usize = 3;

/// The build that stands in documents.
pub fn build() -> String {
    format!("ballast {} (HiGHS {})", env!("CARGO_PKG_VERSION"), ballast_solver::HIGHS_VERSION)
}

/// What-if edits of a tender.
#[derive(clap::Args, Clone, Default)]
pub struct Scenarios {
    /// Scenario whose edits the tender gets first; several are applied in order.
    #[arg(long = "scenario", value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Choose by this objective of the tender instead of the one that it names.
    #[arg(long, value_name = "NAME")]
    pub objective: Option<String>,
}

impl Scenarios {
    /// Reads the files, with what is wrong with them.
    fn read(&self) -> (Vec<ScenarioFile>, Findings) {
        let (mut files, mut found) = (Vec::new(), Findings::default());
        for path in &self.files {
            let (file, findings) = ballast_exchange::scenario::read(path);
            files.push(file);
            found.0.extend(findings.0);
        }
        files.extend(self.objective.as_deref().map(choosing));
        (files, found)
    }
}

/// `--objective NAME` as a scenario of one edit.
fn choosing(name: &str) -> ScenarioFile {
    let action = Action::Cells {
        table: "tender".to_owned(),
        column: "objective".to_owned(),
        filter: Filter(Vec::new()),
        change: Change::Set(Some(name.to_owned())),
    };
    let flag = format!("--objective {name}");
    let edit = Edit { name: flag.clone(), place: Place::file("--objective"), action };
    let hash = ballast_exchange::hash::digest(flag.as_bytes());
    ScenarioFile { scenario: Scenario { name: flag, why: String::new(), edits: vec![edit] }, hash }
}

/// What reading a tender and editing it gives, faults and all.
pub fn what_if(path: &Path, scenarios: &Scenarios) -> WhatIf {
    if scenarios.files.is_empty() && scenarios.objective.is_none() {
        return WhatIf::unedited(crate::tender_file::read(path));
    }
    let (files, mut found) = scenarios.read();
    match crate::tender_file::tables(path) {
        Ok((raw, findings)) => {
            found.0.extend(findings.0);
            ballast_exchange::scenario::apply_all(&raw, found, &files)
        }
        Err(mut reading) => {
            reading.findings.0.extend(found.0);
            WhatIf::unedited(*reading)
        }
    }
}

/// The tables that studies edit: those of the tender after its scenarios.
pub fn tables(path: &Path, what_if: &WhatIf, tender: &Tender) -> RawTender {
    match (&what_if.raw, crate::tender_file::tables(path)) {
        (Some(raw), _) => raw.clone(),
        (None, Ok((raw, _))) => raw,
        (None, Err(_)) => canonical(&tender.draft),
    }
}

/// The tender at a path after scenarios. Warnings, and what each edit touched, go to standard error.
pub fn edited_tender(path: &Path, scenarios: &Scenarios, output: &Output) -> Result<(Tender, WhatIf), Failure> {
    let mut what_if = what_if(path, scenarios);
    for edit in what_if.scenarios.iter().flat_map(|s| &s.edits) {
        output.note(&format!("edit `{}`: {} ({})", edit.name, edit.sentence, several(edit.touched, "cell")));
    }
    let reading = &mut what_if.reading;
    match reading.tender.take() {
        Some(tender) => {
            for warning in reading.findings.of(Severity::Warning).take(WARNINGS) {
                output.note(&warning.to_string());
            }
            let more = reading.findings.count(Severity::Warning).saturating_sub(WARNINGS);
            if more > 0 {
                let named = scenarios.files.iter().map(|s| format!(" --scenario {}", s.display())).collect::<String>();
                output.note(&format!(
                    "{} more about the tender; `ballast check {}{named}` shows them",
                    several(more, "warning"),
                    path.display()
                ));
            }
            Ok((tender, what_if))
        }
        None => {
            let edited = if scenarios.files.is_empty() { "" } else { " with its scenarios" };
            Err(faults(&format!("{}{edited} is not a tender", path.display()), &reading.findings))
        }
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

/// An award of a tender, as it is named to a verb.
#[derive(clap::Args)]
pub struct AwardFiles {
    /// Folder with tender.toml and CSV files, a workbook (.xlsx), a JSON file, or the folder as a zip archive.
    tender: PathBuf,
    #[command(flatten)]
    scenarios: Scenarios,
    /// Award document (`ballast award --out`).
    award: PathBuf,
}

/// An award with its tender.
pub struct Awarded {
    /// Tender, after its scenarios.
    pub tender: Tender,
    /// How it was edited.
    pub what_if: WhatIf,
    /// Award.
    pub award: Award,
    /// Its document.
    pub document: Value,
}

impl AwardFiles {
    /// Reads them. What the verb will write is tried before the award is read.
    pub fn read(&self, writes: &[Option<&Path>], output: &Output) -> Result<Awarded, Failure> {
        let (tender, what_if) = edited_tender(&self.tender, &self.scenarios, output)?;
        writes.iter().try_for_each(|path| crate::out::must_be_writable(*path))?;
        let (award, document) = award(&tender, &self.award, output)?;
        Ok(Awarded { tender, what_if, award, document })
    }

    /// Reads an award that must hold.
    pub fn verified(&self, writes: &[Option<&Path>], output: &Output) -> Result<Awarded, Failure> {
        let awarded = self.read(writes, output)?;
        must_verify(&awarded.tender, &awarded.award)?;
        Ok(awarded)
    }
}

/// The digest that a document states.
pub fn digest(document: &Value) -> Option<String> {
    document.get("digest").and_then(Value::as_str).map(str::to_owned)
}

/// Packs that an award lives through.
#[derive(clap::Args)]
pub struct PackFiles {
    /// Disruption pack; several are lived through together.
    #[arg(id = "packs", long = "pack", required = true, num_args = 1.., value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// The reserve that is held while an award is tested.
#[derive(clap::Args)]
pub struct HeldReserve {
    /// Reserve document (`ballast reserve --out`) whose plan is held.
    #[arg(long, value_name = "FILE")]
    reserve: Option<PathBuf>,
}

impl HeldReserve {
    /// Its plan, where a document was named.
    pub fn plan(&self, tender: &Tender) -> Result<Option<ReservePlan>, Failure> {
        self.reserve.as_deref().map(|path| plan(tender, path)).transpose()
    }
}

/// The reserve plan in a reserve document.
fn plan(tender: &Tender, path: &Path) -> Result<ReservePlan, Failure> {
    let document = json(path)?;
    let needs = document
        .get("needs")
        .and_then(Value::as_array)
        .filter(|_| document.get("schema") == Some(&Value::from("ballast.reserve/1")));
    let Some(needs) = needs else {
        return Err(Failure::input(format!(
            "{} is not a reserve document; `ballast reserve --out` writes one",
            path.display()
        )));
    };
    let entry = |n: &Value| Some((n.get("need")?.as_str()?.to_owned(), n.get("weeks")?.as_f64()?));
    let weeks: Vec<(String, f64)> = needs.iter().filter_map(entry).collect();
    let stated = ReservePlan::stated(tender, weeks.iter().map(|(n, w)| (n.as_str(), *w)));
    stated.map_err(|f| faults(&format!("{} does not fit the tender", path.display()), &f))
}

/// One or several packs, lived through together: entries add up, settings are those of the first.
pub fn packs(paths: &[PathBuf]) -> Result<(Pack, String), Failure> {
    packs_of(&pack_texts(paths)?)
}

/// The files of packs with their texts.
pub fn pack_texts(paths: &[PathBuf]) -> Result<Vec<(String, String)>, Failure> {
    let mut texts = Vec::new();
    for path in paths {
        ballast_exchange::pack::read(path).map_err(|f| faults(&format!("{} is not a pack", path.display()), &f))?;
        texts.push((path.display().to_string(), std::fs::read_to_string(path)?));
    }
    Ok(texts)
}

/// The same from texts with what they are called.
pub fn packs_of(texts: &[(String, String)]) -> Result<(Pack, String), Failure> {
    let mut all: Option<Pack> = None;
    let mut bytes = Vec::new();
    for (file, text) in texts {
        let pack =
            ballast_exchange::pack::parse(text, file).map_err(|f| faults(&format!("{file} is not a pack"), &f))?;
        bytes.extend(text.as_bytes());
        all = Some(match all {
            None => pack,
            Some(mut first) => {
                first.join(pack);
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
        StressError::Program(_) | StressError::Failed { .. } => {
            Failure { exit: crate::exit::Exit::Failure, message: error.to_string() }
        }
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
