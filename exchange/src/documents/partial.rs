//! `ballast.stress-partial/1`: some blocks of a stress test, with everything that is needed to join them with the others and to
//! say what the whole says: the tender, the award, the packs and the reserve plan are inside.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The schema name.
pub const SCHEMA: &str = "ballast.stress-partial/1";

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PartialBody {
    /// First block and the one after the last.
    pub blocks: [u64; 2],
    /// Replications of the whole run.
    pub replications: u64,
    /// What the run is about; the same in all parts of it.
    pub inputs: Inputs,
    /// What was summed up.
    pub sums: Sums,
}

/// What a run is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The header of the whole run's document.
    pub header: Value,
    /// The tender, as one body.
    pub tender: Value,
    /// The award document.
    pub award: Value,
    /// The text of each pack.
    pub packs: Vec<String>,
    /// Weeks of a reserve plan by need; null if none is held.
    pub reserve: Option<Vec<(String, f64)>>,
}

/// What a range of replications adds up to; the parts are those of the simulation's summary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Sums {
    /// First replication and the one after the last.
    pub range: [u64; 2],
    /// Replications without a result, and why.
    pub failed: Vec<(u64, String)>,
    /// Weighted unmet demand by replication and column; null where the replication failed.
    pub unmet: Vec<Option<f64>>,
    /// Struck nodes by replication, a 0 or 1 each.
    pub down: String,
    /// Cost of replacements and what is paid back, by replication and supplier.
    pub excess: Vec<Option<f64>>,
    /// See `excess`.
    pub credit: Vec<Option<f64>>,
    /// Replications with a stockout, by scope.
    pub stockouts: Vec<u64>,
    /// Weeks with a stockout, by scope.
    pub weeks_short: Vec<u64>,
    /// Replications with a stockout, by week.
    pub out_in_week: Vec<u64>,
    /// Sums as whole multiples of 2⁻⁴⁴: demand, saved, drawn by need; by week and need; by week.
    pub demand: Vec<String>,
    /// See `demand`.
    pub saved: Vec<String>,
    /// See `demand`.
    pub drawn: Vec<String>,
    /// See `demand`.
    pub weekly: Vec<String>,
    /// See `demand`.
    pub unmet_in_week: Vec<String>,
    /// Sums of stock by need, as multiples likewise.
    pub inventory: Vec<String>,
    /// Counts of the weekly bands: slot, count.
    pub counts: Vec<(u32, u32)>,
}
