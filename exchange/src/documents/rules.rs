//! Rules, instance by instance: what was measured, and whether it holds.

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::float;
use serde::{Deserialize, Serialize};

/// One instance of a rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RulePart {
    /// Rule.
    pub id: String,
    /// What it is repeated for.
    pub instance: String,
    /// In one sentence.
    pub sentence: String,
    /// Why it exists.
    pub why: String,
    /// Whether it holds.
    pub holds: bool,
    /// What was measured; null where there was nothing to measure.
    pub value: Option<f64>,
    /// Lower bound.
    pub at_least: Option<f64>,
    /// Upper bound.
    pub at_most: Option<f64>,
    /// Distance to the nearest bound.
    pub slack: Option<f64>,
    /// Whether the value is a share, to be shown in percent.
    pub is_share: bool,
    /// By how much a rule that may give way did, in units of the measure; null where it holds.
    #[serde(default)]
    pub relaxed_by: Option<f64>,
}

/// Every instance of every rule.
pub(super) fn of_instances(tender: &Tender, certificate: &Certificate) -> Vec<RulePart> {
    certificate
        .rules
        .iter()
        .map(|check| {
            let rule = &tender.rules[check.rule];
            RulePart {
                id: rule.id.clone(),
                instance: check.label.clone(),
                sentence: rule.sentence.clone(),
                why: rule.why.clone(),
                holds: check.holds,
                value: check.value.as_ref().map(float),
                at_least: check.low.as_ref().map(float),
                at_most: check.high.as_ref().map(float),
                slack: check.slack.as_ref().map(float),
                is_share: rule.subject.measured.is_fraction(),
                relaxed_by: check.relaxed_by().map(float),
            }
        })
        .collect()
}
