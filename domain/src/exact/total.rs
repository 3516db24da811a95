//! Sums of many numbers. Shares of what a schedule gives have denominators of their own, and every partial sum has a
//! denominator that all of its parts divide: one after the other, nearly all additions would be of very long numbers. So
//! numbers are added in pairs, pairs in pairs, and only the last few sums are long.

use num_traits::Zero;

use super::Exact;

/// A sum under way.
#[derive(Debug, Clone, Default)]
pub struct Total {
    /// Sums of 2^k numbers, k falling.
    partial: Vec<Exact>,
    count: usize,
}

impl Total {
    /// Adds a number.
    pub fn add(&mut self, value: Exact) {
        let mut sum = value;
        // As in counting in binary, where every carry joins two sums of equally many.
        for _ in 0..self.count.trailing_ones() {
            if let Some(last) = self.partial.pop() {
                sum += last;
            }
        }
        self.partial.push(sum);
        self.count += 1;
    }

    /// The sum of all numbers so far.
    pub fn value(&self) -> Exact {
        self.partial.iter().rev().fold(Exact::zero(), |sum, part| sum + part)
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut total = Total::default();
        all.for_each(|value| total.add(value));
        total.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{whole, zero};

    #[test]
    fn a_sum_is_that_of_its_numbers_in_any_number() {
        let mut one_by_one = zero();
        let mut total = Total::default();
        for i in 0..200i64 {
            assert_eq!(total.value(), one_by_one);
            assert_eq!((0..i).map(|k| Exact::new(k * k - 50, k + 7)).sum::<Exact>(), one_by_one);
            let next = Exact::new(i * i - 50, i + 7);
            one_by_one += &next;
            total.add(next);
        }
        assert_eq!((1..=1000i64).map(whole).sum::<Exact>(), whole(500_500));
    }
}
