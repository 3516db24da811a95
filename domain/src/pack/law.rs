//! Laws of durations, with their mean and variance in closed form.
//!
//! | law | mean | variance |
//! |---|---|---|
//! | exponential(m) | m | m² |
//! | lognormal(median, σ) | median e^(σ²/2) | mean² (e^(σ²) − 1) |
//! | Weibull(λ, k) | λ Γ(1 + 1/k) | λ² Γ(1 + 2/k) − mean² |
//! | gamma(m, k) | m | m² / k |
//! | geometric(p) | 1/p | (1 − p)/p² |
//! | fixed(x) | x | 0 |
//! | empirical | Σ w v / Σ w | Σ w v² / Σ w − mean² |
//! | mixture | Σ w m / Σ w | Σ w (variance + m²) / Σ w − mean² |

/// A law of a duration in weeks.
#[derive(Debug, Clone, PartialEq)]
pub enum Law {
    /// Memoryless with this mean.
    Exponential {
        /// Mean, weeks.
        mean: f64,
    },
    /// `ln X` is normal.
    Lognormal {
        /// Median, weeks.
        median: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// Shape below 1: failures cluster after a restart.
    Weibull {
        /// Scale, weeks.
        scale: f64,
        /// Shape.
        shape: f64,
    },
    /// Gamma with this mean.
    Gamma {
        /// Mean, weeks.
        mean: f64,
        /// Shape.
        shape: f64,
    },
    /// Whole weeks; ends in each with this chance.
    Geometric {
        /// Chance per week, above 0 and at most 1.
        chance: f64,
    },
    /// Always the same.
    Fixed {
        /// Weeks.
        weeks: f64,
    },
    /// One of these values, drawn by weight.
    Empirical {
        /// Weeks.
        values: Vec<f64>,
        /// Weights, same length, positive sum.
        weights: Vec<f64>,
    },
    /// One of these laws, drawn by weight.
    Mixture {
        /// Weight and law.
        parts: Vec<(f64, Law)>,
    },
}

impl Law {
    /// Mean in weeks.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Exponential { mean } | Self::Gamma { mean, .. } => *mean,
            Self::Lognormal { median, sigma } => median * (sigma * sigma / 2.0).exp(),
            Self::Weibull { scale, shape } => scale * gamma(1.0 + 1.0 / shape),
            Self::Geometric { chance } => 1.0 / chance,
            Self::Fixed { weeks } => *weeks,
            Self::Empirical { values, weights } => {
                values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / weights.iter().sum::<f64>()
            }
            Self::Mixture { parts } => {
                parts.iter().map(|(w, l)| w * l.mean()).sum::<f64>() / parts.iter().map(|(w, _)| w).sum::<f64>()
            }
        }
    }

    /// Variance in weeks².
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        match self {
            Self::Exponential { mean } => mean * mean,
            Self::Lognormal { sigma, .. } => mean * mean * (sigma * sigma).exp_m1(),
            Self::Weibull { scale, shape } => scale * scale * gamma(1.0 + 2.0 / shape) - mean * mean,
            Self::Gamma { mean, shape } => mean * mean / shape,
            Self::Geometric { chance } => (1.0 - chance) / (chance * chance),
            Self::Fixed { .. } => 0.0,
            Self::Empirical { values, weights } => {
                let spread = values.iter().zip(weights).map(|(v, w)| (v - mean) * (v - mean) * w);
                spread.sum::<f64>() / weights.iter().sum::<f64>()
            }
            Self::Mixture { parts } => {
                let second = |l: &Self| l.variance() + (l.mean() - mean) * (l.mean() - mean);
                parts.iter().map(|(w, l)| w * second(l)).sum::<f64>() / parts.iter().map(|(w, _)| w).sum::<f64>()
            }
        }
    }
}

/// The gamma function for arguments above 1 (Lanczos 1964, g = 7, n = 9).
fn gamma(x: f64) -> f64 {
    const C: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C.iter().enumerate().skip(1).fold(C[0], |s, (i, c)| s + c / (x + i as f64));
    (2.0 * std::f64::consts::PI).sqrt() * t.powf(x + 0.5) * (-t).exp() * sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_variances_are_those_of_the_textbook() {
        let pi = std::f64::consts::PI;
        let close = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-9, "{got} against {want}");
        // Rayleigh: a Weibull of shape 2.
        let rayleigh = Law::Weibull { scale: 10.0, shape: 2.0 };
        close(rayleigh.mean(), 10.0 * pi.sqrt() / 2.0);
        close(rayleigh.variance(), 100.0 * (1.0 - pi / 4.0));
        let log = Law::Lognormal { median: 18.0, sigma: 0.6 };
        close(log.mean(), 18.0 * 0.18f64.exp());
        close(log.variance(), 324.0 * (0.72f64.exp() - 0.36f64.exp()));
        let geometric = Law::Geometric { chance: 0.25 };
        close(geometric.mean(), 4.0);
        close(geometric.variance(), 12.0);
        close(Law::Gamma { mean: 6.0, shape: 3.0 }.variance(), 12.0);
        close(Law::Exponential { mean: 5.0 }.variance(), 25.0);
        let coin = Law::Empirical { values: vec![1.0, 5.0], weights: vec![1.0, 1.0] };
        close(coin.variance(), 4.0);
        // Half exponential(2), half fixed(6): E X² = (8 + 36)/2.
        let mixture =
            Law::Mixture { parts: vec![(1.0, Law::Exponential { mean: 2.0 }), (1.0, Law::Fixed { weeks: 6.0 })] };
        close(mixture.variance(), 22.0 - 16.0);
        assert_eq!(Law::Fixed { weeks: 3.0 }.variance(), 0.0);
    }
}
