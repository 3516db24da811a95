//! How stock is kept, for each demand cell.

use std::collections::BTreeMap;

use super::build::{Ids, any_or};
use super::places::Places;
use super::specific::Specific;
use super::{CriticalityClass, DemandCell, Need};
use crate::finding::Findings;
use crate::index::{CellIx, Ix, IxVec, NeedIx};
use crate::quantity::Weeks;
use crate::tables::{Draft, PolicyRow};

/// Stock policy of one demand cell. Weeks are of mean base demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Working stock that orders aim for, weeks.
    pub working_stock_weeks: f64,
    /// Most that may arrive in a week, as a multiple of the mean week.
    pub headroom: f64,
    /// Reserve above working stock, weeks.
    pub reserve_weeks: f64,
}

impl Default for Policy {
    /// What `policies` assumes where no row speaks of a cell.
    fn default() -> Self {
        Self { working_stock_weeks: 1.0, headroom: 1.2, reserve_weeks: 0.0 }
    }
}

/// The policy of each cell: the most specific row, else the default with the reserve of its class of criticality.
pub(super) fn policies(
    draft: &Draft,
    ids: &Ids,
    (cells, needs): (&IxVec<CellIx, DemandCell>, &IxVec<NeedIx, Need>),
    criticality: &BTreeMap<u32, CriticalityClass>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<CellIx, Policy> {
    let mut rows = Specific::new();
    for r in &draft.policies {
        let site = any_or(&ids.sites, r.site.as_str(), places.spot("policies", r.at, "site"), findings);
        let need = any_or(&ids.needs, r.need.as_str(), places.spot("policies", r.at, "need"), findings);
        if let (Some(site), Some(need)) = (site, need) {
            rows.add(site, need, policy(r));
        }
    }
    let of = |cell: &DemandCell| {
        let of_class = || {
            let reserve = needs.as_slice().get(cell.need.ix()).and_then(|n| criticality.get(&n.criticality)?.reserve);
            Policy { reserve_weeks: reserve.map_or(0.0, Weeks::to_f64), ..Policy::default() }
        };
        rows.of(cell.site, cell.need).last().copied().unwrap_or_else(of_class)
    };
    cells.iter().map(of).collect()
}

fn policy(r: &PolicyRow) -> Policy {
    Policy {
        working_stock_weeks: r.working_stock.to_f64(),
        headroom: r.headroom.to_f64(),
        reserve_weeks: r.reserve.to_f64(),
    }
}
