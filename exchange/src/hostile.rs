//! Whatever a file says, it is read or refused, never a panic: every reader of text on shipped files that were spoiled at
//! random, 10,000 times, with `BALLAST_TRIALS=1` a million times.

use std::path::{Path, PathBuf};

use ballast_domain::Findings;
use ballast_domain::raw::RawTender;
use ballast_domain::tender::Tender;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use crate::purchases::Mapping;
use crate::scenario::vary::from_flag;
use crate::tender::{folder::table_of, from_body};
use crate::{pack, scenario};

/// What has hurt readers before.
const NASTY: &[&str] = &[
    "",
    "\"",
    "'",
    "\n",
    "\r",
    ",",
    ";",
    "=",
    "[",
    "]",
    "{",
    "}",
    "#",
    "\\",
    "\\u0000",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "-",
    "-1",
    "0",
    "1e400",
    "-1e-400",
    "NaN",
    "inf",
    "99999999999999999999999999999999999",
    "0.1234567890123456789012345678901",
    "2026-02-30",
    "1979-05-27T07:32:00Z",
    "true",
    "null",
    "[[rule]]",
    "[[edit]]",
    "at_most = ",
    "each = [\"site\", \"site\"]",
    "../../etc/passwd",
    "=1+1",
    "{{{{",
    "(((((((((",
    ".*.*.*.*.*x",
    "\u{10ffff}",
];

/// A text with pieces cut, doubled, replaced or put in.
fn spoiled(random: &mut ChaCha8Rng, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..random.random_range(1..5) {
        let at = random.random_range(0..=bytes.len());
        let long = random.random_range(0..=24.min(bytes.len() - at));
        let nasty = NASTY[random.random_range(0..NASTY.len())].as_bytes();
        match random.random_range(0..6) {
            0 => drop(bytes.splice(at..at + long, nasty.iter().copied())),
            1 => drop(bytes.splice(at..at, nasty.iter().copied())),
            2 => drop(bytes.drain(at..at + long)),
            3 => bytes.extend_from_within(at..at + long),
            4 if at < bytes.len() => bytes[at] = random.random_range(0..=u8::MAX),
            _ => bytes.truncate(at),
        }
        if bytes.is_empty() {
            break;
        }
    }
    bytes
}

/// Tries a reader on spoiled texts.
fn try_all(texts: &[String], read: impl Fn(usize, &[u8])) {
    let cases = if std::env::var_os("BALLAST_TRIALS").is_some() { 1_000_000 } else { 10_000 };
    let random = &mut ChaCha8Rng::seed_from_u64(cases);
    for case in 0..cases as usize {
        let which = case % texts.len();
        read(which, &spoiled(random, &texts[which]));
    }
    println!("trial: {cases} spoiled texts: no panic");
}

fn shipped(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_file()).collect();
    files.sort();
    files
}

fn texts(files: &[PathBuf]) -> Vec<String> {
    files.iter().map(|f| std::fs::read_to_string(f).unwrap()).collect()
}

fn of_ending(files: Vec<PathBuf>, ending: &str) -> Vec<PathBuf> {
    files.into_iter().filter(|f| f.extension().is_some_and(|e| e == ending)).collect()
}

/// The shipped small tender, as tables.
fn tables() -> (Vec<String>, Vec<String>, RawTender) {
    let files: Vec<PathBuf> =
        shipped("wound-care").into_iter().filter(|f| f.extension().is_some_and(|e| e != "md")).collect();
    let names: Vec<String> = files.iter().map(|f| f.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    let texts = texts(&files);
    let mut findings = Findings::default();
    let tables =
        names.iter().zip(&texts).filter_map(|(name, text)| table_of(name, text.as_bytes(), &mut findings)).collect();
    (names, texts, RawTender { tables })
}

#[test]
fn tables_of_a_folder() {
    let (names, texts, raw) = tables();
    try_all(&texts, |which, bytes| {
        let mut findings = Findings::default();
        let mut spoiled = raw.clone();
        let name = &names[which];
        let own = name.trim_end_matches(".csv").trim_end_matches(".toml");
        spoiled.tables.retain(|t| t.name != own);
        spoiled.tables.extend(table_of(name, bytes, &mut findings));
        let reading = Tender::read(&spoiled, findings);
        assert!(reading.tender.is_some() || reading.findings.has_errors(), "refused without a word");
    });
}

#[test]
fn bodies() {
    let (_, _, raw) = tables();
    let draft = Tender::read(&raw, Findings::default()).tender.unwrap().draft;
    let body = crate::tender::to_body(&draft).to_string();
    try_all(&[body], |_, bytes| {
        let mut findings = Findings::default();
        let raw = from_body(bytes, "body", &mut findings);
        let reading = Tender::read(&raw, findings);
        assert!(reading.tender.is_some() || reading.findings.has_errors(), "refused without a word");
    });
}

#[test]
fn packs() {
    try_all(&texts(&of_ending(shipped("packs"), "toml")), |_, bytes| {
        if let Err(findings) = pack::parse(&String::from_utf8_lossy(bytes), "pack") {
            assert!(findings.has_errors(), "refused without a word");
        }
    });
}

#[test]
fn scenarios_over_a_tender() {
    let (_, _, raw) = tables();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("s.toml");
    try_all(&texts(&of_ending(shipped("wound-care/what-if"), "toml")), |_, bytes| {
        std::fs::write(&file, bytes).unwrap();
        let (read, findings) = scenario::read(&file);
        let what_if = scenario::apply_all(&raw, findings, &[read]);
        assert!(what_if.reading.tender.is_some() || what_if.reading.findings.has_errors(), "refused without a word");
    });
}

#[test]
fn mappings_of_purchases() {
    let mut files = of_ending(shipped("mappings"), "toml");
    files.extend(of_ending(shipped("hospital-ledger"), "toml"));
    try_all(&texts(&files), |_, bytes| {
        let mut findings = Findings::default();
        let mapping = Mapping::parse(&String::from_utf8_lossy(bytes), "mapping", &mut findings);
        assert!(mapping.is_some() || findings.has_errors(), "refused without a word");
    });
}

#[test]
fn axes_of_a_grid() {
    let flags = [
        "rules.at_most[id=second-source]=0.55,0.6",
        "tender.contract_years=1,2",
        "offers.price[product=P1;P2]*1.1,0.9",
    ];
    try_all(&flags.map(str::to_owned), |_, bytes| {
        let _ = from_flag(&String::from_utf8_lossy(bytes));
    });
}
