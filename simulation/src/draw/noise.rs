//! One step's demand around its mean μ, as need units.
//!
//! Coefficients of variation are those of a week; a step of 1/k week has cv √k, as if steps were independent. Compound demand:
//! N ~ Poisson(μ ÷ E size) customers, each of a random size.

use ballast_domain::pack::{Law, Noise};
use rand_distr::{Distribution, Poisson};

use super::law::{gamma, normal, pick, sample};
use super::pinned::{exp, ln_1p};
use super::stream::Stream;

/// A law of demand, ready to draw from.
#[derive(Debug, Clone)]
pub enum StepNoise {
    Normal { cv: f64 },
    Gamma { shape: f64 },
    Lognormal { sigma: f64 },
    Poisson,
    Compound { size: Law, mean_size: f64 },
    Empirical { multiples: Vec<f64>, weights: Vec<f64> },
}

impl StepNoise {
    /// `None` if there is nothing random.
    pub fn new(noise: &Noise, steps_per_week: u32) -> Option<Self> {
        let step = |cv: f64| cv * f64::from(steps_per_week).sqrt();
        match noise {
            Noise::Normal { cv } | Noise::Gamma { cv } | Noise::Lognormal { cv } if *cv <= 0.0 => None,
            Noise::Normal { cv } => Some(Self::Normal { cv: step(*cv) }),
            Noise::Gamma { cv } => Some(Self::Gamma { shape: 1.0 / (step(*cv) * step(*cv)) }),
            Noise::Lognormal { cv } => Some(Self::Lognormal { sigma: ln_1p(step(*cv) * step(*cv)).sqrt() }),
            Noise::Poisson => Some(Self::Poisson),
            Noise::Compound { size } => Some(Self::Compound { size: size.clone(), mean_size: size.mean() }),
            Noise::Empirical { values, weights } => {
                let mean = values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / weights.iter().sum::<f64>();
                let multiples = values.iter().map(|v| v / mean).collect();
                Some(Self::Empirical { multiples, weights: weights.clone() })
            }
        }
    }

    /// Need units where `mean` are expected.
    #[inline]
    pub fn draw(&self, mean: f64, rng: &mut Stream) -> f64 {
        match self {
            Self::Normal { cv } => mean * (1.0 + cv * normal(rng)).max(0.0),
            Self::Gamma { shape } => mean / shape * gamma(*shape, rng),
            Self::Lognormal { sigma } => mean * exp(sigma * normal(rng) - sigma * sigma / 2.0),
            Self::Poisson => poisson(mean, rng),
            Self::Compound { size, mean_size } => {
                let customers = poisson(mean / mean_size, rng);
                (0..customers as u64).map(|_| sample(size, rng)).sum()
            }
            Self::Empirical { multiples, weights } => mean * multiples[pick(weights.iter().copied(), rng)],
        }
    }
}

fn poisson(mean: f64, rng: &mut Stream) -> f64 {
    // A mean of 0 (or one beyond what can be counted) is refused by the constructor: nobody comes, or the mean comes.
    Poisson::new(mean).map_or(mean, |p| p.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream::{Key, Purpose};

    #[test]
    fn demand_has_the_mean_and_variance_of_its_law() {
        const N: usize = 100_000;
        // Compound Poisson: variance λ E S² with λ = 10 / 2.5, S geometric(0.4): E S² = 3.75 + 6.25.
        let cases = [
            (Noise::Gamma { cv: 0.5 }, 1, 25.0),
            (Noise::Lognormal { cv: 0.5 }, 1, 25.0),
            (Noise::Gamma { cv: 0.2 }, 7, 28.0),
            (Noise::Normal { cv: 0.2 }, 1, 4.0),
            (Noise::Poisson, 1, 10.0),
            (Noise::Compound { size: Law::Geometric { chance: 0.4 } }, 1, 40.0),
            (Noise::Empirical { values: vec![1.0, 3.0], weights: vec![1.0, 1.0] }, 1, 25.0),
        ];
        for (i, (noise, per_week, variance)) in cases.iter().enumerate() {
            let noise = StepNoise::new(noise, *per_week).unwrap();
            let mut rng = Key::new(1, Purpose::DemandWeek, "noise", &i.to_string()).stream(0);
            let x: Vec<f64> = (0..N).map(|_| noise.draw(10.0, &mut rng)).collect();
            let mean = x.iter().sum::<f64>() / N as f64;
            let var = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / N as f64;
            // Error rate of the mean 6e-7; the band of the variance is wider than 5 of its standard errors.
            assert!((mean - 10.0).abs() < 5.0 * (variance / N as f64).sqrt(), "{noise:?}: mean {mean}");
            assert!((var / variance - 1.0).abs() < 0.06, "{noise:?}: variance {var}, expected {variance}");
        }
        assert!(StepNoise::new(&Noise::Normal { cv: 0.0 }, 1).is_none());
    }
}
