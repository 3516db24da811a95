//! Metric: what happened over many replications. Scalars keep one f64 per replication (exact order statistics); weekly
//! bands are integer counts. Blocks of replications are fixed and merged in order, so that the result does not depend
//! on threads.

mod attribution;
mod block;
mod clauses;
mod estimate;
mod exceedance;
mod fan;
mod report;
mod scope;
mod tail;

pub use attribution::NodeTail;
pub use block::{Block, Meter};
pub use clauses::{ClauseMoney, ClauseReport};
pub use estimate::{Estimate, mean, proportion, upper_quantile_rank};
pub use exceedance::Exceedance;
pub use fan::{Band, Fan, NeedFan};
pub use report::{ScopeReport, StressReport, WorstReplication, report};
pub use scope::{Scope, Scopes, Weighting};
pub use tail::{Tail, tail};
