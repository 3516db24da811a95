//! One tender, several renderings: folder, JSON body, and any order of rows and columns have one hash and one award.

use std::path::Path;

use serde_json::Value;

use crate::run::run;
use crate::tiny::{Files, iv_fluids};

/// `check PATH --json`, which must find a tender; optionally written to `out`.
fn checked(path: &Path, out: Option<&Path>) -> Value {
    let mut args = vec![Path::new("check"), path, Path::new("--json")];
    args.extend(out.iter().flat_map(|o| [Path::new("--out"), o]));
    let ran = run(args);
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    ran.document()
}

fn hash(path: &Path) -> String {
    checked(path, None)["input_hash"].as_str().unwrap().to_owned()
}

/// Lines, value and termination of an award: what must not depend on the rendering.
fn award(path: &Path, more: &[&str]) -> (Value, Value, Value) {
    let args = [Path::new("award"), path, Path::new("--json"), Path::new("--quiet")];
    let ran = run(args.into_iter().chain(more.iter().map(Path::new)));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document = ran.document();
    (document["lines"].clone(), document["value"].clone(), document["termination"].clone())
}

/// Every CSV of a folder with its rows and columns in reverse order.
fn reversed(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let target = to.join(path.file_name().unwrap());
        if path.extension().is_none_or(|e| e != "csv") {
            std::fs::copy(&path, target).unwrap();
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let row = |line: &str| cells(line).into_iter().rev().collect::<Vec<_>>().join(",");
        let mut lines = text.lines();
        let header = row(lines.next().unwrap());
        let rows = lines.rev().map(row);
        let permuted: Vec<String> = std::iter::once(header).chain(rows).collect();
        // No line break at the end: that must not matter either.
        std::fs::write(target, permuted.join("\r\n")).unwrap();
    }
}

/// The cells of a line as they stand, quotes and all.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        quoted ^= c == '"';
        match c {
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

fn folder_to_body_and_back(tender: &Path) {
    let work = tempfile::tempdir().unwrap();
    let (body, folder, again) =
        (work.path().join("body.json"), work.path().join("folder"), work.path().join("again.json"));
    let first = checked(tender, Some(&body));
    let second = checked(&body, Some(&folder));
    let third = checked(&folder, Some(&again));
    assert_eq!(first["input_hash"], second["input_hash"], "folder and body differ");
    assert_eq!(first["input_hash"], third["input_hash"], "body and folder differ");
    assert_eq!(first["size"], third["size"]);
    assert_eq!(first["tables"], third["tables"], "a row was lost");
    assert_eq!(std::fs::read(&body).unwrap(), std::fs::read(&again).unwrap(), "the canonical body is not canonical");
}

#[test]
fn the_scenario_survives_folder_to_body_to_folder() {
    folder_to_body_and_back(&iv_fluids());
}

#[test]
fn the_tiny_tender_survives_folder_to_body_to_folder() {
    folder_to_body_and_back(Files::tiny().folder().path());
}

#[test]
fn text_that_needs_quotes_survives() {
    let mut files = Files::tiny();
    files.swap("tender.toml", "\"Tiny\"", "\"Ti\\\"ny, \\\\ #1 – ü 🩺\\nline 2\"");
    files.put(
        "suppliers.csv",
        "supplier,name,attr.note\nAcme,\"A \"\"B\"\", C\nsecond line\",\"x; y, 'z'\"\nBolt,007,1e3\n",
    );
    files.append("rules.toml", "[[rule]]\nid = \"why\"\nwhy = '''a \"b\" 'c' \\ d'''\nmeasure = \"spend\"\nscope = { \"supplier.note\" = [\"x\", \"1e3\"] }\nat_most = 1e0\n".replace("1e0", "1_000_000").as_str());
    folder_to_body_and_back(files.folder().path());
}

#[test]
fn the_order_of_rows_and_columns_and_the_line_ends_change_nothing() {
    let permuted = tempfile::tempdir().unwrap();
    reversed(&iv_fluids(), permuted.path());
    assert_eq!(hash(&iv_fluids()), hash(permuted.path()));
}

#[test]
fn awards_are_the_same_for_every_rendering() {
    let files = Files::tiny();
    let (folder, permuted, work) = (files.folder(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    reversed(folder.path(), permuted.path());
    let body = work.path().join("body.json");
    checked(folder.path(), Some(&body));
    let first = award(folder.path(), &[]);
    assert_eq!(first, award(permuted.path(), &[]));
    assert_eq!(first, award(&body, &[]));
}

#[test]
fn awards_of_the_scenario_do_not_depend_on_the_order_of_rows() {
    let permuted = tempfile::tempdir().unwrap();
    reversed(&iv_fluids(), permuted.path());
    // A limit in work, not in time: it ends both searches at the same point. The gap is wide to keep the test short.
    let limits = ["--gap", "0.02", "--work", "300"];
    assert_eq!(award(&iv_fluids(), &limits), award(permuted.path(), &limits));
}

#[test]
fn numbers_and_defaults_written_in_full_are_the_same_tender() {
    let mut files = Files::tiny();
    let plain = hash(files.folder().path());
    files.swap("offers.csv", "20.00", "+020");
    files.swap("offers.csv", "18.50", "\" 18.500 \"");
    files.swap("tender.toml", "contract_years = 2", "contract_years = 2\nholding_rate = 0.0");
    files.swap("products.csv", "Bolt Sud:0.6;Bolt West:0.4", "Bolt West:0.40; Bolt Sud:0.60");
    assert_eq!(plain, hash(files.folder().path()));
}

#[test]
fn another_price_is_another_tender() {
    let mut files = Files::tiny();
    let plain = hash(files.folder().path());
    files.swap("offers.csv", "20.00", "20.01");
    assert_ne!(plain, hash(files.folder().path()));
}

#[test]
fn a_text_that_looks_like_a_number_survives_the_round_trip() {
    for text in ["01.5", "-.5", "-01.5", "1.50", "007", "-0", "0x10", "1.5"] {
        let mut files = Files::tiny();
        files.swap("tender.toml", "Tiny", text);
        let (folder, out) = (files.folder(), tempfile::tempdir().unwrap());
        let first = checked(folder.path(), Some(out.path()));
        assert_eq!(first["input_hash"], checked(out.path(), None)["input_hash"], "{text}");
    }
}
