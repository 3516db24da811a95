//! What an award has on a line, as rules count it.

use super::LineCost;
use crate::award::Award;
use crate::exact::Exact;
use crate::index::{CandidateIx, Ix};
use crate::rules::{Amount, Counted};
use crate::tables::SpendLevel;
use crate::tender::Tender;

/// An award whose lines are found at once, because rules ask for every line of a tender.
pub(super) struct Amounts<'a> {
    tender: &'a Tender,
    award: &'a Award,
    lines: &'a [LineCost],
    /// Position in the award of each candidate, counted from 1; 0 where it is not used.
    at: Vec<u32>,
    /// Need units used, by position in the award.
    used: Vec<Exact>,
}

impl<'a> Amounts<'a> {
    pub(super) fn new(tender: &'a Tender, award: &'a Award, lines: &'a [LineCost]) -> Self {
        let mut at = vec![0; tender.candidates.len()];
        for (line, position) in award.lines.iter().zip(1..) {
            if let Some(at) = at.get_mut(line.candidate.ix()) {
                *at = position;
            }
        }
        Self { tender, award, lines, at, used: award.lines.iter().map(|l| l.used.exact()).collect() }
    }

    /// What is counted on a line a year; `None` where the line is not used.
    pub(super) fn of(&self, counted: Counted, c: CandidateIx) -> Option<Exact> {
        let i = self.at.get(c.ix())?.checked_sub(1)? as usize;
        match counted.amount {
            Amount::Used if counted.on_formulary.is_none() => self.used.get(i).cloned(),
            _ => on_line(self.tender, self.award, self.lines, counted, i),
        }
    }
}

/// The same for one line.
pub(super) fn amount(
    tender: &Tender,
    award: &Award,
    lines: &[LineCost],
    counted: Counted,
    c: CandidateIx,
) -> Option<Exact> {
    let i = award.lines.binary_search_by_key(&c, |l| l.candidate).ok()?;
    on_line(tender, award, lines, counted, i)
}

fn on_line(tender: &Tender, award: &Award, lines: &[LineCost], counted: Counted, i: usize) -> Option<Exact> {
    let c = award.lines[i].candidate;
    let of = |i: usize| lines.get(i).filter(|l| l.candidate == c);
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
