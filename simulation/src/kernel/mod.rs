//! Kernel: one award, one path, week by week. A pure function of (tender, award, reserve plan, pack, path).
//!
//! Per demand cell, with d = yearly quantity ÷ 52: working stock S with target S* = working-stock weeks × d, reserve R
//! with target R*, goods on the way T with target T* = Σ_l lead_l × vol_l ÷ 52. A week is:
//!
//! 1. stock beside a plant that comes to a full stop is lost;
//! 2. demand × surge × conservation, decided from earlier weeks' receipts (`conservation.rs`);
//! 3. what was ordered at the end of last week, d + (S* − S) + (R* − R) + (T* − T), is shipped as far as this week's
//!    capacity goes, and what is due arrives (`supply.rs`, `allocation.rs`);
//! 4. demand is served from working stock;
//! 5. same-week recourse in the pack's order (`recourse.rs`);
//! 6. what is left is unmet and lost; it is rationed by how recourse shared what could move;
//! 7. working stock above target refills the reserve up to its target;
//! 8. the next order. Lagged recourse (spare capacity, relief) enters as capacity of step 3.
//!
//! Where offers state a clause on failure to supply, what suppliers pay back is settled after step 6 (`clauses.rs`).
//!
//! Units are conserved: start + received + gained from elsewhere = served + end, cell by cell. With one site, lead time
//! 0, no recourse but the reserve and no spare capacity this is the reference model RM1 ([`crate::rm1`]).

mod allocation;
mod clauses;
mod links;
mod model;
mod octet;
mod opening;
mod order;
mod outcome;
mod plain;
mod reaction;
mod record;
mod recourse;
mod shortfall;
mod state;
mod supply;
mod week;
mod withdrawal;

pub use clauses::Clauses;
pub use model::Model;
pub use octet::{Eight, Instructions, WIDTH};
pub use outcome::{Outcome, Shortage};
pub use record::Record;
pub use shortfall::{Shortfall, Shortfalls};
pub use state::State;
pub use week::{live, live_in_short};
