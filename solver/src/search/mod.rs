//! Awards of tenders that are large for a general solver: annealing with every price and rule re-computed move by move.
//!
//! One job per file: the quantities of an award ([`graph`]), how a tender becomes such quantities ([`build`], [`facts`],
//! [`rules`], [`prices`]), where volume can go ([`layout`]), a first guess ([`start`], [`cover`]), moves ([`moves`]), the
//! annealing itself ([`anneal`]), the linear program that polishes what it found ([`linear`]), and rounds of both ([`rounds`]).

mod anneal;
mod build;
mod cover;
mod facts;
mod graph;
mod layout;
mod linear;
mod moves;
mod prices;
mod rounds;
mod rules;
mod start;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::index::*;

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

use crate::model::{AwardModel, Col, Formulary, Model, Volumes, money_scale};
use crate::repair;
use anneal::{Annealed, Run, Schedule, Valued};
use build::Builder;
use graph::Graph;
use layout::Layout;
use linear::Free;
use moves::Mover;
pub(crate) use rounds::{BEFORE_PAIRS, Rounds};
use start::Start;

/// Simplex iterations that a polish counts for at least.
const LEAST_TURN: i64 = 10;

/// What annealing knows of an award that it walked to.
#[derive(Debug, Clone, PartialEq)]
pub struct Walked {
    /// The award.
    pub award: Award,
    /// Its value, money over the contract.
    pub value: f64,
    /// Whether it keeps every requirement.
    pub holds: bool,
}

/// A random walk over awards, each with what annealing makes of it, computed from the moves alone; for holding it against
/// the certificate. `None` if the tender asks for what annealing does not know.
pub fn walk(tender: &Tender, moves: u32, seed: u64) -> Option<Vec<Walked>> {
    let problem = Problem::new(tender)?;
    let scale = money_scale(tender);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut mover = Mover::new(&problem.layout, &problem.start.price, None, tender.suppliers.len());
    let mut state = graph::State::new(&problem.graph);
    state.x.clone_from(&problem.start.x);
    state.refresh();
    mover.recount(&state);
    let mut walked = Vec::new();
    for _ in 0..moves {
        if mover.propose(&mut state, &mut rng).is_none() {
            state.undo();
            continue;
        }
        state.settle();
        mover.counted(&state);
        state.keep();
        let award = problem.award(&state.x);
        walked.push(Walked { award, value: state.value * scale, holds: !state.violated() });
    }
    Some(walked)
}

/// A tender ready for annealing.
pub(crate) struct Problem<'t> {
    tender: &'t Tender,
    graph: Graph,
    layout: Layout,
    start: Start,
    /// For reading awards out of shares.
    shell: AwardModel,
    columns: usize,
    mean_cell: f64,
}

impl<'t> Problem<'t> {
    /// `None` if the tender asks for what a graph cannot say.
    pub(crate) fn new(tender: &'t Tender) -> Option<Self> {
        let mut model = Model { money_scale: money_scale(tender), ..Model::default() };
        let volumes = Volumes::new(tender, &mut model);
        let mut b = Builder::new(tender, model, volumes);
        facts::add(&mut b);
        if !rules::add(&mut b) {
            return None;
        }
        prices::add(&mut b);
        let places = b.worth.len();
        let layout = Layout::new(tender, &b.unserved, places);
        let all: f64 = b.cell_worth.iter().sum();
        let mean_cell = all / (tender.cells.len().max(1)) as f64;
        let columns = b.model.columns();
        let shell = AwardModel {
            model: Model::default(),
            volumes: b.volumes.clone(),
            formulary: Formulary::new(),
            thresholds: Vec::new(),
            relaxations: Vec::new(),
            measures: Vec::new(),
        };
        let graph = b.finish();
        let start = start::start(&graph, &layout, &cover::limits(tender, &layout));
        Some(Self { tender, graph, layout, start, shell, columns, mean_cell })
    }

    /// The award of these shares.
    pub(crate) fn award(&self, x: &[f64]) -> Award {
        let mut point = vec![0.0; self.columns];
        let volumes = &self.shell.volumes;
        let mut put = |col: Col, value: f64| point[col.0 as usize] = value;
        for c in self.tender.candidates.indexes() {
            let (packs, _) = volumes.packs[c];
            put(volumes.share[c], x[c.ix()]);
            if packs != volumes.share[c] {
                let per_share = self.graph.packs[c.ix()].map_or(0.0, |p| p.per_share);
                put(packs, graph::whole_packs(x[c.ix()], per_share));
            }
        }
        let open = volumes.unserved.iter().flatten();
        for (col, place) in open.zip(self.tender.candidates.len()..) {
            put(*col, x[place]);
        }
        repair::to_award(self.tender, &self.shell, &point)
    }

    /// The shares of an award; `None` if it names lines that are not there.
    fn shares(&self, award: &Award) -> Option<Vec<f64>> {
        let mut x = vec![0.0; self.graph.cost.len()];
        for line in &award.lines {
            if line.candidate.ix() >= self.tender.candidates.len() {
                return None;
            }
            let candidate = &self.tender.candidates[line.candidate];
            x[line.candidate.ix()] = line.used.to_f64() / self.tender.cells[candidate.cell].quantity.to_f64();
        }
        // What an award leaves unserved, and what it lost when the tender changed.
        for need in &self.layout.needs {
            for k in 0..need.cells.len() {
                let mut places = need.places(k).iter().filter(|p| **p != layout::NONE);
                let served: f64 = places.clone().map(|p| x[*p as usize]).sum();
                if let Some(last) = places.next_back().filter(|_| served < 1.0 - 1e-9) {
                    x[*last as usize] += 1.0 - served;
                }
            }
        }
        Some(x)
    }

    /// The value of shares; `None` if they break a requirement.
    fn value(&self, x: &[f64]) -> Option<f64> {
        let mut state = graph::State::new(&self.graph);
        state.x.copy_from_slice(x);
        state.refresh();
        (!state.violated()).then_some(state.value)
    }

    /// Lines, and cells that may stay unserved.
    pub(crate) fn places(&self) -> u64 {
        self.graph.cost.len() as u64
    }

    /// Shares polished, if that makes them better, with the simplex iterations it took.
    fn polish(&self, x: &[f64], free: Free, stop: &dyn Fn() -> bool) -> (Option<Valued>, i64) {
        let mut state = graph::State::new(&self.graph);
        state.x.copy_from_slice(x);
        state.refresh();
        let Some(polished) = linear::polish(&state, &self.layout, free, stop) else { return (None, 0) };
        let before = state.value;
        state.x = polished.x;
        state.refresh();
        ((!state.violated() && state.value < before).then_some((state.value, state.x)), polished.iterations)
    }

    /// Shares with one measure at a time a step higher or lower, polished, as long as that makes them better. Where trying
    /// all measures would take more than `most` iterations, as the first tells, none of the others is.
    fn turned(&self, x: &[f64], most: i64, stop: &dyn Fn() -> bool) -> (Option<Valued>, i64) {
        let mut state = graph::State::new(&self.graph);
        state.x.copy_from_slice(x);
        state.refresh();
        let (mut best, mut iterations) = (None, 0);
        let mut turns = linear::turns(&state);
        let mut i = 0;
        while i < turns.len() && iterations < most && !stop() {
            let (better, more) = self.polish(&state.x, Free { step: Some(turns[i]), switching: false }, stop);
            iterations += more.max(LEAST_TURN);
            i += 1;
            let all = iterations.saturating_mul(i64::try_from(turns.len()).unwrap_or(i64::MAX));
            if i == 1 && best.is_none() && all > most {
                return (better, iterations);
            }
            if let Some(better) = better {
                state.x.clone_from(&better.1);
                state.refresh();
                // Those not tried yet come first.
                turns = linear::turns(&state);
                let shift = i.min(turns.len());
                turns.rotate_left(shift);
                i = 0;
                best = Some(better);
            }
        }
        (best, iterations)
    }

    /// An annealing from the start; `kept` to the sources that are open there.
    fn once(&self, schedule: Schedule, kept: bool, seed: u64, stop: &dyn Fn() -> bool) -> Annealed {
        let within = self.start.open.as_deref().filter(|_| kept);
        self.run(&self.start.x, within, seed).once(schedule, stop)
    }

    /// Annealings of some needs at a time, from shares.
    fn neighbourhoods(&self, x: &[f64], moves: u64, seed: u64, stop: &dyn Fn() -> bool) -> (Annealed, i64) {
        let mut iterations = 0;
        let mut polish = |x: &[f64]| {
            let (polished, more) = self.polish(x, Free::default(), stop);
            iterations += more;
            polished
        };
        let annealed = self.run(x, None, seed).neighbourhoods(moves, &mut polish, stop);
        (annealed, iterations)
    }

    fn run<'p>(&'p self, x: &[f64], within: Option<&'p [bool]>, seed: u64) -> Run<'p> {
        let mover = Mover::new(&self.layout, &self.start.price, within, self.tender.suppliers.len());
        Run::new(&self.graph, mover, x, self.mean_cell, seed)
    }
}
