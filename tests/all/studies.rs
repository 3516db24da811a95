//! `prices`, `sweep` and `doctor` on the tiny tender, whose awards are known by hand.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::run::{Ran, run};
use crate::tiny::Files;

fn ask(folder: &TempDir, verb: &str, more: &[&str]) -> Ran {
    let args = [verb, folder.path().to_str().unwrap(), "--json"];
    run(args.iter().chain(more))
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap_or_else(|| panic!("no number: {value}")).parse().unwrap()
}

fn award(folder: &TempDir, scenario: Option<&str>) -> f64 {
    let file = folder.path().join("by-hand.toml");
    let mut more = vec!["--gap", "0"];
    if let Some(edit) = scenario {
        std::fs::write(
            &file,
            format!("schema = \"ballast.scenario/1\"\nname = \"x\"\n[[edit]]\nname = \"x\"\n{edit}\n"),
        )
        .unwrap();
        more.extend(["--scenario", file.to_str().unwrap()]);
    }
    number(&ask(folder, "award", &more).document()["value"])
}

fn named<'a>(document: &'a Value, name: &str) -> &'a Value {
    let prices = document["prices"].as_array().unwrap();
    prices.iter().find(|p| p["name"] == name).unwrap_or_else(|| panic!("{name} in {document}"))
}

/// The tiny tender with a second rule, a third that costs nothing, and a product on trial that would be cheaper.
fn ruled() -> Files {
    let mut files = Files::tiny();
    files.append("rules.toml", "[[rule]]\nid = \"much-bolt\"\nmeasure = \"share\"\nwithin = [\"need\"]\nscope = { supplier = [\"Bolt\"], need = [\"saline\"] }\nat_least = 0.1\n");
    files.append("rules.toml", "[[rule]]\nid = \"trial\"\nmeasure = \"share\"\neach = [\"need\"]\nwithin = [\"need\"]\nscope = { approval = [\"trial\"] }\nat_most = 0.05\n");
    files.swap("products.csv", "use_factor,plants", "use_factor,approval,plants");
    files.swap("products.csv", "gloves,100,", "gloves,100,,");
    files.swap("products.csv", "saline,10,", "saline,10,,");
    files.swap("products.csv", "saline,12,", "saline,12,,");
    files.append("products.csv", "new-gloves,Bolt,gloves,100,trial,Bolt West\n");
    files.append("offers.csv", "NG,new-gloves,5.00,all,,,,\n");
    files
}

#[test]
fn the_price_of_a_rule_is_the_difference_of_two_awards_made_by_hand() {
    let folder = ruled().folder();
    let document = ask(&folder, "prices", &["--gap", "0"]).document();
    let with = award(&folder, None);
    for rule in ["two-sources", "much-bolt", "trial"] {
        let without = award(&folder, Some(&format!("rule_off = \"{rule}\"")));
        let price = named(&document, rule);
        assert!((number(&price["price"]) - (with - without)).abs() < 0.011, "{rule}: {price}");
        let (low, high) = (number(&price["proven"]["low"]), number(&price["proven"]["high"]));
        assert!(0.0 <= low && low <= with - without + 0.01 && with - without - 0.01 <= high, "{rule}: {low} {high}");
        assert!(high - low < 1.0, "{rule}: {low} {high}");
    }
    // The floor for Bolt asks for less than the ceiling for Acme forces, so it is free.
    assert_eq!(number(&named(&document, "much-bolt")["price"]), 0.0);
    let trial = named(&document, "trial");
    assert_eq!(trial["difference"]["formulary"][0]["product"], "acme-gloves");
}

#[test]
fn what_two_rules_cost_together_is_told_apart_from_their_sum() {
    let folder = ruled().folder();
    let document = ask(&folder, "prices", &["--gap", "0", "--pairs", "two-sources,much-bolt"]).document();
    let pair = named(&document, "two-sources + much-bolt");
    let single = number(&named(&document, "two-sources")["price"]) + number(&named(&document, "much-bolt")["price"]);
    // Only without both does Bolt lose all of it.
    assert!(number(&pair["price"]) > single + 1.0, "{pair}");
    assert!((number(&pair["beyond_sum"]) - (number(&pair["price"]) - single)).abs() < 0.005);
    let all = ask(&folder, "prices", &["--all-pairs", "--rules", "two-sources,trial"]).document();
    let names: Vec<&str> = all["prices"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["two-sources", "trial", "two-sources + trial", "waiting for new-gloves"]);
}

#[test]
fn waiting_for_an_approval_has_a_price() {
    let folder = ruled().folder();
    let document = ask(&folder, "prices", &["--gap", "0", "--rules", "trial"]).document();
    let waiting = named(&document, "waiting for new-gloves");
    let approved =
        "set = \"approved\"\ntable = \"products\"\ncolumn = \"approval\"\nwhere = { product = \"new-gloves\" }";
    assert!((number(&waiting["price"]) - (award(&folder, None) - award(&folder, Some(approved)))).abs() < 0.011);
    assert_eq!(waiting["kind"], "waiting");
}

#[test]
fn limits_that_are_columns_have_prices() {
    let mut files = Files::tiny();
    files.swap("offers.csv", "AS-S2,acme-saline,18.50,site:S2,,,,", "AS-S2,acme-saline,18.50,site:S2,,,20,");
    let folder = files.folder();
    let document = ask(&folder, "prices", &["--gap", "0", "--limits"]).document();
    // 30 of S2's 50 packs are bought at 20.00 less 5 % instead of 18.50 (with S1's 150 they earn the tier), twice.
    let limit = named(&document, "max_packs of AS-S2");
    let free = "set = \"\"\ntable = \"offers\"\ncolumn = \"max_packs\"\nwhere = { offer = \"AS-S2\" }";
    assert!((number(&limit["price"]) - (award(&folder, None) - award(&folder, Some(free)))).abs() < 0.011);
    assert!(number(&limit["price"]) > 0.0);
    assert_eq!(number(&named(&document, "capacity of Acme Nord")["price"]), 0.0);
}

#[test]
fn a_tender_without_award_still_says_what_would_bring_one() {
    let mut files = Files::tiny();
    files.append("rules.toml", "[[rule]]\nid = \"three\"\nmeasure = \"count\"\nof = \"supplier\"\nat_least = 3\n");
    let folder = files.folder();
    let ran = ask(&folder, "prices", &[]);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    let document = ran.document();
    assert_eq!(document["base"]["termination"], "infeasible");
    assert_eq!(named(&document, "three")["answer"]["termination"], "optimal");
    assert_eq!(named(&document, "three")["price"], Value::Null);
    assert_eq!(named(&document, "two-sources")["answer"]["termination"], "infeasible");
}

#[test]
fn a_rule_that_is_not_there_is_named_with_its_neighbour() {
    let folder = Files::tiny().folder();
    for flags in [&["--rules", "two-source"][..], &["--pairs", "two-sources,two-source"]] {
        let ran = ask(&folder, "prices", flags);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("did you mean `two-sources`?"), "{}", ran.stderr);
    }
    assert_eq!(ask(&folder, "prices", &["--pairs", "two-sources"]).code, Some(2));
}

#[test]
fn a_sweep_decides_every_combination_and_passes_over_cells_without_award() {
    let folder = Files::tiny().folder();
    let flags =
        ["--vary", "rules.at_most[id=two-sources]=0.4,0.6,0.8", "--vary", "tender.contract_years=1,2", "--gap", "0"];
    let ran = ask(&folder, "sweep", &flags);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let cells = ran.document()["cells"].as_array().unwrap().clone();
    let at: Vec<(&str, &str)> =
        cells.iter().map(|c| (c["at"][0].as_str().unwrap(), c["at"][1].as_str().unwrap())).collect();
    assert_eq!(at, [("0.4", "1"), ("0.4", "2"), ("0.6", "1"), ("0.6", "2"), ("0.8", "1"), ("0.8", "2")]);
    // Two suppliers cannot each keep below 40 %.
    assert_eq!(cells[0]["answer"]["termination"], "infeasible");
    assert_eq!(cells[2]["answer"]["termination"], "optimal");
    let value = |i: usize| number(&cells[i]["answer"]["value"]);
    assert!(value(2) > value(4), "a tighter rule costs more");
    assert_eq!(value(5), award(&folder, None), "the tender as it stands is one of the cells");
    assert!((number(&cells[5]["step"]) - (value(5) - value(4))).abs() < 0.005, "one step is one more year");
    assert_eq!(cells[2]["step"], Value::Null, "no step from one row of the grid to the next");
}

#[test]
fn a_cell_that_is_no_tender_is_a_cell() {
    let folder = Files::tiny().folder();
    let ran = ask(&folder, "sweep", &["--vary", "needs.max_products[need=saline]=2,many"]);
    assert_eq!(ran.code, Some(0));
    let document = ran.document();
    assert_eq!(document["cells"][1]["answer"]["termination"], "no_tender");
    assert!(document["cells"][1]["answer"]["detail"].as_str().unwrap().contains("many"));
    assert_eq!(document["cells"][0]["answer"]["termination"], "optimal");
    let path = folder.path().to_str().unwrap();
    let told = run(["sweep", path, "--vary", "needs.max_products[need=saline]=2,many", "--quiet"]).stdout;
    assert!(told.contains("many: no tender: "), "{told}");
}

#[test]
fn a_file_says_what_varies() {
    let folder = Files::tiny().folder();
    let file = folder.path().join("vary.toml");
    let put = |text: &str| std::fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    put(
        "schema = \"ballast.vary/1\"\nname = \"demand\"\n[[vary]]\nname = \"factor\"\nvalues = [1, 1.5, 2]\ndemand = { factor = \"?\" }\n",
    );
    let document = ask(&folder, "sweep", &[path, "--gap", "0"]).document();
    assert_eq!(document["axes"], json!([{ "name": "factor", "values": ["1", "1.5", "2"] }]));
    assert_eq!(document["cells"][2]["sentences"][0], "demand is multiplied by 2 in every row");
    assert_eq!(number(&document["cells"][0]["change"]), 0.0);
    for (text, said) in [
        ("schema = \"ballast.vary/1\"\n[[vary]]\nname = \"x\"\nvalues = [1]\ndemand = { factor = 2 }\n", "no `?` says"),
        ("schema = \"ballast.vary/1\"\n[[vary]]\nname = \"x\"\ndemand = { factor = \"?\" }\n", "add values"),
        (
            "schema = \"ballast.vary/1\"\n[[vary]]\nname = \"x\"\nvalues = [\"a\"]\ndemand = { factor = \"?\" }\n",
            "decimal number",
        ),
        ("schema = \"ballast.vary/1\"\n", "nothing varies"),
        ("schema = \"ballast.scenario/1\"\n", "expected `ballast.vary/1`"),
    ] {
        put(text);
        let ran = ask(&folder, "sweep", &[path]);
        assert_eq!(ran.code, Some(2), "{text}");
        assert!(ran.stderr.contains(said), "{text}: {}", ran.stderr);
    }
    assert_eq!(ask(&folder, "sweep", &[]).code, Some(2));
    let nothing = ask(&folder, "sweep", &["--vary", "needs.max_products[need=salin]=1"]);
    assert!(nothing.code == Some(2) && nothing.stderr.contains("did you mean `saline`?"), "{}", nothing.stderr);
}

#[test]
fn one_more_choice_has_a_price() {
    let folder = Files::tiny().folder();
    let document = ask(&folder, "sweep", &["--choices", "--gap", "0"]).document();
    let cells = document["cells"].as_array().unwrap();
    let at: Vec<&Value> = cells.iter().map(|c| &c["at"]).collect();
    assert_eq!(at, [&json!(["gloves", "1"]), &json!(["saline", "1"]), &json!(["saline", "2"])]);
    // One product for saline breaks the rule for two sources; two are what the award uses.
    assert_eq!(cells[1]["answer"]["termination"], "infeasible");
    assert_eq!(number(&cells[2]["change"]), 0.0);
    assert_eq!(ask(&folder, "sweep", &["--choices", "glove"]).code, Some(2));
    assert_eq!(ask(&folder, "sweep", &["--choices", "saline"]).document()["cells"].as_array().unwrap().len(), 2);
}

/// Codes that the doctor finds, with the value and the line.
fn codes(files: &Files) -> Vec<(String, String, Option<u64>)> {
    let folder = files.folder();
    let ran = ask(&folder, "doctor", &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let finding = |f: &Value| {
        assert!(!f["fix"].as_str().unwrap().is_empty(), "{f}");
        (f["code"].as_str().unwrap().to_owned(), f["value"].as_str().unwrap().to_owned(), f["line"].as_u64())
    };
    ran.document()["findings"].as_array().unwrap().iter().map(finding).collect()
}

fn has(found: &[(String, String, Option<u64>)], code: &str, value: &str, line: u64) {
    let wanted = (code.to_owned(), value.to_owned(), Some(line));
    assert!(found.contains(&wanted), "{wanted:?} in {found:?}");
}

#[test]
fn the_doctor_says_little_about_a_healthy_tender() {
    let found = codes(&Files::tiny());
    // Gloves have one maker; nothing else is remarkable.
    let codes: Vec<&str> = found.iter().map(|f| f.0.as_str()).collect();
    assert_eq!(codes, ["single_source"], "{found:?}");
}

#[test]
fn the_doctor_finds_what_can_never_happen() {
    let mut files = Files::tiny();
    files.append("offers.csv", "AG-dear,acme-gloves,11.00,site:S1,,,,\nAG-twin,acme-gloves,10.00,all,,,,\n");
    files.append(
        "offers.csv",
        "AG-old,acme-gloves,9.00,all,,2025-06-30,,\nAG-soon,acme-gloves,9.00,all,2026-03-01,,,\n",
    );
    files.append("suppliers.csv", "Corp,,0\n");
    files.append("tiers.csv", "volume,6000,0.06\n");
    files.append("rules.toml", "[[rule]]\nid = \"loose\"\nmeasure = \"count\"\nof = \"supplier\"\nat_most = 9\n");
    files.append(
        "rules.toml",
        "[[rule]]\nid = \"weaker\"\nmeasure = \"share\"\neach = [\"supplier\", \"need\"]\nwithin = [\"need\"]\nscope = { need = [\"saline\"] }\nat_most = 0.9\n",
    );
    let found = codes(&files);
    has(&found, "dominated_offer", "AG-dear", 6);
    has(&found, "duplicate_offer", "AG-twin", 7);
    has(&found, "stale_offer", "2025-06-30", 8);
    has(&found, "offer_not_yet_valid", "2026-03-01", 9);
    has(&found, "supplier_without_line", "Corp", 4);
    // All saline from Acme at 20.00: 250 packs are 5,000.
    has(&found, "tier_out_of_reach", "6000", 4);
    has(&found, "rule_never_binds", "loose", 10);
    has(&found, "rule_implied", "weaker", 15);
}

#[test]
fn the_doctor_counts_missing_scores_and_single_sources() {
    let mut files = Files::tiny();
    files.put("preferences.csv", "site,product,score\nS1,acme-saline,0.9\nS2,acme-saline,0.8\n");
    files.swap("needs.csv", "gloves,Consumables,pair,2", "gloves,Consumables,pair,1");
    let found = codes(&files);
    has(&found, "missing_scores", "gloves", 2);
    has(&found, "missing_scores", "saline", 3);
    has(&found, "single_source", "gloves", 2);
    let folder = files.folder();
    let document = ask(&folder, "doctor", &[]).document();
    let single = document["findings"].as_array().unwrap().iter().find(|f| f["code"] == "single_source").unwrap();
    assert_eq!(single["severity"], "warning", "a critical need with one source is more than a remark");
    assert!(document["size"]["hardness"].as_str().unwrap().starts_with("easy"));
}

#[test]
fn the_doctor_examines_the_tender_after_its_edits() {
    let folder = Files::tiny().folder();
    let file = folder.path().join("s.toml");
    std::fs::write(&file, "schema = \"ballast.scenario/1\"\nname = \"x\"\n[[edit]]\nname = \"out\"\nplant_out = [\"Bolt Sud\", \"Bolt West\"]\n").unwrap();
    let document = ask(&folder, "doctor", &["--scenario", file.to_str().unwrap()]).document();
    let codes: Vec<&str> =
        document["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"supplier_without_line"), "{codes:?}");
}

#[test]
fn the_doctor_sees_a_name_that_is_nearly_another() {
    let mut files = Files::tiny();
    files.append("sites.csv", "S3,North,small,West,40\nS4,Nort,small,West,40\n");
    files.append("demand.csv", "S3,saline,100,,,\nS4,saline,100,,,\n");
    let folder = files.folder();
    let document = ask(&folder, "doctor", &[]).document();
    let found: Vec<&Value> =
        document["findings"].as_array().unwrap().iter().filter(|f| f["code"] == "similar_name").collect();
    assert_eq!(found.len(), 1, "{document:#}");
    assert_eq!((&found[0]["value"], &found[0]["column"]), (&json!("Nort"), &json!("member")));
}
