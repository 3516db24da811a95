//! What only a whole tender shows about its rules: scopes in which no line can ever lie, and system means that are none.

use num_traits::Zero;

use super::line::Lines;
use super::reading::{Reading, any_line};
use super::{Averaged, Dimension, Measured, Relative, Rule, Scope, constant, expand, part_of_incremental};
use crate::finding::{Findings, Place, Severity};
use crate::tender::Tender;

/// The code of a finding: no line can ever lie in the scope of a rule.
pub const EMPTY_SCOPE: &str = "empty_scope";

/// The code of a finding: nothing that a rule may buy has what it measures.
pub const NOTHING_TO_MEASURE: &str = "nothing_to_measure";

/// The code of a finding: the part of a share is its whole.
pub const ALWAYS_ALL: &str = "always_all";

/// Adds findings about a rule; `place` is its row.
pub(crate) fn check(tender: &Tender, rule: &Rule, place: &Place, findings: &mut Findings) {
    let before = findings.0.len();
    empty(tender, rule, &rule.subject.scope, "scope", place, findings);
    if let Some(condition) = &rule.when {
        empty(tender, rule, &condition.subject.scope, "when.scope", place, findings);
    }
    if findings.0.len() == before {
        unmeasured(tender, rule, place, findings);
        always_all(tender, rule, place, findings);
    }
    part_of_incremental::check(tender, rule, place, findings);
    if matches!(rule.relative_to, Some(Relative::SystemMean { .. })) {
        let varying = |i: &super::Instance| {
            let reading = match &i.reading {
                Reading::Ratio(ratio) => constant::varies(ratio),
                _ => false,
            };
            reading || i.system.as_ref().is_some_and(constant::varies)
        };
        if let Some(instance) = expand(tender, rule).iter().find(|i| varying(i)) {
            let named = super::label(rule, &instance.label);
            let expected = format!(
                "a multiple of the system's mean needs wholes that no award changes, and in {named} awards differ in theirs"
            );
            let fix = "scope it by site and need only, weigh by units or reference, give every product its score or \
                       attribute; or state the bound itself";
            findings.error("bad_rule", place.column("relative_to"), "system_mean", expected, fix);
        }
    }
}

/// States that lines may be in today or not; a rule about them is a policy, even where nothing is in that state yet.
fn is_state(dimension: &Dimension) -> bool {
    matches!(
        dimension,
        Dimension::Approval | Dimension::Acceptable | Dimension::Incumbent | Dimension::Layer | Dimension::InFormulary
    )
}

fn empty(tender: &Tender, rule: &Rule, scope: &Scope, prefix: &str, place: &Place, findings: &mut Findings) {
    let lines = Lines::Offered(tender);
    let lasting: Vec<_> = scope.0.iter().filter(|(d, _)| !is_state(d)).cloned().collect();
    if lasting.is_empty() || lines.is_empty() || any_line(tender, lines, &Scope(lasting.clone())) {
        return;
    }
    let alone: Vec<_> = lasting.iter().filter(|part| !any_line(tender, lines, &Scope(vec![(*part).clone()]))).collect();
    let mut say = |key: &str, value: String, expected: String| {
        let fix = "mend the scope, add offers, or drop the rule";
        findings.add(Severity::Warning, EMPTY_SCOPE, place.column(key), value, expected, fix);
    };
    let values = |values: &std::collections::BTreeSet<String>| values.iter().cloned().collect::<Vec<_>>().join(";");
    for (dimension, accepted) in &alone {
        let expected = format!("rule {} speaks of lines that no offer can ever be: none has this", rule.id);
        say(&format!("{prefix}.{}", dimension.name()), values(accepted), expected);
    }
    if alone.is_empty() {
        let parts: Vec<String> = lasting.iter().map(|(d, v)| format!("{} {}", d.name(), values(v))).collect();
        let expected =
            format!("rule {} speaks of lines that no offer can ever be: some have each part, none has all", rule.id);
        let key = lasting.first().map_or_else(String::new, |(d, _)| format!("{prefix}.{}", d.name()));
        say(&key, parts.join(", "), expected);
    }
}

/// A share of purchases in themselves: it is 100 % whatever is bought.
fn always_all(tender: &Tender, rule: &Rule, place: &Place, findings: &mut Findings) {
    let Measured::Share { within, .. } = &rule.subject.measured else { return };
    let all = |reading: &Reading| matches!(reading, Reading::Ratio(r) if r.part == r.whole && r.base.is_zero());
    let instances = expand(tender, rule);
    if !instances.is_empty() && instances.iter().all(|i| all(&i.reading)) {
        let within = within.iter().map(Dimension::name).collect::<Vec<_>>().join(";");
        let expected = format!(
            "rule {}: part and whole are the same purchases, so the share is 100 % whatever is bought",
            rule.id
        );
        let fix = "name in `within` what the whole is, such as [\"need\"]; leave out what only the part has";
        findings.add(Severity::Warning, ALWAYS_ALL, place.column("within"), within, expected, fix);
    }
}

/// A mean of what no line has, or a comparison with incumbents where there are none: the rule holds whatever is bought.
fn unmeasured(tender: &Tender, rule: &Rule, place: &Place, findings: &mut Findings) {
    let (column, value, fix) = match &rule.subject.measured {
        Measured::Mean { of: Averaged::Preference, .. } => {
            ("of", "preference".to_owned(), "give scores in `preferences`")
        }
        Measured::Mean { of: Averaged::Attribute(dimension), .. } => {
            ("of", dimension.name(), "give the attribute a number in `products`, `suppliers` or `sites`")
        }
        Measured::Saving => ("measure", "saving".to_owned(), "give today's products in `incumbents`"),
        Measured::MovedUnits { .. } | Measured::MovedSites => {
            ("measure", "moved".to_owned(), "give today's products in `incumbents`")
        }
        _ => return,
    };
    let of_nothing =
        |reading: &Reading| matches!(reading, Reading::Ratio(r) if r.base.is_zero() && r.whole.terms.is_empty());
    if expand(tender, rule).iter().all(|i| of_nothing(&i.reading)) {
        let expected = format!("rule {} measures what nothing in its scope has, and holds whatever is bought", rule.id);
        findings.add(Severity::Warning, NOTHING_TO_MEASURE, place.column(column), value, expected, fix);
    }
}
