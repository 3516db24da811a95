//! Rules that cannot be meant.

use super::{Case, Want, all, check, judge};
use crate::tiny::Files;

/// A second rule behind the first; it begins at line 9.
fn rule(files: &mut Files, keys: &str) {
    files.append("rules.toml", &format!("[[rule]]\nid = \"r\"\n{keys}\n"));
}

const fn bad(column: &'static str) -> Want {
    Want::new("bad_rule", "rules.toml").line(9).column(column)
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
        Want::new("unknown_id", "rules.toml").line(9).column("scope.need").value("salin").fix("`saline`"),
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
        Want::new("bad_value", "rules.toml").line(9).column("measure").value("shares").fix("`share`"),
    ),
    (
        "a key that rules do not have",
        |f| rule(f, "measure = \"spend\"\nat_msot = 5"),
        Want::new("unknown_column", "rules.toml").column("at_msot").fix("`at_most`"),
    ),
    (
        "a force that is not built",
        |f| rule(f, "measure = \"spend\"\nat_most = 5\nforce = \"priced\""),
        Want::new("bad_value", "rules.toml").line(9).column("force").value("priced"),
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
