//! Reserves: weeks of stock per need that reach targets, what they cost, and what the next unit of money buys.
//!
//! One pass of paths through the kernel with no reserve gives for each cell and week the shortage left when the
//! reserve's turn comes and the capacity that was left over to refill it (`requirement.rs`). From these come the reserve
//! that would just have been enough (`size.rs`), and unmet demand at any reserve (`curve.rs`). Every plan is then lived
//! through in full on fresh paths, and the report says whether the target is met there.

mod basket;
mod closed_form;
mod cost;
mod curve;
mod plan;
mod required;
mod requirement;
mod size;
mod target;

pub use closed_form::ClosedForm;
pub use curve::{CurvePoint, CurveWeight};
pub use plan::{PlanEntry, ReservePlan};
pub use required::required;
pub use requirement::{LEVELS_WEEKS, PathUnmet, Requirement, peak_weeks, requirement};
pub use size::{NeedReserve, ReserveReport, TargetOutcome, Verdict, reserve};
pub use target::{Target, TargetMetric};
