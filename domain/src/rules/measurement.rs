//! A measure without a bound, as a term of an objective reads it: the subject of a rule, and its value on an award.

use rust_decimal::Decimal;

use super::check::{Award, Reader};
use super::parse::{Keys, Known, subject};
use super::reading::Reading;
use super::{Bound, Dimension, Force, Rule, constant, expand};
use crate::exact::{Exact, zero};
use crate::finding::{Findings, Place};
use crate::tables::{Measure, ObjectiveRow};
use crate::tender::Tender;

/// Parses the measure of a term. A rule of no bound carries it, so that all that reads rules reads it.
pub(crate) fn parse(
    row: &ObjectiveRow,
    measure: Measure,
    place: &Place,
    known: &Known,
    findings: &mut Findings,
) -> Option<Rule> {
    let keys = Keys {
        prefix: "",
        measure,
        of: row.measure_of.as_ref().map(ToString::to_string),
        weight: row.weight,
        spend_level: row.spend_level,
        each: &[],
        within: &row.within.0,
        scope: row.scope.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect(),
        counts_from: row.counts_from.map(|n| n.0),
        // Any bound will do: there is always one on a rule.
        at_least: Some(Decimal::ZERO),
        at_most: None,
        exactly: None,
        relative_to: None,
        if_used: false,
    };
    let mut found = Findings::default();
    let parsed = subject(&keys, place, known, &mut found);
    findings.0.extend(found.0.into_iter().map(|f| renamed(f, place)));
    let (subject, ..) = parsed?;
    if subject.scope.0.iter().any(|(d, _)| *d == Dimension::InFormulary) {
        let expected = "a term of an objective does not tell purchases on formulary from others";
        let fix = "write a priced rule with this scope instead";
        findings.error("bad_objective", place.column("scope.in_formulary"), "", expected, fix);
        return None;
    }
    Some(Rule {
        id: format!("{} {}", row.objective, row.term),
        why: row.why.as_ref().map(|t| t.0.clone()).unwrap_or_default(),
        subject,
        bound: Bound { low: None, high: None },
        relative_to: None,
        if_used: false,
        when: None,
        force: Force::Hard,
        sentence: String::new(),
    })
}

/// A finding about a rule said of a term: what rules call `of` is `measure_of` here.
fn renamed(mut finding: crate::finding::Finding, row: &Place) -> crate::finding::Finding {
    if finding.code == "bad_rule" {
        finding.code = "bad_objective";
    }
    if finding.place.column.as_deref() == Some("of") {
        finding.place = row.column("measure_of");
    }
    for text in [&mut finding.expected, &mut finding.fix] {
        *text = text.replace("`of`", "`measure_of`").replace("`of =", "`measure_of =");
    }
    finding
}

/// What the measure reads; `None` where there is nothing to measure.
pub fn reading(tender: &Tender, rule: &Rule) -> Option<Reading> {
    expand(tender, rule).first().map(|instance| instance.reading.clone())
}

/// The measure on an award; `None` where there is nothing to measure.
pub fn measure(tender: &Tender, rule: &Rule, award: Award<'_>) -> Option<Exact> {
    Reader { award, tolerance: &zero() }.value(&reading(tender, rule)?)
}

/// Findings that need the whole tender: those of a rule, and wholes in which awards differ.
pub(crate) fn check(tender: &Tender, rule: &Rule, place: &Place, findings: &mut Findings) {
    let mut found = Findings::default();
    super::findings(tender, rule, place, &mut found);
    findings.0.extend(found.0.into_iter().map(|f| renamed(f, place)));
    let varies = reading(tender, rule).is_some_and(|r| matches!(&r, Reading::Ratio(r) if constant::varies(r)));
    if varies {
        let expected = "awards differ in the whole of this share or mean, so that it is no sum that could be minimised";
        let fix = "scope it by site and need only, weigh by units or reference, give every product its score or \
                   attribute; or use `units` or `spend` with a factor";
        findings.error("bad_objective", place.column("of"), "", expected, fix);
    }
}
