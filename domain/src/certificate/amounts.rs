//! What an award has on a line, as rules count it.

use super::LineCost;
use crate::award::Award;
use crate::exact::Exact;
use crate::index::CandidateIx;
use crate::rules::{Amount, Counted};
use crate::tables::SpendLevel;
use crate::tender::Tender;

/// What is counted on a line a year; `None` where the line is not used.
pub(super) fn amount(
    tender: &Tender,
    award: &Award,
    lines: &[LineCost],
    counted: Counted,
    c: CandidateIx,
) -> Option<Exact> {
    let of = |i: usize| lines.get(i).filter(|l| l.candidate == c);
    let i = award.lines.binary_search_by_key(&c, |l| l.candidate).ok()?;
    let line = &tender.candidates[c];
    if counted.on_formulary.is_some_and(|on| on != award.on_formulary(tender, line.need, line.product)) {
        return None;
    }
    match counted.amount {
        Amount::Used => Some(award.lines[i].used.exact()),
        Amount::Spend(SpendLevel::List) => of(i).map(|l| l.list.clone()),
        Amount::Spend(SpendLevel::Net) => of(i).map(LineCost::net),
        Amount::Spend(SpendLevel::Final) => of(i).map(|l| l.net() - &l.rebate),
        // Without sums that schedules give: they lie on no line.
        Amount::Cost => of(i).map(|l| l.net() + &l.extras),
    }
}
