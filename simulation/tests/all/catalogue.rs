//! The catalogue: every shipped pack fits its tender, and packs of documented events bring about what happened.

use std::path::{Path, PathBuf};

use ballast_domain::award::AwardLine;
use ballast_domain::pack::{DemandEffect, Evidence, Pack, Role, Step};
use ballast_domain::{Award, Tender};
use ballast_simulation::draw::check;
use ballast_simulation::judge;

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios")
}

fn tender(name: &str) -> Tender {
    let reading = ballast_exchange::tender::read(&scenarios().join(name));
    reading.tender.unwrap_or_else(|| panic!("{:#?}", reading.findings))
}

fn pack(name: &str) -> Pack {
    let path = scenarios().join("packs").join(format!("{name}.toml"));
    ballast_exchange::pack::read(&path).unwrap_or_else(|f| panic!("{f:#?}"))
}

fn names() -> Vec<String> {
    let files = std::fs::read_dir(scenarios().join("packs")).unwrap();
    let mut names: Vec<String> =
        files.map(|f| f.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The award that buys on as the incumbents do.
fn as_today(tender: &Tender) -> Award {
    let mut lines = Vec::new();
    for (ix, c) in tender.candidates.enumerate() {
        let mine = tender.incumbents[c.cell].iter().filter(|x| x.product == c.product);
        lines.extend(mine.map(|x| AwardLine { candidate: ix, used: x.quantity, whole_packs: None }));
    }
    Award { lines, ..Award::default() }
}

/// The replayed events.
const REPLAYED: [&str; 5] = ["helene-2024", "maria-2017", "contrast-2022", "cisplatin-2023", "formula-2022"];

fn verdicts(pack: &Pack) -> Vec<ballast_simulation::Judgement> {
    let tender = tender("catalogue");
    judge(&tender, &as_today(&tender), pack, 1, 41).unwrap()
}

#[test]
fn replays_of_documented_events_bring_about_their_outcomes() {
    let mut wrong = Vec::new();
    for name in REPLAYED {
        let judged = verdicts(&pack(name));
        for role in [Role::Calibrated, Role::Checked] {
            assert!(judged.iter().filter(|j| j.role == role).count() >= 2, "{name}: {role:?}");
        }
        for j in &judged {
            println!("{name} {:?} {}: {:?} against {} ± {}", j.role, j.fact, j.measured, j.stated, j.tolerance);
        }
        wrong.extend(judged.into_iter().filter(|j| !j.holds()));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Times of an event's steps × a factor.
fn stretched(mut pack: Pack, event: &str, factor: f64) -> Pack {
    let event = pack.events.iter_mut().find(|e| e.id == event).unwrap();
    event.steps.iter_mut().for_each(|s| *s = Step { week: s.week * factor, ..*s });
    pack
}

#[test]
fn a_named_input_off_by_thirty_percent_breaks_the_check() {
    for (name, event, factor) in [
        ("helene-2024", "north-cove-flood", 1.3),
        ("maria-2017", "no-grid", 0.7),
        ("contrast-2022", "lockdown", 0.7),
        ("cisplatin-2023", "halt", 1.3),
        ("formula-2022", "shut-and-recalled", 0.7),
    ] {
        let judged = verdicts(&stretched(pack(name), event, factor));
        let broken = judged.iter().filter(|j| j.role == Role::Checked && !j.holds()).count();
        assert!(broken > 0, "{name}, {event} × {factor}: {judged:#?}");
    }
}

fn evidence(pack: &Pack) -> Vec<(&str, &Evidence)> {
    let mut all: Vec<(&str, &Evidence)> = pack.hazards.iter().map(|h| (h.id.as_str(), &h.evidence)).collect();
    all.extend(pack.events.iter().map(|e| (e.id.as_str(), &e.evidence)));
    all.extend(pack.relief.iter().map(|r| (r.id.as_str(), &r.evidence)));
    all.extend(pack.copulas.iter().map(|c| (c.id.as_str(), &c.evidence)));
    all.extend(pack.spot.iter().map(|s| ("spot", &s.evidence)));
    all.extend(pack.demand.iter().map(|d| match d {
        DemandEffect::Surge { id, evidence, .. }
        | DemandEffect::Conservation { id, evidence, .. }
        | DemandEffect::Hoarding { id, evidence, .. }
        | DemandEffect::Season { id, evidence, .. } => (id.as_str(), evidence),
    }));
    all
}

#[test]
fn every_shipped_pack_has_the_form_of_the_catalogue() {
    let (market, fluids) = (tender("catalogue"), tender("iv-fluids"));
    let names = names();
    // The 16 documented events and two packs of base rates.
    assert_eq!(names.len(), 18, "{names:?}");
    for name in &names {
        let pack = pack(name);
        let fits = |t: &Tender| !check(t, &pack).has_errors();
        let home = if name == "ordinary-years" { &fluids } else { &market };
        assert!(fits(home), "{name}: {:#?}", check(home, &pack));
        if name == "helene-2024" {
            assert!(fits(&fluids));
        }
        assert_eq!(&pack.name, name);
        for (id, evidence) in evidence(&pack) {
            assert!(evidence.source.len() > 10, "{name}, {id}: no source");
        }
        let facts = usize::from(name != "ordinary-years");
        assert!(pack.facts.len() >= facts && pack.facts.iter().all(|f| !f.source.is_empty()), "{name}: no fact");
        let outcomes = pack.facts.iter().any(|f| f.role != Role::Input);
        assert_eq!(outcomes, REPLAYED.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn every_pack_can_be_lived_through() {
    let market = tender("catalogue");
    let award = as_today(&market);
    for name in names().iter().filter(|n| *n != "ordinary-years") {
        let pack = pack(name);
        let trace = ballast_simulation::replay(&market, &award, &pack, None, 2, 1).unwrap();
        let record = &trace.record;
        let first = &record.stock[..record.cells];
        let thinner =
            record.stock.chunks(record.cells).any(|w| w.iter().zip(first).any(|(now, first)| now < &(first - 1.0)));
        // Base rates may spare a year; what is scripted does something.
        assert!(thinner || record.price_rise > 0.0 || pack.events.is_empty(), "{name} does nothing");
    }
}
