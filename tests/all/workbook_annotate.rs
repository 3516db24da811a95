//! Findings come back in the same workbook: at their cells and on a sheet of their own; the values stay.

use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value;

use crate::book::{Book, Cell};
use crate::run::run;

fn annotate(path: &Path, copy: &Path) -> Value {
    let ran = run([Path::new("check"), path, Path::new("--annotate"), copy, Path::new("--json")]);
    ran.document()
}

/// A part of a workbook, as text.
fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn broken() -> Book {
    let mut book = Book::tiny();
    book.put("offers", 2, 2, "twenty");
    book.put("offers", 1, 2, Cell::Number(10.0));
    book.put("offers", 4, 2, Cell::Formula("20+5.2", "25.2"));
    book.put("offers", 2, 4, Cell::Date(2025, 1, 1));
    book.put("demand", 1, 1, "glove");
    book.0.get_mut("needs").unwrap().remove(&(1, 1));
    book
}

#[test]
fn findings_stand_at_their_cells_and_on_their_sheet() {
    let (folder, path) = broken().file();
    let copy = folder.path().join("copy.xlsx");
    let document = annotate(&path, &copy);
    let errors = document["errors"].as_u64().unwrap();
    assert!(errors >= 3, "{document}");
    // Sheets in order of the workbook: demand, incumbents, needs, offers …, Issues last.
    let strings = part(&copy, "xl/sharedStrings.xml");
    for text in ["twenty", "glove", "unknown_id", "bad_value", "missing_value"] {
        assert!(strings.contains(text), "no `{text}` in the strings");
    }
    let notes: String = (1..=3).map(|i| part(&copy, &format!("xl/comments{i}.xml"))).collect();
    for cell in ["ref=\"C3\"", "ref=\"B2\""] {
        assert!(notes.contains(cell), "no note at {cell}");
    }
    assert!(notes.contains("error [missing_value]") && notes.contains("error [bad_value]"), "{notes}");
    let offers = part(&copy, "xl/worksheets/sheet4.xml");
    assert!(offers.contains("<f>20+5.2</f><v>25.2</v>"), "the formula and its value stay");
    assert!(offers.contains("<v>10</v>") && offers.contains("<v>45658</v>"), "numbers and dates stay what they are");
    let names = part(&copy, "xl/workbook.xml");
    assert!(names.contains("name=\"Issues\""));
    let issues = part(&copy, "xl/worksheets/sheet13.xml");
    assert!(issues.contains("<hyperlink ref=\"D2\" location="), "{issues}");
}

#[test]
fn checking_the_copy_finds_the_same_again() {
    let (folder, path) = broken().file();
    let (first, second) = (folder.path().join("1.xlsx"), folder.path().join("2.xlsx"));
    let original = annotate(&path, &first);
    let again = annotate(&first, &second);
    assert_eq!(original["findings"], again["findings"]);
    assert_eq!(original["tables"], again["tables"]);
    for sheet in 1..=13 {
        let name = format!("xl/worksheets/sheet{sheet}.xml");
        // A width that was fitted is kept as it is.
        let kept = |path: &Path| part(path, &name).replace(" bestFit=\"1\"", "");
        assert_eq!(kept(&first), kept(&second), "{name} changed");
    }
}

#[test]
fn what_is_mended_in_the_copy_is_gone() {
    let (folder, path) = broken().file();
    annotate(&path, &folder.path().join("copy.xlsx"));
    // The copy as a person would leave it: two of the three cells mended.
    let mut mended = broken();
    mended.put("offers", 2, 2, "20");
    mended.put("needs", 1, 1, "Consumables");
    let (second, path) = mended.file();
    let document = annotate(&path, &second.path().join("copy.xlsx"));
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.iter().all(|f| f["code"] != "bad_value" && f["code"] != "missing_value"), "{findings:?}");
    assert!(findings.iter().any(|f| f["code"] == "unknown_id" && f["cell"] == "B2" && f["file"] == "demand"));
}

#[test]
fn a_workbook_without_findings_stays_the_same_tender() {
    let (folder, path) = Book::tiny().file();
    let copy = folder.path().join("copy.xlsx");
    let hash = annotate(&path, &copy)["input_hash"].clone();
    assert!(hash.is_string());
    assert_eq!(annotate(&copy, &folder.path().join("again.xlsx"))["input_hash"], hash);
}

#[test]
fn only_workbooks_are_annotated() {
    let folder = crate::tiny::Files::tiny().folder();
    let ran = run([Path::new("check"), folder.path(), Path::new("--annotate"), &folder.path().join("x.xlsx")]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("workbook"), "{}", ran.stderr);
    let (_folder, path) = Book::tiny().file();
    let before = std::fs::read(&path).unwrap();
    let ran = run([Path::new("check"), &path, Path::new("--annotate"), &path]);
    assert_eq!((ran.code, std::fs::read(&path).unwrap()), (Some(2), before), "the original stays");
}
