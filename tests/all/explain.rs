//! `docs/explain.md`: every command in it is understood, every scenario in it is read.

use std::path::Path;

use crate::run::run;
use crate::tiny::iv_fluids;

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/explain.md");
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_command_is_understood() {
    let page = page();
    let commands: Vec<&str> =
        page.lines().filter_map(|l| l.strip_prefix("$ ballast ").or_else(|| l.strip_prefix("    ballast "))).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        // Nothing of this name exists, so that what is understood still ends at once.
        let words: Vec<String> = command
            .split_whitespace()
            .map(|w| w.trim_matches('\'').replace("scenarios/iv-fluids", "nowhere"))
            .collect();
        let ran = run(&words);
        assert_eq!(ran.code, Some(2), "{command}");
        assert!(ran.stderr.contains("nowhere") && !ran.stderr.contains("--help"), "{command}: {}", ran.stderr);
    }
}

#[test]
fn every_scenario_on_the_page_applies_to_the_shipped_tender() {
    let page = page();
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 2);
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.toml");
        std::fs::write(&file, block).unwrap();
        for name in ["demand-plus-10.toml"] {
            std::fs::copy(iv_fluids().join("what-if").join(name), folder.path().join(name)).unwrap();
        }
        let (tender, file) = (iv_fluids(), file.to_str().unwrap().to_owned());
        let tender = tender.to_str().unwrap();
        let ran = match block.contains("ballast.vary/1") {
            // With no time at all a sweep says what each cell does and decides nothing.
            true => run(["sweep", tender, &file, "--time-limit", "0", "--json"]),
            false => run(["check", tender, "--scenario", &file, "--json"]),
        };
        assert_ne!(ran.code, Some(2), "{block}\n{}{}", ran.stdout, ran.stderr);
    }
}
