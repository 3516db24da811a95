//! What it costs to move each demand cell away from its incumbents, by clinician group.

use std::collections::BTreeMap;

use super::build::{Ids, any_or};
use super::places::Places;
use super::specific::Specific;
use super::{DemandCell, Incumbent, Switching};
use crate::finding::Findings;
use crate::index::{CellIx, IxVec};
use crate::tables::Draft;

/// For each cell with an incumbent and each group, the most specific row.
pub(super) fn switching(
    draft: &Draft,
    ids: &Ids,
    cells: &IxVec<CellIx, DemandCell>,
    incumbents: &IxVec<CellIx, Vec<Incumbent>>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<CellIx, Vec<Switching>> {
    let mut rows = Specific::new();
    for r in &draft.switching {
        let site = any_or(&ids.sites, r.site.as_str(), places.spot("switching", r.at, "site"), findings);
        let need = any_or(&ids.needs, r.need.as_str(), places.spot("switching", r.at, "need"), findings);
        if let (Some(site), Some(need)) = (site, need) {
            rows.add(site, need, Switching { group: r.clinician_group.to_string(), cost: r.cost, mode: r.mode });
        }
    }
    let of = |(ix, cell): (CellIx, &DemandCell)| {
        if incumbents[ix].is_empty() {
            return Vec::new();
        }
        // A more specific row replaces those before.
        let by_group: BTreeMap<&str, &Switching> =
            rows.of(cell.site, cell.need).map(|s| (s.group.as_str(), s)).collect();
        by_group.into_values().cloned().collect()
    };
    cells.enumerate().map(of).collect()
}
