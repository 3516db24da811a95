//! Polish: what an annealing has decided (products used, tiers, who moves) stays, the shares are optimised by one linear
//! program, built from the graph: with their steps fixed, functions are linear in the sums they read.
//!
//!   minimise Σ cost·x + Σ worth·out(x)   with Σ_cell x = 1, thresholds reached, requirements kept
//!
//! Switching costs may be decided anew (then the program has a binary for each cell that has an incumbent). What is not
//! linear even so (limits that are multiples of another quotient) stays at its present value; the result is judged by the
//! graph, and by the certificate, before anybody believes it.

use std::collections::BTreeMap;

use super::graph::{Check, Function, Graph, Quotient, State, Steps, SumIx, whole_packs};
use super::layout::{Layout, NONE};
use crate::highs::{self, Settings, Watch};
use crate::model::{Col, Model, RowLabel, Terms};
use crate::repair::RISE;

/// Simplex iterations that a polish may take, per column.
const ITERATIONS: i64 = 30;

/// Part of a threshold by which it is passed, for the grid of awards and the tolerance of the solver.
const MARGIN: f64 = 1.25 * RISE;
/// The same of thresholds and limits where packs are whole: some lines lose or gain a part of one.
const PACKED: f64 = 1e-4;
/// A share this near to all of a cell is all of it, one this near to nothing is none.
const NOISE: f64 = 1e-6;

/// Relative gap at which switching is decided well enough.
const GAP: f64 = 2e-4;

/// Ends a run after so many iterations, or when told.
struct Budget<'a>(i64, &'a dyn Fn() -> bool);

impl Watch for Budget<'_> {
    fn improving(&mut self, _: &[f64], _: f64, _: i64) {}
    fn stop(&mut self, _: f64, iterations: i64) -> bool {
        iterations > self.0 || (self.1)()
    }
}

/// Terms and a constant.
type Linear = (Terms, f64);

struct Program<'s, 'g> {
    state: &'s State<'g>,
    model: Model,
    /// Value of each column at the state.
    now: Vec<f64>,
    /// Column of each place that may have volume.
    column: Vec<Option<Col>>,
    /// Places of each sum.
    members: super::graph::Rows,
    /// Places whose packs are in a sum.
    packed: super::graph::Rows,
    /// Part by which thresholds are passed, and by which limits are kept.
    margin: (f64, f64),
    /// Functions whose output goes into each sum.
    inputs: super::graph::Rows,
    /// Sums that have a column, and its size.
    named: Vec<Option<(Col, f64)>>,
    free: Free,
}

/// What a polish may decide anew.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Free {
    /// Who moves.
    pub(super) switching: bool,
    /// The step of one measure.
    pub(super) step: Option<Turn>,
}

/// Another step of a ladder: the one that a measure would reach at a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turn {
    measure: Quotient,
    at: f64,
}

/// The steps next to those that a state reaches, measure by measure.
pub(super) fn turns(state: &State<'_>) -> Vec<Turn> {
    let mut near: BTreeMap<Quotient, (f64, f64)> = BTreeMap::new();
    for function in &state.graph.functions {
        let Function::Ladder { measure, steps, .. } = function else { continue };
        let Some(m) = state.quotient(*measure) else { continue };
        let above = steps.from.partition_point(|from| *from <= m);
        let (below, next) = near.entry(*measure).or_insert((f64::NEG_INFINITY, f64::INFINITY));
        *next = next.min(steps.from.get(above).copied().unwrap_or(f64::INFINITY));
        *below = below.max(above.checked_sub(1).map_or(f64::NEG_INFINITY, |step| steps.from[step]));
    }
    let turns = near.into_iter().flat_map(|(measure, (below, next))| {
        let up = (next.is_finite()).then_some(Turn { measure, at: next });
        let down = (below > 0.0).then_some(Turn { measure, at: below * (1.0 - 1e-9) });
        up.into_iter().chain(down)
    });
    turns.collect()
}

/// What a polish gave.
pub(super) struct Polished {
    /// Shares, by place.
    pub(super) x: Vec<f64>,
    /// Simplex iterations.
    pub(super) iterations: i64,
}

/// Better shares for what the state has decided, if the program finds any. Packs may be parts of one in the program; then
/// all lines of a cell but the largest are rounded to whole ones.
pub(super) fn polish(state: &State<'_>, layout: &Layout, free: Free, stop: &dyn Fn() -> bool) -> Option<Polished> {
    let graph = state.graph;
    let packed = graph.packs.iter().any(Option::is_some);
    let transpose = |rows: usize, of: &dyn Fn(usize) -> Vec<(u32, f64)>| {
        let mut triples = Vec::new();
        for row in 0..rows {
            triples.extend(of(row).into_iter().map(|(s, v)| (s, row as u32, v)));
        }
        super::graph::Rows::new(graph.constants.len(), &triples)
    };
    let mut program = Program {
        state,
        model: Model::default(),
        now: Vec::new(),
        column: vec![None; graph.cost.len()],
        members: transpose(graph.cost.len(), &|p| graph.by_share.row(p).collect()),
        packed: transpose(graph.cost.len(), &|p| graph.by_packs.row(p).collect()),
        margin: if packed { (PACKED, PACKED) } else { (MARGIN, 0.0) },
        inputs: transpose(graph.functions.len(), &|f| graph.outputs.row(f).collect()),
        named: vec![None; graph.constants.len()],
        free,
    };
    program.volumes(layout);
    for f in 0..graph.functions.len() {
        program.function(f);
    }
    let columns = i64::try_from(program.model.columns()).unwrap_or(i64::MAX);
    let settings =
        Settings { time_limit: None, gap: GAP, absolute_gap: 1e-6, seed: 0, presolve: true, fragile_heuristics: false };
    // A linear program has nothing of a point without a basis.
    let start = free.switching.then_some(&program.now[..]);
    let mut budget = Budget(1000 + ITERATIONS * columns, stop);
    let outcome = highs::run(&program.model, &settings, start, &mut budget);
    let point = outcome.solution?;
    let mut x = vec![0.0; graph.cost.len()];
    for (place, column) in program.column.iter().enumerate() {
        x[place] = column.map_or(0.0, |c| point[c.0 as usize].clamp(0.0, 1.0));
    }
    tidy(&mut x, graph, layout);
    Some(Polished { x, iterations: outcome.iterations })
}

/// Solver noise and parts of packs go to the largest share of their cell.
fn tidy(x: &mut [f64], graph: &Graph, layout: &Layout) {
    for &(n, k) in &layout.cells {
        let places = layout.needs[n as usize].places(k as usize);
        let own: Vec<usize> = places.iter().filter(|p| **p != NONE).map(|p| *p as usize).collect();
        let Some(largest) = own.iter().copied().max_by(|a, b| x[*a].total_cmp(&x[*b])) else { continue };
        let all = x[largest] > 1.0 - NOISE;
        for p in own.iter().copied().filter(|p| *p != largest) {
            if all || x[p] < NOISE {
                x[p] = 0.0;
            } else if let Some(packs) = graph.packs[p] {
                x[p] = (x[p] * packs.per_share).round() / packs.per_share;
            }
        }
        let others: f64 = own.iter().filter(|p| **p != largest).map(|p| x[*p]).sum();
        x[largest] = 1.0 - others;
    }
}

impl Program<'_, '_> {
    fn volumes(&mut self, layout: &Layout) {
        let state = self.state;
        for need in &layout.needs {
            let used = |c: usize| {
                (0..need.cells.len()).any(|k| {
                    let p = need.place(k, c);
                    p != NONE && state.x[p as usize] > 0.0
                })
            };
            let used: Vec<bool> = (0..need.choices.len()).map(used).collect();
            let crowded = need.max_products_per_site != usize::MAX;
            for k in 0..need.cells.len() {
                let mut one = Terms::new();
                for (c, place) in need.places(k).iter().enumerate() {
                    if *place == NONE || !used[c] || crowded && state.x[*place as usize] == 0.0 {
                        continue;
                    }
                    self.now.push(state.x[*place as usize]);
                    let of_packs = state.graph.packs[*place as usize].map_or(0.0, |p| p.cost * p.per_share);
                    let col = self.model.column(state.graph.cost[*place as usize] + of_packs, 0.0, 1.0, false);
                    self.column[*place as usize] = Some(col);
                    one.push((col, 1.0));
                }
                self.model.row(RowLabel::Link, 1.0, 1.0, one);
            }
        }
    }

    /// A sum in terms of columns; uses stay as they are.
    fn linear(&mut self, sum: SumIx) -> Linear {
        let s = sum as usize;
        if let Some(known) = self.named[s] {
            return (vec![known], 0.0);
        }
        let graph = self.state.graph;
        let mut terms = Terms::new();
        // What is neither share nor output (constants, uses) is what the present value has besides.
        let mut constant = self.state.sums[s];
        for (place, v) in self.members.row(s) {
            constant -= v * self.state.x[place as usize];
            if let Some(col) = self.column[place as usize] {
                terms.push((col, v));
            }
        }
        for (place, v) in self.packed.row(s) {
            let Some(packs) = graph.packs[place as usize] else { continue };
            constant -= v * whole_packs(self.state.x[place as usize], packs.per_share);
            if let Some(col) = self.column[place as usize] {
                terms.push((col, v * packs.per_share));
            }
        }
        for (f, v) in self.inputs.row(s).collect::<Vec<_>>() {
            constant -= v * self.state.outs[f as usize];
            let (own, fixed) = self.output(f as usize);
            terms.extend(own.into_iter().map(|(c, w)| (c, w * v)));
            constant += fixed * v;
        }
        if graph.readers.entries(s).len() > 1 && terms.len() > 4 {
            // Many read it: a column of its own keeps their rows short.
            let size = terms.iter().map(|(_, v)| v.abs()).fold(f64::MIN_POSITIVE, f64::max);
            self.now.push(self.state.sums[s] / size);
            let col = self.model.column(0.0, f64::NEG_INFINITY, f64::INFINITY, false);
            let mut own: Terms = terms.into_iter().map(|(c, v)| (c, v / size)).collect();
            own.push((col, -1.0));
            self.model.row(RowLabel::Link, -constant / size, -constant / size, own);
            self.named[s] = Some((col, size));
            return (vec![(col, size)], 0.0);
        }
        (terms, constant)
    }

    fn output(&mut self, f: usize) -> Linear {
        let state = self.state;
        let fixed = (Terms::new(), state.outs[f]);
        let scaled = |(terms, constant): Linear, by: f64| -> Linear {
            (terms.into_iter().map(|(c, v)| (c, v * by)).collect(), constant * by)
        };
        match &state.graph.functions[f] {
            Function::Same(of) => self.linear(*of),
            Function::Ladder { measure, of: Some(of), steps } => {
                let rate = self.measured(*measure).map_or(0.0, |m| {
                    let above = steps.from.partition_point(|from| *from <= m);
                    if above == 0 { 0.0 } else { steps.value[above - 1] }
                });
                if rate == 0.0 { (Terms::new(), 0.0) } else { scaled(self.linear(*of), rate) }
            }
            Function::Pieces { measure, steps, start } => {
                let m = state.sums[*measure as usize];
                let piece = steps.from.partition_point(|from| *from <= m).max(1) - 1;
                let (terms, constant) = scaled(self.linear(*measure), steps.value[piece]);
                (terms, constant + start[piece] - steps.value[piece] * steps.from[piece])
            }
            _ => fixed,
        }
    }

    /// The value at which a measure's step is fixed.
    fn measured(&self, measure: Quotient) -> Option<f64> {
        match self.free.step {
            Some(turn) if turn.measure == measure => Some(turn.at),
            _ => self.state.quotient(measure),
        }
    }

    fn cost(&mut self, (terms, constant): Linear, worth: f64) {
        for (col, v) in terms {
            self.model.add_cost(col, v * worth);
        }
        self.model.offset += constant * worth;
    }

    fn row(&mut self, (terms, constant): Linear, low: f64, high: f64) {
        let size = terms.iter().map(|(_, v)| v.abs()).fold(0.0, f64::max);
        if terms.is_empty() || size == 0.0 || (low == f64::NEG_INFINITY && high == f64::INFINITY) {
            return;
        }
        let terms = terms.into_iter().map(|(c, v)| (c, v / size)).collect();
        self.model.row(RowLabel::Link, (low - constant) / size, (high - constant) / size, terms);
    }

    /// Cost and rows of a function.
    fn function(&mut self, f: usize) {
        let state = self.state;
        let worth = state.graph.worth[f];
        match &state.graph.functions[f] {
            Function::Ladder { measure, steps, .. } => self.reached(*measure, steps),
            Function::Pieces { measure, steps, .. } => self.reached(Quotient { part: *measure, whole: None }, steps),
            Function::Below(of, limit) => {
                let kept = self.linear(*of);
                if worth > 0.0 && self.free.switching && state.graph.class[f].is_none() {
                    self.now.push(state.outs[f]);
                    let z = self.model.binary(worth);
                    let (mut terms, constant) = kept;
                    terms.push((z, *limit));
                    self.row((terms, constant), *limit, f64::INFINITY);
                    return;
                }
                if state.outs[f] == 0.0 {
                    self.row(kept, *limit, f64::INFINITY);
                }
            }
            Function::Counts { part, whole, from } if state.outs[f] > 0.0 => {
                let mut share = self.linear(*part);
                let (terms, constant) = self.linear(*whole);
                share.0.extend(terms.into_iter().map(|(c, v)| (c, -from * v)));
                share.1 -= from * constant;
                self.row(share, 0.0, f64::INFINITY);
            }
            Function::Check(check) => return self.check(f, check),
            _ => {}
        }
        if worth != 0.0 {
            let out = self.output(f);
            self.cost(out, worth);
        }
    }

    /// The step that is reached stays reached.
    fn reached(&mut self, measure: Quotient, steps: &Steps) {
        let above = self.measured(measure).map_or(0, |m| steps.from.partition_point(|from| *from <= m));
        let Some(from) = above.checked_sub(1).map(|step| steps.from[step]).filter(|from| *from > 0.0) else { return };
        let from = from * (1.0 + self.margin.0);
        let mut part = self.linear(measure.part);
        let low = match measure.whole {
            None => from,
            Some(whole) => {
                let (terms, constant) = self.linear(whole);
                part.0.extend(terms.into_iter().map(|(c, v)| (c, -from * v)));
                part.1 -= from * constant;
                0.0
            }
        };
        self.row(part, low, f64::INFINITY);
    }

    fn check(&mut self, f: usize, check: &Check) {
        let state = self.state;
        if check.used.is_some_and(|u| state.sums[u as usize] < 0.5) {
            return;
        }
        let met = check.when.iter().all(|(q, l, h)| state.quotient(*q).is_some_and(|v| v >= *l && v <= *h));
        let times = match check.times {
            None => 1.0,
            Some(q) => state.quotient(q).unwrap_or(0.0),
        };
        if !met || check.times.is_some() && times <= 0.0 {
            return;
        }
        for (bound, sign) in [(check.low, 1.0), (check.high, -1.0)] {
            if !bound.is_finite() {
                continue;
            }
            // sign·(part − bound·whole) ≥ 0
            let bound = bound * times * (1.0 + sign * self.margin.1);
            let (mut terms, mut constant) = self.linear(check.of.part);
            match check.of.whole {
                None => constant -= bound,
                Some(whole) => {
                    let (more, more_constant) = self.linear(whole);
                    terms.extend(more.into_iter().map(|(c, v)| (c, -bound * v)));
                    constant -= bound * more_constant;
                }
            }
            let mut terms: Terms = terms.into_iter().map(|(c, v)| (c, sign * v)).collect();
            constant *= sign;
            if state.graph.class[f].is_none() {
                self.now.push(state.outs[f] / check.unit);
                let short = self.model.column(state.graph.worth[f] * check.unit, 0.0, f64::INFINITY, false);
                terms.push((short, 1.0));
            }
            self.row((terms, constant), 0.0, f64::INFINITY);
        }
    }
}
