//! A tender that no award can satisfy is still a tender: `check` warns, `award` answers infeasible and says why.

use std::path::Path;

use serde_json::Value;

use crate::bad_input::{Want, check, judge};
use crate::run::run;
use crate::tiny::Files;

/// `check` warns with `want`, `--strict` makes it an error, `award` is infeasible with a reason that names all of `named`.
fn is_a_tender_without_award(files: &Files, want: Want, named: &[&str]) {
    let folder = files.folder();
    let path = folder.path();
    assert_eq!(judge(&check(path), &[want], 0), [""; 0]);
    let strict = run([Path::new("check"), path, Path::new("--strict"), Path::new("--json")]);
    assert_eq!(judge(&strict, &[want], 2), [""; 0]);
    is_infeasible(path, named);
}

fn is_infeasible(path: &Path, named: &[&str]) {
    let award = run([Path::new("award"), path, Path::new("--json")]);
    assert_eq!(award.code, Some(3), "{}{}", award.stdout, award.stderr);
    let document = award.document();
    assert_eq!(document["termination"], "infeasible");
    assert_eq!(document["value"], Value::Null);
    let reasons = document["reasons"].as_array().unwrap();
    assert!(!reasons.is_empty(), "infeasible without a reason");
    let text: String = reasons.iter().map(|r| r.as_str().unwrap().to_owned() + "\n").collect();
    for name in named {
        assert!(text.contains(name), "no reason names `{name}`:\n{text}");
    }
}

#[test]
fn demand_that_no_offer_may_serve_is_named_with_site_and_need() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "AG,acme-gloves,10.00,all", "AG,acme-gloves,10.00,site:S1");
    let want = Want::new("uncovered_demand", "demand.csv").line(4).column("need").value("gloves").fix("offer");
    is_a_tender_without_award(&files, want, &["need gloves", "site S2"]);
}

#[test]
fn an_offer_that_has_run_out_leaves_its_demand_uncovered() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "AG,acme-gloves,10.00,all,,", "AG,acme-gloves,10.00,all,,2025-12-31");
    let want = Want::new("uncovered_demand", "demand.csv").line(2).value("gloves");
    is_a_tender_without_award(&files, want, &["need gloves"]);
}

#[test]
fn two_rules_that_exclude_each_other_are_named() {
    let mut files = Files::tiny();
    let share = "measure = \"share\"\nwithin = [\"need\"]\nscope = { supplier = [\"Acme\"], need = [\"saline\"] }";
    files.append("rules.toml", &format!("[[rule]]\nid = \"much\"\n{share}\nat_least = 0.7\n"));
    files.append("rules.toml", &format!("[[rule]]\nid = \"little\"\n{share}\nat_most = 0.5\n"));
    // Rules are compared in order of id; the later one is where the finding stands.
    let want = Want::new("contradicting_rules", "rules.toml").line(10).column("id").value("much").fix("relax");
    let folder = files.folder();
    let document = check(folder.path()).document();
    let said = document["findings"].to_string();
    assert!(said.contains("rule much contradicts rule little"), "{said}");
    is_a_tender_without_award(&files, want, &["rule "]);
}

#[test]
fn a_rule_that_no_line_can_lift_is_named() {
    let mut files = Files::tiny();
    files.append("rules.toml", "[[rule]]\nid = \"three\"\nmeasure = \"count\"\nof = \"supplier\"\nat_least = 3\n");
    let want = Want::new("rule_out_of_reach", "rules.toml").line(10).column("id").value("three");
    is_a_tender_without_award(&files, want, &["rule three"]);
}

#[test]
fn capacity_below_demand_is_named_with_need_and_product() {
    let mut files = Files::tiny();
    // 130 packs are needed.
    files.swap("products.csv", "use_factor,plants", "use_factor,capacity_packs,plants");
    files.swap("products.csv", "gloves,100,", "gloves,100,129,");
    files.swap("products.csv", "saline,10,", "saline,10,,");
    files.swap("products.csv", "saline,12,", "saline,12,,");
    let want = Want::new("capacity_below_demand", "needs.csv").line(2).column("need").value("gloves").fix("capacit");
    is_a_tender_without_award(&files, want, &["capacity_packs of product acme-gloves"]);
}

#[test]
fn an_offers_minimum_above_all_demand_is_named() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "AG,acme-gloves,10.00,all,,,,", "AG,acme-gloves,10.00,all,,,,131");
    let want =
        Want::new("minimum_above_reach", "offers.csv").line(2).column("minimum_if_used").value("131").fix("lower");
    is_a_tender_without_award(&files, want, &["offer AG"]);
}

#[test]
fn a_minimum_award_above_all_demand_leaves_no_award_where_the_supplier_is_needed() {
    let mut files = Files::tiny();
    files.put("suppliers.csv", "supplier,minimum_award\nAcme,1000000\nBolt,\n");
    let want =
        Want::new("minimum_above_reach", "suppliers.csv").line(2).column("minimum_award").value("1000000").fix("lower");
    is_a_tender_without_award(&files, want, &["supplier Acme"]);
}

#[test]
fn several_contradictions_are_reported_at_once() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "AG,acme-gloves,10.00,all", "AG,acme-gloves,10.00,site:S1");
    files.append("rules.toml", "[[rule]]\nid = \"three\"\nmeasure = \"count\"\nof = \"supplier\"\nat_least = 3\n");
    let wants = [
        Want::new("uncovered_demand", "demand.csv").line(4),
        Want::new("rule_out_of_reach", "rules.toml").value("three"),
    ];
    assert_eq!(judge(&check(files.folder().path()), &wants, 0), [""; 0]);
}
