//! One verb per file.

pub mod alternatives;
pub mod audit;
pub mod award;
pub mod certify;
pub mod check;
pub mod compare;
pub mod conflicts;
pub mod counter_bid;
pub mod demo;
pub mod doctor;
pub mod export;
pub mod exposure;
pub mod frontier;
pub mod import;
pub mod leverage;
pub mod merge;
pub mod prices;
pub mod replay;
pub mod report;
pub mod reserve;
pub mod serve;
pub mod stress;
pub mod sweep;
pub mod template;
pub mod why_not;
pub mod win_curve;
