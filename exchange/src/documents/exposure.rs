//! `ballast.exposure/1`: what the loss of each node would do to an award, without asking how likely it is.

use serde::{Deserialize, Serialize};

use super::stress::{EstimatePart, PackPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExposureBody {
    /// Digest of the award document, if it has one.
    pub award_digest: Option<String>,
    /// Weeks of reserve assumed beside the tender's policies, by need; empty if none.
    pub reserve_weeks: Vec<(String, f64)>,
    /// Stated times to recover were multiplied by this.
    pub optimism: f64,
    /// Time to recover assumed where nobody states one, weeks.
    pub assumed_recovery_weeks: f64,
    /// Nodes that carry some of the award, the largest loss first.
    pub nodes: Vec<NodePart>,
    /// Nodes of the tender that supply and carry nothing of the award.
    pub idle_nodes: usize,
    /// Worst outages, by number of nodes, then kind.
    pub worst: Vec<WorstPart>,
    /// Long-run chances that needs are cut off under packs; null if none was named.
    #[serde(default)]
    pub cut_off: Option<CutOffPart>,
    /// How units of each need are valued.
    pub values: Vec<ValuePart>,
}

/// The loss of one node.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NodePart {
    /// Kind and id.
    pub node: String,
    /// Time to recover, weeks, with the optimism factor.
    pub time_to_recover_weeks: f64,
    /// As stated, without it.
    pub stated_recovery_weeks: Option<f64>,
    /// `stated`, `longest_of_plants`, `assumed`.
    pub recovery: String,
    /// Spend that it carries, money a year.
    pub spend: f64,
    /// Needs that it carries a part of.
    pub needs: usize,
    /// Sites that it carries a part of.
    pub sites: usize,
    /// Weeks by which the fixed award runs out before the node is back.
    pub gap_weeks: f64,
    /// Everybody else ships what is contracted.
    pub fixed: RecoursePart,
    /// The best use of everything that could be bought.
    pub best: RecoursePart,
    /// Weeks until each need runs short under the fixed award; null: never.
    pub time_to_survive_weeks: Vec<(String, Option<f64>)>,
}

/// One kind of recourse.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecoursePart {
    /// Weeks until the first demand goes unmet; null: none ever does.
    pub time_to_survive_weeks: Option<f64>,
    /// What goes unmet if the node is out until it recovers.
    pub loss: LossPart,
    /// False where the program would have been too large, so that contracts of cells not struck were left alone.
    pub exact: bool,
}

/// What goes unmet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LossPart {
    /// Money.
    pub money: f64,
    /// Need units by need.
    pub needs: Vec<(String, f64)>,
    /// Sites where something goes unmet.
    pub sites: Vec<String>,
    /// Patients who go without, where needs state patients per unit.
    pub patients: Option<f64>,
}

/// A worst outage.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorstPart {
    /// So many nodes at most.
    pub of: usize,
    /// Only nodes of this kind; null: any.
    pub kind: Option<String>,
    /// The nodes; fewer than `of` where more make nothing worse.
    pub nodes: Vec<String>,
    /// What goes unmet under the fixed award.
    pub loss: LossPart,
    /// No outage of so many nodes loses more, money.
    pub bound: f64,
    /// True if the loss is the bound.
    pub proven: bool,
}

/// What a missing unit of a need is valued at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ValuePart {
    /// Need.
    pub need: String,
    /// `shortage_cost`, `reference_price`, `awarded_price`.
    pub valued_at: String,
}

/// Long-run chances that nothing of a need can be shipped.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CutOffPart {
    /// Packs whose hazards they come from.
    pub pack: PackPart,
    /// Draws for each need.
    pub draws: u64,
    /// Part of a need's volume that is left at most; 0: nothing.
    #[serde(default)]
    pub left: f64,
    /// Hazards and events that they leave out.
    pub left_out: Vec<String>,
    /// Needs, the largest chance first.
    pub needs: Vec<CutOffNeedPart>,
}

/// The chance of one need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CutOffNeedPart {
    /// Need.
    pub need: String,
    /// Part of all time, by importance sampling.
    pub sampled: EstimatePart,
    /// Equally weighted draws that the sample is worth.
    pub effective_sample: f64,
    /// The same worked out; null where it is too large for that.
    pub exact: Option<f64>,
    /// Processes that it depends on.
    pub processes: usize,
}
