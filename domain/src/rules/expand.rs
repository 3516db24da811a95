//! A rule repeated for each value of its dimensions, with what it reads there and the bounds that hold there.

use super::line::Lines;
use super::reading::{Key, Ratio, Reading, readings};
use super::{Bound, Dimension, Measured, Relative, Rule, Scope, Subject, baseline};
use crate::exact::{Exact, exact};
use crate::tender::Tender;

/// What must hold for an instance to apply: low ≤ reading ≤ high, and something to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    /// What is measured.
    pub reading: Reading,
    /// At least.
    pub low: Option<Exact>,
    /// At most.
    pub high: Option<Exact>,
}

/// One instance of a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The repeated values, such as `need saline-1l, supplier Baxter`; empty for a rule that is not repeated.
    pub label: String,
    /// What is measured.
    pub reading: Reading,
    /// At least; multiples of the system's reading where there is one.
    pub low: Option<Exact>,
    /// At most.
    pub high: Option<Exact>,
    /// What the bounds are multiples of, if awards differ in it.
    pub system: Option<Ratio>,
    /// What must hold for the instance to apply.
    pub when: Option<Guard>,
}

pub(super) fn label(each: &[Dimension], key: &Key<'_>) -> String {
    let parts: Vec<String> = each.iter().zip(key).map(|(d, v)| format!("{} {v}", d.name())).collect();
    parts.join(", ")
}

/// The part of a key that another subject's dimensions have; `each` are the key's dimensions.
fn part<'t>(key: &Key<'t>, each: &[Dimension], other: &[Dimension]) -> Key<'t> {
    other.iter().filter_map(|d| each.iter().position(|e| e == d)).map(|i| key[i].clone()).collect()
}

/// The subject of a system mean: without the repetition and, but for shares, without the parts of the scope not kept.
pub(super) fn system(subject: &Subject, within: &[Dimension]) -> Subject {
    let kept = |d: &&Dimension| within.contains(d);
    match &subject.measured {
        Measured::Share { .. } => Subject { each: Vec::new(), ..subject.clone() },
        measured => Subject {
            measured: measured.clone(),
            scope: Scope(subject.scope.0.iter().filter(|(d, _)| kept(&d)).cloned().collect()),
            each: subject.each.iter().filter(kept).cloned().collect(),
        },
    }
}

fn bounds(bound: Bound, of: Option<&Exact>) -> (Option<Exact>, Option<Exact>) {
    let times = |b: rust_decimal::Decimal| of.map_or_else(|| exact(b), |of| exact(b) * of);
    (bound.low.map(times), bound.high.map(times))
}

/// All instances of a rule, in order of their values. An instance whose condition can never hold is left out.
pub(super) fn instances(tender: &Tender, rule: &Rule) -> Vec<Instance> {
    let lines = Lines::Offered(tender);
    let each = &rule.subject.each;
    let mut conditions = rule.when.as_ref().map(|c| (c, readings(tender, lines, &c.subject)));
    let today = match rule.relative_to {
        Some(Relative::Baseline) => Some(baseline::values(tender, &rule.subject)),
        _ => None,
    };
    let system = match &rule.relative_to {
        Some(Relative::SystemMean { within }) => {
            let subject = system(&rule.subject, within);
            Some((readings(tender, lines, &subject), subject.each))
        }
        _ => None,
    };
    let mut instances = Vec::new();
    for (key, reading) in readings(tender, lines, &rule.subject) {
        let when = match &mut conditions {
            None => None,
            Some((condition, readings)) => {
                let Some(reading) = readings.get(&part(&key, each, &condition.subject.each)) else { continue };
                let (low, high) = bounds(condition.bound, None);
                Some(Guard { reading: reading.clone(), low, high })
            }
        };
        let system = system.as_ref().map(|(readings, kept)| readings.get(&part(&key, each, kept)).cloned());
        let (low, high) = match (&today, &system) {
            (Some(today), _) => match today.get(&key) {
                Some(value) => bounds(rule.bound, Some(value)),
                None => (None, None),
            },
            (None, Some(None)) => (None, None),
            _ => bounds(rule.bound, None),
        };
        let system = match system {
            Some(Some(Reading::Ratio(ratio))) => Some(ratio),
            _ => None,
        };
        instances.push(Instance { label: label(each, &key), reading, low, high, system, when });
    }
    instances
}
