//! Faults that are known and open. Each test says what should be; whoever mends the fault takes its `ignore` away.

use std::path::Path;

use serde_json::{Value, json};

use crate::bad_input::{Want, check, judge};
use crate::run::{Ran, run, try_run};
use crate::tiny::{Files, body, body_file};

/// What `check` must find in a tiny tender so broken.
fn finds(break_it: impl FnOnce(&mut Files), wants: &[Want], code: i32) {
    let mut files = Files::tiny();
    break_it(&mut files);
    assert_eq!(judge(&check(files.folder().path()), wants, code), [""; 0]);
}

#[test]
#[ignore = "domain/src/tender/structure.rs: Decimal overflow in capacity_below_demand"]
fn the_largest_capacities_do_not_panic() {
    let largest = |f: &mut Files| {
        f.put("plants.csv", f.text("plants.csv").replace(",100000", ",999999999999999"));
        f.swap("products.csv", "gloves,100,", "gloves,999999999999999,");
    };
    finds(largest, &[], 0);
}

#[test]
#[ignore = "domain/src/certificate/facts.rs: Decimal overflow in balance"]
fn the_largest_need_units_of_an_award_file_do_not_panic() {
    let folder = Files::tiny().folder();
    let out = folder.path().join("award.json");
    run(["award".as_ref(), folder.path().as_os_str(), "--out".as_ref(), out.as_os_str()]);
    let mut award: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    // Two lines of one demand cell.
    let lines = award["lines"].as_array_mut().unwrap();
    let mut second = lines.iter().find(|l| l["need"] == "saline" && l["site"] == "S1").unwrap().clone();
    second["offer"] = if second["offer"] == "BS" { json!("AS") } else { json!("BS") };
    lines.push(second);
    for line in lines.iter_mut().filter(|l| l["need"] == "saline") {
        line["need_units"] = json!("79228162514264337593543950335");
    }
    std::fs::write(&out, award.to_string()).unwrap();
    let ran = try_run(["certify".as_ref(), folder.path().as_os_str(), out.as_os_str()]);
    assert!(!ran.panicked(), "{}", ran.stderr);
    assert_eq!(ran.code, Some(2));
}

#[test]
#[ignore = "exchange/src/tender/toml_table.rs: the radix of an integer is dropped, 0x10 becomes 10"]
fn a_number_in_another_base_is_read_as_what_it_is_or_refused() {
    let want = Want::new("bad_value", "tender.toml").column("contract_years").value("0x10");
    finds(|f| f.swap("tender.toml", "years = 2", "years = 0x10"), &[want], 2);
}

#[test]
#[ignore = "exchange/src/tender/toml_table.rs: write_row writes texts like 01.5 bare, which is no TOML"]
fn a_text_that_looks_like_a_number_survives_the_round_trip() {
    for text in ["01.5", "-.5", "-01.5"] {
        let mut files = Files::tiny();
        files.swap("tender.toml", "Tiny", text);
        let (folder, out) = (files.folder(), tempfile::tempdir().unwrap());
        let first = run([Path::new("check"), folder.path(), Path::new("--json"), Path::new("--out"), out.path()]).document();
        assert_eq!(first["input_hash"], check(out.path()).document()["input_hash"], "{text}");
    }
}

#[test]
#[ignore = "domain/src/tender/build.rs: a table with only blank rows counts as filled"]
fn a_table_of_blank_rows_is_an_empty_table() {
    let blank = |f: &mut Files| {
        f.put("demand.csv", "site,need,quantity\n,,\n");
        f.remove("rules.toml");
        f.remove("incumbents.csv");
    };
    finds(blank, &[Want::new("empty_table", "demand.csv")], 2);
}

#[test]
#[ignore = "src/verbs/award.rs or solver/src/direct: without demand the solver ends with Optimal and no point, exit 1"]
fn demand_of_zero_everywhere_is_no_failure_of_the_program() {
    let mut files = Files::tiny();
    files.put("demand.csv", "site,need,quantity\nS1,saline,0\n");
    let ran = run([Path::new("award"), files.folder().path(), Path::new("--json")]);
    assert_ne!(ran.code, Some(1), "{}", ran.stderr);
}

#[test]
#[ignore = "domain/src/tender/build.rs: ids of rejected rows are unknown to the rows that name them"]
fn a_bad_cell_is_one_fault_and_not_one_for_each_row_that_names_its_row() {
    let mut files = Files::tiny();
    files.swap("sites.csv", "300", "many");
    let document = check(files.folder().path()).document();
    assert_eq!(document["errors"], 1, "{}", document["findings"]);
}

#[test]
#[ignore = "domain/src/tender/scope_of_prices.rs: unknown classes and regions are left out once there is any other error"]
fn two_unknown_parts_of_cohorts_are_reported_at_once() {
    let wants = [
        Want::new("unknown_id", "offers.csv").line(4).column("cohort").value("region:Oest"),
        Want::new("unknown_id", "offers.csv").line(5).column("cohort").value("class:tiny"),
    ];
    let two = |f: &mut Files| {
        f.swap("offers.csv", "site:S2", "region:Oest");
        f.swap("offers.csv", "class:small", "class:tiny");
    };
    finds(two, &wants, 2);
}

#[test]
#[ignore = "domain/src/rules/parse.rs: only a scope of needs limits the needs that want a weight"]
fn a_rule_about_one_category_asks_for_no_weight_of_the_others() {
    let rule = "[[rule]]\nid = \"r\"\nmeasure = \"share\"\neach = [\"supplier\"]\nscope = { category = [\"Fluids\"] }\nat_most = 0.9\n";
    let weightless = |f: &mut Files| {
        f.swap("needs.csv", "pair,2,0.10", "pair,2,");
        f.append("rules.toml", rule);
    };
    finds(weightless, &[], 0);
}

#[test]
#[ignore = "domain/src/rules/parse.rs: the finding about a bound above 1 or below 0 lacks value and true column"]
fn a_lower_bound_above_1_is_named_with_column_and_value() {
    let rule = "[[rule]]\nid = \"r\"\nmeasure = \"share\"\neach = [\"need\", \"supplier\"]\nwithin = [\"need\"]\nat_least = 60\n";
    finds(|f| f.append("rules.toml", rule), &[Want::new("bad_rule", "rules.toml").line(9).column("at_least").value("60")], 2);
}

#[test]
#[ignore = "domain/src/tender/structure.rs: only offers' minima are compared with what can be reached, not suppliers'"]
fn a_minimum_award_above_all_demand_is_a_warning() {
    let minimum = |f: &mut Files| f.put("suppliers.csv", "supplier,minimum_award\nAcme,1000000\nBolt,\n");
    finds(minimum, &[Want::new("minimum_above_reach", "suppliers.csv").line(2).column("minimum_award").value("1000000")], 0);
}

#[test]
#[ignore = "domain/src/schema.rs: the finding about a missing column of a JSON body names no table"]
fn a_column_missing_from_a_body_is_named_with_its_table() {
    let mut body = body();
    body["products"][0].as_object_mut().unwrap().remove("use_factor");
    let (_folder, path) = body_file(&body.to_string());
    let said = check(&path).document()["findings"][0].clone();
    assert!(said.to_string().contains("products"), "{said}");
}

#[test]
#[ignore = "exchange/src/tender/body.rs: a key that stands twice in a JSON object silently replaces the first"]
fn a_table_that_stands_twice_in_a_body_is_a_fault() {
    let text = body().to_string().replacen("\"sites\":", "\"sites\":[{\"site\":\"S0\"}],\"sites\":", 1);
    let (_folder, path) = body_file(&text);
    assert_eq!(check(&path).code, Some(2));
}

#[test]
#[ignore = "exchange/src/tender/body.rs: rows that are no objects are neither read nor rejected"]
fn a_row_that_is_no_object_is_counted_as_rejected() {
    let mut body = body();
    body["suppliers"] = json!([{ "supplier": "Acme" }, "Bolt"]);
    let (_folder, path) = body_file(&body.to_string());
    let document = check(&path).document();
    let suppliers = document["tables"].as_array().unwrap().iter().find(|t| t["table"] == "suppliers").unwrap();
    assert_eq!((&suppliers["read"], &suppliers["rejected"]), (&json!(2), &json!(1)));
}

#[test]
#[ignore = "domain/src/cell.rs: jiff reads 20260101 and 2026-01-01T12:00 as dates, too"]
fn a_date_in_another_form_is_refused() {
    for text in ["20260101", "2026-01-01T12:00"] {
        let want = Want::new("bad_value", "tender.toml").column("starts").value("2026");
        finds(|f| f.swap("tender.toml", "2026-01-01", text), &[want], 2);
    }
}

#[test]
#[ignore = "domain/src/cell.rs: Text takes control characters, which reach terminals and documents"]
fn control_characters_in_a_text_are_refused() {
    let want = Want::new("bad_value", "tender.toml").column("name");
    finds(|f| f.swap("tender.toml", "Tiny", "Ti\\u0000\\u001bny"), &[want], 2);
}

#[test]
#[ignore = "domain/src/finding.rs: Display prints values raw, escape sequences of the input reach the terminal"]
fn the_text_for_people_holds_no_control_characters_of_the_input() {
    let mut files = Files::tiny();
    files.swap("sites.csv", "S1", "S\u{1b}[31m");
    let ran = run([Path::new("check"), files.folder().path()]);
    assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
}

#[test]
#[ignore = "src/verbs/check.rs: the result is printed before --out is written, then the error as a second document"]
fn check_that_cannot_write_prints_one_document() {
    let folder = Files::tiny().folder();
    let ran = run([Path::new("check"), folder.path(), Path::new("--json"), Path::new("--out"), Path::new("/nonexistent/x.json")]);
    assert_eq!(ran.code, Some(1));
    ran.document();
}

#[test]
#[ignore = "src/verbs/certify.rs: a stated value that is not a decimal text counts as none"]
fn a_stated_value_that_cannot_be_read_is_not_certified() {
    let folder = Files::tiny().folder();
    let out = folder.path().join("award.json");
    run(["award".as_ref(), folder.path().as_os_str(), "--out".as_ref(), out.as_os_str()]);
    let award: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    for value in [json!("cheap"), json!(1.5), Value::Null] {
        let mut award = award.clone();
        award["value"] = value.clone();
        std::fs::write(&out, award.to_string()).unwrap();
        let ran = run(["certify".as_ref(), folder.path().as_os_str(), out.as_os_str()]);
        assert_eq!(ran.code, Some(2), "{value}");
    }
}

#[test]
#[ignore = "src/verbs/award.rs and certify.rs: --tolerance takes negative numbers and any size"]
fn a_tolerance_below_zero_or_above_one_is_wrong_use() {
    let folder = Files::tiny().folder();
    for tolerance in ["--tolerance=-1", "--tolerance=5"] {
        let ran = run([Path::new("award"), folder.path(), Path::new(tolerance)]);
        assert_eq!(ran.code, Some(2), "{tolerance}: {}", ran.stderr);
    }
}

#[test]
#[ignore = "exchange/src/tender/folder.rs: a named pipe is opened and waited for without end"]
fn a_pipe_in_place_of_a_table_is_unreadable() {
    let mut files = Files::tiny();
    files.remove("tiers.csv");
    let folder = files.folder();
    let pipe = folder.path().join("tiers.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // `timeout` ends what would wait for ever, with its own exit code.
    let mut bounded = std::process::Command::new("timeout");
    let output = bounded.args(["20", env!("CARGO_BIN_EXE_ballast"), "check", "--json"]).arg(folder.path()).output().unwrap();
    let want = Want::new("unreadable", "tiers.csv");
    assert_eq!(judge(&Ran::from(output), &[want], 2), [""; 0]);
}
