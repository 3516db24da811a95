//! What is asked of an engine and what it answers.

use std::time::Duration;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::Certificate;
use rust_decimal::Decimal;

/// What a solve is after. Apart from [`Aim::Best`] each keeps the value near the best and minimises a share of the demand,
/// weighted by reference price ([`ballast_domain::overlap`]).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Aim {
    /// The award of least value.
    #[default]
    Best,
    /// Winners as different as possible: the least share that stays with suppliers that win the same need in the awards
    /// `from`, at a value at most `within` (a fraction) above that of the first of them, which must hold for the tender.
    Differ {
        /// Awards to differ from; the first is the best one.
        from: Vec<Award>,
        /// How much dearer, as a fraction.
        within: Decimal,
    },
    /// Minimal change: the least share that leaves the lines of `close_to`, at a value at most `within` above the best.
    Stay {
        /// The award to stay close to; it need not hold for the tender.
        close_to: Award,
        /// How much dearer, as a fraction.
        within: Decimal,
    },
    /// The best award that has, against each of some awards, another set of winners in some need: a supplier drops out of
    /// it, or one that had none of it gets at least the share `enters`.
    Other {
        /// The awards it must differ from.
        than: Vec<Award>,
        /// Share of a need from which a supplier that had none of it is another winner, above 0 and at most 1.
        enters: Decimal,
    },
}

/// What an aim reached, as shares of the demand weighted by reference price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// The share that the award has.
    pub share: f64,
    /// No award within the cap on the value has less.
    pub bound: f64,
}

/// Options of a solve.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Relative gap at which the award counts as optimal.
    pub gap: f64,
    /// Wall-clock limit; a result ended by it is not reproducible.
    pub time_limit: Option<Duration>,
    /// Work limit: one unit is 1,000 simplex iterations or 100,000 moves of annealing. A result ended by it is reproducible.
    pub work_limit: Option<u64>,
    /// Seed.
    pub seed: u64,
    /// Relative tolerance of hard rules.
    pub tolerance: Decimal,
    /// 0 for the first attempt; each retry after a crash takes another, calmer, road.
    pub attempt: u32,
    /// An award to start from. One that holds for the tender is the first award of the search; of one that does not, the
    /// search starts near by.
    pub start: Option<Award>,
    /// What the solve is after.
    pub aim: Aim,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gap: 1e-4,
            time_limit: None,
            work_limit: Some(DEFAULT_WORK),
            seed: 0,
            tolerance: ballast_domain::certificate::default_tolerance(),
            attempt: 0,
            start: None,
            aim: Aim::Best,
        }
    }
}

/// Work after which a solve stops when nothing else stops it.
const DEFAULT_WORK: u64 = 100_000;

/// What stopped a solve before it was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Wall clock.
    Time,
    /// Work.
    Work,
    /// The user.
    Cancelled,
    /// Memory of the child process.
    Memory,
    /// The search went to its end, and the award as it is written, in decimals of a share and in cents, is farther from the
    /// bound than the gap asked for.
    Precision,
}

/// How a solve ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Termination {
    /// Proven within the gap.
    Optimal,
    /// An award, not proven to be within the gap.
    Feasible(Limit),
    /// Proven: no award satisfies the hard rules.
    Infeasible,
    /// A limit was reached before any award was found.
    NoAward(Limit),
}

/// Why there is no award.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// `structure`: a finding about the tender; `conflict`: a member of a set of requirements
    /// that cannot hold together ([`crate::conflicts`]).
    pub kind: &'static str,
    /// In words.
    pub text: String,
}

/// A moment of the search. Work is in units of 1,000 simplex iterations or 100,000 moves of annealing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogEntry {
    /// Work so far.
    pub work: f64,
    /// Value of the best award, money over the contract.
    pub value: Option<Decimal>,
    /// Proven bound, money over the contract.
    pub bound: Option<Decimal>,
}

/// Figures about the search.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Statistics {
    /// Columns of the model.
    pub columns: usize,
    /// Of these, integer.
    pub integers: usize,
    /// Rows.
    pub rows: usize,
    /// Non-zero coefficients.
    pub nonzeros: usize,
    /// Branch-and-bound nodes.
    pub nodes: i64,
    /// Simplex iterations.
    pub iterations: i64,
    /// Moves of annealing; 0 where the tender is so small that HiGHS does all.
    pub moves: u64,
    /// Blocks of needs that the bound took apart; 0 where HiGHS proved it.
    pub blocks: usize,
    /// The solver's own objective for the final point, in money.
    pub solver_value: Option<f64>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq)]
pub struct SolveReport {
    /// How it ended.
    pub termination: Termination,
    /// The award with its certificate, which holds.
    pub award: Option<(Award, Certificate)>,
    /// Proven lower bound on the value of any award, money over the contract, rounded outwards.
    pub bound: Option<Decimal>,
    /// What the aim reached, where it is a share.
    pub reached: Option<Reached>,
    /// Why there is no award.
    pub reasons: Vec<Reason>,
    /// Value and bound over work.
    pub log: Vec<LogEntry>,
    /// Figures.
    pub statistics: Statistics,
    /// The relaxation ladder, where no award keeps all rules: the cheapest award that keeps the levels up to each step as far
    /// as can be. The first step gives all levels up, the last is the award.
    pub ladder: Vec<Step>,
    /// Where the objective has several levels, the proven bound of each, on awards that keep the levels above it.
    pub level_bounds: Vec<Option<Decimal>>,
}

/// A step of the relaxation ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The level that is kept as far as can be, and all above it; 0: none.
    pub level: u32,
    /// Value of the cheapest such award.
    pub value: Decimal,
    /// Its weighted violation of levels 1 to 4.
    pub violations: [Decimal; 4],
}

/// Columns of the model up to which a tender is solved to the end, with ties decided.
pub const TIES_UP_TO_COLUMNS: usize = 400;

/// Share from which a supplier counts as another winner where nothing else is said.
pub fn default_entry() -> Decimal {
    Decimal::new(1, 1)
}

impl SolveReport {
    /// Whether the award is the preferred one among those of equal value. Asked of a solve for the least value.
    pub fn ties_decided(&self) -> bool {
        let small = self.statistics.columns <= TIES_UP_TO_COLUMNS;
        small && self.termination == Termination::Optimal && self.ladder.is_empty()
    }

    /// Cost of the award, as certified.
    pub fn value(&self) -> Option<Decimal> {
        self.award.as_ref().map(|(_, c)| c.costs.value)
    }

    /// What could at most still be saved.
    pub fn gap_money(&self) -> Option<Decimal> {
        Some((self.value()? - self.bound?).max(Decimal::ZERO))
    }

    /// The same, as a fraction of the value.
    pub fn gap(&self) -> Option<f64> {
        use rust_decimal::prelude::ToPrimitive;
        let value = self.value()?.to_f64()?;
        let gap = self.gap_money()?.to_f64()?;
        Some(if value.abs() > 0.0 { gap / value.abs() } else { 0.0 })
    }
}

/// What an engine tells while it works.
#[derive(Debug, Clone)]
pub enum Event {
    /// A better award, certified.
    Improved {
        /// The award.
        award: Award,
        /// Where the search stands.
        at: LogEntry,
    },
    /// Where the search stands.
    Progress(LogEntry),
    /// A child process died and is tried again.
    Retried {
        /// What happened.
        why: String,
    },
}

/// The caller's side of a solve.
pub trait Control: Sync {
    /// True once the caller wants the best so far.
    fn cancelled(&self) -> bool;
    /// Hears events.
    fn observe(&self, event: &Event);
}

/// The engine itself failed; says nothing about the tender.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// An award that does not survive its re-computation is our error and is never shown.
    #[error("the award found does not survive its re-computation: {0}")]
    NotVerified(String),
    /// The solver gave up.
    #[error("the solver failed: {0}")]
    Solver(String),
    /// The child process failed for good.
    #[error("the solving process failed: {0}")]
    Child(String),
}

/// Something that answers award questions.
pub trait Engine {
    /// Solves a tender.
    ///
    /// # Errors
    /// Only when the engine itself fails; infeasible and limits are answers.
    fn award(&self, tender: &Tender, options: &Options, control: &dyn Control) -> Result<SolveReport, EngineError>;
}
