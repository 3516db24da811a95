//! Cells as people type them, and faults at cells: each finding names sheet and cell.

use std::path::Path;

use serde_json::Value;

use crate::book::{Book, Cell};
use crate::run::run;
use crate::tiny::Files;
use crate::workbook_hostile::{frame, sheet, text};

fn check(path: &Path, code: i32) -> Value {
    let ran = run([Path::new("check"), path, Path::new("--json")]);
    assert_eq!(ran.code, Some(code), "{}", ran.stdout);
    ran.document()
}

fn hash_of_tiny() -> String {
    check(Files::tiny().folder().path(), 0)["input_hash"].as_str().unwrap().to_owned()
}

/// The finding with this code at this cell.
fn found<'a>(document: &'a Value, code: &str, sheet: &str, cell: &str) -> &'a Value {
    let findings = document["findings"].as_array().unwrap();
    let is = |f: &&Value| f["code"] == code && f["file"] == sheet && f["cell"] == cell;
    findings.iter().find(is).unwrap_or_else(|| panic!("no {code} at {sheet}!{cell} in {findings:#?}"))
}

/// Checks a broken workbook, which must have this finding.
fn broken(book: &Book, code: &str, sheet: &str, cell: &str) -> Value {
    let (_folder, path) = book.file();
    found(&check(&path, 2), code, sheet, cell).clone()
}

#[test]
fn a_typed_workbook_is_the_same_tender() {
    let mut book = Book::tiny();
    assert_eq!(check(&book.file().1, 0)["input_hash"], hash_of_tiny());
    // Numbers as numbers, dates as dates, a formula with its value, a header further down and to the right.
    book.put("demand", 1, 2, Cell::Number(10_000.0));
    book.put("needs", 1, 4, Cell::Number(0.1));
    book.put("offers", 2, 2, Cell::Formula("19+1", "20"));
    book.put("offers", 2, 4, Cell::Date(2025, 1, 1));
    book.put("tender", 3, 1, Cell::Date(2026, 1, 1));
    book.put("products", 2, 3, Cell::Number(10.0));
    book.put("needs", 0, 5, "whole_packs");
    book.put("needs", 1, 5, Cell::Bool(false));
    let moved: Vec<_> = book.0["tiers"].iter().map(|((r, c), cell)| ((r + 3, c + 2), cell.clone())).collect();
    book.0.insert("tiers".to_owned(), moved.into_iter().collect());
    for name in ["README", "Lists", "_meta", "Issues"] {
        book.put(name, 0, 0, "anything, it is not read");
    }
    let (_folder, path) = book.file();
    assert_eq!(check(&path, 0)["input_hash"], hash_of_tiny());
}

#[test]
fn numbers_as_ids_keep_their_digits() {
    let mut book = Book::tiny();
    let mut files = Files::tiny();
    for (row, site) in [(1, 4_012_345_000_016.0), (2, 7.0)] {
        book.put("sites", row, 0, Cell::Number(site));
    }
    files.swap("sites.csv", "S1,North", "4012345000016,North");
    files.swap("sites.csv", "S2,South", "7,South");
    for sheet in ["demand", "incumbents"] {
        let rows: Vec<u32> = book.0[sheet].keys().filter(|(r, c)| *r > 0 && *c == 0).map(|k| k.0).collect();
        for row in rows {
            let first = matches!(&book.0[sheet][&(row, 0)], Cell::Text(t) if t == "S1");
            book.put(sheet, row, 0, Cell::Number(if first { 4_012_345_000_016.0 } else { 7.0 }));
        }
        let file = format!("{sheet}.csv");
        files.put(&file, files.text(&file).replace("S1,", "4012345000016,").replace("S2,", "7,"));
    }
    book.put("offers", 3, 3, "site:7");
    files.swap("offers.csv", "site:S2", "site:7");
    let expected = check(files.folder().path(), 0)["input_hash"].clone();
    assert_eq!(check(&book.file().1, 0)["input_hash"], expected);
}

#[test]
fn a_bad_value_names_its_cell() {
    let mut book = Book::tiny();
    book.put("offers", 2, 2, "twenty");
    let finding = broken(&book, "bad_value", "offers", "C3");
    assert_eq!(
        (&finding["column"], &finding["value"], &finding["line"]),
        (&"price".into(), &"twenty".into(), &3.into())
    );
    let (_folder, path) = book.file();
    let ran = run([Path::new("check"), &path]);
    assert!(ran.stdout.contains("offers!C3, column `price`: `twenty`"), "{}", ran.stdout);
}

#[test]
fn faults_of_cells_are_errors_at_the_cell() {
    let mut book = Book::tiny();
    book.put("offers", 2, 2, Cell::Formula("NA()", "#N/A"));
    book.put("needs", 2, 9, "lost");
    let (_folder, path) = book.file();
    let document = check(&path, 2);
    assert_eq!(found(&document, "error_cell", "offers", "C3")["value"], "#N/A");
    assert_eq!(found(&document, "value_without_column", "needs", "J3")["value"], "lost");
}

#[test]
fn a_formula_without_a_stored_value_is_an_error_that_names_the_cell() {
    let rows = format!(
        "<row r=\"1\">{}</row><row r=\"2\">{}</row>",
        text("A1", "site"),
        r#"<c r="A2"><f>UPPER("s1")</f></c>"#
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("formula.xlsx");
    std::fs::write(&path, frame(sheet(&rows).as_bytes()).end()).unwrap();
    let document = check(&path, 2);
    assert_eq!(found(&document, "formula_without_value", "sites", "A2")["value"], "=UPPER(\"s1\")");
    let sites = &document["tables"][0];
    assert_eq!((&sites["read"], &sites["rejected"]), (&1.into(), &1.into()), "{sites}");
}

#[test]
fn names_that_nobody_knows_come_with_the_nearest() {
    let mut book = Book::tiny();
    book.table("ofers", "offer,product\nX,acme-gloves\n");
    book.put("offers", 0, 2, "pirce");
    let (_folder, path) = book.file();
    let document = check(&path, 2);
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["code"] == "unknown_table" && f["fix"].as_str().unwrap().contains("`offers`")));
    assert!(found(&document, "unknown_column", "offers", "C1")["fix"].as_str().unwrap().contains("`price`"));
}

#[test]
fn settings_are_keys_and_values_or_one_row() {
    let mut book = Book::tiny();
    book.table("tender", "name,currency,starts,contract_years\nTiny,EUR,2026-01-01,2\n");
    assert_eq!(check(&book.file().1, 0)["input_hash"], hash_of_tiny());
    let mut book = Book::tiny();
    book.put("tender", 3, 1, "soon");
    assert_eq!(broken(&book, "bad_value", "tender", "B4")["column"], "starts");
    book.put("tender", 5, 0, "currency");
    broken(&book, "duplicate_column", "tender", "A6");
}

#[test]
fn dates_count_from_1904_where_the_workbook_says_so() {
    let rows = format!(
        r#"<row r="1">{}{}{}</row><row r="2">{}{}<c r="C2" s="1"><v>44561</v></c></row>"#,
        text("A1", "name"),
        text("B1", "currency"),
        text("C1", "starts"),
        text("A2", "Tiny"),
        text("B2", "EUR")
    );
    let styles = r#"<?xml version="1.0"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>"#;
    let archive = |book: &str| {
        let rels = crate::workbook_hostile::BOOK_RELS.replace(
            "</Relationships>",
            r#"<Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#,
        );
        crate::workbook_hostile::with_book(book, &rels, sheet(&rows).as_bytes()).put("xl/styles.xml", styles.as_bytes())
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("dates.xlsx");
    let book = crate::workbook_hostile::BOOK.replace("\"sites\"", "\"tender\"");
    // The copy holds the day as a number that counts from 1900.
    let day = |book: &str| {
        std::fs::write(&path, archive(book).end()).unwrap();
        let copy = folder.path().join("copy.xlsx");
        run([Path::new("check"), &path, Path::new("--annotate"), &copy]);
        let bytes = std::fs::read(&copy).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut text).unwrap();
        text
    };
    // 2026-01-01 is day 44561 since 1904 and day 46023 since 1900.
    assert!(day(&book.replace("<sheets>", r#"<workbookPr date1904="1"/><sheets>"#)).contains("<v>46023</v>"));
    assert!(day(&book).contains("<v>44561</v>"));
}

#[test]
fn what_the_eye_misses_is_said() {
    let book = Book::tiny();
    let mut workbook = book.workbook();
    let sites = workbook.worksheet_from_name("sites").unwrap();
    sites.set_hidden(true);
    sites.merge_range(10, 0, 10, 2, "", &rust_xlsxwriter::Format::new()).unwrap();
    workbook.worksheet_from_name("demand").unwrap().set_row_hidden(2).unwrap().set_row_hidden(3).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hidden.xlsx");
    workbook.save(&path).unwrap();
    let document = check(&path, 0);
    let findings = document["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["code"] == "hidden_sheet" && f["file"] == "sites"));
    found(&document, "merged_cells", "sites", "A11");
    let rows = found(&document, "hidden_rows", "demand", "A3");
    assert!(rows["expected"].as_str().unwrap().starts_with("2 row(s)"), "{rows}");
    assert_eq!(document["input_hash"], hash_of_tiny());
}

#[test]
fn values_that_a_spreadsheet_twisted_are_pointed_out() {
    let mut book = Book::tiny();
    book.put("suppliers", 1, 1, Cell::Date(2026, 2, 1));
    book.put("suppliers", 2, 1, Cell::Number(1_234_567_890_123_456_789.0));
    let (_folder, path) = book.file();
    let document = check(&path, 0);
    assert_eq!(found(&document, "date_by_mistake", "suppliers", "B2")["severity"], "warning");
    assert_eq!(found(&document, "digits_lost", "suppliers", "B3")["severity"], "warning");
}
