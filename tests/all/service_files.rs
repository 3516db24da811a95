//! Uploads that somebody spoiled on purpose: shipped tenders as a body, a workbook and a zipped folder, with their bytes, the
//! files inside them or single values changed at random. Each is read or refused; none makes the server fail.
//! `BALLAST_TRIALS=1` tries 500.

use std::io::{Cursor, Read, Write};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::run::run;
use crate::service_server::{Server, fresh, trials};

/// Values that have hurt readers before.
const VALUES: &[&str] = &[
    "",
    "-1",
    "1e308",
    "NaN",
    "9999999999999999999999999999999",
    "0.00000000000000000000000000000000001",
    "=1+1",
    "=HYPERLINK(\"http://127.0.0.1\")",
    "../../etc/passwd",
    "\u{0}",
    "\u{202e}txt.exe",
    "2026-02-30",
    "9999-12-31",
    "a;b;c;a",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "%s%n",
    "é",
    "\u{feff}A",
];

/// Bytes cut, doubled, moved or overwritten in a few places.
fn spoiled(random: &mut ChaCha8Rng, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..random.random_range(1..6) {
        if bytes.len() < 4 {
            break;
        }
        let at = random.random_range(0..bytes.len() - 1);
        let long = random.random_range(1..=64.min(bytes.len() - at));
        match random.random_range(0..5) {
            0 => bytes[at] = random.random_range(0..=u8::MAX),
            1 => bytes.truncate(at + 1),
            2 => drop(bytes.drain(at..at + long)),
            3 => bytes.extend_from_within(at..at + long),
            _ => bytes[at..at + long].fill(random.random_range(0..=u8::MAX)),
        }
    }
    bytes
}

/// The archive with one of its files spoiled.
fn spoiled_inside(random: &mut ChaCha8Rng, archive: &[u8]) -> Vec<u8> {
    let files = ZipArchive::new(Cursor::new(archive)).expect("an archive").len();
    let which = random.random_range(0..files);
    changed(archive, |i, _, bytes| if i == which { spoiled(random, &bytes) } else { bytes })
}

/// The archive with each of its files changed, by its position, name and bytes.
fn changed(archive: &[u8], mut change: impl FnMut(usize, &str, Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut from = ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for i in 0..from.len() {
        let mut file = from.by_index(i).expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        let name = file.name().expect("a name").into_owned();
        to.start_file(&name, SimpleFileOptions::default()).expect("a file");
        to.write_all(&change(i, &name, bytes)).expect("its bytes");
    }
    to.finish().expect("an archive").into_inner()
}

/// The body with a few of its texts replaced.
fn retold(random: &mut ChaCha8Rng, body: &Value) -> Vec<u8> {
    let mut body = body.clone();
    let tables: Vec<String> = body.as_object().expect("a body").keys().cloned().collect();
    for _ in 0..random.random_range(1..5) {
        let table = &tables[random.random_range(0..tables.len())];
        let value = VALUES[random.random_range(0..VALUES.len())];
        match &mut body[table] {
            Value::Array(rows) if !rows.is_empty() => {
                let row = random.random_range(0..rows.len());
                match rows[row].as_object_mut().filter(|cells| !cells.is_empty()) {
                    Some(cells) => {
                        let column = random.random_range(0..cells.len());
                        if let Some(cell) = cells.values_mut().nth(column) {
                            *cell = value.into();
                        }
                    }
                    None => rows[row] = value.into(),
                }
            }
            other => *other = value.into(),
        }
    }
    body.to_string().into_bytes()
}

/// Copying the ranges into the annotated workbook, cell by cell, took 45 seconds and then all the memory there was.
#[test]
fn cells_may_be_merged_over_whole_sheets() {
    let (_place, server) = fresh("");
    let (token, _) = server.set_up();
    let json = server.get(&token, "/v1/demo-tenders/wound-care").expect(200).body;
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("t.json"), &json).expect("a file");
    let at = |name: &str| folder.path().join(name).display().to_string();
    assert_eq!(run(["check", &at("t.json"), "--out", &at("t.xlsx")]).code, Some(0));
    let merged = changed(&std::fs::read(at("t.xlsx")).expect("a workbook"), |_, name, bytes| {
        let text = String::from_utf8_lossy(&bytes);
        match name.starts_with("xl/worksheets/sheet") {
            true => {
                let whole = "</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A1:XFD1048576\"/></mergeCells>";
                text.replace("</sheetData>", whole).into_bytes()
            }
            false => bytes,
        }
    });
    assert_eq!(enter(&server, &token, "application/octet-stream", &merged), 201);
}

#[test]
fn no_file_makes_the_server_fail() {
    let count = trials(60, 500);
    let (_place, server) = fresh("[request]\nper_minute = 100000000\n");
    let (token, _) = server.set_up();
    let json = server.get(&token, "/v1/demo-tenders/wound-care").expect(200).body;
    let body: Value = serde_json::from_slice(&json).expect("a tender");
    let folder = tempfile::TempDir::new().expect("a folder");
    std::fs::write(folder.path().join("t.json"), &json).expect("a file");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let written = run(["check", &at("t.json"), "--out", &at("t.xlsx")]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    assert_eq!(run(["check", &at("t.json"), "--out", &at("t")]).code, Some(0));
    let workbook = std::fs::read(at("t.xlsx")).expect("a workbook");
    let zipped = zip_of(&folder.path().join("t"));

    let random = &mut ChaCha8Rng::seed_from_u64(500);
    let (mut read, mut refused) = (0, 0);
    for i in 0..count {
        let (bytes, media) = match i % 6 {
            0 => (spoiled(random, &json), "application/json"),
            1 | 2 => (retold(random, &body), "application/json"),
            3 => (spoiled(random, &workbook), "application/octet-stream"),
            4 => (spoiled_inside(random, &workbook), "application/octet-stream"),
            _ => (spoiled_inside(random, &zipped), "application/zip"),
        };
        match enter(&server, &token, media, &bytes) {
            201 => read += 1,
            _ => refused += 1,
        }
    }
    println!("trial: {count} spoiled tender files: {read} still tenders, {refused} refused, no failure");
    assert!(read > 0 && refused > count / 3, "{read} read, {refused} refused");
    server.get(&token, "/livez").expect(200);
    assert!(server.children().is_empty(), "a reader lives on");
    let (code, log) = server.stop();
    assert_eq!(code, Some(0));
    assert!(!log.contains("panicked"), "{log}");
}

/// The status of an upload: a tender, or a refusal that says why.
fn enter(server: &Server, token: &str, media: &str, bytes: &[u8]) -> u16 {
    let reply = server.ask("POST", "/v1/tenders", token, &[("content-type", media)], bytes);
    assert!(matches!(reply.status, 201 | 400 | 413 | 415 | 422), "{}: {}", reply.status, reply.text());
    if reply.status != 201 {
        let problem = reply.json();
        let said = problem["errors"].as_array().is_some_and(|e| !e.is_empty()) || problem["detail"].is_string();
        assert!(said, "a refusal without a word: {problem:#}");
    }
    reply.status
}

fn zip_of(folder: &std::path::Path) -> Vec<u8> {
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    for file in std::fs::read_dir(folder).expect("a folder").flatten() {
        to.start_file(file.file_name().to_string_lossy(), SimpleFileOptions::default()).expect("a file");
        to.write_all(&std::fs::read(file.path()).expect("its bytes")).expect("its bytes");
    }
    to.finish().expect("an archive").into_inner()
}
