//! Parts of the award document on a tender small enough to do in the head: 100 hips a year at one site for two years. Acme
//! has a GPO contract at 20 and the site's own letter at 18 from 150 on; Bolt asks 19 and marks up 10 %.

use ballast_domain::award::AwardLine;
use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::index::{CandidateIx, Ix};
use ballast_domain::quantity::NeedUnits;
use ballast_domain::{Award, Findings, Tender};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::award::{AwardBody, LayerPart, Proof};
use super::{Header, read_award, seal};

fn tender(edit: impl FnOnce(&mut Value)) -> Tender {
    let mut body = json!({
        "schema": "ballast.tender/1",
        "tender": { "name": "Hips", "currency": "EUR", "starts": "2026-01-01", "contract_years": 2 },
        "sites": [{ "site": "S1" }],
        "needs": [{ "need": "hip", "category": "Implants", "unit": "procedure" }],
        "demand": [{ "site": "S1", "need": "hip", "quantity": 100 }],
        "suppliers": [{ "supplier": "Acme" }, { "supplier": "Bolt" }],
        "products": [
            { "product": "a-hip", "supplier": "Acme", "need": "hip", "use_factor": 1 },
            { "product": "b-hip", "supplier": "Bolt", "need": "hip", "use_factor": 1 },
            { "product": "c-hip", "supplier": "Bolt", "need": "hip", "use_factor": 1, "approval": "rejected" },
        ],
        "offers": [
            { "offer": "A-gpo", "product": "a-hip", "price": 20, "contract": "GPO-7", "failure_to_supply": 0.5 },
            { "offer": "A-letter", "product": "a-hip", "price": 18, "layer": "local", "minimum_if_used": 150, "proof": "letter of March" },
            { "offer": "B", "product": "b-hip", "price": 19, "markup": 0.1 },
            { "offer": "C", "product": "c-hip", "price": 1 },
        ],
        "fees": [
            { "fee": "gpo", "payer": "supplier", "supplier": "Acme", "layer": "gpo", "percent": 0.03, "share_back": 0.5 },
            { "fee": "portal", "payer": "buyer", "supplier": "Bolt", "percent": 0.01, "base": "list" },
        ],
    });
    edit(&mut body);
    let mut findings = Findings::default();
    let raw = crate::tender::from_body(body.to_string().as_bytes(), "body", &mut findings);
    let reading = Tender::read(&raw, findings);
    reading.tender.unwrap_or_else(|| panic!("{:?}", reading.findings.0))
}

/// The document of an award that gives each offer this many units.
fn document(tender: &Tender, units: &[(&str, i64)]) -> AwardBody {
    let award = award(tender, units);
    let certificate = certify(tender, &award, default_tolerance());
    AwardBody::without_award("optimal", None, String::new(), Vec::new()).with_award(
        tender,
        &award,
        &certificate,
        Proof::default(),
    )
}

fn award(tender: &Tender, units: &[(&str, i64)]) -> Award {
    let of = |id: &str| tender.candidates.indexes().find(|c| tender.offers[tender.candidates[*c].offer].id == id);
    let line = |(id, n): &(&str, i64)| AwardLine {
        candidate: of(id).unwrap(),
        used: NeedUnits(Decimal::from(*n)),
        whole_packs: None,
    };
    Award { lines: units.iter().map(line).collect(), ..Award::default() }
}

fn money(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

#[test]
fn a_cheaper_layer_that_is_not_used_is_named_with_the_reason() {
    let reason = |edit: fn(&mut Value), used: &str| {
        let body = document(&tender(edit), &[(used, 100)]);
        body.lines[0].best_layer.as_ref().map(|b| format!("{} {} {} {}", b.offer, b.layer, b.price, b.reason))
    };
    assert_eq!(reason(|_| (), "A-gpo").unwrap(), "A-letter local 18 minimum");
    assert_eq!(reason(|_| (), "A-letter"), None);
    assert_eq!(reason(|_| (), "B"), None);
    let bound = |b: &mut Value| {
        b["offers"][1] = json!({ "offer": "A-letter", "product": "a-hip", "price": 18, "max_packs": 99 })
    };
    assert_eq!(reason(bound, "A-gpo").unwrap(), "A-letter gpo 18 maximum");
    let free = |b: &mut Value| b["offers"][1] = json!({ "offer": "A-letter", "product": "a-hip", "price": 18 });
    assert_eq!(reason(free, "A-gpo").unwrap(), "A-letter gpo 18 rules_or_gap");
    // A mark-up eats the lower price: 18 × 1.12 is more than 20.
    let marked = |b: &mut Value| {
        b["offers"][1] = json!({ "offer": "A-letter", "product": "a-hip", "price": 18, "markup": 0.12 })
    };
    assert_eq!(reason(marked, "A-gpo"), None);
    // A price schedule from 120 on, which 100 do not reach.
    let blank = |b: &mut Value| {
        b["offers"][1] = json!({ "offer": "A-letter", "product": "a-hip" });
        b["schedules"] = json!([{ "schedule": "T", "basis": "packs", "mode": "all_units", "gives": "price", "counts_offers": ["A-letter"] }]);
        b["tiers"] = json!([{ "schedule": "T", "from": 120, "value": 18 }]);
    };
    assert_eq!(reason(blank, "A-gpo").unwrap(), "A-letter gpo 18 tier");
}

/// The tender with the letter at `price` and a schedule that counts packs of `counted` and takes `off` from `from` on.
fn tiered(price: f64, counted: &'static [&'static str], from: i64, off: f64) -> Tender {
    tender(|b: &mut Value| {
        b["offers"][1] = json!({ "offer": "A-letter", "product": "a-hip", "price": price, "layer": "local" });
        b["schedules"] = json!([{ "schedule": "T", "basis": "packs", "mode": "all_units", "counts_offers": counted }]);
        b["tiers"] = json!([{ "schedule": "T", "from": from, "value": off }]);
    })
}

/// Each offer of A-hip: name, packs under it, packs that could be, difference; and the best layer of the first line.
fn side_by_side(tender: &Tender, units: &[(&str, i64)]) -> (Vec<String>, Option<String>) {
    let body = document(tender, units);
    let part = |l: &LayerPart| format!("{} {}/{} {}", l.offer, l.packs, l.could_be, l.difference);
    let best = body.lines[0].best_layer.as_ref().map(|b| format!("{} {}", b.offer, b.saving));
    (body.layers.iter().flat_map(|l| &l.offers).map(part).collect(), best)
}

#[test]
fn a_layer_counts_with_the_tier_that_it_would_earn() {
    // 21 less 15 % from 80 packs on: 17.85 against 20, although its list price is higher.
    let tender = tiered(21.0, &["A-letter"], 80, 0.15);
    let (offers, best) = side_by_side(&tender, &[("A-gpo", 100)]);
    assert_eq!(offers, ["A-gpo 100/100 0.00", "A-letter 0/100 -215.00"]);
    assert_eq!(best.unwrap(), "A-letter 215.00");
    // At 60 packs it earns nothing and costs one more each.
    let (offers, best) = side_by_side(&tender, &[("A-gpo", 60), ("B", 40)]);
    assert_eq!((offers, best), (vec!["A-gpo 60/60 0.00".to_owned(), "A-letter 0/60 60.00".to_owned()], None));
    // With 30 packs there already, the 60 lift all 90 over the threshold: 90 × 17.85 against 30 × 21 + 60 × 20.
    let (offers, _) = side_by_side(&tender, &[("A-gpo", 60), ("A-letter", 30), ("B", 10)]);
    assert_eq!(offers, ["A-gpo 60/90 -30.00", "A-letter 30/90 -223.50"]);
}

#[test]
fn a_layer_counts_with_the_tiers_that_are_lost_elsewhere() {
    // 100 packs of the GPO's offer and Bolt's together earn both 10 %: A costs 60 × 18, B 40 × (19 × 0.9 × 1.1 + 0.19). With
    // the letter at 17.50 A is 30 cheaper, and Bolt's 10 % are lost: 40 × 1.9 × 1.1 = 83.60.
    let tender = tiered(17.5, &["A-gpo", "B"], 100, 0.1);
    let (offers, best) = side_by_side(&tender, &[("A-gpo", 60), ("B", 40)]);
    assert_eq!((offers, best), (vec!["A-gpo 60/60 0.00".to_owned(), "A-letter 0/60 53.60".to_owned()], None));
    // At a list price of 16 the gain is 120, less the same loss.
    let tender = tiered(16.0, &["A-gpo", "B"], 100, 0.1);
    assert_eq!(side_by_side(&tender, &[("A-gpo", 60), ("B", 40)]).1.unwrap(), "A-letter 36.40");
}

#[test]
fn a_layer_counts_with_its_fees_and_only_where_sites_may_use_it() {
    let tender = tender(|b: &mut Value| {
        b["sites"] = json!([{ "site": "S1" }, { "site": "S2" }]);
        b["demand"][0]["quantity"] = json!(30);
        b["demand"].as_array_mut().unwrap().push(json!({ "site": "S2", "need": "hip", "quantity": 70 }));
        b["offers"][1] =
            json!({ "offer": "A-letter", "product": "a-hip", "price": 18, "layer": "local", "cohort": "site:S1" });
        b["fees"] = json!([{ "fee": "local", "payer": "buyer", "layer": "local", "percent": 0.05, "base": "net" }]);
    });
    let lines = tender.candidates.enumerate().filter(|(_, c)| tender.offers[c.offer].id == "A-gpo");
    let line = |(candidate, c): (CandidateIx, &ballast_domain::tender::Candidate)| AwardLine {
        candidate,
        used: tender.cells[c.cell].quantity,
        whole_packs: None,
    };
    let award = Award { lines: lines.map(line).collect(), ..Award::default() };
    let certificate = certify(&tender, &award, default_tolerance());
    let empty = AwardBody::without_award("optimal", None, String::new(), Vec::new());
    let body = empty.with_award(&tender, &award, &certificate, Proof::default());
    // 30 × (20 − 18 × 1.05) = 33 at S1; S2 may not use it.
    let letter = &body.layers[0].offers[1];
    assert_eq!((letter.could_be, letter.difference), (money("30"), money("-33.00")));
    let best: Vec<bool> = body.lines.iter().map(|l| l.best_layer.is_some()).collect();
    assert_eq!(best, [true, false]);
    // The certificate of the moved award says the same.
    let mut moved = award.clone();
    moved.lines[0].candidate =
        tender.candidates.indexes().find(|c| tender.offers[tender.candidates[*c].offer].id == "A-letter").unwrap();
    let then = certify(&tender, &moved, default_tolerance());
    assert_eq!(then.costs.cash - certificate.costs.cash, money("-66.00"), "two years");
}

#[test]
fn a_line_names_its_contract_its_proof_and_its_clause() {
    let tender = tender(|_| ());
    let body = document(&tender, &[("A-gpo", 75), ("B", 25)]);
    assert_eq!((body.lines[0].contract.as_str(), body.lines[0].proof.as_str()), ("GPO-7", ""));
    assert_eq!(document(&tender, &[("A-letter", 100)]).lines[0].proof, "letter of March");
    assert_eq!((body.lines[0].failure_to_supply, body.lines[1].failure_to_supply), (Some(money("0.5")), None));
    // 1,500 of 1,500 + 25 × 19 × 1.11 = 527.25 a year.
    let clauses = body.supply_clauses.unwrap();
    assert_eq!(clauses.cost, money("1500"));
    assert!(
        (clauses.share - 1500.0 / 2027.25).abs() < 1e-12
            && (clauses.reimbursed_share - clauses.share / 2.0).abs() < 1e-12
    );
}

#[test]
fn fees_are_shown_by_who_pays_them_and_the_ranking_without_them() {
    // Two years. Acme: 48 × 20 × 2 = 1,920, of it 3 % paid by itself, half of that back. Bolt: 52 × 19 = 988 a year with
    // 10 % mark-up and 1 % fee, 2 × 1,096.68.
    let body = document(&tender(|_| ()), &[("A-gpo", 48), ("B", 52)]);
    let fees = body.fees.unwrap();
    assert_eq!(fees.buyer_paid, money("19.76"));
    assert_eq!((fees.supplier_paid, fees.share_back), (money("57.60"), money("28.80")));
    assert_eq!(body.cash.as_ref().unwrap().share_back, fees.share_back);
    assert_eq!(body.value.unwrap(), money("4113.36"));
    assert_eq!(fees.cash_without_fees, money("4036.00"));
    assert_eq!(fees.cash_net_of_share_back, money("4084.56"));
    let told: Vec<String> = fees
        .suppliers
        .iter()
        .map(|s| format!("{} {} {} {}", s.supplier, s.cost, s.cost_without_fees, s.rank_without_fees))
        .collect();
    assert_eq!(told, ["Bolt 2193.36 2173.60 1", "Acme 1920.00 1862.40 2"]);
    // Bolt's fee alone puts it first: 54 × 20 = 1,080 less 3 % against 46 × 19 × 1.3, of which 0.2 are the fee.
    let dear = tender(|b| b["fees"][1]["percent"] = json!(0.2));
    let fees = document(&dear, &[("A-gpo", 54), ("B", 46)]).fees.unwrap();
    let ranks: Vec<(&str, usize)> = fees.suppliers.iter().map(|s| (s.supplier.as_str(), s.rank_without_fees)).collect();
    assert_eq!(ranks, [("Bolt", 2), ("Acme", 1)]);
    assert!(document(&tender(|b| b["fees"] = json!([])), &[("B", 100)]).fees.is_none());
}

#[test]
fn ways_of_paying_stand_side_by_side() {
    let tender = tender(|b| {
        b["cases"] = json!([
            { "product": "a-hip", "case": "primary", "fraction": 0.75 },
            { "product": "a-hip", "case": "revision", "fraction": 0.25 },
        ]);
        b["components"] = json!([
            { "product": "a-hip", "case": "primary", "component": "stem", "quantity": 1, "price": 1000, "reference_price": 800 },
            { "product": "a-hip", "case": "revision", "component": "stem", "quantity": 2, "price": 1000, "reference_price": 800 },
        ]);
        b["offers"][1] = json!({ "offer": "A-letter", "product": "a-hip", "pays": "capitated", "ceiling": 1400 });
    });
    let body = document(&tender, &[("A-letter", 100)]);
    let [ways] = body.payment_ways.as_slice() else { panic!("one product has cases") };
    // 0.75 × 1,000 + 0.25 × 2,000; with the second at most 1,400; at 800 a stem.
    let amounts = [ways.construct, ways.case_price, ways.capitated, ways.reference];
    assert_eq!(amounts, [Some(money("1250")), None, Some(money("1100")), Some(money("1000"))]);
    let offers: Vec<_> = ways.offers.iter().map(|o| (o.offer.as_str(), o.pays.as_str(), o.price, o.used)).collect();
    assert_eq!(
        offers,
        [("A-gpo", "pack", money("20"), Some(false)), ("A-letter", "capitated", money("1100"), Some(true))]
    );
}

#[test]
fn a_product_that_is_not_chosen_has_a_reason() {
    let reason = |tender: &Tender, bought: &str| {
        let body = document(tender, &[(bought, 100)]);
        let of = body.not_chosen.iter().map(|p| format!("{} {}", p.product, p.reason));
        of.collect::<Vec<String>>().join(", ")
    };
    // 20 at list against 19.
    assert_eq!(reason(&tender(|_| ()), "A-gpo"), "b-hip cheaper_at_list, c-hip rejected");
    assert_eq!(
        reason(&tender(|b| b["offers"][2]["price"] = json!(21)), "A-gpo"),
        "b-hip dearer_at_list, c-hip rejected"
    );
    // Freight belongs to it.
    let far = |b: &mut Value| b["freight"] = json!([{ "freight": "far", "supplier": "Bolt", "per_need_unit": 2 }]);
    assert_eq!(reason(&tender(far), "A-gpo"), "b-hip dearer_at_list, c-hip rejected");
    let late = |b: &mut Value| b["offers"][2]["valid_to"] = json!("2025-12-31");
    assert_eq!(reason(&tender(late), "A-gpo"), "b-hip no_valid_offer, c-hip rejected");
    let packed = |b: &mut Value| {
        b["offers"][2]["valid_to"] = json!("2025-12-31");
        b["packages"] = json!([{ "package": "K", "price": 900 }]);
        b["package_lines"] = json!([{ "package": "K", "product": "b-hip", "quantity": 50 }]);
    };
    assert_eq!(reason(&tender(packed), "A-gpo"), "b-hip only_in_packages, c-hip rejected");
}

#[test]
fn the_formulary_names_what_is_not_chosen_and_is_read_back() {
    let tender = tender(|b| b["needs"][0]["formulary_limit"] = json!(1));
    let mut award = award(&tender, &[("A-gpo", 90), ("B", 10)]);
    let (need, product) = (tender.candidates.as_slice()[0].need, tender.candidates.as_slice()[0].product);
    award.formulary = Some([(need, product)].into());
    let certificate = certify(&tender, &award, default_tolerance());
    let body = AwardBody::without_award("optimal", None, String::new(), Vec::new());
    let body = body.with_award(&tender, &award, &certificate, Proof::default());
    let on: Vec<(&str, bool)> = body.formulary.iter().map(|f| (f.product.as_str(), f.on_formulary)).collect();
    assert_eq!(on, [("a-hip", true), ("b-hip", false)]);
    let [other] = body.not_chosen.as_slice() else { panic!("{:?}", body.not_chosen) };
    assert_eq!((other.product.as_str(), other.reason.as_str()), ("c-hip", "rejected"));
    let header = Header::new(&tender, "test".to_owned(), 1, json!({}));
    let document = seal("award", &header, &body, json!({})).unwrap();
    let (read, findings) = read_award(&tender, &document, "award.json");
    assert!(!findings.has_errors());
    assert_eq!(read, award);
    assert_eq!(read.lines[0].candidate, CandidateIx::new(0));
}
