//! Rounds of annealing. The first is short, for an award soon; the second polishes what is known. Later ones are pairs, longer
//! from round to round: at first complete annealings from the start, then, in turn, neighbourhoods of the best award and
//! complete ones; each is polished. A round does the same whatever the number of threads; its pair runs side by side where
//! there is room.

use ballast_domain::award::Award;

use super::Problem;
use super::anneal::{Annealed, Schedule, Valued};
use super::linear::Free;

/// Moves of the first annealing, per place.
const FIRST: u64 = 8;
/// The least of that.
const FIRST_LEAST: u64 = 20_000;
/// How often the first one is tried again, four times as long, while there is no award.
const TRIES: u32 = 3;
/// Moves of each annealing of the second round, per place.
const FULL: u64 = 40;
/// The least of that.
const FULL_LEAST: u64 = 100_000;
/// Rounds before the first pair.
pub(crate) const BEFORE_PAIRS: u32 = 2;
/// Pairs of complete annealings only.
const FRESH: u32 = 5;
/// Rounds after which they grow no longer.
const GROWTH: u32 = 4;
/// Relative distance to the best within which an award has its switching decided anew.
const NEAR: f64 = 0.001;

/// The rounds of a search.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rounds {
    /// Rounds done.
    round: u32,
    /// Whether a pair of complete annealings found no award: one of the next keeps to the sources that are open at the start.
    lost: bool,
    /// Shares that the search began with.
    from: Option<Vec<f64>>,
    /// The best so far.
    pub(crate) best: Option<Valued>,
    /// Moves so far.
    pub(crate) moves: u64,
    /// Simplex iterations so far.
    pub(crate) iterations: i64,
}

/// What an annealing gave, polished.
struct Leg {
    found: Option<Valued>,
    moves: u64,
    iterations: i64,
}

impl Rounds {
    /// Rounds that begin at an award, if it fits the tender; whether it keeps everything or not.
    pub(crate) fn from(problem: &Problem<'_>, award: &Award) -> Self {
        let x = problem.shares(award);
        let best = x.as_ref().and_then(|x| problem.value(x)).zip(x.clone());
        Self { from: x, best, ..Self::default() }
    }

    /// Work so far, in units of 1,000 simplex iterations or [`MOVES`] moves.
    pub(crate) fn work(&self) -> f64 {
        self.moves as f64 / MOVES + self.iterations as f64 / 1000.0
    }

    /// One more round, but no more annealing than `most` work in all (half as much again where that found no award); true if
    /// the best got better. `stop` is asked often.
    pub(crate) fn next(
        &mut self,
        problem: &Problem<'_>,
        seed: u64,
        most: Option<u64>,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> bool {
        let places = problem.places();
        let round = self.round;
        self.round += 1;
        let seed_of = |leg: u64| seed.wrapping_mul(1_000_003).wrapping_add(u64::from(round) * 8 + leg);
        if round == 0 {
            for attempt in 0..TRIES {
                let moves = (FIRST * places).max(FIRST_LEAST) * 4u64.pow(attempt);
                // Those open at the start may miss what other rules ask for, as often as others are one too many.
                let kept = attempt % 2 == 1;
                let Annealed { best, moves } =
                    problem.once(Schedule::soon(moves), kept, seed_of(u64::from(attempt)), stop);
                if self.take(Leg { found: best, moves, iterations: 0 }) {
                    return true;
                }
                // One that the search began with is an award, too.
                if stop() || self.best.is_some() {
                    break;
                }
            }
            return false;
        }
        if round == 1 {
            let Some((_, x)) = self.best.as_ref().filter(|_| !stop()) else { return false };
            let (found, iterations) = problem.polish(x, Free::default(), stop);
            return self.take(Leg { found, moves: 0, iterations });
        }
        // What is left is for both of a pair.
        let left = most.map_or(u64::MAX, |most| ((most as f64 - self.work()).max(0.0) * MOVES / 2.0).ceil() as u64);
        let moves = ((FULL * places).max(FULL_LEAST) << (round - BEFORE_PAIRS).min(GROWTH)).min(left);
        let near = self.best.as_ref().map(|(value, _)| value + NEAR * value.abs());
        let from = self.best.as_ref().map(|(_, x)| x).or(self.from.as_ref()).cloned();
        // Structures are found by complete annealings; what one of them hides is found near by.
        let warm = self.from.is_some();
        let near_by = from.as_ref().filter(|_| !round.is_multiple_of(2) && (warm || round >= FRESH + BEFORE_PAIRS));
        let lost = self.lost;
        let run = |kept: bool, seed: u64| match near_by {
            Some(x) => problem.neighbourhoods(x, moves, seed, stop),
            None => (problem.once(Schedule::complete(moves), kept, seed, stop), 0),
        };
        let first = || leg(problem, &|| run(false, seed_of(0)), near, stop);
        let second = || leg(problem, &|| run(lost, seed_of(1)), near, stop);
        // Both in threads of their own: this one may stand inside a run of HiGHS, which must not be entered again from there.
        let legs = std::thread::scope(|scope| {
            let legs = [scope.spawn(first), scope.spawn(second)];
            legs.map(|leg| leg.join().unwrap_or(Leg { found: None, moves: 0, iterations: 0 }))
        });
        self.lost |= near_by.is_none() && legs.iter().all(|leg| leg.found.is_none()) && !stop();
        let mut better = false;
        for leg in legs {
            better |= self.take(leg);
        }
        better
    }

    fn take(&mut self, leg: Leg) -> bool {
        self.moves += leg.moves;
        self.iterations += leg.iterations;
        let better = match (&leg.found, &self.best) {
            (Some(new), Some(old)) => new.0 < old.0,
            (found, None) => found.is_some(),
            (None, Some(_)) => false,
        };
        if better {
            self.best = leg.found;
        }
        better
    }
}

/// Moves that are about as much work as 1,000 simplex iterations.
const MOVES: f64 = 100_000.0;

/// One annealing with its polish; switching costs are decided anew where the award is near the best.
fn leg(problem: &Problem<'_>, anneal: &dyn Fn() -> (Annealed, i64), near: Option<f64>, stop: &dyn Fn() -> bool) -> Leg {
    let (Annealed { best: mut found, moves }, mut iterations) = anneal();
    // Told to stop, there is no time for a polish.
    if let Some(raw) = found.as_ref().filter(|_| !stop()) {
        let (polished, spent) = problem.polish(&raw.1, Free::default(), stop);
        iterations += spent;
        found = polished.or(found);
    }
    if let Some(some) = found.as_ref().filter(|f| !stop() && near.is_some_and(|near| f.0 <= near)) {
        let (polished, spent) = problem.polish(&some.1, Free { switching: true, step: None }, stop);
        iterations += spent;
        found = polished.or(found);
    }
    if let Some(some) = found.as_ref().filter(|f| !stop() && near.is_some_and(|near| f.0 <= near)) {
        // As much work as the annealing was, at the most.
        let (turned, spent) = problem.turned(&some.1, (1000.0 * moves as f64 / MOVES) as i64, stop);
        iterations += spent;
        found = turned.or(found);
    }
    Leg { found, moves, iterations }
}
