//! `ballast.reserve/1`: weeks of stock per need, confirmed on fresh paths, and the budget-to-protection curve.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::stress::{EstimatePart, PackPart, ScopePart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReserveBody {
    /// The targets as written, parted by blanks.
    pub target: String,
    /// In a sentence each.
    pub sentence: String,
    /// Pack.
    pub pack: PackPart,
    /// Digest of the award document it was sized for, if it has one.
    pub award_digest: Option<String>,
    /// Replications of each of the two runs: sizing and confirmation.
    pub replications: u64,
    /// `met`, `undecided`, `not_met`, on fresh paths: the worst of the targets.
    pub verdict: String,
    /// Each target.
    #[serde(default)]
    pub targets: Vec<TargetPart>,
    /// Value of the stock to buy, once.
    pub purchase_value: Decimal,
    /// Holding and capital cost a year.
    pub yearly_cost: Decimal,
    /// Of it, what somebody else pays for stock that policies ask for.
    #[serde(default)]
    pub reimbursed: Decimal,
    /// Each need of the scope.
    pub needs: Vec<NeedPart>,
    /// All needs of the tender without the plan, on fresh paths.
    pub before: ScopePart,
    /// The same with the plan.
    pub after: ScopePart,
    /// How the curve adds up needs.
    pub curve_weight: String,
    /// Budget to protection, from no reserve on.
    pub curve: Vec<CurvePart>,
}

/// A target and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TargetPart {
    /// As written.
    pub target: String,
    /// In one sentence.
    pub sentence: String,
    /// What it limits, under today's policies on fresh paths; null for a policy.
    pub before: Option<EstimatePart>,
    /// The same with the plan; weeks held for a policy.
    pub after: EstimatePart,
    /// The need that is worst off; null for a basket.
    pub need: Option<String>,
    /// `met`, `undecided`, `not_met`.
    pub verdict: String,
    /// For a basket: value of all stock of its needs by greedy steps, on the sizing paths.
    pub greedy_value: Option<f64>,
    /// For a basket: no plan that keeps the level on the sizing paths is worth less.
    pub least_value: Option<f64>,
}

/// The reserve of one need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NeedPart {
    /// Need.
    pub need: String,
    /// Its class.
    pub criticality: u32,
    /// Weeks held, of mean base demand, at each site; never less than today's policies hold.
    pub weeks: f64,
    /// Weeks that the paths ask for, before the shelf-life ceiling.
    pub required_weeks: f64,
    /// Most weeks by shelf life.
    pub ceiling_weeks: Option<f64>,
    /// True if shelf life keeps the reserve below what is asked for.
    pub limited_by_shelf_life: bool,
    /// True if the sample is too small for level and confidence.
    pub sample_too_small: bool,
    /// Need units over all sites.
    pub quantity: f64,
    /// Of them, need units that today's policies hold already.
    pub held: f64,
    /// Clinical unit.
    pub unit: String,
    /// Money, once, for what is not held already.
    pub purchase_value: Decimal,
    /// Money a year for it.
    pub yearly_cost: Decimal,
    /// Chance of a stockout without the plan.
    pub p_stockout_before: EstimatePart,
    /// Chance of a stockout with it.
    pub p_stockout_after: EstimatePart,
    /// Unmet demand without the plan.
    pub unmet_before: EstimatePart,
    /// Unmet demand with it.
    pub unmet_after: EstimatePart,
    /// Expected unmet demand, in the curve's weight, that the next unit of money of stock would avoid.
    #[serde(default)]
    pub marginal: f64,
    /// What theory says; null where the need does not hang on one memoryless process, or something else gets in its way.
    #[serde(default)]
    pub closed_form: Option<ClosedFormPart>,
    /// `met`, `undecided`, `not_met`.
    pub verdict: String,
    /// Need units by site.
    pub places: Vec<(String, f64)>,
}

/// A need's reserve by theory, without sampling.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClosedFormPart {
    /// The hazard that all of the need hangs on.
    pub hazard: String,
    /// Weeks that keep the targets on this need alone, without a margin for sampling; null where none can be read off.
    pub weeks: Option<f64>,
    /// Chance of a stockout with the plan.
    pub p_stockout: f64,
    /// Expected unmet demand with the plan, weeks.
    pub unmet_weeks: f64,
    /// Weeks of reserve of least long-run cost; null where the need states no shortage cost or stock costs nothing.
    pub least_cost_weeks: Option<f64>,
    /// True if headroom limits the refill, so that all figures are lower bounds.
    pub lower_bound: bool,
}

/// A point of the budget-to-protection curve.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CurvePart {
    /// Holding and capital cost a year.
    pub yearly_cost: f64,
    /// Value of the stock.
    pub purchase_value: f64,
    /// Expected unmet demand, in the curve's weight.
    pub expected_unmet: f64,
    /// Chance that some need of the scope has a stockout.
    pub p_any_stockout: EstimatePart,
    /// Weeks held, by need of the scope.
    pub weeks: Vec<f64>,
}
