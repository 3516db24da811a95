//! Ties: among awards of equal value the one that prefers lower ids, of the supplier, then of the offer:
//!
//!   minimise Σ_c r\[c\]·(1 + θ·k\[c\])·x\[c\]  subject to  value ≤ the best
//!
//! with r the rank of the line's (supplier, offer) and k its demand cell, so that two cells do not tie by swapping. Small
//! tenders are solved to the end first; on larger ones awards within the gap differ in value, and which of them is found is
//! decided by the seed.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::award::{Award, AwardLine};
use ballast_domain::certificate::{Certificate, certify};
use ballast_domain::exact::float;
use ballast_domain::index::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::goal::{Before, Bound, Found, Goal, Job, pursue};
use super::start;
use super::{cap, objective};
use crate::highs::Settings;
use crate::model::AwardModel;

/// Weight of the cell, per cell.
const CELL: f64 = 0.000_618_034;
/// A share below this is what the tolerance of the cap leaves room for.
const SLIVER: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

fn ranks(tender: &Tender) -> IxVec<CandidateIx, f64> {
    let mut rank: BTreeMap<(SupplierIx, OfferIx), f64> =
        tender.candidates.iter().map(|c| ((c.supplier, c.offer), 0.0)).collect();
    let count = rank.len() as f64;
    for (i, r) in rank.values_mut().enumerate() {
        *r = i as f64 / count;
    }
    let of = |c: CandidateIx| {
        let line = &tender.candidates[c];
        rank[&(line.supplier, line.offer)] * (1.0 + CELL * line.cell.ix() as f64)
    };
    IxVec::from_fn(tender.candidates.len(), of)
}

/// The preferred award of the same value; the one given if none is found.
pub(super) fn preferred(job: &Job<'_>, model: &AwardModel, best: Found, settings: &Settings) -> Found {
    let ranks = ranks(job.tender);
    let (point, _) = start::point(job.tender, model, &best.award, settings);
    let Some(point) = point else { return best };
    let mut ranked = model.clone();
    cap::at_most(&mut ranked.model, objective(model, &point));
    ranked.model.cost.fill(0.0);
    ranked.model.offset = 0.0;
    ranked.model.money_scale = 1.0;
    for c in job.tender.candidates.indexes() {
        ranked.model.add_cost(ranked.volumes.share[c], ranks[c]);
    }
    let share = |award: &Award| -> f64 {
        let term = |l: &AwardLine| {
            let quantity = job.tender.cells[job.tender.candidates[l.candidate].cell].quantity.exact();
            ranks[l.candidate] * float(&(l.used.exact() / quantity))
        };
        award.lines.iter().map(term).sum()
    };
    let most = best.certificate.costs.value;
    // Less of it than the solver can tell decides nothing.
    let score = |award: &Award| Decimal::from_f64(share(award)).map_or(Decimal::MAX, |s| s.round_dp(6));
    let levels = best.certificate.costs.levels.clone();
    // No level of the objective is worse.
    let kept = move |c: &Certificate| c.costs.levels.iter().zip(&levels).all(|(now, before)| now.value <= before.value);
    let goal = Goal {
        score: Box::new({
            let kept = kept.clone();
            move |award, certificate| kept(certificate).then(|| score(award))
        }),
        bound: Bound::Known(Some(most)),
    };
    let known = Found { score: (goal.score)(&best.award, &best.certificate).unwrap_or(Decimal::MAX), ..best.clone() };
    let run = pursue(job, &ranked, &goal, settings, Some(&point), Before::of(Some(known), 0));
    let Some(found) = run.ok().and_then(|r| r.best) else { return best };
    let award = without_slivers(job.tender, &found.award, &best.award);
    let certificate = certify(job.tender, &award, job.options.tolerance);
    match certificate.verified() && kept(&certificate) {
        true => Found { score: certificate.costs.value, award, certificate },
        false => best,
    }
}

/// The award with lines that are next to nothing, and that the other award does not have, put on the largest line of
/// their cell.
fn without_slivers(tender: &Tender, award: &Award, other: &Award) -> Award {
    let cell = |l: &AwardLine| tender.candidates[l.candidate].cell;
    let had = |l: &AwardLine| other.lines.iter().any(|o| o.candidate == l.candidate);
    let mut tidy = Award { formulary: award.formulary.clone(), ..Award::default() };
    for lines in award.lines.chunk_by(|a, b| cell(a) == cell(b)) {
        let least = tender.cells[cell(&lines[0])].quantity.0 * SLIVER;
        let sliver = |l: &AwardLine| l.whole_packs.is_none() && l.used.0 < least && !had(l);
        let rest: Decimal = lines.iter().filter(|l| sliver(l)).map(|l| l.used.0).sum();
        let mut kept: Vec<AwardLine> = lines.iter().filter(|l| !sliver(l)).cloned().collect();
        if let Some(largest) = kept.iter_mut().max_by_key(|l| l.used.0) {
            largest.used.0 += rest;
        }
        tidy.lines.extend(kept);
    }
    tidy
}
