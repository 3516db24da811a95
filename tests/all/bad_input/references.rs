//! Faults between rows: unknown ids, two rows of one name, tiers and schedules that do not fit together.

use super::{Case, Want, all, check, judge};
use crate::tiny::Files;

const UNKNOWN: &[Case] = &[
    (
        "unknown site",
        |f| f.swap("demand.csv", "S1,gloves", "S3,gloves"),
        Want::new("unknown_id", "demand.csv").line(2).column("site").value("S3"),
    ),
    (
        "unknown need",
        |f| f.swap("demand.csv", "S1,gloves", "S1,glove"),
        Want::new("unknown_id", "demand.csv").line(2).column("need").value("glove").fix("`gloves`"),
    ),
    (
        "unknown supplier of a product",
        |f| f.swap("products.csv", "acme-gloves,Acme", "acme-gloves,Acne"),
        Want::new("unknown_id", "products.csv").line(2).column("supplier").value("Acne").fix("`Acme`"),
    ),
    (
        "unknown supplier of a plant",
        |f| f.swap("plants.csv", "West,Bolt", "West,Volt"),
        Want::new("unknown_id", "plants.csv").line(4).column("supplier").value("Volt"),
    ),
    (
        "unknown need of a product",
        |f| f.swap("products.csv", "Acme,gloves", "Acme,hoses"),
        Want::new("unknown_id", "products.csv").line(2).column("need").value("hoses"),
    ),
    (
        "unknown plant",
        |f| f.swap("products.csv", "Bolt West:", "Bolt Ost:"),
        Want::new("unknown_id", "products.csv").line(4).column("plants").value("Bolt Ost"),
    ),
    (
        "unknown product",
        |f| f.swap("offers.csv", "BS,bolt-saline", "BS,bolt-salin"),
        Want::new("unknown_id", "offers.csv").line(5).column("product").value("bolt-salin").fix("`bolt-saline`"),
    ),
    (
        "unknown offer",
        |f| f.swap("schedules.csv", "saline,AS", "saline,AX"),
        Want::new("unknown_id", "schedules.csv").line(2).column("applies_to").value("AX"),
    ),
    (
        "unknown product in a schedule",
        |f| f.swap("schedules.csv", "acme-saline", "acme-salt"),
        Want::new("unknown_id", "schedules.csv").line(2).column("counts_products").value("acme-salt"),
    ),
    (
        "unknown site in a cohort",
        |f| f.swap("offers.csv", "site:S2", "site:S9"),
        Want::new("unknown_id", "offers.csv").line(4).column("cohort").value("S9"),
    ),
    (
        "unknown member in a cohort",
        |f| f.swap("offers.csv", "member:North", "member:Norht"),
        Want::new("unknown_id", "offers.csv").line(5).column("cohort").value("Norht").fix("`North`"),
    ),
    (
        "unknown class in a cohort",
        |f| f.swap("offers.csv", "class:small", "class:tiny"),
        Want::new("unknown_id", "offers.csv").line(5).column("cohort").value("class:tiny"),
    ),
    (
        "unknown region in a cohort",
        |f| f.swap("offers.csv", "site:S2", "region:Oest"),
        Want::new("unknown_id", "offers.csv").line(4).column("cohort").value("region:Oest"),
    ),
    (
        "unknown region of freight",
        |f| f.put("freight.csv", "freight,site_region,per_pack\nF,Nowhere,1\n"),
        Want::new("unknown_id", "freight.csv").line(2).column("site_region").value("Nowhere"),
    ),
    (
        "unknown place of stock",
        |f| f.put("stock.csv", "place,product,on_hand\nP9,acme-saline,5\n"),
        Want::new("unknown_id", "stock.csv").line(2).column("place").value("P9"),
    ),
    (
        "unknown need of a policy",
        |f| f.put("policies.csv", "need,reserve\nsalin,2\n"),
        Want::new("unknown_id", "policies.csv").line(2).column("need").value("salin").fix("`saline`"),
    ),
    (
        "unknown plant of an input",
        |f| f.put("inputs.csv", "input,plant\nresin,Nirgends\n"),
        Want::new("unknown_id", "inputs.csv").line(2).column("plant").value("Nirgends"),
    ),
    (
        "plant of another supplier",
        |f| f.swap("products.csv", "gloves,100,Acme Nord", "gloves,100,Bolt West"),
        Want::new("wrong_owner", "products.csv").line(2).column("plants").value("Bolt West"),
    ),
    (
        "incumbent that serves another need",
        |f| f.swap("incumbents.csv", "saline,acme-saline", "saline,acme-gloves"),
        Want::new("wrong_need", "incumbents.csv").line(2).column("product").value("acme-gloves"),
    ),
    (
        "equivalence to the own need",
        |f| f.put("equivalences.csv", "product,need,use_factor\nacme-saline,saline,10\n"),
        Want::new("bad_value", "equivalences.csv").line(2).column("need").value("saline"),
    ),
];

const TWICE: &[Case] = &[
    (
        "duplicate key",
        |f| f.append("sites.csv", "S1,North,teaching,East,1\n"),
        Want::new("duplicate_key", "sites.csv").line(4).column("site").value("S1"),
    ),
    (
        "duplicate key of two columns",
        |f| f.append("demand.csv", "S1,saline,1,,,\n"),
        Want::new("duplicate_key", "demand.csv").line(6).value("S1, saline"),
    ),
    (
        "duplicate offer",
        |f| f.swap("offers.csv", "BS,", "AG,"),
        Want::new("duplicate_key", "offers.csv").line(5).column("offer").value("AG"),
    ),
    (
        "duplicate rule id",
        |f| f.append("rules.toml", "[[rule]]\nid = \"two-sources\"\nmeasure = \"spend\"\nat_most = 1\n"),
        Want::new("duplicate_key", "rules.toml").line(10).column("id").value("two-sources"),
    ),
    (
        "a table in two files of one name but for case is unknown",
        |f| f.put("Offers.csv", "offer\nX\n"),
        Want::new("unknown_table", "Offers.csv").value("Offers").fix("`offers`"),
    ),
];

const TIERS: &[Case] = &[
    (
        "a higher tier that is worse",
        |f| f.swap("tiers.csv", "2500,0.05", "2500,0.01"),
        Want::new("overlapping_tiers", "tiers.csv").line(3).column("value").value("0.01"),
    ),
    (
        "two tiers of one value",
        |f| f.swap("tiers.csv", "2500,0.05", "2500,0.02"),
        Want::new("overlapping_tiers", "tiers.csv").line(3).column("value").value("0.02"),
    ),
    // 1000 and 1000.00 are one threshold.
    (
        "two tiers of one threshold",
        |f| f.swap("tiers.csv", "2500,0.05", "1000.00,0.05"),
        Want::new("duplicate_key", "tiers.csv").line(3).value("1000"),
    ),
    (
        "a tier that gives all away",
        |f| f.swap("tiers.csv", "2500,0.05", "2500,5"),
        Want::new("bad_value", "tiers.csv").line(3).column("value").value("5").fix(""),
    ),
    (
        "a threshold below zero",
        |f| f.swap("tiers.csv", "1000,0.02", "-1000,0.02"),
        Want::new("bad_value", "tiers.csv").line(2).column("from").value("-1000"),
    ),
    (
        "schedule without tiers",
        |f| f.remove("tiers.csv"),
        Want::new("missing_value", "schedules.csv").line(2).value("volume").fix("tiers"),
    ),
    (
        "tier without schedule",
        |f| f.append("tiers.csv", "volumes,5,0.5\n"),
        Want::new("unknown_id", "tiers.csv").line(4).column("schedule").value("volumes"),
    ),
    (
        "schedule that counts nothing",
        |f| f.swap("schedules.csv", "acme-saline", ""),
        Want::new("missing_value", "schedules.csv").line(2).column("counts_suppliers"),
    ),
    (
        "two schedules price one offer",
        |f| {
            f.append("schedules.csv", "again,packs,all_units,acme-saline,AS\n");
            f.append("tiers.csv", "again,5,0.1\n");
        },
        Want::new("overlapping_schedules", "schedules.csv")
            .line(3)
            .column("applies_to")
            .value("again")
            .fix("one schedule"),
    ),
    (
        "no price and no schedule that gives one",
        |f| f.swap("offers.csv", "25.20", ""),
        Want::new("missing_value", "offers.csv").line(5).column("price"),
    ),
];

#[test]
fn an_id_that_nothing_has_is_named_with_what_was_probably_meant() {
    all(UNKNOWN);
}

#[test]
fn what_stands_twice_is_named_at_its_second_place() {
    all(TWICE);
}

#[test]
fn tiers_and_schedules_that_leave_the_price_open_are_refused() {
    all(TIERS);
}

/// What makes a row rejected without any fault in the rows that name it.
const REJECTED: &[Case] = &[
    ("site", |f| f.swap("sites.csv", "300", "many"), Want::new("bad_value", "sites.csv").line(2).column("beds")),
    (
        "only site with its class and region",
        |f| f.swap("sites.csv", "small,West,40", "small,West,few"),
        Want::new("bad_value", "sites.csv").line(3),
    ),
    ("need", |f| f.swap("needs.csv", "bag,1", "bag,one"), Want::new("bad_value", "needs.csv").line(3)),
    (
        "supplier",
        |f| f.swap("suppliers.csv", "Group,100", "Group,lots"),
        Want::new("bad_value", "suppliers.csv").line(2),
    ),
    ("plant", |f| f.swap("plants.csv", "IT,100000", "IT,lots"), Want::new("bad_value", "plants.csv").line(3)),
    (
        "product",
        |f| f.swap("products.csv", "saline,10,", "saline,ten,"),
        Want::new("bad_value", "products.csv").line(3),
    ),
    ("offer", |f| f.swap("offers.csv", "20.00", "twenty"), Want::new("bad_value", "offers.csv").line(3)),
    ("schedule", |f| f.swap("schedules.csv", "all_units", "all_unit"), Want::new("bad_value", "schedules.csv").line(2)),
    (
        "all tiers",
        |f| f.put("tiers.csv", "schedule,from,value\nvolume,1000,much\n"),
        Want::new("bad_value", "tiers.csv").line(2),
    ),
    (
        "rows without the column that names them",
        |f| f.swap("suppliers.csv", "supplier,parent", "attr.name,parent"),
        Want::new("missing_column", "suppliers.csv").column("supplier"),
    ),
];

#[test]
fn a_bad_cell_is_one_fault_and_not_one_for_each_row_that_names_its_row() {
    all(REJECTED);
    for (name, break_it, _) in REJECTED {
        let mut files = Files::tiny();
        break_it(&mut files);
        let document = check(files.folder().path()).document();
        assert_eq!(document["errors"], 1, "{name}: {:#}", document["findings"]);
    }
}

#[test]
fn two_unknown_parts_of_cohorts_are_reported_at_once() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "site:S2", "region:Oest");
    files.swap("offers.csv", "class:small", "class:tiny");
    let wants = [
        Want::new("unknown_id", "offers.csv").line(4).column("cohort").value("region:Oest"),
        Want::new("unknown_id", "offers.csv").line(5).column("cohort").value("class:tiny"),
    ];
    assert_eq!(judge(&check(files.folder().path()), &wants, 2), [""; 0]);
}
