//! Alternating up and down times of a hazard, and the course of an event, as trajectories.
//!
//! Long-run state (`Initial::Stationary`): with U the up time, D the outage and r the ramp after it,
//! P(up) = E U / (E U + E D + r). In either state the interval seen is length-biased and the moment lies uniformly in
//! it (see [`super::law`]); for outage and ramp together the length-biased whole is, with chance E D / (E D + r), the
//! length-biased outage plus r, else a plain outage plus r. Where up time, outage and ramp are whole weeks, so is the
//! remainder.

use ballast_domain::pack::{Event, Hazard, Initial, Recovery};
use rand::rngs::ChaCha8Rng;

use super::law::{normal, on_whole_weeks, sample, sample_length_biased, uniform};
use super::trajectory::Trajectory;

/// Length of the ramp after an outage, weeks.
pub fn ramp_weeks(hazard: &Hazard) -> f64 {
    match hazard.recovery {
        Recovery::Step => 0.0,
        Recovery::Linear { weeks } => weeks,
    }
}

/// Adds one outage from `from` to `to` and its ramp.
pub fn outage(hazard: &Hazard, from: f64, to: f64, into: &mut Trajectory) {
    into.push(from, to, hazard.capacity, hazard.capacity);
    into.push(to, to + ramp_weeks(hazard), hazard.capacity, 1.0);
}

/// Draws the hazard's outages over [0, `end`) weeks.
pub fn draw_hazard(hazard: &Hazard, initial: Initial, end: f64, rng: &mut ChaCha8Rng, into: &mut Trajectory) {
    into.pieces.clear();
    let ramp = ramp_weeks(hazard);
    let mut t = match initial {
        Initial::Up => sample(&hazard.up, rng),
        Initial::Stationary => first_outage_in_long_run(hazard, ramp, rng, into),
    };
    while t < end {
        let down = sample(&hazard.down, rng);
        outage(hazard, t, t + down, into);
        t += down + ramp + sample(&hazard.up, rng);
    }
}

/// Adds the outage running at time 0, if there is one, and gives the begin of the next.
fn first_outage_in_long_run(hazard: &Hazard, ramp: f64, rng: &mut ChaCha8Rng, into: &mut Trajectory) -> f64 {
    let (up, down) = (hazard.up.mean(), hazard.down.mean());
    let whole = on_whole_weeks(&hazard.up) && on_whole_weeks(&hazard.down) && ramp.fract() == 0.0;
    // What is left of an interval of this length, seen at a uniform moment.
    let left = |length: f64, rng: &mut ChaCha8Rng| {
        let left = length * (1.0 - uniform(rng));
        if whole { left.ceil() } else { left }
    };
    if uniform(rng) * (up + down + ramp) < up {
        let length = sample_length_biased(&hazard.up, rng);
        return left(length, rng);
    }
    let outage_biased = uniform(rng) * (down + ramp) < down;
    let length = if outage_biased { sample_length_biased(&hazard.down, rng) } else { sample(&hazard.down, rng) };
    let begin = left(length + ramp, rng) - (length + ramp);
    outage(hazard, begin, begin + length, into);
    begin + length + ramp + sample(&hazard.up, rng)
}

/// Draws whether an event strikes, given that it may, and adds its course. The stretch is drawn in any case.
pub fn draw_event(event: &Event, may: bool, rng: &mut ChaCha8Rng, into: &mut Trajectory) -> bool {
    into.pieces.clear();
    let strikes = uniform(rng) < event.probability;
    let stretch = (event.stretch_sigma * normal(rng)).exp();
    if !(may && strikes) {
        return false;
    }
    for (i, step) in event.steps.iter().enumerate() {
        let at = |week: f64| event.week + week * stretch;
        let to = event.steps.get(i + 1).map_or(f64::INFINITY, |next| at(next.week));
        let level = step.level.clamp(0.0, 1.0);
        into.push(at(step.week), to, level, level);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream::{Key, Purpose};
    use ballast_domain::pack::{Effect, Evidence, Law};

    fn hazard(up: Law, down: Law, recovery: Recovery) -> Hazard {
        Hazard {
            id: "h".into(),
            nodes: vec![],
            common: false,
            up,
            down,
            capacity: 0.0,
            recovery,
            effect: Effect::Capacity,
            evidence: Evidence::default(),
        }
    }

    /// Mean output over each week of a year.
    fn output(hazard: &Hazard, n: u64) -> Vec<f64> {
        let key = Key::new(3, Purpose::Hazard, "n", "h");
        let (mut loss, mut t) = (vec![0.0; 52], Trajectory::default());
        for r in 0..n {
            draw_hazard(hazard, Initial::Stationary, 52.0, &mut key.stream(r), &mut t);
            t.add_weekly_loss(&mut loss);
        }
        loss.iter().map(|l| 1.0 - l / n as f64).collect()
    }

    #[test]
    fn long_run_output_holds_from_the_first_week_to_the_last() {
        let log = Law::Lognormal { median: 10.0, sigma: 0.7 };
        let cases = [
            hazard(Law::Exponential { mean: 60.0 }, log.clone(), Recovery::Step),
            hazard(Law::Weibull { scale: 50.0, shape: 0.8 }, log.clone(), Recovery::Linear { weeks: 8.0 }),
            hazard(Law::Gamma { mean: 40.0, shape: 3.0 }, Law::Fixed { weeks: 5.0 }, Recovery::Linear { weeks: 2.0 }),
            hazard(Law::Geometric { chance: 0.05 }, Law::Geometric { chance: 0.2 }, Recovery::Step),
        ];
        for h in &cases {
            let (up, down, ramp) = (h.up.mean(), h.down.mean(), ramp_weeks(h));
            // On the ramp output is one half on average.
            let want = (up + ramp / 2.0) / (up + down + ramp);
            for (w, got) in output(h, 40_000).into_iter().enumerate() {
                assert!(
                    (got - want).abs() < 5.0 * (want * (1.0 - want) / 40_000.0).sqrt(),
                    "{h:?} week {w}: {got} against {want}"
                );
            }
        }
    }
}
