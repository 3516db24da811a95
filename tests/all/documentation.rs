//! Examples of the documentation, awarded by the command. A block fenced `json base` is a whole tender; each block fenced
//! `json costs AMOUNT` after it has tables of its own in place of those of the base, and its best award costs the amount.

use std::path::Path;

use serde_json::Value;

use crate::run::try_run;
use crate::tiny::body_file;

const PAGES: [&str; 1] = ["docs/bids.md"];

#[test]
fn every_example_of_the_documentation_costs_what_it_says() {
    let mut tried = 0;
    for page in PAGES {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(page)).unwrap();
        let mut base = Value::Null;
        for block in text.split("\n```json ").skip(1) {
            let (head, rest) = block.split_once('\n').unwrap();
            let body: Value = serde_json::from_str(rest.split("\n```").next().unwrap()).unwrap();
            let Some(cost) = head.strip_prefix("costs ") else {
                assert_eq!(head, "base", "{page}");
                base = body;
                continue;
            };
            let mut tender = base.clone();
            tender.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
            let (_folder, path) = body_file(&tender.to_string());
            let ran = try_run([Path::new("award"), &path, Path::new("--json")]);
            let document: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {}", ran.stderr));
            assert_eq!(document["value"], cost, "{page}: {}", document["findings"]);
            assert_eq!(document["termination"], "optimal", "{page}");
            tried += 1;
        }
    }
    assert!(tried >= 6, "{tried}");
}
