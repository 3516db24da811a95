//! Stress test and reserves: an award lived through many draws of a disruption pack.
//!
//! Three parts that never call sideways: [`draw`] makes paths (everything random, independent of the award), [`kernel`]
//! lives an award through one path (pure), [`metric`] sums up what happened. [`stress`](stress()) joins them,
//! [`replay`](replay()) shows one replication alone, [`reserve`] turns shortages into weeks of stock.
//!
//! No IO, no clocks. Threads are those of rayon's current pool and never change a result: replications run in fixed
//! blocks that are merged in order.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bits;
mod blocks;
pub mod draw;
mod engine;
mod error;
pub mod exposure;
mod judge;
pub mod kernel;
pub mod metric;
mod replay;
pub mod reserve;
pub mod rm1;
mod running;
mod stock;
mod stress;

pub use blocks::{Progress, Watch};
pub use engine::{Engine, Metrics};
pub use error::StressError;
pub use judge::{Judgement, judge};
pub use kernel::Instructions;
pub use metric::StressReport;
pub use replay::{NeedTrace, Trace, Week, replay};
pub use reserve::{ReservePlan, ReserveReport, Target};
pub use stress::{Options, Replications, StressTest, blocks_of, stress};
