//! Lead times: the median of (day delivered − day ordered) ÷ 7 by plant, in tenths of a week; plants with few orders
//! take the median of all. Orders that came before they were placed are faults of the file and left out.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::history::History;
use super::mapping::Mapping;

/// Weeks by plant; the blank plant is the median of all.
pub(super) fn weeks(history: &History, mapping: &Mapping) -> BTreeMap<String, Decimal> {
    let Some(part) = &mapping.lead_time else { return BTreeMap::new() };
    let mut days: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for b in history.rows.iter().filter(|b| b.is_purchase()) {
        let (Some(ordered), Some(delivered)) = (b.row.ordered, b.row.delivered) else { continue };
        let passed = ordered.until(delivered).map_or(-1, |span| span.get_days());
        if passed >= 0 {
            days.entry(String::new()).or_default().push(passed);
            if let Some(plant) = &b.plant {
                days.entry(plant.clone()).or_default().push(passed);
            }
        }
    }
    days.retain(|plant, days| plant.is_empty() || days.len() >= part.min_orders);
    let median = |mut days: Vec<i32>| {
        days.sort_unstable();
        (Decimal::from(days[days.len() / 2]) / Decimal::from(7)).round_dp(1).normalize()
    };
    days.into_iter().map(|(plant, days)| (plant, median(days))).collect()
}
