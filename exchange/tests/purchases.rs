//! The purchase import: the shipped ledger against its golden folder, invariants, faults, and the public USAID data
//! where `../shared/data/usaid-scms` is present.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ballast_domain::{Findings, Severity, Tender};
use ballast_exchange::purchases::{Imported, Mapping, import, write};
use jiff::civil::{Date, date};

const FROM: Date = date(2025, 1, 1);
const TO: Date = date(2025, 12, 31);

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn mapping(path: &Path) -> Mapping {
    let text = std::fs::read_to_string(path).unwrap();
    let mut findings = Findings::default();
    Mapping::parse(&text, &path.file_name().unwrap().to_string_lossy(), &mut findings)
        .unwrap_or_else(|| panic!("{findings:#?}"))
}

fn ledger_parts() -> (String, Mapping) {
    let folder = scenarios().join("hospital-ledger");
    (std::fs::read_to_string(folder.join("ledger.csv")).unwrap(), mapping(&folder.join("mapping.toml")))
}

fn ledger() -> Imported {
    let (text, mapping) = ledger_parts();
    import(text.as_bytes(), "ledger.csv", &mapping, FROM, TO, &[])
}

/// A tender without errors, every cell served, and capacity for the demand.
fn sound(imported: &Imported) -> Tender {
    let errors: Vec<String> = imported.findings.of(Severity::Error).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(imported.reconciliation.adds_up(), "{}", imported.reconciliation.to_markdown());
    let reading = Tender::read(&imported.raw, Findings::default());
    let errors: Vec<String> = reading.findings.of(Severity::Error).map(ToString::to_string).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let structural = reading.findings.of(Severity::Warning).filter(|f| f.code != "unit_of_measure");
    let structural: Vec<String> = structural.map(ToString::to_string).collect();
    assert!(structural.is_empty(), "{structural:#?}");
    let tender = reading.tender.unwrap();
    assert!(tender.cells.iter().all(|c| !c.candidates.is_empty()));
    tender
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            all.extend(files(&entry.path()).into_iter().map(|(n, t)| (format!("{name}/{n}"), t)));
        } else {
            all.insert(name, std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    all
}

fn hash(imported: &Imported) -> String {
    ballast_exchange::hash::input_hash(&sound(imported).draft)
}

/// `BALLAST_BLESS=1 cargo test` writes the expected folder anew.
#[test]
fn the_ledger_gives_the_expected_folder_byte_for_byte() {
    let imported = ledger();
    sound(&imported);
    let expected = scenarios().join("hospital-ledger/expected");
    if std::env::var_os("BALLAST_BLESS").is_some() {
        let _ = std::fs::remove_dir_all(&expected);
        write(&imported, &expected).unwrap();
        for finding in &imported.findings.0 {
            println!("{finding}");
        }
    }
    let made = tempfile::tempdir().unwrap();
    write(&imported, made.path()).unwrap();
    let (made, expected) = (files(made.path()), files(&expected));
    assert_eq!(made.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, text) in &made {
        assert_eq!(text, &expected[name], "{name} differs; if that is meant, run with BALLAST_BLESS=1");
    }
}

#[test]
fn the_written_folder_reads_back_as_the_same_tender() {
    let imported = ledger();
    let folder = tempfile::tempdir().unwrap();
    write(&imported, folder.path()).unwrap();
    let reading = ballast_exchange::tender::read(folder.path());
    assert!(!reading.findings.has_errors(), "{:#?}", reading.findings);
    assert_eq!(ballast_exchange::hash::input_hash(&reading.tender.unwrap().draft), hash(&imported));
}

#[test]
fn every_dirty_row_of_the_ledger_is_accounted_for() {
    let account = ledger().reconciliation;
    let reasons: Vec<(&str, usize)> = account.ignored.iter().map(|(why, a)| (why.as_str(), a.rows)).collect();
    let expected = [
        ("a date that cannot be read", 1),
        ("a quantity that cannot be read", 1),
        ("a return of more than the site bought in the window", 1),
        ("another number of cells than the header", 1),
        ("free sample", 1),
        ("money that cannot be read", 1),
        ("not a medical consumable", 1),
        ("outside 2025-01-01 to 2025-12-31", 1),
        ("the key stood in an earlier row", 1),
    ];
    assert_eq!(reasons, expected);
    assert_eq!(account.used["returns, netted against purchases"].rows, 2);
    assert_eq!(account.freight["points to another row, followed"].rows, 2);
    assert_eq!(account.freight["points to a row that does not exist"].rows, 1);
}

#[test]
fn row_order_does_not_matter() {
    let (text, mapping) = ledger_parts();
    // Keys and the pointers to them stay unambiguous without the voucher that was entered twice.
    let mut lines: Vec<&str> = text.lines().filter(|l| !l.starts_with("4751;")).collect();
    let run = |lines: &[&str]| hash(&import(lines.join("\n").as_bytes(), "ledger.csv", &mapping, FROM, TO, &[]));
    let straight = run(&lines);
    lines[1..].reverse();
    assert_eq!(run(&lines), straight);
}

#[test]
fn returns_lessen_demand_but_not_the_price() {
    let (text, mapping) = ledger_parts();
    let without: Vec<&str> = text.lines().filter(|l| !l.starts_with("4790;")).collect();
    let kept = sound(&ledger());
    let gone = sound(&import(without.join("\n").as_bytes(), "ledger.csv", &mapping, FROM, TO, &[]));
    let saline = |t: &Tender| {
        let row = t
            .draft
            .demand
            .iter()
            .find(|r| r.site.as_str() == "Nordklinik" && r.need.as_str() == "saline-500-ml")
            .unwrap();
        row.quantity.0
    };
    // 4 packs of 10 bags in 365 days.
    let lost = saline(&gone) - saline(&kept);
    let expected = rust_decimal::Decimal::from(40 * 364) / rust_decimal::Decimal::from(365);
    assert!((lost - expected).abs() < rust_decimal::Decimal::new(2, 3), "{lost}");
    let price = |t: &Tender| t.draft.offers.iter().map(|o| o.price).collect::<Vec<_>>();
    assert_eq!(price(&kept), price(&gone));
}

#[test]
fn filters_of_the_caller_are_a_reason_of_their_own() {
    let (text, mapping) = ledger_parts();
    let run = |column: &str| {
        let wheres = [(column.to_owned(), "Nordklinik".to_owned())];
        import(text.as_bytes(), "ledger.csv", &mapping, FROM, TO, &wheres)
    };
    let north = run("Haus");
    assert_eq!(sound(&north).sites.len(), 1);
    assert!(north.reconciliation.ignored["not where Haus = Nordklinik"].rows > 10);
    assert!(run("Hous").findings.of(Severity::Error).any(|f| f.code == "unknown_column"));
}

#[test]
fn faults_of_a_mapping_name_their_line() {
    let good = std::fs::read_to_string(scenarios().join("hospital-ledger/mapping.toml")).unwrap();
    let fault = |old: &str, new: &str| {
        assert!(good.contains(old), "{old}");
        let mut findings = Findings::default();
        let text = good.replacen(old, new, 1);
        assert!(Mapping::parse(&text, "mapping.toml", &mut findings).is_none(), "{new}");
        let line = text.lines().position(|l| l.contains(new)).unwrap() + 1;
        let finding = findings.of(Severity::Error).next().unwrap().clone();
        assert_eq!(finding.place.line.map(|l| l as usize), Some(line), "{finding}");
        finding.to_string()
    };
    assert!(fault("recent_months", "recent_weeks").contains("recent_weeks"));
    assert!(fault("'^siehe Beleg (\\d+)$'", "'^siehe Beleg (\\d+$'").contains("regular expression"));
    assert!(fault("id = \"{Haus}\"", "id = \"{Haus\"").contains("brace"));
    assert!(fault("factor = 1.5", "factor = 0.5").contains("1 to 1000"));
    assert!(fault("'^siehe Beleg (\\d+)$'", "'^siehe Beleg .*$'").contains("group"));

    let renamed = good.replace("packs = \"Menge\"", "packs = \"Mengen\"");
    let renamed = Mapping::parse(&renamed, "mapping.toml", &mut Findings::default()).unwrap();
    let imported = import(ledger_parts().0.as_bytes(), "ledger.csv", &renamed, FROM, TO, &[]);
    let error = imported.findings.of(Severity::Error).next().unwrap();
    assert!(error.fix.contains("`Menge`") && error.place.line.is_some(), "{error}");
}

#[test]
fn other_encodings_are_read_or_named() {
    let (text, mapping) = ledger_parts();
    let latin: Vec<u8> =
        text.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
    let wrong = import(&latin, "ledger.csv", &mapping, FROM, TO, &[]);
    assert!(wrong.findings.of(Severity::Error).any(|f| f.code == "wrong_encoding"));
    let toml = std::fs::read_to_string(scenarios().join("hospital-ledger/mapping.toml")).unwrap();
    let toml = toml.replace("encoding = \"utf-8\"", "encoding = \"windows-1252\"");
    let right = Mapping::parse(&toml, "mapping.toml", &mut Findings::default()).unwrap();
    assert_eq!(import(&latin, "ledger.csv", &right, FROM, TO, &[]).raw, ledger().raw);
}

#[test]
fn nothing_makes_the_import_panic() {
    let (text, mapping) = ledger_parts();
    for cut in (0..text.len()).step_by(97) {
        let imported = import(&text.as_bytes()[..cut], "ledger.csv", &mapping, FROM, TO, &[]);
        assert!(imported.findings.has_errors() || imported.reconciliation.adds_up());
    }
    // Figures of any size, in any cell.
    let lines: Vec<&str> = text.lines().collect();
    for (column, figure) in (0..15).flat_map(|c| {
        ["999999999999999", "-999999999999999", "0,000000000001", "0", "", "9999999999999999999999999"].map(|f| (c, f))
    }) {
        let mut changed: Vec<String> = lines.iter().map(|l| (*l).to_owned()).collect();
        for line in changed.iter_mut().skip(1).step_by(3) {
            let mut cells: Vec<&str> = line.split(';').collect();
            if column < cells.len() {
                cells[column] = figure;
            }
            *line = cells.join(";");
        }
        let imported = import(changed.join("\n").as_bytes(), "ledger.csv", &mapping, FROM, TO, &[]);
        assert!(imported.findings.has_errors() || imported.reconciliation.adds_up(), "column {column}: {figure}");
        if !imported.findings.has_errors() {
            let reading = Tender::read(&imported.raw, Findings::default());
            assert!(
                !reading.findings.has_errors(),
                "column {column}: {figure}: {:?}",
                reading.findings.of(Severity::Error).next()
            );
        }
    }
    assert!(import(text.as_bytes(), "ledger.csv", &mapping, TO, FROM, &[]).findings.has_errors());
    assert!(
        import(text.as_bytes(), "ledger.csv", &mapping, date(1999, 1, 1), date(1999, 1, 1), &[]).findings.has_errors()
    );
}

/// The public data; the test says loudly that it did not run where they are absent.
fn usaid() -> Option<(Vec<u8>, Mapping)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/usaid-scms/scms_delivery_history.csv");
    match std::fs::read(&path) {
        Ok(bytes) => Some((bytes, mapping(&scenarios().join("mappings/usaid-scms.toml")))),
        Err(error) => {
            eprintln!("\n*** SKIPPED: this test needs {}: {error} ***\n", path.display());
            None
        }
    }
}

fn report(name: &str, imported: &Imported, tender: &Tender, elapsed: std::time::Duration) {
    let draft = &tender.draft;
    println!("\n## {name} ({elapsed:?})\n{}", imported.reconciliation.to_markdown());
    println!(
        "sites {} needs {} cells {} suppliers {} plants {} products {} offers {} schedules {} tiers {} freight {} incumbents {} candidates {}",
        tender.sites.len(),
        tender.needs.len(),
        tender.cells.len(),
        tender.suppliers.len(),
        tender.plants.len(),
        tender.products.len(),
        tender.offers.len(),
        tender.schedules.len(),
        draft.tiers.len(),
        draft.freight.len(),
        draft.incumbents.len(),
        tender.candidates.len(),
    );
    for rule in tender.rules.iter() {
        println!("rule {}: {}", rule.id, rule.sentence);
    }
    for finding in &imported.findings.0 {
        println!("{finding}");
    }
}

fn run_usaid(name: &str, from: Date, to: Date, wheres: &[(String, String)]) -> Option<(Imported, Tender)> {
    let (bytes, mapping) = usaid()?;
    let start = std::time::Instant::now();
    let imported = import(&bytes, "scms_delivery_history.csv", &mapping, from, to, wheres);
    let elapsed = start.elapsed();
    let tender = sound(&imported);
    report(name, &imported, &tender, elapsed);
    Some((imported, tender))
}

#[test]
fn the_public_antiretrovirals_of_three_years_are_a_sound_tender() {
    let wheres = [("Product Group".to_owned(), "ARV".to_owned())];
    let Some((imported, tender)) = run_usaid("ARV 2012 to 2014", date(2012, 1, 1), date(2014, 12, 31), &wheres) else {
        return;
    };
    let account = &imported.reconciliation;
    assert_eq!((account.read.rows, account.read.money.to_string().as_str()), (10_324, "1627584457.29"));
    assert_eq!(account.freight["points to another row, followed"].rows, 2_340);
    assert!(tender.cells.len() > 400 && tender.plants.len() > 30 && !tender.schedules.is_empty());
    assert!(tender.plants.iter().all(|p| p.country.is_some()), "every plant of the antiretrovirals is mapped");
    assert!(imported.pack.is_some());
    if let Some(folder) = std::env::var_os("BALLAST_ARV_OUT") {
        write(&imported, Path::new(&folder)).unwrap();
    }
}

#[test]
fn the_whole_public_history_is_a_sound_tender() {
    let Some((imported, tender)) = run_usaid("everything", date(2006, 1, 1), date(2015, 12, 31), &[]) else { return };
    assert_eq!(imported.reconciliation.ignored.len(), 1, "{:?}", imported.reconciliation.ignored);
    // The one order of the 43rd country, Lebanon, is a placeholder.
    assert_eq!(tender.sites.len(), 42);
}
