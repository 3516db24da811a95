//! Business rules: measure × scope × bound × force. One file per measure says what the measure is, on an award, exactly;
//! the solver models the same sentence apart, from the algebra.

mod baseline;
mod check;
mod condition;
mod constant;
mod count;
mod dimension;
mod expand;
mod expansions;
mod findings;
mod force;
mod line;
mod measurement;
mod moved;
mod parse;
mod part_of_incremental;
mod penalty;
mod ratio;
mod reading;
mod sentence;
mod values;
mod words;

pub use check::{Award, RuleCheck, check};
pub use dimension::Dimension;
pub use expand::{Guard, Instance};
pub use expansions::{Expansions, expand};
pub(crate) use findings::check as findings;
pub use findings::{ALWAYS_ALL, EMPTY_SCOPE, NOTHING_TO_MEASURE};
pub(crate) use measurement::{check as measurement_findings, parse as measurement};
pub use measurement::{measure, reading};
pub(crate) use parse::{Known, KnownNeed, known, parse};
pub use penalty::{Violations, penalties};
pub use reading::{Amount, Counted, Moved, MovedThing, Ratio, Reading, Sum, Tally, Terms};

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::tables::{RelativeTo, SpendLevel, Weighting};

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
    /// Money per need unit.
    Price(SpendLevel),
    /// Weeks from order to receipt.
    LeadTime,
    /// A numeric attribute of product, supplier or site; lines without it are left out.
    Attribute(Dimension),
}

/// How different lines are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Reference price × need units.
    Reference,
    /// Need units.
    Units,
    /// Money.
    Spend(SpendLevel),
}

impl Weight {
    /// From the file's word and level.
    pub fn new(weighting: Weighting, level: SpendLevel) -> Self {
        match weighting {
            Weighting::Reference => Self::Reference,
            Weighting::Units => Self::Units,
            Weighting::Spend => Self::Spend(level),
        }
    }
}

/// A measure with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// Need units a year.
    Units,
    /// Money a year.
    Spend(SpendLevel),
    /// A part of a whole.
    Share {
        /// Dimensions the whole keeps.
        within: Vec<Dimension>,
        /// How needs of different unit are added up.
        weight: Weight,
    },
    /// Number of different things with volume.
    Count {
        /// The things.
        of: Dimension,
        /// Share of the scope's volume from which a thing counts; `None`: any volume.
        counts_from: Option<Decimal>,
        /// How needs of different unit are added up for `counts_from`.
        weight: Weight,
    },
    /// A weighted mean.
    Mean {
        /// What is averaged.
        of: Averaged,
        /// How needs of different unit are added up.
        weight: Weight,
    },
    /// The fraction of today's cost that is saved.
    Saving,
    /// The part of the volume that leaves its incumbents.
    MovedUnits {
        /// How needs of different unit are added up.
        weight: Weight,
    },
    /// The part of the sites with incumbents where anything moves.
    MovedSites,
}

impl Measured {
    /// True if the value is a fraction that people read as a percentage.
    pub fn is_fraction(&self) -> bool {
        matches!(self, Self::Share { .. } | Self::Saving | Self::MovedUnits { .. } | Self::MovedSites)
    }

    /// True if it counts money after discounts, wherever there are any.
    pub fn counts_money(&self) -> bool {
        let after = |weight: &Weight| matches!(weight, Weight::Spend(SpendLevel::Net | SpendLevel::Final));
        match self {
            Self::Saving => true,
            Self::Spend(level) | Self::Mean { of: Averaged::Price(level), .. } => *level != SpendLevel::List,
            Self::Share { weight, .. } | Self::Count { weight, .. } | Self::Mean { weight, .. } => after(weight),
            Self::Units | Self::MovedUnits { .. } | Self::MovedSites => false,
        }
    }

    /// True for amounts of units or money.
    pub fn is_amount(&self) -> bool {
        matches!(self, Self::Units | Self::Spend(_))
    }
}

/// What is measured, on which lines, for each of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What is measured.
    pub measured: Measured,
    /// On which lines.
    pub scope: Scope,
    /// For each of what.
    pub each: Vec<Dimension>,
}

/// A second measure that must meet its bound for a rule to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is measured; `each` are those dimensions of the rule's that it can tell apart.
    pub subject: Subject,
    /// Its bound.
    pub bound: Bound,
}

/// What the bound is a multiple of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relative {
    /// The same measure on what is bought today.
    Baseline,
    /// The same measure over the system.
    SystemMean {
        /// Dimensions that the system keeps.
        within: Vec<Dimension>,
    },
}

impl Relative {
    /// The word in files.
    pub fn word(&self) -> RelativeTo {
        match self {
            Self::Baseline => RelativeTo::Baseline,
            Self::SystemMean { .. } => RelativeTo::SystemMean,
        }
    }
}

/// Whether a rule may give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// It may not.
    Hard,
    /// It may, at a price.
    Priced {
        /// Money per unit of violation and contract year.
        price: Decimal,
    },
    /// It may where no award keeps all rules.
    Levelled {
        /// 1 to 4; 4 is given up first.
        level: u32,
        /// What a unit of violation counts within its level.
        weight: Decimal,
    },
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// Why it exists; may be empty.
    pub why: String,
    /// What is measured, on which lines, for each of what.
    pub subject: Subject,
    /// Bounds.
    pub bound: Bound,
    /// What they are multiples of; `None`: plain numbers.
    pub relative_to: Option<Relative>,
    /// Only for those with volume.
    pub if_used: bool,
    /// Only where this holds.
    pub when: Option<Condition>,
    /// Whether it may give way.
    pub force: Force,
    /// The rule in one plain sentence.
    pub sentence: String,
}

impl Rule {
    /// Whether it tells purchases on formulary from others.
    pub fn asks_for_formulary(&self) -> bool {
        let asks = |subject: &Subject| subject.scope.0.iter().any(|(d, _)| *d == Dimension::InFormulary);
        asks(&self.subject) || self.when.as_ref().is_some_and(|c| asks(&c.subject))
    }
}

/// Position of a rule as text, for labels.
pub fn label(rule: &Rule, instance: &str) -> String {
    match instance.is_empty() {
        true => rule.id.clone(),
        false => format!("{} [{instance}]", rule.id),
    }
}
