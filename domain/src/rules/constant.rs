//! Wholes that no award changes. Every demand cell is served exactly, unless its need may
//! stay unserved, so a sum of need units in which all lines of a cell
//! have one coefficient is that coefficient times the demand: such a whole becomes a number.

use num_traits::Zero;

use super::reading::{Amount, Ratio};
use crate::exact::{Exact, zero};
use crate::tables::SpendLevel;
use crate::tender::Tender;

/// Turns a constant whole into the base, and states the most the denominator can be.
pub(super) fn settle(tender: &Tender, ratio: &mut Ratio) {
    if ratio.whole.terms.is_empty() {
        if ratio.scale.is_zero() {
            ratio.scale = ratio.base.clone();
        }
        return;
    }
    let cell = |i: &crate::index::CandidateIx| tender.candidates[*i].cell;
    let (mut most, mut constant) = (zero(), ratio.whole.counted == Amount::Used.everywhere());
    for lines in ratio.whole.terms.chunk_by(|a, b| cell(&a.0) == cell(&b.0)) {
        let served = &tender.cells[cell(&lines[0].0)];
        // What may stay unserved is in no line.
        constant &= tender.needs[served.need].shortage_cost.is_none();
        constant &= lines.len() == served.candidates.len() && lines.iter().all(|(_, w)| *w == lines[0].1);
        let heaviest = lines.iter().map(|(c, w)| w * per_unit(tender, *c, ratio.whole.counted.amount));
        most += heaviest.fold(zero(), Exact::max) * served.quantity.exact();
    }
    ratio.scale = &ratio.base + &most;
    if constant {
        ratio.base += most;
        ratio.whole.terms.clear();
    }
}

/// What is counted of one need unit on a line; money at its most, before discounts.
fn per_unit(tender: &Tender, c: crate::index::CandidateIx, amount: Amount) -> Exact {
    let line = &tender.candidates[c];
    match amount {
        Amount::Used => crate::exact::whole(1),
        Amount::Spend(SpendLevel::List | SpendLevel::Net | SpendLevel::Final) | Amount::Cost => {
            tender.mean_list_price(line.offer) / line.use_factor.exact()
        }
    }
}

/// True if awards differ in the denominator.
pub(super) fn varies(ratio: &Ratio) -> bool {
    !ratio.whole.terms.is_empty()
}
