//! The decision: which candidate line serves how much of each demand cell.

use rust_decimal::Decimal;

use crate::index::CandidateIx;
use crate::quantity::NeedUnits;

/// Volume on one candidate line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardLine {
    /// The line.
    pub candidate: CandidateIx,
    /// Need units used a year, above 0. Where quantities are continuous this is a share of the demand cell with 9
    /// decimals, times its demand.
    pub used: NeedUnits,
    /// Whole packs bought a year, where the need asks for whole packs; else `used` ÷ use factor, not stored.
    pub whole_packs: Option<u64>,
}

/// An award: its lines in order of candidate, each candidate at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Award {
    /// The lines.
    pub lines: Vec<AwardLine>,
}

/// Decimals of a share in an award.
pub const SHARE_DECIMALS: u32 = 9;

/// The smallest step of a share: 1e-9.
pub fn share_step() -> Decimal {
    Decimal::new(1, SHARE_DECIMALS)
}
