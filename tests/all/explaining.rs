//! What the studies say to people: that no line claims more than is proven, none is empty, and each says what to do next.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Ran, run};
use crate::tiny::Files;

fn ask(folder: &TempDir, verb: &str, more: &[&str]) -> Ran {
    let args = [verb, folder.path().to_str().unwrap(), "--quiet"];
    run(args.iter().chain(more))
}

/// The tiny tender with a third supplier of gloves that a rule shuts out.
fn shut_out() -> Files {
    let mut files = Files::tiny();
    files.append("suppliers.csv", "Cora,,0\n");
    files.append("products.csv", "cora-gloves,Cora,gloves,100,\n");
    files.append("offers.csv", "CG,cora-gloves,9.00,all,,,,\n");
    files.append("rules.toml", "[[rule]]\nid = \"not-cora\"\nmeasure = \"share\"\nwithin = [\"need\"]\nscope = { supplier = [\"Cora\"], need = [\"gloves\"] }\nat_most = 0\n");
    files
}

fn three_suppliers(mut files: Files) -> Files {
    files.append("rules.toml", "[[rule]]\nid = \"three\"\nmeasure = \"count\"\nof = \"supplier\"\nat_least = 3\n");
    files
}

#[test]
fn a_bidder_that_rules_shut_out_is_told_which_and_that_price_is_not_the_matter() {
    let ran = ask(&shut_out().folder(), "why-not", &["Cora", "--gap", "0"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let said = &ran.stdout;
    assert!(said.contains("with Cora (at least 1 % of what it may serve)  there is no award: rule not-cora"), "{said}");
    assert!(said.contains("no price changes that"), "{said}");
    assert!(!said.contains("why-not:") && !said.contains("more, proven"), "{said}");
}

#[test]
fn a_bidder_that_is_needed_is_told_so() {
    let ran = ask(&Files::tiny().folder(), "why-not", &["Bolt", "--gap", "0"]);
    let said = &ran.stdout;
    assert!(said.contains("without it  there is no award: rule two-sources"), "{said}");
    assert!(said.contains("it is needed: no price makes it lose"), "{said}");
    assert!(!said.contains("why-not"), "the rule that asks the question is no reason: {said}");
}

#[test]
fn a_question_about_a_tender_that_cannot_hold_points_to_its_conflicts() {
    let ran = ask(&three_suppliers(Files::tiny()).folder(), "why-not", &["Bolt"]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("with or without it the tender cannot hold: `ballast conflicts` says why"),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_bidder_that_loses_is_told_by_how_much_and_at_which_price_it_wins() {
    // Gloves of Cora at 11 instead of 10: 130 packs over two years cost 260 more, a hundredth of that 2.60; below 10 ÷ 11
    // it wins.
    let mut files = shut_out();
    files.swap("rules.toml", "at_most = 0\n", "at_most = 1\n");
    files.swap("offers.csv", "CG,cora-gloves,9.00", "CG,cora-gloves,11.00");
    let folder = files.folder();
    let said = ask(&folder, "why-not", &["Cora", "--gap", "0", "--share", "1"]).stdout;
    assert!(said.contains("with it the award costs 260 more, proven"), "{said}");
    assert!(said.contains("(9.1 % lower) it wins") && said.contains("(9 % lower) it loses"), "{said}");
    let said = ask(&folder, "why-not", &["Cora", "S2", "--gap", "0", "--share", "1"]).stdout;
    assert!(said.contains("with it the award costs 60 more, proven"), "{said}");
    assert!(said.contains("multiplied at S2 only") && said.contains("(9.1 % lower) it wins"), "{said}");
}

#[test]
fn what_cannot_be_decided_at_one_site_is_said() {
    // All of its spend counts, so that there may be several flips; with a price that a schedule gives there is no telling S2
    // apart either.
    let mut files = Files::tiny();
    files.append("schedules.csv", "steps,packs,all_units,bolt-saline,BS\n");
    files.swap(
        "schedules.csv",
        "applies_to\nvolume,spend,all_units,acme-saline,AS\n",
        "applies_to,gives\nvolume,spend,all_units,acme-saline,AS,\n",
    );
    files.swap("schedules.csv", "bolt-saline,BS\n", "bolt-saline,BS,price\n");
    files.append("tiers.csv", "steps,100,24\n");
    let said = ask(&files.folder(), "why-not", &["Bolt", "S2", "--gap", "0.01"]).stdout;
    assert!(
        said.contains("multiplied wherever it sells, not only at S2: schedule steps has one price for all its sites"),
        "{said}"
    );
    assert!(said.contains("what it sells elsewhere changes with it: it may flip more than once"), "{said}");
}

#[test]
fn prices_of_a_tender_that_cannot_hold_are_no_prices() {
    let ran = ask(&three_suppliers(Files::tiny()).folder(), "prices", &[]);
    assert_eq!(ran.code, Some(3));
    let said = &ran.stdout;
    assert!(said.contains("no award keeps everything, so nothing has a price; `ballast conflicts` says"), "{said}");
    assert!(said.contains("award at ") && !said.contains(" ? ") && !said.contains("0 to"), "{said}");
}

#[test]
fn where_alternatives_end_only_what_is_proven_is_claimed() {
    let ran = ask(&Files::tiny().folder(), "alternatives", &["--within", "0", "--gap", "0"]);
    assert!(ran.stdout.contains("no award at most 0 % dearer has other winners, proven"), "{}", ran.stdout);
    let ran = ask(&Files::tiny().folder(), "alternatives", &["--within", "0", "--gap", "0", "--json"]);
    assert_eq!(ran.document()["ended"], "none_other");
}

#[test]
fn a_frontier_counts_suppliers_and_shares_in_percent() {
    let mut files = Files::tiny();
    files.remove("rules.toml");
    let folder = files.folder();
    let said = ask(&folder, "frontier", &["--against", "suppliers", "--gap", "0"]).stdout;
    assert!(said.contains("\n                    1  ") && !said.contains("1.0"), "{said}");
    let said = ask(&folder, "frontier", &["--against", "concentration", "--points", "2", "--gap", "0"]).stdout;
    assert!(said.contains("100.00 %") && said.contains("or less, proven"), "{said}");
}

#[test]
fn a_far_end_that_is_proven_contradicts_no_point() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/wound-care");
    let args = ["frontier", root.to_str().unwrap(), "--against", "preference", "--points", "2", "--quiet"];
    let said = run(args).stdout;
    let (points, end) = said.split_once("far end: no award has ").unwrap();
    let bound: f64 = end.split_once(" or more, proven").unwrap().0.parse().unwrap();
    let last = points.lines().filter_map(|l| l.split_whitespace().next()?.parse::<f64>().ok()).next_back().unwrap();
    assert!(bound > last && bound < last + 3e-4, "{said}");
}

#[test]
fn a_comparison_says_which_way_an_edit_can_only_go() {
    let folder = Files::tiny().folder();
    let file = folder.path().join("tighter.toml");
    let edit = "[[edit]]\nname = \"tighter\"\nrebound = { id = \"two-sources\", at_most = 0.7 }\n";
    std::fs::write(&file, format!("schema = \"ballast.scenario/1\"\nname = \"x\"\n{edit}")).unwrap();
    let file = file.to_str().unwrap();
    let document = ask(&folder, "compare", &[file, "--gap", "0.2", "--json"]).document();
    let column = &document["columns"][0];
    assert_eq!((&column["direction"], &column["edits"][0]["direction"]), (&"tightens".into(), &"tightens".into()));
    let low: f64 = column["proven"]["low"].as_str().unwrap().parse().unwrap();
    assert!(low >= 0.0, "however rough the gap: {column}");
    let said = ask(&folder, "compare", &[file]).stdout;
    assert!(said.contains("(1 cell): ") && said.contains("it only tightens, so it cannot save"), "{said}");
}

#[test]
fn conflicts_are_found_in_a_child_as_in_the_process_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/wound-care");
    let too_much = root.join("what-if/too-much.toml");
    let base = ["conflicts", root.to_str().unwrap(), "--json", "--scenario", too_much.to_str().unwrap()];
    let digest = |more: &[&str]| -> Value { run(base.iter().chain(more)).document()["digest"].clone() };
    assert_eq!(digest(&[]), digest(&["--in-process"]));
}

#[test]
fn a_child_without_memory_fails_with_its_reason_and_not_the_command() {
    let folder = three_suppliers(Files::tiny()).folder();
    let ran = ask(&folder, "conflicts", &["--memory", "1"]);
    assert!(matches!(ran.code, Some(1 | 4)), "{:?} {}", ran.code, ran.stdout);
    assert!(ran.code == Some(4) || ran.stderr.contains("the solving process"), "{}", ran.stderr);
}

/// What gives way is named where the award is shown, with what it is against what it was to be, and tiers with their year.
#[test]
fn an_award_names_the_rules_that_give_way_and_the_years_of_tiers() {
    let mut files = Files::tiny();
    let more = "[[rule]]\nid = \"one\"\nmeasure = \"count\"\nof = \"supplier\"\nscope = { need = [\"saline\"] }\n\
                at_most = 1\nforce = \"levelled\"\nlevel = 4\n";
    files.append("rules.toml", more);
    let folder = files.folder();
    let told = run(["award", folder.path().to_str().unwrap(), "--quiet", "--gap", "0"]).stdout;
    assert!(told.contains("one gives way: 2 against at most 1"), "{told}");
    let mut files = Files::tiny();
    let offers = "offer,product,price,cohort,escalator\nAG,acme-gloves,10.00,all,\nAS,acme-saline,20.00,all,0.05\n\
                  AS-S2,acme-saline,18.50,site:S2,\nBS,bolt-saline,25.20,member:North;class:small,\n";
    files.put("offers.csv", offers);
    let years = files.folder();
    let told = run(["award", years.path().to_str().unwrap(), "--quiet"]).stdout;
    assert!(told.contains("year 1") && told.contains("year 2"), "{told}");
}

#[test]
fn a_subject_that_is_misspelt_has_its_nearest() {
    let folder = Files::tiny().folder();
    let ran = run(["why-not", folder.path().to_str().unwrap(), "Acne"]);
    assert!(ran.stderr.contains("did you mean `"), "{}", ran.stderr);
}
