//! A path where nothing but capacity, headroom and the reserve counts: every line arrives at once, every cell covers at every
//! step, nobody reacts, lends or protects, and no cell helps another. Most of the work of a large run.
//!
//! Three things make it fast and change nothing but the order of additions (tested against the step in full):
//!
//! * what may flow is contract − Σ weekly × loss over the classes that have a loss, worked out anew only for cells with a line of a
//!   class whose capacity is another than in the step before;
//! * steps 3 to 8 of eight cells are one run of vector instructions (`octet.rs`), cells that hang on the same classes side by side;
//! * cells in which nothing moves are passed by; with stock full and demand the same on every path, until the first outage.

use ballast_domain::pack::Recourse;
use multiversion::multiversion;

use super::allocation::FULL;
use super::model::Model;
use super::octet::{Eight, Instructions, Lines, Octet, Sets, Step, Terms, WIDTH, first_day, step_all};
use super::shortfall::Shortfalls;
use super::state::State;
use crate::bits;
use crate::bits::numbers;
use crate::draw::{Path, Scenery};

/// What such a path needs beside the model's own arrays. A *slot* is the place of a cell in an octet.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain {
    /// False where a step must be worked out in full.
    pub applies: bool,
    /// Supply classes.
    classes: usize,
    terms: Vec<Terms>,
    /// The first day, and who is awake on it.
    octets: Vec<Octet>,
    awake: Vec<u64>,
    /// The lines of the octets, octet by octet in order of class.
    lines: Vec<Lines>,
    /// Cell in each slot, and slot of each cell.
    cell: Vec<usize>,
    slot: Vec<usize>,
    /// Sets of octets with a line of each class, one behind the other.
    of_class: Vec<u64>,
    /// Demand, where it is the same on every path: row of each step, octets of each row, sum of each cell.
    rows: Vec<usize>,
    demand: Vec<Eight>,
    demand_in_all: Vec<f64>,
    /// Reserve of each cell that may not be drawn: full from the first day on, it wants nothing and gives nothing.
    idle: Vec<f64>,
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
            classes: scenery.classes(),
            terms: Vec::new(),
            octets: Vec::new(),
            awake: Vec::new(),
            lines: Vec::new(),
            cell,
            slot,
            of_class: vec![0; scenery.classes() * bits::words(model.cells().div_ceil(WIDTH))],
            rows: Vec::new(),
            demand: Vec::new(),
            demand_in_all: vec![0.0; model.cells()],
            idle: vec![0.0; model.cells()],
        };
        if !model.recourse.contains(&Recourse::Reserve) {
            plain.idle.copy_from_slice(&model.reserve_target);
        }
        plain.octets = plain.first_day(model);
        for o in 0..plain.octets.len() {
            plain.add_lines(model, o);
        }
        plain.awake = vec![0; bits::words(plain.octets.len())];
        bits::fill(&mut plain.awake, plain.octets.len());
        if let Some(levels) = scenery.steady_demand() {
            plain.steady(model, levels);
            plain.awake = plain.awake_on_the_first_day();
        }
        plain
    }

    /// Cells in order of slot; empty where this is no way to live.
    pub fn in_turn(&self) -> &[usize] {
        &self.cell
    }

    fn first_day(&mut self, model: &Model) -> Vec<Octet> {
        let count = self.cell.len().div_ceil(WIDTH);
        self.terms = vec![Terms::default(); count];
        let mut octets = vec![Octet::default(); count];
        for (s, &c) in self.cell.iter().enumerate() {
            let (octet, terms, k) = (&mut octets[s / WIDTH], &mut self.terms[s / WIDTH], s % WIDTH);
            terms.mean[k] = model.mean[c];
            terms.stock_target[k] = model.stock_target[c];
            terms.reserve_target[k] = model.reserve_target[c] - self.idle[c];
            terms.contract[k] = model.lines.of(c).map(|l| model.lines.weekly[l]).sum();
            terms.headroom[k] = model.headroom[c];
            terms.most[k] = model.most[c];
            octet.stock[k] = model.opening_stock[c];
            octet.reserve[k] = terms.reserve_target[k];
        }
        octets.iter_mut().zip(&self.terms).for_each(|(octet, terms)| first_day(octet, terms));
        octets
    }

    /// Octets that the first step of a path leaves other than it found them, at full supply.
    fn awake_on_the_first_day(&self) -> Vec<u64> {
        let mut sets = Sets::new(self.octets.len());
        sets.open(&self.awake);
        let first = self.rows.first().map_or(0, |row| row * self.octets.len());
        let Some(demand) = self.demand.get(first..first + self.octets.len()) else { return self.awake.clone() };
        let with = Step { terms: &self.terms, lines: &self.lines, loss: &[], demand };
        let noted = &mut Shortfalls::default();
        step_all::<false, false>(&mut self.octets.clone(), &with, &mut sets, (0, noted));
        sets.awake().to_vec()
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
        self.terms[o].lines = (self.lines.len(), self.lines.len() + lines.len());
        let words = bits::words(self.octets.len());
        for line in &lines {
            bits::insert(&mut self.of_class[line.class * words..], o);
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
    #[inline(always)]
    fn mark(&self, path: &Path, w: usize, stale: &mut [u64], loss: &mut [f64]) {
        let words = bits::words(path.classes);
        let capacity = &path.capacity[w * path.classes..(w + 1) * path.classes];
        bits::each(&path.changed[w * words..(w + 1) * words], |class| {
            let left = capacity[class];
            loss[class] = if left < FULL { 1.0 - left } else { 0.0 };
            let octets = &self.of_class[class * stale.len()..];
            stale.iter_mut().zip(octets).for_each(|(stale, octets)| *stale |= octets);
        });
    }
}

/// Class and need units in a normal step of each line of a cell, in order of class.
fn by_class(model: &Model, cell: usize) -> Vec<(usize, f64)> {
    let line = |l: usize| (model.lines.class[l] as usize, model.lines.weekly[l]);
    let mut lines: Vec<(usize, f64)> = model.lines.of(cell).map(line).collect();
    lines.sort_by_key(|l| l.0);
    lines
}

/// Memory of such a path.
#[derive(Debug, Clone, Default)]
pub(super) struct PlainState {
    octets: Vec<Octet>,
    sets: Sets,
    /// Part of each class that is lost in the step in hand.
    loss: Vec<f64>,
    /// Demand of the step in hand, where it is random.
    demand: Vec<Eight>,
    /// Needs in which something goes unmet in the step in hand.
    needs: Vec<u32>,
}

impl PlainState {
    pub fn new(plain: &Plain) -> Self {
        Self {
            octets: plain.octets.clone(),
            sets: Sets::new(plain.octets.len()),
            loss: vec![0.0; plain.classes],
            demand: vec![Eight::default(); plain.octets.len()],
            needs: Vec::new(),
        }
    }

    /// The first day.
    fn open(&mut self, plain: &Plain, record: bool) {
        for (octet, first) in self.octets.iter_mut().zip(&plain.octets) {
            (octet.may, octet.stock, octet.reserve, octet.wanted) =
                (first.may, first.stock, first.reserve, first.wanted);
            (octet.unmet, octet.drawn_in_all) = (Eight::default(), Eight::default());
        }
        self.loss.fill(0.0);
        self.sets.open(&plain.awake);
        if record {
            // What the first step did is written down even where it left things as they were.
            bits::fill(&mut self.sets.stirred, self.octets.len());
        }
    }
}

/// Lives through a path; the record is that of [`live`](super::live).
pub(super) fn live_plain(model: &Model, path: &Path, state: &mut State) {
    match model.instructions {
        Instructions::Widest => with_record_widest(model, path, state),
        Instructions::Common => with_record(model, path, state),
    }
}

/// Lives through a path without a record: only the outcome is kept.
pub(super) fn live_plain_in_short(model: &Model, path: &Path, state: &mut State) {
    match model.instructions {
        Instructions::Widest => in_short_widest(model, path, state),
        Instructions::Common => in_short(model, path, state),
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn with_record_widest(model: &Model, path: &Path, state: &mut State) {
    with_record(model, path, state);
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2", "x86_64+avx"))]
fn in_short_widest(model: &Model, path: &Path, state: &mut State) {
    in_short(model, path, state);
}

#[inline(always)]
fn with_record(model: &Model, path: &Path, state: &mut State) {
    let cells = model.cells();
    through::<true, false>(model, path, state, |w, octets, _, state| {
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
            record.stock[at] = octet.stock[k] + octet.reserve[k] + model.shortcut.idle[c];
        }
        record.any_short[w] = octets.iter().any(|o| o.any_short);
    });
}

#[inline(always)]
fn in_short(model: &Model, path: &Path, state: &mut State) {
    let plain = &model.shortcut;
    state.outcome.shortages.clear();
    state.outcome.shortfalls.clear();
    let random = plain.rows.is_empty();
    match random {
        true => state.outcome.demand.fill(0.0),
        false => state.outcome.demand.copy_from_slice(&plain.demand_in_all),
    }
    let add = |w: usize, state: &mut State| {
        let levels = &path.demand[w * path.cells..(w + 1) * path.cells];
        for (sum, (mean, level)) in state.outcome.demand.iter_mut().zip(model.mean.iter().zip(levels)) {
            *sum += mean * level;
        }
    };
    match (model.one_cell_each, random) {
        (true, false) => through::<false, true>(model, path, state, |_, _, _, _| {}),
        (true, true) => through::<false, true>(model, path, state, |w, _, _, state| add(w, state)),
        (false, _) => through::<false, false>(model, path, state, |w, octets, demand, state| {
            if random {
                add(w, state);
            }
            note_shortages(model, w, octets, demand, state);
        }),
    }
    for (s, &c) in plain.cell.iter().enumerate() {
        state.outcome.drawn[c] = state.plain.octets[s / WIDTH].drawn_in_all[s % WIDTH];
    }
}

/// All cells of each need that went unmet somewhere.
fn note_shortages(model: &Model, w: usize, octets: &[Octet], demand: &[Eight], state: &mut State) {
    let (plain, needs) = (&model.shortcut, &mut state.plain.needs);
    for o in numbers(&state.plain.sets.unmet) {
        let cells = plain.cell[o * WIDTH..].iter().zip(&octets[o].unmet);
        needs.extend(cells.filter(|(_, unmet)| **unmet != 0.0).map(|(c, _)| model.need[*c]));
    }
    if !needs.is_empty() {
        let of = |c: usize| {
            let s = plain.slot[c];
            (demand[s / WIDTH][s % WIDTH], octets[s / WIDTH].unmet[s % WIDTH])
        };
        state.outcome.note(model, w, needs, of);
    }
}

/// All steps of a path; `after` sees each.
#[inline(always)]
fn through<const RECORD: bool, const NOTE: bool>(
    model: &Model,
    path: &Path,
    state: &mut State,
    mut after: impl FnMut(usize, &[Octet], &[Eight], &mut State),
) {
    let plain = &model.shortcut;
    state.plain.open(plain, RECORD);
    let mut octets = std::mem::take(&mut state.plain.octets);
    let mut loss = std::mem::take(&mut state.plain.loss);
    let mut random = std::mem::take(&mut state.plain.demand);
    let n = octets.len();
    for w in 0..model.weeks {
        plain.mark(path, w, &mut state.plain.sets.stale, &mut loss);
        let demand = match plain.rows.get(w) {
            Some(row) => {
                if w > 0 && plain.rows[w - 1] != *row {
                    bits::fill(&mut state.plain.sets.stirred, n);
                }
                &plain.demand[row * n..(row + 1) * n]
            }
            None => {
                let levels = &path.demand[w * path.cells..(w + 1) * path.cells];
                for (s, c) in plain.cell.iter().enumerate() {
                    random[s / WIDTH][s % WIDTH] = model.mean[*c] * levels[*c];
                }
                bits::fill(&mut state.plain.sets.stirred, n);
                &random[..]
            }
        };
        let with = Step { terms: &plain.terms, lines: &plain.lines, loss: &loss, demand };
        let noted = (w, &mut state.outcome.shortfalls);
        step_all::<RECORD, NOTE>(&mut octets, &with, &mut state.plain.sets, noted);
        after(w, &octets, demand, state);
    }
    state.plain.octets = octets;
    state.plain.loss = loss;
    state.plain.demand = random;
}
