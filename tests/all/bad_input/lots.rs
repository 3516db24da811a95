//! Faults in packages, picks and what else bids may bind together.

use super::{Case, Want, all, check, judge};
use crate::tiny::Files;

fn package(f: &mut Files, packages: &str, lines: &str) {
    f.put("packages.csv", packages);
    f.put("package_lines.csv", lines);
}

const PACKAGES: &[Case] = &[
    (
        "neither price nor discount",
        |f| package(f, "package\nK\n", "package,product,quantity\nK,acme-saline,5\n"),
        Want::new("missing_value", "packages.csv").line(2).column("price"),
    ),
    (
        "both price and discount",
        |f| package(f, "package,price,discount\nK,9,0.1\n", "package,product,quantity\nK,acme-saline,5\n"),
        Want::new("bad_value", "packages.csv").line(2).column("discount").value("0.1"),
    ),
    (
        "a discount above 1",
        |f| package(f, "package,discount\nK,5\n", "package,product,quantity\nK,acme-saline,5\n"),
        Want::new("bad_value", "packages.csv").line(2).column("discount").value("5"),
    ),
    (
        "a package of nothing",
        |f| package(f, "package,price\nK,9\nL,8\n", "package,product,quantity\nK,acme-saline,5\n"),
        Want::new("missing_value", "packages.csv").line(3).column("package").value("L"),
    ),
    (
        "a line of no package",
        |f| package(f, "package,price\nKit,9\n", "package,product,quantity\nKit,acme-saline,5\nKid,acme-saline,5\n"),
        Want::new("unknown_id", "package_lines.csv").line(3).column("package").value("Kid").fix("`Kit`"),
    ),
    (
        "an unknown product",
        |f| package(f, "package,price\nK,9\n", "package,product,quantity\nK,acme-salin,5\n"),
        Want::new("unknown_id", "package_lines.csv").line(2).column("product").fix("`acme-saline`"),
    ),
    (
        "an unknown site",
        |f| package(f, "package,price\nK,9\n", "package,product,quantity,site\nK,acme-saline,5,S9\n"),
        Want::new("unknown_id", "package_lines.csv").line(2).column("site").value("S9"),
    ),
    (
        "a site outside the cohort",
        |f| {
            package(f, "package,price,cohort\nK,9,site:S2\n", "package,product,quantity,site\nK,acme-saline,5,S1\n");
        },
        Want::new("bad_value", "package_lines.csv").line(2).column("site").value("S1"),
    ),
    (
        "an unknown cohort",
        |f| package(f, "package,price,cohort\nK,9,site:S9\n", "package,product,quantity\nK,acme-saline,5\n"),
        Want::new("unknown_id", "packages.csv").line(2).column("cohort").value("S9"),
    ),
    (
        "a quantity of 0",
        |f| package(f, "package,price\nK,9\n", "package,product,quantity\nK,acme-saline,0\n"),
        Want::new("bad_value", "package_lines.csv").line(2).column("quantity").value("0"),
    ),
    (
        "a discount of two suppliers",
        |f| {
            package(f, "package,discount\nK,0.1\n", "package,product,quantity\nK,acme-saline,5\nK,bolt-saline,5\n");
        },
        Want::new("several_suppliers", "packages.csv").line(2).column("discount"),
    ),
    (
        "two lines of one name",
        |f| package(f, "package,price\nK,9\n", "package,product,quantity\nK,acme-saline,5\nK,acme-saline,6\n"),
        Want::new("duplicate_key", "package_lines.csv").line(3),
    ),
];

const PICKS: &[Case] = &[
    (
        "an unknown site",
        |f| f.put("picks.csv", "site,product,at_least\nS9,acme-saline,0.5\n"),
        Want::new("unknown_id", "picks.csv").line(2).column("site").value("S9"),
    ),
    (
        "an unknown offer",
        |f| f.put("picks.csv", "offer,at_least\nAX,0.5\n"),
        Want::new("unknown_id", "picks.csv").line(2).column("offer").value("AX"),
    ),
    (
        "an unknown line of a package",
        |f| f.put("picks.csv", "offer,at_least\nK:acme-saline,0.5\n"),
        Want::new("unknown_id", "picks.csv").line(2).column("offer").value("K:acme-saline"),
    ),
    (
        "no bound",
        |f| f.put("picks.csv", "product\nacme-saline\n"),
        Want::new("missing_value", "picks.csv").line(2).column("at_least"),
    ),
    (
        "a bound given twice",
        |f| f.put("picks.csv", "product,exactly,at_most\nacme-saline,0.5,0.6\n"),
        Want::new("bad_range", "picks.csv").line(2).column("exactly").value("0.5"),
    ),
    (
        "bounds the wrong way round",
        |f| f.put("picks.csv", "product,at_least,at_most\nacme-saline,0.7,0.6\n"),
        Want::new("bad_range", "picks.csv").line(2).column("at_least").value("0.7"),
    ),
    (
        "a percentage for a fraction",
        |f| f.put("picks.csv", "product,at_least\nacme-saline,30\n"),
        Want::new("bad_value", "picks.csv").line(2).column("at_least").value("30"),
    ),
];

const CONDITIONS: &[Case] = &[
    (
        "an unknown structure",
        |f| f.put("offers.csv", "offer,product,price,structure\nAG,acme-gloves,10,single\nAS,acme-saline,20,\n"),
        Want::new("bad_value", "offers.csv").line(2).column("structure").value("single"),
    ),
    (
        "a part without a structure",
        |f| f.put("offers.csv", "offer,product,price,structure_from\nAG,acme-gloves,10,0.1\nAS,acme-saline,20,\n"),
        Want::new("missing_value", "offers.csv").line(2).column("structure"),
    ),
    (
        "an unknown product required",
        |f| f.put("offers.csv", "offer,product,price,requires\nAG,acme-gloves,10,acme-salin\nAS,acme-saline,20,\n"),
        Want::new("unknown_id", "offers.csv").line(2).column("requires").value("acme-salin").fix("`acme-saline`"),
    ),
    (
        "an offer that requires itself",
        |f| f.put("offers.csv", "offer,product,price,requires\nAG,acme-gloves,10,acme-gloves\nAS,acme-saline,20,\n"),
        Want::new("bad_value", "offers.csv").line(2).column("requires").value("acme-gloves"),
    ),
    (
        "a part of a category without reference prices",
        |f| {
            f.swap("needs.csv", "pair,2,0.10", "pair,2,");
            f.put(
                "offers.csv",
                "offer,product,price,structure,structure_scope,structure_from\n\
                 AG,acme-gloves,10,sole,category,0.1\nAS,acme-saline,20,,,\n",
            );
            f.put("schedules.csv", "schedule,basis,mode,counts_products\nvolume,spend,all_units,acme-saline\n");
        },
        Want::new("missing_value", "offers.csv").line(2).column("structure_from").value("0.1"),
    ),
    (
        "a negative minimum order",
        |f| f.put("offers.csv", "offer,product,price,minimum_order\nAG,acme-gloves,10,-1\nAS,acme-saline,20,\n"),
        Want::new("bad_value", "offers.csv").line(2).column("minimum_order").value("-1"),
    ),
    (
        "a maximum award below the minimum",
        |f| f.put("suppliers.csv", "supplier,minimum_award,maximum_award\nAcme,500,400\nBolt,,\n"),
        Want::new("bad_range", "suppliers.csv").line(2).column("maximum_award").value("400"),
    ),
];

const SHADOW: &[Case] = &[
    (
        "an adjustment of an unknown supplier",
        |f| f.put("adjustments.csv", "adjustment,supplier,once,why\na,Acne,5,x\n"),
        Want::new("unknown_id", "adjustments.csv").line(2).column("supplier").value("Acne").fix("`Acme`"),
    ),
    (
        "an adjustment of an unknown member",
        |f| f.put("adjustments.csv", "adjustment,member,once,why\na,Nort,5,x\n"),
        Want::new("unknown_id", "adjustments.csv").line(2).column("member").value("Nort").fix("`North`"),
    ),
    (
        "an adjustment without a reason",
        |f| f.put("adjustments.csv", "adjustment,supplier,once,why\na,Acme,5,\n"),
        Want::new("missing_value", "adjustments.csv").line(2).column("why"),
    ),
    (
        "an adjustment worth nothing",
        |f| f.put("adjustments.csv", "adjustment,supplier,why\na,Acme,x\n"),
        Want::new("missing_value", "adjustments.csv").line(2).column("percent_of_list"),
    ),
    (
        "an adjustment in percent",
        |f| f.put("adjustments.csv", "adjustment,supplier,percent_of_list,why\na,Acme,5,x\n"),
        Want::new("bad_value", "adjustments.csv").line(2).column("percent_of_list").value("5"),
    ),
    (
        "an adjustment beyond all figures",
        |f| f.put("adjustments.csv", "adjustment,product,per_need_unit,why\na,acme-gloves,900000000000,x\n"),
        Want::new("out_of_range", "adjustments.csv").line(2).column("per_need_unit"),
    ),
    (
        "a negative shortage cost",
        |f| f.put("needs.csv", "need,category,unit,shortage_cost\ngloves,C,pair,-1\nsaline,F,bag,\n"),
        Want::new("bad_value", "needs.csv").line(2).column("shortage_cost").value("-1"),
    ),
    (
        "a shortage cost beyond all figures",
        |f| {
            f.swap("needs.csv", "criticality,reference_price\n", "criticality,reference_price,shortage_cost\n");
            f.swap("needs.csv", "pair,2,0.10\n", "pair,2,0.10,900000000000\n");
            f.swap("needs.csv", "bag,1,2.00\n", "bag,1,2.00,\n");
        },
        Want::new("out_of_range", "needs.csv").line(2).column("shortage_cost"),
    ),
];

#[test]
fn faults_in_packages() {
    all(PACKAGES);
}

#[test]
fn faults_in_picks() {
    all(PICKS);
}

#[test]
fn faults_in_conditions_and_orders() {
    all(CONDITIONS);
}

#[test]
fn faults_in_shadow_money() {
    all(SHADOW);
}

#[test]
fn faults_of_packages_and_picks_are_told_together() {
    let mut files = Files::tiny();
    package(&mut files, "package,price,discount\nK,9,0.1\nL,,\n", "package,product,quantity\nK,acme-salin,0\n");
    files.put("picks.csv", "site,product,at_least\nS9,acme-salin,2\nS9,acme-salin,\n");
    let wants = [
        Want::new("bad_value", "packages.csv").line(2).column("discount"),
        Want::new("missing_value", "packages.csv").line(3).column("price"),
        Want::new("missing_value", "packages.csv").line(3).column("package"),
        Want::new("unknown_id", "package_lines.csv").line(2).column("product"),
        Want::new("bad_value", "package_lines.csv").line(2).column("quantity"),
        Want::new("bad_value", "picks.csv").line(2).column("at_least"),
        Want::new("unknown_id", "picks.csv").line(3).column("site"),
        Want::new("missing_value", "picks.csv").line(3).column("at_least"),
    ];
    let folder = files.folder();
    let faults = judge(&check(folder.path()), &wants, 2);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
