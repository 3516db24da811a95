//! Sets of small numbers, sixty-four to a word.

/// Words that so many numbers need.
pub(crate) fn words(count: usize) -> usize {
    count.div_ceil(64)
}

/// Puts a number in.
#[inline]
pub(crate) fn insert(set: &mut [u64], number: usize) {
    set[number / 64] |= 1 << (number % 64);
}

/// Puts in the numbers below `count`, all of them.
pub(crate) fn fill(set: &mut [u64], count: usize) {
    let full = |w: usize| u64::MAX >> (64 - count.saturating_sub(w * 64).clamp(1, 64));
    set.iter_mut().enumerate().for_each(|(w, word)| *word = full(w));
}

/// Does something with the numbers of a set, in rising order.
#[inline(always)]
pub(crate) fn each(set: &[u64], mut what: impl FnMut(usize)) {
    for (i, word) in set.iter().enumerate() {
        let mut left = *word;
        while left != 0 {
            what(i * 64 + left.trailing_zeros() as usize);
            left &= left - 1;
        }
    }
}

/// The numbers of a set in rising order.
#[inline]
pub(crate) fn numbers(set: &[u64]) -> impl Iterator<Item = usize> {
    set.iter().enumerate().flat_map(|(i, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| i * 64 + left.trailing_zeros() as usize);
            left &= left.wrapping_sub(1);
            bit
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_in_order() {
        for count in [1, 63, 64, 65, 130] {
            let mut set = vec![0; words(count)];
            fill(&mut set, count);
            assert!(numbers(&set).eq(0..count), "{count}");
        }
        let mut set = vec![0; words(200)];
        [199, 0, 64, 63].into_iter().for_each(|n| insert(&mut set, n));
        assert!(numbers(&set).eq([0, 63, 64, 199]));
        let mut seen = Vec::new();
        each(&set, |n| seen.push(n));
        assert_eq!(seen, [0, 63, 64, 199]);
    }
}
