//! `docs/explain.md`: every command in it is understood, every scenario in it is read, and what stands below a command is
//! what it prints; so for the studies shown in the README and, with its commands, for `docs/negotiation.md`.
//! `BALLAST_BLESS=1` writes what is printed now into the pages.

use std::path::Path;

use crate::run::{ballast, run};
use crate::tiny::iv_fluids;

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

#[test]
fn every_command_is_understood() {
    let page = page("docs/explain.md") + &page("docs/negotiation.md");
    let commands: Vec<&str> =
        page.lines().filter_map(|l| l.strip_prefix("$ ballast ").or_else(|| l.strip_prefix("    ballast "))).collect();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        // Nothing of this name exists, so that what is understood still ends at once.
        let words: Vec<String> = command
            .split(" #")
            .next()
            .unwrap()
            .split_whitespace()
            .map(|w| w.trim_matches('\'').to_owned())
            .map(|w| w.replace("scenarios/iv-fluids", "nowhere").replace("scenarios/wound-care", "nowhere"))
            .map(|w| w.replace("TENDER", "nowhere"))
            .collect();
        let ran = run(&words);
        assert_eq!(ran.code, Some(2), "{command}");
        assert!(ran.stderr.contains("nowhere") && !ran.stderr.contains("--help"), "{command}: {}", ran.stderr);
    }
}

#[test]
fn every_scenario_on_the_page_applies_to_the_shipped_tender() {
    let page = page("docs/explain.md");
    let blocks: Vec<&str> = page.split("```toml\n").skip(1).filter_map(|b| b.split("```").next()).collect();
    assert!(blocks.len() >= 2);
    for block in blocks {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("page.toml");
        std::fs::write(&file, block).unwrap();
        let extended = "demand-plus-10.toml";
        std::fs::copy(iv_fluids().join("what-if").join(extended), folder.path().join(extended)).unwrap();
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

/// The page with what its commands print now, and how many there are.
fn reprinted(page: &str, root: &Path) -> (String, usize) {
    let (mut printed, mut tried) = (String::new(), 0);
    for (i, part) in page.split("```text\n").enumerate() {
        let Some((block, rest)) = part.split_once("```").filter(|_| i > 0) else {
            printed.push_str(part);
            continue;
        };
        let command = block.lines().next().unwrap();
        let words = command.strip_prefix("$ ballast ").unwrap().split_whitespace().map(|w| w.trim_matches('\''));
        let ran = ballast().args(words).arg("--quiet").current_dir(root).output().unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        let lines: Vec<&str> = said.lines().map(str::trim_end).collect();
        printed.push_str(&format!("```text\n{command}\n{}\n```{rest}", lines.join("\n").trim_end()));
        tried += 1;
    }
    (printed, tried)
}

fn shows_what_is_printed(name: &str, least: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join(name)).unwrap();
    let (printed, tried) = reprinted(&page, root);
    assert!(tried >= least, "{tried}");
    if std::env::var_os("BALLAST_BLESS").is_some() {
        std::fs::write(root.join(name), &printed).unwrap();
    }
    assert!(page == printed, "{name} shows something else than is printed now:\n{printed}");
}

#[test]
fn what_stands_below_a_command_is_what_it_prints() {
    shows_what_is_printed("docs/explain.md", 10);
}

#[test]
fn the_examples_of_the_negotiator_are_what_they_print() {
    shows_what_is_printed("docs/negotiation.md", 5);
}

#[test]
fn the_studies_in_the_readme_are_what_they_print() {
    shows_what_is_printed("README.md", 2);
}
