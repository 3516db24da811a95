//! Functions whose bits are the same on every machine. The standard library asks the platform for these, which may differ in the last
//! digit, and a draw that differs in its last digit may strike a week later; these are worked out in Rust (`libm`). Square roots are
//! exact by IEEE 754 and need no pinning.

/// e^x.
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// ln x.
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// x^y.
pub fn pow(x: f64, y: f64) -> f64 {
    libm::pow(x, y)
}

/// e^x − 1.
pub fn exp_m1(x: f64) -> f64 {
    libm::expm1(x)
}

/// ln (1 + x).
pub fn ln_1p(x: f64) -> f64 {
    libm::log1p(x)
}

/// P(Z ≤ x), Z standard normal.
pub fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2) / 2.0
}

/// The x with P(Z ≤ x) = p, 0 < p < 1: a rational start (Abramowitz and Stegun 26.2.23, off by at most 5e-4) and three steps of Halley.
pub fn normal_quantile(p: f64) -> f64 {
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    let t = (-2.0 * ln(p)).sqrt();
    let mut x =
        (2.515_517 + t * (0.802_853 + t * 0.010_328)) / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308))) - t;
    for _ in 0..3 {
        let density = exp(-x * x / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
        let step = (normal_cdf(x) - p) / density;
        x -= step / (1.0 + x * step / 2.0);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_bits() {
        // The same on every machine, by construction: a change of these is a change of every draw.
        let bits = [exp(1.0), ln(10.0), pow(2.0, 0.3), exp_m1(0.01), ln_1p(0.01), normal_cdf(-1.0)].map(f64::to_bits);
        let known: [u64; 6] = [
            4_613_303_445_314_885_482,
            4_612_367_379_483_415_830,
            4_608_223_400_693_826_345,
            4_576_947_148_659_168_063,
            4_576_889_596_990_338_679,
            4_594_884_178_230_424_074,
        ];
        assert_eq!(bits, known);
        // They are e, ln 10, 2^0.3, e^0.01 − 1, ln 1.01 and Φ(−1), each to the last digit or the one beside it.
        let values = [
            std::f64::consts::E,
            std::f64::consts::LN_10,
            1.231_144_413_344_916_3,
            0.010_050_167_084_168_058,
            0.009_950_330_853_168_083,
            0.158_655_253_931_457_05,
        ];
        assert!(known.iter().zip(values).all(|(k, v)| k.abs_diff(v.to_bits()) <= 1));
    }

    #[test]
    fn quantiles_of_the_normal_are_those_of_tables() {
        for (p, x) in [
            (0.5, 0.0),
            (0.975, 1.959_963_984_540_054),
            (0.95, 1.644_853_626_951_472_2),
            (1e-10, -6.361_340_902_404_056),
        ] {
            assert!((normal_quantile(p) - x).abs() < 1e-13, "{p}: {}", normal_quantile(p));
        }
        for k in 1..1_000 {
            let p = f64::from(k) / 1_000.0;
            assert!((normal_cdf(normal_quantile(p)) / p - 1.0).abs() < 1e-13, "{p}");
        }
    }
}
