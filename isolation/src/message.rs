//! What parent and child say to each other.

use std::collections::BTreeSet;
use std::time::Duration;

use ballast_domain::award::{Award, AwardLine};
use ballast_domain::index::{CandidateIx, Ix, NeedIx, ProductIx};
use ballast_domain::quantity::NeedUnits;
use ballast_solver::{Aim, Limit, LogEntry, Options, Reached, Reason, SolveReport, Statistics, Step, Termination};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// To the child.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToChild {
    /// Solve this.
    Award { tender: Value, options: Box<OptionsMessage>, memory_bytes: Option<u64> },
    /// Say why this has no award.
    Conflicts { tender: Value, options: Box<OptionsMessage>, memory_bytes: Option<u64> },
    /// Open a packed file and say what it holds.
    Unpack(crate::unpacking::Job),
    /// Stop and give the best so far.
    Cancel,
}

/// From the child.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromChild {
    /// The tender is read: the search begins.
    Began,
    Improved {
        award: AwardMessage,
        at: Entry,
    },
    Progress(Entry),
    Done(Box<ReportMessage>),
    Conflicts(Box<crate::conflicts::ConflictsMessage>),
    Failed(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OptionsMessage {
    gap: f64,
    time_limit_seconds: Option<f64>,
    work_limit: Option<u64>,
    seed: u64,
    tolerance: Decimal,
    attempt: u32,
    start: Option<AwardMessage>,
    aim: AimMessage,
}

/// [`Aim`], with its awards as messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum AimMessage {
    Best,
    Differ { from: Vec<AwardMessage>, within: Decimal },
    Stay { close_to: AwardMessage, within: Decimal },
    Other { than: Vec<AwardMessage>, enters: Decimal },
}

impl From<&Aim> for AimMessage {
    fn from(aim: &Aim) -> Self {
        match aim {
            Aim::Best => Self::Best,
            Aim::Differ { from, within } => {
                Self::Differ { from: from.iter().map(Into::into).collect(), within: *within }
            }
            Aim::Stay { close_to, within } => Self::Stay { close_to: close_to.into(), within: *within },
            Aim::Other { than, enters } => Self::Other { than: than.iter().map(Into::into).collect(), enters: *enters },
        }
    }
}

impl From<AimMessage> for Aim {
    fn from(aim: AimMessage) -> Self {
        match aim {
            AimMessage::Best => Self::Best,
            AimMessage::Differ { from, within } => {
                Self::Differ { from: from.into_iter().map(Into::into).collect(), within }
            }
            AimMessage::Stay { close_to, within } => Self::Stay { close_to: close_to.into(), within },
            AimMessage::Other { than, enters } => {
                Self::Other { than: than.into_iter().map(Into::into).collect(), enters }
            }
        }
    }
}

impl From<&Options> for OptionsMessage {
    fn from(o: &Options) -> Self {
        Self {
            gap: o.gap,
            time_limit_seconds: o.time_limit.map(|d| d.as_secs_f64()),
            work_limit: o.work_limit,
            seed: o.seed,
            tolerance: o.tolerance,
            attempt: o.attempt,
            start: o.start.as_ref().map(Into::into),
            aim: (&o.aim).into(),
        }
    }
}

impl From<OptionsMessage> for Options {
    fn from(o: OptionsMessage) -> Self {
        Self {
            gap: o.gap,
            time_limit: o.time_limit_seconds.and_then(|s| Duration::try_from_secs_f64(s).ok()),
            work_limit: o.work_limit,
            seed: o.seed,
            tolerance: o.tolerance,
            attempt: o.attempt,
            start: o.start.map(Into::into),
            aim: o.aim.into(),
        }
    }
}

/// Candidate, need units, whole packs; needs and products on formulary. Parent and child have the same candidates: both come from the canonical tender.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AwardMessage {
    lines: Vec<(usize, Decimal, Option<u64>)>,
    formulary: Option<Vec<(usize, usize)>>,
}

impl From<&Award> for AwardMessage {
    fn from(award: &Award) -> Self {
        let pairs = |f: &BTreeSet<(NeedIx, ProductIx)>| f.iter().map(|(n, p)| (n.ix(), p.ix())).collect();
        Self {
            lines: award.lines.iter().map(|l| (l.candidate.ix(), l.used.0, l.whole_packs)).collect(),
            formulary: award.formulary.as_ref().map(pairs),
        }
    }
}

impl From<AwardMessage> for Award {
    fn from(message: AwardMessage) -> Self {
        let line =
            |(ix, used, whole_packs)| AwardLine { candidate: CandidateIx::new(ix), used: NeedUnits(used), whole_packs };
        let pair = |(n, p)| (NeedIx::new(n), ProductIx::new(p));
        Self {
            lines: message.lines.into_iter().map(line).collect(),
            formulary: message.formulary.map(|f| f.into_iter().map(pair).collect()),
        }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Entry {
    work: f64,
    value: Option<Decimal>,
    bound: Option<Decimal>,
}

impl From<LogEntry> for Entry {
    fn from(e: LogEntry) -> Self {
        Self { work: e.work, value: e.value, bound: e.bound }
    }
}

impl From<Entry> for LogEntry {
    fn from(e: Entry) -> Self {
        Self { work: e.work, value: e.value, bound: e.bound }
    }
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum End {
    Optimal,
    FeasibleTime,
    FeasibleWork,
    FeasibleCancelled,
    FeasibleMemory,
    FeasiblePrecision,
    Infeasible,
    NoAwardTime,
    NoAwardWork,
    NoAwardCancelled,
    NoAwardMemory,
    NoAwardPrecision,
}

const ENDS: [(End, Termination); 12] = [
    (End::Optimal, Termination::Optimal),
    (End::FeasibleTime, Termination::Feasible(Limit::Time)),
    (End::FeasibleWork, Termination::Feasible(Limit::Work)),
    (End::FeasibleCancelled, Termination::Feasible(Limit::Cancelled)),
    (End::FeasibleMemory, Termination::Feasible(Limit::Memory)),
    (End::FeasiblePrecision, Termination::Feasible(Limit::Precision)),
    (End::Infeasible, Termination::Infeasible),
    (End::NoAwardTime, Termination::NoAward(Limit::Time)),
    (End::NoAwardWork, Termination::NoAward(Limit::Work)),
    (End::NoAwardCancelled, Termination::NoAward(Limit::Cancelled)),
    (End::NoAwardMemory, Termination::NoAward(Limit::Memory)),
    (End::NoAwardPrecision, Termination::NoAward(Limit::Precision)),
];

/// A solve report without its certificate: the parent computes that itself.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReportMessage {
    end: End,
    award: Option<AwardMessage>,
    bound: Option<Decimal>,
    reached: Option<(f64, f64)>,
    reasons: Vec<(String, String)>,
    log: Vec<Entry>,
    counts: [u64; 4],
    nodes: i64,
    moves: u64,
    blocks: u64,
    iterations: i64,
    solver_value: Option<f64>,
    ladder: Vec<(u32, Decimal, [Decimal; 4])>,
    level_bounds: Vec<Option<Decimal>>,
}

impl From<&SolveReport> for ReportMessage {
    fn from(r: &SolveReport) -> Self {
        let end = ENDS.iter().find(|(_, t)| *t == r.termination).map_or(End::NoAwardWork, |(e, _)| *e);
        let s = &r.statistics;
        Self {
            end,
            award: r.award.as_ref().map(|(a, _)| a.into()),
            bound: r.bound,
            reached: r.reached.map(|r| (r.share, r.bound)),
            reasons: r.reasons.iter().map(|r| (r.kind.to_owned(), r.text.clone())).collect(),
            log: r.log.iter().map(|e| (*e).into()).collect(),
            counts: [s.columns, s.integers, s.rows, s.nonzeros].map(|n| n as u64),
            nodes: s.nodes,
            moves: s.moves,
            blocks: s.blocks as u64,
            iterations: s.iterations,
            solver_value: s.solver_value,
            level_bounds: r.level_bounds.clone(),
            ladder: r.ladder.iter().map(|s| (s.level, s.value, s.violations)).collect(),
        }
    }
}

impl ReportMessage {
    /// The report, with the award apart: it is to be certified.
    pub(crate) fn open(self) -> (SolveReport, Option<Award>) {
        let termination = ENDS[self.end as usize].1.clone();
        let [columns, integers, rows, nonzeros] = self.counts.map(|n| usize::try_from(n).unwrap_or(usize::MAX));
        let kind = |k: &str| if k == "structure" { "structure" } else { "conflict" };
        let step = |(level, value, violations)| Step { level, value, violations };
        let report = SolveReport {
            termination,
            award: None,
            bound: self.bound,
            reached: self.reached.map(|(share, bound)| Reached { share, bound }),
            reasons: self.reasons.into_iter().map(|(k, text)| Reason { kind: kind(&k), text }).collect(),
            log: self.log.into_iter().map(LogEntry::from).collect(),
            statistics: Statistics {
                columns,
                integers,
                rows,
                nonzeros,
                nodes: self.nodes,
                iterations: self.iterations,
                moves: self.moves,
                blocks: usize::try_from(self.blocks).unwrap_or(usize::MAX),
                solver_value: self.solver_value,
            },
            ladder: self.ladder.into_iter().map(step).collect(),
            level_bounds: self.level_bounds,
        };
        (report, self.award.map(Award::from))
    }
}
