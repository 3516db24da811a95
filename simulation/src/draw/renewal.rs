//! Alternating up and down times of a hazard as trajectories.
//!
//! up → outage → way back → up …; the up time after an outage is drawn from the relapse's law with its chance. In a season up
//! times run in operational time (`season.rs`); coupled times are quantiles of uniforms that share a factor (`copula.rs`).
//!
//! Long-run state (`Initial::Stationary`): with U the up time, D the outage and r the way back,
//! P(up) = E U / (E U + E D + r). In either state the interval seen is length-biased and the moment lies uniformly in
//! it (see [`super::law`]); for outage and way back together the length-biased whole is, with chance E D / (E D + r), the
//! length-biased outage plus r, else a plain outage plus r. Where up time, outage and way back are whole weeks, so is the
//! remainder. What has left for good before the first day is not in the tender: exits happen within the horizon.

use ballast_domain::pack::{Hazard, Initial, Law, Recovery};

use super::copula::Factor;
use super::law::{on_whole_weeks, sample, sample_length_biased, uniform};
use super::pinned::exp;
use super::quantile::quantile;
use super::season::{Season, WARM_UP_WEEKS};
use super::stream::Stream;
use super::trajectory::{Outage, Trajectory};

/// Straight pieces that a logistic way back is drawn with.
const LOGISTIC_PIECES: u32 = 16;

/// Adds one outage from `from` to `to` at a level and its way back.
pub fn outage(level: f64, recovery: &Recovery, (from, to): (f64, f64), into: &mut Trajectory) {
    into.push(from, to, level, level);
    let full = to + recovery.weeks();
    into.outages.push(Outage { from, to, full });
    let rise = |s: f64| level + (1.0 - level) * s;
    match recovery {
        Recovery::Step => {}
        Recovery::Linear { .. } => into.push(to, full, level, 1.0),
        Recovery::Logistic { weeks } => {
            let at = |k: u32| f64::from(k) / f64::from(LOGISTIC_PIECES);
            for k in 0..LOGISTIC_PIECES {
                let (x, y) = (at(k), at(k + 1));
                into.push(to + x * weeks, to + y * weeks, rise(logistic(x)), rise(logistic(y)));
            }
        }
        Recovery::Steps { steps, .. } => {
            for (i, step) in steps.iter().enumerate() {
                let end = steps.get(i + 1).map_or(full, |next| to + next.week);
                into.push(to + step.week, end, step.level, step.level);
            }
        }
    }
}

/// The logistic curve from (0, 0) to (1, 1).
fn logistic(x: f64) -> f64 {
    let sigma = |x: f64| 1.0 / (1.0 + exp(6.0 - 12.0 * x));
    ((sigma(x) - sigma(0.0)) / (1.0 - 2.0 * sigma(0.0))).clamp(0.0, 1.0)
}

/// The up time that follows an outage, as one law.
pub fn up_after_outage(hazard: &Hazard) -> Law {
    match &hazard.relapse {
        None => hazard.up.clone(),
        Some(r) => Law::Mixture { parts: vec![(1.0 - r.chance, hazard.up.clone()), (r.chance, r.up.clone())] },
    }
}

/// A hazard's process and what it runs by.
pub struct Timeline<'a> {
    /// The hazard.
    pub hazard: &'a Hazard,
    /// [`up_after_outage`].
    pub up_after_outage: &'a Law,
    /// State on the first day.
    pub initial: Initial,
    /// Its season.
    pub season: Option<&'a Season>,
    /// Factor that up times share.
    pub up: Option<Factor<'a>>,
    /// Factor that outages share.
    pub down: Option<Factor<'a>>,
}

impl Timeline<'_> {
    /// Draws the outages over [0, `end`) weeks; `strikes` says of each whether it strikes here.
    pub fn draw(&self, end: f64, rng: &mut Stream, mut strikes: impl FnMut() -> bool, into: &mut Trajectory) {
        into.clear();
        let hazard = self.hazard;
        let way_back = hazard.recovery.weeks();
        let mut t = match (self.initial, self.season) {
            (Initial::Up, _) => self.after(0.0, self.up_time(&hazard.up, rng)),
            (Initial::Stationary, None) => self.first_in_long_run(0.0, rng, &mut strikes, into),
            (Initial::Stationary, Some(_)) => self.first_in_long_run(-WARM_UP_WEEKS, rng, &mut strikes, into),
        };
        while t < end {
            let down = match self.exits(rng) && t >= 0.0 {
                true => f64::INFINITY,
                false => self.down_time(rng),
            };
            if strikes() {
                outage(hazard.capacity, &hazard.recovery, (t, t + down), into);
            }
            t = self.after(t + down + way_back, self.up_time(self.up_after_outage, rng));
        }
        // What ended before the first day was only the way here.
        into.pieces.retain(|p| p.to > 0.0);
        into.outages.retain(|o| o.full > 0.0);
    }

    /// The moment that lies an up time after another.
    fn after(&self, t: f64, up: f64) -> f64 {
        match self.season {
            Some(season) if t.is_finite() => season.after(t, up),
            _ => t + up,
        }
    }

    fn up_time(&self, law: &Law, rng: &mut Stream) -> f64 {
        match self.up {
            Some(factor) => quantile(law, factor.uniform(rng)),
            None => sample(law, rng),
        }
    }

    fn down_time(&self, rng: &mut Stream) -> f64 {
        match self.down {
            Some(factor) => quantile(&self.hazard.down, factor.uniform(rng)),
            None => sample(&self.hazard.down, rng),
        }
    }

    fn exits(&self, rng: &mut Stream) -> bool {
        self.hazard.exit > 0.0 && uniform(rng) < self.hazard.exit
    }

    /// Adds the outage running at `start`, if there is one, and gives the begin of the next.
    fn first_in_long_run(
        &self,
        start: f64,
        rng: &mut Stream,
        strikes: &mut impl FnMut() -> bool,
        into: &mut Trajectory,
    ) -> f64 {
        let hazard = self.hazard;
        let (up_law, way_back) = (self.up_after_outage, hazard.recovery.weeks());
        let (up, down) = (up_law.mean(), hazard.down.mean());
        let whole = on_whole_weeks(up_law) && on_whole_weeks(&hazard.down) && way_back.fract() == 0.0;
        // What is left of an interval of this length, seen at a uniform moment.
        let left = |length: f64, rng: &mut Stream| {
            let left = length * (1.0 - uniform(rng));
            if whole { left.ceil() } else { left }
        };
        if uniform(rng) * (up + down + way_back) < up {
            let length = sample_length_biased(up_law, rng);
            return self.after(start, left(length, rng));
        }
        let outage_biased = uniform(rng) * (down + way_back) < down;
        let length = if outage_biased { sample_length_biased(&hazard.down, rng) } else { sample(&hazard.down, rng) };
        let begin = start + left(length + way_back, rng) - (length + way_back);
        if strikes() {
            outage(hazard.capacity, &hazard.recovery, (begin, begin + length), into);
        }
        self.after(begin + length + way_back, self.up_time(up_law, rng))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream::{Key, Purpose};
    use ballast_domain::pack::{Effect, Evidence, Relapse, Shock, Step};

    fn hazard(up: Law, down: Law, recovery: Recovery) -> Hazard {
        Hazard {
            id: "h".into(),
            nodes: vec![],
            common: false,
            strikes: 1.0,
            up,
            relapse: None,
            down,
            exit: 0.0,
            capacity: 0.0,
            recovery,
            season: None,
            effect: Effect::Capacity,
            shock: Shock::default(),
            evidence: Evidence::default(),
        }
    }

    fn draw(hazard: &Hazard, initial: Initial, end: f64, r: u64, t: &mut Trajectory) {
        let up = up_after_outage(hazard);
        let line = Timeline { hazard, up_after_outage: &up, initial, season: None, up: None, down: None };
        line.draw(end, &mut Key::new(3, Purpose::Hazard, "n", "h").stream(r), || true, t);
    }

    /// Mean output over each week of a year.
    fn output(hazard: &Hazard, n: u64) -> Vec<f64> {
        let (mut loss, mut t) = (vec![0.0; 52], Trajectory::default());
        for r in 0..n {
            draw(hazard, Initial::Stationary, 52.0, r, &mut t);
            t.add_weekly_loss(&mut loss);
        }
        loss.iter().map(|l| 1.0 - l / n as f64).collect()
    }

    #[test]
    fn long_run_output_holds_from_the_first_week_to_the_last() {
        let log = Law::Lognormal { median: 10.0, sigma: 0.7 };
        let fragile = Hazard {
            relapse: Some(Relapse { chance: 0.4, up: Law::Gamma { mean: 5.0, shape: 2.0 } }),
            ..hazard(Law::Exponential { mean: 60.0 }, Law::Exponential { mean: 6.0 }, Recovery::Step)
        };
        let cases = [
            hazard(Law::Exponential { mean: 60.0 }, log.clone(), Recovery::Step),
            hazard(Law::Weibull { scale: 50.0, shape: 0.8 }, log.clone(), Recovery::Linear { weeks: 8.0 }),
            hazard(Law::Gamma { mean: 40.0, shape: 3.0 }, Law::Fixed { weeks: 5.0 }, Recovery::Logistic { weeks: 2.0 }),
            hazard(Law::Geometric { chance: 0.05 }, Law::Geometric { chance: 0.2 }, Recovery::Step),
            fragile,
        ];
        // Error rate: 5 standard errors, 6e-7 each, 260 comparisons.
        for h in &cases {
            let (up, down, ramp) = (up_after_outage(h).mean(), h.down.mean(), h.recovery.weeks());
            // On the way back output is one half on average.
            let want = (up + ramp / 2.0) / (up + down + ramp);
            for (w, got) in output(h, 40_000).into_iter().enumerate() {
                assert!(
                    (got - want).abs() < 5.0 * (want * (1.0 - want) / 40_000.0).sqrt(),
                    "{h:?} week {w}: {got} against {want}"
                );
            }
        }
    }

    #[test]
    fn relapses_shorten_the_second_up_time_and_not_the_first() {
        let fragile = Hazard {
            relapse: Some(Relapse { chance: 1.0, up: Law::Fixed { weeks: 2.0 } }),
            ..hazard(Law::Fixed { weeks: 10.0 }, Law::Fixed { weeks: 3.0 }, Recovery::Step)
        };
        let mut t = Trajectory::default();
        draw(&fragile, Initial::Up, 24.0, 0, &mut t);
        let begins: Vec<f64> = t.outages.iter().map(|o| o.from).collect();
        assert_eq!(begins, [10.0, 15.0, 20.0]);
    }

    #[test]
    fn exits_are_for_good_and_as_frequent_as_stated() {
        const N: u64 = 4_000;
        let leaving = Hazard {
            exit: 0.25,
            ..hazard(Law::Fixed { weeks: 10.0 }, Law::Fixed { weeks: 1.0 }, Recovery::Linear { weeks: 4.0 })
        };
        let (mut gone, mut t) = (0, Trajectory::default());
        for r in 0..N {
            draw(&leaving, Initial::Up, 20.0, r, &mut t);
            assert_eq!(t.outages.len(), 1);
            gone += u32::from(t.outages[0].to == f64::INFINITY);
        }
        let got = f64::from(gone) / N as f64;
        assert!((got - 0.25).abs() < 4.0 * (0.25 * 0.75 / N as f64).sqrt(), "{got}");
    }

    #[test]
    fn ways_back_have_the_shape_they_are_named_for() {
        let loss = |recovery: Recovery| {
            let (mut t, mut loss) = (Trajectory::default(), vec![0.0; 16]);
            outage(0.2, &recovery, (2.0, 4.0), &mut t);
            t.add_weekly_loss(&mut loss);
            loss
        };
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-9, "{got} against {want}");
        // Linear over 8 weeks from 0.2: weeks lose 0.8 × (1 − (k + ½)/8).
        let linear = loss(Recovery::Linear { weeks: 8.0 });
        (0..8).for_each(|k| close(linear[4 + k], 0.8 * (1.0 - (k as f64 + 0.5) / 8.0)));
        // Logistic: point-symmetric about the middle, below the line at first.
        let logistic = loss(Recovery::Logistic { weeks: 8.0 });
        (0..4).for_each(|k| close(logistic[4 + k] + logistic[11 - k], 0.8));
        assert!(logistic[4] > linear[4] && logistic[4] > 0.75 && logistic[11] < linear[11]);
        let steps =
            vec![Step { week: 0.0, level: 0.25 }, Step { week: 2.0, level: 0.5 }, Step { week: 5.0, level: 0.85 }];
        let steps = loss(Recovery::Steps { steps, weeks: 6.5 });
        for (k, want) in [0.75, 0.75, 0.5, 0.5, 0.5, 0.15, 0.075, 0.0].into_iter().enumerate() {
            close(steps[4 + k], want);
        }
    }
}
