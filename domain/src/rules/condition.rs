//! `when.*`: the keys of a rule's condition, which the table keeps as text.

use rust_decimal::Decimal;

use super::parse::{Desk, Keys, Known, subject};
use super::{Condition, Dimension};
use crate::cell::{Cell, List, Number, nearest};
use crate::finding::{Findings, Place};
use crate::tables::{Measure, RuleRow, SpendLevel, Weighting};

const KEYS: [&str; 10] =
    ["measure", "of", "weight", "spend_level", "each", "within", "counts_from", "at_least", "at_most", "exactly"];

/// Reads the condition: `Some(None)` if there is none, `None` where it is at fault.
pub(super) fn parse(
    row: &RuleRow,
    each: &[Dimension],
    place: &Place,
    known: &Known,
    findings: &mut Findings,
) -> Option<Option<Condition>> {
    if row.when.is_empty() {
        return Some(None);
    }
    let before = findings.0.len();
    for name in row.when.keys().filter(|n| !KEYS.contains(&n.as_str()) && !n.starts_with("scope.")) {
        let fix = nearest(name, KEYS).map_or_else(
            || format!("the keys of a condition are {} and scope.DIMENSION", KEYS.join(", ")),
            |n| format!("did you mean `when.{n}`?"),
        );
        findings.error(
            "unknown_column",
            place.column(&format!("when.{name}")),
            name,
            "conditions have no such key",
            fix,
        );
    }
    let measure: Option<Measure> = read(row, "measure", place, findings);
    let number = |key, findings: &mut Findings| read::<Number>(row, key, place, findings).map(|n: Number| n.0);
    let (at_least, at_most) = (number("at_least", findings), number("at_most", findings));
    let exactly: Option<Decimal> = number("exactly", findings);
    let counts_from = number("counts_from", findings);
    let weight: Option<Weighting> = read(row, "weight", place, findings);
    let spend_level: Option<SpendLevel> = read(row, "spend_level", place, findings);
    let within: List = read(row, "within", place, findings).unwrap_or(List(Vec::new()));
    let asked: Option<List> = read(row, "each", place, findings);
    if findings.0.len() > before {
        return None;
    }
    let mut desk = Desk { place, prefix: "when.", findings };
    let Some(measure) = measure else {
        desk.refuse("measure", "", "a condition measures something", "give `when.measure`");
        return None;
    };
    // Apart for what the rule is repeated for, as far as the measure can tell it apart.
    let whole_cells = matches!(measure, Measure::Saving | Measure::Moved);
    let apart = match asked {
        Some(List(names)) => {
            for d in desk.dimensions("each", &names).iter().filter(|d| !each.contains(d)) {
                let expected = "the rule itself is not repeated for this";
                desk.refuse("each", d.name(), expected, "name only dimensions of the rule's own `each`");
            }
            names
        }
        None => each.iter().filter(|d| !whole_cells || d.of_cell()).map(Dimension::name).collect(),
    };
    let keys = Keys {
        prefix: "when.",
        measure,
        of: row.when.get("of").cloned(),
        weight,
        spend_level,
        each: &apart,
        within: &within.0,
        scope: row.when.iter().filter_map(|(k, v)| Some((k.strip_prefix("scope.")?, v.as_str()))).collect(),
        counts_from,
        at_least,
        at_most,
        exactly,
        relative_to: None,
        if_used: false,
    };
    let (subject, bound, _) = subject(&keys, place, known, findings)?;
    (findings.0.len() == before).then_some(Some(Condition { subject, bound }))
}

fn read<T: Cell>(row: &RuleRow, key: &str, place: &Place, findings: &mut Findings) -> Option<T> {
    let text = row.when.get(key)?;
    match T::parse(Some(text)) {
        Ok(value) => Some(value),
        Err(refusal) => {
            let place = place.column(&format!("when.{key}"));
            findings.error("bad_value", place, text, format!("expected {}", refusal.expected), refusal.fix);
            None
        }
    }
}
