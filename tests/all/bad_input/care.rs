//! Faults in what clinical tenders add: outcome cost, switching by group, payment, criticality, coverage.

use super::{Case, Want, all};
use crate::tiny::Files;

/// Adds columns to a file: `cells` on one line, blanks on the others.
fn column(f: &mut Files, file: &str, header: &str, line: usize, cells: &str) {
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
