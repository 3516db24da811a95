//! Quantity tiers from order sizes, only where the orders of a product show a discount.
//!
//! Model: ln pᵢ = a_g(i) + b · ln qᵢ + c · tᵢ + eᵢ, least squares over the orders i of the product in the window (p price
//! per pack, q packs of the order, t years). The constants a_g, one per group of like orders (site, or what the mapping
//! says, such as site and channel), keep a dear wholesaler with small orders from passing as a discount, the trend c a
//! price that falls over the years. With sums S centred within groups: D = S₁₁ S₂₂ − S₁₂², b = (S₁ᵧ S₂₂ − S₂ᵧ S₁₂) / D,
//! se(b)² = RSS / (n − groups − 2) · S₂₂ / D. Tiers exist only if b / se(b) < −t and every band has enough orders.
//!
//! Bands: quartiles of q. With mⱼ the geometric mean of band j, its discount is dⱼ = 1 − (mⱼ / m₀)ᵇ, capped. The model
//! counts packs a year, the data show single orders: a site earns band j from (lower end of the band) × (orders a year of
//! a typical site that buys the product) on. That translation is an assumption and marked so. The list price is the
//! recent price ÷ (1 − Σ qⱼ dⱼ / Σ qⱼ), so that the mix of order sizes seen pays the price seen.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::history::{Bought, History, YEAR_DAYS};
use super::mapping::TierPart;
use super::sheet::Sheet;

/// Smallest step worth a tier of its own.
const LEAST_STEP: f64 = 0.005;

/// Tiers of one product.
pub(super) struct Tiers {
    /// Packs a year and site from which the discount holds, and the discount; both rise.
    pub steps: Vec<(Decimal, Decimal)>,
    /// Mean discount over the orders seen.
    mean: f64,
    /// Slope and its t statistic.
    pub slope: (f64, f64),
    /// Number of orders.
    pub orders: usize,
}

impl Tiers {
    /// The price before discounts that makes the orders seen cost `price` on average.
    pub fn list_price(&self, price: Decimal) -> Decimal {
        price / (Decimal::ONE - rounded(self.mean, 6).unwrap_or_default())
    }
}

/// The tiers that the orders of a product show, if any.
pub(super) fn infer(bought: &[&Bought], part: &TierPart, history: &History, sheet: &Sheet) -> Option<Tiers> {
    let group = |b: &Bought| match &part.within {
        Some(template) => template.fill(|name| sheet.cell(&sheet.rows[b.row.row], name)),
        None => b.site.clone(),
    };
    let mut groups: BTreeMap<String, Vec<Order>> = BTreeMap::new();
    for b in bought {
        groups.entry(group(b)).or_default().extend(order(b, history));
    }
    let mut orders: Vec<Order> = groups.values().flatten().copied().collect();
    if orders.len() < part.min_orders {
        return None;
    }
    let (slope, t) = regression(groups.values().map(Vec::as_slice))?;
    if t.is_nan() || t >= -part.t {
        return None;
    }
    orders.sort_by(|a, b| a.0.total_cmp(&b.0));
    let quartile = |k: usize| orders[orders.len() * k / 4].0;
    let ends = [quartile(1), quartile(2), quartile(3)];
    let band_of = |q: f64| ends.iter().filter(|e| q >= **e).count();
    let mut bands: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    for order in &orders {
        bands.entry(band_of(order.0)).or_default().push(order.0);
    }
    let base = bands.remove(&0)?;
    if base.len() < part.min_per_band {
        return None;
    }
    let geometric = |q: &[f64]| q.iter().map(|q| q.ln()).sum::<f64>() / q.len() as f64;
    let yearly = orders_a_year(bought, history);
    let (mut steps, mut saved, mut last) = (Vec::new(), 0.0, 0.0);
    let packs: f64 = orders.iter().map(|o| o.0).sum();
    for (band, sizes) in &bands {
        let discount = (1.0 - (slope * (geometric(sizes) - geometric(&base))).exp()).min(part.max_discount);
        let volume: f64 = sizes.iter().sum();
        if sizes.len() < part.min_per_band || discount < last + LEAST_STEP {
            saved += volume * last;
            continue;
        }
        let from = rounded(ends[band - 1] * yearly, 0)?.max(Decimal::ONE);
        if steps.last().is_some_and(|(before, _)| *before >= from) {
            saved += volume * last;
            continue;
        }
        steps.push((from, rounded(discount, 4)?));
        last = discount;
        saved += volume * discount;
    }
    (!steps.is_empty()).then_some(Tiers { steps, mean: saved / packs, slope: (slope, t), orders: orders.len() })
}

/// Packs, log price, years since the first day.
type Order = (f64, f64, f64);

fn order(b: &Bought, history: &History) -> Option<Order> {
    let packs = b.row.packs.to_f64()?;
    let price = (b.row.value / b.row.packs).to_f64()?;
    let days = history.from.until(b.row.date).map_or(0, |span| span.get_days());
    (price > 0.0).then(|| (packs, price.ln(), f64::from(days) / f64::from(YEAR_DAYS)))
}

/// Slope of log price on log packs beside a trend, within groups, and its t statistic.
fn regression<'a>(groups: impl Iterator<Item = &'a [Order]>) -> Option<(f64, f64)> {
    let (mut s11, mut s12, mut s22, mut s1y, mut s2y, mut syy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    let mut freedom = -2.0;
    for orders in groups.filter(|g| !g.is_empty()) {
        let n = orders.len() as f64;
        let mean = |f: fn(&Order) -> f64| orders.iter().map(f).sum::<f64>() / n;
        let (mq, my, mt) = (mean(|o| o.0.ln()), mean(|o| o.1), mean(|o| o.2));
        for (q, y, t) in orders {
            let (x, y, t) = (q.ln() - mq, y - my, t - mt);
            s11 += x * x;
            s12 += x * t;
            s22 += t * t;
            s1y += x * y;
            s2y += t * y;
            syy += y * y;
        }
        freedom += n - 1.0;
    }
    let determinant = s11 * s22 - s12 * s12;
    if determinant <= 1e-9 * s11 * s22 || freedom < 1.0 {
        return None;
    }
    let slope = (s1y * s22 - s2y * s12) / determinant;
    let trend = (s2y * s11 - s1y * s12) / determinant;
    let rest = (syy - slope * s1y - trend * s2y).max(0.0);
    let error = (rest / freedom * s22 / determinant).sqrt();
    Some((slope, slope / error.max(1e-12)))
}

/// Orders a year of the median site that buys the product, at least 1.
fn orders_a_year(bought: &[&Bought], history: &History) -> f64 {
    let mut by_site: BTreeMap<&str, u32> = BTreeMap::new();
    for b in bought {
        *by_site.entry(b.site.as_str()).or_default() += 1;
    }
    let mut counts: Vec<u32> = by_site.into_values().collect();
    counts.sort_unstable();
    let median = counts.get(counts.len() / 2).copied().unwrap_or(1);
    (f64::from(median) * f64::from(YEAR_DAYS) / f64::from(history.days)).max(1.0)
}

/// A float as a decimal with so many places.
pub(super) fn rounded(value: f64, places: usize) -> Option<Decimal> {
    Decimal::from_str_exact(&format!("{value:.places$}")).ok().map(|d| d.normalize())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn neither_a_trend_nor_a_dear_channel_is_a_discount() {
        // Orders grow over time and prices fall over time, but at any one time size does not matter. The second channel
        // is dear and its orders are small.
        let noise = [0.01, -0.012, 0.004, -0.006, 0.009, -0.003];
        let channel = |size: f64, price: f64| -> Vec<Order> {
            let order = |i: usize| {
                let t = i as f64 / 8.0;
                (size * (1.0 + t) * (1.0 + (i % 3) as f64), price.ln() - 0.2 * t + noise[i % 6], t)
            };
            (0..24).map(order).collect()
        };
        let fit = |groups: &[Vec<Order>]| regression(groups.iter().map(Vec::as_slice)).unwrap();
        let both = [channel(100.0, 10.0), channel(5.0, 25.0)];
        let (slope, t) = fit(&both);
        assert!(slope.abs() < 0.02 && t > -2.0, "{slope} {t}");
        let together = [both.concat()];
        assert!(fit(&together).0 < -0.2, "without groups the channel would pass as a discount");
        let real = both.map(|g| g.into_iter().map(|(q, y, t)| (q, y - 0.1 * q.ln(), t)).collect());
        let (slope, t) = fit(&real);
        assert!((slope + 0.1).abs() < 0.02 && t < -2.0, "{slope} {t}");
    }
}
