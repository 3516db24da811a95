//! The decision: which candidate line serves how much of each demand cell.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::index::{CandidateIx, NeedIx, ProductIx};
use crate::quantity::NeedUnits;
use crate::tender::Tender;

/// Volume on one candidate line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardLine {
    /// The line.
    pub candidate: CandidateIx,
    /// Need units used a year, above 0. Where quantities are continuous this is a share of the demand cell with 9
    /// decimals, times its demand; or a quantity with 6 decimals, as a threshold or a capacity in need units may be no such
    /// share of the demand.
    pub used: NeedUnits,
    /// Whole packs bought a year, where the need asks for whole packs; else `used` ÷ use factor, not stored.
    pub whole_packs: Option<u64>,
}

/// An award: its lines in order of candidate, each candidate at most once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Award {
    /// The lines.
    pub lines: Vec<AwardLine>,
    /// What is on formulary for needs with a `formulary_limit`; `None`: whatever is used.
    pub formulary: Option<BTreeSet<(NeedIx, ProductIx)>>,
}

impl Award {
    /// Products that are on formulary for a need: those decided where the need has a limit, else all that are used.
    pub fn formulary_of(&self, tender: &Tender, need: NeedIx) -> BTreeSet<ProductIx> {
        match &self.formulary {
            Some(decided) if tender.needs[need].formulary_limit.is_some() => {
                decided.iter().filter(|(n, _)| *n == need).map(|(_, p)| *p).collect()
            }
            _ => {
                let lines = self.lines.iter().map(|l| &tender.candidates[l.candidate]);
                lines.filter(|c| c.need == need).map(|c| c.product).collect()
            }
        }
    }

    /// Whether purchases of a product for a need are on formulary.
    pub fn on_formulary(&self, tender: &Tender, need: NeedIx, product: ProductIx) -> bool {
        match &self.formulary {
            Some(decided) if tender.needs[need].formulary_limit.is_some() => decided.contains(&(need, product)),
            _ => true,
        }
    }
}

/// Decimals of a share in an award.
pub const SHARE_DECIMALS: u32 = 9;

/// Decimals of a quantity in need units that is no such share; one with those of the demand is one, too.
pub const UNIT_DECIMALS: u32 = 6;

/// The smallest step of a share: 1e-9.
pub fn share_step() -> Decimal {
    Decimal::new(1, SHARE_DECIMALS)
}
