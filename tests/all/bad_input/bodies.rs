//! Faults of a tender sent as one JSON body: the pointer is the place.

use serde_json::{Value, json};

use super::{check, judge};
use crate::tiny::{body, body_file};

/// The name, what is done to the body, and what must be said: code, pointer, value.
type BodyCase = (&'static str, fn(&mut Value), (&'static str, &'static str, &'static str));

const CASES: &[BodyCase] = &[
    ("wrong schema", |b| b["schema"] = json!("ballast.tender/2"), ("wrong_schema", "/schema", "ballast.tender/2")),
    ("no schema", |b| b["schema"] = Value::Null, ("wrong_schema", "/schema", "")),
    ("not an object", |b| *b = json!([1, 2]), ("bad_json", "", "")),
    ("a number", |b| *b = json!(7), ("bad_json", "", "")),
    ("row not an object", |b| b["sites"][0] = json!("S1"), ("bad_json", "/sites/0", "")),
    ("table not an array", |b| b["sites"] = json!({ "site": "S1" }), ("bad_json", "/sites", "")),
    ("unknown table", |b| b["ofers"] = json!([]), ("unknown_table", "", "ofers")),
    ("text in a number", |b| b["demand"][0]["quantity"] = json!("many"), ("bad_value", "/demand/0/quantity", "many")),
    (
        "1e400",
        |b| b["demand"][0]["quantity"] = serde_json::from_str("1e400").unwrap(),
        ("bad_value", "/demand/0/quantity", "400"),
    ),
    (
        "a tiny exponent",
        |b| b["demand"][0]["quantity"] = serde_json::from_str("1e-400").unwrap(),
        ("bad_value", "/demand/0/quantity", "400"),
    ),
    ("negative price", |b| b["offers"][0]["price"] = json!(-1), ("bad_value", "/offers/0/price", "-1")),
    ("yes in a number", |b| b["offers"][0]["price"] = json!(true), ("bad_value", "/offers/0/price", "yes")),
    (
        "null where a value is required",
        |b| b["offers"][0]["product"] = Value::Null,
        ("missing_value", "/offers/0/product", ""),
    ),
    ("unknown id", |b| b["demand"][0]["site"] = json!("S2"), ("unknown_id", "/demand/0/site", "S2")),
    (
        "a list of lists",
        |b| b["offers"][0]["cohort"] = json!([["site:S1"]]),
        ("bad_value", "/offers/0/cohort", "site:S1"),
    ),
    (
        "an object in a cell",
        |b| b["offers"][0]["price"] = json!({ "amount": 5 }),
        ("unknown_column", "", "price.amount"),
    ),
    ("control characters", |b| b["sites"][0]["site"] = json!("S\u{0}\u{7}"), ("bad_value", "/sites/0/site", "S")),
    (
        "a row that stands twice",
        |b| b["sites"] = json!([{ "site": "S1" }, { "site": "S1" }]),
        ("duplicate_key", "/sites/1/site", "S1"),
    ),
];

#[test]
fn a_column_missing_from_a_body_is_named_with_its_table() {
    let mut body = body();
    body["products"][0].as_object_mut().unwrap().remove("use_factor");
    let (_folder, path) = body_file(&body.to_string());
    let document = check(&path).document();
    let said = &document["findings"][0];
    assert_eq!(
        (&said["code"], &said["pointer"], &said["column"]),
        (&json!("missing_column"), &json!("/products"), &json!("use_factor"))
    );
    assert!(said["expected"].as_str().unwrap().contains("`products`"), "{said}");
}

#[test]
fn a_key_that_stands_twice_is_a_fault() {
    let twice = |from: &str, to: &str| body().to_string().replacen(from, to, 1);
    let table = twice("\"sites\":", "\"sites\":[{\"site\":\"S0\"}],\"sites\":");
    assert_eq!(faults(&table, ("duplicate_table", "/sites", "sites")), [""; 0]);
    let cell = twice("\"price\":", "\"price\":1,\"price\":");
    assert_eq!(faults(&cell, ("duplicate_column", "/offers/0/price", "price")), [""; 0]);
}

#[test]
fn a_row_that_is_no_object_is_counted_as_rejected() {
    let mut body = body();
    body["suppliers"] = json!([{ "supplier": "Acme" }, "Bolt"]);
    let (_folder, path) = body_file(&body.to_string());
    let document = check(&path).document();
    let suppliers = document["tables"].as_array().unwrap().iter().find(|t| t["table"] == "suppliers").unwrap();
    assert_eq!((&suppliers["read"], &suppliers["rejected"]), (&json!(2), &json!(1)));
}

fn faults(text: &str, (code, pointer, value): (&str, &str, &str)) -> Vec<String> {
    let (_folder, path) = body_file(text);
    let ran = check(&path);
    let mut faults = judge(&ran, &[], 2);
    let said = |f: &Value| {
        f["code"] == code
            && f["value"].as_str().unwrap_or("").contains(value)
            && (pointer.is_empty() || f["pointer"] == pointer)
    };
    if faults.is_empty() && !ran.document()["findings"].as_array().is_some_and(|f| f.iter().any(said)) {
        faults.push(format!("no {code} at {pointer} with `{value}` in {}", ran.stdout));
    }
    faults
}

#[test]
fn every_fault_of_a_body_is_named_with_its_pointer_and_a_cure() {
    let mut all = Vec::new();
    for (name, break_it, want) in CASES {
        let mut body = body();
        break_it(&mut body);
        all.extend(faults(&body.to_string(), *want).into_iter().map(|f| format!("{name}: {f}")));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn a_body_without_a_fault_is_a_tender() {
    let (_folder, path) = body_file(&body().to_string());
    assert_eq!(judge(&check(&path), &[], 0), [""; 0]);
}

#[test]
fn text_that_is_no_json_is_named_with_its_line() {
    assert_eq!(faults("{\n  \"schema\": \n}", ("bad_json", "", "")), [""; 0]);
    assert_eq!(faults("", ("bad_json", "", "")), [""; 0]);
    assert_eq!(faults("\u{0}", ("bad_json", "", "")), [""; 0]);
    // Deeper than any parser's stack should go.
    assert_eq!(faults(&"[".repeat(200_000), ("bad_json", "", "")), [""; 0]);
}
