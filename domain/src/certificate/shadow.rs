//! Shadow money: what weighs in the value of an award and is never paid. Adjustments are a bonus or malus on the lines they
//! name; demand left unserved costs what its need says.

use num_traits::Zero;

use super::prices::LineCost;
use crate::award::Award;
use crate::exact::{Exact, exact, zero};
use crate::index::*;
use crate::tender::{Adjustment, Tender};

/// Amounts a year and once of one adjustment.
pub fn adjusted(adjustment: &Adjustment, award: &Award, lines: &[LineCost]) -> (Exact, Exact) {
    let named = |c: CandidateIx| adjustment.lines.binary_search(&c).is_ok();
    let (mut yearly, mut used) = (zero(), false);
    for (line, cost) in award.lines.iter().zip(lines).filter(|(l, _)| named(l.candidate)) {
        yearly += &cost.list * exact(adjustment.percent_of_list) + line.used.exact() * exact(adjustment.per_need_unit);
        used = true;
    }
    (yearly, if used { exact(adjustment.once) } else { zero() })
}

/// Need units a year that each cell leaves unserved, above 0 only where the need states a shortage cost.
pub fn unserved(tender: &Tender, award: &Award) -> Vec<(CellIx, Exact)> {
    let mut left: IxVec<CellIx, Exact> = tender.cells.iter().map(|c| c.quantity.exact()).collect();
    for line in &award.lines {
        left[tender.candidates[line.candidate].cell] -= line.used.exact();
    }
    let may = |c: &CellIx| tender.needs[tender.cells[*c].need].shortage_cost.is_some();
    let open = left.enumerate().filter(|(c, units)| may(c) && !units.is_zero());
    open.map(|(c, units)| (c, units.clone())).collect()
}

/// What unserved demand costs a year.
pub(super) fn shortage(tender: &Tender, award: &Award) -> Exact {
    let cost = |(cell, units): &(CellIx, Exact)| {
        tender.needs[tender.cells[*cell].need].shortage_cost.map_or_else(zero, |c| c.exact() * units)
    };
    unserved(tender, award).iter().fold(zero(), |sum, open| sum + cost(open))
}
