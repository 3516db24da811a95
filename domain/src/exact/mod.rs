//! Exact arithmetic for prices, tiers and rules: rationals that are as long as they need to be.

mod rational;
mod total;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

pub use rational::Exact;
pub use total::Total;

/// A decimal as a rational, without loss.
pub fn exact(value: Decimal) -> Exact {
    Exact::decimal(value.mantissa(), value.scale())
}

/// A whole number as a rational.
pub fn whole(value: impl Into<BigInt> + ToPrimitive) -> Exact {
    value.to_i128().and_then(Exact::from_words).unwrap_or_else(|| Exact::from_integer(value.into()))
}

/// Rounded to `places` decimals, half to even. Values beyond 28 digits saturate, which no tender reaches: cells have at
/// most 15 digits before the point, and `tender/range.rs` refuses lines whose packs or cost would have more.
pub fn round(value: &Exact, places: u32) -> Decimal {
    let decimal = |integer: i128| Decimal::try_from_i128_with_scale(integer, places).ok();
    match rounded_words(value, places).or_else(|| rounded(value, places).to_i128()).and_then(decimal) {
        Some(decimal) => decimal,
        None if value.is_negative() => Decimal::MIN,
        None => Decimal::MAX,
    }
}

/// The nearest multiple of 10^-places, in units of it; `None` where machine words do not hold it.
fn rounded_words(value: &Exact, places: u32) -> Option<i128> {
    let (n, d) = value.words()?;
    let (scaled, d) = (n.checked_mul(10i128.checked_pow(places)?)?, i128::from(d));
    let (floor, rest) = (scaled.div_euclid(d), scaled.rem_euclid(d));
    let up = 2 * rest > d || (2 * rest == d && floor % 2 != 0);
    Some(floor + i128::from(up))
}

/// The same in big integers.
fn rounded(value: &Exact, places: u32) -> BigInt {
    let scaled = value.big() * BigRational::from_integer(BigInt::from(10u8).pow(places));
    let floor = scaled.floor();
    let rest = &scaled - &floor;
    let half = BigRational::new(BigInt::one(), BigInt::from(2u8));
    let integer = floor.to_integer();
    let odd = (&integer % BigInt::from(2u8)).abs() == BigInt::one();
    if rest > half || (rest == half && odd) { integer + 1 } else { integer }
}

/// All digits, up to 28 decimals, of a value of any size; for figures that differ far behind the point.
pub fn digits(value: &Exact) -> String {
    let scaled = (value.big() * BigRational::from_integer(BigInt::from(10u8).pow(28))).round().to_integer();
    let padded = format!("{:0>29}", scaled.abs().to_string());
    let (before, after) = padded.split_at(padded.len() - 28);
    let after = after.trim_end_matches('0');
    let sign = if scaled.is_negative() { "-" } else { "" };
    if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") }
}

/// Whole numbers up to here are floats without loss, and the quotient of two of them is the nearest float.
const FLOAT: u64 = 1 << f64::MANTISSA_DIGITS;

/// The nearest `f64`.
pub fn float(value: &Exact) -> f64 {
    match value.words() {
        Some((n, d)) if n.unsigned_abs() <= u128::from(FLOAT) && d <= FLOAT => n as f64 / d as f64,
        _ => value.big().to_f64().unwrap_or(f64::NAN),
    }
}

/// Zero.
pub fn zero() -> Exact {
    Exact::zero()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_to_the_even_cent() {
        let cent = |text: &str| round(&exact(Decimal::from_str_exact(text).unwrap()), 2).to_string();
        assert_eq!(cent("0.125"), "0.12");
        assert_eq!(cent("0.135"), "0.14");
        assert_eq!(cent("-0.125"), "-0.12");
        assert_eq!(cent("-0.1251"), "-0.13");
        assert_eq!(cent("7"), "7.00");
    }

    proptest! {
        #[test]
        fn words_and_big_integers_round_alike(n in any::<i64>(), d in 1i64.., places in 0u32..8) {
            let value = Exact::new(n, d);
            prop_assert_eq!(rounded_words(&value, places).map(BigInt::from), Some(rounded(&value, places)));
            let nearest = value.big().to_f64();
            prop_assert_eq!(Some(float(&value)), nearest);
            let short = Exact::new(n >> 12, d >> 12 | 1);
            prop_assert_eq!(Some(float(&short)), short.big().to_f64());
        }
    }

    #[test]
    fn every_digit_is_written() {
        let text = |text: &str| digits(&exact(Decimal::from_str_exact(text).unwrap()));
        for number in ["0", "-10000", "0.000000000001", "79228162514264337593543950335", "-12.5"] {
            assert_eq!(text(number), number);
        }
    }
}
