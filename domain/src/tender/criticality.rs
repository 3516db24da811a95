//! Classes of criticality: what a class asks for becomes rules, reserves and targets like any others.

use std::collections::BTreeMap;

use super::places::Places;
use crate::finding::Findings;
use crate::quantity::{Fraction, Weeks};
use crate::raw::RawTable;
use crate::rules::{self, Known, Rule};
use crate::schema::read_rows;
use crate::tables::{CriticalityRow, Draft, RuleRow};

/// What a class asks for besides rules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CriticalityClass {
    /// Reserve where no policy speaks of a cell.
    pub reserve: Option<Weeks>,
    /// Highest chance of a shortage.
    pub maximum_shortage: Option<Fraction>,
}

/// The classes; what a row says must be able to mean something.
pub(super) fn classes(draft: &Draft, places: &Places<'_>, findings: &mut Findings) -> BTreeMap<u32, CriticalityClass> {
    for r in &draft.criticality {
        let mut refuse = |column: &str, value: String, expected: &str, fix: &str| {
            findings.error("bad_value", places.cell("criticality", r.at, column), value, expected, fix);
        };
        if !(1..=3).contains(&r.class) {
            refuse("class", r.class.to_string(), "expected 1, 2 or 3", "1 is acute without alternative, 3 is routine");
        }
        if let (Some(from), None) = (r.counts_from, r.minimum_suppliers) {
            refuse(
                "counts_from",
                from.to_string(),
                "a share from which suppliers count, and no number of suppliers",
                "fill minimum_suppliers, or remove counts_from",
            );
        }
        if let Some(most) = r.maximum_shortage.filter(|m| m.0.is_zero() || m.0 >= rust_decimal::Decimal::ONE) {
            refuse("maximum_shortage", most.to_string(), "expected a chance above 0 and below 1", "2 % is 0.02");
        }
    }
    let class =
        |r: &CriticalityRow| (r.class, CriticalityClass { reserve: r.reserve, maximum_shortage: r.maximum_shortage });
    draft.criticality.iter().map(class).collect()
}

/// The rules that classes stand for, written and read like those of `rules.toml`. Errors lie at the class.
pub(super) fn rules(draft: &Draft, places: &Places<'_>, known: &Known, findings: &mut Findings) -> Vec<Rule> {
    let mut table = RawTable { name: "rules".to_owned(), file: "criticality".to_owned(), ..RawTable::default() };
    for r in draft.criticality.iter().filter(|r| (1..=3).contains(&r.class)) {
        let Some(least) = r.minimum_suppliers else { continue };
        let mut cells = vec![
            ("id", format!("criticality-{}-suppliers", r.class)),
            ("why", format!("Needs of criticality {} must not hang on fewer suppliers.", r.class)),
            ("measure", "count".to_owned()),
            ("of", "supplier".to_owned()),
            ("each", "need".to_owned()),
            ("scope.criticality", r.class.to_string()),
            ("at_least", least.to_string()),
        ];
        cells.extend(r.counts_from.map(|f| ("counts_from", f.to_string())));
        table.push(places.row("criticality", r.at), cells.into_iter().map(|(k, v)| (k.to_owned(), v)));
    }
    let (rows, _) = read_rows::<RuleRow>(Some(&table), findings);
    for row in &rows {
        if let Some(own) = draft.rules.iter().find(|r| r.id == row.id) {
            findings.error(
                "duplicate_key",
                places.cell("rules", own.at, "id"),
                own.id.as_str(),
                "the table `criticality` makes a rule of this id",
                "rename the rule",
            );
        }
    }
    rows.iter().filter_map(|r| rules::parse(r, &table.rows[r.at].place, known, findings)).collect()
}
