//! A proven lower bound on the value of every award of a tender that is too large for one mixed-integer program, by
//! decomposition; good early and rising.
//!
//! The tender falls into blocks of needs (`blocks`) and an outer block Y of what suppliers are for the whole
//! (`outer`). A block tells the rest two figures of each bundle of lines (`bundles`), its net spend n and its use u;
//! making these agree with Y is dualised. For any prices (β, α)
//!
//!   Θ(β, α) = offset + Σ_b Φ_b + Ψ ≤ the value of every award,
//!   Φ_b = min over the block of cost + β n + α u (`block`, `tree`),   Ψ = min over Y of cost − β n' − α u'.
//!
//! Prices come from a master over known columns (`master`), and beyond what prices can do the levels of rebates are
//! branched on (`branch`). The bound is the least over open nodes of the best Θ there, stated outwards.
//!
//! What is not understood is given up or taken at its best, so that the bound holds:
//!
//! | of the tender | here |
//! |---|---|
//! | demand, unserved demand, packs, capacities, picks | as LP |
//! | switching | its part that has left |
//! | hard rules: ratios of need units and list spend without conditions | as LP |
//! | hard rules on net spend, counts of things, onboarding | in Y, as far as bundles tell things apart |
//! | least award, least list spend if used | where they speak of just one bundle |
//! | priced, levelled and conditional rules, formulary, limits on products, sizes, least shares and orders, conditions of offers | given up |
//! | discounts and rebates | `offers` |
//! | one-off adjustments | bonuses always, charges never |
//! | named objectives, packages, escalators | no bound |
//!
//! Work is counted in simplex iterations, and nothing depends on the clock or on the number of threads.

mod block;
mod blocks;
mod branch;
mod bundles;
mod master;
mod offers;
mod outer;
mod relaxed;
mod search;
mod tree;

pub use search::{Answer, Calls, Plan, Work, bound};
