//! Sheets of bids, long and wide, against the same offers written into the tables by hand.

use std::path::Path;

use serde_json::Value;

use crate::book::{Book, Cell};
use crate::run::run;

fn check(book: &Book, code: i32) -> Value {
    let (_folder, path) = book.file();
    let ran = run([Path::new("check"), &path, Path::new("--json")]);
    assert_eq!(ran.code, Some(code), "{}", ran.stdout);
    ran.document()
}

fn found<'a>(document: &'a Value, code: &str, cell: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    let is = |f: &&Value| f["code"] == code && f["file"] == "bids" && f["cell"] == cell;
    findings.iter().find(is).unwrap_or_else(|| panic!("no {code} at bids!{cell} in {findings:#?}"))
}

/// The tiny tender without what bidders bring.
fn without_offers() -> Book {
    let mut book = Book::tiny();
    for sheet in ["products", "offers", "schedules", "tiers", "incumbents", "rules"] {
        book.0.remove(sheet);
    }
    book
}

/// The offers of the examples below, by hand: two needs, two bidders; Bolt bids no gloves.
fn by_hand() -> Book {
    let mut book = without_offers();
    book.table(
        "products",
        "product,supplier,need,use_factor,capacity_packs\n\
         Acme gloves,Acme,gloves,100,\nAcme saline,Acme,saline,10,9000\nBolt saline,Bolt,saline,12,\n",
    );
    book.table(
        "offers",
        "offer,product,price,minimum_if_used,lead_time\n\
         Acme gloves,Acme gloves,10,,2\nAcme saline,Acme saline,20,,\nBolt saline,Bolt saline,25.2,5,\n",
    );
    book.table(
        "schedules",
        "schedule,basis,mode,gives,counts_offers\nAcme saline tiers,packs,all_units,price,Acme saline\n",
    );
    book.table("tiers", "schedule,from,value\nAcme saline tiers,100,19\nAcme saline tiers,200,18.5\n");
    book
}

const LONG: &str = "supplier,need,use_factor,price,capacity_packs,minimum_if_used,lead_time,tier_from,tier_price\n\
    Acme,gloves,100,10,,,2,,\n\
    Acme,saline,10,20,9000,,,100,19\n\
    Acme,saline,,,,,,200,18.5\n\
    Bolt,gloves,,NB,,,,,\n\
    Bolt,saline,12,25.2,,5,,,\n";

const WIDE: &str = "need,description,Acme | price,Acme | pack qty,Acme | capacity,Acme | lead weeks,Acme | tier2 from,\
    Acme | tier2 price,Acme | tier3 from,Acme | tier3 price,Bolt | price,Bolt | pack qty,Bolt | min\n\
    gloves,Nitrile,10,100,,2,,,,,NB,,\n\
    saline,0.9 %,20,10,9000,,100,19,200,18.5,25.2,12,5\n";

#[test]
fn long_and_wide_are_the_tables_written_by_hand() {
    let expected = check(&by_hand(), 0)["input_hash"].clone();
    assert!(expected.is_string());
    let mut long = without_offers();
    long.table("bids", LONG);
    let document = check(&long, 0);
    assert_eq!(document["input_hash"], expected);
    let said = found(&document, "bids_form", "A1")["expected"].as_str().unwrap();
    assert!(said.contains("long") && said.contains("3 product(s), 3 offer(s), 2 tier(s), 1 refusal(s)"), "{said}");
    let mut wide = without_offers();
    wide.table("bids", WIDE);
    let document = check(&wide, 0);
    assert_eq!(document["input_hash"], expected);
    let said = found(&document, "bids_form", "A1")["expected"].as_str().unwrap();
    assert!(said.contains("wide") && said.contains("3 product(s), 3 offer(s), 2 tier(s), 1 refusal(s)"), "{said}");
    assert_eq!(found(&document, "column_not_read", "B1")["value"], "description");
}

#[test]
fn blank_zero_and_no_bid_are_three_things() {
    // Column K is Bolt's price, row 3 saline.
    let mut book = without_offers();
    book.table("bids", WIDE);
    book.0.get_mut("bids").unwrap().remove(&(2, 10));
    let document = check(&book, 2);
    assert!(found(&document, "blank_price", "K3")["fix"].as_str().unwrap().contains("NB"));
    book.put("bids", 2, 10, Cell::Number(0.0));
    let (_folder, path) = book.file();
    let free = run([Path::new("award"), &path, Path::new("--json"), Path::new("--quiet")]).document();
    assert!(free["lines"].as_array().unwrap().iter().any(|l| l["offer"] == "Bolt saline"), "0 is a price: {free}");
    book.put("bids", 2, 10, "no bid");
    let said = found(&check(&book, 0), "bids_form", "A1")["expected"].as_str().unwrap().to_owned();
    assert!(said.contains("2 product(s), 2 offer(s), 2 tier(s), 2 refusal(s) to bid, 0 without"), "{said}");
    for column in [10, 11, 12] {
        book.0.get_mut("bids").unwrap().remove(&(2, column));
    }
    let said = found(&check(&book, 0), "bids_form", "A1")["expected"].as_str().unwrap().to_owned();
    assert!(said.contains("1 refusal(s) to bid, 1 without an answer"), "{said}");
}

#[test]
fn findings_of_the_tables_point_to_the_cells_of_the_bid() {
    let mut wide = without_offers();
    wide.table("bids", WIDE);
    wide.put("bids", 2, 2, "twenty");
    wide.put("bids", 2, 11, "-12");
    wide.put("bids", 2, 6, "many");
    let document = check(&wide, 2);
    assert_eq!(found(&document, "bad_value", "C3")["column"], "price");
    assert_eq!(found(&document, "bad_value", "L3")["column"], "use_factor");
    assert_eq!(found(&document, "bad_value", "G3")["value"], "many");
    let mut long = without_offers();
    long.table("bids", LONG);
    long.put("bids", 5, 1, "salin");
    long.0.get_mut("bids").unwrap().remove(&(1, 2));
    let document = check(&long, 2);
    found(&document, "unknown_id", "B6");
    found(&document, "missing_value", "C2");
}

#[test]
fn rows_of_one_offer_must_agree() {
    let mut book = without_offers();
    book.table("bids", LONG);
    book.put("bids", 3, 3, "21");
    let document = check(&book, 2);
    let finding = found(&document, "conflicting_bid", "D4");
    assert!(finding["expected"].as_str().unwrap().contains("`20` at bids!D3"), "{finding}");
}

#[test]
fn heads_that_nobody_knows_come_with_the_nearest() {
    let mut book = without_offers();
    book.table("bids", WIDE);
    book.put("bids", 0, 5, "Acme | lead week");
    assert!(found(&check(&book, 2), "unknown_column", "F1")["fix"].as_str().unwrap().contains("`lead weeks`"));
    let mut book = without_offers();
    book.table("bids", LONG);
    book.put("bids", 0, 7, "tier_form");
    assert!(found(&check(&book, 2), "unknown_column", "H1")["fix"].as_str().unwrap().contains("`tier_from`"));
}

#[test]
fn a_bid_may_name_a_product_that_is_known() {
    let mut book = by_hand();
    book.table("bids", "supplier,need,product,offer,cohort,price\nAcme,saline,Acme saline,letter,site:S2,18\n");
    let document = check(&book, 0);
    let tables = document["tables"].as_array().unwrap();
    let read = |name: &str| tables.iter().find(|t| t["table"] == name).unwrap()["accepted"].clone();
    assert_eq!((read("products"), read("offers")), (3.into(), 4.into()));
    book.put("bids", 1, 0, "Bolt");
    found(&check(&book, 2), "conflicting_bid", "A2");
}
