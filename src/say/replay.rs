//! One replication as a document.

use ballast_domain::Tender;
use ballast_exchange::documents::replay::{NeedPart, ReplayBody, WeekPart};
use ballast_exchange::documents::stress::PackPart;
use ballast_simulation::{NeedTrace, ReservePlan, Trace, Week};

/// The body of a replay document.
pub fn replay(
    tender: &Tender,
    trace: &Trace,
    pack: PackPart,
    award_digest: Option<String>,
    plan: Option<&ReservePlan>,
) -> ReplayBody {
    let week = |(w, x): (usize, &Week)| WeekPart {
        week: w + 1,
        capacity: x.capacity,
        demand: x.demand_units,
        saved: x.saved_units,
        received: x.received_units,
        gained: x.gained_units,
        reserve_drawn: x.reserve_drawn_units,
        unmet: x.unmet_units,
        stock: x.stock_units,
    };
    let need = |t: &NeedTrace| NeedPart {
        need: tender.needs[t.need].id.clone(),
        unit: tender.needs[t.need].unit.clone(),
        mean_weekly_demand: tender.cells.iter().filter(|c| c.need == t.need).map(|c| c.quantity.to_f64() / 52.0).sum(),
        unmet: t.weeks.iter().map(|w| w.unmet_units).sum(),
        weeks: t.weeks.iter().enumerate().map(week).collect(),
    };
    ReplayBody {
        pack,
        award_digest,
        reserve_weeks: super::reserve_weeks(tender, plan),
        replication: trace.replication,
        horizon_weeks: u32::try_from(trace.path.weeks).unwrap_or(u32::MAX),
        struck: trace.down.iter().map(|n| super::exposure::node(tender, *n)).collect(),
        needs: trace.needs.iter().map(need).collect(),
    }
}
