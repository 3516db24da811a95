//! A path where nothing but capacity, headroom and the reserve counts: every line arrives at once, every cell covers at every
//! step, nobody reacts, lends or protects, and no cell helps another. Most of the work of a large run.
//!
//! Three things make it fast and change nothing but the order of additions (tested against the step in full):
//!
//! * what may flow is contract − Σ weekly × loss over the classes that have a loss, worked out anew only for cells with a line of a
//!   class whose capacity is another than in the step before;
//! * steps 3 to 8 of eight cells are one run of vector instructions (`octet.rs`), cells that hang on the same classes side by side;
//! * cells in which nothing moves are passed by.

use ballast_domain::pack::Recourse;

use super::allocation::FULL;
use super::model::Model;
use super::octet::{Eight, Lines, Octet, Step, WIDTH, first_order, step_all};
use super::outcome::Shortage;
use super::state::State;
use crate::draw::{Path, Scenery};

/// What such a path needs beside the model's own arrays. A *slot* is the place of a cell in an octet.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    /// False where a step must be worked out in full.
    pub applies: bool,
    /// The first day.
    octets: Vec<Octet>,
    /// Their lines, octet by octet in order of class.
    lines: Vec<Lines>,
    /// Cell in each slot, and slot of each cell.
    cell: Vec<usize>,
    slot: Vec<usize>,
    /// Octets with a line of each class.
    of_class: Vec<Vec<usize>>,
    /// Demand, where it is the same on every path: row of each step, octets of each row, sum of each cell.
    rows: Vec<usize>,
    demand: Vec<Eight>,
    demand_in_all: Vec<f64>,
    /// 1 if the reserve may be drawn, else 0.
    usable: f64,
}

impl Plain {
    /// Whether and how a compiled model can be lived through like this.
    pub fn new(model: &Model, scenery: &Scenery) -> Self {
        let helps = |r: &Recourse| match r {
            Recourse::Equivalences => !model.donors.is_empty(),
            Recourse::Transfer => !model.groups.is_empty(),
            Recourse::Reserve => false,
        };
        let alone = model.pools.is_empty() && model.release.is_none() && !model.recourse.iter().any(helps);
        if !model.plain || !alone {
            return Self::default();
        }
        let mut cell: Vec<usize> = (0..model.cells()).collect();
        cell.sort_by_cached_key(|c| by_class(model, *c).into_iter().map(|l| l.0).collect::<Vec<usize>>());
        let mut slot = vec![0; cell.len()];
        cell.iter().enumerate().for_each(|(s, c)| slot[*c] = s);
        let mut plain = Self {
            applies: true,
            octets: Vec::new(),
            lines: Vec::new(),
            cell,
            slot,
            of_class: vec![Vec::new(); scenery.classes()],
            rows: Vec::new(),
            demand: Vec::new(),
            demand_in_all: vec![0.0; model.cells()],
            usable: if model.recourse.contains(&Recourse::Reserve) { 1.0 } else { 0.0 },
        };
        plain.octets = plain.first_day(model);
        for o in 0..plain.octets.len() {
            plain.add_lines(model, o);
        }
        if let Some(levels) = scenery.steady_demand() {
            plain.steady(model, levels);
        }
        plain
    }

    /// Cells in order of slot; empty where this is no way to live.
    pub fn in_turn(&self) -> &[usize] {
        &self.cell
    }

    fn first_day(&self, model: &Model) -> Vec<Octet> {
        let mut octets = vec![Octet { supply_changed: true, ..Octet::default() }; self.cell.len().div_ceil(WIDTH)];
        for (s, &c) in self.cell.iter().enumerate() {
            let (octet, k) = (&mut octets[s / WIDTH], s % WIDTH);
            octet.mean[k] = model.mean[c];
            octet.stock_target[k] = model.stock_target[c];
            octet.reserve_target[k] = model.reserve_target[c];
            octet.contract[k] = model.lines.of(c).map(|l| model.lines.weekly[l]).sum();
            octet.headroom[k] = model.headroom[c];
            octet.most[k] = model.most[c];
            octet.stock[k] = model.opening_stock[c];
            octet.reserve[k] = model.reserve_target[c];
        }
        octets.iter_mut().for_each(first_order);
        octets
    }

    /// The lines of an octet. Two lines of one cell and class are two of the octet's.
    fn add_lines(&mut self, model: &Model, o: usize) {
        let mut lines: Vec<Lines> = Vec::new();
        for (k, c) in self.cell[o * WIDTH..].iter().take(WIDTH).enumerate() {
            for (class, weekly) in by_class(model, *c) {
                match lines.iter_mut().find(|l| l.class == class && l.weekly[k] == 0.0) {
                    Some(line) => line.weekly[k] = weekly,
                    None => {
                        let mut line = Lines { weekly: Eight::default(), class };
                        line.weekly[k] = weekly;
                        lines.push(line);
                    }
                }
            }
        }
        lines.sort_by_key(|l| l.class);
        self.octets[o].lines = (self.lines.len(), self.lines.len() + lines.len());
        for line in &lines {
            if self.of_class[line.class].last() != Some(&o) {
                self.of_class[line.class].push(o);
            }
        }
        self.lines.extend(lines);
    }

    /// Demand that is the same on every path; steps that are alike share a row.
    fn steady(&mut self, model: &Model, levels: &[f64]) {
        let mut unlike: Vec<&[f64]> = Vec::new();
        for levels in levels.chunks(model.cells().max(1)) {
            let row = unlike.iter().position(|x| *x == levels).unwrap_or_else(|| {
                self.demand.extend(vec![Eight::default(); self.octets.len()]);
                let at = unlike.len() * self.octets.len();
                self.write_demand(model, levels, at);
                unlike.push(levels);
                unlike.len() - 1
            });
            self.rows.push(row);
            for (sum, (mean, level)) in self.demand_in_all.iter_mut().zip(model.mean.iter().zip(levels)) {
                *sum += mean * level;
            }
        }
    }

    fn write_demand(&mut self, model: &Model, levels: &[f64], at: usize) {
        for (s, c) in self.cell.iter().enumerate() {
            self.demand[at + s / WIDTH][s % WIDTH] = model.mean[*c] * levels[*c];
        }
    }

    /// Marks where supply of step `w` is another than before; `loss` becomes that of each class.
    fn mark(&self, path: &Path, w: usize, octets: &mut [Octet], loss: &mut [f64]) {
        let words = path.classes.div_ceil(64);
        let capacity = &path.capacity[w * path.classes..(w + 1) * path.classes];
        for class in bits(&path.changed[w * words..(w + 1) * words]) {
            let left = capacity[class];
            loss[class] = if left < FULL { 1.0 - left } else { 0.0 };
            self.of_class[class].iter().for_each(|o| octets[*o].supply_changed = true);
        }
    }
}

/// Class and need units in a normal step of each line of a cell, in order of class.
fn by_class(model: &Model, cell: usize) -> Vec<(usize, f64)> {
    let line = |l: usize| (model.lines.class[l] as usize, model.lines.weekly[l]);
    let mut lines: Vec<(usize, f64)> = model.lines.of(cell).map(line).collect();
    lines.sort_by_key(|l| l.0);
    lines
}

/// Positions of the bits that are set.
fn bits(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(i, word)| {
        let mut left = *word;
        std::iter::from_fn(move || {
            let bit = (left != 0).then(|| i * 64 + left.trailing_zeros() as usize);
            left &= left.wrapping_sub(1);
            bit
        })
    })
}

/// Memory of such a path.
#[derive(Debug, Clone, Default)]
pub(super) struct PlainState {
    octets: Vec<Octet>,
    /// Part of each class that is lost in the step in hand.
    loss: Vec<f64>,
    /// Demand of the step in hand, where it is random.
    demand: Vec<Eight>,
    /// Octets, and needs, in which something goes unmet in the step in hand.
    unmet: Vec<usize>,
    needs: Vec<u32>,
}

impl PlainState {
    pub fn new(plain: &Plain) -> Self {
        Self {
            octets: plain.octets.clone(),
            loss: vec![0.0; plain.of_class.len()],
            demand: vec![Eight::default(); plain.octets.len()],
            unmet: Vec::new(),
            needs: Vec::new(),
        }
    }
}

/// Lives through a path; the record is that of [`live`](super::live).
pub(super) fn live_plain(model: &Model, path: &Path, state: &mut State) {
    let cells = model.cells();
    through(model, path, state, true, |w, octets, _, state| {
        let row = w * cells..(w + 1) * cells;
        let record = &mut state.record;
        for (slot, (mean, level)) in record.demand[row.clone()].iter_mut().zip(model.mean.iter().zip(&path.demand[row]))
        {
            *slot = mean * level;
        }
        for (s, &c) in model.shortcut.cell.iter().enumerate() {
            let (octet, k, at) = (&octets[s / WIDTH], s % WIDTH, w * cells + c);
            record.received[at] = octet.received[k];
            record.spare[at] = octet.spare[k];
            record.short[at] = octet.short[k];
            record.reserve_drawn[at] = octet.drawn[k];
            record.unmet[at] = octet.unmet[k];
            record.stock[at] = octet.stock[k] + octet.reserve[k];
        }
        record.any_short[w] = octets.iter().any(|o| o.any_short);
    });
}

/// Lives through a path without a record: only the outcome is kept.
pub(super) fn live_plain_in_short(model: &Model, path: &Path, state: &mut State) {
    let plain = &model.shortcut;
    state.outcome.shortages.clear();
    let random = plain.rows.is_empty();
    match random {
        true => state.outcome.demand.fill(0.0),
        false => state.outcome.demand.copy_from_slice(&plain.demand_in_all),
    }
    through(model, path, state, false, |w, octets, demand, state| {
        if random {
            let levels = &path.demand[w * path.cells..(w + 1) * path.cells];
            for (sum, (mean, level)) in state.outcome.demand.iter_mut().zip(model.mean.iter().zip(levels)) {
                *sum += mean * level;
            }
        }
        for &o in &state.plain.unmet {
            let (unmet, demand) = (&octets[o].unmet, &demand[o]);
            let mut which = (0..WIDTH).fold(0u32, |bits, k| bits | u32::from(unmet[k] != 0.0) << k);
            while which != 0 {
                let k = which.trailing_zeros() as usize % WIDTH;
                which &= which - 1;
                let cell = plain.cell[o * WIDTH + k];
                if model.one_cell_each {
                    let (step, cell) = (w as u32, cell as u32);
                    state.outcome.shortages.push(Shortage { step, cell, demand: demand[k], unmet: unmet[k] });
                } else {
                    state.plain.needs.push(model.need[cell]);
                }
            }
        }
        if !state.plain.needs.is_empty() {
            let of = |c: usize| {
                let s = plain.slot[c];
                (demand[s / WIDTH][s % WIDTH], octets[s / WIDTH].unmet[s % WIDTH])
            };
            state.outcome.note(model, w, &mut state.plain.needs, of);
        }
    });
    for (s, &c) in plain.cell.iter().enumerate() {
        state.outcome.drawn[c] = state.plain.octets[s / WIDTH].drawn_in_all[s % WIDTH];
    }
}

/// All steps of a path; `after` sees each.
fn through(
    model: &Model,
    path: &Path,
    state: &mut State,
    record: bool,
    mut after: impl FnMut(usize, &[Octet], &[Eight], &mut State),
) {
    let plain = &model.shortcut;
    let mut octets = std::mem::take(&mut state.plain.octets);
    let mut loss = std::mem::take(&mut state.plain.loss);
    let mut random = std::mem::take(&mut state.plain.demand);
    octets.copy_from_slice(&plain.octets);
    loss.fill(0.0);
    let n = octets.len();
    for w in 0..model.weeks {
        plain.mark(path, w, &mut octets, &mut loss);
        let demand = match plain.rows.get(w) {
            Some(row) => {
                if w > 0 && plain.rows[w - 1] != *row {
                    octets.iter_mut().for_each(|o| o.rests = false);
                }
                &plain.demand[row * n..(row + 1) * n]
            }
            None => {
                let levels = &path.demand[w * path.cells..(w + 1) * path.cells];
                for (s, c) in plain.cell.iter().enumerate() {
                    random[s / WIDTH][s % WIDTH] = model.mean[*c] * levels[*c];
                }
                octets.iter_mut().for_each(|o| o.rests = false);
                &random[..]
            }
        };
        let with = Step { lines: &plain.lines, loss: &loss, demand, usable: plain.usable };
        step_all(&mut octets, &with, &mut state.plain.unmet, (model.instructions, record));
        after(w, &octets, demand, state);
    }
    state.plain.octets = octets;
    state.plain.loss = loss;
    state.plain.demand = random;
}
