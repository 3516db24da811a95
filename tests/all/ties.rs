//! What an award document says of ties and of the second best.

use serde_json::json;

use crate::run::run;
use crate::tiny::{Files, body, body_file};

/// The smallest body at so many sites, with two dearer offers by Bolt.
fn two_suppliers(sites: usize) -> (tempfile::TempDir, std::path::PathBuf) {
    let mut body = body();
    let names: Vec<String> = (1..=sites).map(|i| format!("S{i}")).collect();
    body["sites"] = names.iter().map(|s| json!({ "site": s })).collect();
    body["demand"] = names.iter().map(|s| json!({ "site": s, "need": "saline", "quantity": 2000 })).collect();
    body["suppliers"] = json!([{ "supplier": "Acme" }, { "supplier": "Bolt" }]);
    let product =
        |id: &str, supplier: &str| json!({ "product": id, "supplier": supplier, "need": "saline", "use_factor": 10 });
    body["products"] = json!([product("a", "Acme"), product("b", "Bolt"), product("c", "Bolt")]);
    let offer = |id: &str, price: f64| json!({ "offer": format!("O{id}"), "product": id, "price": price });
    body["offers"] = json!([offer("a", 20.5), offer("b", 22.0), offer("c", 23.0)]);
    body_file(&body.to_string())
}

#[test]
fn a_document_says_whether_ties_were_decided() {
    let folder = Files::tiny().folder();
    let tender = folder.path().to_str().unwrap();
    let document = run(["award", tender, "--json"]).document();
    assert_eq!(document["ties"]["decided"], true, "{}", document["ties"]);
    assert!(document["ties"]["columns"].as_u64().unwrap() <= document["ties"]["up_to_columns"].as_u64().unwrap());
    let out = folder.path().join("award.json");
    let out = out.to_str().unwrap();
    assert_eq!(run(["award", tender, "--out", out]).code, Some(0));
    let stay = run(["award", tender, "--stay", out, "--json"]).document();
    assert_eq!(stay["ties"]["decided"], false);
    assert!(stay["ties"]["detail"].as_str().unwrap().contains("another aim"), "{}", stay["ties"]);
    // Three offers at 150 sites: more than 400 columns.
    let (_folder, path) = two_suppliers(150);
    let large = run(["award", path.to_str().unwrap(), "--json"]).document();
    assert_eq!(large["ties"]["decided"], false, "{}", large["ties"]);
    assert!(large["ties"]["detail"].as_str().unwrap().contains("size"), "{}", large["ties"]);
}

#[test]
fn the_second_best_says_from_which_share_another_winner_counts() {
    let (_folder, path) = two_suppliers(1);
    let ask = |more: &[&str]| {
        let base = ["award", path.to_str().unwrap(), "--gap", "0", "--json"];
        run(base.iter().chain(more))
    };
    let gap =
        |more: &[&str]| -> f64 { ask(more).document()["second_best"]["gap_money"].as_str().unwrap().parse().unwrap() };
    // 2,000 bags, ten a pack, 1.50 a pack dearer: a tenth, a hundredth, all.
    assert!((gap(&["--second-best"]) - 30.0).abs() < 0.02);
    assert!((gap(&["--second-best", "--entry", "0.01"]) - 3.0).abs() < 0.02);
    assert!((gap(&["--second-best", "--entry", "1"]) - 300.0).abs() < 0.02);
    let document = ask(&["--second-best", "--entry", "0.25"]).document();
    assert!(document["second_best"]["detail"].as_str().unwrap().contains("25 %"), "{document}");
    assert_eq!(document["options"]["second_best"]["entry"], "0.25");
    for bad in ["0", "1.1", "some"] {
        let ran = ask(&["--second-best", "--entry", bad]);
        assert_eq!(ran.code, Some(2), "{bad}");
        assert!(ran.stderr.contains("a fraction"), "{}", ran.stderr);
    }
}
