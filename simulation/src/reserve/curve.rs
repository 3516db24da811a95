//! Budget to protection: what the next unit of money buys.
//!
//! Greedy marginal analysis: expected unmet demand U_n(R) is convex in the reserve R of a need, so with divisible stock taking the
//! steps in order of weighted reduction per unit of money gives the least weighted unmet demand at every budget. Between
//! the levels worked out U is read as a straight line, which is never too low. The chance that some need of the scope runs out is read
//! off the same paths; for that the order of steps is a good one, not the best.

use ballast_domain::Tender;
use ballast_domain::index::{Ix, NeedIx};

use super::cost::Costs;
use super::requirement::{LEVELS_WEEKS, Requirement};
use crate::metric::{Estimate, proportion};

/// Points of the curve, at most.
const POINTS: usize = 36;

/// How unmet demand of different needs is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CurveWeight {
    /// Patients who go without (every need of the scope states patients per unit).
    Patients,
    /// Reference price.
    ReferencePrice,
    /// Weeks of each need's own mean demand.
    WeeksOfEach,
}

/// One point: all steps up to a budget.
#[derive(Debug, Clone, PartialEq)]
pub struct CurvePoint {
    /// Holding and capital cost, money a year.
    pub yearly_cost: f64,
    /// Value of the stock, money once.
    pub purchase_value: f64,
    /// Expected unmet demand over the horizon, in the curve's weight.
    pub expected_unmet: f64,
    /// Chance that some need of the scope has a stockout.
    pub p_any_stockout: Estimate,
    /// Weeks held of each need of the scope, in order.
    pub weeks: Vec<f64>,
}

struct Step {
    /// Position in the scope.
    need: usize,
    to_weeks: f64,
    purchase: f64,
    reduction: f64,
    /// Weighted reduction per unit of money.
    rate: f64,
}

/// Weight of a need unit for each need of the scope.
fn weights(tender: &Tender, needs: &[NeedIx], mean: &[f64]) -> (CurveWeight, Vec<f64>) {
    let all = |of: &dyn Fn(NeedIx) -> Option<f64>| needs.iter().map(|n| of(*n)).collect::<Option<Vec<f64>>>();
    if let Some(w) = all(&|n| tender.needs[n].patients_per_unit.map(|p| p.to_f64())) {
        return (CurveWeight::Patients, w);
    }
    match all(&|n| tender.needs[n].reference_price.map(|p| p.to_f64())) {
        Some(w) => (CurveWeight::ReferencePrice, w),
        None => (CurveWeight::WeeksOfEach, needs.iter().map(|n| 1.0 / mean[n.ix()]).collect()),
    }
}

/// The curve; `mean` is the mean weekly demand of each need of the tender.
pub(super) fn curve(
    tender: &Tender,
    costs: &Costs,
    requirement: &Requirement,
    mean: &[f64],
) -> (CurveWeight, Vec<CurvePoint>) {
    let (weight, weights) = weights(tender, &requirement.needs, mean);
    let mut steps = Vec::new();
    for (i, need) in requirement.needs.iter().enumerate() {
        let unit_money = costs.unit_price[need.ix()] * mean[need.ix()];
        let mut least_rate = f64::INFINITY;
        for k in 1..LEVELS_WEEKS.len() {
            if LEVELS_WEEKS[k] > costs.ceiling(*need) {
                break;
            }
            let reduction = weights[i] * (requirement.unmet_units[i][k - 1] - requirement.unmet_units[i][k]);
            let purchase = unit_money * (LEVELS_WEEKS[k] - LEVELS_WEEKS[k - 1]);
            // Rounding must not put a need's later step before its earlier one.
            let rate = (reduction / purchase.max(f64::MIN_POSITIVE)).min(least_rate);
            least_rate = rate;
            if reduction > 0.0 {
                steps.push(Step { need: i, to_weeks: LEVELS_WEEKS[k], purchase, reduction, rate });
            }
        }
    }
    steps.sort_by(|a, b| b.rate.total_cmp(&a.rate).then(a.need.cmp(&b.need)).then(a.to_weeks.total_cmp(&b.to_weeks)));
    let start: f64 = weights.iter().zip(&requirement.unmet_units).map(|(w, u)| w * u[0]).sum();
    let all: f64 = steps.iter().map(|s| s.reduction).sum();
    let (mut weeks, mut purchase, mut reduced) = (vec![0.0; weights.len()], 0.0, 0.0);
    let point = |weeks: &[f64], purchase: f64, reduced: f64| CurvePoint {
        yearly_cost: purchase * costs.yearly_rate,
        purchase_value: purchase,
        expected_unmet: (start - reduced).max(0.0),
        p_any_stockout: any_stockout(requirement, weeks),
        weeks: weeks.to_vec(),
    };
    let mut points = vec![point(&weeks, 0.0, 0.0)];
    for (s, step) in steps.iter().enumerate() {
        weeks[step.need] = step.to_weeks;
        purchase += step.purchase;
        reduced += step.reduction;
        // A point each time a further 1/36 of what can be avoided is avoided, and at the end.
        if reduced >= all * points.len() as f64 / POINTS as f64 || s + 1 == steps.len() {
            points.push(point(&weeks, purchase, reduced));
        }
    }
    (weight, points)
}

/// What the next unit of money of stock avoids at so many weeks of each need, in the curve's weight.
pub(super) fn marginals(
    tender: &Tender,
    costs: &Costs,
    requirement: &Requirement,
    mean: &[f64],
    held: &[f64],
) -> Vec<f64> {
    let (_, weights) = weights(tender, &requirement.needs, mean);
    let of = |(i, need): (usize, &NeedIx)| {
        let k = LEVELS_WEEKS.partition_point(|l| *l <= held[i]).max(1);
        let unmet = &requirement.unmet_units[i];
        let money = costs.unit_price[need.ix()] * mean[need.ix()];
        if k >= LEVELS_WEEKS.len() || money <= 0.0 {
            return 0.0;
        }
        weights[i] * (unmet[k - 1] - unmet[k]) / (money * (LEVELS_WEEKS[k] - LEVELS_WEEKS[k - 1]))
    };
    requirement.needs.iter().enumerate().map(of).collect()
}

fn any_stockout(requirement: &Requirement, weeks: &[f64]) -> Estimate {
    let out = |row: &[f64]| row.iter().zip(weeks).any(|(need, held)| *need > held + 1e-9);
    let events = requirement.weeks.chunks(weeks.len().max(1)).filter(|row| out(row)).count();
    proportion(events as u64, requirement.replications() as u64)
}
