//! `ballast.leverage/1`: what each side loses if a supplier walks away.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, DifferencePart, IntervalPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeverageBody {
    /// The tender with everyone.
    pub base: AnswerPart,
    /// One row per supplier: who is indispensable first, then the buyer's greatest loss.
    pub suppliers: Vec<WalkPart>,
}

/// A supplier's walk-away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WalkPart {
    /// Supplier.
    pub supplier: String,
    /// What the supplier loses: what the award with everyone pays him over the contract, without mark-up, freight and fees.
    pub supplier_loses: Decimal,
    /// Needs that he serves in it.
    pub serves: Vec<String>,
    /// What the buyer loses: the value without him less the value with everyone; null without an award.
    pub buyer_loses: Option<Decimal>,
    /// What is proven about that.
    pub proven: IntervalPart,
    /// True if it is known that no walk-away of his can help the buyer.
    pub cannot_help: bool,
    /// The best award without him; null where the award with everyone does not use him, so that it stands.
    pub without: Option<AnswerPart>,
    /// Proven: there is no award without him.
    pub indispensable: bool,
    /// Then the needs that cannot be served without him, each alone.
    pub needed_for: Vec<String>,
    /// Needs of which that was not decided.
    pub open: Vec<String>,
    /// From the award with everyone to the one without him.
    pub difference: Option<DifferencePart>,
}
