//! Schedules by cohort: the tier earned, and what is missing to the next.

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::round;
use ballast_domain::tables::Basis;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A schedule for one cohort.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TierPart {
    /// Schedule.
    pub schedule: String,
    /// Member or site counted apart; empty for all.
    pub cohort: String,
    /// `discount` or `rebate`.
    pub kind: String,
    /// Order among its kind.
    pub stage: u32,
    /// Contract year, counted from 1; null where all years are alike.
    pub year: Option<u32>,
    /// Basis of the measure.
    pub basis: String,
    /// `all_units` or `incremental`.
    pub mode: String,
    /// What was counted.
    pub measure: Decimal,
    /// Threshold of the tier earned; null below the first.
    pub tier: Option<Decimal>,
    /// What the tier gives: `percent`, `price` or `sum`.
    pub gives_what: String,
    /// How much of it: fraction off, price per pack, or money a year; of the topmost slice where it is incremental.
    pub gives: Option<Decimal>,
    /// Saving a year.
    pub saving: Decimal,
    /// Threshold of the next tier.
    pub next: Option<Decimal>,
    /// What is missing to it.
    pub distance: Option<Decimal>,
}

/// Every schedule, cohort by cohort.
pub(super) fn of_cohorts(tender: &Tender, certificate: &Certificate) -> Vec<TierPart> {
    certificate
        .schedules
        .iter()
        .map(|u| {
            let schedule = &tender.schedules[u.schedule];
            let tier = u.tier.map(|t| &schedule.tiers[t]);
            let next = u.next(schedule);
            let decimals = if schedule.basis == Basis::Share { 6 } else { 2 };
            TierPart {
                schedule: schedule.id.clone(),
                cohort: u.cohort.clone(),
                kind: schedule.kind.word().to_owned(),
                stage: schedule.stage,
                year: u.year,
                basis: schedule.basis.word().to_owned(),
                mode: schedule.mode.word().to_owned(),
                measure: round(&u.measure, decimals),
                tier: tier.map(|t| t.from),
                gives_what: schedule.gives.word().to_owned(),
                gives: tier.map(|t| t.value),
                saving: round(&u.saving, 2),
                next: next.as_ref().map(|(from, _)| *from),
                distance: next.map(|(_, missing)| round(&missing, decimals)),
            }
        })
        .collect()
}
