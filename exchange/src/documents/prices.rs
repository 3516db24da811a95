//! `ballast.prices/1`: what each rule and limit costs.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, DifferencePart, IntervalPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PricesBody {
    /// The tender with everything; its bound takes in what the other solves prove about it.
    pub base: AnswerPart,
    /// What each thing costs, in the order asked.
    pub prices: Vec<PricePart>,
}

/// One price.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PricePart {
    /// What is taken away: a rule, a limit, the wait for an approval, or several rules.
    pub name: String,
    /// `rule`, `rules`, `limit` or `waiting`.
    pub kind: String,
    /// What it asks, in one sentence.
    pub sentence: String,
    /// The tender without it.
    pub answer: AnswerPart,
    /// Value with it less value without it.
    pub price: Option<Decimal>,
    /// What is proven about that.
    pub proven: IntervalPart,
    /// For several: what they cost together beyond the sum of their single prices; negative where they overlap.
    pub beyond_sum: Option<Decimal>,
    /// What differs, from with to without; null where the award with it is still the best known.
    pub difference: Option<DifferencePart>,
}
