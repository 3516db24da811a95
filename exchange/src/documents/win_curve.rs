//! `ballast.win-curve/1`: what a bidder is awarded, and what the buyer pays, against a factor on its prices.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, DifferencePart, IntervalPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WinCurveBody {
    /// `supplier` or `offer`.
    pub kind: String,
    /// Its id.
    pub subject: String,
    /// Flips are enclosed to this width of the factor.
    pub width: Decimal,
    /// Changes of the share up to this were not looked into.
    pub change: Decimal,
    /// Why dearer is not simply dearer; null: nothing but cost depends on the prices.
    pub counts: Option<String>,
    /// Prices that stay as they are, or that others share.
    pub caveats: Vec<String>,
    /// Factors decided, in order.
    pub points: Vec<PointPart>,
    /// Where its share changes, in order.
    pub flips: Vec<FlipPart>,
    /// Ranges of factors decided that award it more than `change`.
    pub wins: Vec<[Decimal; 2]>,
}

/// A point of the curve.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PointPart {
    /// Prices are multiplied by this.
    pub factor: Decimal,
    /// Whether it is one of the grid, not one that closes in a flip.
    pub grid: bool,
    /// The best award found there.
    pub answer: AnswerPart,
    /// What is proven about the buyer's total there.
    pub total: IntervalPart,
    /// Its share of what it may serve; null without an award.
    pub share: Option<Decimal>,
    /// Need units a year that it is awarded.
    pub units: Vec<UnitsPart>,
    /// What it is paid over the contract, without mark-up, freight and fees.
    pub paid: Option<Decimal>,
}

/// Units of a need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UnitsPart {
    /// Need.
    pub need: String,
    /// Its unit.
    pub unit: String,
    /// Need units a year.
    pub quantity: Decimal,
}

/// Between two factors its share changes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FlipPart {
    /// The factor below.
    pub below: Decimal,
    /// The factor above.
    pub above: Decimal,
    /// Its share below.
    pub share_below: Option<Decimal>,
    /// Its share above.
    pub share_above: Option<Decimal>,
    /// The share that is crossed between the two.
    pub limit: Decimal,
    /// Proven: at the factor below every best award is on its side of the limit.
    pub proven_below: bool,
    /// The same above.
    pub proven_above: bool,
    /// From the award above to the award below: what it displaces as its prices fall.
    pub difference: Option<DifferencePart>,
}
