//! `ballast.stress/1`: what a stress test found, every estimate with its 95 % interval.

use serde::{Deserialize, Serialize};

/// An estimate with its 95 % interval.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct EstimatePart {
    /// Best estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Standard error.
    pub standard_error: f64,
}

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StressBody {
    /// Packs lived through, one entry each.
    pub pack: PackPart,
    /// Digest of the award document tested, if it has one.
    pub award_digest: Option<String>,
    /// Weeks of reserve assumed beside the tender's policies, by need; empty if none.
    pub reserve_weeks: Vec<(String, f64)>,
    /// Replications, those that failed among them.
    pub replications: u64,
    /// Replications without a result. Intervals count them as if nothing, and as if everything, had gone unmet.
    #[serde(default)]
    pub failed: Vec<FailedPart>,
    /// Weeks lived through in each.
    pub horizon_weeks: u32,
    /// Each need.
    pub needs: Vec<ScopePart>,
    /// Each class of criticality.
    pub criticality: Vec<ScopePart>,
    /// Each site, if there are several.
    #[serde(default)]
    pub sites: Vec<ScopePart>,
    /// All needs together.
    pub total: ScopePart,
    /// Unmet demand of all needs in money; null if a need states neither shortage cost nor reference price.
    #[serde(default)]
    pub money: Option<MoneyPart>,
    /// Each week, all needs together.
    #[serde(default)]
    pub weeks: Vec<WeekPart>,
    /// Who makes up the CVaR of total shortage.
    #[serde(default)]
    pub contributions: ContributionsPart,
    /// Weekly bands of each need.
    pub fans: Vec<FanPart>,
    /// Stock of each need, over the replications that have a result.
    #[serde(default)]
    pub inventory: Vec<InventoryPart>,
    /// Nodes by their part in the tail.
    pub attribution: Vec<NodePart>,
    /// Replications with the largest shortage; each can be replayed alone.
    pub worst: Vec<WorstPart>,
    /// What suppliers pay back where awarded offers have a clause on failure to supply; null where none has.
    #[serde(default)]
    pub failure_to_supply: Option<ClausePart>,
    /// What was required, and whether it holds; for a chance constraint `after` is the chance that it does not.
    #[serde(default)]
    pub required: Vec<super::reserve::TargetPart>,
    /// The same paths with another award; null where none was named.
    #[serde(default)]
    pub against: Option<AgainstPart>,
    /// Whether stock at a centre or vendor was at every site's disposal.
    pub pooled_stock: bool,
}

/// Another award on the same paths.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AgainstPart {
    /// Digest of its document, if it has one.
    pub award_digest: Option<String>,
    /// Scope by scope; money and patients stand as scopes of their own unit.
    pub scopes: Vec<PairPart>,
}

/// One scope of a comparison on the same paths.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairPart {
    /// Scope.
    pub scope: String,
    /// Unit of the difference.
    pub unit: String,
    /// Mean unmet demand with the other award less that with this one: above 0 this one is better.
    pub difference: EstimatePart,
    /// The same in weeks of mean demand.
    pub difference_weeks: EstimatePart,
    /// Part of draws in which this award leaves less unmet.
    pub better: EstimatePart,
    /// Part of draws in which the other does.
    pub worse: EstimatePart,
    /// Part of draws in which neither does.
    pub equal: f64,
    /// So many times wider would the interval be on paths of their own.
    pub narrower: f64,
}

/// A replication without a result.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailedPart {
    /// Its number.
    pub replication: u64,
    /// `not_finite`, `stopped`.
    pub why: String,
}

/// Unmet demand in money: shortage cost, else reference price.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoneyPart {
    /// Mean.
    pub unmet: EstimatePart,
    /// Exceeded in 5 % of replications.
    pub var95: EstimatePart,
    /// Mean of the worst 5 %.
    pub cvar95: EstimatePart,
}

/// One week, all needs together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeekPart {
    /// Chance that some need has a stockout in it.
    pub p_stockout: EstimatePart,
    /// Mean unmet demand, weeks of mean demand.
    pub unmet_weeks: f64,
}

/// The parts of CVaR 95 of total shortage, weeks of mean demand, largest first; each list adds up to it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ContributionsPart {
    /// By need.
    pub needs: Vec<(String, f64)>,
    /// By site; empty if there is one.
    pub sites: Vec<(String, f64)>,
    /// By struck node, a shortage being shared by the volume behind the nodes that were struck in it; `demand` where none was.
    pub nodes: Vec<(String, f64)>,
}

/// Clauses on failure to supply: money over the horizon, means of replications.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClausePart {
    /// What replacements cost beyond the contract price, of lines under a clause.
    pub excess: EstimatePart,
    /// What suppliers pay back.
    pub credit: EstimatePart,
    /// What is left to the buyer.
    pub borne: EstimatePart,
    /// Lines under a clause.
    pub lines: usize,
    /// Those for which no other bid says what a replacement costs: what went unmet of them is not credited.
    pub lines_without_price: usize,
    /// Each supplier with a clause.
    pub suppliers: Vec<SupplierClausePart>,
}

/// The clauses of one supplier.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SupplierClausePart {
    /// Supplier.
    pub supplier: String,
    /// What replacing its lines costs beyond the contract price.
    pub excess: EstimatePart,
    /// What it pays back.
    pub credit: EstimatePart,
}

/// The pack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackPart {
    /// Short name.
    pub name: String,
    /// One line.
    pub title: String,
    /// Hash of the pack file.
    pub hash: String,
    /// What one step of the simulation is; left out where it is a week.
    #[serde(default, skip_serializing_if = "StepPart::is_week")]
    pub step: StepPart,
    /// Hazards, events, relief and demand effects, with their sources.
    pub entries: Vec<EvidencePart>,
}

/// A step of the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepPart {
    /// A week.
    #[default]
    Week,
    /// A day.
    Day,
}

impl StepPart {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Day => "day",
        }
    }

    fn is_week(&self) -> bool {
        *self == Self::Week
    }
}

/// Where an entry of the pack comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EvidencePart {
    /// `hazard`, `event`, `relief`, `surge`, `conservation`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Citation.
    pub source: String,
    /// Figures that are assumed.
    pub assumed: Vec<String>,
}

/// One scope: a need, a class of criticality, everything.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ScopePart {
    /// Need id, `criticality 1`, or `all needs`.
    pub scope: String,
    /// Unit of the figures in units.
    pub unit: String,
    /// Unmet demand over the horizon.
    pub unmet: EstimatePart,
    /// The same in weeks of mean demand.
    pub unmet_weeks: EstimatePart,
    /// Part of demand served.
    pub fill_rate: EstimatePart,
    /// Chance of a stockout: some week with more than 0.1 % of its demand unmet.
    pub p_stockout: EstimatePart,
    /// Weeks with a stockout, mean.
    pub weeks_short: f64,
    /// Shortage exceeded in 5 % of replications, weeks of mean demand.
    pub var95_weeks: EstimatePart,
    /// Mean shortage of the worst 5 %, weeks of mean demand.
    pub cvar95_weeks: EstimatePart,
    /// Patients who go without, where needs state patients per unit.
    pub patients: Option<EstimatePart>,
    /// Demand saved by conservation, mean, in units.
    pub saved: f64,
    /// Drawn from reserves, mean, in units.
    pub reserve_drawn: f64,
    /// P(shortage > x), x in weeks of mean demand; empty for single needs.
    pub exceedance: Vec<(f64, f64)>,
}

/// Weekly bands of a need: quantiles at 5, 25, 50, 75, 95 % and the mean.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FanPart {
    /// Need.
    pub need: String,
    /// Fraction of the week's demand unmet.
    pub unmet_fraction: Vec<[f64; 6]>,
    /// Working stock and reserve at the end of the week, weeks of mean demand.
    pub cover_weeks: Vec<[f64; 6]>,
}

/// The stock of a need, as textbooks count it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InventoryPart {
    /// Need.
    pub need: String,
    /// Its unit.
    pub unit: String,
    /// Over the whole horizon.
    pub horizon: LevelsPart,
    /// Over its second half, in which the stock of the first day has little part.
    pub second_half: LevelsPart,
}

/// Means over some steps and all replications.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LevelsPart {
    /// Working stock and reserve at the end of a step, need units over all sites.
    pub on_hand: EstimatePart,
    /// Owed to users at the end of a step, need units.
    pub owed: EstimatePart,
    /// Orders a year, over all sites; null where all sites cover, which is an order at every step.
    pub orders_a_year: Option<EstimatePart>,
}

/// A node of the factor map.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NodePart {
    /// Kind and id.
    pub node: String,
    /// Part of all replications in which it was struck.
    pub down_rate: f64,
    /// Part of the worst 5 % in which it was struck.
    pub down_rate_in_tail: f64,
    /// Mean total shortage where it was struck, weeks of mean demand.
    pub shortage_weeks_when_down: Option<f64>,
    /// Mean total shortage where it was not.
    pub shortage_weeks_when_up: Option<f64>,
}

/// A replication worth replaying.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorstPart {
    /// Its number.
    pub replication: u64,
    /// Total shortage, weeks of mean demand.
    pub shortage_weeks: f64,
}
