//! From a pool of requirements that cannot hold together to a minimal set.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::index::*;
use ballast_domain::requirement::Requirement;
use ballast_domain::rules::expand;

use super::probe::{Answer, Elastic, Probes};
use super::{ConflictSet, Member};

/// Instances of the rules of a set up to which those that matter are told.
const INSTANCES: usize = 240;

/// A minimal set within the pool; `None` if the pool can hold after all or nothing could be shown.
pub(super) fn minimal(probes: &mut Probes<'_>, pool: &BTreeSet<Requirement>) -> Option<ConflictSet> {
    let mut set = elastic_filter(probes, pool)?;
    let mut unknown: BTreeSet<Requirement> = BTreeSet::new();
    // Limits and minima are tried first, then rules from the last: what stays is what the buyer wrote first.
    let order: Vec<Requirement> = set.iter().rev().copied().collect();
    let (rules, facts): (Vec<_>, Vec<_>) = order.into_iter().partition(|r| matches!(r, Requirement::Rule(_)));
    for requirement in facts.into_iter().chain(rules) {
        set.remove(&requirement);
        match probes.probe(&set) {
            Answer::Fails => {}
            Answer::Holds => {
                set.insert(requirement);
            }
            Answer::Unknown => {
                set.insert(requirement);
                unknown.insert(requirement);
            }
        }
    }
    // The set may have become small enough for what was too hard before.
    for requirement in unknown.clone() {
        set.remove(&requirement);
        match probes.probe(&set) {
            Answer::Fails => {
                unknown.remove(&requirement);
            }
            Answer::Holds => {
                unknown.remove(&requirement);
                set.insert(requirement);
            }
            Answer::Unknown => {
                set.insert(requirement);
            }
        }
    }
    let needs = needs(probes, &set);
    let instances = instances(probes, &set);
    let members = set
        .difference(&unknown)
        .map(|r| Member { requirement: *r, instances: instances.get(r).cloned().unwrap_or_default() });
    Some(ConflictSet { members: members.collect(), inconclusive: unknown.iter().copied().collect(), needs })
}

/// Elastic filter: what gives way in the cheapest elastic solution is kept from then on, until what is kept cannot hold:
/// then it contains a conflict. First on the relaxation, then with whole numbers.
fn elastic_filter(probes: &mut Probes<'_>, pool: &BTreeSet<Requirement>) -> Option<BTreeSet<Requirement>> {
    let mut kept: BTreeSet<Requirement> = BTreeSet::new();
    for relaxed in [true, false] {
        loop {
            let free: BTreeSet<Requirement> = pool.difference(&kept).copied().collect();
            match probes.elastic(&kept, &free, relaxed) {
                Elastic::Fails => return Some(kept),
                Elastic::Point(broken, _) if broken.is_empty() => break,
                Elastic::Point(broken, _) => kept.extend(broken.into_keys()),
                Elastic::Unknown => return Some(pool.clone()),
            }
        }
    }
    None
}

/// Needs without whose demand the set can hold; where none of them is (a share of demand that is a number in its row), those
/// that the members speak of.
fn needs(probes: &mut Probes<'_>, set: &BTreeSet<Requirement>) -> Vec<NeedIx> {
    let tender = probes.tender;
    let matters = |need: &NeedIx| {
        let cells = tender.cells.enumerate().filter(|(_, c)| c.need == *need).map(|(ix, _)| ix);
        let waived: BTreeSet<CellIx> = probes.waived.iter().copied().chain(cells).collect();
        matches!(probes.probe_with(set, &waived, |_| true), Answer::Holds)
    };
    let essential: Vec<NeedIx> = tender.needs.indexes().filter(matters).collect();
    if essential.is_empty() { probes.needs_of(set) } else { essential }
}

/// For repeated rules, the labels of the instances that matter, if not all of them do.
fn instances(probes: &mut Probes<'_>, set: &BTreeSet<Requirement>) -> BTreeMap<Requirement, Vec<String>> {
    let tender = probes.tender;
    let mut labels: BTreeMap<(RuleIx, u32), String> = BTreeMap::new();
    for requirement in set {
        let Requirement::Rule(rule) = requirement else { continue };
        let all = expand(tender, &tender.rules[*rule]);
        if all.len() > 1 {
            labels.extend(all.iter().zip(0..).map(|(instance, i)| ((*rule, i), instance.label.clone())));
        }
    }
    if labels.is_empty() || labels.len() > INSTANCES {
        return BTreeMap::new();
    }
    let waived = probes.waived.clone();
    let mut left_out: BTreeSet<(RuleIx, u32)> = BTreeSet::new();
    for instance in labels.keys() {
        left_out.insert(*instance);
        if !matches!(probes.probe_with(set, &waived, |i| !left_out.contains(&i)), Answer::Fails) {
            left_out.remove(instance);
        }
    }
    let mut matter: BTreeMap<Requirement, Vec<String>> = BTreeMap::new();
    for (instance, label) in labels {
        if !left_out.contains(&instance) {
            matter.entry(Requirement::Rule(instance.0)).or_default().push(label);
        }
    }
    matter
}

/// Demand that cannot be served whatever gives way: each cell is a conflict of its own, or a few cells together. Its
/// demand is waived from then on.
pub(super) fn unservable(probes: &mut Probes<'_>) -> Vec<ConflictSet> {
    let tender = probes.tender;
    let mut sets = Vec::new();
    let mut found = |probes: &mut Probes<'_>, cells: Vec<CellIx>| {
        probes.waived.extend(cells.iter().copied());
        let needs: BTreeSet<NeedIx> = cells.iter().map(|c| tender.cells[*c].need).collect();
        let member = |c: CellIx| Member { requirement: Requirement::Demand(c), instances: Vec::new() };
        sets.push(ConflictSet {
            members: cells.into_iter().map(member).collect(),
            inconclusive: Vec::new(),
            needs: needs.into_iter().collect(),
        });
    };
    for (cell, demand) in tender.cells.enumerate() {
        if demand.candidates.is_empty() {
            found(probes, vec![cell]);
        }
    }
    while matches!(probes.probe(&BTreeSet::new()), Answer::Fails) {
        let all: BTreeSet<CellIx> = tender.cells.indexes().filter(|c| !probes.waived.contains(c)).collect();
        let mut kept = all.clone();
        for cell in &all {
            kept.remove(cell);
            let waived: BTreeSet<CellIx> = tender.cells.indexes().filter(|c| !kept.contains(c)).collect();
            if !matches!(probes.probe_with(&BTreeSet::new(), &waived, |_| true), Answer::Fails) {
                kept.insert(*cell);
            }
        }
        if kept.is_empty() {
            break;
        }
        found(probes, kept.into_iter().collect());
    }
    sets
}
