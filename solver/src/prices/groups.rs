//! Lines whose discount has the same shape over the tiers: V\[g\] = Σ v\[c\]·packs, saving per tier = d\[t\]·V\[g\].
//!
//! Percentages: v = list × net factor, d\[t\] the percentage: one group. Prices: v = net factor, d\[t\] = list − price\[t\]:
//! one group per list price.

use ballast_domain::Tender;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::CandidateIx;
use ballast_domain::tables::Gives;
use ballast_domain::tender::Schedule;

use crate::model::Volumes;

/// A group.
pub(super) struct Group {
    /// Lines and v per unit of their packs column.
    pub(super) lines: Vec<(CandidateIx, f64)>,
    /// d\[t\] for each reachable tier.
    pub(super) discount: Vec<f64>,
}

/// The groups of a schedule's application scope.
pub(super) fn groups(tender: &Tender, volumes: &Volumes, schedule: &Schedule, lines: &[CandidateIx], reachable: usize) -> Vec<Group> {
    let values: Vec<f64> = schedule.tiers[..reachable].iter().map(|t| float(&exact(t.value))).collect();
    let net = |c: CandidateIx| volumes.packs[c].1 * volumes.net_factor[c];
    match schedule.gives {
        Gives::Percent => {
            let lines = lines.iter().map(|&c| (c, net(c) * volumes.list[c])).collect();
            vec![Group { lines, discount: values }]
        }
        Gives::Price => {
            let mut lists: Vec<_> = lines.iter().map(|c| tender.offers[tender.candidates[*c].offer].list_price).collect();
            lists.sort();
            lists.dedup();
            let group = |list: ballast_domain::quantity::Money| Group {
                lines: lines
                    .iter()
                    .filter(|c| tender.offers[tender.candidates[**c].offer].list_price == list)
                    .map(|&c| (c, net(c)))
                    .collect(),
                discount: values.iter().map(|v| list.to_f64() - v).collect(),
            };
            lists.into_iter().map(group).collect()
        }
    }
}
