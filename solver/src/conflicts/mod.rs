//! Why no award exists: minimal sets of requirements that cannot hold together, and what would mend it.
//!
//! An elastic filter (Chinneck 2008) gives a small set that contains a conflict, deletion filtering on the mixed-integer
//! model makes it minimal: a member stays only if the rest of the set is satisfiable without it. Then its members are put
//! aside and the search goes on, so that the sets are disjoint. Demand is taken as given; where it alone cannot be served it
//! is a member itself.

mod filter;
mod probe;
mod repair;

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::index::NeedIx;
use ballast_domain::requirement::{Requirement, Side};
use rust_decimal::Decimal;

use crate::report::{Control, EngineError, Options};
use probe::{Answer, Probes};

/// Disjoint sets that are looked for.
const SETS: usize = 12;

/// A member of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The requirement.
    pub requirement: Requirement,
    /// Of a repeated rule: the values for which it matters; empty for all, or where there is one only.
    pub instances: Vec<String>,
}

/// Requirements that cannot hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConflictSet {
    /// Without any one of them the others can hold.
    pub members: Vec<Member>,
    /// Further requirements of which the work allowed did not show whether they belong to it; then the set is not proven
    /// minimal.
    pub inconclusive: Vec<Requirement>,
    /// Needs without whose demand there would be no conflict; where demand does not matter, those that the members speak
    /// of.
    pub needs: Vec<NeedIx>,
}

impl ConflictSet {
    /// True if no member can be left out.
    pub fn minimal(&self) -> bool {
        self.inconclusive.is_empty()
    }
}

/// One bound moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What is changed.
    pub requirement: Requirement,
    /// Which bound.
    pub side: Side,
    /// From here.
    pub from: Decimal,
    /// To here, in its own unit; `None`: dropped.
    pub to: Option<Decimal>,
}

/// Changes after which an award exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    /// The changes.
    pub changes: Vec<Change>,
    /// What the award would cost with them; `None` if none was found within the work allowed.
    pub value: Option<Decimal>,
    /// No award costs less with them.
    pub bound: Option<Decimal>,
}

/// Whether all requirements together can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// An award exists: there is no conflict.
    Satisfiable,
    /// Proven: none exists.
    Conflict,
    /// Not shown within the work allowed.
    Inconclusive,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictReport {
    /// Whether there is a conflict.
    pub verdict: Verdict,
    /// Disjoint minimal sets, in the order found.
    pub sets: Vec<ConflictSet>,
    /// True if the rest is proven to hold once one member of each set gives way and the others of it are put aside.
    pub complete: bool,
    /// The cheapest ways out, the least cost first; those whose cost is unknown last.
    pub repairs: Vec<Repair>,
    /// Probes made, and how many of them ran out of work.
    pub probes: usize,
    /// See above.
    pub inconclusive: usize,
    /// Simplex iterations.
    pub iterations: i64,
}

/// Explains why there is no award.
///
/// # Errors
/// Only when the engine itself fails.
pub fn conflicts(tender: &Tender, options: &Options, control: &dyn Control) -> Result<ConflictReport, EngineError> {
    let mut probes = Probes::new(tender, options, control);
    let (verdict, sets, complete) = find(&mut probes, SETS);
    let repairs = match verdict {
        Verdict::Conflict => repair::repairs(&mut probes, &sets),
        _ => Vec::new(),
    };
    Ok(ConflictReport {
        verdict,
        sets,
        complete,
        repairs,
        probes: probes.made,
        inconclusive: probes.inconclusive,
        iterations: probes.iterations,
    })
}

/// The first set, for the reasons of an infeasible award.
pub(crate) fn first(tender: &Tender, options: &Options, control: &dyn Control) -> Option<ConflictSet> {
    find(&mut Probes::new(tender, options, control), 1).1.into_iter().next()
}

/// Up to `most` disjoint sets, and whether nothing else is in the way.
fn find(probes: &mut Probes<'_>, most: usize) -> (Verdict, Vec<ConflictSet>, bool) {
    let mut pool: BTreeSet<Requirement> = probes.requirements();
    let mut sets: Vec<ConflictSet> = Vec::new();
    let verdict = match probes.probe(&pool) {
        Answer::Holds => return (Verdict::Satisfiable, sets, true),
        Answer::Unknown => Verdict::Inconclusive,
        Answer::Fails => Verdict::Conflict,
    };
    for set in filter::unservable(probes) {
        sets.push(set);
    }
    let mut complete = false;
    while sets.len() < most {
        match probes.probe(&pool) {
            Answer::Holds => {
                complete = true;
                break;
            }
            Answer::Unknown if verdict == Verdict::Conflict && !sets.is_empty() => break,
            _ => {}
        }
        let Some(set) = filter::minimal(probes, &pool) else { break };
        for requirement in set.members.iter().map(|m| m.requirement).chain(set.inconclusive.iter().copied()) {
            pool.remove(&requirement);
        }
        sets.push(set);
    }
    let verdict = if sets.iter().any(|s| !s.members.is_empty()) { Verdict::Conflict } else { verdict };
    (verdict, sets, complete)
}
