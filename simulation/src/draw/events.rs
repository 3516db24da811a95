//! The course of a dated event as a trajectory.

use ballast_domain::pack::Event;

use super::copula::Factor;
use super::law::{normal, sample, uniform};
use super::pinned::exp;
use super::renewal::outage;
use super::stream::Stream;
use super::trajectory::{Outage, Trajectory};

/// Draws whether and when an event strikes, given the begin of the event it follows (`None`: it may not), and adds its course.
/// What does not depend on that is drawn in any case.
pub fn draw_event(
    event: &Event,
    from: Option<f64>,
    factor: Option<Factor<'_>>,
    rng: &mut Stream,
    into: &mut Trajectory,
) -> Option<f64> {
    into.clear();
    let u = match factor {
        Some(factor) => factor.uniform(rng),
        None => uniform(rng),
    };
    let stretch = exp(event.stretch_sigma * normal(rng));
    let late = if event.window_weeks > 0.0 { event.window_weeks * uniform(rng) } else { 0.0 };
    let down = event.outage.as_ref().map(|o| (o, sample(&o.down, rng)));
    if u >= event.probability {
        return None;
    }
    let begin = from? + event.week + late;
    if let Some((course, down)) = down {
        outage(course.capacity, &course.recovery, (begin, begin + down), into);
        return Some(begin);
    }
    let at = |week: f64| begin + week * stretch;
    for (i, step) in event.steps.iter().enumerate() {
        let to = event.steps.get(i + 1).map_or(f64::INFINITY, |next| at(next.week));
        let level = step.level.clamp(0.0, 1.0);
        into.push(at(step.week), to, level, level);
    }
    // A first step at full output begins a shock that leaves output alone.
    let full = event.steps.iter().skip(1).find(|s| s.level >= 1.0).map_or(f64::INFINITY, |s| at(s.week));
    into.outages.push(Outage { from: begin, to: full, full });
    Some(begin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream::{Key, Purpose};
    use ballast_domain::pack::{Effect, Evidence, Law, RandomOutage, Recovery, Shock};

    fn event(probability: f64) -> Event {
        Event {
            id: "e".into(),
            nodes: vec![],
            week: 5.0,
            window_weeks: 4.0,
            probability,
            after: None,
            from_after: false,
            steps: vec![],
            stretch_sigma: 0.0,
            outage: Some(RandomOutage {
                down: Law::Exponential { mean: 3.0 },
                capacity: 0.5,
                recovery: Recovery::Linear { weeks: 2.0 },
            }),
            effect: Effect::Capacity,
            shock: Shock::default(),
            evidence: Evidence::default(),
        }
    }

    #[test]
    fn windows_and_lengths_have_the_means_stated() {
        const N: u64 = 10_000;
        let (e, key, mut t) = (event(0.3), Key::new(1, Purpose::Event, "", "e"), Trajectory::default());
        let (mut strikes, mut begin, mut length) = (0.0, 0.0, 0.0);
        for r in 0..N {
            if let Some(at) = draw_event(&e, Some(10.0), None, &mut key.stream(r), &mut t) {
                let o = t.outages[0];
                assert!((15.0..19.0).contains(&at) && o.from == at && (o.full - o.to - 2.0).abs() < 1e-9);
                strikes += 1.0;
                begin += at - 10.0;
                length += o.to - o.from;
            }
        }
        // Error rate 6e-5 each.
        let near = |got: f64, want: f64, sd: f64| assert!((got - want).abs() < 4.0 * sd, "{got} against {want}");
        near(strikes / N as f64, 0.3, (0.21 / N as f64).sqrt());
        near(begin / strikes, 7.0, (16.0f64 / 12.0 / strikes).sqrt());
        near(length / strikes, 3.0, (9.0f64 / strikes).sqrt());
        assert_eq!(draw_event(&event(1.0), None, None, &mut key.stream(0), &mut t), None);
    }
}
