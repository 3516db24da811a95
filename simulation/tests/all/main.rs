//! The engine against known answers and its own invariants.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod catalogue;
mod coverage;
mod dependence;
mod effects;
mod exposure;
mod failure_to_supply;
mod fixture;
mod invariants;
mod inventory;
mod known_answers;
mod people;
mod reserve_targets;
mod reserves;
mod rm1;
mod same_bytes;
mod shortcuts;
mod theory;
