//! Picks, from the sentence: at each site and need where a pick names lines, these serve at least, at most or exactly its
//! part of the demand. A part is stated with at most 9 decimals, so one step of them is always allowed.

use crate::award::{Award, share_step};
use crate::exact::{Exact, exact, zero};
use crate::tender::Tender;

use super::facts::{Checker, Fact, FactCheck};

/// Checks every pick; the tolerance is a part of the demand.
pub(super) fn check(tender: &Tender, award: &Award, tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::Picks);
    let room = tolerance.clone().max(exact(share_step()));
    for pick in tender.picks.iter() {
        if pick.cells.is_empty() {
            let asks = pick.low.is_some_and(|l| !l.0.is_zero());
            check.must(!asks, || format!("{}: no line may serve it", pick.name));
        }
        for (cell, lines) in &pick.cells {
            let demand = &tender.cells[*cell];
            let of =
                |c| award.lines.binary_search_by_key(&c, |l| l.candidate).ok().map(|i| award.lines[i].used.exact());
            let served = lines.iter().filter_map(|c| of(*c)).fold(zero(), |a, b| a + b) / demand.quantity.exact();
            let words = || {
                let (site, need) = (&tender.sites[demand.site].id, &tender.needs[demand.need].id);
                format!("{} at site {site} for need {need}", pick.name)
            };
            if let Some(low) = pick.low {
                check.within(&low.exact(), &served, &room, words);
            }
            if let Some(high) = pick.high {
                check.within(&served, &high.exact(), &room, words);
            }
        }
    }
    check.done()
}
