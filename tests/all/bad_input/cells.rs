//! Faults of single cells: wrong type, out of range, contradicting a neighbour.

use super::{Case, Want, all, check, judge};
use crate::tiny::Files;

const NUMBERS: &[Case] = &[
    (
        "text in a number",
        |f| f.swap("offers.csv", "10.00", "ten"),
        Want::new("bad_value", "offers.csv").line(2).column("price").value("ten").fix("digits"),
    ),
    (
        "decimal comma",
        |f| f.swap("offers.csv", "10.00", "\"10,00\""),
        Want::new("bad_value", "offers.csv").line(2).column("price").value("10,00").fix("point"),
    ),
    (
        "currency sign",
        |f| f.swap("offers.csv", "10.00", "€10"),
        Want::new("bad_value", "offers.csv").line(2).column("price").value("€10"),
    ),
    (
        "NaN",
        |f| f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,NaN"),
        Want::new("bad_value", "demand.csv").line(4).column("quantity").value("NaN"),
    ),
    (
        "inf",
        |f| f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,inf"),
        Want::new("bad_value", "demand.csv").line(4).column("quantity").value("inf"),
    ),
    (
        "1e400",
        |f| f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,1e400"),
        Want::new("bad_value", "demand.csv").line(4).column("quantity").value("1e400"),
    ),
    (
        "more digits than any quantity has",
        |f| f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,1234567890123456"),
        Want::new("bad_value", "demand.csv").line(4).column("quantity").value("1234567890123456"),
    ),
    (
        "negative quantity",
        |f| f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,-1"),
        Want::new("bad_value", "demand.csv").line(4).column("quantity").value("-1"),
    ),
    (
        "negative price",
        |f| f.swap("offers.csv", "25.20", "-25.20"),
        Want::new("bad_value", "offers.csv").line(5).column("price").value("-25.20"),
    ),
    (
        "zero use factor",
        |f| f.swap("products.csv", "gloves,100", "gloves,0"),
        Want::new("bad_value", "products.csv").line(2).column("use_factor").value("0"),
    ),
    (
        "fraction above 1",
        |f| f.swap("demand.csv", "11000,0.1", "11000,10"),
        Want::new("bad_value", "demand.csv").line(2).column("weekly_cv").value("10").fix("0.12"),
    ),
    (
        "fraction of a bed",
        |f| f.swap("sites.csv", "300", "300.5"),
        Want::new("bad_value", "sites.csv").line(2).column("beds").value("300.5"),
    ),
    (
        "digits of another script",
        |f| f.swap("sites.csv", "300", "٣٠٠"),
        Want::new("bad_value", "sites.csv").line(2).column("beds").value("٣٠٠"),
    ),
    (
        "a blank where a value is required",
        |f| f.swap("offers.csv", "AG,acme-gloves", "AG,"),
        Want::new("missing_value", "offers.csv").line(2).column("product"),
    ),
    (
        "a number in another base",
        |f| f.swap("tender.toml", "years = 2", "years = 0x10"),
        Want::new("bad_value", "tender.toml").column("contract_years").value("0x10"),
    ),
    (
        "NaN in a rule",
        |f| f.swap("rules.toml", "0.8", "nan"),
        Want::new("bad_value", "rules.toml").line(8).column("at_most").value("nan"),
    ),
];

const WORDS: &[Case] = &[
    (
        "bad date",
        |f| f.swap("offers.csv", "2025-01-01", "01.01.2025"),
        Want::new("bad_value", "offers.csv").line(3).column("valid_from").value("01.01.2025"),
    ),
    (
        "a day that does not exist",
        |f| f.swap("offers.csv", "2027-12-31", "2027-02-29"),
        Want::new("bad_value", "offers.csv").line(3).column("valid_to").value("2027-02-29"),
    ),
    (
        "a date without hyphens",
        |f| f.swap("tender.toml", "2026-01-01", "20260101"),
        Want::new("bad_value", "tender.toml").column("starts").value("20260101"),
    ),
    (
        "a date with a time of day",
        |f| f.swap("tender.toml", "2026-01-01", "2026-01-01T12:00"),
        Want::new("bad_value", "tender.toml").column("starts").value("2026-01-01T12:00"),
    ),
    (
        "bad date of the tender",
        |f| f.swap("tender.toml", "2026-01-01", "soon"),
        Want::new("bad_value", "tender.toml").column("starts").value("soon"),
    ),
    (
        "currency in words",
        |f| f.swap("tender.toml", "EUR", "Euro"),
        Want::new("bad_value", "tender.toml").column("currency").value("Euro").fix("ISO 4217"),
    ),
    (
        "a contract of no years",
        |f| f.swap("tender.toml", "years = 2", "years = 0"),
        Want::new("bad_value", "tender.toml").column("contract_years").value("0"),
    ),
    (
        "a class that is none",
        |f| f.swap("needs.csv", "pair,2", "pair,4"),
        Want::new("bad_value", "needs.csv").line(2).column("criticality").value("4"),
    ),
    (
        "a word not in the list",
        |f| f.swap("schedules.csv", "all_units", "all_unit"),
        Want::new("bad_value", "schedules.csv").line(2).column("mode").value("all_unit").fix("all_units"),
    ),
    (
        "cohort of an unknown kind",
        |f| f.swap("offers.csv", "class:small", "klass:small"),
        Want::new("bad_value", "offers.csv").line(5).column("cohort").value("klass:small"),
    ),
    (
        "very long id",
        |f| f.swap("offers.csv", "BS,", &format!("{},", "B".repeat(10_000))),
        Want::new("bad_value", "offers.csv").line(5).column("offer").value("BBBB").fix("shorten"),
    ),
    (
        "control characters in a text",
        |f| f.swap("tender.toml", "Tiny", "Ti\\u0000\\u001bny"),
        Want::new("bad_value", "tender.toml").column("name"),
    ),
    (
        "control characters in an attribute",
        |f| f.swap("sites.csv", "beds\nS1,North,teaching,East,300", "attr.rural\nS1,North,teaching,East,\u{1b}[1m"),
        Want::new("bad_value", "sites.csv").line(2).column("attr.rural"),
    ),
    (
        "an id with a separator",
        |f| f.swap("offers.csv", "BS,", "B:S,"),
        Want::new("bad_value", "offers.csv").line(5).column("offer").value("B:S"),
    ),
    (
        "weights that do not sum to 1",
        |f| f.swap("products.csv", "West:0.4", "West:0.5"),
        Want::new("bad_value", "products.csv").line(4).column("plants").value("Bolt Sud:0.6;Bolt West:0.5"),
    ),
    (
        "a plant twice in the weights",
        |f| f.swap("products.csv", "Bolt West:0.4", "Bolt Sud:0.4"),
        Want::new("bad_value", "products.csv").line(4).column("plants"),
    ),
    (
        "clinicians' weights above 1",
        |f| {
            f.put(
                "preferences.csv",
                "site,product,clinician_group,score,weight\nS1,acme-saline,a,1,0.6\nS1,acme-saline,b,1,0.6\n",
            )
        },
        Want::new("bad_weights", "preferences.csv").value("1.2"),
    ),
    (
        "a column that the provenance invents",
        |f| f.put("fees.csv", "fee,payer,percent,assumed\nF,buyer,0.1,prices\n"),
        Want::new("unknown_column", "fees.csv").line(2).column("assumed").value("prices"),
    ),
];

const RANGES: &[Case] = &[
    (
        "low above quantity",
        |f| f.swap("demand.csv", "9000", "10500"),
        Want::new("bad_range", "demand.csv").line(2).column("low").value("10500"),
    ),
    (
        "high below quantity",
        |f| f.swap("demand.csv", "11000", "9500"),
        Want::new("bad_range", "demand.csv").line(2).column("high").value("9500"),
    ),
    (
        "low without high",
        |f| f.swap("demand.csv", "11000", ""),
        Want::new("bad_range", "demand.csv").line(2).column("high").fix("both"),
    ),
    (
        "last day before the first",
        |f| f.swap("offers.csv", "2027-12-31", "2024-12-31"),
        Want::new("bad_range", "offers.csv").line(3).column("valid_from").value("2025-01-01"),
    ),
    (
        "minimum above max_packs",
        |f| f.swap("offers.csv", "AG,acme-gloves,10.00,all,,,,", "AG,acme-gloves,10.00,all,,,50,60"),
        Want::new("bad_range", "offers.csv").line(2).column("minimum_if_used").value("60"),
    ),
];

#[test]
fn what_is_no_number_or_out_of_range_is_named_with_its_cell() {
    all(NUMBERS);
}

#[test]
fn a_word_date_or_list_that_cannot_be_read_is_named_with_its_cell() {
    all(WORDS);
}

#[test]
fn figures_that_contradict_each_other_are_named_with_their_value() {
    all(RANGES);
}

#[test]
fn ids_that_differ_only_by_case_are_two_ids() {
    let mut files = Files::tiny();
    files.append("offers.csv", "ag,acme-gloves,10.10,all,,,,\n");
    assert_eq!(judge(&check(files.folder().path()), &[], 0), [""; 0]);
}

#[test]
fn the_largest_capacities_do_not_panic() {
    let mut files = Files::tiny();
    files.put("plants.csv", files.text("plants.csv").replace(",100000", ",999999999999999"));
    files.swap("products.csv", "gloves,100,", "gloves,999999999999999,");
    assert_eq!(judge(&check(files.folder().path()), &[], 0), [""; 0]);
}

/// Figures of which each is a fine cell.
const PRODUCTS_TOO_LARGE: &[Case] = &[
    (
        "packs",
        |f| {
            f.swap("products.csv", "gloves,100,", "gloves,0.000000000001,");
            f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,999999999999999");
        },
        Want::new("out_of_range", "products.csv").line(2).column("use_factor").value("0.000000000001"),
    ),
    (
        "money",
        |f| f.swap("offers.csv", "10.00", "999999999999999"),
        Want::new("out_of_range", "offers.csv").line(2).column("price").value("999999999999999"),
    ),
    (
        "money of today's mix",
        |f| f.swap("incumbents.csv", "21.00", "999999999999999"),
        Want::new("out_of_range", "incumbents.csv").line(2).column("price").value("999999999999999"),
    ),
    (
        "digits of a quantity",
        |f| f.swap("demand.csv", "S2,gloves,3000", "S2,gloves,123456789012345.12345"),
        Want::new("out_of_range", "demand.csv").line(4).column("quantity"),
    ),
];

#[test]
fn figures_that_leave_the_range_only_together_are_named_with_their_cell() {
    all(PRODUCTS_TOO_LARGE);
}
