//! Tiny whole-pack tenders whose every allocation is tried: the solver must find the cheapest that the certificate
//! accepts, or prove that there is none, and its bound must lie at or below it.
//!
//! Packs provide one need unit, so nothing is left over and what is used is what is bought.

use ballast_domain::award::AwardLine;
use ballast_domain::certificate::{certify, default_tolerance, price};
use ballast_domain::index::CandidateIx;
use ballast_domain::quantity::NeedUnits;
use ballast_domain::tender::Tender;
use ballast_solver::{Award, Termination};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::random::{self, Shape};
use crate::tender::{Book, lines, try_solve};
use crate::trials::{Often, Trial, trials};

const SHAPE: Shape = Shape {
    whole: Some(4),
    sites: 2,
    needs: 2,
    fixed_charges: true,
    odd_tiers: true,
    plain_offers: false,
    stacked: false,
    rules: 2,
};

/// More allocations than this are not tried; the seed is skipped.
const MOST: usize = 1200;

/// Every way to serve each cell in whole packs of one unit, or a part of it where demand may stay unserved.
pub(crate) fn allocations(tender: &Tender) -> Option<Vec<Award>> {
    let mut all = vec![Vec::new()];
    for (ix, cell) in tender.cells.enumerate() {
        let candidates: Vec<CandidateIx> = tender.candidates_of(ix).collect();
        let demand = cell.quantity.0.to_u64()?;
        let least = if tender.needs[cell.need].shortage_cost.is_some() { 0 } else { demand };
        let mut splits = Vec::new();
        for served in least..=demand {
            split(&candidates, served, &mut Vec::new(), &mut splits);
        }
        if all.len() * splits.len() > MOST {
            return None;
        }
        all = all.iter().flat_map(|a: &Vec<(CandidateIx, u64)>| splits.iter().map(|s| [&a[..], s].concat())).collect();
    }
    let line = |(candidate, n): (CandidateIx, u64)| AwardLine {
        candidate,
        used: NeedUnits(Decimal::from(n)),
        whole_packs: Some(n),
    };
    Some(all.into_iter().map(|a| Award { lines: a.into_iter().map(line).collect(), ..Award::default() }).collect())
}

pub fn split(
    candidates: &[CandidateIx],
    rest: u64,
    chosen: &mut Vec<(CandidateIx, u64)>,
    out: &mut Vec<Vec<(CandidateIx, u64)>>,
) {
    let Some((&first, others)) = candidates.split_first() else {
        if rest == 0 {
            out.push(chosen.clone());
        }
        return;
    };
    for n in 0..=rest {
        if n > 0 {
            chosen.push((first, n));
        }
        split(others, rest - n, chosen, out);
        if n > 0 {
            chosen.pop();
        }
    }
}

/// The cheapest allocation that the certificate accepts.
fn enumerated(tender: &Tender, all: &[Award]) -> Option<(Decimal, Award)> {
    let mut best: Option<(Decimal, Award)> = None;
    for award in all {
        let value = price(tender, award).costs.value;
        if best.as_ref().is_none_or(|(b, _)| value < *b) && certify(tender, award, default_tolerance()).verified() {
            best = Some((value, award.clone()));
        }
    }
    best
}

/// The solver's answer compared with all allocations: the award it found, counted as `feasible` if there is one.
pub fn compared(book: &Book, tender: &Tender, all: &[Award]) -> (Trial, Option<Award>) {
    let best = enumerated(tender, all);
    let told = best.as_ref().map(|(v, a)| (v, lines(tender, a)));
    let report = match try_solve(tender) {
        Ok(report) => report,
        Err(e) => return (Trial::of(Some(format!("engine error: {e}; enumerated {told:?}\n{book}"))), None),
    };
    let found = report.award.as_ref().map(|(a, c)| (c.costs.value, lines(tender, a)));
    let agrees = match (&best, report.value()) {
        (None, None) => report.termination == Termination::Infeasible,
        (Some((best, _)), Some(value)) => {
            report.termination == Termination::Optimal
                && (value - best).abs() <= Decimal::new(5, 2) + best.abs() * Decimal::new(1, 6)
                && report.bound.is_some_and(|bound| bound <= *best)
                && report.award.as_ref().is_some_and(|(_, c)| c.verified())
        }
        _ => false,
    };
    let fault = (!agrees).then(|| {
        format!("solver {:?} {found:?} bound {:?}; enumerated {told:?}\n{book}", report.termination, report.bound)
    });
    (Trial::of(fault).note("feasible", best.is_some()), report.award.map(|(award, _)| award))
}

/// One part of four.
fn run(part: u64) {
    let tally = trials(part * 1_000_000, Often(150, 1500), |seed| {
        // Every other tender has schedules of every form.
        let book = random::tender(seed, Shape { stacked: seed.is_multiple_of(2), ..SHAPE });
        let tender = book.read();
        let all = allocations(&tender)?;
        let (trial, _) = compared(&book, &tender, &all);
        Some(trial.note("several", all.len() > 50))
    });
    // The tenders must stay worth trying: some with many allocations, neither all feasible nor all not.
    tally.at_least("several", 17).at_least("feasible", 50).not_always("feasible");
}

#[test]
fn the_cheapest_of_all_allocations_is_found_first_quarter() {
    run(0);
}

#[test]
fn the_cheapest_of_all_allocations_is_found_second_quarter() {
    run(1);
}

#[test]
fn the_cheapest_of_all_allocations_is_found_third_quarter() {
    run(2);
}

#[test]
fn the_cheapest_of_all_allocations_is_found_last_quarter() {
    run(3);
}
