//! `ballast.replay/1`: one replication of a stress test, week by week.

use serde::{Deserialize, Serialize};

use super::stress::PackPart;

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplayBody {
    /// Pack.
    pub pack: PackPart,
    /// Digest of the award document, if it has one.
    pub award_digest: Option<String>,
    /// Weeks of reserve held beside the tender's policies, by need; empty if none.
    pub reserve_weeks: Vec<(String, f64)>,
    /// Number of the replication.
    pub replication: u64,
    /// Weeks lived through.
    pub horizon_weeks: u32,
    /// Nodes that were below full output at some moment.
    pub struck: Vec<String>,
    /// Each need.
    pub needs: Vec<NeedPart>,
}

/// A need.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NeedPart {
    /// Need.
    pub need: String,
    /// Clinical unit of all quantities.
    pub unit: String,
    /// Mean demand of a week.
    pub mean_weekly_demand: f64,
    /// Unmet over the horizon.
    pub unmet: f64,
    /// Each week.
    pub weeks: Vec<WeekPart>,
}

/// A week, need units over all sites.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WeekPart {
    /// Week, from 1.
    pub week: usize,
    /// Part of the contract volume that suppliers could ship, before allocation.
    pub capacity: f64,
    /// Demand after surge and conservation.
    pub demand: f64,
    /// Demand saved by conservation.
    pub saved: f64,
    /// Arrived from suppliers.
    pub received: f64,
    /// Gained from other needs' products and from pools.
    pub gained: f64,
    /// Drawn from sites' own reserves.
    pub reserve_drawn: f64,
    /// Unmet demand.
    pub unmet: f64,
    /// Working stock and reserve at the end.
    pub stock: f64,
}
