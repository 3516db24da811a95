//! Result documents: one file per `ballast.<kind>/1`. The command, the report and later the API show these and nothing
//! else.
//!
//! A document has a header (schema, build, tender, input hash, seed, options), a body, a `digest` over header and body,
//! and `run`: everything that may differ between equal runs. Money is a decimal string, shares are fractions.

pub mod aim;
pub mod award;
mod certificate;
pub mod check;
pub mod coalition;
pub mod compare;
pub mod conflicts;
mod contracts;
pub mod counter_bid;
pub mod doctor;
pub mod explain;
pub mod exposure;
mod fees;
mod formulary;
#[cfg(test)]
mod layer_trials;
pub mod leverage;
pub mod objective;
mod outcome;
mod packages;
pub mod partial;
mod payment_ways;
mod preference;
pub mod prices;
mod read_award;
pub mod replay;
pub mod reserve;
mod rules;
mod seal;
mod shadow;
pub mod stress;
pub mod study;
pub mod sweep;
mod switching;
pub mod targets;
#[cfg(test)]
mod tests;
mod tiers;
pub mod win_curve;

pub use read_award::read_award;
pub use seal::{Header, digest_of, seal};
