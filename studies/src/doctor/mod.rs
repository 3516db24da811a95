//! What looks wrong with a tender before anything is solved, in milliseconds: things that can never happen, things that
//! say nothing, things that are nearly surely unmeant, and how hard the decision will be.

mod names;
mod offers;
mod rules;
mod size;
mod sources;
mod validity;

use ballast_domain::finding::Place;
use ballast_domain::raw::RawTender;
use ballast_domain::tender::Reading;
use ballast_domain::{Findings, Severity, Tender};

pub use size::{Hardness, Size};

/// What the doctor says.
#[derive(Debug, Clone)]
pub struct Diagnosis {
    /// What reading the tender found, and what the doctor adds.
    pub reading: Reading,
    /// Size and hardness, if there is a tender.
    pub size: Option<Size>,
}

/// Examines the tables of a tender.
pub fn examine(raw: &RawTender, found: Findings) -> Diagnosis {
    let mut reading = Tender::read(raw, found);
    let Some(tender) = &reading.tender else { return Diagnosis { reading, size: None } };
    let mut chart = Chart { tender, raw, findings: Findings::default() };
    names::check(&mut chart);
    offers::check(&mut chart);
    sources::check(&mut chart);
    validity::check(&mut chart);
    rules::check(&mut chart);
    let added = chart.findings.0;
    let size = Some(size::of(tender));
    reading.findings.0.extend(added);
    reading.findings.sort();
    Diagnosis { reading, size }
}

/// What is examined, and what was found so far.
struct Chart<'a> {
    tender: &'a Tender,
    raw: &'a RawTender,
    findings: Findings,
}

/// What is said of one row.
struct Remark {
    severity: Severity,
    code: &'static str,
    value: String,
    expected: String,
    fix: &'static str,
}

impl Chart<'_> {
    /// Adds a finding about a cell; `at` is the row's position among those read, `None` for the table as a whole.
    fn add(&mut self, table: &str, at: Option<usize>, column: &str, remark: Remark) {
        let written = self.raw.tables.iter().find(|t| t.name == table);
        let row = written.zip(at).and_then(|(t, at)| t.rows.get(at)).map(|r| r.place.clone());
        let place = row.unwrap_or_else(|| Place::file(written.map_or(table, |t| t.file.as_str()))).column(column);
        let Remark { severity, code, value, expected, fix } = remark;
        self.findings.add(severity, code, place, value, expected, fix);
    }
}
