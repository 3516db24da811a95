//! The calendar in a path. A year is 12 months of 52/12 weeks; the first day of the horizon is that of the contract.
//!
//! A hazard with a season fails at rate λ s(t), s the factor of the calendar month scaled to mean 1: up times are drawn
//! in operational time Λ(t) = ∫ s, so that the yearly rate is that of the law and only its place in the year moves.

use ballast_domain::Tender;

/// Weeks in a year, and months.
const YEAR: f64 = 52.0;
const MONTHS: usize = 12;
/// A hazard with a season starts so many weeks before the first day, in the long-run state without season.
pub const WARM_UP_WEEKS: f64 = 520.0;

/// Factors of the months, scaled to mean 1, and where in the year the horizon begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    factors: [f64; MONTHS],
    /// Weeks since the begin of the year on the first day.
    phase: f64,
}

impl Season {
    pub fn new(months: &[f64; MONTHS], tender: &Tender) -> Self {
        let starts = tender.settings.starts;
        let (month, day) = (f64::from(starts.month()) - 1.0, f64::from(starts.day()) - 1.0);
        let phase = (month + day / f64::from(starts.days_in_month())) * YEAR / MONTHS as f64;
        let mean = months.iter().sum::<f64>() / MONTHS as f64;
        Self { factors: months.map(|m| m / mean), phase }
    }

    /// Month that holds at a moment, and how long it still does.
    fn month(&self, t: f64) -> (usize, f64) {
        let length = YEAR / MONTHS as f64;
        let at = (t + self.phase).rem_euclid(YEAR);
        let month = ((at / length) as usize).min(MONTHS - 1);
        ((month), ((month + 1) as f64 * length - at).max(1e-9))
    }

    /// The moment at which `amount` of operational time has passed since `t`.
    pub fn after(&self, t: f64, amount: f64) -> f64 {
        let years = (amount / YEAR).floor();
        let (mut t, mut left) = (t + years * YEAR, amount - years * YEAR);
        loop {
            let (month, length) = self.month(t);
            let factor = self.factors[month];
            if factor * length >= left && factor > 0.0 {
                return t + left / factor;
            }
            left -= factor * length;
            t += length;
        }
    }

    /// Mean factor between two moments at most a month apart.
    pub fn mean(&self, from: f64, to: f64) -> f64 {
        let (month, length) = self.month(from);
        let first = length.min(to - from);
        let rest = to - from - first;
        let next = if rest > 0.0 { self.factors[(month + 1) % MONTHS] } else { 0.0 };
        (self.factors[month] * first + next * rest) / (to - from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operational_time_runs_with_the_season() {
        // All of the year's rate in July, horizon from 1 January.
        let mut factors = [0.0; 12];
        factors[6] = 12.0;
        let july = Season { factors, phase: 0.0 };
        let length = 52.0 / 12.0;
        // Half of a year's operational time ends in the middle of July; a year and a half a year later.
        assert!((july.after(0.0, 26.0) - 6.5 * length).abs() < 1e-9);
        assert!((july.after(0.0, 78.0) - 52.0 - 6.5 * length).abs() < 1e-9);
        assert!((july.after(40.0, 13.0) - 52.0 - 6.25 * length).abs() < 1e-9);
        assert!((july.mean(6.0 * length - 0.5, 6.0 * length + 0.5) - 6.0).abs() < 1e-9);
        let flat = Season { factors: [1.0; 12], phase: 17.0 };
        assert!((flat.after(3.0, 200.0) - 203.0).abs() < 1e-9);
    }
}
