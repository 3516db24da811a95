//! Random tiny tenders with clinical features on top of all others: several clinician groups that move, outcome cost with
//! a weight, sizes to cover, classes of criticality, procedures paid by their components. Every allocation is tried.

use ballast_domain::certificate::Component;
use rust_decimal::Decimal;

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
    rules: 1,
    stacked: false,
};

/// Adds features and tells which; some tenders get several.
fn add(r: &mut Random, book: &mut Book) -> Vec<&'static str> {
    let mut added = Vec::new();
    if r.chance(50) {
        added.push("groups");
        for group in ["nurses", "surgeons"] {
            let mode = r.pick(&["whole", "pro_rata"]);
            book.push("switching", &format!("clinician_group={group} cost={} mode={mode}", r.between(1, 6) * 12));
        }
    }
    if r.chance(50) {
        added.push("outcomes");
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
        added.push("sizes");
        for row in book.rows("products") {
            row.insert("attr.size".to_owned(), (*r.pick(&["S", "M", "S;M"])).to_owned());
        }
        let (sizes, at) = (r.pick(&["S", "S;M"]), r.pick(&["anywhere", "site"]));
        let need = &mut book.rows("needs")[0];
        need.insert("sizes".to_owned(), sizes.to_owned());
        need.insert("sizes_at".to_owned(), at.to_owned());
    }
    if r.chance(40) {
        added.push("classes");
        let from = r.pick(&["", "0.25", "0.4"]);
        book.push("criticality", &format!("class=2 minimum_suppliers={} counts_from={from}", r.between(1, 2)));
    }
    if r.chance(50) {
        let priced = book.rows("offers").iter().position(|o| !o["price"].is_empty());
        let Some(row) = priced.map(|i| &mut book.rows("offers")[i]) else { return added };
        added.push("ways");
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
    added
}

#[test]
fn the_cheapest_of_all_allocations_of_clinical_tenders_is_found() {
    let mut tally = trials(40_000_000, Often(150, 1500), |seed| {
        let mut book = random::tender(seed, SHAPE);
        let added = add(&mut Random::new(seed ^ 0x0000_ca4e), &mut book);
        let mut tender = book.read();
        tender.settings.weights.insert(Component::Outcome, Decimal::ONE);
        let all = allocations(&tender)?;
        let (trial, _) = compared(&book, &tender, &all);
        Some(added.into_iter().fold(trial, |trial, name| trial.note(name, true)))
    });
    // Everything was tried, and neither were all feasible nor none.
    for name in ["groups", "outcomes", "sizes", "classes", "ways"] {
        tally = tally.at_least(name, 20);
    }
    tally.at_least("feasible", 25).not_always("feasible");
}
