//! Estimates with their uncertainty.
//!
//! Means: x̄ ± t s/√n. Probabilities: Wilson's interval; with fewer than ten events, or all but so few, the exact one of
//! Clopper and Pearson (1934), because Wilson's then holds in 92 % instead of 95 %; with no event the upper end is 3/n (rule of
//! three).
//! Quantiles: order statistics, ranks from the binomial law.

use statrs::distribution::{Beta, Binomial, ContinuousCDF, DiscreteCDF, StudentsT};

/// Two-sided confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;
/// 97.5th percentile of the standard normal.
pub const Z: f64 = 1.959_963_984_540_054;

/// Fewer events than this have the exact interval.
const FEW: u64 = 10;

/// A figure with its uncertainty, all in the figure's own unit.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Estimate {
    /// Best estimate.
    pub value: f64,
    /// Standard error.
    pub standard_error: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Estimate {
    /// Low and high end exchanged, for what was multiplied by a number below 0.
    pub fn turned(self) -> Self {
        Self { low: self.high, high: self.low, ..self }
    }

    /// The same in another unit.
    pub fn times(self, factor: f64) -> Self {
        Self {
            value: self.value * factor,
            standard_error: self.standard_error * factor,
            low: self.low * factor,
            high: self.high * factor,
        }
    }
}

/// Mean of a sample. The interval of a mean of nonnegative values is not cut at 0.
pub fn mean(sample: &[f64]) -> Estimate {
    let n = sample.len() as f64;
    let value = sum(sample, |x| x) / n.max(1.0);
    if sample.len() < 2 {
        return Estimate { value, standard_error: f64::NAN, low: f64::NAN, high: f64::NAN };
    }
    let variance = sum(sample, |x| (x - value) * (x - value)) / (n - 1.0);
    let standard_error = (variance / n).sqrt();
    let t = StudentsT::new(0.0, 1.0, n - 1.0).map_or(Z, |t| t.inverse_cdf((1.0 + CONFIDENCE) / 2.0));
    Estimate { value, standard_error, low: value - t * standard_error, high: value + t * standard_error }
}

/// Sum of a function of all values: eight sums side by side, then these in order, on every machine.
fn sum(sample: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    let mut sums = [0.0; 8];
    let eights = sample.chunks_exact(8);
    let rest = eights.remainder();
    for eight in eights {
        sums.iter_mut().zip(eight).for_each(|(sum, x)| *sum += of(*x));
    }
    sums.iter_mut().zip(rest).for_each(|(sum, x)| *sum += of(*x));
    sums.iter().sum()
}

/// Mean of `n` values of which only the sum and the sum of squares are known; at least two values.
pub fn mean_of_sums(n: u64, sum: f64, squares: f64) -> Estimate {
    let n = n as f64;
    let value = sum / n.max(1.0);
    let variance = ((squares - sum * value) / (n - 1.0)).max(0.0);
    let standard_error = if n > 1.0 { (variance / n).sqrt() } else { f64::NAN };
    let t = StudentsT::new(0.0, 1.0, n - 1.0).map_or(Z, |t| t.inverse_cdf((1.0 + CONFIDENCE) / 2.0));
    Estimate { value, standard_error, low: value - t * standard_error, high: value + t * standard_error }
}

/// A probability from `events` of `n`.
pub fn proportion(events: u64, n: u64) -> Estimate {
    let (k, m) = (events as f64, n.max(1) as f64);
    let p = k / m;
    let standard_error = (p * (1.0 - p) / m).sqrt();
    if events > 0 && events < n && events.min(n - events) < FEW {
        let (low, high) = exact(events, n);
        return Estimate { value: p, standard_error, low, high };
    }
    let centre = (p + Z * Z / (2.0 * m)) / (1.0 + Z * Z / m);
    let half = Z / (1.0 + Z * Z / m) * (p * (1.0 - p) / m + Z * Z / (4.0 * m * m)).sqrt();
    let low = if events == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = match events {
        0 => (3.0 / m).min(1.0),
        _ if events == n => 1.0,
        _ => (centre + half).min(1.0),
    };
    Estimate { value: p, standard_error, low, high }
}

/// Clopper and Pearson: the probabilities at which so many events or more, or so many or fewer, have a chance of 2.5 %.
fn exact(events: u64, n: u64) -> (f64, f64) {
    let (k, rest) = (events as f64, (n - events) as f64);
    let at = |a: f64, b: f64, p: f64| Beta::new(a, b).map_or(f64::NAN, |beta| beta.inverse_cdf(p));
    let tail = (1.0 - CONFIDENCE) / 2.0;
    (at(k, rest + 1.0, tail), at(k + 1.0, rest, 1.0 - tail))
}

/// Rank (from 1) of the order statistic that is at least the `p` quantile with this one-sided confidence; `None` if
/// the sample is too small to say so. P(X₍ₖ₎ ≥ q_p) = P(Bin(n, p) ≤ k − 1).
pub fn upper_quantile_rank(n: u64, p: f64, confidence: f64) -> Option<usize> {
    let below = Binomial::new(p, n).ok()?.inverse_cdf(confidence);
    usize::try_from(below + 1).ok().filter(|k| *k as u64 <= n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_events_have_the_exact_interval() {
        // 1 of 10: 0.002529 to 0.445016, 9 of 10 likewise from the other side (Clopper and Pearson 1934, 95 %).
        let one = proportion(1, 10);
        assert!((one.low - 0.002529).abs() < 1e-6 && (one.high - 0.445016).abs() < 1e-6, "{one:?}");
        let nine = proportion(9, 10);
        assert!((nine.low - (1.0 - one.high)).abs() < 1e-9 && (nine.high - (1.0 - one.low)).abs() < 1e-9, "{nine:?}");
        // So many events or more have a chance of 2.5 % at the lower end: 1 − (1 − p)ⁿ for one of them.
        for n in [100, 10_000, 1_000_000] {
            let low = -((0.975_f64).ln() / n as f64).exp_m1();
            assert!((proportion(1, n).low / low - 1.0).abs() < 1e-6, "{n}: {:?}", proportion(1, n));
        }
    }

    #[test]
    fn known_intervals() {
        // Wilson for 10 of 100: 0.0552 to 0.1744 (Brown, Cai, DasGupta 2001).
        let e = proportion(10, 100);
        assert!((e.low - 0.0552).abs() < 1e-4 && (e.high - 0.1744).abs() < 1e-4, "{e:?}");
        assert_eq!(proportion(0, 1000).high, 0.003);
        let e = mean(&[1.0, 2.0, 3.0, 4.0]);
        assert!((e.standard_error - 0.645_497).abs() < 1e-6);
        assert!((e.high - 2.5 - 3.182_446 * 0.645_497).abs() < 1e-4);
        let s = mean_of_sums(4, 10.0, 30.0);
        assert!(
            (s.standard_error - e.standard_error).abs() < 1e-12 && (s.high - e.high).abs() < 1e-12 && s.value == 2.5
        );
        // 59 values give the 95th percentile at 95 % confidence by their largest; 58 do not.
        assert_eq!(upper_quantile_rank(59, 0.95, 0.95), Some(59));
        assert_eq!(upper_quantile_rank(58, 0.95, 0.95), None);
    }
}
