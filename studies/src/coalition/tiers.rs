//! Who must stand for a tier to hold.
//!
//! Of a schedule that counts all sites together, a set holds the tier that all reach if the best award found for the set
//! reaches it, or a higher one, in every contract year. The smallest such sets are those with the fewest members; who is in
//! every such set must commit.

use ballast_domain::Tender;
use ballast_domain::index::ScheduleIx;
use rust_decimal::Decimal;

use super::game::{Game, Set};

/// Smallest sets that are named.
const NAMED: usize = 10;

/// A tier that all reach together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldTier {
    /// The schedule.
    pub schedule: ScheduleIx,
    /// The tier's threshold.
    pub from: Decimal,
    /// The smallest sets that hold it, the first of them.
    pub smallest: Vec<Set>,
    /// How many of that size there are.
    pub as_small: usize,
    /// Who is in every set that holds it.
    pub needed: Set,
}

/// The tiers that all reach together.
pub(super) fn held(game: &Game, tender: &Tender) -> Vec<HeldTier> {
    let Some(all) = game.sets.get(&game.all()) else { return Vec::new() };
    let held = |(&schedule, &tier): (&ScheduleIx, &usize)| {
        let holds = game.sets.iter().filter(|(_, t)| t.tiers.get(&schedule).is_some_and(|own| *own >= tier));
        let holding: Vec<Set> = holds.map(|(set, _)| *set).collect();
        let size = holding.iter().map(|s| s.count_ones()).min();
        let mut smallest: Vec<Set> = holding.iter().copied().filter(|s| Some(s.count_ones()) == size).collect();
        let as_small = smallest.len();
        smallest.truncate(NAMED);
        let needed = holding.iter().fold(game.all(), |all, set| all & set);
        HeldTier { schedule, from: tender.schedules[schedule].tiers[tier].from, smallest, as_small, needed }
    };
    all.tiers.iter().map(held).collect()
}
