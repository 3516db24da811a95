//! Shortfalls of eight cells side by side (`kernel::Shortfall`), where no need is asked for at more than one site: what went unmet of
//! each need over a replication, and in how many steps that was a stockout, as vector instructions; scopes of several needs step by step.
//!
//! Eight partial sums of a step are added as a tree of fixed shape, so that figures have the same bits whatever the instructions.

use multiversion::multiversion;

use super::block::{Block, STOCKOUT};
use super::scope::Scopes;
use crate::bits;
use crate::kernel::{Eight, Instructions, Model, Shortfall, WIDTH};

/// Eight cells and what they count in.
#[derive(Debug, Clone, Default)]
struct Group {
    /// Weight of one need unit in the total.
    weight: Eight,
    /// Scopes of several needs that all of the cells are in, as a set, and those that some are in, with 1 for these and 0 for the others.
    whole: Vec<u64>,
    part: Vec<(usize, Eight)>,
    /// Of the replication: unmet, and steps with a stockout.
    unmet: Eight,
    steps_out: Eight,
    is_short: bool,
}

/// Reads shortfalls; working memory of one thread.
#[derive(Debug, Clone)]
pub(super) struct Shortfalls {
    groups: Vec<Group>,
    /// Need of each cell in turn, and the scopes of that need alone.
    need: Vec<usize>,
    alone: Vec<Vec<usize>>,
    /// Scopes with a stockout in the step in hand, and in the replication.
    out: [Vec<u64>; 2],
    instructions: Instructions,
}

impl Shortfalls {
    /// For the cells of a model; `weights` are those of needs in the total.
    pub fn new(scopes: &Scopes, model: &Model, weights: &[f64]) -> Self {
        let turn: Vec<usize> = model.in_turn().collect();
        let need: Vec<usize> = turn.iter().map(|c| model.need[*c] as usize).collect();
        let none = || vec![0; bits::words(scopes.list.len())];
        let mut groups = vec![Group { whole: none(), ..Group::default() }; turn.len().div_ceil(WIDTH)];
        let mut alone = vec![Vec::new(); turn.len()];
        for (slot, n) in need.iter().enumerate() {
            groups[slot / WIDTH].weight[slot % WIDTH] = weights[*n];
        }
        for (s, scope) in scopes.list.iter().enumerate() {
            let of_cell = |slot: &usize| match scope.cells.is_empty() {
                true => scope.needs.iter().any(|(n, _)| *n == need[*slot]),
                false => scope.cells.iter().any(|(c, _)| *c == turn[*slot]),
            };
            let slots: Vec<usize> = (0..turn.len()).filter(of_cell).collect();
            if let [slot] = slots[..] {
                alone[slot].push(s);
                continue;
            }
            for slots in slots.chunk_by(|a, b| a / WIDTH == b / WIDTH) {
                let first = slots[0] / WIDTH * WIDTH;
                let group = &mut groups[first / WIDTH];
                match slots.len() == WIDTH.min(turn.len() - first) {
                    true => bits::insert(&mut group.whole, s),
                    false => {
                        let mut cells = Eight::default();
                        slots.iter().for_each(|slot| cells[slot - first] = 1.0);
                        group.part.push((s, cells));
                    }
                }
            }
        }
        Self { groups, need, alone, out: [none(), none()], instructions: model.instructions }
    }

    /// Adds the shortfalls of a replication to a block; `of_need` gets what went unmet of each need that did.
    pub fn read(&mut self, shortfalls: &[Shortfall], block: &mut Block, mut of_need: impl FnMut(usize, f64)) {
        self.out.iter_mut().for_each(|set| set.fill(0));
        for group in self.groups.iter_mut().filter(|g| g.is_short) {
            (group.unmet, group.steps_out, group.is_short) = (Eight::default(), Eight::default(), false);
        }
        match self.instructions {
            Instructions::Widest => add_widest(&mut self.groups, &mut self.out, shortfalls, block),
            Instructions::Common => add(&mut self.groups, &mut self.out, shortfalls, block),
        }
        bits::each(&self.out[1], |scope| block.stockouts[scope] += 1);
        for (g, group) in self.groups.iter().enumerate().filter(|(_, g)| g.is_short) {
            for k in (0..WIDTH).filter(|k| group.unmet[*k] != 0.0) {
                let slot = g * WIDTH + k;
                of_need(self.need[slot], group.unmet[k]);
                for scope in self.alone[slot].iter().filter(|_| group.steps_out[k] > 0.0) {
                    block.stockouts[*scope] += 1;
                    block.weeks_short[*scope] += group.steps_out[k] as u64;
                }
            }
        }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn add_widest(groups: &mut [Group], out: &mut [Vec<u64>; 2], shortfalls: &[Shortfall], block: &mut Block) {
    add(groups, out, shortfalls, block);
}

#[inline(always)]
fn add(groups: &mut [Group], [now, ever]: &mut [Vec<u64>; 2], shortfalls: &[Shortfall], block: &mut Block) {
    let mut at = 0;
    while let Some(first) = shortfalls.get(at) {
        let (mut weighted, mut out_at_all) = (Eight::default(), false);
        while let Some(shortfall) = shortfalls.get(at).filter(|s| s.step == first.step) {
            at += 1;
            let group = &mut groups[shortfall.eight as usize];
            group.is_short = true;
            let (mut out, mut any) = (Eight::default(), false);
            for k in 0..WIDTH {
                let unmet = shortfall.unmet[k];
                group.unmet[k] += unmet;
                weighted[k] += group.weight[k] * unmet;
                let is_out = unmet > STOCKOUT * shortfall.demand[k];
                out[k] = if is_out { 1.0 } else { 0.0 };
                any |= is_out;
                group.steps_out[k] += out[k];
            }
            if !any {
                continue;
            }
            out_at_all = true;
            now.iter_mut().zip(&group.whole).for_each(|(now, whole)| *now |= whole);
            for (scope, cells) in &group.part {
                if out.iter().zip(cells).fold(false, |any, (out, cell)| any | (out * cell != 0.0)) {
                    bits::insert(now, *scope);
                }
            }
        }
        block.unmet_in_week[first.step as usize] += tree(&weighted);
        if out_at_all {
            block.out_in_week[first.step as usize] += 1;
            bits::each(now, |scope| block.weeks_short[scope] += 1);
            for (now, ever) in now.iter_mut().zip(ever.iter_mut()) {
                *ever |= std::mem::take(now);
            }
        }
    }
}

/// Sum of eight, always in this order.
#[inline(always)]
fn tree(x: &Eight) -> f64 {
    ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]))
}
