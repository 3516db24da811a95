//! `ballast.coalition/1`: what members gain by standing together, who must stand for a tier, and splits of the gain.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::study::{AnswerPart, IntervalPart};

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CoalitionBody {
    /// Who is at the table.
    pub members: Vec<MemberPart>,
    /// In what volume is counted.
    pub volume_of: String,
    /// Whether every set of members was decided; otherwise those that drawn orders pass through.
    pub exact: bool,
    /// All together.
    pub together: AnswerPart,
    /// What all cost apart; null where one alone has no award.
    pub apart: Option<Decimal>,
    /// What standing together saves.
    pub saves: Option<Decimal>,
    /// What is proven about that.
    pub proven: IntervalPart,
    /// The sets decided, the smallest first.
    pub sets: Vec<SetPart>,
    /// Splits of what is saved.
    pub splits: Vec<SplitPart>,
    /// Whether any split is accepted by every set; null where costs are not known.
    pub core: Option<CorePart>,
    /// What the leaving of each costs all.
    pub leaving: Vec<ChangePart>,
    /// What the joining of each who is not at the table brings all.
    pub joining: Vec<ChangePart>,
    /// Tiers that all reach together.
    pub tiers: Vec<HeldPart>,
}

/// A member at the table.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberPart {
    /// Member.
    pub member: String,
    /// Its volume.
    pub volume: Decimal,
    /// The tender with its demand alone.
    pub alone: AnswerPart,
}

/// A set of members.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetPart {
    /// Who.
    pub members: Vec<String>,
    /// The tender with their demand alone.
    pub answer: AnswerPart,
    /// What they pay apart less what they pay together.
    pub worth: Option<Decimal>,
    /// What is proven about that.
    pub proven: IntervalPart,
}

/// A member's share of a split.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SharePart {
    /// Member.
    pub member: String,
    /// What it pays.
    pub pays: Decimal,
    /// What it gains against buying apart.
    pub gains: Decimal,
    /// What is proven of that; with drawn orders what holds in 95 of 100 studies.
    pub proven: IntervalPart,
}

/// A split.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SplitPart {
    /// `volume`, `shapley`, `shapley_sampled` or `least_core`.
    pub way: String,
    /// Shares.
    pub shares: Vec<SharePart>,
    /// `accepted` (proven), `unopposed` by the sets decided, `objected` (proven) or `open`.
    pub stability: String,
    /// Who objects the most.
    pub objects: Vec<String>,
    /// What they would save by themselves, at least.
    pub by: Option<Decimal>,
}

/// Whether any split is accepted by every set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CorePart {
    /// Proven: none is (true), some is (false); null: open.
    pub empty: Option<bool>,
    /// The least that the set which objects the most can be made to object by; below 0 all are better off by that.
    pub excess: Decimal,
}

/// A member's leaving or joining.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangePart {
    /// Member.
    pub member: String,
    /// The tender with its demand alone.
    pub alone: AnswerPart,
    /// What the others cost without it.
    pub others: Option<Decimal>,
    /// What all lose by its leaving, or gain by its joining.
    pub worth: Option<Decimal>,
    /// What is proven about that.
    pub proven: IntervalPart,
    /// Proven: the others without it, or all with it, have no award.
    pub impossible: bool,
}

/// A tier that all reach together.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HeldPart {
    /// Schedule.
    pub schedule: String,
    /// The tier's threshold.
    pub from: Decimal,
    /// The smallest sets that hold it, at most ten.
    pub smallest: Vec<Vec<String>>,
    /// How many of that size there are.
    pub as_small: usize,
    /// Who is in every set that holds it.
    pub needed: Vec<String>,
}
