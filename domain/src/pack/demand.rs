//! What demand does.

use super::{Evidence, Law};

/// Which needs a demand effect speaks of; both empty: all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedSelector {
    /// Need ids.
    pub needs: Vec<String>,
    /// Category ids.
    pub categories: Vec<String>,
}

/// A change of demand.
#[derive(Debug, Clone, PartialEq)]
pub enum DemandEffect {
    /// Demand × factor between two weeks.
    Surge {
        /// Unique name in the pack.
        id: String,
        /// Where.
        on: NeedSelector,
        /// First week.
        from_week: f64,
        /// Length, weeks.
        weeks: f64,
        /// Multiple of normal demand.
        factor: f64,
        /// Where the figures come from.
        evidence: Evidence,
    },
    /// Demand × factor from `lag` weeks after receipts of the need fell below a threshold, until they are back.
    Conservation {
        /// Unique name in the pack.
        id: String,
        /// Where.
        on: NeedSelector,
        /// Begins when a week's receipts of the need fall below this fraction of mean demand.
        receipts_below: f64,
        /// Weeks until people have changed their ways.
        lag_weeks: u32,
        /// Multiple of normal demand while it lasts.
        factor: f64,
        /// Where the figures come from.
        evidence: Evidence,
    },
    /// Orders for mean demand × factor while receipts are thin (and `lag` weeks have passed), for at most so many weeks of
    /// the horizon: people order more than they use.
    Hoarding {
        /// Unique name in the pack.
        id: String,
        /// Where.
        on: NeedSelector,
        /// Begins when a week's receipts of the need fall below this fraction of mean demand.
        receipts_below: f64,
        /// Weeks until people hoard.
        lag_weeks: u32,
        /// Multiple of the mean week in an order.
        factor: f64,
        /// The most weeks that it lasts in a horizon.
        weeks: u32,
        /// Where the figures come from.
        evidence: Evidence,
    },
    /// Demand × factor of the calendar month; factors are relative to their mean, so that the year stays what it is.
    Season {
        /// Unique name in the pack.
        id: String,
        /// Where.
        on: NeedSelector,
        /// January first.
        months: [f64; 12],
        /// Where the figures come from.
        evidence: Evidence,
    },
}

/// How demand of a step varies around its mean μ.
#[derive(Debug, Clone, PartialEq)]
pub enum Noise {
    /// μ max(0, 1 + cv Z).
    Normal {
        /// Coefficient of variation of a week.
        cv: f64,
    },
    /// Gamma with this coefficient of variation of a week.
    Gamma {
        /// Coefficient of variation of a week.
        cv: f64,
    },
    /// Lognormal with this coefficient of variation of a week.
    Lognormal {
        /// Coefficient of variation of a week.
        cv: f64,
    },
    /// Poisson, in need units.
    Poisson,
    /// A Poisson number of customers, each of whom takes a random number of need units; the mean stays μ.
    Compound {
        /// What one takes, need units.
        size: Law,
    },
    /// μ × one of these multiples, which are scaled to mean 1.
    Empirical {
        /// Multiples.
        values: Vec<f64>,
        /// Weights.
        weights: Vec<f64>,
    },
}

/// A law of demand, apart for every site and step. It replaces the tender's weekly variation; the first that speaks of a need
/// holds.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandLaw {
    /// Unique name in the pack.
    pub id: String,
    /// Where.
    pub on: NeedSelector,
    /// How demand varies.
    pub noise: Noise,
    /// Where the figures come from.
    pub evidence: Evidence,
}
