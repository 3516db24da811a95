//! Lines whose discount has the same shape over the tiers: V\[g\] = Σ v\[c\]·packs, saving per tier = d\[t\]·V\[g\].
//!
//! Percentages: v = list × net factor, d\[t\] the percentage: one group. Prices: v = net factor, d\[t\] = list − price\[t\]:
//! one group per list price.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::CandidateIx;
use ballast_domain::tables::Gives;
use ballast_domain::tender::Schedule;

use crate::model::{Terms, Volumes};

/// A group.
pub(super) struct Group {
    /// V, as terms on packs columns.
    pub(super) value: Terms,
    /// d\[t\] for each tier.
    pub(super) discount: Vec<f64>,
}

/// The groups of a schedule's application scope.
pub(super) fn groups(tender: &Tender, volumes: &Volumes, schedule: &Schedule, lines: &[CandidateIx]) -> Vec<Group> {
    let values: Vec<f64> = schedule.tiers.iter().map(|t| float(&exact(t.value))).collect();
    let net =
        |c: CandidateIx, per_pack: f64| (volumes.packs[c].0, volumes.packs[c].1 * volumes.net_factor[c] * per_pack);
    match schedule.gives {
        Gives::Percent => {
            let value = lines.iter().map(|&c| net(c, volumes.list[c])).collect();
            vec![Group { value, discount: values }]
        }
        Gives::Price => {
            let mut lists: Vec<_> =
                lines.iter().map(|c| tender.offers[tender.candidates[*c].offer].list_price).collect();
            lists.sort();
            lists.dedup();
            let group = |list: ballast_domain::quantity::Money| Group {
                value: lines
                    .iter()
                    .filter(|c| tender.offers[tender.candidates[**c].offer].list_price == list)
                    .map(|&c| net(c, 1.0))
                    .collect(),
                discount: values.iter().map(|v| list.to_f64() - v).collect(),
            };
            lists.into_iter().map(group).collect()
        }
    }
}
