//! Different but as good: awards within a cap on the value, each with winners as different as can be from the best award
//! and from those found before; and the best award with other winners at all.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::overlap::winners;
use ballast_solver::{Aim, Engine, Options, Reached};
use rust_decimal::Decimal;

use crate::{Answer, Desk, Interval, Probe, Settings, ask_one};

/// An award that is as good.
#[derive(Debug, Clone)]
pub struct Alternative {
    /// The award.
    pub answer: Answer,
    /// Share of the demand, by reference price, that stays with suppliers which win the same need in the awards before it
    /// (the mean over them), and the least that it could be.
    pub shared: Reached,
    /// How much dearer it is than the best award.
    pub dearer: Decimal,
    /// What differs from the best award.
    pub difference: Difference,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Alternatives {
    /// The award of least value.
    pub best: Answer,
    /// The best award with other winners in some need.
    pub second: Answer,
    /// By how much the best of all is better than the best with other winners.
    pub second_gap: Interval,
    /// The others, cheapest first.
    pub others: Vec<Alternative>,
    /// True if no further award within the cap has other winners, as far as was looked for.
    pub exhausted: bool,
}

/// Looks for up to `count` alternatives at most `within` (a fraction) dearer than the best.
pub fn alternatives(
    engine: &(dyn Engine + Sync),
    tender: &Tender,
    within: Decimal,
    count: usize,
    settings: &Settings,
    desk: &dyn Desk,
) -> Alternatives {
    let best = ask_one(engine, Probe::new("the best award", tender), settings, desk);
    let mut found = Alternatives {
        second: Answer::Skipped,
        second_gap: Interval::default(),
        others: Vec::new(),
        exhausted: false,
        best,
    };
    let Some((first, certificate)) = found.best.award().map(|(a, c)| (a.clone(), c.clone())) else { return found };
    let aiming = |name: &str, aim: Aim| {
        let settings = Settings { options: Options { aim, ..settings.options.clone() }, ..settings.clone() };
        ask_one(engine, Probe::new(name, tender), &settings, desk)
    };
    found.second = aiming("the second best", Aim::Other { than: first.clone() });
    found.second_gap = found.second.interval().less(found.best.interval());
    let mut from: Vec<Award> = vec![first.clone()];
    while found.others.len() < count {
        let name = format!("alternative {}", found.others.len() + 1);
        let answer = aiming(&name, Aim::Differ { from: from.clone(), within });
        let Answer::Said(report) = &answer else { break };
        let (Some((award, own)), Some(shared)) = (&report.award, report.reached) else { break };
        if from.iter().any(|a| winners(tender, a) == winners(tender, award)) {
            found.exhausted = true;
            break;
        }
        let dearer = own.costs.value - certificate.costs.value;
        let difference = between(
            Decided { tender, award: &first, certificate: &certificate },
            Decided { tender, award, certificate: own },
        );
        from.push(award.clone());
        found.others.push(Alternative { answer, shared, dearer, difference });
    }
    found.others.sort_by_key(|a| a.dearer);
    found
}
