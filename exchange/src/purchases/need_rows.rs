//! Needs and demand. Demand of a site is what it bought net of returns, in need units, × 364 / days of the window. The
//! reference price is the mean price per need unit of the need's products, weighted by what was bought recently.

use std::collections::BTreeMap;

use ballast_domain::Findings;
use ballast_domain::finding::{Place, Severity};
use ballast_domain::raw::RawTable;
use rust_decimal::Decimal;

use super::cells::exactly;
use super::history::Bought;
use super::tables::{Material, Writer, fewest_products};

/// The two tables and what other tables need to know of them.
pub(super) struct Needs {
    pub needs: RawTable,
    pub demand: RawTable,
    /// By id.
    pub facts: BTreeMap<String, Facts>,
}

/// What rules need to know of a need.
pub(super) struct Facts {
    pub criticality: String,
    pub category: String,
    pub demand: Decimal,
    pub max_products: Option<u32>,
}

/// Writes both tables.
pub(super) fn needs(m: &Material<'_>, findings: &mut Findings) -> Needs {
    let (mut needs, mut demand) = (Writer::new("needs", m.file), Writer::new("demand", m.file));
    let mut facts = BTreeMap::new();
    let part = &m.mapping.need;
    let weekly_cv = part.weekly_cv.map(|cv| exactly(cv).to_string()).unwrap_or_default();
    for (need, rows) in m.history.by(|b| Some(b.need.as_str())) {
        let total = site_demand(m, need, &rows, &weekly_cv, &mut demand);
        let Some(first) = rows.first() else { continue };
        let category = super::ids::name(&m.text(&rows, Some(&part.category), &format!("category of {need}"), findings));
        let stated = m.text(&rows, part.criticality.as_ref(), &format!("criticality of {need}"), findings);
        let criticality = if stated.is_empty() {
            part.criticality_of.get(&category).map_or("2".to_owned(), u32::to_string)
        } else {
            stated
        };
        let name = m.text(&rows, part.name.as_ref(), "", findings);
        let max_products = max_products(m, need, total, findings);
        needs.row(&[
            ("need", need),
            ("category", if category.is_empty() { "other" } else { &category }),
            ("unit", &super::ids::name(&first.row.texts.unit)),
            ("name", if name.is_empty() { &first.row.texts.need } else { &name }),
            ("criticality", &criticality),
            ("reference_price", &reference_price(m, need)),
            ("max_products", &max_products.map(|n| n.to_string()).unwrap_or_default()),
            ("source", &m.source(rows.len())),
            ("assumed", if max_products.is_some() { "criticality;max_products" } else { "criticality" }),
        ]);
        facts.insert(need.to_owned(), Facts { criticality, category, demand: total, max_products });
    }
    Needs { needs: needs.0, demand: demand.0, facts }
}

fn site_demand(m: &Material<'_>, need: &str, rows: &[&Bought], weekly_cv: &str, demand: &mut Writer) -> Decimal {
    let mut by_site: BTreeMap<&str, (Decimal, usize)> = BTreeMap::new();
    for b in rows {
        let sum = by_site.entry(b.site.as_str()).or_default();
        sum.0 += b.row.packs * b.row.pack_size;
        sum.1 += 1;
    }
    let mut total = Decimal::ZERO;
    for (site, (units, rows)) in by_site {
        // Down, so that the sum never exceeds the yearly capacities, which are whole packs above the mean.
        let yearly =
            m.history.per_year(units).round_dp_with_strategy(3, rust_decimal::RoundingStrategy::ToZero).normalize();
        if yearly <= Decimal::ZERO {
            continue;
        }
        total += yearly;
        let assumed = if weekly_cv.is_empty() { "" } else { "weekly_cv" };
        demand.row(&[
            ("site", site),
            ("need", need),
            ("quantity", &yearly.to_string()),
            ("weekly_cv", weekly_cv),
            ("source", &m.source(rows)),
            ("assumed", assumed),
        ]);
    }
    total
}

fn max_products(m: &Material<'_>, need: &str, demand: Decimal, findings: &mut Findings) -> Option<u32> {
    let wanted = m.mapping.need.max_products?;
    let fewest = fewest_products(m, need, demand).unwrap_or(wanted);
    if fewest > wanted {
        let expected =
            format!("{wanted} products cannot serve the need with the capacities seen; the limit is {fewest}");
        findings.add(
            Severity::Information,
            "limit_raised",
            Place::file(m.file),
            need,
            expected,
            "raise [capacity] factor if the makers could do more",
        );
    }
    Some(wanted.max(fewest))
}

fn reference_price(m: &Material<'_>, need: &str) -> String {
    let sum = m.products.values().filter(|p| p.need == need).fold((Decimal::ZERO, Decimal::ZERO), |(v, u), p| {
        (v + p.price * p.recent_packs, u + p.recent_packs * p.pack_size)
    });
    if sum.1.is_zero() { String::new() } else { (sum.0 / sum.1).round_dp(6).normalize().to_string() }
}
