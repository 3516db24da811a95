//! Copulas of a pack: the factor of a replication, and uniforms that share it.
//!
//! Given the factor, members are independent; every pair of them has the copula named (`domain::pack::Copula`).

use ballast_domain::pack::{Copula, Family};
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::law::{exponential, gamma, normal};
use super::pinned::{normal_cdf, pow};
use super::stream::{Key, Purpose, Stream};

/// A copula with the address of its factor.
#[derive(Debug, Clone)]
pub struct Coupling {
    family: Family,
    survival: bool,
    key: Key,
}

/// What all members of a copula share in one replication.
#[derive(Debug, Clone, Copy)]
pub struct Factor<'a> {
    coupling: &'a Coupling,
    /// M for Gaussian and t, V for Clayton.
    common: f64,
    /// √(χ²_ν / ν) for t.
    scale: f64,
}

impl Coupling {
    pub fn new(copula: &Copula, seed: u64) -> Self {
        let key = Key::new(seed, Purpose::Copula, "", &copula.id);
        Self { family: copula.family, survival: copula.survival, key }
    }

    /// The factor of a replication.
    pub fn factor(&self, replication: u64) -> Factor<'_> {
        let mut rng = self.key.stream(replication);
        let (common, scale) = match self.family {
            Family::Gaussian { .. } => (normal(&mut rng), 1.0),
            Family::T { degrees, .. } => {
                let chi = 2.0 * gamma(degrees / 2.0, &mut rng);
                (normal(&mut rng), (chi / degrees).sqrt())
            }
            Family::Clayton { theta } => (gamma(1.0 / theta, &mut rng), 1.0),
        };
        Factor { coupling: self, common, scale }
    }
}

impl Factor<'_> {
    /// One uniform that shares the factor.
    pub fn uniform(&self, rng: &mut Stream) -> f64 {
        let mix = |rho: f64, rng: &mut Stream| rho.sqrt() * self.common + (1.0 - rho).sqrt() * normal(rng);
        let u = match self.coupling.family {
            Family::Gaussian { correlation } => normal_cdf(mix(correlation, rng)),
            Family::T { correlation, degrees } => {
                let x = mix(correlation, rng) / self.scale;
                StudentsT::new(0.0, 1.0, degrees).map_or(f64::NAN, |t| t.cdf(x))
            }
            Family::Clayton { theta } => pow(1.0 + exponential(rng) / self.common, -1.0 / theta),
        };
        if self.coupling.survival { 1.0 - u } else { u }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ballast_domain::pack::{Coupled, Evidence};

    /// Pairs of coupled uniforms.
    fn pairs(family: Family, survival: bool, n: u64) -> Vec<(f64, f64)> {
        let copula = Copula {
            id: "c".into(),
            family,
            of: vec![],
            couples: Coupled::Down,
            survival,
            evidence: Evidence::default(),
        };
        let coupling = Coupling::new(&copula, 5);
        let (a, b) = (Key::new(5, Purpose::Hazard, "a", "h"), Key::new(5, Purpose::Hazard, "b", "h"));
        let draw = |r| {
            let factor = coupling.factor(r);
            (factor.uniform(&mut a.stream(r)), factor.uniform(&mut b.stream(r)))
        };
        (0..n).map(draw).collect()
    }

    /// Kendall's τ from disjoint pairs of pairs: each says +1 or −1 on its own, so the standard error is √((1 − τ²)/m).
    fn kendall(x: &[(f64, f64)]) -> f64 {
        let sign = |p: &[(f64, f64)]| ((p[0].0 - p[1].0) * (p[0].1 - p[1].1)).signum();
        x.chunks_exact(2).map(sign).sum::<f64>() / (x.len() / 2) as f64
    }

    #[test]
    fn rank_correlations_and_margins_are_those_of_the_textbook() {
        const N: u64 = 40_000;
        // Kendall's τ: (2/π) arcsin ρ for Gaussian and t, θ/(θ + 2) for Clayton (Nelsen 2006). Error rate 6e-5 a figure.
        let elliptical = 2.0 / std::f64::consts::PI * 0.5f64.asin();
        for (family, tau) in [
            (Family::Gaussian { correlation: 0.5 }, elliptical),
            (Family::T { correlation: 0.5, degrees: 3.0 }, elliptical),
            (Family::Clayton { theta: 2.0 }, 0.5),
        ] {
            for survival in [false, true] {
                let x = pairs(family, survival, N);
                let got = kendall(&x);
                assert!(
                    (got - tau).abs() < 4.0 * ((1.0 - tau * tau) / (N / 2) as f64).sqrt(),
                    "{family:?}: {got} {tau}"
                );
                for u in [0.1, 0.5, 0.9] {
                    let below = x.iter().filter(|p| p.0 <= u).count() as f64 / N as f64;
                    assert!(
                        (below - u).abs() < 4.0 * (u * (1.0 - u) / N as f64).sqrt(),
                        "{family:?} margin at {u}: {below}"
                    );
                }
            }
        }
    }

    #[test]
    fn tails_depend_as_the_family_says() {
        const N: u64 = 40_000;
        // Clayton: C(u, u) = (2 u^−θ − 1)^(−1/θ).
        let joint = |x: &[(f64, f64)], u: f64| x.iter().filter(|p| p.0 <= u && p.1 <= u).count() as f64 / N as f64;
        let (theta, u) = (2.0f64, 0.05f64);
        let want = (2.0 * u.powf(-theta) - 1.0).powf(-1.0 / theta);
        let near = |got: f64, want: f64| assert!((got - want).abs() < 4.0 * (want / N as f64).sqrt(), "{got} {want}");
        near(joint(&pairs(Family::Clayton { theta }, false, N), u), want);
        // The survival copula has the same in the other corner.
        let flipped: Vec<(f64, f64)> =
            pairs(Family::Clayton { theta }, true, N).iter().map(|p| (1.0 - p.0, 1.0 - p.1)).collect();
        near(joint(&flipped, u), want);
        // Gaussian, ρ = 1/2: P(both below the median) = 1/4 + arcsin ρ ÷ 2π = 1/3 (Sheppard 1899).
        near(joint(&pairs(Family::Gaussian { correlation: 0.5 }, false, N), 0.5), 1.0 / 3.0);
    }
}
