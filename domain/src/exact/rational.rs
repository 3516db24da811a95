//! The rational number behind all exact arithmetic. Nearly every figure of a tender is a short decimal, and so are the
//! products and sums of a few of them: those fit machine words and need neither big integers nor memory of their own.
//! What does not fit is a big rational; which of the two a number is depends on its value alone.
//!
//! Small: n ÷ d in lowest terms with |n| < 2¹²⁷ and 0 < d < 2⁶⁴. With g = gcd(d, e):
//!
//! * a ÷ d + b ÷ e = (a · e/g + b · d/g) ÷ (d · e/g), which only a divisor of g can still shorten;
//! * a ÷ d · b ÷ e: a and e, b and d are shortened crosswise before they are multiplied;
//! * a ÷ d < b ÷ e where a · e < b · d.
//!
//! A step that overflows is done once more in big integers.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// An exact rational number.
#[derive(Clone, PartialEq, Eq)]
pub struct Exact(Kind);

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    /// In lowest terms; all that fits is kept here, so that equal numbers look alike.
    Small(Above, NonZeroU64),
    Big(Box<BigRational>),
}

/// A numerator that takes no more room than it needs: rules keep one for every line they speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed(8))]
struct Above(i128);

use Kind::{Big, Small};

/// Greatest common divisor; of 0 and x it is x.
fn gcd(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    if a == 0 || b == 0 {
        return a | b;
    }
    let twos = (a | b).trailing_zeros();
    a >>= a.trailing_zeros();
    while b != 0 {
        b >>= b.trailing_zeros();
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        b -= a;
    }
    a << twos
}

/// Greatest common divisor with a number of any sign.
fn common(n: i128, d: u64) -> u64 {
    let n = n.unsigned_abs();
    // The remainder is below d, and so fits.
    let rest = u64::try_from(n).map_or_else(|_| (n % u128::from(d)) as u64, |n| n % d);
    gcd(rest, d)
}

/// n ÷ d in lowest terms already.
fn small(n: i128, d: u64) -> Option<Exact> {
    // The one number without a counterpart of the other sign is left out.
    (n != i128::MIN).then_some(())?;
    Some(Exact(Small(Above(n), NonZeroU64::new(d)?)))
}

/// n ÷ d, shortened.
fn shortened(n: i128, d: u64) -> Option<Exact> {
    match common(n, d) {
        0 => None,
        1 => small(n, d),
        g => small(n / i128::from(g), d / g),
    }
}

fn sum(a: (i128, u64), b: (i128, u64)) -> Option<Exact> {
    let ((a, d), (b, e)) = (a, b);
    if a == 0 || b == 0 {
        return if a == 0 { small(b, e) } else { small(a, d) };
    }
    if d == e {
        let n = a.checked_add(b)?;
        return if d == 1 { small(n, 1) } else { shortened(n, d) };
    }
    // Mostly powers of ten, of which one divides the other.
    let (low, high) = if d < e { (d, e) } else { (e, d) };
    let g = if high % low == 0 { low } else { gcd(low, high) };
    let (left, right) = (e / g, d / g);
    let n = a.checked_mul(i128::from(left))?.checked_add(b.checked_mul(i128::from(right))?)?;
    let again = common(n, g);
    let d = u128::from(d) * u128::from(left) / u128::from(again);
    small(n / i128::from(again), u64::try_from(d).ok()?)
}

fn product(a: (i128, u64), b: (i128, u64)) -> Option<Exact> {
    let ((a, d), (b, e)) = (a, b);
    if (b, e) == (1, 1) {
        return small(a, d);
    }
    let (g, h) = (if e == 1 { 1 } else { common(a, e) }, if d == 1 { 1 } else { common(b, d) });
    small((a / i128::from(g)).checked_mul(b / i128::from(h))?, (d / h).checked_mul(e / g)?)
}

fn quotient(a: (i128, u64), b: (i128, u64)) -> Option<Exact> {
    let ((a, d), (b, e)) = (a, b);
    // The divisor turned upside down, its sign above.
    let below = u64::try_from(b.unsigned_abs()).ok().filter(|b| *b != 0)?;
    let above = if b < 0 { -i128::from(e) } else { i128::from(e) };
    product((a, d), (above, below))
}

impl Exact {
    /// A whole number; `None` if it does not fit machine words.
    pub(super) fn from_words(value: i128) -> Option<Self> {
        small(value, 1)
    }

    /// Numerator and denominator above 0, not yet shortened.
    pub(super) fn of_words((n, d): (i128, u64)) -> Self {
        let fits = if d == 1 { small(n, 1) } else { shortened(n, d) };
        fits.unwrap_or_else(|| Self::new(n, d))
    }

    /// A whole number.
    pub fn from_integer(value: BigInt) -> Self {
        Self::of(BigRational::from_integer(value))
    }

    /// `n` ÷ `d`; a zero below is an error of the caller.
    pub fn new(n: impl Into<BigInt>, d: impl Into<BigInt>) -> Self {
        Self::of(BigRational::new(n.into(), d.into()))
    }

    /// A decimal: mantissa ÷ 10^scale.
    pub(super) fn decimal(mantissa: i128, scale: u32) -> Self {
        let fits = if scale == 0 { small(mantissa, 1) } else { None };
        fits.or_else(|| shortened(mantissa, 10u64.checked_pow(scale)?))
            .unwrap_or_else(|| Self::new(mantissa, BigInt::from(10u8).pow(scale)))
    }

    /// A big rational, small if it fits.
    fn of(value: BigRational) -> Self {
        let fits = || small(value.numer().to_i128()?, value.denom().to_u64()?);
        fits().unwrap_or_else(|| Self(Big(Box::new(value))))
    }

    /// As a big rational.
    pub(super) fn big(&self) -> BigRational {
        match &self.0 {
            Small(n, d) => BigRational::new_raw(BigInt::from(n.0), BigInt::from(d.get())),
            Big(value) => (**value).clone(),
        }
    }

    /// Numerator and denominator, if they fit machine words.
    pub(super) fn words(&self) -> Option<(i128, u64)> {
        match &self.0 {
            Small(n, d) => Some((n.0, d.get())),
            Big(_) => None,
        }
    }

    /// By machine words if it can be, else by big integers.
    fn either(
        &self,
        other: &Self,
        words: impl Fn((i128, u64), (i128, u64)) -> Option<Self>,
        big: impl Fn(BigRational, BigRational) -> BigRational,
    ) -> Self {
        let fits = self.words().zip(other.words()).and_then(|(a, b)| words(a, b));
        fits.unwrap_or_else(|| Self::of(big(self.big(), other.big())))
    }

    /// Above 0.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Small(n, _) => n.0 > 0,
            Big(value) => value.is_positive(),
        }
    }

    /// Below 0.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Small(n, _) => n.0 < 0,
            Big(value) => value.is_negative(),
        }
    }

    /// Without its sign.
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// True for whole numbers.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Small(_, d) => d.get() == 1,
            Big(value) => value.is_integer(),
        }
    }

    /// The largest whole number that is not above it.
    pub fn floor(&self) -> Self {
        match &self.0 {
            Small(n, d) => Self(Small(Above({ n.0 }.div_euclid(i128::from(d.get()))), NonZeroU64::MIN)),
            Big(value) => Self::of(value.floor()),
        }
    }

    /// The smallest whole number that is not below it.
    pub fn ceil(&self) -> Self {
        -(-self).floor()
    }
}

impl Zero for Exact {
    fn zero() -> Self {
        Self(Small(Above(0), NonZeroU64::MIN))
    }
    fn is_zero(&self) -> bool {
        matches!(self.0, Small(Above(0), _))
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::zero()
    }
}

impl One for Exact {
    fn one() -> Self {
        Self(Small(Above(1), NonZeroU64::MIN))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        let words = || {
            let ((a, d), (b, e)) = self.words().zip(other.words())?;
            if d == e {
                return Some(a.cmp(&b));
            }
            Some(a.checked_mul(i128::from(e))?.cmp(&b.checked_mul(i128::from(d))?))
        };
        words().unwrap_or_else(|| self.big().cmp(&other.big()))
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.big(), f)
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.big(), f)
    }
}

impl Neg for &Exact {
    type Output = Exact;
    fn neg(self) -> Exact {
        match &self.0 {
            Small(n, d) => Exact(Small(Above(-n.0), *d)),
            Big(value) => Exact::of(-(**value).clone()),
        }
    }
}

impl Neg for Exact {
    type Output = Self;
    fn neg(self) -> Self {
        -&self
    }
}

macro_rules! operation {
    ($trait:ident, $method:ident, $assign:ident, $assign_method:ident, $words:expr) => {
        impl $trait<&Exact> for &Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                self.either(other, $words, |a, b| a.$method(b))
            }
        }
        impl $trait<Exact> for &Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                self.$method(&other)
            }
        }
        impl $trait<&Exact> for Exact {
            type Output = Exact;
            fn $method(self, other: &Exact) -> Exact {
                (&self).$method(other)
            }
        }
        impl $trait<Exact> for Exact {
            type Output = Exact;
            fn $method(self, other: Exact) -> Exact {
                (&self).$method(&other)
            }
        }
        impl $assign<&Exact> for Exact {
            fn $assign_method(&mut self, other: &Exact) {
                *self = (&*self).$method(other);
            }
        }
        impl $assign<Exact> for Exact {
            fn $assign_method(&mut self, other: Exact) {
                *self = (&*self).$method(&other);
            }
        }
    };
}

operation!(Add, add, AddAssign, add_assign, sum);
operation!(Sub, sub, SubAssign, sub_assign, |a, b| sum(a, (-b.0, b.1)));
operation!(Mul, mul, MulAssign, mul_assign, product);
operation!(Div, div, DivAssign, div_assign, quotient);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Numbers of every size, those at the edge of machine words among them.
    fn number() -> impl Strategy<Value = (i128, i128)> {
        let above = prop_oneof![
            -1000i128..1000,
            any::<i64>().prop_map(i128::from),
            any::<i128>(),
            Just(i128::MAX),
            Just(i128::MIN),
            Just(i128::MIN + 1),
            (0u32..38).prop_map(|e| 10i128.pow(e)),
        ];
        let below = prop_oneof![
            Just(1i128),
            1i128..1000,
            (1u64..).prop_map(i128::from),
            (0u32..28).prop_map(|e| 10i128.pow(e)),
            (1i128..i128::MAX),
        ];
        (above, below)
    }

    /// The number, and the same as a big rational made without it.
    fn pair((n, d): (i128, i128)) -> (Exact, BigRational) {
        (Exact::new(n, d), BigRational::new(n.into(), d.into()))
    }

    /// Equal in value, and kept as its value asks: small in lowest terms if it fits.
    fn same(exact: &Exact, big: &BigRational) {
        assert_eq!(&exact.big(), big);
        assert_eq!(exact, &Exact::of(big.clone()));
        let fits = big.numer().to_i128().is_some_and(|n| n != i128::MIN) && big.denom().to_u64().is_some();
        assert_eq!(exact.words().is_some(), fits);
    }

    #[test]
    fn a_number_is_small() {
        assert_eq!(size_of::<Exact>(), 24);
    }

    proptest! {
        #[test]
        fn every_operation_is_that_of_big_rationals(a in number(), b in number()) {
            let ((x, p), (y, q)) = (pair(a), pair(b));
            same(&(&x + &y), &(&p + &q));
            same(&(&x - &y), &(&p - &q));
            same(&(&x * &y), &(&p * &q));
            if !q.is_zero() {
                same(&(&x / &y), &(&p / &q));
            }
            same(&-&x, &-&p);
            same(&x.abs(), &p.abs());
            same(&x.floor(), &p.floor());
            same(&x.ceil(), &p.ceil());
            prop_assert_eq!(x.cmp(&y), p.cmp(&q));
            prop_assert_eq!(x == y, p == q);
            prop_assert_eq!(x.is_zero(), p.is_zero());
            prop_assert_eq!(x.is_positive(), p.is_positive());
            prop_assert_eq!(x.is_negative(), p.is_negative());
            prop_assert_eq!(x.is_integer(), p.is_integer());
            prop_assert_eq!(x.to_string(), p.to_string());
        }

        #[test]
        fn sums_come_back(a in number(), b in number()) {
            let ((x, _), (y, _)) = (pair(a), pair(b));
            prop_assert_eq!(&x + &y - &y, x.clone());
            let mut z = x.clone();
            z += &y;
            z -= y;
            prop_assert_eq!(z, x);
        }

        #[test]
        fn decimals_are_their_mantissa_over_a_power_of_ten(n in -79_228_162_514_264_337_593_543_950_335i128..=79_228_162_514_264_337_593_543_950_335, scale in 0u32..=28) {
            same(&Exact::decimal(n, scale), &BigRational::new(n.into(), BigInt::from(10u8).pow(scale)));
        }
    }
}
