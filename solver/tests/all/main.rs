//! What the solver must get right: values done by hand, every allocation of tiny tenders, a second formulation, and
//! properties that hold whatever the tender.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aims;
mod annealing;
mod bids;
mod bound;
mod brute_force;
mod care;
mod care_tried;
mod interplay;
mod known_values;
mod large;
mod lots;
mod lots_tried;
mod metamorphic;
mod net_spend;
mod objectives;
mod objectives_tried;
mod planted_conflicts;
mod properties;
mod published;
mod random;
mod rules_known;
mod rules_random;
mod schedules;
mod second_formulation;
mod tender;
mod thresholds;
mod trials;
