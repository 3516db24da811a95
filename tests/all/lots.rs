//! The example of pumps and sets in `docs/bids.md`, from the page through the command, and back through an award made of picks.

use serde_json::{Value, json};

use crate::documentation::{answer, example_of_bids};
use crate::tiny::body_file;

fn lines(award: &Value) -> Vec<String> {
    let text = |l: &Value, key: &str| l[key].as_str().unwrap().to_owned();
    let line = |l: &Value| format!("{} {} {}", text(l, "site"), text(l, "offer"), text(l, "need_units"));
    award["lines"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn the_example_of_the_page_gives_what_the_page_says() {
    let (_folder, path) = body_file(&example_of_bids("pumps and sets"));
    let check = answer("check", &path);
    let codes: Vec<&str> = check["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["uncovered_demand"]);

    let award = answer("award", &path);
    assert_eq!((award["value"].as_str(), award["termination"].as_str()), (Some("131100.00"), Some("optimal")));
    assert_eq!((award["cash"]["total"].as_str(), award["shadow"].as_str()), (Some("129800.00"), Some("1300.00")));
    let bought = ["H01 K:acme-pump:H01 100", "H01 K:acme-set:H01 1000", "H02 AP 35", "H02 BP 15", "H02 AS-with 500"];
    assert_eq!(lines(&award), bought);
    let package = &award["packages"][0];
    assert_eq!(
        (&package["package"], &package["without"], &package["net"]),
        (&json!("K"), &json!("85100.00"), &json!("84000.00"))
    );
    assert_eq!(award["adjustments"][0]["amount"], "900.00");
    assert_eq!(award["adjustments"][0]["why"], "older display");
    let unserved = &award["unserved"][0];
    assert_eq!(
        (&unserved["need"], &unserved["need_units"], &unserved["amount"]),
        (&json!("rail"), &json!("10"), &json!("400.00"))
    );
}

#[test]
fn an_award_becomes_picks_that_bring_it_back() {
    let mut body: Value = serde_json::from_str(&example_of_bids("pumps and sets")).unwrap();
    let (_folder, path) = body_file(&body.to_string());
    let award = answer("award", &path);
    let pick = |l: &Value| json!({ "site": l["site"], "need": l["need"], "offer": l["offer"], "exactly": l["share"] });
    body["picks"] = award["lines"].as_array().unwrap().iter().map(pick).collect();
    // Prices that would change everything change nothing now.
    body["offers"][4]["price"] = json!(10);
    body["packages"][0]["price"] = json!(99_000);
    let (_folder, path) = body_file(&body.to_string());
    assert_eq!(lines(&answer("award", &path)), lines(&award));
}
