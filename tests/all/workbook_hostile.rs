//! Files made to hurt the reader: each is refused with a finding that says why, or read without harm, and the program
//! that asked is alive to say so.

use std::io::{Cursor, Write};
use std::path::Path;

use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::run::run;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
pub const BOOK: &str = r#"<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="sites" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
pub const BOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A zip archive under construction.
pub struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    pub fn put(mut self, name: &str, body: &[u8]) -> Self {
        self.0.start_file(name, SimpleFileOptions::default()).unwrap();
        self.0.write_all(body).unwrap();
        self
    }

    pub fn end(self) -> Vec<u8> {
        self.0.finish().unwrap().into_inner()
    }
}

/// The least workbook: one sheet `sites` of this XML.
pub fn frame(sheet: &[u8]) -> Archive {
    with_book(BOOK, BOOK_RELS, sheet)
}

/// The same with other words about the workbook.
pub fn with_book(book: &str, relations: &str, sheet: &[u8]) -> Archive {
    Archive::new()
        .put("[Content_Types].xml", TYPES.as_bytes())
        .put("_rels/.rels", RELS.as_bytes())
        .put("xl/workbook.xml", book.as_bytes())
        .put("xl/_rels/workbook.xml.rels", relations.as_bytes())
        .put("xl/worksheets/sheet1.xml", sheet)
}

/// A sheet of these rows, as XML.
pub fn sheet(rows: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#
    )
}

/// A cell with text in it.
pub fn text(cell: &str, text: &str) -> String {
    format!(r#"<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

/// What `check FILE --json` found, which must be bad input; the findings.
fn refused(bytes: &[u8], name: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let ran = run([Path::new("check"), &path, Path::new("--json")]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    let document = ran.document();
    assert_eq!(document["tender"], false);
    document["findings"].as_array().unwrap().clone()
}

/// Refused as a whole, for one reason.
fn refused_for(bytes: &[u8], code: &str) -> Value {
    let findings = refused(bytes, "hostile.xlsx");
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["code"], code, "{findings:?}");
    assert_ne!(findings[0]["fix"], "");
    findings[0].clone()
}

#[test]
fn a_bomb_is_refused_by_what_it_says_of_itself() {
    let bomb = frame(&vec![b' '; 50_000_000]).end();
    assert!(bomb.len() < 100_000);
    assert_eq!(refused_for(&bomb, "inflates_too_far")["value"], "xl/worksheets/sheet1.xml");
}

#[test]
fn a_bomb_that_lies_about_its_size_is_refused() {
    let mut bomb = frame(&vec![b' '; 50_000_000]).end();
    // The unpacked size stands in each header; say 5,000 instead of 50,000,000.
    let (real, said) = (50_000_000u32.to_le_bytes(), 5_000u32.to_le_bytes());
    let places: Vec<usize> = (0..bomb.len() - 4).filter(|i| bomb[*i..*i + 4] == real).collect();
    assert_eq!(places.len(), 2, "local header and directory");
    for at in places {
        bomb[at..at + 4].copy_from_slice(&said);
    }
    let finding = &refused(&bomb, "hostile.xlsx")[0];
    assert!(["inflates_too_far", "broken_archive"].contains(&finding["code"].as_str().unwrap()), "{finding}");
}

#[test]
fn a_huge_file_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.xlsx");
    // All holes: it takes no room on the disk.
    std::fs::File::create(&path).unwrap().set_len(50_000_000_000).unwrap();
    let ran = run([Path::new("check"), &path, Path::new("--json")]);
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert_eq!(ran.document()["findings"][0]["code"], "too_large");
}

#[test]
fn a_reader_that_dies_is_a_finding() {
    // The parser makes room for as many formulas as the file says it shares.
    let formula = r#"<row r="1"><c r="A1"><f t="shared" si="9999999999" ref="A1:A2">1</f><v>1</v></c></row>"#;
    let finding = refused_for(&frame(sheet(formula).as_bytes()).end(), "reading_stopped");
    assert!(finding["expected"].as_str().unwrap().contains("memory"), "{finding}");
}

#[test]
fn a_cell_far_away_costs_nothing() {
    let rows = format!(
        "<row r=\"1\">{}</row><row r=\"2\">{}</row><row r=\"1048576\">{}</row>",
        text("A1", "site"),
        text("A2", "S1"),
        text("XFD1048576", "far")
    );
    let findings = refused(&frame(sheet(&rows).as_bytes()).end(), "sparse.xlsx");
    let far = findings.iter().find(|f| f["code"] == "value_without_column").unwrap();
    assert_eq!((&far["cell"], &far["value"], &far["file"]), (&"XFD1048576".into(), &"far".into(), &"sites".into()));
}

#[test]
fn a_million_columns_are_refused() {
    let cells: String = (0..1_000_000).map(|i| format!("<c><v>{}</v></c>", i % 7)).collect();
    let finding =
        refused_for(&frame(sheet(&format!("<row r=\"1\">{cells}</row>")).as_bytes()).end(), "too_many_columns");
    assert_eq!(finding["value"], "sites");
    // By address, too: ABCDE is column 494,265.
    let named = frame(sheet(&format!("<row r=\"1\">{}</row>", text("ABCDE1", "x"))).as_bytes()).end();
    let code = refused(&named, "hostile.xlsx")[0]["code"].as_str().unwrap().to_owned();
    assert!(["too_many_columns", "broken_sheet"].contains(&code.as_str()), "{code}");
}

#[test]
fn a_truncated_archive_is_refused() {
    let whole = frame(sheet("").as_bytes()).end();
    for length in [whole.len() - 30, whole.len() / 2, 100, 4] {
        refused_for(&whole[..length], "broken_archive");
    }
    refused_for(b"", "not_packed");
    refused_for(b"site,name\nS1,x\n", "not_packed");
}

#[test]
fn a_password_is_named() {
    let mut compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    compound.resize(5_000, 0);
    assert!(refused_for(&compound, "encrypted")["expected"].as_str().unwrap().contains("password"));
    // An entry marked as encrypted: the first flag bit, in both headers.
    let mut archive = frame(sheet("").as_bytes()).end();
    for (mark, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = archive.windows(4).position(|w| w == mark).unwrap();
        archive[at + flags] |= 1;
    }
    refused_for(&archive, "encrypted");
}

#[test]
fn a_hundred_thousand_entries_are_refused() {
    let mut archive = Archive::new();
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for i in 0..100_000 {
        archive.0.start_file(format!("xl/{i}"), stored).unwrap();
    }
    refused_for(&archive.end(), "too_many_entries");
    let few = (0..2_001).fold(frame(b""), |archive, i| archive.put(&format!("xl/{i}"), b""));
    refused_for(&few.end(), "too_many_entries");
}

#[test]
fn names_that_leave_the_archive_are_refused() {
    for name in ["../../etc/cron.d/x", "/etc/x", "xl/../../x", "C:\\x"] {
        let finding = refused_for(&frame(sheet("").as_bytes()).put(name, b"x").end(), "bad_entry_name");
        assert_eq!(finding["value"], name);
    }
}

#[test]
fn huge_shared_strings_are_refused_or_harmless() {
    let strings: String = (0..100_000).map(|i| format!("<si><t>{i}{i:x}</t></si>")).collect();
    let xml = format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="4294967295" uniqueCount="4294967295">{strings}</sst>"#
    );
    let rows = r#"<row r="1"><c r="A1" t="s"><v>7</v></c></row><row r="2"><c r="A2" t="s"><v>4294967295</v></c></row>"#;
    let findings = refused(&frame(sheet(rows).as_bytes()).put("xl/sharedStrings.xml", xml.as_bytes()).end(), "s.xlsx");
    assert!(["broken_sheet", "reading_stopped"].contains(&findings[0]["code"].as_str().unwrap()), "{findings:?}");
}

#[test]
fn deep_xml_is_harmless() {
    let deep = format!("{}{}", "<a>".repeat(200_000), "</a>".repeat(200_000));
    for xml in [deep.clone(), sheet(&deep), sheet(&"<row>".repeat(100_000))] {
        // The ratio of such a sheet is real; noise keeps it below what is refused at once.
        let noise: String = (0..100_000u32).map(|i| format!("{:x}", i.wrapping_mul(2_654_435_761))).collect();
        let findings = refused(&frame(format!("{xml}<!--{noise}-->").as_bytes()).end(), "deep.xlsx");
        assert!(!findings.is_empty());
    }
}

#[test]
fn entities_do_not_grow() {
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"#;
    assert!(!refused(&frame(bomb.as_bytes()).end(), "entities.xlsx").is_empty());
}

#[test]
fn a_hostile_archive_of_a_folder_is_refused_alike() {
    let bomb = Archive::new().put("tender.toml", b"name = \"x\"").put("sites.csv", &vec![b'\n'; 20_000_000]).end();
    assert_eq!(refused(&bomb, "folder.zip")[0]["code"], "inflates_too_far");
    let climbing = Archive::new().put("../tender.toml", b"").end();
    assert_eq!(refused(&climbing, "folder.zip")[0]["code"], "bad_entry_name");
}

#[test]
fn macros_are_mentioned_and_not_read() {
    let rows = format!("<row r=\"1\">{}</row><row r=\"2\">{}</row>", text("A1", "site"), text("A2", "S1"));
    let archive = frame(sheet(&rows).as_bytes()).put("xl/vbaProject.bin", b"Sub AutoOpen()").end();
    let findings = refused(&archive, "macros.xlsm");
    assert!(findings.iter().any(|f| f["code"] == "macros_ignored" && f["severity"] == "information"), "{findings:?}");
}
