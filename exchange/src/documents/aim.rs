//! Parts of an award document that stand there only when they were asked for: what an aim reached, and the second best.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What an aim other than the least value reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AimPart {
    /// `stay` (the share of the demand that leaves its lines) or `differ` (the share that stays with the same winners).
    pub aim: String,
    /// The share that this award has, weighted by reference price.
    pub share: f64,
    /// No award within the cap on the value has less.
    pub bound: f64,
    /// How much dearer than the best the award may be, as a fraction.
    pub within: Decimal,
}

/// Whether ties were decided: which of several awards of equal value this is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TiesPart {
    /// True if the award is the preferred one of all of its value.
    pub decided: bool,
    /// Columns of the model.
    pub columns: usize,
    /// Columns up to which ties are decided.
    pub up_to_columns: usize,
    /// In words.
    pub detail: String,
}

/// The best award with other winners in some need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SecondBestPart {
    /// Its value; `None` if no such award exists or none was found.
    pub value: Option<Decimal>,
    /// No award with other winners has a lower value.
    pub bound: Option<Decimal>,
    /// How much dearer it is than the award.
    pub gap_money: Option<Decimal>,
    /// In words.
    pub detail: String,
}
