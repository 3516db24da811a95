//! The chance that shortage exceeds a size.

/// A point of the curve: P(X > x).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exceedance {
    /// Shortage, weeks of mean demand.
    pub shortage_weeks: f64,
    /// Fraction of replications with more.
    pub probability: f64,
}

/// Points at most of a curve.
const POINTS: usize = 50;

/// About 50 points, evenly spaced in the logarithm of the probability, from a sample in rising order.
pub fn exceedance(sorted: &[f64]) -> Vec<Exceedance> {
    let n = sorted.len();
    let mut points: Vec<Exceedance> = Vec::with_capacity(POINTS);
    for i in 0..POINTS {
        // Replications above the point: from n down to 1, geometrically.
        let above = (n as f64).powf(1.0 - i as f64 / (POINTS - 1) as f64).round() as usize;
        let Some(x) = n.checked_sub(above.max(1)).and_then(|k| sorted.get(k)) else { continue };
        let more = n - sorted.partition_point(|v| v <= x);
        let point = Exceedance { shortage_weeks: *x, probability: more as f64 / n as f64 };
        if points.last().is_none_or(|p| p.shortage_weeks < point.shortage_weeks) {
            points.push(point);
        }
    }
    points
}
