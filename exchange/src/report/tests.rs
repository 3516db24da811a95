//! The report of the shipped tender, with an award made by hand: the first offer of every demand cell.

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::quantity::NeedUnits;
use ballast_domain::{Award, Tender};
use serde_json::{Value, json};

use super::*;
use crate::documents::award::Proof;
use crate::documents::objective::{LevelPart, ObjectivePart, TermPart};
use crate::documents::{Header, seal};

pub(super) fn tender() -> Tender {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/iv-fluids");
    crate::tender::read(&path).tender.unwrap()
}

pub(super) fn sources<'a>(tender: &'a Tender, edit: impl FnOnce(&mut AwardBody)) -> Sources<'a> {
    let mut award = Award::default();
    for cell in tender.cells.iter() {
        let candidate = <ballast_domain::index::CandidateIx as ballast_domain::index::Ix>::new(cell.candidates.start);
        award.lines.push(ballast_domain::award::AwardLine {
            candidate,
            used: NeedUnits(cell.quantity.0),
            whole_packs: None,
        });
    }
    let certificate = certify(tender, &award, default_tolerance());
    let proof = Proof { bound: Some(certificate.costs.value - rust_decimal::Decimal::ONE), ..Proof::default() };
    let body = AwardBody::without_award("optimal", None, "<b>made</b> by hand".to_owned(), Vec::new());
    let body = body.with_award(tender, &award, &certificate, proof);
    let header = Header::new(tender, "test".to_owned(), 1, json!({}));
    let document = seal("award", &header, &body, json!({})).unwrap();
    let named = ("award.json".to_owned(), document);
    let mut sources =
        Sources::new(tender, "tender".to_owned(), (&award, &certificate), named, "test".to_owned()).unwrap();
    edit(&mut sources.award.body);
    for document in [stress(&header), reserve(&header)] {
        sources.add("further.json".to_owned(), document).unwrap();
    }
    sources
}

fn estimate(value: f64) -> Value {
    json!({ "value": value, "low": value * 0.9, "high": value * 1.1, "standard_error": 0.01 })
}

fn scope(name: &str, exceedance: Value) -> Value {
    json!({
        "scope": name, "unit": "bag", "unmet": estimate(9.0), "unmet_weeks": estimate(0.5), "fill_rate": estimate(0.8),
        "p_stockout": estimate(0.3), "weeks_short": 2.5, "var95_weeks": estimate(1.5), "cvar95_weeks": estimate(2.0),
        "patients": null, "saved": 0.0, "reserve_drawn": 0.0, "exceedance": exceedance,
    })
}

fn pack() -> Value {
    let entry = json!({ "kind": "event", "id": "flood", "source": "a & b <news>", "assumed": ["steps"] });
    json!({ "name": "flood", "title": "A flood", "hash": "sha256:0", "entries": [entry] })
}

fn stress(header: &Header) -> Value {
    let curve = json!([[0.1, 0.9], [1.0, 0.2], [2.0, 0.01], [3.0, 0.0]]);
    let week = json!([0.0, 0.1, 0.2, 0.3, 0.4, 0.2]);
    let body = json!({
        "pack": pack(), "award_digest": null, "reserve_weeks": [], "replications": 100, "horizon_weeks": 3,
        "needs": [scope("NS-1000", json!([]))], "criticality": [scope("criticality 1", curve.clone())], "total": scope("all needs", curve),
        "fans": [{ "need": "NS-1000", "unmet_fraction": [week, week, week], "cover_weeks": [week, week, week] }],
        "attribution": [{ "node": "plant:North Cove", "down_rate": 0.1, "down_rate_in_tail": 0.9, "shortage_weeks_when_down": 2.0, "shortage_weeks_when_up": null }],
        "worst": [{ "replication": 7, "shortage_weeks": 3.0 }], "pooled_stock": true,
        "failure_to_supply": {
            "excess": estimate(900.0), "credit": estimate(720.0), "borne": estimate(180.0), "lines": 3, "lines_without_price": 1,
            "suppliers": [{ "supplier": "<Acme>", "excess": estimate(900.0), "credit": estimate(720.0) }],
        },
    });
    seal("stress", header, &body, json!({})).unwrap()
}

fn reserve(header: &Header) -> Value {
    let need = json!({
        "need": "NS-1000", "criticality": 1, "weeks": 4.0, "required_weeks": 4.0, "ceiling_weeks": null, "limited_by_shelf_life": false,
        "sample_too_small": false, "quantity": 100.0, "held": 0.0, "unit": "bag", "purchase_value": "250", "yearly_cost": "32.5", "p_stockout_before": estimate(0.5),
        "p_stockout_after": estimate(0.02), "unmet_before": estimate(50.0), "unmet_after": estimate(1.0), "verdict": "met", "places": [],
        "closed_form": { "hazard": "<storm>", "weeks": 3.5, "p_stockout": 0.018, "unmet_weeks": 0.04, "least_cost_weeks": null, "lower_bound": true },
    });
    let point = |cost: f64| json!({ "yearly_cost": cost, "purchase_value": cost, "expected_unmet": 50.0 - cost, "p_any_stockout": estimate(0.4), "weeks": [1.0] });
    let body = json!({
        "target": "p_stockout<=0.05", "sentence": "A target.", "pack": pack(), "replications": 100, "verdict": "met", "purchase_value": "250",
        "yearly_cost": "32.5", "needs": [need], "before": scope("all needs", json!([])), "after": scope("all needs", json!([])),
        "curve_weight": "patients", "curve": [point(0.0), point(20.0), point(50.0)],
    });
    seal("reserve", header, &body, json!({})).unwrap()
}

#[test]
fn the_page_is_complete_and_needs_no_network() {
    let tender = tender();
    let report = Report::new(&sources(&tender, |_| ())).unwrap();
    let page = report.html().unwrap();
    for attribute in ["src=", "<script", "href=\"http", "@import", "url("] {
        assert!(!page.contains(attribute), "{attribute}");
    }
    assert!(!page.contains("<b>made</b>") && !page.contains("<news>"), "what comes from files is escaped");
    let ids: Vec<&str> = report.sections.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "decision",
            "cost",
            "tiers",
            "contracts",
            "rules",
            "clinicians",
            "switching",
            "stress-1",
            "reserve-1",
            "assumptions",
            "certificate"
        ]
    );
    assert!(page.len() < 2_000_000);
}

#[test]
fn every_figure_has_its_numbers_and_a_name() {
    let tender = tender();
    let report = Report::new(&sources(&tender, |_| ())).unwrap();
    let blocks = report.sections.iter().flat_map(|s| &s.blocks);
    let figures: Vec<_> = blocks.filter_map(|b| if let Block::Figure(f) = b { Some(f) } else { None }).collect();
    assert_eq!(figures.len(), 7);
    for f in figures {
        assert!(!f.table.rows.is_empty() && !f.caption.is_empty() && !f.panels.is_empty(), "{}", f.id);
        assert!(f.table.rows.iter().all(|r| r.len() == f.table.columns.len()), "{}", f.id);
        assert!(f.panels.iter().all(|p| p.svg.contains("<title>") && p.svg.contains("aria-label")), "{}", f.id);
    }
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let tender = tender();
    let page = || Report::new(&sources(&tender, |_| ())).unwrap().html().unwrap();
    assert_eq!(page(), page());
}

#[test]
fn a_tender_without_baseline_rules_and_preferences_has_a_shorter_report() {
    let tender = tender();
    let sources = sources(&tender, |body| {
        body.baseline = None;
        body.rules.clear();
        body.preference.clear();
        body.switching.clear();
        body.fees = None;
        body.lines.iter_mut().for_each(|l| l.best_layer = None);
        body.tiers.clear();
    });
    let report = Report::new(&sources).unwrap();
    let ids: Vec<&str> = report.sections.iter().map(|s| s.id.as_str()).collect();
    assert_eq!(ids, ["decision", "cost", "stress-1", "reserve-1", "assumptions", "certificate"]);
    assert!(report.html().unwrap().contains("no baseline"));
}

#[test]
fn a_named_objective_is_shown_level_by_level_with_bounds() {
    let tender = tender();
    let term = |term: &str, of: &str, amount: i64, contribution: i64| TermPart {
        term: term.to_owned(),
        of: of.to_owned(),
        why: "a buyer's week".to_owned(),
        amount: Some(amount.into()),
        contribution: contribution.into(),
    };
    let level = |level, value: i64, bound: Option<i64>, terms| LevelPart {
        level,
        value: value.into(),
        bound: bound.map(Into::into),
        terms,
    };
    let levels = vec![
        level(1, 4, Some(4), vec![term("winners", "count", 4, 4)]),
        level(3, 123_456, None, vec![term("money", "cash", 120_000, 120_000), term("lorries", "units", 7, 3_456)]),
    ];
    let with =
        sources(&tender, |body| body.objective = Some(ObjectivePart { name: "few & <cheap>".to_owned(), levels }));
    let report = Report::new(&with).unwrap();
    let section = report.sections.iter().find(|s| s.id == "objective").unwrap();
    let tables: Vec<&crate::figures::Table> =
        section.blocks.iter().filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None }).collect();
    let shown = |t: &crate::figures::Table| -> Vec<Vec<String>> {
        t.rows.iter().map(|r| r.iter().map(|c| c.shown.clone()).collect()).collect()
    };
    assert_eq!(shown(tables[0]), [["1", "4", "4", "0"], ["3", "123,456", "–", "–"]]);
    assert_eq!(tables[1].rows.len(), 3);
    assert_eq!(shown(tables[1])[2][..3], ["", "lorries", "units"]);
    assert!(section.blocks.iter().any(|b| matches!(b, Block::Remark(r) if r.contains("nothing is proven"))));
    let page = report.html().unwrap();
    assert!(!page.contains("<cheap>"));
    // The value of an objective is no cost: the page neither calls it so nor takes it apart into cash and shadow money.
    assert!(page.contains("has a level 1 of the objective") && !page.contains("costs less than"));
    assert!(!page.contains("shadow money weighs"));
    let without = Report::new(&sources(&tender, |_| ())).unwrap();
    assert!(without.sections.iter().all(|s| s.id != "objective"), "only where the tender names one");
}

#[test]
fn clauses_on_failure_to_supply_are_shown_with_what_they_leave() {
    let tender = tender();
    let report = Report::new(&sources(&tender, |_| ())).unwrap();
    let section = report.sections.iter().find(|s| s.id == "stress-1").unwrap();
    let table = section.blocks.iter().find_map(|b| match b {
        Block::Table(t) if t.columns.iter().any(|c| c.name == "paid back") => Some(t),
        _ => None,
    });
    let shown: Vec<&str> = table.unwrap().rows.iter().flatten().map(|c| c.shown.as_str()).collect();
    assert_eq!(shown, ["<Acme>", "900", "720", "all", "900", "720"]);
    assert!(section.blocks.iter().any(|b| matches!(b, Block::Paragraph(p) if p.contains("180"))));
    assert!(section.blocks.iter().any(|b| matches!(b, Block::Remark(r) if r.contains("1 of 3 lines"))));
    let mut without = sources(&tender, |_| ());
    without.stress[0].body.failure_to_supply = None;
    assert!(!Report::new(&without).unwrap().html().unwrap().contains("paid back"));
}

#[test]
fn documents_of_another_tender_are_shown_with_a_warning() {
    let tender = tender();
    let mut sources = sources(&tender, |_| ());
    assert!(sources.warnings.is_empty(), "{:?}", sources.warnings);
    let mut document = sources.stress[0].document.clone();
    document["input_hash"] = Value::from("sha256:other");
    sources.add("other.json".to_owned(), document).unwrap();
    assert_eq!(sources.warnings.len(), 2, "another tender, and changed after it was written");
    assert!(Report::new(&sources).unwrap().html().unwrap().contains("Read this first"));
    assert!(sources.add("x.json".to_owned(), json!({ "schema": "ballast.award/1" })).is_err());
}
