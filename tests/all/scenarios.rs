//! What-if edits from files: what each does to the tender, what it says, and what is refused.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::run::{Ran, run};
use crate::tiny::{Files, iv_fluids};

const HEAD: &str = "schema = \"ballast.scenario/1\"\nname = \"what if\"\n";

/// A scenario of one edit.
fn edit(text: &str) -> String {
    format!("{HEAD}[[edit]]\nname = \"it\"\n{text}\n")
}

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { folder: Files::tiny().folder() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, name: &str, text: &str) -> String {
        let path = self.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn run(&self, verb: &str, more: &[&str]) -> Ran {
        let args = [verb.as_ref(), self.path().as_os_str()];
        run(args.into_iter().chain(more.iter().map(AsRef::as_ref)).chain(["--json".as_ref()]))
    }

    /// The value of the award with these scenarios.
    fn value(&self, scenarios: &[&str]) -> f64 {
        let files: Vec<String> =
            scenarios.iter().enumerate().map(|(i, text)| self.put(&format!("s{i}.toml"), text)).collect();
        let flags: Vec<&str> = files.iter().flat_map(|f| ["--scenario", f]).collect();
        let ran = self.run("award", &flags);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        number(&ran.document()["value"])
    }

    /// The canonical tender after a scenario, as one body.
    fn body(&self, scenario: &str) -> Value {
        let (file, out) = (self.put("s.toml", scenario), self.path().join("out.json"));
        let ran = self.run("check", &["--scenario", &file, "--out", out.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        serde_json::from_slice(&std::fs::read(out).unwrap()).unwrap()
    }

    /// The one finding that a scenario is refused with.
    fn refused(&self, scenario: &str) -> String {
        let file = self.put("s.toml", scenario);
        let ran = self.run("award", &["--scenario", &file]);
        assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
        ran.stderr
    }
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

fn rows<'a>(body: &'a Value, table: &str, column: &str) -> Vec<&'a str> {
    body[table].as_array().unwrap().iter().map(|r| r[column].as_str().unwrap_or("")).collect()
}

#[test]
fn doubled_prices_double_what_is_paid_for_goods() {
    let bench = Bench::new();
    // The one-off onboarding and the threshold of the schedule, which counts money, double too.
    let twice = format!(
        "{HEAD}[[edit]]\nname = \"prices\"\nscale = 2\ntable = \"offers\"\ncolumn = \"price\"\n\
         [[edit]]\nname = \"one-off\"\nscale = 2\ntable = \"suppliers\"\ncolumn = \"onboarding_cost\"\n\
         [[edit]]\nname = \"thresholds\"\nscale = 2\ntable = \"tiers\"\ncolumn = \"from\"\n"
    );
    assert!((bench.value(&[&twice]) - 2.0 * bench.value(&[])).abs() < 0.02);
}

#[test]
fn a_factor_of_one_is_legal_and_changes_nothing() {
    let bench = Bench::new();
    let one = edit("scale = 1\ntable = \"offers\"\ncolumn = \"price\"");
    assert_eq!(bench.value(&[&one]), bench.value(&[]));
    let plain = bench.run("check", &[]).document()["input_hash"].clone();
    let file = bench.put("one.toml", &one);
    let document = bench.run("check", &["--scenario", &file]).document();
    assert_eq!(document["input_hash"], plain);
    assert_eq!(document["scenarios"][0]["edits"][0]["touched"], 4);
}

#[test]
fn independent_edits_commute() {
    let bench = Bench::new();
    let dearer = edit("scale = 1.1\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { product.supplier = \"Bolt\" }");
    let more = edit("demand = { where = { need = \"gloves\" }, factor = 1.2 }");
    assert_eq!(bench.value(&[&dearer, &more]), bench.value(&[&more, &dearer]));
}

#[test]
fn decimals_stay_exact() {
    let bench = Bench::new();
    let body =
        bench.body(&edit("scale = 1.0375\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { offer = \"AS-S2\" }"));
    let at = rows(&body, "offers", "offer").iter().position(|o| *o == "AS-S2").unwrap();
    assert_eq!(rows(&body, "offers", "price")[at], "19.19375");
    let said = bench.refused(&edit("scale = 1.0000000000001\ntable = \"offers\"\ncolumn = \"price\""));
    assert!(said.contains("12"), "{said}");
    let said = bench.refused(&edit("scale = 0.000000000001\ntable = \"offers\"\ncolumn = \"price\""));
    assert!(said.contains("more than 12 decimals"), "{said}");
}

#[test]
fn a_selector_may_name_a_column_of_a_row_further_on() {
    let bench = Bench::new();
    // offers → product → need: both saline products, three offers.
    let body =
        bench.body(&edit("set = 5\ntable = \"offers\"\ncolumn = \"lead_time\"\nwhere = { category = \"Fluids\" }"));
    let lead: Vec<&str> = rows(&body, "offers", "lead_time");
    assert_eq!(lead.iter().filter(|t| **t == "5").count(), 3);
    let body = bench.body(&edit("demand = { where = { site.class = \"small\" }, factor = 3 }"));
    assert_eq!(rows(&body, "demand", "quantity"), ["10000", "2000", "9000", "1500"]);
    let said = bench.refused(&edit("demand = { where = { name = \"x\" }, factor = 3 }"));
    assert!(said.contains("`need.name` or `site.name`"), "{said}");
}

#[test]
fn a_range_of_demand_moves_with_its_mean() {
    let body = Bench::new().body(&edit("demand = { where = { site = \"S1\", need = \"gloves\" }, factor = 1.1 }"));
    let row = &body["demand"].as_array().unwrap()[0];
    assert_eq!((&row["quantity"], &row["low"], &row["high"]), (&"11000".into(), &"9900".into(), &"12100".into()));
}

#[test]
fn rules_go_off_come_back_and_get_other_bounds() {
    let bench = Bench::new();
    let plain = bench.value(&[]);
    let off = edit("rule_off = \"two-sources\"");
    let on = edit("rule_on = \"two-sources\"");
    let tight = edit("rebound = { id = \"two-sources\", at_most = 0.6 }");
    assert!(bench.value(&[&off]) < plain);
    assert_eq!(bench.value(&[&off, &on]), plain);
    assert!(bench.value(&[&tight]) > plain);
    assert!(bench.refused(&on).contains("is on already"));
    assert!(bench.refused(&edit("rule_off = \"two-source\"")).contains("did you mean `two-sources`?"));
}

#[test]
fn a_plant_that_is_out_leaves_the_others_their_part() {
    let bench = Bench::new();
    let out = bench.body(&edit("plant_out = \"Bolt Sud\""));
    let at = rows(&out, "products", "product").iter().position(|p| *p == "bolt-saline").unwrap();
    assert_eq!(rows(&out, "products", "plants")[at], "Bolt West");
    // All of Acme's products are made there: no saline but Bolt's, no gloves at all.
    let file = bench.put("s.toml", &edit("plant_out = \"Acme Nord\""));
    let ran = bench.run("award", &["--scenario", &file]);
    assert_eq!(ran.code, Some(3), "{}", ran.stdout);
    assert!(ran.stdout.contains("no valid offer may serve need gloves"), "{}", ran.stdout);
}

#[test]
fn a_duty_is_borne_by_split_and_adds_up() {
    let bench = Bench::new();
    // S1 must buy at least 500 bags from Bolt: 500 / 12 packs of 25.20; 60 % made in Italy, two contract years.
    let duty = edit("tariff = { country = \"IT\", percent = 0.1 }");
    let more = bench.value(&[&duty]) - bench.value(&[]);
    let expected = 2.0 * (500.0 / 12.0) * 25.20 * 0.6 * 0.1;
    assert!((more - expected).abs() < 0.02, "{more} {expected}");
    let twice = bench.value(&[&duty, &duty]) - bench.value(&[]);
    assert!((twice - 2.0 * expected).abs() < 0.03, "{twice}");
    assert!(bench.refused(&edit("tariff = { country = \"IT\", percent = 25 }")).contains("25 % is 0.25"));
}

#[test]
fn a_tier_moves_and_another_threshold_is_named() {
    let bench = Bench::new();
    let body = bench.body(&edit("tier = { schedule = \"volume\", from = 2500, to = 2000, value = 0.06 }"));
    assert_eq!(rows(&body, "tiers", "from"), ["1000", "2000"]);
    assert_eq!(rows(&body, "tiers", "value"), ["0.02", "0.06"]);
    let said = bench.refused(&edit("tier = { schedule = \"volume\", from = 2600, to = 2000 }"));
    assert!(said.contains("1000, 2500"), "{said}");
}

#[test]
fn rows_are_added_and_taken_out() {
    let bench = Bench::new();
    let body = bench.body(&edit(
        "table = \"offers\"\nadd_rows = [{ offer = \"BS2\", product = \"bolt-saline\", price = 20, cohort = [\"site:S1\", \"site:S2\"] }]",
    ));
    assert!(rows(&body, "offers", "cohort").contains(&"site:S1;site:S2"));
    let body = bench.body(&edit("drop_rows = true\ntable = \"offers\"\nwhere = { offer = \"AS-S2\" }"));
    assert_eq!(rows(&body, "offers", "offer"), ["AG", "AS", "BS"]);
}

#[test]
fn a_scenario_extends_others_and_never_itself() {
    let bench = Bench::new();
    bench.put("more.toml", &edit("demand = { factor = 2 }"));
    let second =
        format!("{}\n", edit("demand = { factor = 3 }").replace("[[edit]]", "extends = [\"more.toml\"]\n[[edit]]"));
    let body = bench.body(&second);
    assert_eq!(rows(&body, "demand", "quantity"), ["60000", "12000", "18000", "3000"]);
    let itself = edit("demand = { factor = 3 }").replace("[[edit]]", "extends = [\"s.toml\"]\n[[edit]]");
    assert!(bench.refused(&itself).contains("extends itself"));
}

#[test]
fn json_says_the_same_as_toml() {
    let bench = Bench::new();
    let toml = bench
        .put("a.toml", &edit("set = 3\ntable = \"needs\"\ncolumn = \"max_products\"\nwhere = { need = [\"saline\"] }"));
    let json = bench.put(
        "a.json",
        r#"{"schema": "ballast.scenario/1", "name": "what if", "edit": [{"name": "it", "set": 3, "table": "needs",
            "column": "max_products", "where": {"need": ["saline"]}}]}"#,
    );
    let hash = |file: &str| bench.run("check", &["--scenario", file]).document()["input_hash"].clone();
    assert_eq!(hash(&toml), hash(&json));
}

#[test]
fn an_edit_that_touches_nothing_names_place_value_and_cure() {
    let bench = Bench::new();
    let cases = [
        ("scale = 2\ntable = \"offer\"\ncolumn = \"price\"", "did you mean `offers`?"),
        ("scale = 2\ntable = \"offers\"\ncolumn = \"prize\"", "did you mean `price`?"),
        (
            "scale = 2\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { product = \"bolt-salin\" }",
            "did you mean `bolt-saline`?",
        ),
        (
            "scale = 2\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { product = [\"bolt-saline\", \"nope\"] }",
            "the values are:",
        ),
        ("scale = 2\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { prodct = \"x\" }", "did you mean `product`?"),
        (
            "scale = 2\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { product = \"bolt-saline\", offer = \"AS\" }",
            "all of these values at once",
        ),
        ("scale = 2\ntable = \"offers\"\ncolumn = \"max_packs\"", "blank in every selected row"),
        ("scale = 2\ntable = \"offers\"\ncolumn = \"product\"", "holds no number"),
        ("set = 1\ntable = \"packages\"\ncolumn = \"x\"", "packages"),
        ("plant_out = \"Bolt Süd\"", "did you mean `Bolt Sud`?"),
        ("tariff = { country = \"XX\", percent = 0.1 }", "the values are: DE, FR, IT"),
        ("drop_rows = true\ntable = \"offers\"\nwhere = { offer = \"zz\" }", "the values are: AG, AS, AS-S2, BS"),
    ];
    for (text, cure) in cases {
        let said = bench.refused(&edit(text));
        assert!(said.contains(cure) && said.contains("s.toml:3") && said.contains("fix:"), "{text}: {said}");
    }
}

#[test]
fn faults_of_form_are_reported_all_at_once() {
    let bench = Bench::new();
    let text = format!(
        "{HEAD}[[edit]]\nscale = 2\n[[edit]]\nname = \"two\"\nscale = \"x\"\nrule_off = \"a\"\n\
         [[edit]]\nname = \"three\"\nscal = 2\ntable = \"offers\"\n[[edit]]\nname = \"four\"\ntier = {{ schedule = \"volume\", from = 2500 }}\n"
    );
    let said = bench.refused(&text);
    for word in [
        "the key `name` is missing",
        "exactly one action",
        "did you mean `scale`?",
        "a new threshold or a new value",
        "column `table`",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(bench.refused(HEAD).contains("changes nothing"));
    assert!(bench.refused("name = \"x\"").contains("the key `schema` is missing"));
}

#[test]
fn an_edit_that_cannot_be_read_hides_nothing_of_the_others() {
    let bench = Bench::new();
    let text = format!(
        "{HEAD}[[edit]]\nname = \"two\"\nscale = 2\nrule_off = \"two-sources\"\n\
         [[edit]]\nname = \"nowhere\"\nplant_out = \"Bolt Süd\"\n\
         [[edit]]\nname = \"below\"\nset = \"-3\"\ntable = \"offers\"\ncolumn = \"price\"\nwhere = {{ offer = \"BS\" }}\n"
    );
    let said = bench.refused(&text);
    for word in ["exactly one action", "did you mean `Bolt Sud`?", "edit `below`: offers.csv:5", "3 error(s)"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let compared = bench.run("compare", &[&bench.put("s.toml", &text)]);
    assert!(compared.stderr.contains("3 error(s)"), "{}", compared.stderr);
}

#[test]
fn what_an_edit_spoils_is_found_with_the_edit_in_its_place() {
    let bench = Bench::new();
    let said = bench.refused(&edit("set = \"-3\"\ntable = \"offers\"\ncolumn = \"price\"\nwhere = { offer = \"BS\" }"));
    assert!(said.contains("edit `it`: offers.csv:5") && said.contains("`-3`"), "{said}");
}

#[test]
fn a_rule_that_speaks_of_no_line_is_a_fault_of_the_what_if() {
    let bench = Bench::new();
    let rule = "{ id = \"empty\", measure = \"spend\", \"scope.supplier.diverse\" = \"yes\", at_most = \"5\" }";
    let said = bench.refused(&edit(&format!("table = \"rules\"\nadd_rows = [{rule}]")));
    assert!(said.contains("empty_scope") && said.contains("edit `it`") && said.contains("`yes`"), "{said}");
}

#[test]
fn documents_name_base_scenario_and_edits() {
    let bench = Bench::new();
    let plain = bench.run("check", &[]).document()["input_hash"].clone();
    let file = bench.put("s.toml", &edit("demand = { factor = 1.1 }"));
    let document = bench.run("award", &["--scenario", &file]).document();
    assert_eq!(document["options"]["base_hash"], plain);
    assert_ne!(document["input_hash"], plain);
    let scenario = &document["options"]["scenarios"][0];
    assert!(scenario["hash"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(scenario["edits"][0]["sentence"], "demand is multiplied by 1.1 in every row");
    assert_eq!(scenario["edits"][0]["touched"], 6);
}

#[test]
fn an_award_is_certified_with_the_scenario_it_was_made_for() {
    let bench = Bench::new();
    let file = bench.put("s.toml", &edit("demand = { factor = 1.1 }"));
    let out = bench.path().join("award.json");
    bench.run("award", &["--scenario", &file, "--out", out.to_str().unwrap()]);
    let with = bench.run("certify", &[out.to_str().unwrap(), "--scenario", &file]);
    assert_eq!((with.code, with.stderr.contains("other state")), (Some(0), false), "{}", with.stderr);
    assert_eq!(bench.run("certify", &[out.to_str().unwrap()]).code, Some(2));
}

#[test]
fn the_shipped_what_ifs_apply_to_the_shipped_tender() {
    let folder = iv_fluids().join("what-if");
    let mut seen = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let ran = run([
            "check".as_ref(),
            iv_fluids().as_os_str(),
            "--scenario".as_ref(),
            path.as_os_str(),
            "--json".as_ref(),
        ]);
        assert_eq!(ran.code, Some(0), "{}: {}", path.display(), ran.stdout);
        assert!(ran.document()["scenarios"][0]["edits"].as_array().is_some_and(|e| !e.is_empty()));
        seen += 1;
    }
    assert!(seen >= 6);
}

#[test]
fn a_lock_keeps_what_another_award_decided() {
    let bench = Bench::new();
    let out = bench.path().join("award.json");
    bench.run("award", &["--out", out.to_str().unwrap()]);
    let plain = bench.value(&[]);
    let off = edit("rule_off = \"two-sources\"");
    let lock = edit("lock = { where = { need = \"saline\", site = \"S1\" }, award = \"award.json\" }");
    assert!(bench.value(&[&off]) < plain);
    // Without the rule Bolt would lose its 500 bags; the lock keeps them, to the last decimal of a share.
    assert!((bench.value(&[&off, &lock]) - plain).abs() < 0.02);
    let body = bench.body(&lock);
    assert_eq!(rows(&body, "picks", "offer").len(), 2);
    let said = bench.refused(&edit("lock = { where = { category = \"Fluid\" }, award = \"award.json\" }"));
    assert!(said.contains("did you mean `Fluids`?"), "{said}");
    let said = bench.refused(&edit("lock = { award = \"nowhere.json\" }"));
    assert!(said.contains("nowhere.json") && said.contains("cannot be read"), "{said}");
    let said = bench.refused(&edit("lock = { award = \"tender.toml\" }"));
    assert!(said.contains("is no award"), "{said}");
}
