//! Samples of a duration law, plain and seen from a random moment.
//!
//! A renewal process in its long-run state is seen in an interval that is *length-biased*: density x f(x) / E X, and the
//! moment lies uniformly inside it (inspection paradox). Every law of a pack has a length-biased form that can be drawn
//! directly, so the stationary start is exact and needs no warm-up:
//!
//! | law | length-biased |
//! |---|---|
//! | exponential(m) | gamma(shape 2, scale m) |
//! | lognormal(μ, σ) | lognormal(μ + σ², σ) |
//! | Weibull(λ, k) | λ G^(1/k), G ~ gamma(1 + 1/k) |
//! | gamma(k, θ) | gamma(k + 1, θ) |
//! | geometric(p) | sum of two geometrics less 1 |
//! | fixed | itself |
//! | empirical, mixture | weights × mean of the part, then the part length-biased |

use ballast_domain::pack::Law;

use super::pinned::{exp, ln, ln_1p, pow};
use super::stream::Stream;
use super::ziggurat::open;
pub use super::ziggurat::{exponential, normal};

/// One duration, weeks.
pub fn sample(law: &Law, rng: &mut Stream) -> f64 {
    match law {
        Law::Exponential { mean } => mean * exponential(rng),
        Law::Lognormal { median, sigma } => median * exp(sigma * normal(rng)),
        Law::Weibull { scale, shape } => scale * pow(exponential(rng), 1.0 / shape),
        Law::Gamma { mean, shape } => mean / shape * gamma(*shape, rng),
        Law::Geometric { chance } => geometric(*chance, rng),
        Law::Fixed { weeks } => *weeks,
        Law::Empirical { values, weights } => values[pick(weights.iter().copied(), rng)],
        Law::Mixture { parts } => sample(&parts[pick(parts.iter().map(|p| p.0), rng)].1, rng),
    }
}

/// One length-biased duration, weeks.
pub fn sample_length_biased(law: &Law, rng: &mut Stream) -> f64 {
    match law {
        Law::Exponential { mean } => mean * (exponential(rng) + exponential(rng)),
        Law::Lognormal { median, sigma } => median * exp(sigma * sigma + sigma * normal(rng)),
        Law::Weibull { scale, shape } => scale * pow(gamma(1.0 + 1.0 / shape, rng), 1.0 / shape),
        Law::Gamma { mean, shape } => mean / shape * gamma(shape + 1.0, rng),
        Law::Geometric { chance } => geometric(*chance, rng) + geometric(*chance, rng) - 1.0,
        Law::Fixed { weeks } => *weeks,
        Law::Empirical { values, weights } => values[pick(values.iter().zip(weights).map(|(v, w)| v * w), rng)],
        Law::Mixture { parts } => {
            let part = pick(parts.iter().map(|(w, l)| w * l.mean()), rng);
            sample_length_biased(&parts[part].1, rng)
        }
    }
}

/// True if the law lives on whole weeks; two such laws keep a renewal process on whole weeks.
pub fn on_whole_weeks(law: &Law) -> bool {
    match law {
        Law::Geometric { .. } => true,
        Law::Fixed { weeks } => weeks.fract() == 0.0,
        Law::Empirical { values, .. } => values.iter().all(|v| v.fract() == 0.0),
        Law::Mixture { parts } => parts.iter().all(|(_, l)| on_whole_weeks(l)),
        _ => false,
    }
}

/// What is wrong with the parameters of a law, in words; `None` if nothing is.
pub fn fault(law: &Law) -> Option<&'static str> {
    let positive = |v: &f64| v.is_finite() && *v > 0.0;
    let not_negative = |v: &f64| v.is_finite() && *v >= 0.0;
    let sound = match law {
        Law::Exponential { mean } => positive(mean),
        Law::Lognormal { median, sigma } => positive(median) && not_negative(sigma),
        Law::Weibull { scale, shape } => positive(scale) && positive(shape),
        Law::Gamma { mean, shape } => positive(mean) && positive(shape),
        Law::Geometric { chance } => positive(chance) && *chance <= 1.0,
        Law::Fixed { weeks } => positive(weeks),
        Law::Empirical { values, weights } => {
            let sum: f64 = weights.iter().sum();
            values.len() == weights.len()
                && values.iter().all(positive)
                && weights.iter().all(not_negative)
                && positive(&sum)
        }
        Law::Mixture { parts } => {
            let sum: f64 = parts.iter().map(|p| p.0).sum();
            parts.iter().all(|(w, l)| not_negative(w) && fault(l).is_none()) && positive(&sum)
        }
    };
    (!sound).then_some("times, shapes and weights must be finite and above 0 (a sigma may be 0), a chance at most 1")
}

/// Uniform on [0, 1).
pub fn uniform(rng: &mut Stream) -> f64 {
    (rng.double_word() >> 11) as f64 / (1u64 << 53) as f64
}

/// Gamma with scale 1 (Marsaglia and Tsang 2000): d V for V = (1 + c Z)³, d = k − 1/3, c = 1 ÷ √(9 d); for k < 1 that of k + 1 times
/// U^(1/k). One of shape 1 is an exponential.
pub fn gamma(shape: f64, rng: &mut Stream) -> f64 {
    if shape == 1.0 {
        return exponential(rng);
    }
    if shape < 1.0 {
        let u = open(rng);
        return gamma_above_one(shape + 1.0, rng) * pow(u, 1.0 / shape);
    }
    gamma_above_one(shape, rng)
}

fn gamma_above_one(shape: f64, rng: &mut Stream) -> f64 {
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let z = normal(rng);
        let root = 1.0 + c * z;
        if root <= 0.0 {
            continue;
        }
        let (v, u, square) = (root * root * root, open(rng), z * z);
        // The first bound spares two logarithms most of the time.
        if u < 1.0 - 0.0331 * square * square || ln(u) < 0.5 * square + d * (1.0 - v + ln(v)) {
            return d * v;
        }
    }
}

fn geometric(chance: f64, rng: &mut Stream) -> f64 {
    if chance >= 1.0 {
        return 1.0;
    }
    // P(X > n) = (1 − p)^n.
    (-exponential(rng) / ln_1p(-chance)).ceil().max(1.0)
}

/// A position drawn by weight.
pub fn pick(weights: impl Iterator<Item = f64> + Clone, rng: &mut Stream) -> usize {
    let mut left = weights.clone().sum::<f64>() * uniform(rng);
    let mut last = 0;
    for (i, w) in weights.enumerate() {
        if w > 0.0 {
            last = i;
            if left < w {
                return i;
            }
        }
        left -= w;
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream::{Key, Purpose};

    fn laws() -> Vec<Law> {
        vec![
            Law::Exponential { mean: 7.0 },
            Law::Lognormal { median: 6.0, sigma: 0.6 },
            Law::Weibull { scale: 9.0, shape: 0.8 },
            Law::Gamma { mean: 5.0, shape: 2.5 },
            Law::Geometric { chance: 0.2 },
            Law::Fixed { weeks: 4.0 },
            Law::Empirical { values: vec![1.0, 10.0], weights: vec![3.0, 1.0] },
            Law::Mixture { parts: vec![(0.7, Law::Exponential { mean: 3.0 }), (0.3, Law::Fixed { weeks: 20.0 })] },
        ]
    }

    #[test]
    fn samples_have_the_moments_of_the_closed_form() {
        const N: usize = 200_000;
        for (i, law) in laws().iter().enumerate() {
            let mut rng = Key::new(1, Purpose::Hazard, "law", &i.to_string()).stream(0);
            let x: Vec<f64> = (0..N).map(|_| sample(law, &mut rng)).collect();
            let mean = x.iter().sum::<f64>() / N as f64;
            let var = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / N as f64;
            assert!(
                (mean - law.mean()).abs() <= 5.0 * (law.variance() / N as f64).sqrt() + 1e-12,
                "{law:?}: mean {mean}"
            );
            assert!(
                (var / law.variance().max(1e-12) - 1.0).abs() < 0.06 || law.variance() == 0.0,
                "{law:?}: variance {var}"
            );
            // Length-biased mean = E X² / E X.
            let biased = (0..N).map(|_| sample_length_biased(law, &mut rng)).sum::<f64>() / N as f64;
            let want = (law.variance() + law.mean().powi(2)) / law.mean();
            assert!((biased / want - 1.0).abs() < 0.03, "{law:?}: length-biased {biased}, expected {want}");
        }
    }

    #[test]
    fn bad_parameters_are_named() {
        assert!(fault(&Law::Exponential { mean: 0.0 }).is_some());
        assert!(fault(&Law::Mixture { parts: vec![] }).is_some());
        assert!(laws().iter().all(|l| fault(l).is_none()));
    }
}
