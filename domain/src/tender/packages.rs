//! Packages: all-or-nothing bids. The units of a package line are bought under offers of their own, so that candidates,
//! freight, capacities and rules treat them as any volume. A package with a price has one such offer per line, at the line's
//! part of that price; a package with a discount has one for each ordinary offer of the product.

use std::collections::BTreeSet;

use num_traits::Zero;

use super::build::{Ids, any_or};
use super::places::Places;
use super::scope_of_prices::cohort;
use super::{Conditions, Equivalence, Need, Offer, Product, Schedule, Site};
use crate::cell::{Id, List};
use crate::exact::{Exact, round, zero};
use crate::finding::{Findings, Severity};
use crate::index::*;
use crate::quantity::{Fraction, Money, Packs};
use crate::tables::{Draft, Mode, PackageLineRow, PackageRow, Pays};

/// Decimals of a package's price by the pack; what rounding leaves is the package's own, so that a package costs its price.
const PRICE_DECIMALS: u32 = 10;

/// What a package gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PackageGives {
    /// One price a year for all of it.
    Price(Money),
    /// A fraction off the net price of the ordinary offers.
    Discount(Fraction),
}

/// A package: bought 0 or 1 times.
#[derive(Debug, Clone, PartialEq)]
pub struct Package {
    /// Id.
    pub id: String,
    /// What it gives.
    pub gives: PackageGives,
    /// Exclusive group, empty if none.
    pub group: String,
    /// Its lines.
    pub lines: Vec<PackageLine>,
}

/// A line of a package.
#[derive(Debug, Clone, PartialEq)]
pub struct PackageLine {
    /// The product.
    pub product: ProductIx,
    /// Packs a year, exactly, if the package is bought.
    pub quantity: Packs,
    /// The offers under which its units are bought.
    pub offers: Vec<OfferIx>,
    /// Cheapest ordinary list price of a pack, for a package with a price; 0 where the product has no ordinary offer.
    pub ordinary: Money,
}

impl Package {
    /// The part of the package's price that a line bears: in proportion to what its packs would cost at ordinary list prices,
    /// or to packs where no product has one.
    pub fn part(&self, line: usize) -> Exact {
        let spend = |l: &PackageLine| l.ordinary.exact() * l.quantity.exact();
        let packs = |l: &PackageLine| l.quantity.exact();
        let sum = |of: &dyn Fn(&PackageLine) -> Exact| self.lines.iter().fold(zero(), |a, l| a + of(l));
        let by: &dyn Fn(&PackageLine) -> Exact = if sum(&spend).is_zero() { &packs } else { &spend };
        by(&self.lines[line]) / sum(by)
    }

    /// The package's price stands for the list price of its units (`domain.md`, §2.3): each line's part of it, by the pack.
    fn put_prices(&self, offers: &mut IxVec<OfferIx, Offer>) {
        let PackageGives::Price(price) = self.gives else { return };
        for (i, line) in self.lines.iter().enumerate() {
            let a_pack = price.exact() * self.part(i) / line.quantity.exact();
            for offer in &line.offers {
                offers[*offer].list_price = Money(round(&a_pack, PRICE_DECIMALS));
            }
        }
    }
}

/// Where in a package an offer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InPackage {
    /// The package.
    pub package: PackageIx,
    /// Its line.
    pub line: usize,
    /// The ordinary offer it stands on: of a package with a discount.
    pub base: Option<OfferIx>,
}

type Things<'a> = (&'a IxVec<SiteIx, Site>, &'a IxVec<NeedIx, Need>, &'a IxVec<ProductIx, Product>, &'a [Equivalence]);

/// Packages in order of id; their offers stand behind the ordinary ones and join the schedules they count for.
pub(super) fn packages(
    draft: &Draft,
    ids: &Ids,
    (sites, needs, products, equivalences): Things<'_>,
    (offers, schedules): (&mut IxVec<OfferIx, Offer>, &mut IxVec<ScheduleIx, Schedule>),
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<PackageIx, Package> {
    let mut cohorts = Vec::new();
    let mut rows: Vec<&PackageRow> = draft.packages.iter().collect();
    rows.sort_by(|a, b| a.package.cmp(&b.package));
    for r in &rows {
        check_package(r, places, findings);
        cohorts.push(cohort(&r.cohort, &places.cell("packages", r.at, "cohort"), ids, sites, findings));
    }
    let mut lines: Vec<Vec<(&PackageLineRow, ProductIx, Option<SiteIx>)>> = rows.iter().map(|_| Vec::new()).collect();
    let mut written: Vec<&PackageLineRow> = draft.package_lines.iter().collect();
    written.sort_by(|a, b| (&a.product, &a.site).cmp(&(&b.product, &b.site)));
    for l in written {
        let at = |column| places.cell("package_lines", l.at, column);
        let package = ids.packages.find(l.package.as_str(), at("package"), findings);
        let product = ids.products.find(l.product.as_str(), at("product"), findings);
        let site = any_or(&ids.sites, l.site.as_str(), at("site"), findings);
        if l.quantity.0.is_zero() {
            let fix = "enter the packs a year, or drop the line";
            findings.error("bad_value", at("quantity"), "0", "expected a quantity above 0", fix);
        }
        if let (Some(package), Some(product), Some(site)) = (package, product, site) {
            lines[package.ix()].push((l, product, site));
        }
    }
    // From here on every reference stands, so every index fits.
    if findings.has_errors() {
        return IxVec::default();
    }
    for (((package, row), lines), cohort) in rows.iter().enumerate().zip(&lines).zip(&cohorts) {
        let suppliers: BTreeSet<SupplierIx> = lines.iter().map(|(_, p, _)| products[*p].supplier).collect();
        if row.discount.is_some() && suppliers.len() > 1 {
            let expected = format!("package {} has products of {} suppliers", row.package, suppliers.len());
            let fix = "a discount is one supplier's; give each supplier a package of its own, or a price for the whole";
            findings.error(
                "several_suppliers",
                places.cell("packages", row.at, "discount"),
                row.discount.unwrap_or_default().to_string(),
                expected,
                fix,
            );
        }
        for (l, product, site) in lines {
            let at = |column| places.cell("package_lines", l.at, column);
            if site.is_some_and(|s| cohort.binary_search(&s).is_err()) {
                let expected = format!("the site is not in the cohort of package {}", rows[package].package);
                findings.error("bad_value", at("site"), l.site.as_str(), expected, "mend the cohort or the site");
            }
            let own = equivalences.iter().filter(|e| e.full && e.product == *product).map(|e| e.need);
            let whole = own.chain([products[*product].need]).all(|n| needs[n].whole_packs);
            if whole && !l.quantity.0.fract().is_zero() {
                let expected = format!("product {} is bought in whole packs", l.product);
                findings.error("bad_value", at("quantity"), l.quantity.to_string(), expected, "enter whole packs");
            }
            let sliced = |o: &Offer| {
                o.product == *product && o.schedules.iter().any(|s| schedules[*s].mode == Mode::Incremental)
            };
            if row.discount.is_some() && offers.iter().any(sliced) {
                let expected = format!(
                    "product {} is in an incremental schedule, so its units have no price that a discount could lower",
                    l.product
                );
                let fix = "give the package a price, or set mode = all_units on the schedule";
                findings.error("incremental_scope", at("product"), l.product.as_str(), expected, fix);
            }
            let stands_on = |o: &Offer| o.product == *product && o.sites.iter().any(|s| cohort.contains(s));
            if row.discount.is_some() && !offers.iter().any(stands_on) {
                let expected =
                    format!("product {} has no ordinary offer in the package's cohort to discount", l.product);
                let fix = "add the offer, or give the package a price";
                findings.error("missing_value", at("product"), l.product.as_str(), expected, fix);
            }
        }
    }
    if findings.has_errors() {
        return IxVec::default();
    }
    let mut packages = IxVec::default();
    for ((row, lines), cohort) in rows.into_iter().zip(lines).zip(cohorts) {
        let package = PackageIx::new(packages.len());
        let mut made = Vec::new();
        let mut sliced = BTreeSet::new();
        for (line, (l, product, site)) in lines.into_iter().enumerate() {
            let of = Line { row, package, line, product, sites: site.map_or_else(|| cohort.clone(), |s| vec![s]) };
            let suffix = site.map_or_else(String::new, |s| format!(":{}", sites[s].id));
            let (offers, ordinary) = match row.price {
                Some(_) => of.priced(draft, &products[product], &suffix, offers, schedules, &mut sliced),
                None => (of.discounted(&suffix, offers, schedules), Money::default()),
            };
            made.push(PackageLine { product, quantity: l.quantity, offers, ordinary });
        }
        if !sliced.is_empty() {
            let list = sliced.into_iter().collect::<Vec<_>>().join(", ");
            let expected =
                format!("schedule {list} is incremental: its slices have no room for units that it does not price");
            let fix = "write counts = no, or mode = all_units on the schedule";
            let at = places.cell("packages", row.at, "counts");
            findings.add(Severity::Warning, "not_counted", at, "yes", expected, fix);
        }
        let gives = match row.price {
            Some(price) => PackageGives::Price(price),
            None => PackageGives::Discount(row.discount.unwrap_or_default()),
        };
        let group = row.group.as_ref().map(ToString::to_string).unwrap_or_default();
        let made = Package { id: row.package.to_string(), gives, group, lines: made };
        made.put_prices(offers);
        packages.push(made);
    }
    packages
}

fn check_package(r: &PackageRow, places: &Places<'_>, findings: &mut Findings) {
    let at = |column| places.cell("packages", r.at, column);
    match (r.price, r.discount) {
        (None, None) => {
            let fix = "fill in `price` or `discount`";
            findings.error("missing_value", at("price"), "", "the package has neither a price nor a discount", fix);
        }
        (Some(_), Some(discount)) => {
            let expected = "the package has a price, so there is nothing to take a discount from";
            findings.error("bad_value", at("discount"), discount.to_string(), expected, "keep one of the two");
        }
        _ => {}
    }
    let written = places.written("package_lines", "package", "package", "package");
    if written.is_some_and(|w| !w.contains(r.package.as_str())) {
        let fix = "add its products to `package_lines`";
        findings.error("missing_value", at("package"), r.package.as_str(), "the package contains nothing", fix);
    }
}

/// A line on its way to its offers.
struct Line<'a> {
    row: &'a PackageRow,
    package: PackageIx,
    line: usize,
    product: ProductIx,
    sites: Vec<SiteIx>,
}

impl Line<'_> {
    /// The one offer of a line of a package with a price, and the ordinary list price. `sliced` are the incremental schedules
    /// that would count it.
    fn priced(
        self,
        draft: &Draft,
        product: &Product,
        suffix: &str,
        offers: &mut IxVec<OfferIx, Offer>,
        schedules: &mut IxVec<ScheduleIx, Schedule>,
        sliced: &mut BTreeSet<String>,
    ) -> (Vec<OfferIx>, Money) {
        let ordinary = offers.iter().filter(|o| o.product == self.product && o.package.is_none());
        let cheapest = ordinary.min_by_key(|o| o.list_price).map(|o| (o.list_price, o.lead_time));
        let (ordinary, lead_time) = cheapest.unwrap_or_default();
        let offer = offers.push(Offer {
            id: format!("{}:{}{suffix}", self.row.package, product.id),
            product: self.product,
            list_price: Money::default(),
            needs_tier: false,
            layer: self.row.layer,
            sites: self.sites,
            markup: Fraction::default(),
            max_packs: None,
            minimum_if_used: None,
            lead_time: self.row.lead_time.unwrap_or(lead_time),
            pays: Pays::Pack,
            ceiling: None,
            contract: String::new(),
            proof: String::new(),
            failure_to_supply: None,
            conditions: Conditions::default(),
            price_factor: Vec::new(),
            schedules: Vec::new(),
            package: Some(InPackage { package: self.package, line: self.line, base: None }),
        });
        // It counts where its product or supplier counts; a schedule that counts offers by name does not name it.
        if self.row.counts {
            let row = draft.products.iter().find(|p| p.product.as_str() == product.id);
            let need = row.and_then(|p| draft.needs.iter().find(|n| n.need == p.need));
            for r in &draft.schedules {
                let has = |list: &List, id: Option<&Id>| id.is_some_and(|id| list.0.iter().any(|c| c == id.as_str()));
                let of_supplier = has(&r.counts_suppliers, row.map(|p| &p.supplier));
                let in_category = has(&r.counts_categories, need.map(|n| &n.category));
                let ours = match (r.counts_categories.0.is_empty(), r.counts_suppliers.0.is_empty()) {
                    (false, false) => of_supplier && in_category,
                    (false, true) => in_category,
                    (true, _) => of_supplier,
                };
                if !ours && !r.counts_products.0.contains(&product.id) {
                    continue;
                }
                // Slices of what a schedule applies to have no room for units that it does not price.
                if r.mode == Mode::Incremental {
                    sliced.insert(r.schedule.to_string());
                    continue;
                }
                let named = schedules.indexes().find(|s| schedules[*s].id == r.schedule.as_str());
                if let Some(schedule) = named {
                    schedules[schedule].counts.push(offer);
                }
            }
        }
        (vec![offer], ordinary)
    }

    /// The offers of a line of a package with a discount: like the ordinary ones, in their schedules, but for their own
    /// limits, which speak of what is bought outside packages.
    fn discounted(
        self,
        suffix: &str,
        offers: &mut IxVec<OfferIx, Offer>,
        schedules: &mut IxVec<ScheduleIx, Schedule>,
    ) -> Vec<OfferIx> {
        let ordinary: Vec<OfferIx> = offers
            .enumerate()
            .filter(|(_, o)| o.product == self.product && o.package.is_none())
            .map(|(ix, _)| ix)
            .collect();
        let mut made = Vec::new();
        for base in ordinary {
            let like = offers[base].clone();
            let sites: Vec<SiteIx> = self.sites.iter().copied().filter(|s| like.sites.contains(s)).collect();
            if sites.is_empty() {
                continue;
            }
            let offer = offers.push(Offer {
                id: format!("{}:{}{suffix}", self.row.package, like.id),
                sites,
                max_packs: None,
                minimum_if_used: None,
                conditions: Conditions { minimum_order: None, ..like.conditions.clone() },
                package: Some(InPackage { package: self.package, line: self.line, base: Some(base) }),
                ..like
            });
            for schedule in schedules.indexes() {
                let schedule = &mut schedules[schedule];
                for scope in [&mut schedule.counts, &mut schedule.applies_to] {
                    if scope.contains(&base) {
                        scope.push(offer);
                    }
                }
            }
            made.push(offer);
        }
        made
    }
}
