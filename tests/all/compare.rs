//! `ballast compare` on the tiny tender, whose awards are known by hand.

use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Ran, run};
use crate::tiny::Files;

const HEAD: &str = "schema = \"ballast.scenario/1\"\nname = \"what if\"\n";

fn scenario(folder: &TempDir, name: &str, edits: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, format!("{HEAD}{edits}")).unwrap();
    path.to_str().unwrap().to_owned()
}

fn compare(folder: &TempDir, subjects: &[&str]) -> Ran {
    let args = ["compare", folder.path().to_str().unwrap(), "--json", "--gap", "0"];
    run(args.iter().chain(subjects))
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("no number: {value}")).parse().unwrap()
}

const OFF: &str = "[[edit]]\nname = \"one source will do\"\nrule_off = \"two-sources\"\n";
const MORE: &str = "[[edit]]\nname = \"more gloves\"\ndemand = { where = { need = \"gloves\" }, factor = 2 }\n";

#[test]
fn the_difference_is_taken_apart_edit_by_edit() {
    let folder = Files::tiny().folder();
    let both = scenario(&folder, "both.toml", &format!("{OFF}{MORE}"));
    let ran = compare(&folder, &[&both]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let column = &document["columns"][0];
    let parts: Vec<f64> = column["edits"].as_array().unwrap().iter().map(|e| number(&e["change"])).collect();
    assert_eq!(parts.len(), 2);
    assert!((parts.iter().sum::<f64>() - number(&column["change"])).abs() < 0.005);
    // Without the rule S1's 500 bags from Bolt go to Acme. 130 packs of gloves cost 10 each for two years, twice.
    assert!(parts[0] < 0.0);
    assert!((parts[1] - 2600.0).abs() < 0.005, "{parts:?}");
    let difference = &column["difference"];
    assert_eq!(difference["lost"], serde_json::json!(["Bolt"]));
    assert_eq!(difference["formulary"][0]["product"], "bolt-saline");
    assert_eq!(difference["formulary"][0]["change"], "leaves");
    assert_eq!(difference["sites"], serde_json::json!(["S1"]));
    assert_eq!(difference["cells"].as_array().unwrap().len(), 1);
    let moved = difference["cells"][0]["moved"].as_f64().unwrap();
    assert!((moved - 0.25).abs() < 1e-6, "{moved}");
    assert_eq!(difference["breaks"], serde_json::json!(["two-sources [supplier Acme, need saline]"]));
}

#[test]
fn an_interval_holds_the_difference_of_the_values() {
    let folder = Files::tiny().folder();
    let off = scenario(&folder, "off.toml", OFF);
    let document = compare(&folder, &[&off]).document();
    let column = &document["columns"][0];
    let (low, high) = (number(&column["proven"]["low"]), number(&column["proven"]["high"]));
    let change = number(&column["change"]);
    assert!(low <= change && change <= high, "{low} {change} {high}");
    assert!(high - low < 1.0, "two awards proven to the cent give a narrow interval: {low} {high}");
}

#[test]
fn an_award_file_is_compared_as_it_is() {
    let folder = Files::tiny().folder();
    let off = scenario(&folder, "off.toml", OFF);
    let out = folder.path().join("award.json");
    let tender = folder.path().to_str().unwrap();
    run(["award", tender, "--scenario", &off, "--out", out.to_str().unwrap()]);
    let document = compare(&folder, &[out.to_str().unwrap(), &off]).document();
    let (award, scenario) = (&document["columns"][0], &document["columns"][1]);
    assert_eq!((award["kind"].as_str(), scenario["kind"].as_str()), (Some("award"), Some("scenario")));
    assert_eq!(award["answer"]["value"], scenario["answer"]["value"]);
    let broken = award["broken"].to_string();
    assert!(broken.contains("two-sources"), "an award that breaks a rule of the tender says so: {broken}");
}

#[test]
fn a_scenario_without_award_is_a_column_and_not_the_end() {
    let folder = Files::tiny().folder();
    let none = scenario(&folder, "none.toml", "[[edit]]\nname = \"gone\"\nplant_out = \"Acme Nord\"\n");
    let off = scenario(&folder, "off.toml", OFF);
    let ran = compare(&folder, &[&none, &off]);
    assert_eq!(ran.code, Some(0));
    let document = ran.document();
    assert_eq!(document["columns"][0]["answer"]["termination"], "infeasible");
    assert!(document["columns"][0]["answer"]["detail"].as_str().unwrap().contains("gloves"));
    assert_eq!(document["columns"][0]["change"], Value::Null);
    assert_eq!(document["columns"][1]["answer"]["termination"], "optimal");
    assert_eq!(compare(&folder, &[&none]).code, Some(3));
}

#[test]
fn edits_that_make_a_tender_only_together_are_told_together() {
    let folder = Files::tiny().folder();
    let edits = "[[edit]]\nname = \"no offer\"\ndrop_rows = true\ntable = \"schedules\"\nwhere = { schedule = \"volume\" }\n\
                 [[edit]]\nname = \"no tier\"\ndrop_rows = true\ntable = \"tiers\"\nwhere = { schedule = \"volume\" }\n";
    let file = scenario(&folder, "apart.toml", edits);
    let ran = compare(&folder, &[&file]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    let told = document["columns"][0]["edits"].as_array().unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["name"], "no offer and no tier");
}

#[test]
fn the_document_does_not_depend_on_how_many_solve_at_a_time() {
    let folder = Files::tiny().folder();
    let (off, more) = (scenario(&folder, "off.toml", OFF), scenario(&folder, "more.toml", MORE));
    let digest = |n: &str| compare(&folder, &[&off, &more, "--at-a-time", n]).document()["digest"].clone();
    assert_eq!(digest("1"), digest("3"));
}
