//! Step 8: what each site orders, to be shipped in the next step.
//!
//! With IP = working stock + goods on the way + ordered and not yet shipped − owed to users − what the reserve lacks, at each
//! review:
//!
//! * `cover`: d + S* + T* − IP, d the mean step, S* and T* the targets of working stock and goods on the way;
//! * `base_stock`: (order_up_to − IP)⁺;
//! * `r_q`: n Q with the least n that lifts IP above r, if IP ≤ r;
//! * `s_S`: S − IP, if IP ≤ s;
//!
//! and in any case what is hoarded. What could not be shipped of an order stays ordered.

use ballast_domain::tender::Ordering;

use super::model::Model;
use super::state::State;

/// Positions this close to a point count as reaching it: sums of shipments leave dust.
const DUST: f64 = 1e-9;

/// Orders at the end of step `before`; `None`: before the first.
pub(super) fn order(model: &Model, before: Option<usize>, state: &mut State) {
    if model.all_cover {
        return cover(model, state);
    }
    let step = before.map_or(0, |w| w + 1);
    for c in 0..model.cells() {
        state.wanted[c] = state.unfilled[c];
        if !step.is_multiple_of(model.review[c]) {
            continue;
        }
        let owed = state.owed_to_users.get(c).copied().unwrap_or(0.0);
        let lacking = model.reserve_target[c] - state.reserve[c];
        let position = state.stock[c] + state.transit[c] + state.unfilled[c] - owed - lacking;
        let stock = match model.ordering[c] {
            Ordering::Cover => model.mean[c] + model.stock_target[c] + model.transit_target[c] - position,
            Ordering::BaseStock { up_to } => up_to - position,
            Ordering::PointQuantity { point, quantity } => {
                let below = point - position;
                if below < -DUST * (1.0 + point) {
                    0.0
                } else {
                    ((below / quantity + DUST * (1.0 + point)).floor() + 1.0) * quantity
                }
            }
            Ordering::PointLevel { point, up_to } => {
                if position > point + DUST * (1.0 + point) {
                    0.0
                } else {
                    up_to - position
                }
            }
        };
        let ordered = stock.max(0.0) + state.hoarding[model.need[c] as usize] * model.mean[c];
        state.wanted[c] += ordered;
        if let Some(w) = before {
            state.record.ordered[w * model.cells() + c] = ordered;
        }
    }
}

/// The same where every cell covers at every step and owes nothing; most of the work of a large run.
fn cover(model: &Model, state: &mut State) {
    let have = state.stock.iter().zip(&state.reserve).zip(&state.transit);
    let target = model.stock_target.iter().zip(&model.reserve_target).zip(&model.transit_target);
    for ((wanted, mean), (((s, r), t), ((st, rt), tt))) in
        state.wanted.iter_mut().zip(&model.mean).zip(have.zip(target))
    {
        let order = mean + (st - s) + (rt - r) + (tt - t);
        *wanted = if order > 0.0 { order } else { 0.0 };
    }
}
