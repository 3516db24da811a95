//! Faults of whole files: missing, unreadable, in another encoding, of another shape.

use std::os::unix::fs::symlink;

use super::{Case, Want, all, check, judge};
use crate::run::Ran;
use crate::tiny::Files;

fn latin_1(files: &mut Files) {
    files.put("sites.csv", b"site,name\nS1,Caf\xe9\nS2,South\n".to_vec());
}

fn utf_16(files: &mut Files) {
    let text = files.text("needs.csv");
    let bytes = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes));
    files.put("needs.csv", bytes.collect::<Vec<u8>>());
}

const CASES: &[Case] = &[
    ("missing tender.toml", |f| f.remove("tender.toml"), Want::new("missing_file", "tender.toml").fix("currency")),
    ("missing required table", |f| f.remove("offers.csv"), Want::new("empty_table", "offers").fix("add the table")),
    ("empty file", |f| f.put("needs.csv", ""), Want::new("bad_csv", "needs.csv").line(1)),
    ("header only", |f| f.put("offers.csv", "offer,product,price\n"), Want::new("empty_table", "offers.csv")),
    ("only a byte order mark", |f| f.put("sites.csv", "\u{feff}"), Want::new("bad_csv", "sites.csv").line(1)),
    (
        "missing column",
        |f| f.swap("offers.csv", "offer,product", "offer,cohort_"),
        Want::new("missing_column", "offers.csv").column("product"),
    ),
    (
        "unknown column",
        |f| f.swap("offers.csv", "price", "pirce"),
        Want::new("unknown_column", "offers.csv").column("pirce").value("pirce").fix("`price`"),
    ),
    (
        "duplicate column",
        |f| f.swap("offers.csv", "valid_to", "price"),
        Want::new("duplicate_column", "offers.csv").column("price").value("price"),
    ),
    (
        "unknown table file",
        |f| f.put("ofers.csv", "offer\nX\n"),
        Want::new("unknown_table", "ofers.csv").value("ofers").fix("`offers`"),
    ),
    ("Latin-1 byte", latin_1, Want::new("wrong_encoding", "sites.csv").line(2).value("0xe9").fix("UTF-8")),
    ("UTF-16", utf_16, Want::new("wrong_encoding", "needs.csv").fix("UTF-8")),
    (
        "Latin-1 byte in tender.toml",
        |f| f.put("tender.toml", b"name = \"x\"\ncurrency = \"\xa4\"\n".to_vec()),
        Want::new("wrong_encoding", "tender.toml").line(2).value("0xa4"),
    ),
    (
        "semicolon delimiter",
        |f| f.put("tiers.csv", f.text("tiers.csv").replace(',', ";")),
        Want::new("wrong_delimiter", "tiers.csv").line(1).value("schedule;from;value").fix("commas"),
    ),
    (
        "tab delimiter",
        |f| f.put("tiers.csv", f.text("tiers.csv").replace(',', "\t")),
        Want::new("wrong_delimiter", "tiers.csv").line(1),
    ),
    (
        "only blank rows",
        |f| {
            f.put("demand.csv", "site,need,quantity\n,,\n");
            f.remove("incumbents.csv");
        },
        Want::new("empty_table", "demand.csv"),
    ),
    ("settings left blank", |f| f.put("tender.toml", "name = \"\"\n"), Want::new("empty_table", "tender.toml")),
    (
        "demand of 0 everywhere",
        |f| f.put("demand.csv", "site,need,quantity\nS1,saline,0\n"),
        Want::new("no_demand", "demand.csv").line(2).column("quantity").value("0"),
    ),
    (
        "row too short",
        |f| f.append("needs.csv", "masks,Consumables,piece\n"),
        Want::new("bad_row", "needs.csv").line(4).fix("commas"),
    ),
    ("row too long", |f| f.swap("sites.csv", "West,40", "West,40,50"), Want::new("bad_row", "sites.csv").line(3)),
    // The quote swallows the rest of the file, so the row it opens is the one that is named.
    (
        "unclosed quote",
        |f| f.swap("offers.csv", "AS,", "\"AS,"),
        Want::new("bad_row", "offers.csv").line(3).fix("quotes"),
    ),
    (
        "NUL byte in a number",
        |f| f.swap("offers.csv", "25.20", "25\0"),
        Want::new("bad_value", "offers.csv").line(5).column("price"),
    ),
    (
        "NUL byte in an id",
        |f| f.swap("sites.csv", "S1", "S\x001"),
        Want::new("bad_value", "sites.csv").line(2).column("site"),
    ),
    (
        "control characters in an id",
        |f| f.swap("sites.csv", "S1", "S\u{1b}[31m"),
        Want::new("bad_value", "sites.csv").line(2).column("site"),
    ),
    (
        "bad TOML syntax",
        |f| f.swap("tender.toml", "\"EUR\"", "EUR"),
        Want::new("bad_toml", "tender.toml").line(2).fix("syntax"),
    ),
    (
        "bad TOML syntax in the rules",
        |f| f.swap("rules.toml", "0.8", "0,8"),
        Want::new("bad_toml", "rules.toml").line(8),
    ),
    (
        "a key twice in tender.toml",
        |f| f.append("tender.toml", "name = \"again\"\n"),
        Want::new("bad_toml", "tender.toml").line(5),
    ),
    (
        "unknown key in tender.toml",
        |f| f.append("tender.toml", "contract_year = 3\n"),
        Want::new("unknown_column", "tender.toml").column("contract_year").fix("contract_years"),
    ),
    (
        "rules under another name",
        |f| f.swap("rules.toml", "[[rule]]", "[[rules]]"),
        Want::new("unknown_key", "rules.toml").line(1).value("rules").fix("[[rule]]"),
    ),
];

#[test]
fn every_fault_of_a_file_is_named_with_its_place_and_a_cure() {
    all(CASES);
}

#[test]
fn a_folder_or_a_dangling_link_in_place_of_a_table_is_named() {
    let mut files = Files::tiny();
    files.remove("offers.csv");
    files.remove("tiers.csv");
    let folder = files.folder();
    std::fs::create_dir(folder.path().join("offers.csv")).unwrap();
    symlink("nowhere.csv", folder.path().join("tiers.csv")).unwrap();
    let wants = [Want::new("unreadable", "offers.csv"), Want::new("unreadable", "tiers.csv")];
    assert_eq!(judge(&check(folder.path()), &wants, 2), [""; 0]);
}

#[test]
fn a_link_to_a_table_is_read_like_the_table() {
    let mut files = Files::tiny();
    let folder = files.folder();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("prices");
    std::fs::rename(folder.path().join("offers.csv"), &target).unwrap();
    symlink(&target, folder.path().join("offers.csv")).unwrap();
    files.remove("offers.csv");
    assert_eq!(judge(&check(folder.path()), &[], 0), [""; 0]);
}

#[test]
fn an_empty_folder_and_a_path_that_is_not_there_are_no_tenders() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Want::new("missing_file", "tender.toml");
    assert_eq!(judge(&check(folder.path()), &[missing], 2), [""; 0]);
    let nowhere = folder.path().join("nowhere");
    assert_eq!(judge(&check(&nowhere), &[Want::new("unreadable", "nowhere")], 2), [""; 0]);
}

#[test]
fn a_pipe_in_place_of_a_table_is_unreadable() {
    let mut files = Files::tiny();
    files.remove("tiers.csv");
    let folder = files.folder();
    let pipe = folder.path().join("tiers.csv");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // `timeout` ends what would wait for ever, with its own exit code.
    let mut bounded = std::process::Command::new("timeout");
    let output =
        bounded.args(["20", env!("CARGO_BIN_EXE_ballast"), "check", "--json"]).arg(folder.path()).output().unwrap();
    let ran = Ran::from(output);
    assert_eq!(judge(&ran, &[Want::new("unreadable", "tiers.csv")], 2), [""; 0]);
    assert_eq!(ran.document()["errors"], 1, "the schedule is not to blame: {}", ran.stdout);
}

#[test]
fn a_row_of_another_length_is_counted_as_rejected() {
    let mut files = Files::tiny();
    files.swap("sites.csv", "West,40", "West,40,50");
    let document = check(files.folder().path()).document();
    let sites = document["tables"].as_array().unwrap().iter().find(|t| t["table"] == "sites").unwrap();
    assert_eq!((sites["accepted"].as_u64(), sites["rejected"].as_u64()), (Some(1), Some(1)));
    assert_eq!(document["errors"], 1, "{}", document["findings"]);
}
