//! A rule read back in one plain sentence.

use rust_decimal::Decimal;

use super::{Averaged, Bound, Dimension, Measured, Rule};

fn number(value: Decimal, share: bool) -> String {
    match share {
        true => format!("{} %", (value * Decimal::ONE_HUNDRED).normalize()),
        false => value.normalize().to_string(),
    }
}

fn bound(bound: Bound, share: bool) -> String {
    match (bound.low, bound.high) {
        (Some(l), Some(h)) if l == h => format!("exactly {}", number(l, share)),
        (Some(l), Some(h)) => format!("between {} and {}", number(l, share), number(h, share)),
        (Some(l), None) => format!("at least {}", number(l, share)),
        (None, Some(h)) => format!("at most {}", number(h, share)),
        (None, None) => "anything".to_owned(),
    }
}

fn words(dimension: &Dimension) -> String {
    dimension.name().replace('_', " ")
}

fn plural(word: &str, bound: Bound) -> String {
    let one = bound.high.or(bound.low) == Some(Decimal::ONE) && bound.low.is_none_or(|l| l == Decimal::ONE);
    match word.strip_suffix('y') {
        _ if one => word.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{word}s"),
    }
}

/// The sentence.
pub(super) fn sentence(rule: &Rule) -> String {
    let scope: Vec<String> = rule
        .scope
        .0
        .iter()
        .map(|(d, values)| {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            format!("{} {}", words(d), values.join(" or "))
        })
        .collect();
    let scope = if scope.is_empty() { String::new() } else { format!(" with {}", scope.join(" and ")) };
    let each: Vec<String> = rule.each.iter().map(words).collect();
    let each = if each.is_empty() { String::new() } else { format!("for each {}, ", each.join(" and each ")) };
    let used = if rule.if_used { ", where it is used at all" } else { "" };
    let text = match &rule.measured {
        Measured::Units => format!("{each}the units{scope} are {}{used}", bound(rule.bound, false)),
        Measured::Spend => format!("{each}the list spend{scope} is {}{used}", bound(rule.bound, false)),
        Measured::Share { within, weight } => {
            let within: Vec<String> = within.iter().map(words).collect();
            let of = if within.is_empty() {
                "all purchases".to_owned()
            } else {
                format!("the whole {}", within.join(" and "))
            };
            let by = if within.iter().any(|w| w == "need") {
                String::new()
            } else {
                format!(" by {}", weight_words(*weight))
            };
            format!("{each}purchases{scope} are {} of {of}{by}{used}", bound(rule.bound, true))
        }
        Measured::Count { of, counts_from, .. } => {
            let from = counts_from
                .map_or_else(String::new, |f| format!(", counting from {} of the volume each", number(f, true)));
            format!(
                "{each}{} {} serve the purchases{scope}{from}",
                bound(rule.bound, false),
                plural(&words(of), rule.bound)
            )
        }
        Measured::Mean { of, .. } => {
            let what = match of {
                Averaged::Preference => "mean preference".to_owned(),
                Averaged::ProductAttribute(name) => format!("mean {name}"),
            };
            format!("{each}the {what} of purchases{scope} is {}", bound(rule.bound, false))
        }
    };
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str() + ".")
}

fn weight_words(weight: crate::tables::Weighting) -> &'static str {
    match weight {
        crate::tables::Weighting::Reference => "reference price",
        crate::tables::Weighting::Spend => "list spend",
        crate::tables::Weighting::Units => "units",
    }
}
