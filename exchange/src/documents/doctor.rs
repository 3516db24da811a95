//! `ballast.doctor/1`: what looks wrong before anything is solved.

use serde::Serialize;

use super::check::FindingRow;

/// Body of the document.
#[derive(Debug, Clone, Serialize)]
pub struct DoctorBody {
    /// True if there is a tender.
    pub tender: bool,
    /// Number of errors.
    pub errors: usize,
    /// Number of warnings.
    pub warnings: usize,
    /// Number of informations.
    pub informations: usize,
    /// All findings, errors first.
    pub findings: Vec<FindingRow>,
    /// Size and hardness of the decision.
    pub size: Option<SizePart>,
}

/// Size and hardness.
#[derive(Debug, Clone, Serialize)]
pub struct SizePart {
    /// Demand cells.
    pub cells: usize,
    /// Candidate lines.
    pub lines: usize,
    /// Lines bought in whole packs.
    pub whole_packs: usize,
    /// Steps of schedules, once per cohort.
    pub tiers: usize,
    /// Products, offers, suppliers and switches that are used or not.
    pub choices: usize,
    /// Instances of rules.
    pub rules: usize,
    /// Of these, counts.
    pub counts: usize,
    /// `easy`, `middling` or `hard`, and what that means.
    pub hardness: String,
}
