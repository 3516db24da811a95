//! `ballast.conflicts/1`: which requirements cannot hold together, and what would mend it.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConflictsBody {
    /// `conflict`, `satisfiable` or `inconclusive`.
    pub verdict: String,
    /// In words.
    pub detail: String,
    /// Disjoint sets, in the order found.
    pub sets: Vec<ConflictPart>,
    /// True if nothing else is in the way.
    pub complete: bool,
    /// Ways out, the cheapest first.
    pub repairs: Vec<RepairPart>,
    /// Questions put to the solver.
    pub probes: usize,
    /// Of these, how many ran out of work.
    pub inconclusive: usize,
    /// Work, 1,000 simplex iterations each.
    pub work: f64,
}

/// Requirements that cannot hold together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConflictPart {
    /// Without any one of them the others can hold.
    pub members: Vec<MemberPart>,
    /// Proven that no member can be left out.
    pub minimal: bool,
    /// Requirements of which it is not known whether they belong to it.
    pub inconclusive: Vec<MemberPart>,
    /// Needs without whose demand there would be no conflict.
    pub needs: Vec<String>,
}

/// A requirement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberPart {
    /// Table in which it stands.
    pub table: String,
    /// Key of its row.
    pub id: String,
    /// Column; empty for a rule.
    pub column: String,
    /// In words.
    pub words: String,
    /// Why it is there, for a rule.
    pub why: String,
    /// Of a repeated rule: the values for which it matters.
    pub instances: Vec<String>,
}

/// Changes after which an award exists.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RepairPart {
    /// The changes.
    pub changes: Vec<ChangePart>,
    /// What the award would then cost over the contract.
    pub value: Option<Decimal>,
    /// No award costs less then.
    pub bound: Option<Decimal>,
}

/// A bound moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangePart {
    /// Table.
    pub table: String,
    /// Key of the row.
    pub id: String,
    /// Column, such as `at_most`.
    pub column: String,
    /// From here.
    pub from: Decimal,
    /// To here; `None`: without it.
    pub to: Option<Decimal>,
    /// In words.
    pub words: String,
}
