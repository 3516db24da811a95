//! Shortfalls eight cells at a time, as a path is lived through: written down in any case and kept if there is one, so that nothing waits
//! for the answer.

use std::ops::Deref;

use super::octet::Eight;

/// Eight cells in a step in which one of them went unmet.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[repr(align(64))]
pub struct Shortfall {
    /// What went unmet in each, need units.
    pub unmet: Eight,
    /// What each asked for, need units.
    pub demand: Eight,
    /// The step.
    pub step: u32,
    /// Which eight: those from 8 × this on of [`Model::in_turn`](super::Model::in_turn).
    pub eight: u32,
}

/// Those of a replication, in order of step and cells in turn.
#[derive(Debug, Clone, Default)]
pub struct Shortfalls {
    /// What is behind the last is only memory.
    list: Vec<Shortfall>,
    count: usize,
}

impl Shortfalls {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.count = 0;
    }

    /// Makes room for so many more.
    #[inline(always)]
    pub(super) fn make_room(&mut self, more: usize) {
        if self.list.len() < self.count + more {
            self.list.resize(2 * (self.count + more), Shortfall::default());
        }
    }

    /// Notes eight cells, if it `is` one; there must be room.
    #[inline(always)]
    pub(super) fn note(&mut self, is: bool, (step, eight): (usize, usize), demand: &Eight, unmet: &Eight) {
        let slot = &mut self.list[self.count];
        (slot.unmet, slot.demand, slot.step, slot.eight) = (*unmet, *demand, step as u32, eight as u32);
        self.count += usize::from(is);
    }

    /// Adds one.
    pub(super) fn push(&mut self, shortfall: Shortfall) {
        self.make_room(1);
        self.note(true, (shortfall.step as usize, shortfall.eight as usize), &shortfall.demand, &shortfall.unmet);
    }
}

impl Deref for Shortfalls {
    type Target = [Shortfall];

    fn deref(&self) -> &[Shortfall] {
        &self.list[..self.count]
    }
}

impl PartialEq for Shortfalls {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
