//! Sums of many numbers. Short decimals are added over one denominator, which is shortened once, at the end. Shares of what
//! a schedule gives have denominators of their own, and every partial sum has a denominator that all of its parts divide:
//! one after the other, nearly all additions would be of very long numbers. So those are added in pairs, pairs in pairs,
//! and only the last few sums are long.

use super::Exact;

/// A sum under way.
#[derive(Debug, Clone)]
pub struct Total {
    /// Numerator and denominator of what fits machine words, not shortened.
    words: (i128, u64),
    /// Sums of 2^k other numbers, k falling.
    partial: Vec<Exact>,
    count: usize,
}

impl Default for Total {
    fn default() -> Self {
        Self { words: (0, 1), partial: Vec::new(), count: 0 }
    }
}

/// Both over one of the two denominators, if that fits.
fn joined((a, d): (i128, u64), (b, e): (i128, u64)) -> Option<(i128, u64)> {
    if d == e {
        return Some((a.checked_add(b)?, d));
    }
    let ((n, d), (m, e)) = if d > e { ((a, d), (b, e)) } else { ((b, e), (a, d)) };
    if d % e != 0 {
        return None;
    }
    Some((n.checked_add(m.checked_mul(i128::from(d / e))?)?, d))
}

impl Total {
    /// Adds a number.
    pub fn add(&mut self, value: Exact) {
        match value.words() {
            Some(words) => match joined(self.words, words) {
                Some(sum) => self.words = sum,
                None => {
                    let before = std::mem::replace(&mut self.words, words);
                    self.carry(Exact::of_words(before));
                }
            },
            None => self.carry(value),
        }
    }

    fn carry(&mut self, value: Exact) {
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
        self.partial.iter().rev().fold(Exact::of_words(self.words), |sum, part| sum + part)
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
        let halves = (0..100i64).map(|i| Exact::new(i, 2i64 << (i % 40)));
        assert_eq!(halves.clone().sum::<Exact>(), halves.fold(zero(), |a, b| a + b));
    }

    #[test]
    fn what_outgrows_machine_words_is_carried_on() {
        let most = Exact::new(i128::MAX, 1);
        let sum: Exact =
            [most.clone(), most.clone(), -&most, Exact::new(1, 3), -&most, Exact::new(2, 3)].into_iter().sum();
        assert_eq!(sum, whole(1));
    }
}
