//! What the tender is made of: ids, names and attributes from columns, and what is assumed where the file is silent.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::purchases::template::Template;

/// The tender's own settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenderPart {
    /// Name.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// First day; absent: the day after the window.
    pub starts: Option<String>,
    /// Length in years.
    #[serde(default = "one_year")]
    pub contract_years: u32,
    /// Per year.
    pub holding_rate: Option<f64>,
    /// Per year.
    pub capital_rate: Option<f64>,
    /// First words of the description.
    pub description: Option<String>,
}

/// Who buys.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SitePart {
    /// Name.
    pub id: Template,
    /// Owner.
    pub member: Option<Template>,
    /// Class.
    pub class: Option<Template>,
    /// Region.
    pub region: Option<Template>,
    /// ISO 3166 alpha-2.
    pub country: Option<Template>,
}

/// What is needed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NeedPart {
    /// What the id is made from.
    pub id: Template,
    /// Name for people; absent: the id's text.
    pub name: Option<Template>,
    /// Category.
    pub category: Template,
    /// Unit of `row.pack_size`.
    pub unit: Template,
    /// 1 to 3.
    pub criticality: Option<Template>,
    /// Criticality by category, where `criticality` gives none.
    #[serde(default)]
    pub criticality_of: BTreeMap<String, u32>,
    /// Standardization limit over all sites; raised where capacities do not allow it.
    pub max_products: Option<u32>,
    /// Coefficient of variation of a week's demand (assumed).
    pub weekly_cv: Option<f64>,
}

/// Who sells.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplierPart {
    /// Name, where `plants` does not give one.
    pub id: Template,
}

/// Where it is made.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlantPart {
    /// Name.
    pub id: Template,
}

/// What is known about a plant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownPlant {
    /// The maker; replaces the supplier of the row.
    pub supplier: Option<String>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// Region.
    pub region: Option<String>,
}

/// What is bought.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductPart {
    /// What the id is made from; `{@need}`, `{@plant}`, `{@supplier}`, `{@pack_size}` stand for what was read before.
    pub id: Template,
    /// Name for people.
    pub name: Option<Template>,
}

/// What negative quantities mean.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returns {
    /// Goods sent back: they lessen what the site bought of the product.
    Net,
    /// The rows are ignored.
    #[default]
    Ignore,
}

/// Prices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricePart {
    /// The price is the volume-weighted mean of so many months before the end; older only if there is none.
    pub recent_months: u32,
}

/// Quantity tiers inferred from order sizes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierPart {
    /// Least orders of a product.
    pub min_orders: usize,
    /// Least orders in each band.
    pub min_per_band: usize,
    /// The slope's t statistic must be below minus this.
    pub t: f64,
    /// Largest discount believed.
    pub max_discount: f64,
    /// Orders are compared only where this text is the same, such as site and channel; absent: the site.
    pub within: Option<Template>,
}

/// Freight rates.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreightPart {
    /// Rates by site and this.
    pub by: FreightBy,
    /// Unit of a rate.
    #[serde(rename = "as")]
    pub unit: FreightUnit,
    /// Least rows with known freight for a rate of its own.
    pub min_rows: usize,
}

/// What freight differs by, besides the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreightBy {
    /// The plant.
    Plant,
    /// The product.
    Product,
}

/// Unit of a freight rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreightUnit {
    /// Fraction of the list price.
    PercentOfList,
    /// Money per need unit; only by product.
    PerNeedUnit,
}

/// Lead times.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadTimePart {
    /// Least orders of a plant for a lead time of its own.
    pub min_orders: usize,
}

/// Capacity.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapacityPart {
    /// Yearly capacity of a product ÷ its largest year, at least 1 (assumed).
    pub factor: f64,
}

/// One-off cost of switching.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SwitchingPart {
    /// Money, per site and need.
    pub cost: f64,
    /// `whole` or `pro_rata`.
    pub mode: Option<String>,
}

/// Lateness.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatenessPart {
    /// Least deliveries for a hazard of its own.
    pub min_deliveries: usize,
    /// Days after the promise that are not late yet.
    #[serde(default)]
    pub grace_days: i32,
    /// Length of the pack's horizon.
    #[serde(default = "year_of_weeks")]
    pub horizon_weeks: u32,
}

fn one_year() -> u32 {
    1
}
fn year_of_weeks() -> u32 {
    52
}
