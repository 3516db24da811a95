//! Exact arithmetic for prices, tiers and rules: rationals over big integers.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

/// An exact rational number.
pub type Exact = BigRational;

/// A decimal as a rational, without loss.
pub fn exact(value: Decimal) -> Exact {
    let numerator = BigInt::from(value.mantissa());
    match value.scale() {
        0 => Exact::from_integer(numerator),
        scale => Exact::new(numerator, BigInt::from(10u8).pow(scale)),
    }
}

/// A whole number as a rational.
pub fn whole(value: impl Into<BigInt>) -> Exact {
    Exact::from_integer(value.into())
}

/// Rounded to `places` decimals, half to even. Values beyond 28 digits saturate, which no tender reaches: cells have at
/// most 15 digits before the point, and `tender/range.rs` refuses lines whose packs or cost would have more.
pub fn round(value: &Exact, places: u32) -> Decimal {
    let scaled = value * whole(BigInt::from(10u8).pow(places));
    let floor = scaled.floor();
    let rest = &scaled - &floor;
    let half = Exact::new(BigInt::one(), BigInt::from(2u8));
    let mut integer = floor.to_integer();
    let odd = (&integer % BigInt::from(2u8)).abs() == BigInt::one();
    if rest > half || (rest == half && odd) {
        integer += 1;
    }
    match integer.to_i128().and_then(|i| Decimal::try_from_i128_with_scale(i, places).ok()) {
        Some(decimal) => decimal,
        None if integer.is_negative() => Decimal::MIN,
        None => Decimal::MAX,
    }
}

/// All digits, up to 28 decimals, of a value of any size; for figures that differ far behind the point.
pub fn digits(value: &Exact) -> String {
    let scaled = (value * whole(BigInt::from(10u8).pow(28))).round().to_integer();
    let padded = format!("{:0>29}", scaled.abs().to_string());
    let (before, after) = padded.split_at(padded.len() - 28);
    let after = after.trim_end_matches('0');
    let sign = if scaled.is_negative() { "-" } else { "" };
    if after.is_empty() { format!("{sign}{before}") } else { format!("{sign}{before}.{after}") }
}

/// The nearest `f64`.
pub fn float(value: &Exact) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// Zero.
pub fn zero() -> Exact {
    Exact::zero()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_to_the_even_cent() {
        let cent = |text: &str| round(&exact(Decimal::from_str_exact(text).unwrap()), 2).to_string();
        assert_eq!(cent("0.125"), "0.12");
        assert_eq!(cent("0.135"), "0.14");
        assert_eq!(cent("-0.125"), "-0.12");
        assert_eq!(cent("-0.1251"), "-0.13");
        assert_eq!(cent("7"), "7.00");
    }

    #[test]
    fn every_digit_is_written() {
        let text = |text: &str| digits(&exact(Decimal::from_str_exact(text).unwrap()));
        for number in ["0", "-10000", "0.000000000001", "79228162514264337593543950335", "-12.5"] {
            assert_eq!(text(number), number);
        }
    }
}
