//! Studies with an engine whose answers are made up, so that what studies conclude from them is known.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod engine;
mod prices;
mod probes;
