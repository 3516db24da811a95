//! Time to recover of each node: what its plant states; of any other node the longest of the plants behind it; where
//! none states one, an assumption. Stated times are multiplied by the optimism factor, an assumption is not.

use ballast_domain::Tender;
use ballast_domain::factor_map::{FactorMap, NodeKind};
use ballast_domain::index::{Ix, NodeIx};

/// Where a time to recover comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryBasis {
    /// Stated for the plant.
    Stated,
    /// The longest of the plants behind the node.
    LongestOfPlants,
    /// Nobody states one.
    Assumed,
}

/// Time to recover of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recovery {
    /// Weeks, with the optimism factor.
    pub weeks: f64,
    /// As stated, without it.
    pub stated_weeks: Option<f64>,
    /// Where it comes from.
    pub basis: RecoveryBasis,
}

/// Of every node of the factor map, by position.
pub(super) fn recovery(tender: &Tender, optimism: f64, assumed_weeks: f64) -> Vec<Recovery> {
    let map = &tender.factor_map;
    let mut longest: Vec<Option<f64>> = vec![None; map.nodes.len()];
    for branch in map.branches.iter().flatten() {
        let Some(weeks) = branch.plant.and_then(|p| tender.plants[p].time_to_recover) else { continue };
        for node in &branch.chain {
            let slot = &mut longest[node.ix()];
            *slot = Some(slot.map_or(weeks.to_f64(), |w| w.max(weeks.to_f64())));
        }
    }
    // A lane takes as long as the plants at its begin.
    for plant in tender.plants.iter() {
        let (Some(origin), Some(weeks)) = (&plant.plant_region, plant.time_to_recover) else { continue };
        for site in tender.sites.iter() {
            if let Some(node) = map.find(NodeKind::Lane, &FactorMap::lane(origin, &site.site_region)) {
                let slot = &mut longest[node.ix()];
                *slot = Some(slot.map_or(weeks.to_f64(), |w| w.max(weeks.to_f64())));
            }
        }
    }
    let of = |(node, stated): (NodeIx, Option<f64>)| {
        let basis = match (stated, map.nodes[node].kind) {
            (None, _) => RecoveryBasis::Assumed,
            (Some(_), NodeKind::Plant) => RecoveryBasis::Stated,
            (Some(_), _) => RecoveryBasis::LongestOfPlants,
        };
        Recovery { weeks: stated.map_or(assumed_weeks, |w| w * optimism), stated_weeks: stated, basis }
    };
    map.nodes.indexes().zip(longest).map(of).collect()
}
