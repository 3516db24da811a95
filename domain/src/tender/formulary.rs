//! A formulary limit alone changes nothing: only rules make purchases beside the formulary scarce.

use super::Tender;
use super::places::Places;
use crate::finding::{Findings, Severity};
use crate::rules::Rule;

/// A limit that no rule looks at is worth knowing.
pub(super) fn check(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    if tender.rules.iter().any(Rule::asks_for_formulary) {
        return;
    }
    for row in &tender.draft.needs {
        let Some(limit) = row.formulary_limit else { continue };
        findings.add(
            Severity::Information,
            "formulary_without_rule",
            places.cell("needs", row.at, "formulary_limit"),
            limit.to_string(),
            "no rule tells purchases on formulary from others, so products beside the formulary may be bought freely",
            "add a rule with `scope.in_formulary = \"no\"`, or use max_products if there is to be no other purchase",
        );
    }
}
