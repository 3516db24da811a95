//! What a rule costs: the best award with it against the best award without it.
//!
//! With z the best value of the tender and z₋ that without a limit, the price is z − z₋. Proven is that it lies in
//! \[B − V₋, V − B₋\], and taking a limit away never makes an award dearer, so it is at least 0. For the same reason the
//! award with the limit is an award without it (V₋ ≤ V), and a bound without it bounds the tender with it (B ≥ B₋).

use ballast_domain::Tender;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_solver::Engine;
use rust_decimal::Decimal;

use crate::{Answer, Desk, Interval, Probe, Settings, ask, ask_one};

/// The tender without something.
#[derive(Debug)]
pub struct Without {
    /// What is taken away.
    pub name: String,
    /// The tender without it.
    pub tender: Tender,
    /// True if every award of the tender is one without it too, so that the price cannot be negative.
    pub loosens: bool,
    /// For several things at once: positions of the single ones among the questions.
    pub joins: Vec<usize>,
}

/// What one thing costs.
#[derive(Debug, Clone)]
pub struct Price {
    /// What the engine said without it.
    pub answer: Answer,
    /// The value that is known without it: the lesser of the award found and of the award with it.
    pub value: Option<Decimal>,
    /// Value with it less value without it.
    pub price: Option<Decimal>,
    /// What is proven about that.
    pub proven: Interval,
    /// What differs, from with to without.
    pub difference: Option<Difference>,
    /// For several things: what they cost together beyond the sum of their single prices.
    pub beyond: Option<Decimal>,
}

/// Prices of everything asked.
#[derive(Debug, Clone)]
pub struct Prices {
    /// The tender with everything.
    pub base: Answer,
    /// The best bound known for it.
    pub bound: Option<Decimal>,
    /// In the order of the questions.
    pub prices: Vec<Price>,
}

/// Decides the tender with everything and without each.
pub fn prices(
    engine: &(dyn Engine + Sync),
    tender: &Tender,
    questions: &[Without],
    settings: &Settings,
    desk: &dyn Desk,
) -> Prices {
    let mut base = ask_one(engine, Probe::new("with everything", tender), settings, desk);
    let probes: Vec<Probe<'_>> = questions.iter().map(|q| Probe::new(&q.name, &q.tender).near(tender, &base)).collect();
    let answers = ask(engine, &probes, settings, desk);
    // What was found without something may be an award with it, and better than what was found with it.
    for (question, answer) in questions.iter().zip(&answers).filter(|(q, _)| q.loosens) {
        if let Some((award, _)) = answer.award().filter(|_| question.tender.candidates.len() == tender.candidates.len())
        {
            base.improve(tender, award, settings.options.tolerance);
        }
    }
    let lifted = questions.iter().zip(&answers).filter(|(q, _)| q.loosens).filter_map(|(_, a)| a.interval().low);
    let bound = base.interval().low.into_iter().chain(lifted).max();
    let with = Interval { low: bound.map(|b| base.value().map_or(b, |v| v.min(b))), high: base.value() };
    let mut prices: Vec<Price> = Vec::new();
    for (question, answer) in questions.iter().zip(answers) {
        let price = price(tender, &base, with, question, answer, &prices);
        prices.push(price);
    }
    Prices { bound: with.low, base, prices }
}

fn price(tender: &Tender, base: &Answer, with: Interval, q: &Without, answer: Answer, before: &[Price]) -> Price {
    let value = match (answer.value(), base.value()) {
        (Some(own), Some(kept)) if q.loosens => Some(own.min(kept)),
        // The award with the limit stands without it; what a search found or not does not take that away.
        (None, Some(kept)) if q.loosens => Some(kept),
        (own, _) => own,
    };
    // An award without one thing is an award without it and others.
    let singly = q.joins.iter().filter(|_| q.loosens).filter_map(|&i| before.get(i)?.value);
    let value = singly.chain(value).min();
    let without = Interval { low: answer.interval().low, high: value };
    let proven = with.less(without);
    let proven = if q.loosens { proven.at_least(Decimal::ZERO) } else { proven };
    let price = with.high.zip(value).map(|(v, w)| v - w);
    let better = !q.loosens || answer.value() == value;
    let difference = base.award().zip(answer.award()).filter(|_| better).map(|(old, new)| {
        between(
            Decided { tender, award: old.0, certificate: old.1 },
            Decided { tender: &q.tender, award: new.0, certificate: new.1 },
        )
    });
    let singles: Option<Decimal> = q.joins.iter().map(|&i| before.get(i)?.price).sum();
    let beyond = if q.joins.is_empty() { None } else { price.zip(singles).map(|(p, s)| p - s) };
    Price { answer, value, price, proven, difference, beyond }
}
