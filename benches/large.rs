//! What every verb does to a large tender before and after it is solved: reading with all checks, the hash, the
//! certificate. The tender is made here, in the proportions of the sourcing benchmark (its size M, some 10,000 lines),
//! and beside it stands the shipped one, so that small tenders do not pay for large ones.

use std::fmt::Display;
use std::path::Path;

use ballast_domain::award::AwardLine;
use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::quantity::NeedUnits;
use ballast_domain::{Award, Findings, Tender};
use ballast_exchange::hash::input_hash;
use ballast_exchange::tender::from_body;
use criterion::{Criterion, criterion_group, criterion_main};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Figures without pattern, the same in every run.
struct Figures(u64);

impl Figures {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

const SITES: u64 = 25;
const NEEDS: u64 = 100;
const CATEGORIES: u64 = 8;
const SUPPLIERS: u64 = 20;
/// Products of each need.
const PRODUCTS: u64 = 5;

/// A tender of that size as a body.
fn body() -> Vec<u8> {
    let mut figures = Figures(1);
    let named = |letter: char, number: u64| format!("{letter}{number}");
    let row = |pairs: &[(&str, &dyn Display)]| {
        Value::Object(pairs.iter().map(|(k, v)| ((*k).to_owned(), Value::String(v.to_string()))).collect())
    };
    let site = |h: u64| named('h', h);
    let (mut needs, mut products, mut offers) = (Vec::new(), Vec::new(), Vec::new());
    let (mut demand, mut incumbents, mut switching, mut preferences) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 0..NEEDS {
        let (need, price) = (named('n', n), 1_000 + figures.below(300_000));
        let category = named('c', n % CATEGORIES);
        needs.push(row(&[
            ("need", &need),
            ("category", &category),
            ("unit", &"unit"),
            ("criticality", &2),
            ("reference_price", &price),
            ("max_products", &3),
        ]));
        for p in n * PRODUCTS..(n + 1) * PRODUCTS {
            let (product, supplier) = (named('p', p), named('s', figures.below(SUPPLIERS)));
            let own = price * (90 + figures.below(30)) / 100;
            products.push(row(&[("product", &product), ("supplier", &supplier), ("need", &need), ("use_factor", &1)]));
            offers.push(row(&[("offer", &product), ("product", &product), ("price", &own)]));
            for h in 0..SITES {
                preferences.push(row(&[
                    ("site", &site(h)),
                    ("product", &product),
                    ("score", &format!("0.{:02}", figures.below(100))),
                    ("acceptable", if figures.below(10) == 0 { &"no" } else { &"yes" }),
                ]));
            }
        }
        for h in (0..SITES).filter(|h| (h + n) % 5 != 0) {
            let quantity = 100 + figures.below(100_000);
            let product = named('p', n * PRODUCTS + figures.below(PRODUCTS));
            demand.push(row(&[("site", &site(h)), ("need", &need), ("quantity", &quantity)]));
            incumbents.push(row(&[
                ("site", &site(h)),
                ("need", &need),
                ("product", &product),
                ("quantity", &quantity),
                ("price", &price),
            ]));
            switching.push(row(&[("site", &site(h)), ("need", &need), ("cost", &figures.below(100_000_000))]));
        }
    }
    let (mut suppliers, mut schedules, mut tiers, mut freight) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut rules = vec![
        json!({ "id": "least", "measure": "share", "each": ["product", "need"], "within": ["need"], "at_least": 0.05, "if_used": "yes" }),
        json!({ "id": "most", "measure": "share", "each": ["supplier", "need"], "within": ["need"], "at_most": 0.9 }),
        json!({ "id": "suppliers", "measure": "count", "of": "supplier", "at_most": SUPPLIERS }),
        json!({ "id": "accepted", "measure": "share", "each": ["category", "site"], "within": ["category", "site"],
                "weight": "reference", "scope.acceptable": "no", "at_most": 0.5 }),
    ];
    for s in 0..SUPPLIERS {
        let supplier = named('s', s);
        suppliers.push(row(&[("supplier", &supplier), ("onboarding_cost", &figures.below(100_000_000))]));
        for h in 0..SITES {
            let rate = format!("0.{:04}", figures.below(500));
            let id = format!("{supplier}-{}", site(h));
            freight.push(row(&[
                ("freight", &id),
                ("supplier", &supplier),
                ("site", &site(h)),
                ("percent_of_list", &rate),
            ]));
        }
        for c in (0..CATEGORIES).filter(|c| (c + s) % 2 == 0) {
            let (category, id) = (named('c', c), format!("{supplier}-c{c}"));
            schedules.push(row(&[
                ("schedule", &id),
                ("basis", &"spend"),
                ("mode", &if s % 3 == 0 { "incremental" } else { "all_units" }),
                ("counts_suppliers", &supplier),
                ("counts_categories", &category),
            ]));
            for tier in 1..=3u64 {
                let from = tier * (1_000_000_000 + figures.below(1_000_000_000));
                tiers.push(row(&[("schedule", &id), ("from", &from), ("value", &format!("0.0{}", 2 * tier))]));
            }
            rules.push(
                json!({ "id": format!("least {id}"), "measure": "spend", "spend_level": "list", "if_used": "yes",
                "scope.supplier": supplier, "scope.category": category, "at_least": 1_000_000 }),
            );
        }
    }
    let tables = json!({
        "schema": "ballast.tender/1",
        "tender": { "name": "large", "currency": "EUR", "starts": "2026-01-01" },
        "sites": (0..SITES).map(|h| json!({ "site": site(h) })).collect::<Vec<_>>(),
        "needs": needs, "demand": demand, "suppliers": suppliers, "products": products, "offers": offers,
        "schedules": schedules, "tiers": tiers, "freight": freight, "preferences": preferences,
        "incumbents": incumbents, "switching": switching, "rules": rules,
    });
    tables.to_string().into_bytes()
}

fn read(bytes: &[u8]) -> Tender {
    let mut findings = Findings::default();
    let raw = from_body(bytes, "large.json", &mut findings);
    let reading = Tender::read(&raw, findings);
    let found: String = reading.findings.0.iter().take(5).map(|f| format!("{f}\n")).collect();
    reading.tender.unwrap_or_else(|| fail(&found))
}

fn fail(why: &str) -> ! {
    eprintln!("the tender of the benchmark is at fault:\n{why}");
    std::process::exit(1)
}

/// Everything where it is cheapest by list price, in thirds of the two cheapest where there are two.
fn cheapest(tender: &Tender) -> Award {
    let third = Decimal::new(333_333_333, 9);
    let mut lines = Vec::new();
    for (ix, cell) in tender.cells.enumerate() {
        let mut own: Vec<_> = tender.candidates_of(ix).collect();
        own.sort_by_key(|c| tender.offers[tender.candidates[*c].offer].list_price);
        let parts = match own[..] {
            [] => Vec::new(),
            [only] => vec![(only, Decimal::ONE)],
            [first, second, ..] => vec![(first, Decimal::ONE - third), (second, third)],
        };
        lines.extend(parts.into_iter().map(|(candidate, share)| AwardLine {
            candidate,
            used: NeedUnits(share * cell.quantity.0),
            whole_packs: None,
        }));
    }
    lines.sort_by_key(|l| l.candidate);
    Award { lines, formulary: None }
}

fn large(criterion: &mut Criterion) {
    let bytes = body();
    let tender = read(&bytes);
    let award = cheapest(&tender);
    let mut group = criterion.benchmark_group("large");
    group.sample_size(10);
    group.bench_function("read and check", |b| b.iter(|| read(&bytes)));
    group.bench_function("hash", |b| b.iter(|| input_hash(&tender.draft)));
    group.bench_function("first certificate", |b| {
        b.iter_batched(
            || tender.clone(),
            |t| certify(&t, &award, default_tolerance()),
            criterion::BatchSize::LargeInput,
        )
    });
    group.bench_function("further certificate", |b| b.iter(|| certify(&tender, &award, default_tolerance())));
    group.finish();
}

fn shipped(criterion: &mut Criterion) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/iv-fluids");
    let read = || ballast_exchange::tender::read(&path).tender.unwrap_or_else(|| fail("scenarios/iv-fluids"));
    let tender = read();
    let award = cheapest(&tender);
    let mut group = criterion.benchmark_group("iv-fluids");
    group.bench_function("read and check", |b| b.iter(read));
    group.bench_function("further certificate", |b| b.iter(|| certify(&tender, &award, default_tolerance())));
    group.finish();
}

criterion_group!(benches, large, shipped);
criterion_main!(benches);
