//! How stock is kept, for each demand cell.

use std::collections::BTreeMap;

use super::build::{Ids, any_or};
use super::places::Places;
use super::specific::Specific;
use super::{CriticalityClass, DemandCell, Need};
use crate::finding::Findings;
use crate::index::{CellIx, Ix, IxVec, NeedIx};
use crate::quantity::{NeedUnits, Weeks};
use crate::tables::{Draft, OrderPolicy, PolicyRow};

/// Stock policy of one demand cell. Weeks are of mean base demand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Policy {
    /// Working stock that orders aim for, weeks.
    pub working_stock_weeks: f64,
    /// Most that may arrive in a week, as a multiple of the mean week.
    pub headroom: f64,
    /// Reserve above working stock, weeks.
    pub reserve_weeks: f64,
    /// When and how much is ordered.
    pub ordering: Ordering,
    /// Weeks between reviews; 0: every step of the simulation.
    pub review_weeks: f64,
}

/// When and how much is ordered, by the inventory position: on hand and on the way, less what is owed. Need units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Ordering {
    /// Up to the targets in weeks beside a mean week.
    Cover,
    /// Up to a level.
    BaseStock {
        /// The level.
        up_to: f64,
    },
    /// At or below a point, so many times a quantity that the position is above it.
    PointQuantity {
        /// r.
        point: f64,
        /// Q.
        quantity: f64,
    },
    /// At or below a point, up to a level.
    PointLevel {
        /// s.
        point: f64,
        /// S.
        up_to: f64,
    },
}

impl Default for Policy {
    /// What `policies` assumes where no row speaks of a cell.
    fn default() -> Self {
        Self {
            working_stock_weeks: 1.0,
            headroom: 1.2,
            reserve_weeks: 0.0,
            ordering: Ordering::Cover,
            review_weeks: 0.0,
        }
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
        let ordering = ordering(r, places, findings);
        if let (Some(site), Some(need), Some(ordering)) = (site, need, ordering) {
            rows.add(site, need, policy(r, ordering));
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

fn policy(r: &PolicyRow, ordering: Ordering) -> Policy {
    Policy {
        working_stock_weeks: r.working_stock.to_f64(),
        headroom: r.headroom.to_f64(),
        reserve_weeks: r.reserve.to_f64(),
        ordering,
        review_weeks: r.review.to_f64(),
    }
}

/// The parameters of the order policy; those that it needs must stand in the row, others must not.
fn ordering(r: &PolicyRow, places: &Places<'_>, findings: &mut Findings) -> Option<Ordering> {
    let (point, up_to, quantity) = (r.order_point, r.order_up_to, r.order_quantity);
    let takes: &[&str] = match r.policy {
        OrderPolicy::Cover => &[],
        OrderPolicy::BaseStock => &["order_up_to"],
        OrderPolicy::RQ => &["order_point", "order_quantity"],
        OrderPolicy::SS => &["order_point", "order_up_to"],
    };
    let word = r.policy.word();
    let mut sound = true;
    for (column, value) in [("order_point", point), ("order_up_to", up_to), ("order_quantity", quantity)] {
        let spot = places.cell("policies", r.at, column);
        match value {
            None if takes.contains(&column) => {
                let expected = format!("expected need units: policy `{word}` needs it");
                findings.error("missing_value", spot, "", expected, "state it, or choose another policy");
                sound = false;
            }
            Some(value) if !takes.contains(&column) => {
                let expected = format!("policy `{word}` does not use it");
                findings.error(
                    "unused_value",
                    spot,
                    value.to_string(),
                    expected,
                    "leave it blank, or choose the policy that uses it",
                );
                sound = false;
            }
            _ => {}
        }
    }
    let units = |v: Option<NeedUnits>| v.map_or(0.0, NeedUnits::to_f64);
    if r.policy == OrderPolicy::RQ && quantity.is_some_and(|q| q.to_f64() <= 0.0) {
        let spot = places.cell("policies", r.at, "order_quantity");
        findings.error("bad_value", spot, "0", "expected more than 0 need units", "state what one order is for");
        sound = false;
    }
    if r.policy == OrderPolicy::SS && units(point) > units(up_to) {
        let spot = places.cell("policies", r.at, "order_point");
        let expected = format!("expected at most order_up_to, which is {}", units(up_to));
        findings.error("bad_value", spot, units(point).to_string(), expected, "lower the point or raise the level");
        sound = false;
    }
    sound.then(|| match r.policy {
        OrderPolicy::Cover => Ordering::Cover,
        OrderPolicy::BaseStock => Ordering::BaseStock { up_to: units(up_to) },
        OrderPolicy::RQ => Ordering::PointQuantity { point: units(point), quantity: units(quantity) },
        OrderPolicy::SS => Ordering::PointLevel { point: units(point), up_to: units(up_to) },
    })
}
