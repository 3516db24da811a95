//! Two awards on the same paths: what differs is the award, so differences are far surer than either figure alone.

use super::estimate::{Estimate, mean, proportion};
use super::scope::{Scope, Scopes, Weighting};
use super::summary::Summary;

/// One scope of a comparison. Differences are second less first: above 0 the first is better.
#[derive(Debug, Clone, PartialEq)]
pub struct Paired {
    /// The scope.
    pub scope: Scope,
    /// Unit of the difference.
    pub weighting: Weighting,
    /// Mean unmet demand of the first less that of the second, with sign as above.
    pub difference: Estimate,
    /// The same in weeks of mean demand.
    pub difference_weeks: Estimate,
    /// Half width of the interval if the two had met paths of their own, relative to the paired one.
    pub gain: f64,
    /// Part of draws in which the first leaves less unmet.
    pub first_better: Estimate,
    /// Part of draws in which the second does.
    pub second_better: Estimate,
    /// Part of draws in which neither does.
    pub equal: f64,
}

/// Compares column by column; replications that failed for either are left out.
pub fn paired(scopes: &Scopes, first: &Summary, second: &Summary) -> Vec<Paired> {
    let width = scopes.width();
    let of = |(i, column): (usize, &super::scope::Weighted)| {
        let pairs: Vec<(f64, f64)> = first
            .unmet
            .iter()
            .zip(&second.unmet)
            .skip(i)
            .step_by(width)
            .filter(|(a, b)| !a.is_nan() && !b.is_nan())
            .map(|(a, b)| (*a, *b))
            .collect();
        let differences: Vec<f64> = pairs.iter().map(|(a, b)| b - a).collect();
        // What differs by less than a millionth of a week's demand differs by rounding.
        let dust = 1e-6 * column.week;
        let n = pairs.len() as u64;
        let better = differences.iter().filter(|d| **d > dust).count() as u64;
        let worse = differences.iter().filter(|d| **d < -dust).count() as u64;
        let difference = mean(&differences);
        let alone = |of: &dyn Fn(&(f64, f64)) -> f64| mean(&pairs.iter().map(of).collect::<Vec<f64>>()).standard_error;
        let apart = alone(&|p| p.0).hypot(alone(&|p| p.1));
        Paired {
            scope: column.scope,
            weighting: column.weighting,
            difference,
            difference_weeks: difference.times(if column.week > 0.0 { 1.0 / column.week } else { 0.0 }),
            gain: if difference.standard_error > 0.0 { apart / difference.standard_error } else { 1.0 },
            first_better: proportion(better, n),
            second_better: proportion(worse, n),
            equal: (n - better - worse) as f64 / n.max(1) as f64,
        }
    };
    scopes.columns().enumerate().map(of).collect()
}
