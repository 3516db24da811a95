//! How large the decision is, and how hard it will be: yes-or-no decisions that couple sites are what costs time.

use std::sync::Arc;

use ballast_domain::Tender;
use ballast_domain::rules::{Instance, Reading, expand};
use ballast_domain::tables::CohortMode;

/// Counts of what is to be decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
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
    /// What to expect.
    pub hardness: Hardness,
}

/// What to expect of a solve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hardness {
    /// Seconds at any gap.
    Easy,
    /// Seconds at 1 %, minutes at 0.01 %.
    Middling,
    /// Minutes at 1 %; a gap or a limit should be given.
    Hard,
}

impl Hardness {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Easy => "easy: seconds, whatever the gap",
            Self::Middling => "middling: seconds for a gap of 1 %, minutes for 0.01 %",
            Self::Hard => "hard: minutes for a gap of 1 %; give --gap or --time-limit",
        }
    }
}

/// Counts a tender.
pub(super) fn of(tender: &Tender) -> Size {
    let cohorts = |mode| match mode {
        CohortMode::All => 1,
        CohortMode::Member => tender.members.len(),
        CohortMode::Site => tender.sites.len(),
    };
    let tiers = tender.schedules.iter().map(|s| s.tiers.len() * cohorts(s.cohort_mode)).sum();
    let whole = |c: &&ballast_domain::tender::Candidate| tender.needs[c.need].whole_packs;
    let whole_packs = tender.candidates.iter().filter(whole).count();
    let limited = tender.needs.iter().filter(|n| n.max_products.is_some() || n.max_products_per_site.is_some()).count();
    let choices = tender.switching.iter().filter(|s| !s.is_empty()).count()
        + tender.offers.iter().filter(|o| o.minimum_if_used.is_some()).count()
        + tender.suppliers.len()
        + limited * tender.products.len().checked_div(tender.needs.len()).unwrap_or(0);
    let expanded: Vec<Arc<[Instance]>> = tender.rules.iter().map(|r| expand(tender, r)).collect();
    let counts = expanded.iter().flat_map(|of| of.iter()).filter(|i| !matches!(i.reading, Reading::Ratio(_))).count();
    // Tiers and counts couple all sites; the rest mostly decides within a cell.
    let weight = 10 * tiers + 5 * counts + choices + whole_packs / 4;
    let hardness = match weight {
        0..=200 => Hardness::Easy,
        201..=5_000 => Hardness::Middling,
        _ => Hardness::Hard,
    };
    Size {
        cells: tender.cells.len(),
        lines: tender.candidates.len(),
        whole_packs,
        tiers,
        choices,
        rules: expanded.iter().map(|of| of.len()).sum(),
        counts,
        hardness,
    }
}
