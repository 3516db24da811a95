//! `ballast.alternatives/1`, `ballast.frontier/1` and `ballast.why-not/1`.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, DifferencePart, IntervalPart};

/// Body of `ballast.alternatives/1`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AlternativesBody {
    /// How much dearer an alternative may be, as a fraction.
    pub within: Decimal,
    /// The best award.
    pub best: AnswerPart,
    /// The best award with other winners in some need.
    pub second_best: AnswerPart,
    /// What is proven about its distance to the best.
    pub second_best_gap: IntervalPart,
    /// Alternatives, in the order found: each as different as can be from all before it or, where that has their winners,
    /// the best with others.
    pub alternatives: Vec<AlternativePart>,
    /// Why there are no more: `enough` (as many as asked for), `none_other` (proven: no award within the cap has other
    /// winners than those found), `stopped` (by a limit).
    pub ended: String,
}

/// An alternative.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AlternativePart {
    /// What it costs.
    pub answer: AnswerPart,
    /// More than the best.
    pub dearer: Decimal,
    /// Share of the demand with suppliers that win the same need in the awards found before it.
    pub shared: f64,
    /// The least that this share could be.
    pub shared_bound: f64,
    /// What differs from the best award.
    pub difference: DifferencePart,
}

/// Body of `ballast.frontier/1`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FrontierBody {
    /// `preference`, `suppliers`, `emissions`, `concentration`, `moved`.
    pub against: String,
    /// In words.
    pub measure: String,
    /// `more` or `less` is better.
    pub better: String,
    /// Points from the cheap end on; none beats another in both.
    pub points: Vec<PointPart>,
    /// Points decided and left out because another beats them in both.
    pub dominated: usize,
    /// Proven: no award has a measure as good as this.
    pub nothing_at: Option<f64>,
    /// Bounds for which there is no award.
    pub without_award: Vec<BoundPart>,
}

/// A point of the frontier.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PointPart {
    /// Bound on the measure; null at the cheap end.
    pub asked: Option<Decimal>,
    /// The measure of the award.
    pub measure: f64,
    /// What it costs.
    pub answer: AnswerPart,
    /// The point farthest from the line between the ends.
    pub knee: bool,
}

/// A bound without an award.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BoundPart {
    /// The bound.
    pub asked: Decimal,
    /// Why.
    pub answer: AnswerPart,
}

/// Body of `ballast.why-not/1`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WhyNotBody {
    /// Supplier or product.
    pub subject: String,
    /// Only at this site.
    pub site: Option<String>,
    /// The least share of what it may serve.
    pub share: Decimal,
    /// The best award with it.
    pub with: AnswerPart,
    /// The best award without it.
    pub without: AnswerPart,
    /// What is proven about how much dearer the best award with it is.
    pub dearer: IntervalPart,
    /// From the award without it to the one with it.
    pub difference: Option<DifferencePart>,
    /// Why it may flip at several factors: what counts money, or binds its lines together. Null: it flips once at most.
    pub many_flips: Option<String>,
    /// Why its prices are multiplied wherever it sells although the question is about one site.
    pub everywhere: Option<String>,
    /// Prices that stay as they are, or that others share.
    pub caveats: Vec<String>,
    /// Where it flips once at most: the greatest price factor proven to win.
    pub proven_winning: Option<Decimal>,
    /// The least price factor proven to lose.
    pub proven_losing: Option<Decimal>,
    /// Every factor decided, in order.
    pub tried: Vec<TriedPart>,
    /// Ranges of factors tried that win.
    pub wins: Vec<[Decimal; 2]>,
}

/// A price factor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TriedPart {
    /// Prices are multiplied by this.
    pub factor: Decimal,
    /// `wins`, `loses`, `undecided`.
    pub verdict: String,
    /// What is proven about the best value with it.
    pub with: IntervalPart,
    /// How much dearer that is than the best value without it.
    pub dearer: IntervalPart,
}
