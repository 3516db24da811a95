//! A step where nothing but capacity, headroom and the reserve counts: every line arrives at once, every cell covers at every
//! step, nobody reacts, lends or protects, and no cell helps another. Most of the work of a large run.
//!
//! Two things make it fast and change nothing but the order of additions (tested against the step in full):
//!
//! * what may flow is contract − Σ weekly × loss over the classes that have a loss in the step, so a step in which everything is up
//!   costs a copy;
//! * steps 3 to 8 of all cells are one loop without branches over flat arrays, which the compiler turns into vector instructions.

use ballast_domain::pack::Recourse;

use super::allocation::FULL;
use super::model::Model;
use super::state::State;
use super::supply::least;
use super::week::DUST;
use crate::draw::Path;

/// What the loop needs beside the model's own arrays.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    /// False where a step must be worked out in full.
    pub applies: bool,
    /// Need units of each cell in a normal step.
    contract: Vec<f64>,
    /// By supply class: cells with a line of it, and its need units in a normal step.
    lines: Vec<Vec<(usize, f64)>>,
    /// The reserve may be drawn.
    reserve: bool,
}

impl Plain {
    /// Whether and how a compiled model can be lived through like this.
    pub fn new(model: &Model, classes: usize) -> Self {
        let helps = |r: &Recourse| match r {
            Recourse::Equivalences => !model.donors.is_empty(),
            Recourse::Transfer => !model.groups.is_empty(),
            Recourse::Reserve => false,
        };
        let alone = model.pools.is_empty() && model.release.is_none() && !model.recourse.iter().any(helps);
        let mut lines = vec![Vec::new(); classes];
        for c in 0..model.cells() {
            for l in model.lines.of(c) {
                lines[model.lines.class[l] as usize].push((c, model.lines.weekly[l]));
            }
        }
        Self {
            applies: model.plain && alone,
            contract: (0..model.cells()).map(|c| model.lines.of(c).map(|l| model.lines.weekly[l]).sum()).collect(),
            lines,
            reserve: model.recourse.contains(&Recourse::Reserve),
        }
    }
}

/// Lives through a path; the record is that of [`live`](super::live).
pub(super) fn live_plain(model: &Model, path: &Path, state: &mut State) {
    let cells = model.cells();
    state.stock.copy_from_slice(&model.opening_stock);
    state.reserve.copy_from_slice(&model.reserve_target);
    state.transit.copy_from_slice(&model.transit_target);
    super::order::order(model, None, state);
    for w in 0..model.weeks {
        flow(model, path, w, &mut state.flow);
        let row = w * cells..(w + 1) * cells;
        let demand = &mut state.record.demand[row.clone()];
        for ((slot, mean), multiple) in demand.iter_mut().zip(&model.mean).zip(&path.demand[row.clone()]) {
            *slot = mean * multiple;
        }
        state.record.any_short[w] = step(model, state, row);
    }
}

/// What each cell's lines may send together in step `w`, before headroom.
fn flow(model: &Model, path: &Path, w: usize, flow: &mut [f64]) {
    flow.copy_from_slice(&model.shortcut.contract);
    let capacity = &path.capacity[w * path.classes..(w + 1) * path.classes];
    for (left, lines) in capacity.iter().zip(&model.shortcut.lines).filter(|(left, _)| **left < FULL) {
        for (c, weekly) in lines {
            let after = flow[*c] - weekly * (1.0 - left);
            // Lines that are all down leave dust of subtraction.
            flow[*c] = if after > 1e-12 * model.shortcut.contract[*c] { after } else { 0.0 };
        }
    }
}

/// Steps 3 to 8 of all cells; true if some cell was short.
#[inline(always)]
fn step(model: &Model, state: &mut State, row: std::ops::Range<usize>) -> bool {
    let n = row.len();
    let (flow, mean, most, headroom) = (&state.flow[..n], &model.mean[..n], &model.most[..n], &model.headroom[..n]);
    let (stock_target, reserve_target) = (&model.stock_target[..n], &model.reserve_target[..n]);
    let (stock, reserve, wanted) = (&mut state.stock[..n], &mut state.reserve[..n], &mut state.wanted[..n]);
    let record = &mut state.record;
    let demand = &record.demand[row.clone()][..n];
    let received = &mut record.received[row.clone()][..n];
    let spare = &mut record.spare[row.clone()][..n];
    let before = &mut record.short[row.clone()][..n];
    let drawn = &mut record.reserve_drawn[row.clone()][..n];
    let unmet = &mut record.unmet[row.clone()][..n];
    let kept = &mut record.stock[row][..n];
    let usable = if model.shortcut.reserve { 1.0 } else { 0.0 };
    let mut any = 0u64;
    for c in 0..n {
        let may = least(headroom[c] * flow[c], most[c]);
        let arrives = least(wanted[c], may);
        let on_hand = stock[c] + arrives;
        let served = least(demand[c], on_hand);
        let short = demand[c] - served;
        let draws = least(reserve[c], short) * usable;
        let left = short - draws;
        let (s, r) = (on_hand - served, reserve[c] - draws);
        let over = least(s - stock_target[c], reserve_target[c] - r);
        let refill = if over > 0.0 { over } else { 0.0 };
        let (s, r) = (s - refill, r + refill);
        let order = mean[c] + (stock_target[c] - s) + (reserve_target[c] - r);
        received[c] = arrives;
        spare[c] = may - arrives;
        before[c] = short;
        drawn[c] = draws;
        unmet[c] = if left < DUST { 0.0 } else { left };
        kept[c] = s + r;
        stock[c] = s;
        reserve[c] = r;
        wanted[c] = if order > 0.0 { order } else { 0.0 };
        any |= u64::from(short > 0.0);
    }
    any != 0
}
