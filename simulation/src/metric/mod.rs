//! Metric: what happened over many replications. Scalars keep one f64 per replication (exact order statistics); weekly
//! bands are integer counts. Blocks of replications are fixed and summed up in order (`summary.rs`), so that the result depends neither
//! on threads nor on which process lived through which block.

mod attribution;
mod block;
mod clauses;
mod contribution;
mod estimate;
mod exact;
mod exceedance;
mod fan;
mod inventory;
mod paired;
mod report;
mod scope;
mod shortfalls;
mod summary;
mod tail;

pub use attribution::NodeTail;
pub use block::{Block, Meter, STOCKOUT};
pub use clauses::{ClauseMoney, ClauseReport};
pub use contribution::{Contribution, Contributions, tail_weights, volumes};
pub use estimate::{Estimate, Z, mean, proportion, upper_quantile_rank};
pub use exact::ExactSum;
pub use exceedance::Exceedance;
pub use fan::{Band, Fan, NeedFan};
pub use inventory::{Levels, NeedInventory};
pub use paired::{Paired, paired};
pub use report::{MoneyAtRisk, ScopeReport, StressReport, WeekReport, WorstReplication, report};
pub use scope::{Scope, Scopes, Weighting};
pub use summary::{Failure, Summary};
pub use tail::{Tail, tail, tail_of};
