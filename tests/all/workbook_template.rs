//! The workbook to fill in: blank, filled with a tender, with a sheet of bids.

use std::io::{Cursor, Read};
use std::path::Path;

use crate::run::run;
use crate::tiny::{Files, iv_fluids};

fn template(args: &[&Path]) {
    let ran = run([Path::new("template")].iter().chain(args));
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_filled_template_is_the_tender() {
    for tender in [iv_fluids(), Files::tiny().folder().keep()] {
        let work = tempfile::tempdir().unwrap();
        let book = work.path().join("filled.xlsx");
        template(&[&tender, Path::new("--out"), &book, Path::new("--wide")]);
        let hash = |path: &Path| {
            let ran = run([Path::new("check"), path, Path::new("--json")]);
            assert_eq!(ran.code, Some(0), "{}", ran.stdout);
            ran.document()["input_hash"].clone()
        };
        assert_eq!(hash(&tender), hash(&book));
        if tender != iv_fluids() {
            std::fs::remove_dir_all(tender).unwrap();
        }
    }
}

#[test]
fn a_blank_template_explains_itself() {
    let work = tempfile::tempdir().unwrap();
    let book = work.path().join("blank.xlsx");
    template(&[Path::new("--out"), &book]);
    let names = part(&book, "xl/workbook.xml");
    for sheet in ["README", "tender", "sites", "needs", "demand", "offers", "rules", "Lists", "_meta"] {
        assert!(names.contains(&format!("name=\"{sheet}\"")), "no sheet {sheet}");
    }
    assert!(!names.contains("name=\"bids\""));
    let strings = part(&book, "xl/sharedStrings.xml");
    assert!(strings.contains("use_factor") && strings.contains("ballast.workbook/1") && strings.contains("all_units"));
    // README, tender, sites: the head of `site` says what it means, and that it is required.
    let note = part(&book, "xl/comments2.xml");
    assert!(note.contains("Unique name of the site.") && note.contains("required") && note.contains("example: H01"));
    // Demand: its sites are chosen among those of the sheet `sites`.
    let sheets: Vec<String> = (1..40)
        .map_while(|i| {
            let bytes = std::fs::read(&book).unwrap();
            let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
            let mut text = String::new();
            archive.by_name(&format!("xl/worksheets/sheet{i}.xml")).ok()?.read_to_string(&mut text).unwrap();
            Some(text)
        })
        .collect();
    let demand = sheets.iter().find(|s| s.contains("OFFSET(sites!$A$2")).expect("a list of sites");
    assert!(demand.contains("ySplit=\"1\"") && demand.contains("OFFSET(needs!$A$2"));
    assert!(sheets.iter().any(|s| s.contains("Lists!$")), "choices have lists");
    assert!(sheets.last().unwrap().contains("sheetProtection"), "_meta is protected");
    // It is no tender yet, and says what is missing instead of failing.
    let ran = run([Path::new("check"), &book, Path::new("--json")]);
    assert_eq!(ran.code, Some(2));
    let findings = ran.document()["findings"].as_array().unwrap().clone();
    let codes: Vec<&str> = findings.iter().map(|f| f["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"empty_table") && !codes.contains(&"unknown_column"), "{codes:?}");
}

#[test]
fn a_blank_sheet_of_bids_has_groups_to_fill_in() {
    let work = tempfile::tempdir().unwrap();
    let book = work.path().join("wide.xlsx");
    template(&[Path::new("--out"), &book, Path::new("--wide")]);
    let strings = part(&book, "xl/sharedStrings.xml");
    assert!(strings.contains("Supplier A | price") && strings.contains("Supplier B | tier2 from"), "{strings}");
}
