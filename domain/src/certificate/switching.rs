//! Switching: the part of a demand cell that its incumbents no longer serve, and what that costs once. `whole` is due as
//! soon as they serve less than everything, `pro_rata` in proportion; the costs of several clinician groups add up.

use std::collections::BTreeMap;

use num_traits::Zero;

use crate::award::Award;
use crate::exact::{Exact, whole, zero};
use crate::index::CellIx;
use crate::tables::SwitchingMode;
use crate::tender::Tender;

/// A clinician group that moves.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchingUse {
    /// Where.
    pub cell: CellIx,
    /// Who.
    pub group: String,
    /// Part of the cell's demand that leaves the incumbents, above 0.
    pub moved: Exact,
    /// Money, once.
    pub cost: Exact,
}

/// Every group that moves, by cell and group.
pub fn switching(tender: &Tender, award: &Award) -> Vec<SwitchingUse> {
    let mut kept: BTreeMap<CellIx, Exact> = BTreeMap::new();
    for line in &award.lines {
        let candidate = &tender.candidates[line.candidate];
        if candidate.incumbent {
            *kept.entry(candidate.cell).or_insert_with(zero) += line.used.exact();
        }
    }
    let mut uses = Vec::new();
    for (cell, groups) in tender.switching.enumerate().filter(|(_, groups)| !groups.is_empty()) {
        let moved = whole(1) - kept.get(&cell).cloned().unwrap_or_else(zero) / tender.cells[cell].quantity.exact();
        if moved <= zero() {
            continue;
        }
        uses.extend(groups.iter().map(|s| {
            let cost = match s.mode {
                SwitchingMode::Whole => s.cost.exact(),
                SwitchingMode::ProRata => s.cost.exact() * &moved,
            };
            SwitchingUse { cell, group: s.group.clone(), moved: moved.clone(), cost }
        }));
    }
    uses
}

/// What all of it costs.
pub(super) fn total(tender: &Tender, award: &Award) -> Exact {
    switching(tender, award).into_iter().fold(Exact::zero(), |sum, s| sum + s.cost)
}
