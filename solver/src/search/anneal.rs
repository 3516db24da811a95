//! Simulated annealing on the award (Kirkpatrick, Gelatt, Vecchi 1983): a move that changes the energy by Δ stands if
//! Δ < −T ln u. Temperature falls geometrically, ladders turn from straight lines into steps, and the price λ of each kind
//! of violation rises while it is violated and falls while it is not, so that it settles near its shadow price. Counted in
//! moves, never by the clock.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::graph::{Graph, State};
use super::moves::Mover;

/// Settings of one annealing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Schedule {
    pub(super) moves: u64,
    /// Moves more, where there is no award after those.
    patience: u64,
    /// First and last temperature, in mean worth of a cell.
    hot: f64,
    cold: f64,
    /// How far ladders are smoothed at first, and the part of the run in which that falls to 0.
    smooth: f64,
    smoothed: f64,
}

impl Schedule {
    /// From anywhere.
    pub(super) fn complete(moves: u64) -> Self {
        Self { moves, patience: moves / 2, hot: 0.4, cold: 0.002, smooth: 1.0, smoothed: 0.85 }
    }

    /// From a start that is worth something, for an award soon.
    pub(super) fn soon(moves: u64) -> Self {
        Self { moves, patience: moves, hot: 0.1, cold: 0.002, smooth: 1.0, smoothed: 0.4 }
    }

    /// In a neighbourhood of a good award.
    pub(super) fn near(moves: u64) -> Self {
        Self { moves, patience: 0, hot: 0.02, cold: 0.002, smooth: 0.3, smoothed: 0.5 }
    }
}

/// Looks at prices and at the award, and the most and the least moves between two.
const LOOKS: u64 = 256;
const LOOK: u64 = 4096;
const LOOK_LEAST: u64 = 256;
/// Looks after which everything is computed anew: rounding adds up.
const AFRESH: u64 = 64;
/// Part of the run after which it only descends.
const QUENCH: f64 = 0.93;

/// Moves per place of a neighbourhood, and the least of them.
const THOROUGH: u64 = 200;
const THOROUGH_LEAST: u64 = 20_000;
/// Relative distance to the best within which what a neighbourhood gave is polished.
const CLOSE: f64 = 0.0015;

/// A value with its shares.
pub(crate) type Valued = (f64, Vec<f64>);

/// The best award that a run saw, and the moves it made.
#[derive(Debug, Clone)]
pub(super) struct Annealed {
    /// Value and shares; `None` if no award kept everything.
    pub(super) best: Option<Valued>,
    pub(super) moves: u64,
}

/// An award under annealing.
pub(super) struct Run<'g> {
    state: State<'g>,
    mover: Mover<'g>,
    rng: ChaCha8Rng,
    /// Mean worth of a cell.
    mean_cell: f64,
    moves: u64,
}

impl<'g> Run<'g> {
    /// Begins at shares.
    pub(super) fn new(graph: &'g Graph, mut mover: Mover<'g>, x: &[f64], mean_cell: f64, seed: u64) -> Self {
        let mut state = State::new(graph);
        state.x.copy_from_slice(x);
        state.refresh();
        mover.recount(&state);
        Self { state, mover, rng: ChaCha8Rng::seed_from_u64(seed), mean_cell, moves: 0 }
    }

    /// One annealing. `stop` is asked often.
    pub(super) fn once(mut self, schedule: Schedule, stop: &dyn Fn() -> bool) -> Annealed {
        let best = self.anneal(schedule, stop);
        Annealed { best, moves: self.moves }
    }

    /// Short annealings of some needs at a time, others fixed, each from the best award so far. What comes close to that is
    /// polished before the two are compared.
    pub(super) fn neighbourhoods(
        mut self,
        moves: u64,
        polish: &mut dyn FnMut(&[f64]) -> Option<Valued>,
        stop: &dyn Fn() -> bool,
    ) -> Annealed {
        let mut best = (!self.state.violated()).then(|| (self.state.value, self.state.x.clone()));
        let begin = self.state.x.clone();
        while self.moves < moves && !stop() {
            let places = self.mover.focus(&mut self.rng);
            let found = self.anneal(Schedule::near((THOROUGH * places).max(THOROUGH_LEAST)), stop);
            let close = |f: &Valued| best.as_ref().is_none_or(|b| f.0 < b.0 + CLOSE * b.0.abs());
            if let Some(found) = found.filter(close) {
                let found = polish(&found.1).unwrap_or(found);
                if best.as_ref().is_none_or(|b| found.0 < b.0) {
                    best = Some(found);
                }
            }
            self.back_to(best.as_ref().map_or(&begin, |b| &b.1));
        }
        Annealed { best, moves: self.moves }
    }

    fn back_to(&mut self, x: &[f64]) {
        for (place, x) in x.iter().enumerate() {
            if self.state.x[place] != *x {
                self.state.set(place as u32, *x);
            }
        }
        self.state.settle();
        self.state.keep();
        self.mover.recount(&self.state);
    }

    fn anneal(&mut self, schedule: Schedule, stop: &dyn Fn() -> bool) -> Option<Valued> {
        let (hot, cold) = (schedule.hot * self.mean_cell, schedule.cold * self.mean_cell);
        let mut best: Option<Valued> = None;
        let look = (schedule.moves / LOOKS).clamp(LOOK_LEAST, LOOK);
        let (mut done, mut looks) = (0, 0);
        while done < schedule.moves || (best.is_none() && done < schedule.moves + schedule.patience) {
            let at = done as f64 / schedule.moves as f64;
            let quench = at >= QUENCH;
            let temperature = if quench { 0.05 * cold } else { hot * (cold / hot).powf(at / QUENCH) };
            let smooth = schedule.smooth * (1.0 - at / schedule.smoothed).max(0.0);
            if looks % AFRESH == 0 {
                self.state.smooth = smooth;
                self.state.refresh();
            } else if (smooth - self.state.smooth).abs() > 0.01 || (smooth == 0.0) != (self.state.smooth == 0.0) {
                self.state.smoothen(smooth);
            }
            looks += 1;
            let until = done + look;
            while done < until {
                done += 1;
                self.step(temperature);
            }
            let state = &mut self.state;
            let is_best = best.as_ref().is_none_or(|(value, _)| state.value < *value);
            if is_best && state.smooth == 0.0 && !state.violated() {
                best = Some((state.value, state.x.clone()));
            }
            if stop() {
                break;
            }
            for (violation, lambda) in state.violation.iter().zip(&mut state.lambda) {
                let factor = match *violation > 1e-9 {
                    true if quench => 1.1,
                    true => 1.03,
                    false => 0.995,
                };
                *lambda = (*lambda * factor).clamp(0.3, 100.0);
            }
            state.reprice();
        }
        self.moves += done;
        best
    }

    /// One move, kept or undone.
    fn step(&mut self, temperature: f64) {
        let before = self.state.energy;
        let Some(kind) = self.mover.propose(&mut self.state, &mut self.rng) else { return self.state.undo() };
        self.state.settle();
        let worse = self.state.energy - before;
        let u: f64 = self.rng.random();
        if worse < -temperature * kind.threshold() * u.max(f64::MIN_POSITIVE).ln() {
            self.mover.counted(&self.state);
            self.state.keep();
        } else {
            self.state.undo();
        }
    }
}
