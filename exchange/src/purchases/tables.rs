//! The tables of the tender, row by row, from the history. Every row says where it comes from and what is assumed.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Findings;
use ballast_domain::finding::{Place, Severity};
use ballast_domain::raw::{RawTable, RawTender};
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::cells::exactly;
use super::feasibility::{Source, fewest};
use super::freight_rates;
use super::history::{Bought, History};
use super::mapping::{FreightBy, FreightUnit, Mapping};
use super::products::Product;
use super::references::Freight;
use super::rules::{self, Known, Reach};
use super::sheet::Sheet;
use super::template::Template;
use super::{lead_times, need_rows};

/// What the tables are written from.
pub(super) struct Material<'a> {
    pub history: &'a History,
    pub products: &'a BTreeMap<String, Product>,
    pub sheet: &'a Sheet,
    pub mapping: &'a Mapping,
    pub file: &'a str,
    pub description: String,
    pub to: Date,
}

impl Material<'_> {
    /// The text of a template that most of the money of these rows goes with, blank if there is no template. If rows
    /// differ, that is reported under `what`, unless it is blank.
    pub fn text(&self, rows: &[&Bought], template: Option<&Template>, what: &str, findings: &mut Findings) -> String {
        let Some(template) = template else { return String::new() };
        let mut money: BTreeMap<String, Decimal> = BTreeMap::new();
        for b in rows {
            let cells = &self.sheet.rows[b.row.row];
            *money.entry(template.fill(|name| self.sheet.cell(cells, name))).or_default() += b.row.value.abs();
        }
        let best = money
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))
            .map(|(text, _)| text.clone())
            .unwrap_or_default();
        if money.len() > 1 && !what.is_empty() {
            let others: Vec<&str> = money.keys().filter(|t| **t != best).map(String::as_str).collect();
            let expected = format!("{what}: rows also say {}; the one with most money holds", others.join(" / "));
            findings.add(
                Severity::Information,
                "several_values",
                Place::file(self.file),
                best.clone(),
                expected,
                "derive one value in the mapping if this one is wrong",
            );
        }
        best
    }

    /// Where the figures of these rows come from.
    pub fn source(&self, rows: usize) -> String {
        format!("{rows} {} of {}", if rows == 1 { "row" } else { "rows" }, self.file)
    }
}

/// Collects the rows of one table.
pub(super) struct Writer(pub RawTable);

impl Writer {
    /// An empty table.
    pub fn new(name: &str, file: &str) -> Self {
        Self(RawTable { name: name.to_owned(), file: format!("{name} from {file}"), ..RawTable::default() })
    }

    /// Adds a row; blank cells stay blank.
    pub fn row(&mut self, cells: &[(&str, &str)]) {
        let place = Place { line: u32::try_from(self.0.rows.len() + 1).ok(), ..Place::file(&self.0.file) };
        self.0.push(place, cells.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    }
}

/// The tender.
pub(super) fn tender(material: &Material<'_>, findings: &mut Findings) -> RawTender {
    let needs = need_rows::needs(material, findings);
    let mut tables = vec![settings(material), sites(material, findings)];
    let rules = rules::rules(material.mapping, &known(material, &needs), "rules", findings);
    tables.extend([
        needs.needs,
        needs.demand,
        suppliers(material),
        plants(material, findings),
        products(material, findings),
    ]);
    tables.push(offers(material));
    tables.extend(schedules(material));
    tables.extend([freight(material), incumbents(material), switching(material), rules]);
    tables.retain(|t| !t.rows.is_empty());
    RawTender { tables }
}

fn settings(m: &Material<'_>) -> RawTable {
    let mut table = Writer::new("tender", m.file);
    let part = &m.mapping.tender;
    let rate = |r: Option<f64>| r.map(|r| exactly(r).to_string()).unwrap_or_default();
    table.row(&[
        ("name", &part.name),
        ("currency", &part.currency),
        ("starts", &m.mapping.starts(m.to).to_string()),
        ("contract_years", &part.contract_years.to_string()),
        ("holding_rate", &rate(part.holding_rate)),
        ("capital_rate", &rate(part.capital_rate)),
        ("description", &m.description),
    ]);
    table.0
}

fn sites(m: &Material<'_>, findings: &mut Findings) -> RawTable {
    let mut table = Writer::new("sites", m.file);
    let part = &m.mapping.site;
    for (site, rows) in m.history.by(|b| Some(b.site.as_str())) {
        let mut text = |template: &Option<Template>, what: &str| {
            m.text(&rows, template.as_ref(), &format!("{what} of {site}"), findings)
        };
        let (member, class, region, country) = (
            text(&part.member, "member"),
            text(&part.class, "class"),
            text(&part.region, "region"),
            text(&part.country, "country"),
        );
        table.row(&[
            ("site", site),
            ("name", rows.first().map_or("", |b| &b.row.texts.site)),
            ("member", &super::ids::name(&member)),
            ("class", &super::ids::name(&class)),
            ("site_region", &super::ids::name(&region)),
            ("country", &super::ids::name(&country)),
            ("source", &m.source(rows.len())),
        ]);
    }
    table.0
}

fn suppliers(m: &Material<'_>) -> RawTable {
    let mut table = Writer::new("suppliers", m.file);
    let all: Decimal = m.history.rows.iter().map(|b| b.row.value).sum();
    for (supplier, rows) in m.history.by(|b| Some(b.supplier.as_str())) {
        let own: Decimal = rows.iter().map(|b| b.row.value).sum();
        let share = if all.is_zero() {
            Decimal::ZERO
        } else {
            (own / all).clamp(Decimal::ZERO, Decimal::ONE).round_dp(6).normalize()
        };
        table.row(&[
            ("supplier", supplier),
            ("name", rows.first().map_or("", |b| &b.row.texts.supplier)),
            ("market_share", &share.to_string()),
            ("source", &m.source(rows.len())),
            // The buyer's own spend stands in for the market.
            ("assumed", "market_share"),
        ]);
    }
    table.0
}

fn plants(m: &Material<'_>, findings: &mut Findings) -> RawTable {
    let mut table = Writer::new("plants", m.file);
    for (plant, rows) in m.history.by(|b| b.plant.as_deref()) {
        let Some(first) = rows.first() else { continue };
        let name = &first.row.texts.plant;
        let known = m.mapping.plants.get(name).cloned().unwrap_or_default();
        if known.country.is_none() {
            findings.add(
                Severity::Information,
                "unmapped_plant",
                Place::file(m.file),
                name.clone(),
                "the mapping does not say in which country the plant lies",
                "add it to [plants]",
            );
        }
        table.row(&[
            ("plant", plant),
            ("supplier", &first.supplier),
            ("name", name),
            ("plant_region", &super::ids::name(&known.region.unwrap_or_default())),
            ("country", &super::ids::name(&known.country.unwrap_or_default())),
            ("source", &m.source(rows.len())),
        ]);
    }
    table.0
}

fn products(m: &Material<'_>, findings: &mut Findings) -> RawTable {
    let mut table = Writer::new("products", m.file);
    let rows_of = m.history.by(|b| Some(b.product.as_str()));
    for (id, product) in m.products {
        let rows = rows_of.get(id.as_str()).map_or(&[][..], Vec::as_slice);
        let name = m.text(rows, m.mapping.product.name.as_ref(), "", findings);
        table.row(&[
            ("product", id),
            ("supplier", &product.supplier),
            ("need", &product.need),
            ("use_factor", &product.pack_size.to_string()),
            ("name", &name),
            ("plants", product.plant.as_deref().unwrap_or("")),
            ("capacity_packs", &product.capacity.normalize().to_string()),
            ("source", &m.source(product.rows)),
            ("assumed", "capacity_packs"),
        ]);
    }
    table.0
}

fn offers(m: &Material<'_>) -> RawTable {
    let mut table = Writer::new("offers", m.file);
    let leads = lead_times::weeks(m.history, m.mapping);
    for (id, product) in m.products {
        let lead =
            leads.get(product.plant.as_deref().unwrap_or("")).or_else(|| leads.get("")).copied().unwrap_or_default();
        table.row(&[
            ("offer", id),
            ("product", id),
            ("price", &product.price.to_string()),
            ("lead_time", &lead.to_string()),
            ("source", &m.source(product.rows)),
            ("assumed", if product.tiers.is_some() { "price" } else { "" }),
        ]);
    }
    table.0
}

fn schedules(m: &Material<'_>) -> [RawTable; 2] {
    let (mut schedules, mut tiers) = (Writer::new("schedules", m.file), Writer::new("tiers", m.file));
    for (id, product) in m.products {
        let Some(found) = &product.tiers else { continue };
        let source = format!(
            "{} orders of {}: price falls with order size as its power {:.3}, t = {:.1}",
            found.orders, m.file, found.slope.0, found.slope.1
        );
        schedules.row(&[
            ("schedule", id),
            ("basis", "packs"),
            ("mode", "all_units"),
            ("cohort_mode", "site"),
            ("gives", "percent"),
            ("counts_products", id),
            ("source", &source),
            ("assumed", "*"),
        ]);
        for (from, discount) in &found.steps {
            tiers.row(&[
                ("schedule", id),
                ("from", &from.to_string()),
                ("value", &discount.to_string()),
                ("assumed", "*"),
            ]);
        }
    }
    [schedules.0, tiers.0]
}

fn freight(m: &Material<'_>) -> RawTable {
    let mut table = Writer::new("freight", m.file);
    let Some(part) = &m.mapping.freight else { return table.0 };
    let by = if part.by == FreightBy::Plant { "plant" } else { "product" };
    let unit = if part.unit == FreightUnit::PercentOfList { "percent_of_list" } else { "per_need_unit" };
    for rate in freight_rates::rates(m.history, part) {
        table.row(&[
            ("freight", &rate.id),
            ("site", &rate.site),
            (by, &rate.by),
            (unit, &rate.rate.to_string()),
            ("source", &m.source(rate.rows)),
        ]);
    }
    table.0
}

fn incumbents(m: &Material<'_>) -> RawTable {
    let mut table = Writer::new("incumbents", m.file);
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&Bought>> = BTreeMap::new();
    for b in &m.history.rows {
        groups.entry((&b.site, &b.need, &b.product)).or_default().push(b);
    }
    for ((site, need, product), rows) in groups {
        let net: Decimal = rows.iter().map(|b| b.row.packs * b.row.pack_size).sum();
        // The price paid is that of the purchases: what came back at another price does not change it.
        let bought = rows.iter().filter(|b| b.is_purchase());
        let (money, packs) =
            bought.clone().fold((Decimal::ZERO, Decimal::ZERO), |(v, q), b| (v + b.row.value, q + b.row.packs));
        let included: Decimal = bought.filter(|b| b.row.freight == Freight::Included).map(|b| b.row.packs).sum();
        if net <= Decimal::ZERO || packs.is_zero() {
            continue;
        }
        table.row(&[
            ("site", site),
            ("need", need),
            ("product", product),
            ("quantity", &m.history.per_year(net).round_dp(3).normalize().to_string()),
            ("price", &(money / packs).round_dp(4).normalize().to_string()),
            ("freight_included", if included * Decimal::TWO > packs { "yes" } else { "no" }),
            ("source", &m.source(rows.len())),
        ]);
    }
    table.0
}

fn switching(m: &Material<'_>) -> RawTable {
    let mut table = Writer::new("switching", m.file);
    if let Some(part) = &m.mapping.switching {
        table.row(&[
            ("cost", &exactly(part.cost).to_string()),
            ("mode", part.mode.as_deref().unwrap_or("")),
            ("source", "mapping"),
            ("assumed", "cost"),
        ]);
    }
    table.0
}

fn known<'a>(m: &'a Material<'_>, needs: &'a need_rows::Needs) -> Known<'a> {
    let ids = |of: fn(&Bought) -> Option<&str>| -> BTreeSet<String> {
        m.history.by(of).into_keys().map(str::to_owned).collect()
    };
    let mut by_need: BTreeMap<&str, Vec<Source<'_>>> = BTreeMap::new();
    for p in m.products.values() {
        by_need.entry(&p.need).or_default().push((&p.supplier, p.capacity * p.pack_size));
    }
    let reach = |(id, facts): (&'a String, &'a need_rows::Facts)| {
        let sources = by_need.get(id.as_str()).cloned().unwrap_or_default();
        (
            id.as_str(),
            Reach {
                criticality: facts.criticality.clone(),
                demand: facts.demand,
                sources,
                max_products: facts.max_products,
            },
        )
    };
    Known {
        ids: [
            ("site", ids(|b| Some(&b.site))),
            ("need", needs.facts.keys().cloned().collect()),
            ("supplier", ids(|b| Some(&b.supplier))),
            ("plant", ids(|b| b.plant.as_deref())),
            ("product", ids(|b| Some(&b.product))),
            ("category", needs.facts.values().map(|f| f.category.clone()).collect()),
        ]
        .into(),
        needs: needs.facts.iter().map(reach).collect(),
    }
}

/// Fewest products that can serve a need, each supplier as much as it can.
pub(super) fn fewest_products(m: &Material<'_>, need: &str, demand: Decimal) -> Option<u32> {
    let of_need = m.products.values().filter(|p| p.need == need);
    let sources: Vec<Source<'_>> = of_need.map(|p| (p.supplier.as_str(), p.capacity * p.pack_size)).collect();
    fewest(&sources, demand, Decimal::ONE)
}
