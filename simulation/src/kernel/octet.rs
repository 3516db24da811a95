//! Eight cells side by side, and a plain step of all of them as vector instructions.
//!
//! The loop has no branches and no sums across cells: each cell meets the same operations in the same order whatever the width of
//! the registers, so that results have the same bits on every instruction set (tested). Nothing is fused or reassociated.
//!
//! A step is a function of state (working stock, reserve, order) and of what may arrive and is demanded. Where it leaves the state
//! as it was, bit by bit, and no cell was short, it would do the same again as long as supply and demand stay what they
//! are: the octet *rests*, and steps pass it by until something stirs it. Whether it does is looked up a step late, at the price of one
//! more step that changes nothing: what is to be done in a step then never waits for the arithmetic of the step before, and the steps of
//! many octets overlap in the machine.

use super::shortfall::Shortfalls;
use super::supply::least;
use super::week::DUST;
use crate::bits;

/// Cells in an octet.
pub const WIDTH: usize = 8;

/// A figure of each cell.
pub type Eight = [f64; WIDTH];

/// Instructions that a step is worked out with; they never change a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Instructions {
    /// The widest registers that this machine has.
    #[default]
    Widest,
    /// Those that every machine of the architecture has.
    Common,
}

/// What never changes about eight cells. All quantities are need units; cells that fill up the last octet want nothing.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Terms {
    /// Mean demand of a step, and targets.
    pub mean: Eight,
    pub stock_target: Eight,
    pub reserve_target: Eight,
    /// Need units of all lines in a normal step, the multiple of what flows that may be shipped, and the most.
    pub contract: Eight,
    pub headroom: Eight,
    pub most: Eight,
    /// Where the octet's lines stand among all.
    pub lines: (usize, usize),
}

/// Eight cells on a path.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Octet {
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
    /// Some cell was short before the reserve.
    pub any_short: bool,
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
    pub terms: &'a [Terms],
    pub lines: &'a [Lines],
    /// Part of each class that is lost.
    pub loss: &'a [f64],
    pub demand: &'a [Eight],
}

/// Sets of octets (`bits.rs`).
#[derive(Debug, Clone, Default)]
pub(super) struct Sets {
    /// Supply is another than in the step before.
    pub stale: Vec<u64>,
    /// Something else is; and what was stirred in the step before, by either.
    pub stirred: Vec<u64>,
    before: Vec<u64>,
    /// Stepped in the step before; those of them that did not rest in it, and in the one before that.
    due: Vec<u64>,
    awake: Vec<u64>,
    awake_before: Vec<u64>,
    /// Something goes unmet in the step in hand.
    pub unmet: Vec<u64>,
}

impl Sets {
    /// Of so many octets; all sets are empty.
    pub fn new(octets: usize) -> Self {
        let none = || vec![0; bits::words(octets)];
        let (stale, stirred, before, due) = (none(), none(), none(), none());
        Self { stale, stirred, before, due, awake: none(), awake_before: none(), unmet: none() }
    }

    /// Before the first step, which stirs these.
    pub fn open(&mut self, stirred: &[u64]) {
        let Self { stale, stirred: first, before, due, awake, awake_before, unmet } = self;
        [stale, before, due, awake, awake_before, unmet].into_iter().for_each(|set| set.fill(0));
        first.copy_from_slice(stirred);
    }

    /// Those that did not rest in the last step.
    pub fn awake(&self) -> &[u64] {
        &self.awake
    }
}

/// Puts an octet on its first day: full supply, the order that follows from its stock.
pub(super) fn first_day(octet: &mut Octet, terms: &Terms) {
    for k in 0..WIDTH {
        octet.may[k] = least(terms.headroom[k] * terms.contract[k], terms.most[k]);
        octet.wanted[k] = order(terms, k, octet.stock[k], octet.reserve[k]);
    }
}

#[inline(always)]
fn order(terms: &Terms, k: usize, stock: f64, reserve: f64) -> f64 {
    let order = terms.mean[k] + (terms.stock_target[k] - stock) + (terms.reserve_target[k] - reserve);
    if order > 0.0 { order } else { 0.0 }
}

/// What may arrive: before headroom contract − Σ weekly × loss.
#[inline(always)]
fn supply(octet: &mut Octet, terms: &Terms, lines: &[Lines], loss: &[f64]) {
    let mut flow = terms.contract;
    for line in lines {
        let loss = loss[line.class];
        for (k, flow) in flow.iter_mut().enumerate() {
            *flow -= line.weekly[k] * loss;
        }
    }
    for (k, flow) in flow.iter().enumerate() {
        // Lines that are all down leave dust of subtraction.
        let flow = if *flow > 1e-12 * terms.contract[k] { *flow } else { 0.0 };
        octet.may[k] = least(terms.headroom[k] * flow, terms.most[k]);
    }
}

/// Steps 3 to 8 of an octet; true, true: it may do something else in the next one, and something went unmet.
#[inline(always)]
fn step<const RECORD: bool>(octet: &mut Octet, terms: &Terms, demand: &Eight) -> (bool, bool) {
    let (mut any_short, mut any_unmet, mut moved) = (false, false, false);
    for (k, demand) in demand.iter().enumerate() {
        let arrives = least(octet.wanted[k], octet.may[k]);
        let on_hand = octet.stock[k] + arrives;
        let served = least(*demand, on_hand);
        let short = demand - served;
        let draws = least(octet.reserve[k], short);
        let left = short - draws;
        let (s, r) = (on_hand - served, octet.reserve[k] - draws);
        let over = least(s - terms.stock_target[k], terms.reserve_target[k] - r);
        let refill = if over > 0.0 { over } else { 0.0 };
        let (s, r) = (s - refill, r + refill);
        if RECORD {
            octet.received[k] = arrives;
            octet.spare[k] = octet.may[k] - arrives;
            octet.short[k] = short;
            octet.drawn[k] = draws;
        }
        any_short |= short > 0.0;
        moved |= (s != octet.stock[k]) | (r != octet.reserve[k]);
        let unmet = if left < DUST { 0.0 } else { left };
        any_unmet |= unmet != 0.0;
        octet.unmet[k] = unmet;
        octet.drawn_in_all[k] += draws;
        octet.stock[k] = s;
        octet.reserve[k] = r;
        octet.wanted[k] = order(terms, k, s, r);
    }
    if RECORD {
        octet.any_short = any_short;
    }
    // Even dust that the reserve brings without a trace in it is drawn again in the next step.
    (moved | any_short, any_unmet)
}

/// A step of all octets that may not rest. Without a record the figures kept for one stay as they were; where `NOTE`, shortfalls are
/// noted.
#[inline(always)]
pub(super) fn step_all<const RECORD: bool, const NOTE: bool>(
    octets: &mut [Octet],
    with: &Step<'_>,
    sets: &mut Sets,
    (w, noted): (usize, &mut Shortfalls),
) {
    if NOTE {
        noted.make_room(octets.len());
    }
    for i in 0..sets.due.len() {
        let stirred = sets.stale[i] | sets.stirred[i];
        let due = stirred | sets.before[i] | sets.due[i] & sets.awake_before[i];
        let mut left = sets.stale[i];
        while left != 0 {
            let o = i * 64 + left.trailing_zeros() as usize;
            left &= left - 1;
            let terms = &with.terms[o];
            supply(&mut octets[o], terms, &with.lines[terms.lines.0..terms.lines.1], with.loss);
        }
        let (mut awake, mut unmet, mut left) = (0, 0, due);
        while left != 0 {
            let bit = left.trailing_zeros();
            let o = i * 64 + bit as usize;
            left &= left - 1;
            let (octet, demand) = (&mut octets[o], &with.demand[o]);
            let (moves, misses) = step::<RECORD>(octet, &with.terms[o], demand);
            awake |= u64::from(moves) << bit;
            unmet |= u64::from(misses) << bit;
            if NOTE {
                noted.note(misses, (w, o), demand, &octet.unmet);
            }
        }
        (sets.stale[i], sets.stirred[i], sets.before[i], sets.due[i]) = (0, 0, stirred, due);
        (sets.awake_before[i], sets.awake[i], sets.unmet[i]) = (sets.awake[i], awake, unmet);
    }
}
