//! Distribution functions of the laws and their inverses, for durations that a copula couples: X = F⁻¹(U).
//!
//! F⁻¹(u) is the least x with F(x) ≥ u. Mixtures are inverted by bisection, all others in closed form or by the library.

use ballast_domain::pack::Law;
use statrs::distribution::{ContinuousCDF, Gamma};

use super::pinned::{exp, exp_m1, ln, ln_1p, normal_cdf, normal_quantile, pow};

/// U is kept this far from 0 and 1, so that every quantile is finite.
const EDGE: f64 = 1e-15;

/// P(X ≤ x).
pub fn cdf(law: &Law, x: f64) -> f64 {
    if x < 0.0 {
        return 0.0;
    }
    match law {
        Law::Exponential { mean } => -exp_m1(-x / mean),
        Law::Lognormal { median, sigma } if *sigma == 0.0 => f64::from(x >= *median),
        Law::Lognormal { median, sigma } => normal_cdf(ln(x / median) / sigma),
        Law::Weibull { scale, shape } => -exp_m1(-pow(x / scale, *shape)),
        Law::Gamma { mean, shape } => Gamma::new(*shape, shape / mean).map_or(f64::NAN, |g| g.cdf(x)),
        Law::Geometric { chance } => 1.0 - pow(1.0 - chance, x.floor()),
        Law::Fixed { weeks } => f64::from(x >= *weeks),
        Law::Empirical { values, weights } => {
            let below: f64 = values.iter().zip(weights).filter(|(v, _)| **v <= x).map(|(_, w)| w).sum();
            below / weights.iter().sum::<f64>()
        }
        Law::Mixture { parts } => {
            parts.iter().map(|(w, l)| w * cdf(l, x)).sum::<f64>() / parts.iter().map(|p| p.0).sum::<f64>()
        }
    }
}

/// F⁻¹(u).
pub fn quantile(law: &Law, u: f64) -> f64 {
    let u = u.clamp(EDGE, 1.0 - EDGE);
    match law {
        Law::Exponential { mean } => -mean * ln_1p(-u),
        Law::Lognormal { median, sigma } => median * exp(sigma * normal_quantile(u)),
        Law::Weibull { scale, shape } => scale * pow(-ln_1p(-u), 1.0 / shape),
        Law::Gamma { mean, shape } => Gamma::new(*shape, shape / mean).map_or(f64::NAN, |g| g.inverse_cdf(u)),
        Law::Geometric { chance } if *chance >= 1.0 => 1.0,
        Law::Geometric { chance } => (ln_1p(-u) / ln_1p(-chance)).ceil().max(1.0),
        Law::Fixed { weeks } => *weeks,
        Law::Empirical { values, .. } => {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let reached = sorted.iter().copied().find(|v| cdf(law, *v) >= u);
            reached.or(sorted.last().copied()).unwrap_or(f64::NAN)
        }
        Law::Mixture { parts } => {
            let ends = parts.iter().filter(|p| p.0 > 0.0).map(|(_, l)| quantile(l, u));
            let (mut low, mut high) = ends.fold((f64::INFINITY, 0.0f64), |(a, b), x| (a.min(x), b.max(x)));
            // The mixture's quantile lies between those of its parts.
            if cdf(law, low) >= u {
                return low;
            }
            while high - low > 1e-12 * high {
                let middle = low + (high - low) / 2.0;
                if middle <= low || middle >= high {
                    break;
                }
                if cdf(law, middle) >= u { high = middle } else { low = middle }
            }
            high
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_invert_distribution_functions() {
        let laws = [
            Law::Exponential { mean: 7.0 },
            Law::Lognormal { median: 6.0, sigma: 0.6 },
            Law::Weibull { scale: 9.0, shape: 0.8 },
            Law::Gamma { mean: 5.0, shape: 2.5 },
            Law::Mixture {
                parts: vec![(0.7, Law::Exponential { mean: 3.0 }), (0.3, Law::Lognormal { median: 20.0, sigma: 0.4 })],
            },
        ];
        for law in &laws {
            for k in 1..100 {
                let u = f64::from(k) / 100.0;
                assert!((cdf(law, quantile(law, u)) - u).abs() < 1e-7, "{law:?} at {u}");
            }
        }
        // Values with atoms: the least value whose probability reaches u.
        let die = Law::Empirical { values: vec![4.0, 1.0], weights: vec![1.0, 3.0] };
        assert_eq!([0.1, 0.75, 0.76].map(|u| quantile(&die, u)), [1.0, 1.0, 4.0]);
        let geometric = Law::Geometric { chance: 0.5 };
        assert_eq!([0.2, 0.5, 0.6, 0.8].map(|u| quantile(&geometric, u)), [1.0, 1.0, 2.0, 3.0]);
        let mixed = Law::Mixture { parts: vec![(1.0, Law::Fixed { weeks: 2.0 }), (1.0, Law::Fixed { weeks: 9.0 })] };
        assert!((quantile(&mixed, 0.3) - 2.0).abs() < 1e-9 && (quantile(&mixed, 0.7) - 9.0).abs() < 1e-9);
    }
}
