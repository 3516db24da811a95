//! An instance as a tender: the JSON rendering that `ballast award` reads, saying exactly what the instance says.
//!
//! | instance | tender |
//! |---|---|
//! | rule 1, demand | `demand` (all of it is served) |
//! | 2, formulary | `needs.max_products` |
//! | 3, minimum share | rule `minimum-share` |
//! | 4, capacity | `products.capacity_packs`, a unit is a pack |
//! | 5, maximum share | rule `maximum-share-BPS` |
//! | 6, minimum award | rule `minimum-award-OFFER`, list spend |
//! | 7, supplier count | rule `supplier-count` |
//! | 8, small suppliers | rule `small-suppliers`, net spend |
//! | 9, preference | rule `preference-MILLI` |
//! | 10, carve-out | rule `carve-out-BPS`; `preferences.acceptable` says who stays below the acceptance level |
//! | 11, incumbents kept | rule `incumbents-kept-BPS` |
//! | tiers | a discount schedule for each offer, on list spend |
//! | rebates | a rebate schedule for each supplier, on net spend |
//! | freight, onboarding, switching | tables of the same names; one contract year, so that once is once a year |
//!
//! The unit of money is a hundredth of a cent: Ballast rounds each component of the cost to two decimals, the referee
//! rounds their sum to the cent, and so the two round alike.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use crate::instance::{Category, Instance, Need, Step};

/// Units of the tender's money in a cent.
pub const UNITS_A_CENT: u64 = 100;

/// `n` units of 10^-`decimals` as a decimal.
fn decimal(n: u64, decimals: u32) -> String {
    let one = 10u64.pow(decimals);
    match n % one {
        0 => (n / one).to_string(),
        rest => {
            let digits = format!("{rest:0width$}", width = decimals as usize);
            format!("{}.{}", n / one, digits.trim_end_matches('0'))
        }
    }
}

/// All of it, in basis points.
const WHOLE: u64 = 10_000;

fn bps(n: u64) -> String {
    decimal(n, 4)
}

fn money(cents: u64) -> String {
    (cents * UNITS_A_CENT).to_string()
}

/// Writes tables one after the other, a row a line.
struct Tables<W> {
    to: W,
    first: bool,
}

impl<W: Write> Tables<W> {
    fn table(&mut self, name: &str, rows: impl Iterator<Item = String>) -> io::Result<()> {
        write!(self.to, ",\n\"{name}\":[")?;
        self.first = true;
        for row in rows {
            write!(self.to, "{}\n{{{row}}}", if self.first { "" } else { "," })?;
            self.first = false;
        }
        write!(self.to, "]")
    }
}

/// Writes the tender of an instance. Its money is of no country, and small: `XTS` is ISO 4217's code for testing, and an
/// amount of 1 is a hundredth of a cent of the instance, so that shares of prices are whole numbers.
pub fn write(instance: &Instance, to: impl Write) -> io::Result<()> {
    let mut out = Tables { to, first: true };
    let i = instance;
    write!(
        out.to,
        r#"{{"schema":"ballast.tender/1",
"tender":{{"name":"{}","currency":"XTS","starts":"2026-01-01","contract_years":1,"description":"Sourcing benchmark, {}; money in hundredths of a cent"}}"#,
        i.name, i.name
    )?;
    out.table("sites", (0..i.n_site).map(|h| format!(r#""site":"h{h}""#)))?;
    out.table(
        "needs",
        i.needs.iter().enumerate().map(|(n, need)| {
            format!(
                r#""need":"n{n}","category":"c{}","unit":"unit","criticality":{},"reference_price":{},"max_products":{}"#,
                need.category,
                if need.critical { 1 } else { 2 },
                money(need.ref_cents),
                need.most_products
            )
        }),
    )?;
    let cells = || (0..i.needs.len()).flat_map(|n| i.sites_of(n).map(move |(h, d)| (n, h, d)));
    out.table("demand", cells().map(|(n, h, d)| format!(r#""site":"h{h}","need":"n{n}","quantity":{d}"#)))?;
    out.table(
        "suppliers",
        i.suppliers.iter().enumerate().map(|(s, supplier)| {
            format!(
                r#""supplier":"s{s}","onboarding_cost":{},"attr.small":"{}""#,
                money(supplier.onboard_cents),
                if supplier.small { "yes" } else { "no" }
            )
        }),
    )?;
    out.table(
        "products",
        i.products.iter().enumerate().map(|(p, product)| {
            format!(
                r#""product":"p{p}","supplier":"s{}","need":"n{}","use_factor":1,"capacity_packs":{}"#,
                product.supplier, product.need, product.cap_units
            )
        }),
    )?;
    out.table(
        "offers",
        i.products
            .iter()
            .enumerate()
            .map(|(p, product)| format!(r#""offer":"p{p}","product":"p{p}","price":{}"#, money(product.list_cents))),
    )?;
    schedules(i, &mut out)?;
    out.table(
        "freight",
        i.freight_bps.iter().enumerate().flat_map(|(s, row)| {
            row.iter().enumerate().map(move |(h, rate)| {
                format!(r#""freight":"s{s}-h{h}","supplier":"s{s}","site":"h{h}","percent_of_list":{}"#, bps(*rate))
            })
        }),
    )?;
    out.table(
        "preferences",
        i.products.iter().enumerate().flat_map(|(p, product)| {
            let category = i.needs[product.need].category;
            i.sites_of(product.need).map(move |(h, _)| {
                let refused = product.pref[h] < i.accept_pct[h][category];
                let refused = if refused { r#","acceptable":"no""# } else { "" };
                format!(r#""site":"h{h}","product":"p{p}","score":{}{refused}"#, decimal(product.pref[h], 2))
            })
        }),
    )?;
    out.table(
        "incumbents",
        cells().filter_map(|(n, h, d)| {
            let p = usize::try_from(i.incumbent[n][h]).ok()?;
            let price = money(i.products[p].list_cents);
            Some(format!(r#""site":"h{h}","need":"n{n}","product":"p{p}","quantity":{d},"price":{price}"#))
        }),
    )?;
    out.table(
        "switching",
        cells().map(|(n, h, _)| format!(r#""site":"h{h}","need":"n{n}","cost":{}"#, money(i.switch_cents[n][h]))),
    )?;
    out.table("rules", rules(i).into_iter())?;
    writeln!(out.to, "\n}}")?;
    out.to.flush()
}

/// Steps that give something; of those from the same value on, the last holds.
fn given(steps: &[Step]) -> impl Iterator<Item = &Step> {
    let behind = steps.iter().skip(1).map(Some).chain([None]);
    steps
        .iter()
        .zip(behind)
        .filter(|(t, next)| t.bps > 0 && next.is_none_or(|n| n.from_cents > t.from_cents))
        .map(|(t, _)| t)
}

fn schedules<W: Write>(i: &Instance, out: &mut Tables<W>) -> io::Result<()> {
    let offers = i.offers.iter().filter(|o| given(&o.tiers).next().is_some());
    let sells = |s: usize| i.offers.iter().any(|o| o.supplier == s);
    let suppliers =
        i.suppliers.iter().enumerate().filter(|(s, supplier)| sells(*s) && given(&supplier.rebates).next().is_some());
    let discounts = offers.clone().map(|o| {
        format!(
            r#""schedule":"s{0}-c{1}","basis":"spend","mode":"all_units","counts_suppliers":"s{0}","counts_categories":"c{1}""#,
            o.supplier, o.category
        )
    });
    let rebates = suppliers.clone().map(|(s, _)| {
        format!(r#""schedule":"s{s}","kind":"rebate","basis":"spend","mode":"all_units","counts_suppliers":"s{s}""#)
    });
    out.table("schedules", discounts.chain(rebates))?;
    let tier = |schedule: String, step: &Step| {
        format!(r#""schedule":"{schedule}","from":{},"value":{}"#, money(step.from_cents), bps(step.bps))
    };
    let of_offers =
        offers.flat_map(|o| given(&o.tiers).map(move |t| tier(format!("s{}-c{}", o.supplier, o.category), t)));
    let of_suppliers =
        suppliers.flat_map(|(s, supplier)| given(&supplier.rebates).map(move |t| tier(format!("s{s}"), t)));
    out.table("tiers", of_offers.chain(of_suppliers))
}

/// Members by a value that they share, so that one rule speaks of all of them.
fn alike(values: impl Iterator<Item = u64>) -> BTreeMap<u64, BTreeSet<usize>> {
    let mut groups: BTreeMap<u64, BTreeSet<usize>> = BTreeMap::new();
    for (member, value) in values.enumerate() {
        groups.entry(value).or_default().insert(member);
    }
    groups
}

/// The scope of a rule: some of the members of a dimension, and nothing to say where it is all of them.
fn some(dimension: &str, members: &BTreeSet<usize>, all: usize) -> String {
    if members.len() == all {
        return String::new();
    }
    let letter = &dimension[..1];
    let named = members.iter().map(|m| format!("\"{letter}{m}\"")).collect::<Vec<_>>().join(",");
    format!(r#","scope.{dimension}":[{named}]"#)
}

fn rules(i: &Instance) -> Vec<String> {
    let of_needs = |value: fn(&Need) -> u64| alike(i.needs.iter().map(value));
    let of_categories = |value: fn(&Category) -> u64| alike(i.categories.iter().map(value));
    let needs = |group: &BTreeSet<usize>| some("need", group, i.needs.len());
    let categories = |group: &BTreeSet<usize>| some("category", group, i.categories.len());
    let mut rules = Vec::new();
    for (share, group) in of_needs(|n| n.min_share_bps).iter().filter(|(v, _)| **v > 0) {
        rules.push(format!(
            r#""id":"minimum-share-{share}","measure":"share","each":["product","need"],"within":["need"],"at_least":{},"if_used":"yes"{}"#,
            bps(*share),
            needs(group)
        ));
    }
    for (share, group) in of_needs(|n| n.max_share_bps).iter().filter(|(v, _)| **v < WHOLE) {
        rules.push(format!(
            r#""id":"maximum-share-{share}","measure":"share","each":["supplier","need"],"within":["need"],"at_most":{}{}"#,
            bps(*share),
            needs(group)
        ));
    }
    for offer in &i.offers {
        let Some(first) = offer.tiers.first().filter(|t| t.from_cents > 0) else { continue };
        rules.push(format!(
            r#""id":"minimum-award-s{0}-c{1}","measure":"spend","spend_level":"list","at_least":{2},"if_used":"yes","scope.supplier":["s{0}"],"scope.category":["c{1}"]"#,
            offer.supplier,
            offer.category,
            money(first.from_cents)
        ));
    }
    rules.push(format!(r#""id":"supplier-count","measure":"count","of":"supplier","at_most":{}"#, i.max_suppliers));
    if i.small_share_bps > 0 {
        rules.push(format!(
            r#""id":"small-suppliers","measure":"share","weight":"spend","spend_level":"net","at_least":{},"scope.supplier.small":["yes"]"#,
            bps(i.small_share_bps)
        ));
    }
    for (mean, group) in of_categories(|c| u64::try_from(c.pref_min_milli).unwrap_or(0)).iter().filter(|(v, _)| **v > 0)
    {
        rules.push(format!(
            r#""id":"preference-{mean}","measure":"mean","of":"preference","weight":"reference","each":["category"],"at_least":{}{}"#,
            decimal(*mean, 3),
            categories(group)
        ));
    }
    for (share, group) in of_categories(|c| c.carve_bps).iter().filter(|(v, _)| **v < WHOLE) {
        rules.push(format!(
            r#""id":"carve-out-{share}","measure":"share","weight":"reference","each":["category","site"],"within":["category","site"],"at_most":{},"scope.acceptable":["no"]{}"#,
            bps(*share),
            categories(group)
        ));
    }
    for (share, group) in of_categories(|c| c.incumbent_keep_bps).iter().filter(|(v, _)| **v > 0) {
        rules.push(format!(
            r#""id":"incumbents-kept-{share}","measure":"share","weight":"reference","each":["category"],"within":["category"],"at_least":{},"scope.incumbent":["yes"]{}"#,
            bps(*share),
            categories(group)
        ));
    }
    rules
}
