//! The shared language of Ballast: tender, award, prices, rules, certificate, factor map, packs.
//!
//! Nothing here reads a file, draws a random number, starts a thread or knows a solver. Text becomes typed rows
//! ([`tables`]), typed rows become a [`Tender`], a tender and an [`Award`] give an exact [`certificate`].

pub mod award;
pub mod cell;
pub mod certificate;
pub mod difference;
pub mod exact;
pub mod factor_map;
pub mod finding;
pub mod index;
pub mod layout;
pub mod overlap;
pub mod pack;
pub mod quantity;
pub mod raw;
pub mod requirement;
pub mod rules;
pub mod scenario;
pub mod schema;
pub mod tables;
pub mod tender;

pub use award::Award;
pub use finding::{Finding, Findings, Severity};
pub use pack::Pack;
pub use tender::Tender;
