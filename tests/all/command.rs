//! Exit codes, streams, files, and what `certify` makes of an award that somebody has touched.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::{Ran, run};
use crate::tiny::Files;

fn with(verb: &str, path: &Path, more: &[&str]) -> Ran {
    let args = [verb.as_ref(), path.as_os_str()];
    run(args.into_iter().chain(more.iter().map(AsRef::as_ref)))
}

/// The tiny tender with its award written beside it.
struct Awarded {
    folder: TempDir,
    award: Value,
}

impl Awarded {
    fn new() -> Self {
        let folder = Files::tiny().folder();
        let out = folder.path().join("award.json");
        let ran = with("award", folder.path(), &["--quiet", "--out", out.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let award = serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap();
        Self { folder, award }
    }

    fn certify(&self, document: &Value) -> Ran {
        let file = self.folder.path().join("touched.json");
        std::fs::write(&file, document.to_string()).unwrap();
        with("certify", self.folder.path(), &[file.to_str().unwrap()])
    }

    /// Exit code 2, and every word of `said` on one of the streams.
    fn refuses(&self, touch: impl FnOnce(&mut Value), said: &[&str]) {
        let mut document = self.award.clone();
        touch(&mut document);
        assert_ne!(document, self.award, "the touch did nothing");
        let ran = self.certify(&document);
        assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
        let text = format!("{}{}", ran.stdout, ran.stderr);
        for word in said {
            assert!(text.contains(word), "`{word}` in {text}");
        }
    }
}

fn line<'a>(document: &'a mut Value, site: &str, need: &str) -> &'a mut Value {
    let lines = document["lines"].as_array_mut().unwrap();
    lines.iter_mut().find(|l| l["site"] == site && l["need"] == need).unwrap()
}

#[test]
fn json_is_one_document_on_standard_output_and_nothing_on_standard_error() {
    let folder = Files::tiny().folder();
    for verb in ["check", "award"] {
        let ran = with(verb, folder.path(), &["--json", "--quiet"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{verb}");
        let document = ran.document();
        assert_eq!(document["schema"], format!("ballast.{verb}/1"));
        assert!(document["digest"].as_str().is_some_and(|d| d.starts_with("sha256:")));
    }
}

#[test]
fn quiet_leaves_standard_error_empty_and_the_result_in_place() {
    let mut files = Files::tiny();
    // A price of zero is a warning that `award` would mention.
    files.swap("offers.csv", "25.20", "0");
    let folder = files.folder();
    let loud = with("award", folder.path(), &[]);
    assert!(loud.stderr.contains("offers.csv:") && loud.stderr.contains("price"), "{}", loud.stderr);
    let quiet = with("award", folder.path(), &["--quiet"]);
    assert_eq!(quiet.stderr, "");
    assert_eq!(quiet.stdout, loud.stdout);
}

#[test]
fn errors_are_printed_even_if_quiet() {
    let folder = tempfile::tempdir().unwrap();
    let ran = with("award", folder.path(), &["--quiet"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("tender.toml"), "{}", ran.stderr);
}

#[test]
fn wrong_use_of_the_command_exits_2_and_shows_how() {
    let folder = Files::tiny().folder();
    for args in [
        &["--gap", "2"][..],
        &["--gap", "NaN"],
        &["--time-limit", "-1"],
        &["--time-limit", "NaN"],
        &["--tolerance=-1"],
        &["--tolerance=1"],
        &["--tolerance=x"],
        &["--seed", "x"],
        &["--no-such"],
    ] {
        let ran = with("award", folder.path(), args);
        assert_eq!(ran.code, Some(2), "{args:?}");
        assert!(ran.stderr.contains("--help"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn the_file_is_the_document_of_standard_output() {
    let folder = Files::tiny().folder();
    let out = folder.path().join("award.json");
    let ran = with("award", folder.path(), &["--json", "--out", out.to_str().unwrap()]);
    let file: Value = serde_json::from_slice(&std::fs::read(&out).unwrap()).unwrap();
    assert_eq!(ran.document(), file);
    assert!(!folder.path().join("award.json.part").exists(), "the half-written file was left behind");
}

#[test]
fn a_file_that_cannot_be_written_is_a_failure_and_still_one_document() {
    let folder = Files::tiny().folder();
    // `award` would work long for nothing, so it tries before it solves: wrong use. `check` fails as it writes.
    for (verb, file, code) in
        [("award", "/nonexistent/award.json", 2), ("award", "/", 2), ("check", "/nonexistent/x.json", 1)]
    {
        let ran = with(verb, folder.path(), &["--json", "--out", file]);
        assert_eq!(ran.code, Some(code), "{verb} {file}: {}", ran.stderr);
        let document = ran.document();
        assert_eq!(document["schema"], "ballast.error/1");
        assert!(document["message"].as_str().unwrap().contains(file), "{document}");
    }
}

#[test]
fn the_same_tender_gives_the_same_digest_twice() {
    let folder = Files::tiny().folder();
    let digest = || with("award", folder.path(), &["--json"]).document()["digest"].clone();
    assert_eq!(digest(), digest());
}

#[test]
fn an_award_from_a_file_is_certified() {
    let awarded = Awarded::new();
    let ran = awarded.certify(&awarded.award);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "", "an untouched award raises no remark");
    assert!(ran.stdout.contains("certificate: verified"), "{}", ran.stdout);
}

#[test]
fn other_need_units_break_the_balance() {
    Awarded::new().refuses(
        |d| line(d, "S1", "gloves")["need_units"] = json!("9999"),
        &["NOT verified", "balance", "9999 served of 10000"],
    );
}

#[test]
fn negative_need_units_are_refused() {
    Awarded::new().refuses(
        |d| line(d, "S1", "gloves")["need_units"] = json!("-10000"),
        &["NOT verified", "-10000 served of 10000"],
    );
}

#[test]
fn need_units_that_are_no_number_are_refused() {
    Awarded::new().refuses(|d| line(d, "S1", "gloves")["need_units"] = json!("NaN"), &["lines/0", "NaN"]);
}

#[test]
fn an_offer_that_may_not_serve_the_line_is_refused() {
    Awarded::new().refuses(|d| line(d, "S1", "gloves")["offer"] = json!("BS"), &["BS", "need gloves", "site S1"]);
}

#[test]
fn another_offer_of_the_same_product_has_another_price() {
    Awarded::new().refuses(|d| line(d, "S2", "saline")["offer"] = json!("AS"), &["the file states a cost of"]);
}

#[test]
fn all_from_one_maker_breaks_the_rule_for_two_sources() {
    // The second maker's line goes, the first one's takes over: demand is met, the rule is not.
    let acme = |d: &mut Value| {
        d["lines"].as_array_mut().unwrap().retain(|l| l["offer"] != "BS");
        line(d, "S1", "saline")["need_units"] = json!("2000");
    };
    Awarded::new().refuses(acme, &["rule two-sources", "the file states a cost of"]);
}

#[test]
fn another_value_is_contradicted() {
    Awarded::new().refuses(|d| d["value"] = json!("1.00"), &["the file states a cost of 1.00"]);
}

#[test]
fn a_stated_value_that_cannot_be_read_is_not_certified() {
    let awarded = Awarded::new();
    for (value, said) in [(json!("cheap"), "cheap"), (json!(1.5), "1.5"), (Value::Null, "null")] {
        awarded.refuses(|d| d["value"] = value, &["the file states a cost that cannot be read", said]);
    }
    awarded.refuses(|d| _ = d.as_object_mut().unwrap().remove("value"), &["the file states a cost"]);
}

#[test]
fn other_figures_of_the_cost_are_contradicted() {
    let awarded = Awarded::new();
    awarded.refuses(|d| d["cost"][0]["amount"] = json!("1.00"), &["an amount for goods of 1.00"]);
    awarded.refuses(
        |d| line(d, "S1", "gloves")["price"] = json!("1"),
        &["a price for offer AG, need gloves, site S1 of 1,"],
    );
    awarded.refuses(|d| line(d, "S1", "gloves")["cost"] = json!("\u{1b}[1m"), &["a cost for offer AG"]);
}

#[test]
fn the_largest_need_units_of_an_award_file_are_refused() {
    let awarded = Awarded::new();
    for units in ["79228162514264337593543950335", "999999999999999", "1e3", "0.1234567890123456789012"] {
        let touch = |d: &mut Value| {
            // Two lines of one demand cell, whose sum no decimal holds.
            let lines = d["lines"].as_array_mut().unwrap();
            for line in lines.iter_mut().filter(|l| l["need"] == "saline") {
                line["need_units"] = json!(units);
            }
        };
        awarded.refuses(touch, &["need_units", units]);
    }
}

#[test]
fn an_award_without_lines_or_of_another_kind_is_refused() {
    let awarded = Awarded::new();
    awarded.refuses(|d| d["lines"] = json!([]), &["no_award"]);
    awarded.refuses(|d| d["schema"] = json!("ballast.check/1"), &["wrong_schema"]);
    awarded.refuses(|d| *d = json!(7), &["wrong_schema"]);
    let twice = |d: &mut Value| {
        let first = d["lines"][0].clone();
        d["lines"].as_array_mut().unwrap().push(first);
    };
    awarded.refuses(twice, &["twice"]);
}

#[test]
fn a_change_that_leaves_the_lines_alone_is_remarked() {
    let awarded = Awarded::new();
    let mut document = awarded.award.clone();
    document["detail"] = json!("all is well");
    let ran = awarded.certify(&document);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stdout.contains("digest does not fit"), "{}", ran.stdout);
}

#[test]
fn a_file_that_is_no_json_is_named() {
    let folder = Files::tiny().folder();
    let file: PathBuf = folder.path().join("half.json");
    std::fs::write(&file, "{\"schema\": \"ballast.aw").unwrap();
    let ran = with("certify", folder.path(), &[file.to_str().unwrap()]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("half.json"), "{}", ran.stderr);
}

#[test]
fn no_time_at_all_ends_with_no_award_or_with_one_that_names_the_limit() {
    let ran = with("award", &crate::tiny::iv_fluids(), &["--json", "--time-limit", "0"]);
    let document = ran.document();
    assert_eq!(document["limit"], "time", "{}", ran.stdout);
    match ran.code {
        Some(0) => assert_eq!(document["termination"], "feasible"),
        Some(4) => assert_eq!(document["termination"], "no_award"),
        other => panic!("exit code {other:?}"),
    }
}
