//! Different but as good: awards within a cap on the value, each with winners as different as can be from the best award
//! and from those found before; where those that differ most are among them already, the best award with other winners than
//! all of them.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::exact::float;
use ballast_domain::overlap::{same_winners, winners};
use ballast_solver::{Aim, Engine, Options, Reached, default_entry};
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

/// Why the search ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ended {
    /// As many were found as were asked for.
    Enough,
    /// Proven: the best award with other winners than those found is dearer than the cap, or there is none.
    NoneOther,
    /// A limit or a failure ended it; nothing is proven about further awards.
    Stopped,
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
    /// The others, in the order found.
    pub others: Vec<Alternative>,
    /// Why there are no more.
    pub ended: Ended,
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
        ended: Ended::Stopped,
        best,
    };
    let Some((first, certificate)) = found.best.award().map(|(a, c)| (a.clone(), c.clone())) else { return found };
    let aiming = |name: &str, aim: Aim| {
        let settings = Settings { options: Options { aim, ..settings.options.clone() }, ..settings.clone() };
        ask_one(engine, Probe::new(name, tender), &settings, desk)
    };
    let cap = certificate.costs.value * (Decimal::ONE + within);
    let beyond = |other: &Answer| other.infeasible() || other.interval().low.is_some_and(|low| low > cap);
    let other = |name: &str, than: &[Award]| aiming(name, Aim::Other { than: than.to_vec(), enters: default_entry() });
    let mut from: Vec<Award> = vec![first.clone()];
    found.second = other("the second best", &from);
    found.second_gap = found.second.interval().less(found.best.interval());
    if beyond(&found.second) {
        found.ended = Ended::NoneOther;
        return found;
    }
    while found.others.len() < count {
        let name = format!("alternative {}", found.others.len() + 1);
        let mut answer = aiming(&name, Aim::Differ { from: from.clone(), within });
        let Answer::Said(report) = &answer else { return found };
        let Some(mut shared) = report.reached else { return found };
        let among = |award: &Award| from.iter().any(|a| winners(tender, a) == winners(tender, award));
        if answer.award().is_some_and(|(award, _)| among(award)) {
            answer = if from.len() == 1 { found.second.clone() } else { other(&name, &from) };
            if beyond(&answer) {
                found.ended = Ended::NoneOther;
                return found;
            }
            let Some((award, _)) = answer.award() else { return found };
            shared.share = float(&same_winners(tender, award, &from));
        }
        let Some((award, own)) = answer.award().filter(|(_, own)| own.costs.value <= cap) else { return found };
        let dearer = own.costs.value - certificate.costs.value;
        let difference = between(
            Decided { tender, award: &first, certificate: &certificate },
            Decided { tender, award, certificate: own },
        );
        from.push(award.clone());
        found.others.push(Alternative { answer, shared, dearer, difference });
    }
    found.ended = Ended::Enough;
    found
}
