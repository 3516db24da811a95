//! Numbers, dates and words as this file writes them.

use ballast_domain::cell::decimal;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::mapping::{CellPattern, Condition, DateColumn, FileForm, Meaning};

/// What a cell of a number column says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// A number.
    Number(Decimal),
    /// Nothing is due: the price includes it.
    Included,
    /// Not known; a blank cell too.
    Unknown,
    /// It stands in the row with this key.
    Reference(String),
    /// Neither a number nor any of the patterns.
    Unreadable,
}

/// Reads a cell of a number column: first the patterns that speak of the column, then a plain number.
pub(super) fn said(text: &str, column: &str, form: &FileForm, patterns: &[CellPattern]) -> Said {
    if text.is_empty() {
        return Said::Unknown;
    }
    for pattern in patterns.iter().filter(|p| p.columns.iter().any(|c| c == column)) {
        let Some(found) = pattern.pattern.first(text) else { continue };
        return match pattern.means {
            Meaning::Included => Said::Included,
            Meaning::Unknown => Said::Unknown,
            Meaning::Reference => Said::Reference(found.to_owned()),
            Meaning::Number => number(found, form).map_or(Said::Unreadable, Said::Number),
        };
    }
    number(text, form).map_or(Said::Unreadable, Said::Number)
}

/// A number in the file's notation: sign before or behind, currency signs, groups of exactly three digits.
pub(super) fn number(text: &str, form: &FileForm) -> Option<Decimal> {
    let mut text = text.trim().to_owned();
    for sign in &form.currency_signs {
        text = text.replace(sign.as_str(), "");
    }
    text.retain(|c| !c.is_whitespace() || form.thousands == Some(c));
    let text = text.trim();
    let (negative, digits) = match (text.strip_prefix(['-', '−']), text.strip_suffix('-')) {
        (Some(rest), _) | (None, Some(rest)) => (true, rest),
        (None, None) => (false, text),
    };
    let (whole, rest) = digits.split_once(form.decimal).unwrap_or((digits, ""));
    let whole = match form.thousands {
        Some(mark) if whole.contains(mark) => {
            let groups: Vec<&str> = whole.split(mark).collect();
            let sizes_fit = groups.iter().skip(1).all(|g| g.len() == 3) && (1..=3).contains(&groups[0].len());
            sizes_fit.then(|| groups.concat())?
        }
        _ => whole.to_owned(),
    };
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() && rest.is_empty() || !plain(&whole) || !plain(rest) {
        return None;
    }
    let value = decimal(&if rest.is_empty() { whole } else { format!("{whole}.{rest}") }).ok()?;
    Some(if negative { -value } else { value })
}

/// What a cell of a date column says: a date, none, or something unreadable.
pub(super) fn date(text: &str, column: &DateColumn) -> Result<Option<Date>, ()> {
    if text.is_empty() || column.none.iter().any(|n| n == text) {
        return Ok(None);
    }
    let found = column.formats.iter().find_map(|format| Date::strptime(format, text).ok());
    found.map(Some).ok_or(())
}

/// True if all the tests of a condition hold. A cell that is no number passes no numeric test.
pub(super) fn holds(condition: &Condition, text: &str, form: &FileForm) -> bool {
    let value = || number(text, form);
    condition.is.as_ref().is_none_or(|words| words.iter().any(|w| w == text))
        && condition.matches.as_ref().is_none_or(|p| p.fits(text))
        && condition.below.is_none_or(|b| value().is_some_and(|v| v < exactly(b)))
        && condition.at_least.is_none_or(|b| value().is_some_and(|v| v >= exactly(b)))
}

/// A figure of the mapping as the decimal that was written.
pub(super) fn exactly(figure: f64) -> Decimal {
    Decimal::from_str_exact(&figure.to_string()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn form(decimal: char, thousands: Option<char>) -> FileForm {
        let text = format!(
            "decimal = \"{decimal}\"\ncurrency_signs = [\"€\", \"EUR\"]\n{}",
            thousands.map_or(String::new(), |t| format!("thousands = \"{t}\""))
        );
        toml::from_str(&text).unwrap()
    }

    #[test]
    fn notations_of_other_countries() {
        let german = form(',', Some('.'));
        let read = |text: &str| number(text, &german).map(|d| d.to_string());
        assert_eq!(read("1.234,50").as_deref(), Some("1234.5"));
        assert_eq!(read("-12,5 €").as_deref(), Some("-12.5"));
        assert_eq!(read("12-").as_deref(), Some("-12"));
        assert_eq!(read("EUR 7").as_deref(), Some("7"));
        // A point that is no thousands mark is no decimal point either: better unreadable than ten times too much.
        assert_eq!(read("1.5"), None);
        assert_eq!(read("n/a"), None);
        assert_eq!(number("1,5", &form('.', None)), None);
    }

    #[test]
    fn two_digit_years_and_words_for_no_date() {
        let column = DateColumn {
            column: "d".into(),
            formats: vec!["%d-%b-%y".into(), "%m/%d/%y".into()],
            none: vec!["N/A".into()],
        };
        let iso = |text: &str| date(text, &column).map(|d| d.map(|d| d.to_string()));
        assert_eq!(iso("2-Jun-06"), Ok(Some("2006-06-02".into())));
        assert_eq!(iso("11/13/14"), Ok(Some("2014-11-13".into())));
        assert_eq!(iso("N/A"), Ok(None));
        assert_eq!(iso("soon"), Err(()));
    }
}
