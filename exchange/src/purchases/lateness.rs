//! Lateness by plant as a disruption pack: each plant has spells in which what it sends is held, then released.
//!
//! A delivery is late by k weeks, k = ⌈(days late − grace) / 7⌉, with observed frequencies g₁, g₂, …; p = Σ gₖ is the chance
//! to be late. In the model a delivery that falls into a spell of X weeks waits for its end: X, X − 1, … or 1 weeks. Seen
//! over a long time, gₖ = P(X ≥ k) / (E[U] + E[X]) with U the time between spells. So, with g made non-increasing (pool
//! adjacent violators), P(X ≥ k) = gₖ / g₁, E[X] = p / g₁, and E[X] / (E[U] + E[X]) = p gives
//!
//!   E[U] = (1 − p) / g₁ weeks,   P(X = k) = (gₖ − gₖ₊₁) / g₁.
//!
//! Both the chance of being late and the distribution of lateness are then those of the data. Rows of one delivery from
//! one plant are one observation, the latest row counting.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::history::{Bought, History};
use super::mapping::{LatenessPart, Mapping};
use super::sheet::Sheet;

/// Up and down times of a group of deliveries.
#[derive(Debug, PartialEq)]
struct Spells {
    /// Mean weeks between spells.
    up: f64,
    /// Weeks of a spell and how likely.
    down: Vec<(u32, f64)>,
}

/// The pack, or `None` where no delivery was late.
pub(super) fn pack(
    history: &History,
    sheet: &Sheet,
    mapping: &Mapping,
    part: &LatenessPart,
    file: &str,
) -> Option<String> {
    let mut text = String::new();
    let mut pooled: (Vec<&str>, Vec<i32>) = (Vec::new(), Vec::new());
    for (plant, rows) in history.by(|b| b.plant.as_deref()) {
        let days = days_late(&rows, sheet, mapping);
        if days.len() < part.min_deliveries {
            pooled.0.push(plant);
            pooled.1.extend(days);
        } else if let Some(spells) = spells(&days, part.grace_days) {
            hazard(&mut text, &format!("late-{}", super::ids::slug(plant)), &[plant], &spells, &days, part, file);
        }
    }
    if let Some(spells) = spells(&pooled.1, part.grace_days) {
        hazard(&mut text, "late-other-plants", &pooled.0, &spells, &pooled.1, part, file);
    }
    if text.is_empty() {
        return None;
    }
    let title = format!("Late deliveries as in {file}");
    let head = format!(
        "# Written by the purchase import; docs/purchase-import.md derives the figures.\nschema = \"ballast.pack/1\"\nname = \"lateness\"\ntitle = {}\nhorizon_weeks = {}\ninitial = \"stationary\"\nrationing = \"criticality\"\nrecourse = [\"equivalences\", \"transfer\", \"reserve\"]\n\n# Reactions of suppliers are assumptions: the purchase history is silent on them.\n[allocation]\nrule = \"history\"\nloyalty = 0.0\nblend_weeks = 26\n\n[spare]\nlag_weeks = 6\nsurge = 0.0\n",
        quoted(&title),
        part.horizon_weeks,
    );
    Some(head + &text)
}

/// Days late of each delivery.
fn days_late(rows: &[&Bought], sheet: &Sheet, mapping: &Mapping) -> Vec<i32> {
    let mut deliveries: BTreeMap<String, i32> = BTreeMap::new();
    for b in rows.iter().filter(|b| b.is_purchase()) {
        let (Some(promised), Some(delivered)) = (b.row.promised, b.row.delivered) else { continue };
        let days = promised.until(delivered).map_or(0, |span| span.get_days());
        let cells = &sheet.rows[b.row.row];
        let named = mapping.row.delivery.as_ref().map(|t| t.fill(|name| sheet.cell(cells, name))).unwrap_or_default();
        let key = if named.is_empty() { format!("line {}", b.row.line) } else { named };
        deliveries.entry(key).and_modify(|d| *d = (*d).max(days)).or_insert(days);
    }
    deliveries.into_values().collect()
}

fn weeks_late(days: i32, grace: i32) -> u32 {
    u32::try_from(days.saturating_sub(grace).max(0)).unwrap_or(0).div_ceil(7)
}

fn spells(days: &[i32], grace: i32) -> Option<Spells> {
    let weeks: Vec<u32> = days.iter().map(|d| weeks_late(*d, grace)).collect();
    let longest = *weeks.iter().max()?;
    if longest == 0 {
        return None;
    }
    let n = weeks.len() as f64;
    let observed: Vec<f64> = (1..=longest).map(|k| weeks.iter().filter(|w| **w == k).count() as f64 / n).collect();
    let g = non_increasing(&observed);
    let p: f64 = g.iter().sum();
    let after = |k: usize| g.get(k + 1).copied().unwrap_or(0.0);
    let down = (0..g.len()).map(|k| (k as u32 + 1, (g[k] - after(k)) / g[0])).filter(|(_, w)| *w > 1e-12).collect();
    // All deliveries late: the plant is never up. A week of grace keeps the law valid.
    Some(Spells { up: ((1.0 - p) / g[0]).max(0.1), down })
}

/// The nearest non-increasing sequence in least squares: neighbours that rise are replaced by their mean.
fn non_increasing(values: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for value in values {
        blocks.push((*value, 1));
        while let [.., a, b] = blocks[..] {
            if a.0 / a.1 as f64 >= b.0 / b.1 as f64 {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push((a.0 + b.0, a.1 + b.1));
        }
    }
    blocks.into_iter().flat_map(|(sum, n)| std::iter::repeat_n(sum / n as f64, n)).collect()
}

fn hazard(
    text: &mut String,
    id: &str,
    plants: &[&str],
    spells: &Spells,
    days: &[i32],
    part: &LatenessPart,
    file: &str,
) {
    let nodes: Vec<String> = plants.iter().map(|p| quoted(&format!("plant:{p}"))).collect();
    let late = days.iter().filter(|d| weeks_late(**d, part.grace_days) > 0).count();
    let values: Vec<String> = spells.down.iter().map(|(k, _)| k.to_string()).collect();
    let weights: Vec<String> = spells.down.iter().map(|(_, w)| format!("{w:.6}")).collect();
    let source =
        format!("{late} of {} deliveries later than {} days after the promise: {file}", days.len(), part.grace_days);
    let _ = write!(
        text,
        "\n[[hazard]]\nid = {}\nnodes = [{}]\ncommon = false\nup = {{ law = \"exponential\", mean = {:.4} }}\ndown = {{ law = \"empirical\", values = [{}], weights = [{}] }}\ncapacity = 0.0\nrecovery = {{ shape = \"step\" }}\neffect = \"delay\"\nsource = {}\nassumed = [\"capacity\", \"recovery\"]\n",
        quoted(id),
        nodes.join(", "),
        spells.up,
        values.join(", "),
        weights.join(", "),
        quoted(&source),
    );
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_late_as_often_and_as_long_as_the_data() {
        // 100 deliveries: 6 late by one week, 3 by two, 1 by four.
        let mut days = vec![0; 90];
        days.extend([7; 6].iter().chain(&[14; 3]).chain(&[28; 1]));
        let spells = spells(&days, 0).unwrap();
        let mean: f64 = spells.down.iter().map(|(k, w)| f64::from(*k) * w).sum();
        assert!((mean / (mean + spells.up) - 0.10).abs() < 1e-9);
        let at_least = |k: u32| spells.down.iter().filter(|(x, _)| *x >= k).map(|(_, w)| w).sum::<f64>();
        let g = |k: u32| at_least(k) / (mean + spells.up);
        assert!((g(1) - 0.06).abs() < 1e-9 && (g(2) - 0.03).abs() < 1e-9);
        // Weeks 3 and 4 are pooled: their sum is right.
        assert!((g(3) + g(4) - 0.01).abs() < 1e-9);
        assert!(super::spells(&[-3, 0], 0).is_none());
    }
}
