//! Sums that do not depend on the order of their parts: a part is rounded to a multiple of 2⁻⁴⁴ and added as an integer. Blocks
//! therefore add up to the same figure whichever process summed which of them.

const UNIT: f64 = (1u64 << 44) as f64;

/// A sum of block sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExactSum(i128);

impl ExactSum {
    /// Adds a block's sum.
    pub fn add(&mut self, part: f64) {
        self.0 = self.0.saturating_add((part * UNIT).round() as i128);
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    /// The sum.
    pub fn value(self) -> f64 {
        self.0 as f64 / UNIT
    }

    /// As digits, for a file.
    pub fn digits(self) -> String {
        self.0.to_string()
    }

    /// From digits.
    pub fn from_digits(digits: &str) -> Option<Self> {
        digits.parse().ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_gives_the_same_sum() {
        let parts = [1e9, 0.1, 0.2, 1e-9, 3.7e8, 0.3];
        let sum = |order: &[usize]| {
            let mut sum = ExactSum::default();
            order.iter().for_each(|i| sum.add(parts[*i]));
            sum
        };
        assert_eq!(sum(&[0, 1, 2, 3, 4, 5]), sum(&[5, 3, 1, 0, 2, 4]));
        assert!((sum(&[1, 2, 5]).value() - 0.6).abs() < 1e-12);
        let kept = sum(&[0, 3]);
        assert_eq!(ExactSum::from_digits(&kept.digits()), Some(kept));
        assert_eq!(ExactSum::from_digits("1.5"), None);
    }
}
