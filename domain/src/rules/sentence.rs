//! A rule read back in one plain sentence: different rules have different sentences.

use rust_decimal::Decimal;

use super::words::{bound, dimension, figure, list, number, one, plural, scope};
use super::{Averaged, Bound, Condition, Dimension, Force, Measured, Relative, Rule, Subject, Weight};
use crate::tables::SpendLevel;

/// The sentence.
pub(super) fn sentence(rule: &Rule) -> String {
    let limit = limit(rule);
    let claim = claim(&rule.subject, rule.bound, &limit);
    let used = if rule.if_used { ", where it is used at all" } else { "" };
    let when = rule.when.as_ref().map_or_else(String::new, |c| condition(c, &rule.subject.each));
    let text = format!("{}{when}{claim}{used}{}", each(&rule.subject.each), gives_way(rule));
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str() + ".")
}

fn each(each: &[Dimension]) -> String {
    let words: Vec<String> = each.iter().map(dimension).collect();
    if words.is_empty() { String::new() } else { format!("for each {}, ", words.join(" and each ")) }
}

fn condition(condition: &Condition, rule: &[Dimension]) -> String {
    let fraction = condition.subject.measured.is_fraction();
    let claim = claim(&condition.subject, condition.bound, &bound(condition.bound, fraction));
    // Said only where the condition is told apart less finely than the rule.
    let apart: Vec<String> = condition.subject.each.iter().map(dimension).collect();
    let apart = match (condition.subject.each == rule, apart.is_empty()) {
        (true, _) => String::new(),
        (false, true) => ", over all of them together,".to_owned(),
        (false, false) => format!(", by {},", list(&apart, "and")),
    };
    format!("provided that{apart} {claim}: ")
}

/// The bound with what it is relative to.
fn limit(rule: &Rule) -> String {
    match &rule.relative_to {
        None => bound(rule.bound, rule.subject.measured.is_fraction()),
        Some(Relative::Baseline) => format!("{} of the same on today's purchases", bound(rule.bound, true)),
        Some(Relative::SystemMean { within }) => {
            let kept = match rule.subject.measured {
                Measured::Share { .. } => &[][..],
                _ => within,
            };
            let kept: Vec<String> = kept.iter().map(dimension).collect();
            let of = match kept.is_empty() {
                true => "over the whole system".to_owned(),
                false => format!("over the whole system with the same {}", list(&kept, "and")),
            };
            format!("{} of the same {of}", bound(rule.bound, true))
        }
    }
}

fn claim(subject: &Subject, of: Bound, limit: &str) -> String {
    let scope = scope(&subject.scope);
    match &subject.measured {
        Measured::Units => format!("the units a year{scope} are {limit}"),
        Measured::Spend(level) => format!("the {} spend a year{scope} is {limit}", level_words(*level)),
        Measured::Share { within, weight } => {
            let within: Vec<String> = within.iter().map(dimension).collect();
            let whole = match within.is_empty() {
                true => "all purchases".to_owned(),
                false => format!("the whole {}", list(&within, "and")),
            };
            format!("purchases{scope} are {limit} of {whole}{}", weighed(*weight, " by"))
        }
        Measured::Count { of: thing, counts_from, weight } => {
            let from = counts_from.map_or_else(String::new, |f| {
                format!(", counting from {} of the volume each{}", figure(f, true), weighed(*weight, " by"))
            });
            let serve = if one(of) { "serves" } else { "serve" };
            format!("{limit} {} {serve} the purchases{scope}{from}", plural(&dimension(thing), of))
        }
        Measured::Mean { of: Averaged::Price(level), weight: Weight::Reference } => {
            format!("the mean {} price of purchases{scope} per unit of reference value is {limit}", level_words(*level))
        }
        Measured::Mean { of: Averaged::Price(level), .. } => {
            format!("the mean {} price per need unit of purchases{scope} is {limit}", level_words(*level))
        }
        Measured::Mean { of, weight } => {
            let what = match of {
                Averaged::Preference => "preference".to_owned(),
                Averaged::LeadTime => "lead time in weeks".to_owned(),
                Averaged::Attribute(Dimension::SupplierAttribute(name)) => format!("{name} of suppliers"),
                Averaged::Attribute(Dimension::SiteAttribute(name)) => format!("{name} of sites"),
                Averaged::Attribute(Dimension::ProductAttribute(name)) => name.clone(),
                Averaged::Attribute(other) => other.name(),
                Averaged::Price(level) => level_words(*level).to_owned(),
            };
            format!("the mean {what}, over purchases{scope}{}, is {limit}", weighed(*weight, " weighted by"))
        }
        Measured::Saving => format!("the saving{scope} against today's cost is {limit}"),
        Measured::MovedUnits { weight } => {
            format!("what leaves its incumbents is {limit} of the volume{scope}{}", weighed(*weight, " by"))
        }
        Measured::MovedSites => {
            format!("the sites where anything{scope} leaves its incumbents are {limit} of those that have some")
        }
    }
}

fn weighed(weight: Weight, by: &str) -> String {
    match weight {
        Weight::Units => String::new(),
        Weight::Reference => format!("{by} reference price"),
        Weight::Spend(level) => format!("{by} {} spend", level_words(level)),
    }
}

fn level_words(level: SpendLevel) -> &'static str {
    level.word()
}

fn gives_way(rule: &Rule) -> String {
    match rule.force {
        Force::Hard => String::new(),
        Force::Priced { price } => {
            let (unit, price) = match &rule.subject.measured {
                measured if measured.is_fraction() => ("percentage point", price / Decimal::ONE_HUNDRED),
                Measured::Units => ("unit", price),
                Measured::Spend(_) => ("unit of money", price),
                Measured::Count { .. } => ("one", price),
                _ => ("1.0", price),
            };
            format!("; each {unit} beyond that costs {} a year", number(price))
        }
        Force::Levelled { level, weight } if weight == Decimal::ONE => {
            format!("; if not all rules can hold, this one gives way at level {level}")
        }
        Force::Levelled { level, weight } => {
            format!("; if not all rules can hold, this one gives way at level {level}, with weight {}", number(weight))
        }
    }
}
