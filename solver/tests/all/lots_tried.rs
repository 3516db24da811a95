//! Random tiny whole-pack tenders with packages, picks, conditional offers, orders, adjustments and unserved demand, with
//! and without schedules of every form on top, every allocation tried.

use ballast_domain::award::AwardLine;
use ballast_domain::tender::Tender;
use ballast_solver::Award;

use crate::brute_force::{allocations, compared};
use crate::random::{self, Random, Shape};
use crate::tender::Book;
use crate::trials::{Often, trials};

const SHAPE: Shape = Shape {
    whole: Some(3),
    sites: 2,
    needs: 2,
    fixed_charges: true,
    odd_tiers: false,
    plain_offers: false,
    stacked: false,
    rules: 1,
};

fn ids(book: &mut Book, table: &str, column: &str) -> Vec<String> {
    book.rows(table).iter().map(|r| r[column].clone()).collect()
}

/// Adds packages and picks.
pub(crate) fn lots(seed: u64, book: &mut Book) {
    let r = &mut Random::new(seed ^ 0xabcd);
    let products = ids(book, "products", "product");
    let sites = ids(book, "sites", "site");
    for b in 0..r.between(1, 2) {
        let discount = r.chance(40);
        let group = if r.chance(40) { "g" } else { "" };
        let counts = r.pick(&["yes", "no"]);
        let first = r.between(0, products.len() as u64 - 1) as usize;
        let supplier = book.rows("products")[first]["supplier"].clone();
        let mut chosen = vec![products[first].clone()];
        let fits = |row: &crate::tender::Row| !discount || row["supplier"] == supplier;
        let other: Vec<String> = book
            .rows("products")
            .iter()
            .filter(|p| fits(p) && p["product"] != products[first])
            .map(|p| p["product"].clone())
            .collect();
        if !other.is_empty() && r.chance(60) {
            chosen.push(other[r.between(0, other.len() as u64 - 1) as usize].clone());
        }
        match discount {
            true => book.push("packages", &format!("package=K{b} discount=0.{} group={group}", r.between(1, 5) * 10)),
            false => book.push(
                "packages",
                &format!("package=K{b} price={} group={group} counts={counts}", r.between(1, 20) * 10),
            ),
        }
        for product in chosen {
            let site = if r.chance(30) { r.pick(&sites.iter().map(String::as_str).collect::<Vec<_>>()) } else { "*" };
            let quantity = r.between(1, 3);
            book.push("package_lines", &format!("package=K{b} product={product} quantity={quantity} site={site}"));
        }
    }
    for _ in 0..r.between(0, 1) {
        let product = &products[r.between(0, products.len() as u64 - 1) as usize];
        let site = if r.chance(50) { r.pick(&sites.iter().map(String::as_str).collect::<Vec<_>>()) } else { "*" };
        let bound = r.pick(&["at_least=0.3", "at_most=0.5", "at_most=0", "exactly=0.333333333", "exactly=1"]);
        book.push("picks", &format!("site={site} product={product} {bound}"));
    }
}

/// Adds conditions to offers, orders, maximum awards, adjustments and shortage costs.
pub(crate) fn conditions(seed: u64, book: &mut Book) {
    let r = &mut Random::new(seed ^ 0x1234_5678);
    let products = ids(book, "products", "product");
    let level = |r: &mut Random| r.pick(&["system", "member", "site"]).to_owned();
    for i in 0..book.rows("offers").len() {
        let mut set = |column: &str, value: String| book.rows("offers")[i].insert(column.to_owned(), value);
        if r.chance(40) {
            set("structure", r.pick(&["sole", "dual", "dual", "multi"]).to_owned());
            set("structure_scope", r.pick(&["need", "category"]).to_owned());
            set("structure_level", level(r));
            set("structure_from", r.pick(&["0", "0", "0.3", "0.5"]).to_owned());
        }
        if r.chance(20) {
            set("requires_level", level(r));
            let other = products[r.between(0, products.len() as u64 - 1) as usize].clone();
            if book.rows("offers")[i]["product"] != other {
                book.rows("offers")[i].insert("requires".to_owned(), other);
            }
        }
        if r.chance(25) {
            book.rows("offers")[i].insert("minimum_order".to_owned(), r.between(1, 4).to_string());
        }
    }
    for row in book.rows("suppliers").iter_mut().filter(|s| !s.contains_key("minimum_award")) {
        if r.chance(30) {
            row.insert("maximum_award".into(), (r.between(1, 12) * 20).to_string());
        }
    }
    for row in book.rows("needs") {
        if r.chance(35) {
            row.insert("shortage_cost".into(), (r.between(1, 12) * 10).to_string());
        }
    }
    for a in 0..r.between(0, 2) {
        let scope = match r.between(0, 3) {
            0 => format!("supplier=S{}", r.between(1, 3)),
            1 => format!("product={}", products[r.between(0, products.len() as u64 - 1) as usize]),
            2 => "site=A need=N1".to_owned(),
            _ => "member=M1".to_owned(),
        };
        let worth =
            r.pick(&["once=-60", "once=40", "per_need_unit=-20", "percent_of_list=0.1", "once=-30 per_need_unit=10"]);
        book.push("adjustments", &format!("adjustment=a{a} {scope} {worth} why=test"));
    }
}

/// Tries tenders made by `add`, every other one with schedules of every form; `shows` says of an award whether it has what
/// is tried.
fn run(part: u64, add: impl Fn(u64, &mut Book), shows: impl Fn(&Tender, &Award) -> bool) {
    let tally = trials(7_000_000 + part * 1_000_000, Often(50, 1000), |seed| {
        let mut book = random::tender(seed, Shape { stacked: seed.is_multiple_of(2), ..SHAPE });
        add(seed, &mut book);
        let tender = Tender::read(&book.raw(), Default::default()).tender?;
        let all = allocations(&tender)?;
        let (trial, award) = compared(&book, &tender, &all);
        Some(trial.note("shown", award.is_some_and(|a| shows(&tender, &a))))
    });
    tally.at_least("shown", 10).at_least("feasible", 25);
}

fn buys_a_package(tender: &Tender, award: &Award) -> bool {
    award.lines.iter().any(|l| tender.offers[tender.candidates[l.candidate].offer].package.is_some())
}

fn uses_a_condition(tender: &Tender, award: &Award) -> bool {
    let conditional = |l: &AwardLine| {
        let conditions = &tender.offers[tender.candidates[l.candidate].offer].conditions;
        conditions.structure.is_some() || !conditions.requires.is_empty() || conditions.minimum_order.is_some()
    };
    award.lines.iter().any(conditional)
}

#[test]
fn packages_and_picks_agree_with_every_allocation_first_half() {
    run(0, lots, buys_a_package);
}

#[test]
fn packages_and_picks_agree_with_every_allocation_second_half() {
    run(1, lots, buys_a_package);
}

#[test]
fn conditions_and_shadow_money_agree_with_every_allocation_first_half() {
    run(2, conditions, uses_a_condition);
}

#[test]
fn conditions_and_shadow_money_agree_with_every_allocation_second_half() {
    run(3, conditions, uses_a_condition);
}

#[test]
fn all_of_it_together_agrees_with_every_allocation() {
    let both = |seed, book: &mut Book| {
        lots(seed, book);
        conditions(seed, book);
    };
    run(4, both, |tender, award| buys_a_package(tender, award) || uses_a_condition(tender, award));
}
