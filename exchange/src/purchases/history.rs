//! Purchases with their ids, returns netted: what every table of the tender is computed from.

use std::collections::BTreeMap;

use ballast_domain::Findings;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::ids;
use super::mapping::Mapping;
use super::reconciliation::{IgnoredRow, Reconciliation};
use super::rows::{self, Purchase};
use super::sheet::Sheet;

/// Days of the year that quantities are stated for (52 weeks, `docs/tender-format.md`).
pub(super) const YEAR_DAYS: i32 = 364;

/// A purchase or a netted return, with the ids of everything it speaks of.
pub(super) struct Bought {
    /// The row.
    pub row: Purchase,
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Supplier.
    pub supplier: String,
    /// Plant, if the row names one.
    pub plant: Option<String>,
    /// Product.
    pub product: String,
}

impl Bought {
    /// True for a purchase, false for a return.
    pub fn is_purchase(&self) -> bool {
        self.row.packs > Decimal::ZERO
    }
}

/// All that was used.
pub(super) struct History {
    /// Purchases and netted returns in the order of the file.
    pub rows: Vec<Bought>,
    /// First day.
    pub from: Date,
    /// Days in the window.
    pub days: i32,
}

impl History {
    /// A quantity of the window per year: × 364 / days.
    pub fn per_year(&self, quantity: Decimal) -> Decimal {
        quantity * Decimal::from(YEAR_DAYS) / Decimal::from(self.days)
    }

    /// Rows by one of their ids.
    pub fn by<'a>(&'a self, id: impl Fn(&'a Bought) -> Option<&'a str>) -> BTreeMap<&'a str, Vec<&'a Bought>> {
        let mut groups: BTreeMap<&str, Vec<&Bought>> = BTreeMap::new();
        for row in &self.rows {
            if let Some(id) = id(row) {
                groups.entry(id).or_default().push(row);
            }
        }
        groups
    }

    /// Gives ids, nets returns, and settles the account of every purchase.
    pub fn new(
        purchases: Vec<Purchase>,
        sheet: &Sheet,
        mapping: &Mapping,
        window: (Date, Date),
        account: &mut Reconciliation,
        findings: &mut Findings,
    ) -> Self {
        let file = account.file.clone();
        let wanted =
            |key: fn(&Purchase) -> (String, String), form: fn(&str) -> String| -> BTreeMap<(String, String), String> {
                purchases
                    .iter()
                    .map(key)
                    .map(|k| {
                        let id = form(&k.0);
                        (k, id)
                    })
                    .collect()
            };
        let sites = ids::assign("site", &wanted(|p| (p.texts.site.clone(), String::new()), ids::name), &file, findings);
        let suppliers =
            ids::assign("supplier", &wanted(|p| (p.texts.supplier.clone(), String::new()), ids::name), &file, findings);
        // One need in two units, or one plant under two suppliers, are two things.
        let needs =
            ids::assign("need", &wanted(|p| (p.texts.need.clone(), p.texts.unit.clone()), ids::slug), &file, findings);
        let mut plants = wanted(|p| (p.texts.plant.clone(), p.texts.supplier.clone()), ids::name);
        plants.retain(|k, _| !k.0.is_empty());
        let plants = ids::assign("plant", &plants, &file, findings);

        let id = |ids: &BTreeMap<(String, String), String>, a: &str, b: &str| {
            ids.get(&(a.to_owned(), b.to_owned())).cloned()
        };
        let mut rows: Vec<Bought> = Vec::with_capacity(purchases.len());
        let mut products: BTreeMap<(String, Option<String>, String, Decimal, String), String> = BTreeMap::new();
        let mut product_keys = Vec::with_capacity(purchases.len());
        for row in purchases {
            let texts = &row.texts;
            let need = id(&needs, &texts.need, &texts.unit).unwrap_or_default();
            let plant = id(&plants, &texts.plant, &texts.supplier);
            let supplier = id(&suppliers, &texts.supplier, "").unwrap_or_default();
            let site = id(&sites, &texts.site, "").unwrap_or_default();
            let pack = row.pack_size.normalize().to_string();
            let cells = &sheet.rows[row.row];
            let text = mapping.product.id.fill(|name| match name {
                "@need" => &need,
                "@plant" => plant.as_deref().unwrap_or(""),
                "@supplier" => &supplier,
                "@pack_size" => &pack,
                column => sheet.cell(cells, column),
            });
            let key = (need.clone(), plant.clone(), supplier.clone(), row.pack_size.normalize(), text.clone());
            products.insert(key.clone(), ids::slug(&text));
            product_keys.push(key);
            rows.push(Bought { row, site, need, supplier, plant, product: String::new() });
        }
        let products = ids::assign("product", &products, &file, findings);
        for (row, key) in rows.iter_mut().zip(product_keys) {
            row.product = products.get(&key).cloned().unwrap_or_default();
        }
        let rows = netted(rows, account);
        let days = window.0.until(window.1).map_or(0, |span| span.get_days()) + 1;
        Self { rows, from: window.0, days: days.max(1) }
    }
}

/// Returns lessen what the site bought of the product, in the order of the file, and never below nothing.
fn netted(rows: Vec<Bought>, account: &mut Reconciliation) -> Vec<Bought> {
    let mut left: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for b in rows.iter().filter(|b| b.is_purchase()) {
        *left.entry((b.site.clone(), b.product.clone())).or_default() += b.row.packs;
    }
    let mut keep = |b: &Bought| {
        if b.is_purchase() {
            rows::count_used(&b.row, "purchases", account);
            return true;
        }
        let left = left.entry((b.site.clone(), b.product.clone())).or_default();
        if *left + b.row.packs < Decimal::ZERO {
            let reason = "a return of more than the site bought in the window".to_owned();
            account.ignore(IgnoredRow { line: b.row.line, key: b.row.key.clone(), reason, money: b.row.value });
            return false;
        }
        *left += b.row.packs;
        rows::count_used(&b.row, "returns, netted against purchases", account);
        true
    };
    rows.into_iter().filter(|b| keep(b)).collect()
}
