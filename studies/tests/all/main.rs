//! Studies on tenders small enough to do in the head, and with an engine whose answers are made up, so that what studies
//! conclude from them is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod alternatives;
mod coalition;
mod counter_bid;
mod direction;
mod engine;
mod frontier;
mod leverage;
mod prices;
mod probes;
mod targets;
mod tender;
mod tried;
mod why_not;
mod win_curve;
