//! `ballast.targets/1`: the cheapest price moves that reach a savings goal.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, DifferencePart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetsBody {
    /// The tender at the prices of now.
    pub base: AnswerPart,
    /// The saving wanted, money over the contract.
    pub goal: Option<Decimal>,
    /// The tender with all prices at their lowest.
    pub full: AnswerPart,
    /// The greatest saving found within the room.
    pub most: Option<Decimal>,
    /// Proven: none within the room is greater.
    pub most_proven: Option<Decimal>,
    /// `reached`, `beyond` (proven: the room does not suffice) or `open`.
    pub outcome: String,
    /// Price moves, supplier by supplier.
    pub moves: Vec<MovePart>,
    /// The tender at these prices.
    pub answer: Option<AnswerPart>,
    /// What the award at these prices concedes in all: its cost at the prices of now less its cost.
    pub concedes: Option<Decimal>,
    /// Proven: what reaches the goal concedes at least so much.
    pub at_least: Option<Decimal>,
    /// Why no better bound is known.
    pub counts: Option<String>,
    /// From the award at the prices of now to the one at the prices asked for.
    pub difference: Option<DifferencePart>,
}

/// A price to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MovePart {
    /// Supplier.
    pub supplier: String,
    /// Offer.
    pub offer: String,
    /// Price now.
    pub now: Decimal,
    /// The price asked for.
    pub target: Decimal,
    /// The lowest price stated.
    pub lowest: Decimal,
    /// What the supplier gives up on it over the contract in the award that results.
    pub gives: Decimal,
}
