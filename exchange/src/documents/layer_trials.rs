//! The comparison of layers prices only the lines that hang together; here on random tenders against the price of the whole
//! award with the lines moved.

use std::collections::BTreeMap;

use ballast_domain::award::AwardLine;
use ballast_domain::certificate::{layers, price};
use ballast_domain::exact::{round, zero};
use ballast_domain::index::CandidateIx;
use ballast_domain::quantity::NeedUnits;
use ballast_domain::{Award, Findings, Tender};
use serde_json::{Value, json};

/// Numbers from 0 to below `n`, the same in every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn some(&mut self, of: &[String]) -> Vec<String> {
        let mut some: Vec<String> =
            of.iter().filter(|_| self.0.is_multiple_of(2) || self.below(3) == 0).cloned().collect();
        if some.is_empty() {
            some.push(of[self.below(of.len())].clone());
        }
        some
    }
}

const PRODUCTS: [(&str, &str, &str); 4] =
    [("p0", "s0", "n0"), ("p1", "s1", "n0"), ("p2", "s0", "n1"), ("p3", "s1", "n1")];

fn tender(draws: &mut Draws) -> Tender {
    let mut offers = Vec::new();
    for (product, ..) in PRODUCTS {
        for (i, layer) in ["gpo", "regional", "local"].iter().enumerate().take(1 + draws.below(3)) {
            let cohort = if i == 2 { "site:h1" } else { "all" };
            let (price, markup) = (10 + draws.below(6), if draws.below(3) == 0 { 0.05 } else { 0.0 });
            offers.push(json!({
                "offer": format!("{product}-{layer}"), "product": product, "price": price, "layer": layer, "cohort": cohort, "markup": markup,
            }));
        }
    }
    let names: Vec<String> = offers.iter().map(|o| o["offer"].as_str().unwrap().to_owned()).collect();
    let (mut schedules, mut tiers) = (Vec::new(), Vec::new());
    for i in 0..draws.below(4) {
        let id = format!("t{i}");
        let basis = ["packs", "spend", "share"][draws.below(3)];
        let mut row = json!({
            "schedule": id, "basis": basis, "mode": "all_units", "kind": (["discount", "rebate"][draws.below(2)]),
            "stage": 1 + i, "counts_offers": draws.some(&names), "cohort_mode": (["all", "site"][draws.below(2)]),
        });
        let mut steps = [0.0, 40.0 + draws.below(60) as f64];
        if basis == "share" {
            row["share_of"] = json!(["category:c"]);
            row["weight"] = json!(["spend", "units"][draws.below(2)]);
            steps = [0.1, 0.4];
        } else if basis == "spend" {
            steps[1] *= 12.0;
        }
        schedules.push(row);
        for (k, from) in steps.into_iter().enumerate() {
            tiers.push(json!({ "schedule": format!("t{i}"), "from": from, "value": ([0.02, 0.12][k]) }));
        }
    }
    let products: Vec<Value> =
        PRODUCTS.iter().map(|(p, s, n)| json!({ "product": p, "supplier": s, "need": n, "use_factor": 1 })).collect();
    let sites = ["h1", "h2"];
    let demand: Vec<Value> =
        sites.iter().flat_map(|s| ["n0", "n1"].map(|n| json!({ "site": s, "need": n, "quantity": 60 }))).collect();
    let needs = ["n0", "n1"].map(|n| json!({ "need": n, "category": "c", "unit": "u", "reference_price": 12 }));
    let suppliers = ["s0", "s1"].map(|s| json!({ "supplier": s }));
    let stated = sites.map(|s| json!({ "site": s }));
    let body = json!({
        "schema": "ballast.tender/1",
        "tender": { "name": "Layers", "currency": "EUR", "starts": "2026-01-01" },
        "sites": stated,
        "needs": needs,
        "demand": demand, "suppliers": suppliers, "products": products, "offers": offers,
        "schedules": schedules, "tiers": tiers,
        "fees": [{ "fee": "f", "payer": "buyer", "layer": "regional", "percent": 0.02, "base": "net" }],
    });
    let mut findings = Findings::default();
    let raw = crate::tender::from_body(body.to_string().as_bytes(), "body", &mut findings);
    let reading = Tender::read(&raw, findings);
    reading.tender.unwrap_or_else(|| panic!("{:?}", reading.findings.0))
}

fn yearly(tender: &Tender, award: &Award) -> ballast_domain::exact::Exact {
    price(tender, award).lines.iter().fold(zero(), |sum, l| sum + l.yearly())
}

#[test]
fn a_part_priced_again_says_what_the_whole_award_would() {
    let mut draws = Draws(1);
    let (mut compared, mut with_choice) = (0, 0);
    for _ in 0..100 {
        let tender = tender(&mut draws);
        let mut lines: BTreeMap<CandidateIx, i64> = BTreeMap::new();
        for (ix, _) in tender.cells.enumerate() {
            let all: Vec<CandidateIx> = tender.candidates_of(ix).collect();
            for _ in 0..3 {
                *lines.entry(all[draws.below(all.len())]).or_default() += 20;
            }
        }
        let of = |lines: &BTreeMap<CandidateIx, i64>| Award {
            lines: lines
                .iter()
                .map(|(c, n)| AwardLine { candidate: *c, used: NeedUnits((*n).into()), whole_packs: None })
                .collect(),
            ..Award::default()
        };
        let award = of(&lines);
        let now = yearly(&tender, &award);
        let (found, left_out) = layers(&tender, &award, &price(&tender, &award).lines);
        assert_eq!(left_out, 0);
        with_choice += usize::from(!found.is_empty());
        for product in &found {
            for layer in &product.offers {
                let mut moved: BTreeMap<CandidateIx, i64> = BTreeMap::new();
                for (c, n) in &lines {
                    let own = &tender.candidates[*c];
                    let to = tender
                        .candidates_of(own.cell)
                        .find(|o| own.product == product.product && tender.candidates[*o].offer == layer.offer);
                    *moved.entry(to.unwrap_or(*c)).or_default() += n;
                }
                let difference = yearly(&tender, &of(&moved)) - &now;
                assert_eq!(round(&layer.difference, 9), round(&difference, 9), "{:?}", tender.offers[layer.offer].id);
                compared += usize::from(layer.difference != zero());
            }
        }
    }
    assert!(with_choice > 50 && compared > 150, "{with_choice} awards with a choice, {compared} differences");
}
