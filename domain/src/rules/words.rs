//! Numbers, dimensions and scopes in plain words.

use rust_decimal::Decimal;

use super::{Bound, Dimension, Scope};

/// A number with commas between thousands.
pub(super) fn number(value: Decimal) -> String {
    let text = value.normalize().to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("-", d));
    let (whole, rest) = digits.split_once('.').map_or((digits, String::new()), |(w, r)| (w, format!(".{r}")));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// A number, or a fraction as a percentage.
pub(super) fn figure(value: Decimal, fraction: bool) -> String {
    match fraction {
        true => format!("{} %", number(value * Decimal::ONE_HUNDRED)),
        false => number(value),
    }
}

/// The bound.
pub(super) fn bound(bound: Bound, fraction: bool) -> String {
    match (bound.low, bound.high) {
        (Some(l), Some(h)) if l == h => format!("exactly {}", figure(l, fraction)),
        (Some(l), Some(h)) => format!("between {} and {}", figure(l, fraction), figure(h, fraction)),
        (Some(l), None) => format!("at least {}", figure(l, fraction)),
        (None, Some(h)) => format!("at most {}", figure(h, fraction)),
        (None, None) => "anything".to_owned(),
    }
}

/// The dimension in words.
pub(super) fn dimension(dimension: &Dimension) -> String {
    match dimension {
        Dimension::SupplierAttribute(name) => format!("value of the suppliers' {name}"),
        Dimension::ProductAttribute(name) => format!("value of the products' {name}"),
        Dimension::SiteAttribute(name) => format!("value of the sites' {name}"),
        Dimension::Layer => "contract layer".to_owned(),
        plain => plain.name().replace('_', " "),
    }
}

/// True if the bound speaks of one thing.
pub(super) fn one(bound: Bound) -> bool {
    bound.high.or(bound.low) == Some(Decimal::ONE) && bound.low.is_none_or(|l| l == Decimal::ONE)
}

/// Several things, or one where the bound speaks of one.
pub(super) fn plural(word: &str, bound: Bound) -> String {
    match word.strip_suffix('y') {
        _ if one(bound) => word.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None if word.ends_with('s') => format!("{word}es"),
        None => format!("{word}s"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn list(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}

/// The scope, with a blank before it; empty if the rule speaks of every line.
pub(super) fn scope(scope: &Scope) -> String {
    let (mut with, mut special) = (Vec::new(), String::new());
    for (dimension, values) in &scope.0 {
        let values: Vec<String> = values.iter().cloned().collect();
        let one = match &values[..] {
            [one] => one.as_str(),
            _ => "",
        };
        let values = list(&values, "or");
        match (dimension, one) {
            (Dimension::Incumbent, "yes") => special.push_str(" of products used there today"),
            (Dimension::Incumbent, "no") => special.push_str(" of products not used there today"),
            (Dimension::Acceptable, "yes") => special.push_str(" that clinicians there accept"),
            (Dimension::Acceptable, "no") => special.push_str(" that clinicians there do not accept"),
            (Dimension::InFormulary, "yes") => special.push_str(" on the formulary"),
            (Dimension::InFormulary, "no") => special.push_str(" off the formulary"),
            (Dimension::Approval, _) => special.push_str(&format!(" of products whose approval is {values}")),
            (Dimension::SupplierAttribute(name), _) => {
                special.push_str(&format!(" from suppliers whose {name} is {values}"));
            }
            (Dimension::ProductAttribute(name), _) => {
                special.push_str(&format!(" of products whose {name} is {values}"));
            }
            (Dimension::SiteAttribute(name), _) => special.push_str(&format!(" at sites whose {name} is {values}")),
            (Dimension::Layer, _) => special.push_str(&format!(" under {values} contracts")),
            (plain, _) => with.push(format!("{} {values}", self::dimension(plain))),
        }
    }
    let with = if with.is_empty() { String::new() } else { format!(" with {}", with.join(" and ")) };
    with + &special
}
