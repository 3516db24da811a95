//! The tail of a sample (Rockafellar and Uryasev): VaR = k-th smallest with k = ⌈β n⌉, CVaR = VaR + mean((x − VaR)⁺) ÷ (1 − β).
//!
//! VaR's interval are the order statistics at ranks n β ± z √(n β (1 − β)); CVaR's is asymptotic, with standard error
//! sd((x − VaR)⁺) ÷ ((1 − β) √n).

use super::estimate::{Estimate, Z};

/// Level of the tail.
pub const BETA: f64 = 0.95;

/// VaR and CVaR at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tail {
    /// Exceeded in 5 % of replications.
    pub var95: Estimate,
    /// Mean of the worst 5 %.
    pub cvar95: Estimate,
}

impl Tail {
    /// The same in another unit.
    pub fn times(self, factor: f64) -> Self {
        Self { var95: self.var95.times(factor), cvar95: self.cvar95.times(factor) }
    }
}

/// The tail of a sample in rising order.
pub fn tail(sorted: &[f64]) -> Tail {
    of_top(sorted, sorted.len())
}

/// The tail of a sample in any order, which is put into another.
pub fn tail_of(sample: &mut [f64]) -> Tail {
    let n = sample.len();
    let from = ranks(n)[0] - 1;
    if from < n {
        // Only what lies above the lowest rank that is read has to be in order.
        let (_, _, above) = sample.select_nth_unstable_by(from, f64::total_cmp);
        above.sort_unstable_by(f64::total_cmp);
    }
    of_top(&sample[from.min(n)..], n)
}

/// Ranks, from 1, of the low end of VaR, VaR and its high end in a sample of `n`.
fn ranks(n: usize) -> [usize; 3] {
    let m = n as f64;
    let spread = Z * (m * BETA * (1.0 - BETA)).sqrt();
    let rank = |x: f64| (x.max(1.0) as usize).min(n.max(1));
    [rank((BETA * m - spread).floor()), rank((BETA * m).ceil()), rank((BETA * m + spread).ceil() + 1.0)]
}

/// The tail of a sample of `n` of which these are the greatest, in rising order, at least from the low end of VaR on.
fn of_top(top: &[f64], n: usize) -> Tail {
    if top.is_empty() {
        return Tail::default();
    }
    let m = n as f64;
    let [low, var, high] = ranks(n).map(|rank| top[rank - 1 - (n - top.len())]);
    let over = || top.iter().map(|x| x - var).filter(|x| *x > 0.0);
    let mean = over().sum::<f64>() / m;
    let below = (n - over().count()) as f64;
    let squares = over().map(|x| (x - mean) * (x - mean)).sum::<f64>() + below * mean * mean;
    let sd = (squares / (m - 1.0).max(1.0)).sqrt();
    let cvar = var + mean / (1.0 - BETA);
    let error = sd / ((1.0 - BETA) * m.sqrt());
    Tail {
        var95: Estimate { value: var, standard_error: (high - low) / (2.0 * Z), low, high },
        cvar95: Estimate { value: cvar, standard_error: error, low: cvar - Z * error, high: cvar + Z * error },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_one_to_hundred() {
        let x: Vec<f64> = (1..=100).map(f64::from).collect();
        let t = tail(&x);
        assert_eq!(t.var95.value, 95.0);
        // Mean of 96 … 100.
        assert!((t.cvar95.value - 98.0).abs() < 1e-9);
        // Σ (x − mean over VaR)² = (0.85² + 1.85² + … + 4.85²) + 95 × 0.15²; the standard error is its root ÷ 99 by 0.05 × 10.
        let squares: f64 = (1..=5).map(|k| (f64::from(k) - 0.15).powi(2)).sum::<f64>() + 95.0 * 0.15 * 0.15;
        assert!((t.cvar95.standard_error - (squares / 99.0).sqrt() / 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_order_of_a_sample_does_not_matter() {
        for n in [1, 2, 5, 40, 1_000] {
            // Many alike, as shortages are, in no order.
            let x: Vec<f64> = (0..n).map(|i| f64::from((i * 7919 % 1009 - 700).max(0))).collect();
            let mut sorted = x.clone();
            sorted.sort_by(f64::total_cmp);
            assert_eq!(tail_of(&mut x.clone()), tail(&sorted), "{n}");
        }
        assert_eq!(tail_of(&mut []), Tail::default());
    }
}
