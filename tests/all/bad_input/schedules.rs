//! Schedules that have no price: each fault at its cell, with its cure.

use super::care::column;
use super::{Case, Want, all};
use crate::tiny::Files;

/// The schedule of the tiny tender with further columns, and its tiers.
fn schedule(files: &mut Files, columns: &str, cells: &str, tiers: &str) {
    files.put("schedules.csv", format!("schedule,counts_products,basis,mode,{columns}\nvolume,acme-saline,{cells}\n"));
    files.put("tiers.csv", format!("schedule,from,value\n{tiers}"));
}

const TWO: &str = "volume,1000,0.02\nvolume,2500,0.05\n";

const CASES: &[Case] = &[
    (
        "a stage 0",
        |f| schedule(f, "stage", "spend,all_units,0", TWO),
        Want::new("bad_value", "schedules.csv").line(2).column("stage").value("0"),
    ),
    (
        "a price of a later stage",
        |f| schedule(f, "gives,stage", "packs,all_units,price,2", "volume,0,19\n"),
        Want::new("bad_value", "schedules.csv").line(2).column("gives").value("price"),
    ),
    (
        "net spend before any stage",
        |f| schedule(f, "spend_level", "spend,all_units,net", TWO),
        Want::new("bad_value", "schedules.csv").line(2).column("spend_level").value("net"),
    ),
    (
        "a level of what is no spend",
        |f| schedule(f, "spend_level", "packs,all_units,list", TWO),
        Want::new("bad_value", "schedules.csv").line(2).column("spend_level").value("list"),
    ),
    (
        "slices of a sum",
        |f| schedule(f, "gives", "spend,incremental,sum", "volume,1000,50\n"),
        Want::new("bad_value", "schedules.csv").line(2).column("mode").value("incremental"),
    ),
    (
        "slices of packs for a percentage",
        |f| schedule(f, "gives", "packs,incremental,percent", TWO),
        Want::new("bad_value", "schedules.csv").line(2).column("mode").value("incremental"),
    ),
    (
        "slices that apply elsewhere",
        |f| schedule(f, "applies_to", "spend,incremental,AS", TWO),
        Want::new("incremental_scope", "schedules.csv").line(2).column("applies_to").value("AS"),
    ),
    (
        "a sum from nothing on",
        |f| schedule(f, "gives", "spend,all_units,sum", "volume,0,50\n"),
        Want::new("bad_value", "tiers.csv").line(2).column("from").value("0"),
    ),
    (
        "a sum that applies to an offer",
        |f| schedule(f, "gives,applies_to", "spend,all_units,sum,AS", "volume,10,50\n"),
        Want::new("bad_value", "schedules.csv").line(2).column("applies_to").value("AS"),
    ),
    (
        "a share without a whole",
        |f| schedule(f, "share_of", "share,all_units,", "volume,0.5,0.1\n"),
        Want::new("missing_value", "schedules.csv").line(2).column("share_of"),
    ),
    (
        "a share of something unknown",
        |f| schedule(f, "share_of", "share,all_units,category:Fluid", "volume,0.5,0.1\n"),
        Want::new("unknown_id", "schedules.csv").line(2).column("share_of").value("Fluid").fix("`Fluids`"),
    ),
    (
        "a part outside its whole",
        |f| schedule(f, "share_of", "share,all_units,need:gloves", "volume,0.5,0.1\n"),
        Want::new("share_above_whole", "schedules.csv").line(2).column("share_of").fix("need:saline"),
    ),
    (
        "a sum for a share of purchases that may be nothing",
        |f| schedule(f, "gives,share_of", "share,all_units,sum,product:acme-saline", "volume,0.5,80\n"),
        Want::new("share_above_whole", "schedules.csv").line(2).column("share_of").fix("needs"),
    ),
    (
        "a sum for a share of demand that may stay unserved",
        |f| {
            schedule(f, "gives,share_of,weight", "share,all_units,sum,need:saline,spend", "volume,0.5,80\n");
            column(f, "needs.csv", "shortage_cost", 3, "4");
        },
        Want::new("share_above_whole", "schedules.csv").line(2).column("share_of").fix("reference"),
    ),
    (
        "a share above one",
        |f| schedule(f, "share_of", "share,all_units,need:saline", "volume,80,0.1\n"),
        Want::new("bad_value", "tiers.csv").line(2).column("from").value("80"),
    ),
    (
        "units of several kinds in a share",
        |f| {
            schedule(f, "share_of,weight", "share,all_units,need:saline;need:gloves,units", "volume,0.5,0.1\n");
        },
        Want::new("bad_value", "schedules.csv").line(2).column("weight").value("units"),
    ),
    (
        "a whole of what is no share",
        |f| schedule(f, "share_of", "spend,all_units,need:saline", TWO),
        Want::new("bad_value", "schedules.csv").line(2).column("share_of"),
    ),
    (
        "an escalator in percent",
        |f| {
            f.swap("offers.csv", "minimum_if_used\n", "minimum_if_used,escalator\n");
            f.swap("offers.csv", "AG,acme-gloves,10.00,all,,,,\n", "AG,acme-gloves,10.00,all,,,,,3%\n");
        },
        Want::new("bad_value", "offers.csv").line(2).column("escalator").value("3%").fix("0.03"),
    ),
    (
        "an escalator for other years than there are",
        |f| {
            f.swap("offers.csv", "minimum_if_used\n", "minimum_if_used,escalator\n");
            f.swap("offers.csv", "AG,acme-gloves,10.00,all,,,,\n", "AG,acme-gloves,10.00,all,,,,,0.1;0.1;0.1\n");
        },
        Want::new("bad_value", "offers.csv").line(2).column("escalator").value("0.1;0.1;0.1"),
    ),
    (
        "a rebate on a part of slices",
        |f| {
            f.put(
                "schedules.csv",
                "schedule,kind,basis,mode,counts_products,counts_offers\n\
                 slices,,spend,incremental,acme-saline,\n\
                 bonus,rebate,packs,all_units,,AS-S2\n",
            );
            f.put("tiers.csv", "schedule,from,value\nslices,1000,0.02\nbonus,0,0.1\n");
        },
        Want::new("part_of_incremental", "schedules.csv").line(3).column("applies_to").value("bonus"),
    ),
];

#[test]
fn schedules_that_have_no_price_are_refused() {
    all(CASES);
}
