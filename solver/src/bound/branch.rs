//! Branching on the levels of scales (rebate levels). A node keeps for each scale an interval of {not used, 0, …, R}; all
//! columns and prices stay good in it but where a scale is not used. It is cut on the scale whose point in the master is
//! wrong by most money,
//!
//!   what its spend S would cost at the level that S reaches, used whole − what the mixture of levels says.

use super::block::Range;
use super::bundles::Bundle;
use super::outer::Outer;

/// From this part of the largest spend on a scale is used.
const USED: f64 = 1e-7;
/// Money, in the objective, from which on a mixture is wrong.
const WRONG: f64 = 1e-7;

/// The scale to cut and the two intervals; `None` where the mixture says what is.
pub(super) fn cut(outer: &Outer, bundles: &[Bundle], ranges: &[Range], point: &[f64]) -> Option<(usize, [Range; 2])> {
    let mut worst: Option<(f64, usize, [Range; 2])> = None;
    for (k, (scale, range)) in outer.scales.iter().zip(ranges).enumerate() {
        if range.low >= range.high {
            continue;
        }
        let mu: Vec<f64> = scale.levels.iter().map(|c| point[*c]).collect();
        if mu.iter().all(|m| (m - m.round()).abs() <= 1e-6) {
            continue;
        }
        let of = |o: usize| -> f64 { outer.split[o].iter().map(|(n, _)| point[*n]).sum() };
        let spend: f64 = scale.bundles.iter().map(|o| bundles[*o].most * of(*o)).sum();
        let reach: f64 = scale.bundles.iter().map(|o| bundles[*o].most).sum();
        let said: f64 = scale.levels.iter().map(|c| point[*c] * outer.base()[*c]).sum::<f64>()
            + scale
                .bundles
                .iter()
                .flat_map(|o| &outer.split[*o])
                .map(|(n, _)| point[*n] * outer.base()[*n])
                .sum::<f64>();
        let reached = scale.from.iter().rposition(|from| spend >= from * (1.0 - USED)).unwrap_or(0);
        let (t, is) = match spend > USED * reach {
            false => (-1, 0.0),
            true => {
                let goods = |o: &usize| of(*o) * outer.base()[outer.split[*o][reached].0];
                let goods: f64 = scale.bundles.iter().map(goods).sum();
                (i32::try_from(reached).unwrap_or(0), outer.base()[scale.levels[reached]] + goods)
            }
        };
        let error = (is - said).abs();
        let mean: f64 = mu.iter().enumerate().map(|(r, m)| (r as f64 + 1.0) * m).sum::<f64>() - 1.0;
        let at = if (range.low..range.high).contains(&t) { t } else { mean.floor() as i32 };
        let at = at.clamp(range.low, range.high - 1);
        if error > WRONG && worst.as_ref().is_none_or(|(most, ..)| error > *most) {
            worst = Some((error, k, [Range { high: at, ..*range }, Range { low: at + 1, ..*range }]));
        }
    }
    worst.map(|(_, k, sides)| (k, sides))
}
