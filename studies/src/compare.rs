//! Scenarios side by side: each decided and set against the tender as it stands, its difference taken apart edit by edit.
//!
//! With prefix tenders T₀ (no edit) … Tₙ (all edits) and best values z, edit i accounts for zᵢ − zᵢ₋₁; the parts sum to
//! the whole, and depend on the order of the edits. Each lies in the interval that the proofs of its two awards give; where
//! the edit only tightens or only loosens ([`crate::direction`]) on one side of zero.

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{Certificate, certify};
use ballast_domain::difference::{Decided, Difference, between};
use ballast_solver::Engine;
use rust_decimal::Decimal;

use crate::direction::{Direction, difference, direction};
use crate::{Answer, Desk, Interval, Probe, Settings, ask, ask_one};

/// What is compared with the tender as it stands.
#[derive(Debug)]
pub struct Case {
    /// Name.
    pub name: String,
    /// The tender after the first edit, after the first two, and so on; the last is the case itself. Empty for an award
    /// on the tender as it stands.
    pub steps: Vec<Tender>,
    /// An award that is compared as it is instead of the best one.
    pub fixed: Option<Award>,
}

/// One edit's part of a difference.
#[derive(Debug, Clone)]
pub struct Part {
    /// The tender's best value up to this edit.
    pub answer: Answer,
    /// Value of the award up to this edit less that of the one before.
    pub change: Option<Decimal>,
    /// Which way the edit can only move the best value.
    pub direction: Option<Direction>,
    /// What is proven about the difference of the best values.
    pub proven: Interval,
}

/// A case and what it brings.
#[derive(Debug, Clone)]
pub struct Column {
    /// What the engine said; for a fixed award nothing was asked.
    pub answer: Option<Answer>,
    /// The award with its certificate.
    pub award: Option<(Award, Certificate)>,
    /// Value less that of the base award.
    pub change: Option<Decimal>,
    /// Which way the edits together can only move the best value; for a fixed award nothing.
    pub direction: Option<Direction>,
    /// What is proven about that.
    pub proven: Interval,
    /// What differs from the base award.
    pub difference: Option<Difference>,
    /// Edit by edit.
    pub parts: Vec<Part>,
}

/// The comparison.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The tender as it stands.
    pub base: Answer,
    /// The cases, in order.
    pub columns: Vec<Column>,
}

/// Decides the base and every step of every case, and compares.
pub fn compare(
    engine: &(dyn Engine + Sync),
    base: &Tender,
    cases: &[Case],
    settings: &Settings,
    desk: &dyn Desk,
) -> Comparison {
    let first = ask_one(engine, Probe::new("as it stands", base), settings, desk);
    let mut probes = Vec::new();
    for case in cases {
        probes.extend(case.steps.iter().map(|tender| Probe::new(&case.name, tender).near(base, &first)));
    }
    let mut answers = ask(engine, &probes, settings, desk).into_iter();
    let columns = cases
        .iter()
        .map(|case| {
            let said: Vec<Answer> = answers.by_ref().take(case.steps.len()).collect();
            column(base, &first, case, said, settings)
        })
        .collect();
    Comparison { base: first, columns }
}

fn column(base: &Tender, first: &Answer, case: &Case, said: Vec<Answer>, settings: &Settings) -> Column {
    let tender = case.steps.last().unwrap_or(base);
    let award = match &case.fixed {
        Some(award) => Some((award.clone(), certify(tender, award, settings.options.tolerance))),
        None => said.last().unwrap_or(first).award().map(|(a, c)| (a.clone(), c.clone())),
    };
    let value = award.as_ref().map(|(_, c)| c.costs.value);
    let way = if case.fixed.is_some() { None } else { direction(base, tender) };
    // What is asked of a fixed award is its cost, which is known; of a case its best value, which is proven.
    let proven = match (&case.fixed, &award) {
        (Some(_), Some((_, certificate))) => {
            let own = Interval::exactly(certificate.costs.value).less(first.interval());
            // An award of the tender costs no less than its best one.
            if certificate.verified() && case.steps.is_empty() { own.at_least(Decimal::ZERO) } else { own }
        }
        _ => difference(first, said.last().unwrap_or(first), way),
    };
    let differs = first.award().zip(award.as_ref()).map(|(before, after)| {
        between(
            Decided { tender: base, award: before.0, certificate: before.1 },
            Decided { tender, award: &after.0, certificate: &after.1 },
        )
    });
    let mut parts: Vec<Part> = Vec::new();
    let mut from = base;
    for (answer, step) in said.iter().zip(&case.steps) {
        let before = parts.last().map_or(first, |p| &p.answer);
        let way = direction(from, step);
        parts.push(Part {
            change: answer.value().zip(before.value()).map(|(a, b)| a - b),
            direction: way,
            proven: difference(before, answer, way),
            answer: answer.clone(),
        });
        from = step;
    }
    Column {
        answer: said.last().cloned(),
        change: value.zip(first.value()).map(|(a, b)| a - b),
        direction: way,
        proven,
        difference: differs,
        award,
        parts,
    }
}
