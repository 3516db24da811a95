//! Awards as tables, and text that spreadsheet programs would take for formulas.

use std::io::{Cursor, Read};
use std::path::Path;

use crate::run::run;
use crate::tiny::Files;

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A tender whose texts are formulas in the eyes of a spreadsheet.
fn formulas() -> Files {
    let mut files = Files::tiny();
    files.put("sites.csv", "site,name\nS1,=1+1\nS2,@SUM(A1)\n+S3,-cmd\n-4,+S3\n");
    files.swap("offers.csv", "member:North;class:small", "all");
    files
}

#[test]
fn an_award_is_exported_as_tables() {
    let (folder, work) = (Files::tiny().folder(), tempfile::tempdir().unwrap());
    let at = |name: &str| work.path().join(name);
    let ran = run([Path::new("award"), folder.path(), Path::new("--out"), &at("award.json"), Path::new("--quiet")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let [export, award, out, csv] = ["export", "--award", "--out", "--csv"].map(Path::new);
    let ran = run([export, folder.path(), award, &at("award.json"), out, &at("award.xlsx"), csv, &at("csv")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let names = part(&at("award.xlsx"), "xl/workbook.xml");
    for sheet in ["summary", "lines", "suppliers", "tiers", "rules", "cost", "formulary"] {
        assert!(names.contains(&format!("name=\"{sheet}\"")), "no sheet {sheet} in {names}");
    }
    let document: serde_json::Value = serde_json::from_slice(&std::fs::read(at("award.json")).unwrap()).unwrap();
    let lines = std::fs::read_to_string(at("csv").join("lines.csv")).unwrap();
    assert_eq!(lines.lines().count(), 1 + document["lines"].as_array().unwrap().len());
    let first = &document["lines"][0];
    let start = format!("{},{},", first["site"].as_str().unwrap(), first["need"].as_str().unwrap());
    assert!(lines.lines().nth(1).unwrap().starts_with(&start), "{lines}");
    let value = document["value"].as_str().unwrap();
    let summary = std::fs::read_to_string(at("csv").join("summary.csv")).unwrap();
    assert!(summary.lines().any(|l| l == format!("value,{value}")), "{summary}");
    // Quantities are numbers, ids are not.
    let parts: Vec<&str> = names.split("<sheet name=\"").skip(1).map(|n| n.split('"').next().unwrap()).collect();
    let number = 1 + parts.iter().position(|n| *n == "lines").unwrap();
    let sheet = part(&at("award.xlsx"), &format!("xl/worksheets/sheet{number}.xml"));
    let id = &sheet[sheet.find("r=\"A2\"").unwrap()..][..20];
    assert!(id.contains("t=\"s\""), "{id}");
    let units = first["need_units"].as_str().unwrap();
    assert!(sheet.contains(&format!("<v>{units}</v>")), "{units} in {sheet}");
}

#[test]
fn an_award_that_does_not_hold_is_not_exported() {
    let (folder, work) = (Files::tiny().folder(), tempfile::tempdir().unwrap());
    let at = |name: &str| work.path().join(name);
    run([Path::new("award"), folder.path(), Path::new("--out"), &at("award.json"), Path::new("--quiet")]);
    let mut document: serde_json::Value = serde_json::from_slice(&std::fs::read(at("award.json")).unwrap()).unwrap();
    document["lines"].as_array_mut().unwrap().pop();
    std::fs::write(at("award.json"), document.to_string()).unwrap();
    let [export, award, out] = ["export", "--award", "--out"].map(Path::new);
    let ran = run([export, folder.path(), award, &at("award.json"), out, &at("award.xlsx")]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(!at("award.xlsx").exists());
}

#[test]
fn nothing_that_came_from_data_is_a_formula() {
    let (folder, work) = (formulas().folder(), tempfile::tempdir().unwrap());
    for (verb, name) in [("export", "export.xlsx"), ("template", "template.xlsx")] {
        let book = work.path().join(name);
        let ran = run([Path::new(verb), folder.path(), Path::new("--out"), &book]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(&book).unwrap())).unwrap();
        for i in 0..archive.len() {
            let mut entry = archive.by_index(i).unwrap();
            let mut text = String::new();
            entry.read_to_string(&mut text).unwrap();
            assert!(!text.contains("<f>"), "a formula in {name}, part {i}");
        }
        assert!(part(&book, "xl/styles.xml").contains("quotePrefix=\"1\""));
        assert!(part(&book, "xl/sharedStrings.xml").contains("@SUM(A1)"));
    }
}

#[test]
fn safe_csv_files_say_what_they_changed_and_plain_ones_change_nothing() {
    let (folder, work) = (formulas().folder(), tempfile::tempdir().unwrap());
    let [export, csv, safe] = ["export", "--csv", "--excel-safe"].map(Path::new);
    let at = |name: &str| work.path().join(name);
    let ran = run([export, folder.path(), csv, &at("safe"), safe, Path::new("--json")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    // Names =1+1, @SUM(A1), -cmd, +S3 and the id +S3; -4 is a number.
    assert_eq!(ran.document()["quoted_cells"], 5);
    let sites = std::fs::read_to_string(at("safe").join("sites.csv")).unwrap();
    assert!(sites.contains("S1,'=1+1") && sites.contains("'+S3,'-cmd") && sites.contains("\n-4,"), "{sites}");
    run([export, folder.path(), csv, &at("plain")]);
    let sites = std::fs::read_to_string(at("plain").join("sites.csv")).unwrap();
    assert!(sites.contains("S1,=1+1") && sites.contains("+S3,-cmd"), "{sites}");
    assert_eq!(run([export, folder.path()]).code, Some(2), "a target is needed");
}
