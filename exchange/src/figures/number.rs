//! Numbers as people read them: thousands separated, no digit more than it needs, a true minus sign.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use crate::documents::stress::EstimatePart;

fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut text = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    match fraction {
        Some(fraction) => format!("{text}.{fraction}"),
        None => text,
    }
}

fn with_sign(negative: bool, text: String) -> String {
    let is_zero = !text.contains(|c: char| c.is_ascii_digit() && c != '0');
    if negative && !is_zero { format!("−{text}") } else { text }
}

/// Money without cents: `1,234,567`.
pub fn money(amount: Decimal) -> String {
    with_sign(amount.is_sign_negative(), grouped(&amount.round().abs().to_string()))
}

/// An amount of whatever unit: large ones without decimals; small ones, such as counts and shares, as they are.
pub fn amount(amount: Decimal) -> String {
    if amount.abs() >= Decimal::ONE_THOUSAND {
        return money(amount);
    }
    with_sign(amount.is_sign_negative(), amount.abs().normalize().to_string())
}

/// Money to the cent, where figures are compared digit by digit.
pub fn cents(amount: Decimal) -> String {
    with_sign(amount.is_sign_negative(), grouped(&format!("{:.2}", amount.round_dp(2).abs())))
}

/// Money with its sign: `+1,234` or `−1,234`.
pub fn signed(amount: Decimal) -> String {
    let text = money(amount);
    if amount.round() > Decimal::ZERO { format!("+{text}") } else { text }
}

/// Large money in words: `30.92 million`.
pub fn short(amount: Decimal) -> String {
    let million = Decimal::from(1_000_000);
    match amount.abs() {
        a if a >= million * Decimal::from(1000) => format!("{} billion", cents(amount / million / Decimal::from(1000))),
        a if a >= million => format!("{} million", cents(amount / million)),
        _ => money(amount),
    }
}

/// Money that an engine gave as a float.
pub fn money_f(amount: f64) -> String {
    money(Decimal::from_f64(amount).unwrap_or_default())
}

/// A number of things.
pub fn count(n: impl TryInto<u64>) -> String {
    n.try_into().map_or_else(|_| "–".to_owned(), |n| grouped(&n.to_string()))
}

/// `one supplier`, `4 suppliers`.
pub fn plural(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("one {one}") } else { format!("{} {many}", count(n)) }
}

/// What stands behind a number in percent; it never starts a line.
pub const PERCENT: &str = "\u{a0}%";

/// A fraction as percent, one decimal; what is not quite 0 or 1 does not look like it.
pub fn percent(fraction: f64) -> String {
    match fraction {
        f if f > 0.0 && f < 0.0005 => format!("< 0.1{PERCENT}"),
        f if f > 0.9995 && f < 1.0 => format!("> 99.9{PERCENT}"),
        f if (f * 100.0).fract() == 0.0 => format!("{:.0}{PERCENT}", f * 100.0),
        f => with_sign(f < 0.0, format!("{:.1}{PERCENT}", f.abs() * 100.0)),
    }
}

/// A share in whole percent.
pub fn share(fraction: f64) -> String {
    match fraction {
        f if f > 0.0 && f < 0.005 => format!("< 1{PERCENT}"),
        f if f > 0.995 && f < 1.0 - 1e-9 => format!("> 99{PERCENT}"),
        f => format!("{:.0}{PERCENT}", f * 100.0),
    }
}

/// One amount as part of another; `None` where there is no whole.
pub fn part_of(part: Decimal, whole: Decimal) -> Option<f64> {
    (!whole.is_zero()).then(|| part / whole).and_then(|r| r.to_f64())
}

/// A measure with about three significant digits.
pub fn measure(value: f64) -> String {
    let size = value.abs();
    let text = match size {
        s if s >= 100.0 || s.fract() == 0.0 => grouped(&format!("{s:.0}")),
        s if s >= 10.0 => format!("{s:.1}"),
        s if s < 0.005 => return if value > 0.0 { "< 0.01".to_owned() } else { "0".to_owned() },
        s => format!("{s:.2}"),
    };
    with_sign(value < 0.0, text)
}

/// The ends of an interval: `47.9–52.2`; empty where they read like the estimate itself.
pub fn ends(e: &EstimatePart, show: impl Fn(f64) -> String) -> String {
    let bare = |v: f64| show(v).trim_end_matches(PERCENT).to_owned();
    let (low, high) = (bare(e.low), bare(e.high));
    if low == high { String::new() } else { format!("{low}–{high}") }
}

/// An estimate with its interval: `50.1 % (47.9–52.2)`.
pub fn interval(e: &EstimatePart, show: impl Fn(f64) -> String) -> String {
    match ends(e, &show) {
        ends if ends.is_empty() => show(e.value),
        ends => format!("{} ({ends})", show(e.value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_no_longer_than_they_need() {
        assert_eq!(money(Decimal::new(-123_456_789, 2)), "−1,234,568");
        assert_eq!(money(Decimal::new(-4, 1)), "0");
        assert_eq!(signed(Decimal::from(25_000)), "+25,000");
        assert_eq!(short(Decimal::new(3_092_101_238, 2)), "30.92 million");
        assert_eq!(cents(Decimal::new(129_910, 2)), "1,299.10");
        assert_eq!(percent(0.0), "0\u{a0}%");
        assert_eq!(percent(0.99999), "> 99.9\u{a0}%");
        assert_eq!(measure(12_345.6), "12,346");
        assert_eq!(measure(0.7689), "0.77");
        assert_eq!(measure(-6.5), "−6.50");
        assert_eq!(measure(4.0), "4");
    }
}
