//! What is proven about an amount of money: that it lies between two others.
//!
//! An award of value V with bound B proves that the best value z of its tender lies in \[B, V\]. So the difference of two
//! tenders, z₂ − z₁, lies in \[B₂ − V₁, V₂ − B₁\].

use rust_decimal::Decimal;

/// Ends of an interval; a missing end is not proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// Not less than this.
    pub low: Option<Decimal>,
    /// Not more than this.
    pub high: Option<Decimal>,
}

impl Interval {
    /// One known amount.
    pub fn exactly(amount: Decimal) -> Self {
        Self { low: Some(amount), high: Some(amount) }
    }

    /// `self` less `other`.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        let minus = |a: Option<Decimal>, b: Option<Decimal>| Some(a? - b?);
        Self { low: minus(self.low, other.high), high: minus(self.high, other.low) }
    }

    /// The same with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { low: self.high.map(|d| -d), high: self.low.map(|d| -d) }
    }

    /// The same, known to be at least `floor`.
    #[must_use]
    pub fn at_least(self, floor: Decimal) -> Self {
        let high = self.high.map(|h| h.max(floor));
        let low = self.low.map_or(floor, |l| l.max(floor));
        // Bounds are rounded outwards on their own; the ends of one interval must not cross for that.
        Self { low: Some(high.map_or(low, |h| low.min(h))), high }
    }

    /// True if the interval says on which side of zero the amount lies.
    pub fn decided(self) -> bool {
        self.low.is_some_and(|l| l > Decimal::ZERO) || self.high.is_some_and(|h| h < Decimal::ZERO)
    }

    /// How far the ends lie apart.
    pub fn width(self) -> Option<Decimal> {
        Some(self.high? - self.low?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(low: i64, high: i64) -> Interval {
        Interval { low: Some(low.into()), high: Some(high.into()) }
    }

    #[test]
    fn a_difference_is_as_wide_as_both_together() {
        assert_eq!(of(10, 12).less(of(3, 4)), of(6, 9));
        assert_eq!(of(10, 12).less(of(3, 4)).width(), Some(3.into()));
        assert!(of(6, 9).decided() && of(-9, -6).decided() && !of(-1, 2).decided() && !of(0, 2).decided());
    }

    #[test]
    fn an_end_that_is_not_proven_stays_open() {
        let open = Interval { low: None, high: Some(12.into()) };
        assert_eq!(open.less(of(3, 4)), Interval { low: None, high: Some(9.into()) });
        assert_eq!(open.at_least(0.into()).low, Some(0.into()));
        assert_eq!(of(-3, 2).negated(), of(-2, 3));
    }
}
