//! Many faults are reported in one go, a warning is no error until `--strict`, and `award` refuses what `check` refuses.

use super::{Want, check, judge};
use crate::run::run;
use crate::tiny::Files;

#[test]
fn six_faults_in_six_files_are_reported_at_once() {
    let mut files = Files::tiny();
    files.swap("tender.toml", "EUR", "Euro");
    files.swap("demand.csv", "S2,gloves,3000", "S2,gloves,-3");
    files.swap("offers.csv", "10.00", "NaN");
    files.swap("plants.csv", "West,Bolt", "West,Volt");
    files.swap("tiers.csv", "2500,0.05", "2500,0.01");
    files.append("rules.toml", "[[rule]]\nid = \"r\"\nmeasure = \"spend\"\n");
    let wants = [
        Want::new("bad_value", "tender.toml").value("Euro"),
        Want::new("bad_value", "demand.csv").line(4).value("-3"),
        Want::new("bad_value", "offers.csv").line(2).value("NaN"),
        Want::new("unknown_id", "plants.csv").line(4).value("Volt"),
        Want::new("overlapping_tiers", "tiers.csv").line(3).value("0.01"),
        Want::new("bad_rule", "rules.toml").line(9),
    ];
    assert_eq!(judge(&check(files.folder().path()), &wants, 2), [""; 0]);
}

#[test]
fn all_faults_of_one_row_are_reported_at_once() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "AS,acme-saline,20.00,all,2025-01-01", "AS,acme-saline,-20,all,soon");
    let wants = [
        Want::new("bad_value", "offers.csv").line(3).column("price").value("-20"),
        Want::new("bad_value", "offers.csv").line(3).column("valid_from").value("soon"),
    ];
    assert_eq!(judge(&check(files.folder().path()), &wants, 2), [""; 0]);
}

#[test]
fn rows_without_any_cell_are_ignored_and_counted() {
    let mut files = Files::tiny();
    files.append("sites.csv", ",,,,\n");
    let ran = check(files.folder().path());
    assert_eq!(judge(&ran, &[], 0), [""; 0]);
    let document = ran.document();
    let sites = document["tables"].as_array().unwrap().iter().find(|t| t["table"] == "sites").unwrap();
    assert_eq!(
        (sites["read"].as_u64(), sites["accepted"].as_u64(), sites["ignored"].as_u64()),
        (Some(3), Some(2), Some(1))
    );
}

#[test]
fn a_price_off_by_a_pack_factor_is_a_warning_and_an_error_only_if_strict() {
    let mut files = Files::tiny();
    // The price of a bag where the price of a case of 12 belongs.
    files.swap("offers.csv", "25.20", "2.10");
    let folder = files.folder();
    let want = Want::new("unit_of_measure", "offers.csv").line(5).column("price").value("2.1").fix("use_factor");
    assert_eq!(judge(&check(folder.path()), &[want], 0), [""; 0]);
    let strict = run(["check".as_ref(), folder.path().as_os_str(), "--strict".as_ref(), "--json".as_ref()]);
    assert_eq!(judge(&strict, &[want], 2), [""; 0]);
}

#[test]
fn a_price_of_zero_is_a_warning() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "25.20", "0.00");
    let want = Want::new("zero_price", "offers.csv").line(5).column("price").value("0");
    assert_eq!(judge(&check(files.folder().path()), &[want], 0), [""; 0]);
}

#[test]
fn award_and_certify_refuse_a_broken_tender_with_all_its_faults() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "10.00", "ten");
    files.swap("demand.csv", "S2,gloves,3000", "S2,gloves,-3");
    let folder = files.folder();
    let path = folder.path().as_os_str();
    let award = run(["award".as_ref(), path]);
    assert_eq!((award.code, award.stdout.as_str()), (Some(2), ""));
    for said in ["offers.csv:2", "`ten`", "demand.csv:4", "`-3`", "fix:"] {
        assert!(award.stderr.contains(said), "{said} in {}", award.stderr);
    }
    let json = run(["award".as_ref(), path, "--json".as_ref()]);
    assert_eq!(json.code, Some(2));
    assert_eq!(json.document()["schema"], "ballast.error/1");
    let certify = run(["certify".as_ref(), path, path]);
    assert_eq!(certify.code, Some(2));
}

#[test]
fn a_broken_tender_is_not_written() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "10.00", "ten");
    let folder = files.folder();
    let out = folder.path().join("out.json");
    let ran = run(["check".as_ref(), folder.path().as_os_str(), "--out".as_ref(), out.as_os_str()]);
    assert_eq!(ran.code, Some(2));
    assert!(!out.exists());
}

#[test]
fn the_text_for_people_holds_no_control_characters_of_the_input_and_is_short() {
    let mut files = Files::tiny();
    files.swap("sites.csv", "S1", &format!("S\u{1b}[31m{}", "x".repeat(10_000)));
    let folder = files.folder();
    let ran = run(["check".as_ref(), folder.path().as_os_str()]);
    assert!(!ran.stdout.contains('\u{1b}') && ran.stdout.len() < 5000, "{:?}", ran.stdout);
    assert!(ran.stdout.contains("S\\u{1b}[31mxxx"), "{}", ran.stdout);
    let document = check(folder.path()).document();
    let findings = document["findings"].as_array().unwrap();
    let kept = findings.iter().find(|f| f["file"] == "sites.csv").unwrap()["value"].as_str().unwrap().chars().count();
    assert!((400..600).contains(&kept), "{kept} characters kept");
}
