//! The types a cell may have, each with its text form in both directions. Parsing is the only door.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::quantity::{CapacityUnits, Fraction, Money, NeedUnits, Packs, UseFactor, Weeks};

/// What a cell should have held and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// "expected …".
    pub expected: String,
    /// "fix: …".
    pub fix: String,
}

impl Refusal {
    fn new(expected: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { expected: expected.into(), fix: fix.into() }
    }
}

/// A value with a text form. `None` stands for a blank cell.
pub trait Cell: Sized {
    /// The name of the type in the documentation.
    fn kind() -> String;
    /// Reads a cell.
    ///
    /// # Errors
    /// What was expected and how to mend it.
    fn parse(text: Option<&str>) -> Result<Self, Refusal>;
    /// Writes the canonical text, `None` for blank.
    fn print(&self) -> Option<String>;
    /// True if a blank cell is accepted.
    fn optional() -> bool {
        false
    }
}

impl<T: Cell> Cell for Option<T> {
    fn kind() -> String {
        T::kind()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        match text {
            None => Ok(None),
            some => T::parse(some).map(Some),
        }
    }
    fn print(&self) -> Option<String> {
        self.as_ref().and_then(T::print)
    }
    fn optional() -> bool {
        true
    }
}

fn present(text: Option<&str>) -> Result<&str, Refusal> {
    text.ok_or_else(|| Refusal::new("a value; the cell is blank", "fill the cell or remove the row"))
}

/// A name that other rows refer to: 1 to 80 characters, none of `; : ,` and no line breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(String);

impl Id {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Cell for Id {
    fn kind() -> String {
        "id".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let text = present(text)?;
        let bad = |c: char| c.is_control() || matches!(c, ';' | ':' | ',');
        if text.chars().count() > 80 || text.contains(bad) {
            return Err(Refusal::new(
                "an id of at most 80 characters without `;`, `:` or `,`",
                "shorten it or replace the character, here and where it is referred to",
            ));
        }
        Ok(Self(text.to_owned()))
    }
    fn print(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

/// Line breaks and tabs are text; other control characters steer terminals and have no place in documents.
fn without_control_characters(text: &str) -> Result<&str, Refusal> {
    match text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
        true => Err(Refusal::new("text without control characters", "remove them; they are often invisible")),
        false => Ok(text),
    }
}

/// Free text of at most 2,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(pub String);

impl Cell for Text {
    fn kind() -> String {
        "text".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let text = without_control_characters(present(text)?)?;
        if text.chars().count() > 2000 {
            return Err(Refusal::new("at most 2,000 characters", "shorten the text"));
        }
        Ok(Self(text.to_owned()))
    }
    fn print(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

/// `yes` or `no`.
impl Cell for bool {
    fn kind() -> String {
        "yes or no".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        match present(text)? {
            "yes" | "true" => Ok(true),
            "no" | "false" => Ok(false),
            _ => Err(Refusal::new("`yes` or `no`", "write yes or no")),
        }
    }
    fn print(&self) -> Option<String> {
        Some(if *self { "yes" } else { "no" }.into())
    }
}

/// A whole number from 0 to 4,294,967,295.
impl Cell for u32 {
    fn kind() -> String {
        "whole number".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        present(text)?.parse().map_err(|_| Refusal::new("a whole number, 0 or more", "write digits only, such as 3"))
    }
    fn print(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Cell for Date {
    fn kind() -> String {
        "date".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let refused =
            || Refusal::new("a date such as 2026-01-31", "write year-month-day with leading zeros, and nothing else");
        let text = present(text)?;
        // The parser takes more forms than one, and a time of day behind the date, which it would drop.
        let one_form = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        match one_form {
            true => text.parse().map_err(|_| refused()),
            false => Err(refused()),
        }
    }
    fn print(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// Reads a decimal with at most 15 digits before the point and 12 after it.
///
/// # Errors
/// Names the form expected; a decimal comma, `NaN` and exponents are refused.
pub fn decimal(text: &str) -> Result<Decimal, Refusal> {
    let refused = || {
        let cure = if text.contains(',') {
            "write a point for decimals and no thousands separators, such as 1234.5"
        } else {
            "write digits with an optional point, such as 1234.5, without a unit or currency sign"
        };
        Refusal::new("a decimal number of at most 15 digits before the point and 12 after", cure)
    };
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if digits.is_empty() || before.is_empty() && after.is_empty() || !plain(before) || !plain(after) {
        return Err(refused());
    }
    if before.trim_start_matches('0').len() > 15 || after.len() > 12 {
        return Err(refused());
    }
    Decimal::from_str_exact(text).map(|d| d.normalize()).map_err(|_| refused())
}

fn in_range(text: Option<&str>, low: i64, open: bool, high: Option<i64>, words: &str) -> Result<Decimal, Refusal> {
    let value = decimal(present(text)?)?;
    let low = Decimal::from(low);
    let above = if open { value > low } else { value >= low };
    let below = high.is_none_or(|h| value <= Decimal::from(h));
    match above && below {
        true => Ok(value),
        false => Err(Refusal::new(words, format!("enter {words}"))),
    }
}

macro_rules! number_cell {
    ($($name:ident: $kind:literal, $low:literal, $open:literal, $high:expr, $words:literal;)+) => {$(
        impl Cell for $name {
            fn kind() -> String {
                $kind.into()
            }
            fn parse(text: Option<&str>) -> Result<Self, Refusal> {
                in_range(text, $low, $open, $high, $words).map(Self)
            }
            fn print(&self) -> Option<String> {
                Some(self.to_string())
            }
        }
    )+};
}

number_cell! {
    Money: "money", 0, false, None, "an amount of money, 0 or more";
    NeedUnits: "need units", 0, false, None, "a quantity, 0 or more";
    Packs: "packs", 0, false, None, "a number of packs, 0 or more";
    CapacityUnits: "capacity units", 0, false, None, "a capacity, 0 or more";
    Fraction: "fraction", 0, false, Some(1), "a fraction from 0 to 1 (12 % is 0.12)";
    UseFactor: "factor", 0, true, None, "a factor above 0";
    Weeks: "weeks", 0, false, Some(5200), "a number of weeks from 0 to 5200";
}

/// A decimal of any sign and unit, where the unit depends on another column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(pub Decimal);

impl Cell for Number {
    fn kind() -> String {
        "number".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        decimal(present(text)?).map(Self)
    }
    fn print(&self) -> Option<String> {
        Some(self.0.normalize().to_string())
    }
}

/// Several values separated by `;`. A blank cell is the empty list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct List(pub Vec<String>);

impl Cell for List {
    fn kind() -> String {
        "list".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let parts = without_control_characters(text.unwrap_or(""))?.split(';').map(|s| s.trim().to_owned());
        Ok(Self(parts.filter(|s| !s.is_empty()).collect()))
    }
    fn print(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.0.join(";"))
    }
    fn optional() -> bool {
        true
    }
}

/// Ids with weights that sum to 1: `A:0.6;B:0.4`. A single id without weight has weight 1. Blank is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Weights(pub BTreeMap<String, Decimal>);

impl Cell for Weights {
    fn kind() -> String {
        "weights".into()
    }
    fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let refused = || Refusal::new("ids with weights that sum to 1, such as `A:0.6;B:0.4`", "mend the weights");
        let text = without_control_characters(text.unwrap_or(""))?;
        let parts: Vec<&str> = text.split(';').map(str::trim).filter(|s| !s.is_empty()).collect();
        let mut weights = BTreeMap::new();
        for part in &parts {
            let (id, weight) = match part.rsplit_once(':') {
                Some((id, weight)) => (id.trim(), decimal(weight.trim()).map_err(|_| refused())?),
                None if parts.len() == 1 => (*part, Decimal::ONE),
                None => return Err(refused()),
            };
            if weight <= Decimal::ZERO || weights.insert(id.to_owned(), weight).is_some() {
                return Err(refused());
            }
        }
        if !weights.is_empty() && weights.values().sum::<Decimal>() != Decimal::ONE {
            return Err(refused());
        }
        Ok(Self(weights))
    }
    fn print(&self) -> Option<String> {
        let part = |(id, w): (&String, &Decimal)| match self.0.len() {
            1 => id.clone(),
            _ => format!("{id}:{}", w.normalize()),
        };
        (!self.0.is_empty()).then(|| self.0.iter().map(part).collect::<Vec<_>>().join(";"))
    }
    fn optional() -> bool {
        true
    }
}

/// Declares an enum whose variants are the words a cell may hold.
#[macro_export]
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word in files and documents.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl $crate::cell::Cell for $name {
            fn kind() -> String {
                let words: Vec<String> = Self::ALL.iter().map(|v| format!("`{}`", v.word())).collect();
                words.join(", ")
            }
            fn parse(text: Option<&str>) -> Result<Self, $crate::cell::Refusal> {
                let kind = <Self as $crate::cell::Cell>::kind();
                Self::ALL.iter().copied().find(|v| Some(v.word()) == text).ok_or_else(|| $crate::cell::Refusal {
                    expected: format!("one of {kind}"),
                    fix: $crate::cell::nearest(text.unwrap_or(""), Self::ALL.iter().map(|v| v.word()))
                        .map_or_else(|| "choose one of them".to_owned(), |w| format!("did you mean `{w}`?")),
                })
            }
            fn print(&self) -> Option<String> {
                Some(self.word().to_owned())
            }
        }
    };
}

/// The candidate that is most like `text`, if any is alike enough to be worth proposing.
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (strsim::jaro_winkler(&text.to_lowercase(), &c.to_lowercase()), c))
        .filter(|(score, _)| *score >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, c)| c)
}

/// Whether two different names look like one that was misspelt once: one letter more, less, other or swapped, or only case
/// and blanks. Names with digits are told apart by them.
pub fn misspelt(a: &str, b: &str) -> bool {
    let plain = |t: &str| t.to_lowercase().split_whitespace().collect::<String>();
    let (x, y) = (plain(a), plain(b));
    let letters = |t: &str| t.chars().count() >= 4 && !t.chars().any(|c| c.is_numeric());
    a != b && (x == y || letters(&x) && letters(&y) && strsim::damerau_levenshtein(&x, &y) == 1)
}

/// The cure of a name that does not exist: the one it is most like, or else all, introduced as `the … are`.
pub fn did_you_mean<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>, the: &str) -> String {
    let names: Vec<&str> = candidates.into_iter().collect();
    match nearest(text, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("{the} {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_look_like_numbers_elsewhere_are_refused() {
        for text in ["NaN", "inf", "1e3", "1,5", "1.234,5", "$4", "", "-", ".", "1234567890123456", "0x1", "١"] {
            assert!(decimal(text).is_err(), "{text}");
        }
        assert_eq!(decimal("-.50").unwrap().to_string(), "-0.5");
        assert!(decimal("1,5").unwrap_err().fix.contains("point"));
    }

    #[test]
    fn a_date_has_one_form() {
        for text in ["20260101", "2026-01-01T12:00", "2026-1-1", "+002026-01-01", "2026-W01-1", "2026-02-30"] {
            assert!(Date::parse(Some(text)).is_err(), "{text}");
        }
        assert_eq!(Date::parse(Some("2026-01-31")).unwrap().print().unwrap(), "2026-01-31");
    }

    #[test]
    fn text_that_would_steer_a_terminal_is_refused() {
        assert!(Text::parse(Some("Caf\u{e9} “North”,\nsecond line")).is_ok());
        assert!(Text::parse(Some("a\u{1b}[31m")).is_err());
        assert!(List::parse(Some("a;b\0")).is_err());
    }

    #[test]
    fn weights_sum_to_one() {
        assert!(Weights::parse(Some("A:0.6;B:0.4")).is_ok());
        assert!(Weights::parse(Some("A:0.6;B:0.5")).is_err());
        assert!(Weights::parse(Some("A;B")).is_err());
        assert_eq!(Weights::parse(Some("A")).unwrap().print().unwrap(), "A");
    }
}
