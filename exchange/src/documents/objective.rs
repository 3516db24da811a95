//! The named objective an award was made for: each level with its terms, its value and its proven bound.

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::round;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The objective.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ObjectivePart {
    /// Its name.
    pub name: String,
    /// Levels in the order in which they are minimised.
    pub levels: Vec<LevelPart>,
}

/// One level.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LevelPart {
    /// Its number in the file.
    pub level: u32,
    /// Its value, money over the contract.
    pub value: Decimal,
    /// No award that keeps the levels above has a lower one.
    pub bound: Option<Decimal>,
    /// Its terms.
    pub terms: Vec<TermPart>,
}

/// One term.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TermPart {
    /// Id: the row of `objectives` it comes from.
    pub term: String,
    /// What it takes.
    pub of: String,
    /// Why.
    pub why: String,
    /// Money of the components over the contract, or what the measure reads; null where there is nothing to measure.
    pub amount: Option<Decimal>,
    /// What it adds to the level, money over the contract.
    pub contribution: Decimal,
}

/// The objective with its values; `None` where the tender names none.
pub(super) fn part(tender: &Tender, certificate: &Certificate, bounds: &[Option<Decimal>]) -> Option<ObjectivePart> {
    let objective = tender.objective.as_ref()?;
    let levels = objective.levels.iter().zip(&certificate.costs.levels).enumerate().map(|(i, (level, value))| {
        let term =
            |(t, v): (&ballast_domain::tender::objective::Term, &ballast_domain::certificate::TermValue)| TermPart {
                term: t.id.clone(),
                of: t.word.clone(),
                why: t.why.clone(),
                amount: v.amount.as_ref().map(|a| round(a, 6).normalize()),
                contribution: round(&v.contribution, 2),
            };
        LevelPart {
            level: level.level,
            value: value.value,
            bound: bounds.get(i).copied().flatten(),
            terms: level.terms.iter().zip(&value.terms).map(term).collect(),
        }
    });
    Some(ObjectivePart { name: objective.name.clone(), levels: levels.collect() })
}
