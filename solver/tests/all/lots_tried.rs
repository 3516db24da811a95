//! Random tiny whole-pack tenders with packages and picks, every allocation tried.

use ballast_domain::award::AwardLine;
use ballast_domain::index::CandidateIx;
use ballast_domain::quantity::NeedUnits;
use ballast_domain::tender::Tender;
use ballast_solver::Award;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::brute_force::{disagreement, split};
use crate::random::{self, Random, Shape};
use crate::tender::{Book, solve};

const SHAPE: Shape =
    Shape { whole: Some(3), sites: 2, needs: 2, fixed_charges: true, odd_tiers: false, plain_offers: false, rules: 1 };

/// More allocations than this are not tried; the seed is skipped.
const MOST: usize = 1200;

/// Every way to serve each cell in whole packs of one unit.
fn allocations(tender: &Tender) -> Option<Vec<Award>> {
    let mut all = vec![Vec::new()];
    for (ix, cell) in tender.cells.enumerate() {
        let candidates: Vec<CandidateIx> = tender.candidates_of(ix).collect();
        let demand = cell.quantity.0.to_u64()?;
        let mut splits = Vec::new();
        split(&candidates, demand, &mut Vec::new(), &mut splits);
        if all.len() * splits.len() > MOST {
            return None;
        }
        all = all.iter().flat_map(|a: &Vec<(CandidateIx, u64)>| splits.iter().map(|s| [&a[..], s].concat())).collect();
    }
    let line = |(candidate, n): (CandidateIx, u64)| AwardLine {
        candidate,
        used: NeedUnits(Decimal::from(n)),
        whole_packs: Some(n),
    };
    Some(all.into_iter().map(|a| Award { lines: a.into_iter().map(line).collect(), ..Award::default() }).collect())
}

fn ids(book: &mut Book, table: &str, column: &str) -> Vec<String> {
    book.rows(table).iter().map(|r| r[column].clone()).collect()
}

/// Adds packages and picks.
fn bids(seed: u64, book: &mut Book) {
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

/// Tenders tried, with an award, and with a package in their award.
fn run(part: u64) {
    let count: u32 = if std::env::var("BALLAST_TRIALS").is_ok_and(|t| t == "1") { 1000 } else { 50 };
    let (mut tried, mut bought, mut without) = (0, 0, 0);
    let mut wrong = Vec::new();
    let mut seed = 7_000_000 + part * 1_000_000;
    while tried < count {
        seed += 1;
        let mut book = random::tender(seed, SHAPE);
        bids(seed, &mut book);
        let tender = book.read();
        let Some(all) = allocations(&tender) else { continue };
        tried += 1;
        match disagreement(&book, &tender, &all) {
            Some(text) => wrong.push(format!("seed {seed}: {text}")),
            None => match solve(&tender).award {
                Some((award, _)) => {
                    let in_package = |l: &AwardLine| tender.offers[tender.candidates[l.candidate].offer].package;
                    bought += u32::from(award.lines.iter().any(|l| in_package(l).is_some()));
                }
                None => without += 1,
            },
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} disagree; the first:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
    assert!(
        bought * 10 > tried && without * 2 < tried,
        "{bought} with a package and {without} without award of {tried}"
    );
}

#[test]
fn packages_and_picks_agree_with_every_allocation_first_half() {
    run(0);
}

#[test]
fn packages_and_picks_agree_with_every_allocation_second_half() {
    run(1);
}
