//! Repairs: what would have to change so that an award exists, in the unit of each requirement, and what it would cost.
//!
//! For each member of each set: the member and the members of the other sets may give way, nothing else, and the sum of
//! what gives way is least. The point found is made an award, the certificate says what each broken bound would have to
//! be, that value is rounded outwards, and the tender is solved with it. A repair that does not solve is tried once
//! more with the bounds dropped.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::certificate::certify;
use ballast_domain::exact::{Exact, float, round};
use ballast_domain::requirement::{Requirement, Side};
use rust_decimal::Decimal;

use super::probe::{Elastic, Probes};
use super::{Change, ConflictSet, Repair};
use crate::direct::InProcess;
use crate::repair::to_award;
use crate::report::{Aim, Options, Termination};

/// Gap within which the cost of a repair is told.
const GAP: f64 = 0.005;
/// Work for the cost of one repair.
const WORK: u64 = 200;

/// All repairs, cheapest first.
pub(super) fn repairs(probes: &mut Probes<'_>, sets: &[ConflictSet]) -> Vec<Repair> {
    if !probes.waived.is_empty() {
        // Demand that nobody can serve is mended by offers, which no bound of this tender brings.
        return Vec::new();
    }
    let pool = probes.requirements();
    let members =
        |s: &ConflictSet| s.members.iter().map(|m| m.requirement).chain(s.inconclusive.iter().copied()).collect();
    let all: Vec<BTreeSet<Requirement>> = sets.iter().map(members).collect();
    // Each member by itself with the other sets free to give way, and all members at once.
    let mut free: Vec<BTreeSet<Requirement>> = Vec::new();
    for (i, set) in all.iter().enumerate() {
        let others = || all.iter().enumerate().filter(|(k, _)| *k != i).flat_map(|(_, s)| s.iter().copied());
        free.extend(set.iter().map(|r| others().chain([*r]).collect()));
    }
    free.push(all.iter().flatten().copied().collect());
    let mut repairs: Vec<Repair> = Vec::new();
    for free in free {
        let Some(changes) = least_changes(probes, &pool, &free) else { continue };
        if changes.is_empty() || repairs.iter().any(|r| r.changes == changes) {
            continue;
        }
        repairs.extend(priced(probes, changes));
    }
    repairs.sort_by_key(|r| (r.value.is_none(), r.value, r.changes.len()));
    repairs.dedup_by(|a, b| a.changes == b.changes);
    repairs
}

/// The least changes to `free` after which everything holds.
fn least_changes(
    probes: &mut Probes<'_>,
    pool: &BTreeSet<Requirement>,
    free: &BTreeSet<Requirement>,
) -> Option<Vec<Change>> {
    let hard: BTreeSet<Requirement> = pool.difference(free).copied().collect();
    let Elastic::Point(broken, point) = probes.elastic(&hard, free, false) else { return None };
    let tender = probes.tender;
    let award = to_award(tender, &probes.model, &point);
    let certificate = certify(tender, &award, probes.options.tolerance);
    let change = |requirement: Requirement| {
        let (side, value) = requirement.broken_at(tender, &award, &certificate)?;
        let from = requirement.value(tender, side)?;
        Some(Change { requirement, side, from, to: Some(outwards(&value, side)) })
    };
    // What gives way but is not broken in the award (nothing at all may be bought) can only be dropped.
    let dropped = |requirement: Requirement| {
        let side = [Side::Low, Side::High].into_iter().find(|s| requirement.value(tender, *s).is_some())?;
        Some(Change { requirement, side, from: requirement.value(tender, side)?, to: None })
    };
    Some(broken.keys().filter_map(|r| change(*r).or_else(|| dropped(*r))).collect())
}

/// Rounded to three digits so that the bound is never tighter; a value that solver noise has moved off a short number is
/// that number.
fn outwards(value: &Exact, side: Side) -> Decimal {
    let size = float(value).abs();
    if size == 0.0 || !size.is_finite() {
        return Decimal::ZERO;
    }
    let before = size.log10().floor() as i32 + 1;
    let places = u32::try_from((3 - before).clamp(0, 20)).unwrap_or(0);
    let near = round(value, u32::try_from((7 - before).clamp(0, 20)).unwrap_or(0));
    let strategy = match side {
        Side::Low => rust_decimal::RoundingStrategy::ToNegativeInfinity,
        Side::High => rust_decimal::RoundingStrategy::ToPositiveInfinity,
    };
    near.round_dp_with_strategy(places, strategy).normalize()
}

/// The tender with the changes.
fn changed(tender: &Tender, changes: &[Change]) -> Tender {
    let mut changed = tender.clone();
    for change in changes {
        change.requirement.set(&mut changed, change.side, change.to);
    }
    changed
}

/// Solves with the changes; where there is no award, with the bounds dropped.
fn priced(probes: &Probes<'_>, changes: Vec<Change>) -> Option<Repair> {
    let options = Options {
        gap: probes.options.gap.max(GAP),
        work_limit: Some(probes.options.work_limit.unwrap_or(WORK).min(WORK)),
        start: None,
        aim: Aim::Best,
        ..probes.options.clone()
    };
    let solve = |changes: Vec<Change>| {
        let tender = changed(probes.tender, &changes);
        let report = InProcess::search(&tender, &options, probes.control).ok()?;
        let infeasible = report.termination == Termination::Infeasible;
        (!infeasible).then(|| Repair { changes, value: report.value(), bound: report.bound })
    };
    let dropped: Vec<Change> = changes.iter().map(|c| Change { to: None, ..*c }).collect();
    solve(changes).or_else(|| solve(dropped))
}
