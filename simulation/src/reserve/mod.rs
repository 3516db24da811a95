//! Reserves: weeks of stock per need for a chance of stockout.
mod plan;
pub use plan::{PlanEntry, ReservePlan};
