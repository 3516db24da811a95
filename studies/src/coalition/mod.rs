//! What members gain by standing together, who must stand for a tier to hold, and how the gain may be split.
//!
//! c(S) is the best value of the tender with the demand of the members of S alone; everything else, offers, capacities, limits
//! and rules, is as it stands. The worth of S is v(S) = Σ c({i}) over i in S − c(S): what its members pay apart less
//! what they pay together. An award of S of value V with bound B proves c(S) to lie in \[B, V\]. A set that is proven to have no
//! award together buys apart: c(S) = Σ c({i}).
//!
//! Up to [`EXACT`] members every set is decided, once; beyond, the sets that some permutations of the members pass through.

mod core;
mod game;
mod split;
mod tiers;

use ballast_domain::Tender;
use ballast_domain::finding::Findings;
use ballast_domain::index::MemberIx;
use ballast_domain::raw::RawTender;
use ballast_solver::Engine;
use rust_decimal::Decimal;

pub use self::core::{Core, Objection, Stability};
pub use self::game::{Game, Set, Together, buyers, of, singles};
use self::game::{Part, subset};
pub use self::split::{Share, Split, Way};
pub use self::tiers::HeldTier;
use crate::{Desk, Interval, Settings};

/// Members up to which every set is decided.
pub const EXACT: usize = 12;
/// Members that a set can name.
pub const MOST: usize = 64;

/// What a member's leaving, or joining, is worth.
#[derive(Debug, Clone)]
pub struct Change {
    /// The member.
    pub member: MemberIx,
    /// What it costs alone.
    pub alone: Together,
    /// What the others cost together without it.
    pub others: Option<Decimal>,
    /// Proven: the others, or all with it, have no award together.
    pub impossible: bool,
    /// What all together lose if it leaves (gain if it joins): alone + others − with it; `None` if one of them is not known.
    pub worth: Option<Decimal>,
    /// What is proven about it.
    pub proven: Interval,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Coalition {
    /// The sets decided.
    pub game: Game,
    /// Whether these are all sets.
    pub exact: bool,
    /// Volume of each member, in what the splits by volume count.
    pub volumes: Vec<Decimal>,
    /// What that is.
    pub volume_of: &'static str,
    /// What each member's leaving costs all.
    pub leaving: Vec<Change>,
    /// What each other member's joining brings all.
    pub joining: Vec<Change>,
    /// Splits of what all gain, where they are known.
    pub splits: Vec<Split>,
    /// Whether any split would be accepted by all sets.
    pub core: Option<Core>,
    /// Tiers that all reach together.
    pub tiers: Vec<HeldTier>,
}

/// The question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who is at the table, in order, each once, at least two.
    pub members: Vec<MemberIx>,
    /// Permutations drawn where there are more than [`EXACT`].
    pub permutations: usize,
}

/// Decides the sets and what follows.
///
/// # Errors
/// If the demand of some members alone is no tender.
pub fn coalition(
    engine: &(dyn Engine + Sync),
    raw: &RawTender,
    tender: &Tender,
    question: &Question,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<Coalition, Findings> {
    let n = question.members.len();
    let exact = n <= EXACT;
    let orders = if exact { Vec::new() } else { split::orders(n, question.permutations, settings.options.seed) };
    let all = subset(n);
    let mut wanted: Vec<Set> = match exact {
        true => (1..=all).collect(),
        false => orders.iter().flat_map(|order| split::prefixes(order)).collect(),
    };
    wanted.extend((0..n).flat_map(|i| [of(i), all & !of(i)]));
    // All together first, so that every other search starts from what they buy; then the larger sets first.
    wanted.sort_by_key(|s| (std::cmp::Reverse(s.count_ones()), *s));
    wanted.dedup();

    let mut game = Game::new(tender, question.members.clone());
    let outside: Vec<MemberIx> = buyers(tender).into_iter().filter(|m| !question.members.contains(m)).collect();
    let total = wanted.len() + 2 * outside.len();
    game.decide(engine, raw, tender, &wanted, settings, &Part { desk, before: 0, total })?;
    let mut joining = Vec::new();
    for (k, &member) in outside.iter().enumerate() {
        let part = Part { desk, before: wanted.len() + 2 * k, total };
        joining.push(game.joined(engine, raw, tender, member, settings, &part)?);
    }

    let (volumes, volume_of) = split::volumes(&game, tender);
    let mut splits = Vec::new();
    let known = game.costs();
    let core = known.as_ref().and_then(|costs| core::core(costs, n, exact));
    if let Some(costs) = &known {
        let shapley = if exact { split::shapley(costs, n) } else { split::sampled(costs, n, &orders) };
        let stated = core.as_ref().map(|c| split::stated(costs, &c.pays));
        for (way, shares) in [split::by_volume(costs, n, &volumes), shapley].into_iter().chain(stated) {
            let pays: Vec<Decimal> = shares.iter().map(|s| s.pays).collect();
            splits.push(Split { way, stability: core::check(costs, &pays, exact), shares });
        }
    }
    let leaving = (0..n).map(|i| game.left(i)).collect();
    let tiers = tiers::held(&game, tender);
    Ok(Coalition { game, exact, volumes, volume_of, leaving, joining, splits, core, tiers })
}
