//! An instance of the sourcing benchmark (format `hsrc-1`). Money in cents, rates in basis points, members numbered from 0.

use std::path::Path;

use serde::Deserialize;

/// The format read.
pub const FORMAT: &str = "hsrc-1";

/// The instance.
#[derive(Debug, Clone, Deserialize)]
pub struct Instance {
    /// `hsrc-1`.
    pub format: String,
    /// Such as `S-1`.
    pub name: String,
    /// Number of categories.
    pub n_cat: usize,
    /// Number of sites.
    pub n_site: usize,
    /// At most so many suppliers are used.
    pub max_suppliers: u64,
    /// Least part of the net spend with small suppliers.
    pub small_share_bps: u64,
    /// Suppliers.
    pub suppliers: Vec<Supplier>,
    /// Categories.
    pub categories: Vec<Category>,
    /// Offers: a supplier in a category.
    pub offers: Vec<Offer>,
    /// Needs.
    pub needs: Vec<Need>,
    /// Products.
    pub products: Vec<Product>,
    /// By need and site: the product used today, -1 where there is no demand.
    pub incumbent: Vec<Vec<i64>>,
    /// By need and site.
    pub switch_cents: Vec<Vec<u64>>,
    /// By site and category: what clinicians accept, in percent.
    pub accept_pct: Vec<Vec<u64>>,
    /// By supplier and site.
    pub freight_bps: Vec<Vec<u64>>,
    /// A plan known to satisfy every rule: product, site, share in basis points. No solver sees it.
    #[serde(default)]
    pub planted_plan: Vec<(usize, usize, u64)>,
}

/// A supplier.
#[derive(Debug, Clone, Deserialize)]
pub struct Supplier {
    /// Counts for the small suppliers' share.
    pub small: bool,
    /// Once, if used.
    pub onboard_cents: u64,
    /// On its whole net spend.
    pub rebates: Vec<Step>,
}

/// A step of a ladder.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// Reached from here on.
    pub from_cents: u64,
    /// What it takes off the whole.
    pub bps: u64,
}

/// A category.
#[derive(Debug, Clone, Deserialize)]
pub struct Category {
    /// Least mean preference, in thousandths.
    pub pref_min_milli: i64,
    /// Most that goes to products below a site's acceptance level.
    pub carve_bps: u64,
    /// Least part that stays with the products used today.
    pub incumbent_keep_bps: u64,
}

/// What a supplier offers in a category.
#[derive(Debug, Clone, Deserialize)]
pub struct Offer {
    /// Supplier.
    pub supplier: usize,
    /// Category.
    pub category: usize,
    /// Discounts on the whole list value; the first step is the minimum award.
    pub tiers: Vec<Step>,
}

/// A need.
#[derive(Debug, Clone, Deserialize)]
pub struct Need {
    /// Category.
    pub category: usize,
    /// Two suppliers at least.
    pub critical: bool,
    /// Most of it that one supplier serves.
    pub max_share_bps: u64,
    /// Most products.
    #[serde(rename = "K")]
    pub most_products: u64,
    /// Reference price of a unit.
    pub ref_cents: u64,
    /// Least part that a used product serves.
    pub min_share_bps: u64,
    /// Units a year by site.
    pub demand: Vec<u64>,
}

/// A product.
#[derive(Debug, Clone, Deserialize)]
pub struct Product {
    /// The need it serves.
    pub need: usize,
    /// Who sells it.
    pub supplier: usize,
    /// List price of a unit.
    pub list_cents: u64,
    /// Most units a year.
    pub cap_units: u64,
    /// Preference by site, in percent.
    pub pref: Vec<u64>,
}

impl Instance {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, String> {
        let fault = |e: &dyn std::fmt::Display| format!("{}: {e}", path.display());
        let bytes = std::fs::read(path).map_err(|e| fault(&e))?;
        let instance: Self = serde_json::from_slice(&bytes).map_err(|e| fault(&e))?;
        if instance.format == FORMAT {
            Ok(instance)
        } else {
            Err(fault(&format!("the format is `{}`, expected `{FORMAT}`", instance.format)))
        }
    }

    /// The sites that have demand for a need.
    pub fn sites_of(&self, need: usize) -> impl Iterator<Item = (usize, u64)> + '_ {
        self.needs[need].demand.iter().copied().enumerate().filter(|(_, d)| *d > 0)
    }
}
