//! The rules: each once, in its sentence, with why it exists and how close the award comes to it.

use rust_decimal::prelude::ToPrimitive;

use super::{Section, Sources};
use crate::documents::award::RulePart;
use crate::figures::{Cell, Table, number};

/// Slack, relative to the bound, below which a rule binds.
const BINDING: f64 = 1e-6;

pub(super) fn section(sources: &Sources<'_>) -> Option<Section> {
    let rules = &sources.award.body.rules;
    if rules.is_empty() {
        return None;
    }
    let mut section = Section::new("rules", "Rules the award keeps");
    let groups: Vec<&[RulePart]> = rules.chunk_by(|a, b| a.id == b.id).collect();
    let tight = rules.iter().filter(|r| binds(r)).count();
    let relaxed: std::collections::BTreeSet<&str> =
        rules.iter().filter(|r| r.relaxed_by.is_some()).map(|r| r.id.as_str()).collect();
    if !relaxed.is_empty() {
        section.say(format!(
            "{} way: no award keeps all rules, or keeping them costs more than their price.",
            match relaxed.len() {
                1 => "One rule gives".to_owned(),
                n => format!("{} rules give", number::count(n)),
            }
        ));
    }
    let groups_kept = groups.len() - relaxed.len();
    let instances_kept = rules.iter().filter(|r| !relaxed.contains(r.id.as_str())).count();
    section.say(format!(
        "{} hold in all their {}. {} at the bound: there the rule shapes the award.",
        super::title::capital(&number::plural(groups_kept, "rule", "rules")),
        number::plural(instances_kept, "instance", "instances"),
        match tight {
            0 => "None is".to_owned(),
            1 => "One instance is".to_owned(),
            n => format!("{} instances are", number::count(n)),
        }
    ));
    let mut table = Table::new(["rule", "#instances", "closest instance", "#value", "#slack", "status"])
        .caption("Slack is the distance to the nearer bound; shares in percentage points. A rule binds where an instance stands at its bound.");
    for group in groups {
        let Some(first) = group.first() else { continue };
        let closest = group.iter().filter(|r| r.slack.is_some()).min_by(|a, b| tightness(a).total_cmp(&tightness(b)));
        let tight = group.iter().filter(|r| binds(r)).count();
        let show = |v: f64| if first.is_share { number::percent(v) } else { number::measure(v) };
        let slack = |v: f64| match (binds_at(v, first), first.is_share) {
            (true, _) => "0".to_owned(),
            (false, true) => number::percent(v).replace(number::PERCENT, "\u{a0}pp"),
            (false, false) => number::measure(v),
        };
        let failing = group.iter().filter(|r| !r.holds).count();
        let most = group.iter().filter_map(|r| r.relaxed_by).fold(0.0, f64::max);
        let status = match (failing, tight) {
            _ if most > 0.0 && first.is_share => {
                Cell::text(format!("relaxed by {}", number::percent(most).replace(number::PERCENT, "\u{a0}pp")))
                    .strong()
            }
            _ if most > 0.0 => Cell::text(format!("relaxed by {}", number::measure(most))).strong(),
            (0, 0) => Cell::text("holds"),
            (0, 1) => Cell::text("binding").strong(),
            (0, n) => Cell::text(format!("binding in {n}")).strong(),
            (n, _) => Cell::text(format!("broken in {n}")).strong(),
        };
        table.push([
            Cell::text(&first.sentence).note(format!("{} ({})", first.why, first.id)),
            Cell::count(group.len()),
            Cell::text(closest.map_or_else(|| "–".to_owned(), instance)),
            Cell::maybe(closest.and_then(|r| r.value), show),
            Cell::maybe(closest.and_then(|r| r.slack), slack),
            status,
        ]);
    }
    section.table(table);
    if let Some(ladder) = ladder(sources) {
        section.say("What keeping each level costs, step by step: 4 is given up first.".to_owned());
        section.table(ladder);
    }
    Some(section)
}

/// The relaxation ladder, if it was walked.
fn ladder(sources: &Sources<'_>) -> Option<Table> {
    let steps = &sources.award.body.ladder;
    let first = steps.first()?;
    let mut table = Table::new(["kept as far as can be", "#value", "#more than without"])
        .caption("Each row is the cheapest award that keeps the levels named, and gives up those after them where that saves money.");
    for step in steps {
        let kept = match step.level {
            0 => "no level".to_owned(),
            1 => "level 1".to_owned(),
            n => format!("levels 1 to {n}"),
        };
        let money = |d: rust_decimal::Decimal| number::measure(d.to_f64().unwrap_or(f64::NAN));
        table.push([Cell::text(kept), Cell::text(money(step.value)), Cell::text(money(step.value - first.value))]);
    }
    Some(table)
}

/// What an instance is about, as people say it: names of dimensions lose their underscore, ids keep it.
fn instance(rule: &RulePart) -> String {
    match rule.instance.as_str() {
        "" => "whole tender".to_owned(),
        text => text
            .replace("clinician_group ", "clinician group ")
            .replace("plant_region ", "plant region ")
            .replace("site_region ", "site region "),
    }
}

fn scale(rule: &RulePart) -> f64 {
    rule.at_least.unwrap_or(0.0).abs().max(rule.at_most.unwrap_or(0.0).abs()).max(1e-9)
}

fn tightness(rule: &RulePart) -> f64 {
    rule.slack.map_or(f64::INFINITY, |s| s / scale(rule))
}

fn binds_at(slack: f64, rule: &RulePart) -> bool {
    slack.abs() <= BINDING * scale(rule)
}

fn binds(rule: &RulePart) -> bool {
    rule.slack.is_some_and(|s| binds_at(s, rule))
}
