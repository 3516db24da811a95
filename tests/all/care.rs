//! The example of hips in `docs/bids.md`, from the page through the command.

use serde_json::{Value, json};

use crate::documentation::{answer, example_of_bids};
use crate::tiny::body_file;

#[test]
fn the_example_of_the_page_gives_what_the_page_says() {
    let (_folder, path) = body_file(&example_of_bids("hips"));
    let check = answer("check", &path);
    let codes: Vec<&str> = check["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["formulary_without_rule"]);
    let ways = &check["payment_ways"][0];
    let amounts = ["construct", "case_price", "capitated", "reference"].map(|way| ways[way].clone());
    assert_eq!(amounts, [json!("1750.00"), json!(null), json!("1625.00"), json!("1500.00")]);

    let award = answer("award", &path);
    assert_eq!((award["value"].as_str(), award["termination"].as_str()), (Some("331200.00"), Some("optimal")));
    let lines: Vec<String> = award["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| format!("{} {} {}", l["offer"].as_str().unwrap(), l["need_units"].as_str().unwrap(), l["proof"]))
        .collect();
    assert_eq!(lines, ["A 160 \"letter of 2025-11-03\"", "B 40 \"\""]);
    let moved: Vec<String> = award["switching"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| format!("{} {} {}", s["clinician_group"].as_str().unwrap(), s["moved"], s["cost"].as_str().unwrap()))
        .collect();
    assert_eq!(moved, ["nurses 0.2 1000.00", "surgeons 0.2 3000.00"]);
    let on: Vec<&Value> = award["formulary"].as_array().unwrap().iter().map(|f| &f["on_formulary"]).collect();
    assert_eq!(on, [&json!(true), &json!(false)]);
    assert_eq!(award["rules"][0]["id"], "criticality-1-suppliers");
    // Midpoints −30 and 30, reference 0: Acme counts at −20, Bolt's range holds 0. At the other end −40 and 60.
    assert_eq!(award["outcome"]["amount"], "-3200.00");
    assert_eq!(award["outcome"]["other_end"], "-4000.00");
    assert_eq!(award["outcome"]["weight"], "0");
    // 40 × 1,680 of 327,200.
    let covered = award["supply_clauses"]["share"].as_f64().unwrap();
    assert!((covered - 67_200.0 / 327_200.0).abs() < 1e-12, "{covered}");
}
