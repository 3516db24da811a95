//! Examples of the documentation, awarded by the command. A block fenced `json base` is a whole tender; each block fenced
//! `json costs AMOUNT` after it has tables of its own in place of those of the base, and its best award costs the amount;
//! `json values AMOUNT, AMOUNT` says so of each level of its objective.

use std::path::Path;

use serde_json::Value;

use crate::run::try_run;
use crate::tiny::body_file;

const PAGES: [&str; 2] = ["docs/bids.md", "docs/objectives.md"];

#[test]
fn every_example_of_the_documentation_costs_what_it_says() {
    let mut tried = 0;
    for page in PAGES {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
        let mut base = Value::Null;
        for block in text.split("\n```json ").skip(1) {
            let (head, rest) = block.split_once('\n').unwrap();
            let body: Value = serde_json::from_str(rest.split("\n```").next().unwrap()).unwrap();
            if head == "base" {
                base = body;
                continue;
            }
            let mut tender = base.clone();
            tender.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            let (_folder, path) = body_file(&tender.to_string());
            let ran = try_run([Path::new("award"), &path, Path::new("--json")]);
            let document: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr));
            match head.split_once(' ') {
                Some(("costs", cost)) => assert_eq!(document["value"], cost, "{page}: {}", document["findings"]),
                Some(("values", values)) => {
                    let levels = document["objective"]["levels"].as_array().expect("levels");
                    let told: Vec<&str> = levels.iter().map(|l| l["value"].as_str().expect("a value")).collect();
                    assert_eq!(told.join(", "), values, "{page}");
                }
                _ => panic!("{page}: json {head}"),
            }
            assert_eq!(document["termination"], "optimal", "{page}");
            tried += 1;
        }
    }
    assert!(tried >= 10, "{tried}");
}

/// The JSON below a heading `### Example: NAME` of the page about bids.
pub fn example_of_bids(name: &str) -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/bids.md");
    let text = std::fs::read_to_string(page).expect("the page");
    let (_, from) = text.split_once(&format!("### Example: {name}\n")).expect("the page has the example");
    let (_, from) = from.split_once("```json\n").expect("the example is JSON");
    from.split_once("```").expect("the example ends").0.to_owned()
}

/// The document that a verb prints about a file.
pub fn answer(verb: &str, path: &Path) -> Value {
    let ran = try_run([Path::new(verb), path, Path::new("--json")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one document")
}
