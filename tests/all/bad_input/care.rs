//! Faults in what clinical tenders add: outcome cost, switching by group, payment, criticality, coverage.

use super::{Case, Want, all, check, judge};
use crate::tiny::Files;

/// Adds columns to a file: `cells` on one line, blanks on the others.
pub(super) fn column(f: &mut Files, file: &str, header: &str, line: usize, cells: &str) {
    let blank = ",".repeat(header.matches(',').count());
    let of = |i: usize| {
        if i == 0 {
            header
        } else if i + 1 == line {
            cells
        } else {
            &blank
        }
    };
    let lines: Vec<String> = f.text(file).lines().enumerate().map(|(i, l)| format!("{l},{}\n", of(i))).collect();
    f.put(file, lines.concat());
}

const OUTCOME: &[Case] = &[
    (
        "outcome cost upside down",
        |f| column(f, "products.csv", "outcome_cost_low,outcome_cost_high", 2, "3,2"),
        Want::new("bad_range", "products.csv").line(2).column("outcome_cost_low").value("3").fix("swap"),
    ),
    (
        "outcome cost with one end",
        |f| column(f, "products.csv", "outcome_cost_low,outcome_cost_high", 3, "-1,"),
        Want::new("bad_range", "products.csv").line(3).column("outcome_cost_high"),
    ),
    (
        "outcome cost beyond all measure",
        |f| column(f, "products.csv", "outcome_cost_low,outcome_cost_high", 2, "1,99999999999999"),
        Want::new("out_of_range", "products.csv").line(2).column("outcome_cost_high").value("99999999999999"),
    ),
    (
        "outcome cost that is no number",
        |f| column(f, "products.csv", "outcome_cost_low,outcome_cost_high", 2, "little,2"),
        Want::new("bad_value", "products.csv").line(2).column("outcome_cost_low").value("little"),
    ),
];

#[test]
fn faults_of_outcome_costs_are_named() {
    all(OUTCOME);
}

const SWITCHING: &[Case] = &[
    (
        "a group twice",
        |f| f.put("switching.csv", "clinician_group,cost\nnurses,5\nnurses,6\n"),
        Want::new("duplicate_key", "switching.csv").line(3).value("nurses"),
    ),
    (
        "a limit that is no number",
        |f| column(f, "needs.csv", "formulary_limit", 2, "few"),
        Want::new("bad_value", "needs.csv").line(2).column("formulary_limit").value("few"),
    ),
];

#[test]
fn faults_of_switching_and_formulary_are_named() {
    all(SWITCHING);
}

/// Adds a hip with two cases and an offer for it.
fn hip(f: &mut Files, cases: &str, components: &str, offer: &str) {
    f.append("products.csv", "hip,Acme,gloves,1,\n");
    f.put("cases.csv", format!("product,case,fraction\n{cases}"));
    f.put("components.csv", format!("product,case,component,quantity,price,reference_price\n{components}"));
    column(f, "offers.csv", "pays,ceiling", 0, "");
    f.append("offers.csv", &format!("H,hip,{offer}\n"));
}

const CASES: &str = "hip,primary,0.75\nhip,revision,0.25\n";
const COMPONENTS: &str = "hip,primary,stem,1,1000,800\nhip,revision,stem,2,1000,\n";

const PAYMENT: &[Case] = &[
    (
        "fractions that do not sum to 1",
        |f| hip(f, "hip,primary,0.75\nhip,revision,0.2\n", COMPONENTS, ",all,,,,,construct,"),
        Want::new("bad_weights", "cases.csv").line(2).column("fraction").value("0.95"),
    ),
    (
        "a component of no case",
        |f| hip(f, CASES, &format!("{COMPONENTS}hip,redo,cup,1,9,\n"), ",all,,,,,construct,"),
        Want::new("unknown_id", "components.csv").line(4).column("case").value("redo"),
    ),
    (
        "a case without components",
        |f| hip(f, CASES, "hip,primary,stem,1,1000,800\n", ",all,,,,,construct,"),
        Want::new("missing_value", "cases.csv").line(3).column("case").value("revision"),
    ),
    (
        "a negative quantity",
        |f| hip(f, CASES, "hip,primary,stem,-1,1000,800\nhip,revision,stem,2,1000,\n", ",all,,,,,construct,"),
        Want::new("bad_value", "components.csv").line(2).column("quantity").value("-1"),
    ),
    (
        "cases of an unknown product",
        |f| hip(f, &format!("{CASES}knee,all,1\n"), COMPONENTS, ",all,,,,,construct,"),
        Want::new("unknown_id", "cases.csv").line(4).column("product").value("knee"),
    ),
    (
        "construct without cases",
        |f| hip(f, "", "", ",all,,,,,construct,"),
        Want::new("missing_value", "offers.csv").line(6).column("pays").value("construct").fix("cases"),
    ),
    (
        "reference without reference prices",
        |f| hip(f, CASES, COMPONENTS, ",all,,,,,reference,"),
        Want::new("missing_value", "offers.csv").line(6).column("pays").fix("reference_price"),
    ),
    (
        "capitated without ceiling",
        |f| hip(f, CASES, COMPONENTS, ",all,,,,,capitated,"),
        Want::new("missing_value", "offers.csv").line(6).column("ceiling"),
    ),
    (
        "a ceiling that nothing uses",
        |f| hip(f, CASES, COMPONENTS, ",all,,,,,construct,2000"),
        Want::new("bad_value", "offers.csv").line(6).column("ceiling").value("2000"),
    ),
    (
        "a price beside components",
        |f| hip(f, CASES, COMPONENTS, "1500,all,,,,,construct,"),
        Want::new("bad_value", "offers.csv").line(6).column("price").value("1500"),
    ),
    (
        "case price without a price",
        |f| hip(f, CASES, COMPONENTS, ",all,,,,,case_price,"),
        Want::new("missing_value", "offers.csv").line(6).column("price"),
    ),
    (
        "a way of paying that is none",
        |f| hip(f, CASES, COMPONENTS, ",all,,,,,konstruct,"),
        Want::new("bad_value", "offers.csv").line(6).column("pays").value("konstruct"),
    ),
];

#[test]
fn faults_of_ways_of_paying_are_named() {
    all(PAYMENT);
}

const CONTRACTS: &[Case] = &[
    (
        "a direct delivery with mark-up",
        |f| column(f, "offers.csv", "channel,markup", 2, "direct,0.04"),
        Want::new("bad_value", "offers.csv").line(2).column("markup").value("0.04").fix("distributor"),
    ),
    (
        "a cap on nothing",
        |f| column(f, "offers.csv", "failure_to_supply_cap", 3, "5"),
        Want::new("missing_value", "offers.csv").line(3).column("failure_to_supply"),
    ),
    (
        "more than all of the difference",
        |f| column(f, "offers.csv", "failure_to_supply", 3, "1.5"),
        Want::new("bad_value", "offers.csv").line(3).column("failure_to_supply").value("1.5"),
    ),
    (
        "a channel that is none",
        |f| column(f, "offers.csv", "channel", 3, "post"),
        Want::new("bad_value", "offers.csv").line(3).column("channel").value("post"),
    ),
];

#[test]
fn faults_of_contracts_are_named() {
    all(CONTRACTS);
}

const CRITICALITY: &[Case] = &[
    (
        "no such class",
        |f| f.put("criticality.csv", "class,reserve\n4,2\n"),
        Want::new("bad_value", "criticality.csv").line(2).column("class").value("4"),
    ),
    (
        "suppliers that count for nothing",
        |f| f.put("criticality.csv", "class,counts_from\n1,0.2\n"),
        Want::new("bad_value", "criticality.csv").line(2).column("counts_from").value("0.2"),
    ),
    (
        "a chance that none has",
        |f| f.put("criticality.csv", "class,maximum_shortage\n1,0\n"),
        Want::new("bad_value", "criticality.csv").line(2).column("maximum_shortage").value("0"),
    ),
    (
        "a rule by the name of a class's",
        |f| {
            f.put("criticality.csv", "class,minimum_suppliers\n1,1\n");
            f.swap("rules.toml", "two-sources", "criticality-1-suppliers");
        },
        Want::new("duplicate_key", "rules.toml").column("id").value("criticality-1-suppliers"),
    ),
    (
        "sizes that are nowhere",
        |f| column(f, "needs.csv", "sizes,sizes_at", 2, "S;M,here"),
        Want::new("bad_value", "needs.csv").line(2).column("sizes_at").value("here"),
    ),
];

#[test]
fn faults_of_criticality_and_sizes_are_named() {
    all(CRITICALITY);
}

#[test]
fn what_is_only_worth_knowing_leaves_a_tender() {
    let mut files = Files::tiny();
    files.put(
        "equivalences.csv",
        "product,need,use_factor,approver,expires\nacme-gloves,saline,1,,\nbolt-saline,gloves,1,board,2025-12-31\n",
    );
    column(&mut files, "needs.csv", "formulary_limit,sizes", 2, "1,XL");
    let folder = files.folder();
    let wants = [
        Want::new("no_approver", "equivalences.csv").line(2).column("approver"),
        Want::new("approval_expired", "equivalences.csv").line(3).column("expires").value("2025-12-31"),
        Want::new("formulary_without_rule", "needs.csv").line(2).column("formulary_limit").value("1"),
        Want::new("uncovered_size", "needs.csv").line(2).column("sizes").value("XL"),
    ];
    assert_eq!(judge(&check(folder.path()), &wants, 0), [""; 0]);
}
