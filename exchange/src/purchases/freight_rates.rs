//! Freight rates by site and by plant or product. Over the purchases r of a group whose freight f is known (a price that
//! includes freight counts with f = 0), the rate is Σ f / Σ v as a fraction of the price, or Σ f / Σ u per need unit. A
//! group with too few rows has no rate of its own; the site's holds, else the mean of all.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::history::{Bought, History};
use super::ids;
use super::mapping::{FreightBy, FreightPart, FreightUnit};
use super::references::Freight;

/// One row of `freight`.
pub(super) struct Rate {
    /// Unique name.
    pub id: String,
    /// Site, blank: any.
    pub site: String,
    /// Plant or product, blank: any.
    pub by: String,
    /// The rate.
    pub rate: Decimal,
    /// Rows it was computed from.
    pub rows: usize,
}

/// All rates, in order of id.
pub(super) fn rates(history: &History, part: &FreightPart) -> Vec<Rate> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Bought>> = BTreeMap::new();
    let known = |b: &&Bought| b.is_purchase() && b.row.freight != Freight::Unknown;
    for b in history.rows.iter().filter(known) {
        let by = match part.by {
            FreightBy::Plant => b.plant.as_deref().unwrap_or(""),
            FreightBy::Product => b.product.as_str(),
        };
        let (site, any) = (b.site.as_str(), "");
        // Need units of different needs do not add up, so per unit only a product has a rate over all sites.
        let keys: &[(&str, &str)] = match part.unit {
            FreightUnit::PercentOfList => &[(site, by), (site, any), (any, any)],
            FreightUnit::PerNeedUnit => &[(site, by), (any, by)],
        };
        for key in keys.iter().enumerate().filter(|(i, k)| *i > 0 || !k.1.is_empty()).map(|(_, k)| *k) {
            groups.entry(key).or_default().push(b);
        }
    }
    let mut found: BTreeMap<(String, String), (Decimal, usize)> = BTreeMap::new();
    for ((site, by), rows) in groups {
        if !site.is_empty() && rows.len() < part.min_rows {
            continue;
        }
        let freight: Decimal =
            rows.iter().map(|b| if let Freight::Charged(f) = b.row.freight { f } else { Decimal::ZERO }).sum();
        let base: Decimal = match part.unit {
            FreightUnit::PercentOfList => rows.iter().map(|b| b.row.value).sum(),
            FreightUnit::PerNeedUnit => rows.iter().map(|b| b.row.packs * b.row.pack_size).sum(),
        };
        // A quotient too large to be a rate (money of a fraction of a cent) is none.
        let rate = freight.checked_div(base).filter(|r| *r < Decimal::from(1_000_000));
        if let Some(rate) = rate {
            found.insert(
                (site.to_owned(), by.to_owned()),
                (rate.max(Decimal::ZERO).round_dp(6).normalize(), rows.len()),
            );
        }
    }
    let wanted = found.keys().map(|k| (k.clone(), ids::slug(&format!("freight {} {}", k.0, k.1)))).collect();
    // Collisions here are of no one's interest: nothing refers to a freight row.
    let ids = ids::assign("freight", &wanted, "", &mut ballast_domain::Findings::default());
    let row = |((site, by), (rate, rows)): ((String, String), (Decimal, usize))| {
        let key = (site, by);
        Rate { id: ids.get(&key).cloned().unwrap_or_default(), site: key.0, by: key.1, rate, rows }
    };
    found.into_iter().map(row).collect()
}
