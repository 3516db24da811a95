//! Questions that ask the engine many times: what if, what does a rule cost, what if it were otherwise.
//!
//! A study builds tenders by edits ([`ballast_domain::scenario`]), has them decided side by side ([`probe`]), and says
//! what differs. No IO, no clock. Every figure comes with what is proven about it: an [`Interval`], never a bare guess.

pub mod alternatives;
pub mod coalition;
pub mod compare;
pub mod counter_bid;
pub mod direction;
pub mod doctor;
mod forced;
pub mod frontier;
mod interval;
pub mod leverage;
mod money;
pub mod prices;
pub mod probe;
pub mod sweep;
pub mod targets;
pub mod why_not;
pub mod win_curve;

pub use interval::Interval;
pub use probe::{Answer, Desk, News, Probe, Settings, ask, ask_one};
