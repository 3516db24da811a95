//! The re-computation of an award: what was checked, and what fails.

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::{exact, float};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The re-computation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CertificatePart {
    /// Everything holds.
    pub verified: bool,
    /// Cost as re-computed in rationals.
    pub value: Decimal,
    /// Difference to the solver's own figure, in money; null where the award came from a file.
    pub difference: Option<f64>,
    /// Relative tolerance for hard rules other than balance, grid, counts and thresholds.
    pub tolerance: Decimal,
    /// How often the tolerance was needed.
    pub tolerance_used: usize,
    /// Facts checked, with counts.
    pub facts: Vec<FactPart>,
    /// What fails, in words; empty if verified.
    pub failures: Vec<String>,
}

/// A fact that was checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FactPart {
    /// The fact.
    pub fact: String,
    /// How many things were checked.
    pub checked: usize,
    /// Whether it holds for all of them.
    pub holds: bool,
}

/// What the certificate says; `solver_value` is the solver's own figure.
pub(super) fn part(tender: &Tender, certificate: &Certificate, solver_value: Option<f64>) -> CertificatePart {
    let value = certificate.costs.value;
    CertificatePart {
        verified: certificate.verified(),
        value,
        difference: solver_value.map(|s| ((s - float(&exact(value))) * 100.0).round() / 100.0 + 0.0),
        tolerance: certificate.tolerance,
        tolerance_used: certificate.facts.iter().map(|f| f.used_tolerance).sum::<usize>()
            + certificate.rules.iter().filter(|r| r.used_tolerance).count(),
        facts: certificate
            .facts
            .iter()
            .map(|f| FactPart { fact: f.fact.word().to_owned(), checked: f.checked, holds: f.holds })
            .collect(),
        failures: certificate.failures(tender),
    }
}
