//! Random tiny tenders with clinical features on top of all others: several clinician groups that move, outcome cost with
//! a weight, sizes to cover, classes of criticality, procedures paid by their components. Every allocation is tried.

use ballast_domain::certificate::Component;
use rust_decimal::Decimal;

use crate::brute_force::{allocations, disagreement, enumerated};
use crate::random::{self, Random, Shape};
use crate::tender::Book;

const SHAPE: Shape = Shape {
    whole: Some(3),
    sites: 2,
    needs: 2,
    fixed_charges: true,
    odd_tiers: false,
    plain_offers: false,
    rules: 1,
    stacked: false,
};

/// What a tender got, so that the test can tell whether everything was tried.
#[derive(Debug, Default)]
struct Tried {
    groups: usize,
    outcomes: usize,
    sizes: usize,
    classes: usize,
    ways: usize,
}

/// Adds features; some tenders get several.
fn add(r: &mut Random, book: &mut Book, tried: &mut Tried) {
    if r.chance(50) {
        tried.groups += 1;
        for group in ["nurses", "surgeons"] {
            let mode = r.pick(&["whole", "pro_rata"]);
            book.push("switching", &format!("clinician_group={group} cost={} mode={mode}", r.between(1, 6) * 12));
        }
    }
    if r.chance(50) {
        tried.outcomes += 1;
        for row in book.rows("products") {
            let low = r.between(0, 60) as i64 - 30;
            let high = low + r.between(0, 20) as i64;
            if r.chance(80) {
                row.insert("outcome_cost_low".to_owned(), low.to_string());
                row.insert("outcome_cost_high".to_owned(), high.to_string());
            }
        }
    }
    if r.chance(40) {
        tried.sizes += 1;
        for row in book.rows("products") {
            row.insert("attr.size".to_owned(), (*r.pick(&["S", "M", "S;M"])).to_owned());
        }
        let (sizes, at) = (r.pick(&["S", "S;M"]), r.pick(&["anywhere", "site"]));
        let need = &mut book.rows("needs")[0];
        need.insert("sizes".to_owned(), sizes.to_owned());
        need.insert("sizes_at".to_owned(), at.to_owned());
    }
    if r.chance(40) {
        tried.classes += 1;
        let from = r.pick(&["", "0.25", "0.4"]);
        book.push("criticality", &format!("class=2 minimum_suppliers={} counts_from={from}", r.between(1, 2)));
    }
    if r.chance(50) {
        let priced = book.rows("offers").iter().position(|o| !o["price"].is_empty());
        let Some(row) = priced.map(|i| &mut book.rows("offers")[i]) else { return };
        tried.ways += 1;
        let pays = r.pick(&["construct", "capitated", "reference"]);
        row.insert("price".to_owned(), String::new());
        row.insert("pays".to_owned(), pays.to_owned());
        if pays == "capitated" {
            row.insert("ceiling".to_owned(), (r.between(2, 6) * 10).to_string());
        }
        let product = row["product"].clone();
        for case in ["easy", "hard"] {
            book.push("cases", &format!("product={product} case={case} fraction=0.5"));
            for component in ["stem", "cup"] {
                book.push(
                    "components",
                    &format!(
                        "product={product} case={case} component={component} quantity={} price={} reference_price={}",
                        r.between(1, 2),
                        r.between(1, 3) * 20,
                        r.between(1, 3) * 20
                    ),
                );
            }
        }
    }
}

/// Runs `count` tenders; ten times as many with BALLAST_TRIALS=1.
#[test]
fn the_cheapest_of_all_allocations_of_clinical_tenders_is_found() {
    let count: usize = if std::env::var("BALLAST_TRIALS").is_ok_and(|t| t == "1") { 1500 } else { 150 };
    let (mut done, mut feasible, mut told) = (0, 0, Tried::default());
    let mut wrong = Vec::new();
    let mut seed = 40_000_000;
    while done < count {
        seed += 1;
        let mut book = random::tender(seed, SHAPE);
        let mut these = Tried::default();
        add(&mut Random::new(seed ^ 0x0000_ca4e), &mut book, &mut these);
        let mut tender = book.read();
        tender.settings.weights.insert(Component::Outcome, Decimal::ONE);
        let Some(all) = allocations(&tender) else { continue };
        done += 1;
        told.groups += these.groups;
        told.outcomes += these.outcomes;
        told.sizes += these.sizes;
        told.classes += these.classes;
        told.ways += these.ways;
        match disagreement(&book, &tender, &all) {
            Some(text) => wrong.push(format!("seed {seed}: {text}")),
            None => feasible += usize::from(enumerated(&tender, &all).is_some()),
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} disagree; the first:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(3)].join("\n")
    );
    // Everything was tried, and neither were all feasible nor none.
    for often in [told.groups, told.outcomes, told.sizes, told.classes, told.ways] {
        assert!(often * 5 > count, "{told:?}");
    }
    assert!(feasible * 4 > count && feasible < count, "{feasible} of {count}");
}
