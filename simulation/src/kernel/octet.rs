//! Eight cells side by side, and a plain step of all of them as vector instructions.
//!
//! The loop has no branches and no sums across cells: each cell meets the same operations in the same order whatever the width of
//! the registers, so that results have the same bits on every instruction set (tested). Nothing is fused or reassociated.
//!
//! A step is a function of state (working stock, reserve, order) and of what may arrive and is demanded. Where it leaves the state
//! as it was, bit by bit, and nothing was short, it would do the same again as long as supply and demand stay what they are: the octet
//! *rests*, and steps pass it by until something changes.

use multiversion::multiversion;

use super::supply::least;
use super::week::DUST;

/// Cells in an octet.
pub(super) const WIDTH: usize = 8;

/// A figure of each cell.
pub(super) type Eight = [f64; WIDTH];

/// Instructions that a step is worked out with; they never change a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Instructions {
    /// The widest registers that this machine has.
    #[default]
    Widest,
    /// Those that every machine of the architecture has.
    Common,
}

/// Eight cells. All quantities are need units; cells that fill up the last octet want nothing.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Octet {
    /// Mean demand of a step, and targets.
    pub mean: Eight,
    pub stock_target: Eight,
    pub reserve_target: Eight,
    /// Need units of all lines in a normal step, the multiple of what flows that may be shipped, and the most.
    pub contract: Eight,
    pub headroom: Eight,
    pub most: Eight,
    /// What may arrive in this step.
    pub may: Eight,
    /// State. The order is a function of the other two.
    pub stock: Eight,
    pub reserve: Eight,
    pub wanted: Eight,
    /// What the step left unmet.
    pub unmet: Eight,
    /// Drawn from the reserve since the first step.
    pub drawn_in_all: Eight,
    /// What else the step did, where a record is asked for.
    pub drawn: Eight,
    pub received: Eight,
    pub spare: Eight,
    pub short: Eight,
    /// Where the octet's lines stand among all.
    pub lines: (usize, usize),
    /// Some cell was short before the reserve.
    pub any_short: bool,
    /// Some cell was short after it.
    pub any_unmet: bool,
    /// Supply is another than in the step before.
    pub supply_changed: bool,
    /// A further step would do the same.
    pub rests: bool,
}

/// Lines of the cells of an octet with products of one supply class: need units in a normal step.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Lines {
    pub weekly: Eight,
    pub class: usize,
}

/// What a step needs beside the octets.
pub(super) struct Step<'a> {
    pub lines: &'a [Lines],
    /// Part of each class that is lost.
    pub loss: &'a [f64],
    pub demand: &'a [Eight],
    /// 1 where the reserve may be drawn, else 0.
    pub usable: f64,
}

/// Orders of the first day.
pub(super) fn first_order(octet: &mut Octet) {
    for k in 0..WIDTH {
        octet.wanted[k] = order(octet, k, octet.stock[k], octet.reserve[k]);
    }
}

#[inline(always)]
fn order(octet: &Octet, k: usize, stock: f64, reserve: f64) -> f64 {
    let order = octet.mean[k] + (octet.stock_target[k] - stock) + (octet.reserve_target[k] - reserve);
    if order > 0.0 { order } else { 0.0 }
}

/// What may arrive: before headroom contract − Σ weekly × loss.
#[inline(always)]
fn supply(octet: &mut Octet, lines: &[Lines], loss: &[f64]) {
    let mut flow = octet.contract;
    for line in lines {
        let loss = loss[line.class];
        for (k, flow) in flow.iter_mut().enumerate() {
            let after = *flow - line.weekly[k] * loss;
            // Lines that are all down leave dust of subtraction.
            *flow = if after > 1e-12 * octet.contract[k] { after } else { 0.0 };
        }
    }
    for (k, flow) in flow.iter().enumerate() {
        octet.may[k] = least(octet.headroom[k] * flow, octet.most[k]);
    }
}

/// Steps 3 to 8 of an octet.
#[inline(always)]
fn step<const RECORD: bool>(octet: &mut Octet, demand: &Eight, usable: f64) {
    let (mut any_short, mut any_unmet, mut moved) = (false, false, false);
    for (k, demand) in demand.iter().enumerate() {
        let arrives = least(octet.wanted[k], octet.may[k]);
        let on_hand = octet.stock[k] + arrives;
        let served = least(*demand, on_hand);
        let short = demand - served;
        let draws = least(octet.reserve[k], short) * usable;
        let left = short - draws;
        let (s, r) = (on_hand - served, octet.reserve[k] - draws);
        let over = least(s - octet.stock_target[k], octet.reserve_target[k] - r);
        let refill = if over > 0.0 { over } else { 0.0 };
        let (s, r) = (s - refill, r + refill);
        if RECORD {
            octet.received[k] = arrives;
            octet.spare[k] = octet.may[k] - arrives;
            octet.short[k] = short;
            octet.drawn[k] = draws;
        }
        // Even dust that the reserve brings without a trace in it is drawn again in the next step.
        any_short |= short > 0.0;
        moved |= (s != octet.stock[k]) | (r != octet.reserve[k]);
        let unmet = if left < DUST { 0.0 } else { left };
        any_unmet |= unmet != 0.0;
        octet.unmet[k] = unmet;
        octet.drawn_in_all[k] += draws;
        octet.stock[k] = s;
        octet.reserve[k] = r;
        octet.wanted[k] = order(octet, k, s, r);
    }
    octet.any_short = any_short;
    octet.any_unmet = any_unmet;
    octet.rests = !(moved | any_short | any_unmet);
}

#[inline(always)]
fn all<const RECORD: bool>(octets: &mut [Octet], with: &Step<'_>, unmet: &mut Vec<usize>) {
    unmet.clear();
    for (o, (octet, demand)) in octets.iter_mut().zip(with.demand).enumerate() {
        if octet.supply_changed {
            supply(octet, &with.lines[octet.lines.0..octet.lines.1], with.loss);
            octet.supply_changed = false;
        } else if octet.rests {
            continue;
        }
        step::<RECORD>(octet, demand, with.usable);
        if octet.any_unmet {
            unmet.push(o);
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn all_widest(octets: &mut [Octet], with: &Step<'_>, unmet: &mut Vec<usize>) {
    all::<false>(octets, with, unmet);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn all_widest_recorded(octets: &mut [Octet], with: &Step<'_>, unmet: &mut Vec<usize>) {
    all::<true>(octets, with, unmet);
}

/// A step of all octets that do not rest; `unmet` becomes those in which something went unmet. Without a record the figures kept for
/// one stay as they were.
pub(super) fn step_all(
    octets: &mut [Octet],
    with: &Step<'_>,
    unmet: &mut Vec<usize>,
    (instructions, record): (Instructions, bool),
) {
    match (instructions, record) {
        (Instructions::Widest, false) => all_widest(octets, with, unmet),
        (Instructions::Widest, true) => all_widest_recorded(octets, with, unmet),
        (Instructions::Common, false) => all::<false>(octets, with, unmet),
        (Instructions::Common, true) => all::<true>(octets, with, unmet),
    }
}
