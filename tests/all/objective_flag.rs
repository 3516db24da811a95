//! `--objective NAME`: another objective of the tender for one run.

use crate::run::run;
use crate::tiny::Files;

/// The tiny tender with two objectives, neither chosen: as much saline from Bolt as the rule allows, and money alone.
fn two_objectives() -> Files {
    let mut files = Files::tiny();
    files.put(
        "objectives.csv",
        "objective,term,level,of,factor,scope.need,scope.supplier\n\
         bolt,bolt-units,1,units,-1,saline,Bolt\n\
         bolt,money,2,cash,1,,\n\
         money,money,1,cash,1,,\n",
    );
    files
}

#[test]
fn an_objective_is_chosen_by_its_name_in_every_verb() {
    let folder = two_objectives().folder();
    let tender = folder.path().to_str().unwrap();
    assert!(run(["award", tender, "--json"]).document()["objective"].is_null());
    let out = folder.path().join("award.json");
    let out = out.to_str().unwrap();
    let ran = run(["award", tender, "--json", "--gap", "0", "--objective", "bolt", "--out", out]);
    let document = ran.document();
    assert_eq!(document["objective"]["name"], "bolt", "{}", ran.stderr);
    // Bolt may have at most 0.8 of the 2,500 bags, over two years, each worth −1.
    // The second level may cost the first a cent.
    let figure = |v: &serde_json::Value| v.as_str().unwrap().parse::<f64>().unwrap();
    let level = &document["objective"]["levels"][0];
    assert!((figure(&level["value"]) + 4000.0).abs() < 0.015, "{level}");
    assert!((figure(&level["terms"][0]["amount"]) - 2000.0).abs() < 0.01, "{level}");
    assert!(ran.stderr.contains("--objective bolt"), "{}", ran.stderr);
    assert_eq!(document["options"]["scenarios"][0]["name"], "--objective bolt", "{}", document["options"]);
    let text = run(["award", tender, "--gap", "0", "--objective", "bolt"]).stdout;
    assert!(text.contains("level 1 of the objective bolt") && !text.contains("shadow"), "{text}");
    // The document says which tender it is of, so that other verbs want the same flag.
    assert_eq!(run(["certify", tender, out, "--objective", "bolt"]).code, Some(0));
    let page = folder.path().join("report.html");
    let page = page.to_str().unwrap();
    assert_eq!(run(["report", tender, out, "--objective", "bolt", "--out", page]).code, Some(0));
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("What it was chosen by: bolt") && page.contains("bolt-units"));
}

#[test]
fn an_unknown_objective_lists_those_there_are() {
    let folder = two_objectives().folder();
    let ran = run(["award", folder.path().to_str().unwrap(), "--objective", "bolts"]);
    assert_eq!(ran.code, Some(2));
    for part in ["bolts", "there are: bolt, money", "did you mean `bolt`?"] {
        assert!(ran.stderr.contains(part), "{part} in {}", ran.stderr);
    }
    let folder = Files::tiny().folder();
    let ran = run(["award", folder.path().to_str().unwrap(), "--objective", "bolt"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the tender has no objectives"), "{}", ran.stderr);
}
