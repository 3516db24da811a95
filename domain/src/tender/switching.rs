//! What it costs to move each demand cell away from its incumbents, by clinician group.

use std::collections::BTreeMap;

use super::build::{Ids, any_or};
use super::places::Places;
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
    let mut rows = Vec::new();
    for r in &draft.switching {
        let site = any_or(&ids.sites, r.site.as_str(), places.cell("switching", r.at, "site"), findings);
        let need = any_or(&ids.needs, r.need.as_str(), places.cell("switching", r.at, "need"), findings);
        if let (Some(site), Some(need)) = (site, need) {
            rows.push((site, need, Switching { group: r.clinician_group.to_string(), cost: r.cost, mode: r.mode }));
        }
    }
    // The least specific first, so that a more specific row replaces it.
    rows.sort_by_key(|(site, need, _)| (site.is_some(), need.is_some()));
    let of = |(ix, cell): (CellIx, &DemandCell)| {
        if incumbents[ix].is_empty() {
            return Vec::new();
        }
        let fits = rows.iter().filter(|(s, n, _)| s.is_none_or(|s| s == cell.site) && n.is_none_or(|n| n == cell.need));
        let by_group: BTreeMap<&str, &Switching> = fits.map(|(_, _, s)| (s.group.as_str(), s)).collect();
        by_group.into_values().cloned().collect()
    };
    cells.enumerate().map(of).collect()
}
