//! Rules that cannot be meant.

use super::{Case, Want, all, check, judge};
use crate::tiny::Files;

/// A second rule behind the first; it begins at line 9.
fn rule(files: &mut Files, keys: &str) {
    files.append("rules.toml", &format!("[[rule]]\nid = \"r\"\n{keys}\n"));
}

const fn bad(column: &'static str) -> Want {
    Want::new("bad_rule", "rules.toml").column(column)
}

const CASES: &[Case] = &[
    (
        "unknown dimension",
        |f| rule(f, "measure = \"spend\"\neach = [\"suplier\"]\nat_most = 1"),
        bad("each").value("suplier").fix("`supplier`"),
    ),
    (
        "unknown dimension of the scope",
        |f| rule(f, "measure = \"spend\"\nscope = { colour = [\"red\"] }\nat_most = 1"),
        bad("scope.colour").value("colour"),
    ),
    (
        "unknown id in the scope",
        |f| rule(f, "measure = \"spend\"\nscope = { need = [\"salin\"] }\nat_most = 1"),
        Want::new("unknown_id", "rules.toml").line(12).column("scope.need").value("salin").fix("`saline`"),
    ),
    (
        "a part of a thing",
        |f| rule(f, "measure = \"count\"\nof = \"supplier\"\nexactly = 1.5"),
        bad("exactly").value("1.5").fix("whole number"),
    ),
    ("missing bound", |f| rule(f, "measure = \"spend\""), bad("at_least").fix("at_most")),
    (
        "share above 1",
        |f| rule(f, "measure = \"share\"\neach = [\"need\", \"supplier\"]\nwithin = [\"need\"]\nat_most = 60"),
        bad("at_most").value("60").fix("0.6"),
    ),
    (
        "share of at least 60",
        |f| rule(f, "measure = \"share\"\neach = [\"need\", \"supplier\"]\nwithin = [\"need\"]\nat_least = 60"),
        bad("at_least").value("60").fix("0.6"),
    ),
    (
        "share of exactly 60",
        |f| rule(f, "measure = \"share\"\neach = [\"need\", \"supplier\"]\nwithin = [\"need\"]\nexactly = 60"),
        bad("exactly").value("60").fix("0.6"),
    ),
    (
        "lower bound above the upper",
        |f| rule(f, "measure = \"spend\"\nat_least = 9\nat_most = 5"),
        bad("at_least").value("9"),
    ),
    (
        "exactly beside another bound",
        |f| rule(f, "measure = \"spend\"\nexactly = 9\nat_most = 5"),
        bad("exactly").value("9"),
    ),
    ("negative bound", |f| rule(f, "measure = \"spend\"\nat_most = -5"), bad("at_most").value("-5")),
    (
        "needs of different unit without a weight",
        |f| rule(f, "measure = \"units\"\nat_most = 5"),
        bad("weight").fix("each"),
    ),
    (
        "a weight that some need lacks",
        |f| {
            f.swap("needs.csv", "pair,2,0.10", "pair,2,");
            rule(f, "measure = \"share\"\neach = [\"supplier\"]\nat_most = 0.9");
        },
        bad("weight").fix("reference_price to: gloves"),
    ),
    (
        "a weight that only the whole lacks",
        |f| {
            f.swap("needs.csv", "pair,2,0.10", "pair,2,");
            rule(f, "measure = \"share\"\neach = [\"supplier\"]\nscope = { category = [\"Fluids\"] }\nat_most = 0.9");
        },
        bad("weight").fix("reference_price to: gloves"),
    ),
    ("count of nothing", |f| rule(f, "measure = \"count\"\nat_most = 5"), bad("of").fix("supplier")),
    (
        "count of what cannot be counted",
        |f| rule(f, "measure = \"count\"\nof = \"acceptable\"\nat_most = 5"),
        bad("of").value("acceptable"),
    ),
    ("mean of nothing", |f| rule(f, "measure = \"mean\"\nat_least = 0.5"), bad("of").fix("preference")),
    (
        "a whole that is no share's",
        |f| rule(f, "measure = \"spend\"\neach = [\"need\"]\nwithin = [\"need\"]\nat_most = 5"),
        bad("within"),
    ),
    (
        "counts_from without a count",
        |f| rule(f, "measure = \"spend\"\ncounts_from = 0.2\nat_most = 5"),
        bad("counts_from"),
    ),
    (
        "a whole wider than any part",
        |f| rule(f, "measure = \"share\"\neach = [\"supplier\"]\nwithin = [\"need\"]\nat_most = 0.5"),
        bad("within").value("need"),
    ),
    (
        "a measure that is none",
        |f| rule(f, "measure = \"shares\"\nat_most = 0.5"),
        Want::new("bad_value", "rules.toml").line(11).column("measure").value("shares").fix("`share`"),
    ),
    (
        "a key that rules do not have",
        |f| rule(f, "measure = \"spend\"\nat_msot = 5"),
        Want::new("unknown_column", "rules.toml").line(12).column("at_msot").fix("`at_most`"),
    ),
    (
        "a force that is none",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nforce = \"prized\""),
        Want::new("bad_value", "rules.toml").line(13).column("force").value("prized").fix("`priced`"),
    ),
    (
        "a priced rule without its price",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nforce = \"priced\""),
        bad("price").line(9).fix("price"),
    ),
    (
        "a price of a rule that has none",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nprice = 7"),
        bad("price").line(13).value("7").fix("priced"),
    ),
    (
        "a level that is none",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nforce = \"levelled\"\nlevel = 5"),
        bad("level").line(14).value("5"),
    ),
    (
        "a level of a hard rule",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nlevel = 2"),
        bad("level").line(13).value("2").fix("levelled"),
    ),
    (
        "a weight within its level of nothing",
        |f| {
            rule(
                f,
                "measure = \"units\"\neach = [\"need\"]\nat_most = 5\nforce = \"levelled\"\nlevel = 2\nweight_in_level = 0",
            )
        },
        bad("weight_in_level").value("0"),
    ),
    (
        "a priced share by spend",
        |f| rule(f, "measure = \"share\"\nweight = \"spend\"\nat_most = 0.5\nforce = \"priced\"\nprice = 1"),
        bad("weight").value("spend").fix("reference"),
    ),
    (
        "an outcome that no award decides",
        |f| rule(f, "measure = \"reserve\"\nat_least = 4"),
        bad("measure").line(11).value("reserve").fix("ballast stress"),
    ),
    (
        "a level of spend where no money is counted",
        |f| {
            rule(f, "measure = \"share\"\neach = [\"need\"]\nwithin = [\"need\"]\nspend_level = \"net\"\nat_most = 0.5")
        },
        bad("spend_level").value("net"),
    ),
    (
        "a saving by supplier",
        |f| rule(f, "measure = \"saving\"\neach = [\"supplier\"]\nat_least = 0.1"),
        bad("each").line(12).value("supplier").fix("site and need"),
    ),
    (
        "what moves of no known kind",
        |f| rule(f, "measure = \"moved\"\nof = \"supplier\"\nat_most = 0.1"),
        bad("of").value("supplier").fix("`units` or `site`"),
    ),
    (
        "a saving relative to what it is relative to",
        |f| rule(f, "measure = \"saving\"\nat_least = 0.1\nrelative_to = \"baseline\""),
        bad("relative_to").line(13),
    ),
    (
        "a system mean of spend",
        |f| rule(f, "measure = \"spend\"\neach = [\"site\"]\nat_most = 2\nrelative_to = \"system_mean\""),
        bad("relative_to").value("system_mean"),
    ),
    (
        "a system that mixes needs",
        |f| {
            rule(
                f,
                "measure = \"mean\"\nof = \"price\"\neach = [\"site\", \"need\"]\nat_most = 1.1\nrelative_to = \"system_mean\"",
            )
        },
        bad("within").fix("`need`"),
    ),
    (
        "if_used of a mean",
        |f| rule(f, "measure = \"mean\"\nof = \"preference\"\nat_least = 0.5\nif_used = true"),
        bad("if_used").line(14),
    ),
    (
        "counts_from in percent",
        |f| rule(f, "measure = \"count\"\nof = \"supplier\"\nat_least = 2\ncounts_from = 20"),
        bad("counts_from").value("20").fix("0.2"),
    ),
    (
        "a condition with a key that conditions do not have",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nwhen.measure = \"units\"\nwhen.at_laest = 5"),
        Want::new("unknown_column", "rules.toml").line(14).column("when.at_laest").fix("`when.at_least`"),
    ),
    ("a condition of nothing", |f| rule(f, "measure = \"spend\"\nat_most = 5\nwhen.at_least = 5"), bad("when.measure")),
    (
        "a condition whose bound is no number",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nwhen.measure = \"spend\"\nwhen.at_least = \"much\""),
        Want::new("bad_value", "rules.toml").line(14).column("when.at_least").value("much"),
    ),
    (
        "a condition about an unknown need",
        |f| {
            rule(
                f,
                "measure = \"spend\"\nat_most = 5\nwhen.measure = \"spend\"\nwhen.at_least = 1\nwhen.scope.need = \"salin\"",
            )
        },
        Want::new("unknown_id", "rules.toml").line(15).column("when.scope.need").fix("`saline`"),
    ),
    (
        "a condition told apart by what the rule is not",
        |f| {
            rule(
                f,
                "measure = \"spend\"\nat_most = 5\nwhen.measure = \"spend\"\nwhen.at_least = 1\nwhen.each = \"site\"",
            )
        },
        bad("when.each").value("site"),
    ),
    (
        "formulary where no line can tell",
        |f| rule(f, "measure = \"count\"\nof = \"product\"\neach = [\"in_formulary\"]\nat_most = 5"),
        bad("each").value("in_formulary").fix("scope"),
    ),
    (
        "a dimension that stands twice",
        |f| rule(f, "measure = \"spend\"\neach = [\"site\", \"site\"]\nat_most = 5"),
        bad("each").value("site"),
    ),
];

#[test]
fn a_rule_that_cannot_be_meant_is_named_with_its_key() {
    all(CASES);
}

#[test]
fn a_rule_about_some_needs_asks_for_no_weight_of_the_others() {
    for keys in [
        // The whole keeps the category, so that gloves are in neither part nor whole.
        "measure = \"share\"\neach = [\"supplier\"]\nwithin = [\"category\"]\nscope = { category = [\"Fluids\"] }\nat_most = 0.9",
        "measure = \"mean\"\nof = \"product.quality\"\nscope = { criticality = [\"1\"] }\nat_least = 0.5",
        "measure = \"units\"\nscope = { category = [\"Fluids\"] }\nat_most = 5000",
    ] {
        let mut files = Files::tiny();
        files.swap("needs.csv", "pair,2,0.10", "pair,2,");
        rule(&mut files, keys);
        let ran = check(files.folder().path());
        assert_eq!(ran.document()["errors"], 0, "{keys}: {}", ran.stdout);
        assert_eq!(judge(&ran, &[], 0), [""; 0]);
    }
}

#[test]
fn rules_are_read_back() {
    let mut files = Files::tiny();
    rule(&mut files, "measure = \"count\"\nof = \"supplier\"\nat_most = 2");
    let ran = check(files.folder().path());
    let rules = ran.document()["rules"].clone();
    assert!(
        rules.as_array().is_some_and(|r| r.iter().any(|r| r["sentence"].as_str().is_some_and(|s| s.contains('2')))),
        "{rules}"
    );
}

#[test]
fn a_scope_in_which_no_line_can_lie_is_named_with_its_part() {
    let mut files = Files::tiny();
    rule(&mut files, "measure = \"spend\"\nscope = { \"supplier.diverse\" = [\"yes\"] }\nat_most = 5");
    let ran = check(files.folder().path());
    let want = Want::new("empty_scope", "rules.toml").line(12).column("scope.supplier.diverse").value("yes");
    assert_eq!(judge(&ran, &[want], 0), [""; 0]);
    // A state that nothing is in today is a policy, not a mistake.
    let mut files = Files::tiny();
    let keys = "measure = \"share\"\neach = [\"need\"]\nwithin = [\"need\"]\nscope = { approval = [\"trial\"] }\nat_most = 0.05";
    rule(&mut files, keys);
    let ran = check(files.folder().path());
    assert!(!ran.stdout.contains("empty_scope"), "{}", ran.stdout);
}

#[test]
fn a_mean_of_what_nothing_has_is_named() {
    let mut files = Files::tiny();
    rule(
        &mut files,
        "measure = \"mean\"\nof = \"product.softness\"\nweight = \"units\"\neach = [\"need\"]\nat_least = 3",
    );
    let ran = check(files.folder().path());
    let want = Want::new("nothing_to_measure", "rules.toml").column("of").value("product.softness");
    assert_eq!(judge(&ran, &[want], 0), [""; 0]);
    // A word that is none has its cure.
    let mut files = Files::tiny();
    rule(&mut files, "measure = \"mean\"\nof = \"prefrence\"\nat_least = 0.5");
    assert!(check(files.folder().path()).stdout.contains("did you mean `preference`?"));
}

#[test]
fn a_share_of_purchases_in_themselves_is_named() {
    let mut files = Files::tiny();
    rule(&mut files, "measure = \"share\"\neach = [\"supplier\"]\nwithin = [\"supplier\"]\nat_most = 0.6");
    let ran = check(files.folder().path());
    let want = Want::new("always_all", "rules.toml").column("within").value("supplier");
    assert_eq!(judge(&ran, &[want], 0), [""; 0]);
}
