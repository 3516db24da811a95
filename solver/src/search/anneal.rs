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
    /// First and last temperature, in mean worth of a cell.
    pub(super) hot: f64,
    pub(super) cold: f64,
    /// Part of the run in which ladders are smoothed, falling from 1 to 0.
    pub(super) smoothed: f64,
    pub(super) seed: u64,
}

impl Schedule {
    /// From anywhere.
    pub(super) fn complete(moves: u64, seed: u64) -> Self {
        Self { moves, hot: 0.4, cold: 0.002, smoothed: 0.85, seed }
    }

    /// From a good award.
    pub(super) fn reheat(moves: u64, seed: u64) -> Self {
        Self { moves, hot: 0.03, cold: 0.002, smoothed: 0.3, seed }
    }
}

/// Moves between two looks at prices and at the award.
const LOOK: u64 = 4096;
/// Part of the run after which it only descends.
const QUENCH: f64 = 0.93;

/// The best award that a run saw.
#[derive(Debug, Clone)]
pub(super) struct Annealed {
    /// Shares and value; `None` if no award kept everything.
    pub(super) best: Option<(f64, Vec<f64>)>,
    /// Moves made.
    pub(super) moves: u64,
}

/// Anneals from shares. `stop` is asked often.
pub(super) fn anneal(
    graph: &Graph,
    mut mover: Mover<'_>,
    x: &[f64],
    mean_cell: f64,
    schedule: Schedule,
    stop: &dyn Fn() -> bool,
) -> Annealed {
    let mut rng = ChaCha8Rng::seed_from_u64(schedule.seed);
    let mut state = State::new(graph);
    state.x.copy_from_slice(x);
    state.smooth = if schedule.smoothed > 0.0 { 1.0 } else { 0.0 };
    state.refresh();
    mover.recount(&state);
    let mut best: Option<(f64, Vec<f64>)> = None;
    let mut temperature = schedule.hot * mean_cell;
    let mut done = 0;
    while done < schedule.moves {
        let at = done as f64 / schedule.moves as f64;
        temperature = match at < QUENCH {
            true => schedule.hot * mean_cell * (schedule.cold / schedule.hot).powf(at / QUENCH),
            false => temperature.min(0.05 * schedule.cold * mean_cell),
        };
        let smooth = if at < schedule.smoothed { 1.0 - at / schedule.smoothed } else { 0.0 };
        if (smooth - state.smooth).abs() > 0.01 || (smooth == 0.0) != (state.smooth == 0.0) || done % (64 * LOOK) == 0 {
            state.smooth = smooth;
            state.refresh();
        }
        let until = (done + LOOK).min(schedule.moves);
        while done < until {
            done += 1;
            let before = state.energy;
            let Some(kind) = mover.propose(&mut state, &mut rng) else {
                state.undo();
                continue;
            };
            state.settle();
            let worse = state.energy - before;
            let u: f64 = rng.random();
            if worse < -temperature * kind.threshold() * u.max(f64::MIN_POSITIVE).ln() {
                mover.counted(&state);
                state.keep();
            } else {
                state.undo();
            }
        }
        let violated = state.violated();
        if !violated && state.smooth == 0.0 && best.as_ref().is_none_or(|(value, _)| state.value < *value) {
            best = Some((state.value, state.x.clone()));
        }
        if stop() {
            break;
        }
        for (violation, lambda) in state.violation.iter().zip(&mut state.lambda) {
            let factor = match *violation > 1e-9 {
                true if at > QUENCH => 1.1,
                true => 1.03,
                false => 0.995,
            };
            *lambda = (*lambda * factor).clamp(0.3, 100.0);
        }
        state.reprice();
    }
    Annealed { best, moves: done }
}
