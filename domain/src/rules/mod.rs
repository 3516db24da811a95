//! Business rules: measure × scope × bound × force. One file per measure says what the measure is, on an award, exactly;
//! the solver models the same sentence apart, from the algebra.

mod amount;
mod check;
mod count;
mod dimension;
mod expand;
mod mean;
mod parse;
mod sentence;
mod share;

pub use check::{RuleCheck, check};
pub use dimension::Dimension;
pub use expand::{CountInstance, Instance, LinearInstance, expand};
pub(crate) use parse::{Known, KnownNeed, known, parse};

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::tables::Weighting;

/// Which lines a rule speaks of: for each dimension named, the accepted values. No dimension: every line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope(pub Vec<(Dimension, BTreeSet<String>)>);

/// Lower and upper bound, at least one of them given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// At least.
    pub low: Option<Decimal>,
    /// At most.
    pub high: Option<Decimal>,
}

/// What is averaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Averaged {
    /// Clinicians' scores; missing scores are left out.
    Preference,
    /// A numeric attribute of the product; products without it are left out.
    ProductAttribute(String),
}

/// A measure with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// Need units a year.
    Units,
    /// List spend a year.
    Spend,
    /// A part of a whole.
    Share {
        /// Dimensions the whole keeps.
        within: Vec<Dimension>,
        /// How needs of different unit are added up.
        weight: Weighting,
    },
    /// Number of different things with volume.
    Count {
        /// The things.
        of: Dimension,
        /// Share of the scope's volume from which a thing counts; `None`: any volume.
        counts_from: Option<Decimal>,
        /// How needs of different unit are added up for `counts_from`.
        weight: Weighting,
    },
    /// A weighted mean.
    Mean {
        /// What is averaged.
        of: Averaged,
        /// How needs of different unit are added up.
        weight: Weighting,
    },
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// Why it exists; may be empty.
    pub why: String,
    /// What is measured.
    pub measured: Measured,
    /// On which lines.
    pub scope: Scope,
    /// For each of what.
    pub each: Vec<Dimension>,
    /// Bounds.
    pub bound: Bound,
    /// Only for those with volume.
    pub if_used: bool,
    /// The rule in one plain sentence.
    pub sentence: String,
}

impl Rule {
    /// Whether it tells purchases on formulary from others.
    pub fn asks_for_formulary(&self) -> bool {
        self.scope.0.iter().map(|(d, _)| d).chain(&self.each).any(|d| d.name() == "in_formulary")
    }
}

/// Position of a rule as text, for labels.
pub fn label(rule: &Rule, instance: &str) -> String {
    match instance.is_empty() {
        true => rule.id.clone(),
        false => format!("{} [{instance}]", rule.id),
    }
}
