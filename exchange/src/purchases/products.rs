//! What a product costs and how much of it there is.
//!
//! Price: with packs qᵢ and money vᵢ of the purchases in the last N months of the window, p = Σ vᵢ / Σ qᵢ; if there
//! are none, the same over the last day with a purchase. Capacity: factor × the largest of the yearly mean and of every
//! block of 364 days counted from the first day of the window, rounded up to whole packs.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::cells::exactly;
use super::history::{Bought, History, YEAR_DAYS};
use super::mapping::Mapping;
use super::sheet::Sheet;
use super::tiers::{self, Tiers};

/// What is known about a product.
pub(super) struct Product {
    /// Its need.
    pub need: String,
    /// Its supplier.
    pub supplier: String,
    /// Its plant.
    pub plant: Option<String>,
    /// Need units per pack.
    pub pack_size: Decimal,
    /// Rows it was computed from.
    pub rows: usize,
    /// Recent price of a pack.
    pub price: Decimal,
    /// Packs in the rows that gave the price.
    pub recent_packs: Decimal,
    /// Packs a year it can deliver (assumed).
    pub capacity: Decimal,
    /// Quantity tiers, where orders show them.
    pub tiers: Option<Tiers>,
}

/// All products by id.
pub(super) fn products(history: &History, sheet: &Sheet, mapping: &Mapping, to: Date) -> BTreeMap<String, Product> {
    let groups = history.by(|b| Some(b.product.as_str()));
    let build = |(id, rows): (&str, Vec<&Bought>)| {
        let bought: Vec<&Bought> = rows.iter().filter(|b| b.is_purchase()).copied().collect();
        let first = bought.first()?;
        let (price, recent_packs) = recent_price(&bought, mapping.price.recent_months, to);
        let tiers = mapping.tiers.as_ref().and_then(|part| tiers::infer(&bought, part, history, sheet));
        let product = Product {
            need: first.need.clone(),
            supplier: first.supplier.clone(),
            plant: first.plant.clone(),
            pack_size: first.row.pack_size.normalize(),
            rows: rows.len(),
            price: tiers.as_ref().map_or(price, |t| t.list_price(price)).round_dp(4).normalize(),
            recent_packs,
            capacity: capacity(&bought, history, exactly(mapping.capacity.factor)),
            tiers,
        };
        Some((id.to_owned(), product))
    };
    groups.into_iter().filter_map(build).collect()
}

fn recent_price(bought: &[&Bought], months: u32, to: Date) -> (Decimal, Decimal) {
    let since = to.checked_sub(i32::try_from(months).unwrap_or(12).months()).unwrap_or(to);
    let last = bought.iter().map(|b| b.row.date).max().unwrap_or(to);
    let first_day = if last > since { since.tomorrow().unwrap_or(since) } else { last };
    let sums = bought
        .iter()
        .filter(|b| b.row.date >= first_day)
        .fold((Decimal::ZERO, Decimal::ZERO), |(value, packs), b| (value + b.row.value, packs + b.row.packs));
    if sums.1.is_zero() { (Decimal::ZERO, Decimal::ZERO) } else { (sums.0 / sums.1, sums.1) }
}

fn capacity(bought: &[&Bought], history: &History, factor: Decimal) -> Decimal {
    let mut blocks: BTreeMap<i32, Decimal> = BTreeMap::new();
    for b in bought {
        let day = history.from.until(b.row.date).map_or(0, |span| span.get_days());
        *blocks.entry(day / YEAR_DAYS).or_default() += b.row.packs;
    }
    let mean = history.per_year(bought.iter().map(|b| b.row.packs).sum());
    let largest = blocks.into_values().fold(mean, Decimal::max);
    (largest * factor).ceil()
}
