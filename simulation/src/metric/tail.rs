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
    let n = sorted.len() as f64;
    if sorted.is_empty() {
        return Tail::default();
    }
    let at = |rank: f64| sorted[(rank.max(1.0) as usize).min(sorted.len()) - 1];
    let spread = Z * (n * BETA * (1.0 - BETA)).sqrt();
    let var = at((BETA * n).ceil());
    let (low, high) = (at((BETA * n - spread).floor()), at((BETA * n + spread).ceil() + 1.0));
    let over: Vec<f64> = sorted.iter().map(|x| (x - var).max(0.0)).collect();
    let mean = over.iter().sum::<f64>() / n;
    let sd = (over.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt();
    let cvar = var + mean / (1.0 - BETA);
    let error = sd / ((1.0 - BETA) * n.sqrt());
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
    }
}
