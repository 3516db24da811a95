//! Small tenders and packs for tests.

use ballast_domain::award::AwardLine;
use ballast_domain::cell::Cell;
use ballast_domain::factor_map::NodeKind;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::index::CandidateIx;
use ballast_domain::pack::*;
use ballast_domain::quantity::NeedUnits;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::{Award, Tender};

/// Builds a tender from tables written as text: a name, a header, rows; cells parted by blanks.
pub fn tender(tables: &[(&str, &str, &[&str])]) -> Tender {
    let raw = RawTender {
        tables: tables
            .iter()
            .map(|(name, header, rows)| {
                let mut table = RawTable { name: (*name).into(), file: (*name).into(), ..RawTable::default() };
                let columns: Vec<&str> = header.split_whitespace().collect();
                for row in *rows {
                    let cells = row.split_whitespace().map(|c| if c == "-" { "" } else { c });
                    let pairs = columns.iter().zip(cells).map(|(k, v)| ((*k).to_owned(), v.to_owned()));
                    table.push(Place::file(*name), pairs.collect::<Vec<_>>());
                }
                table
            })
            .collect(),
    };
    let reading = Tender::read(&raw, Findings::default());
    reading.tender.unwrap_or_else(|| panic!("{:#?}", reading.findings))
}

/// An award by (site, need, product, need units a year).
pub fn award(tender: &Tender, lines: &[(&str, &str, &str, f64)]) -> Award {
    let mut list: Vec<AwardLine> = lines
        .iter()
        .filter(|l| l.3 > 0.0)
        .map(|(site, need, product, used)| {
            let is = |c: CandidateIx| {
                let c = &tender.candidates[c];
                tender.sites[c.site].id == *site
                    && tender.needs[c.need].id == *need
                    && tender.products[c.product].id == *product
            };
            let candidate = tender
                .candidates
                .indexes()
                .find(|c| is(*c))
                .unwrap_or_else(|| panic!("no line {site} {need} {product}"));
            AwardLine { candidate, used: NeedUnits::parse(Some(&format!("{used:.6}"))).unwrap(), whole_packs: None }
        })
        .collect();
    list.sort_by_key(|l| l.candidate);
    Award { lines: list, ..Award::default() }
}

/// A pack in which nothing happens.
pub fn calm(weeks: u32) -> Pack {
    Pack {
        initial: Initial::Stationary,
        allocation: Allocation { rule: AllocationRule::Contract, loyalty: 0.0, blend_weeks: 26, protect: None },
        spare: Spare { lag_weeks: 6, surge: 0.0 },
        rationing: Rationing::Criticality,
        ..Pack::calm("calm", weeks)
    }
}

pub fn node(kind: NodeKind, id: &str) -> NodeSelector {
    NodeSelector { kind, id: id.into() }
}

pub fn hazard(id: &str, kind: NodeKind, node_id: &str, up: Law, down: Law) -> Hazard {
    Hazard {
        id: id.into(),
        nodes: vec![node(kind, node_id)],
        common: false,
        strikes: 1.0,
        up,
        relapse: None,
        down,
        exit: 0.0,
        capacity: 0.0,
        recovery: Recovery::Step,
        season: None,
        effect: Effect::Capacity,
        shock: Shock::default(),
        evidence: Evidence::default(),
    }
}

pub fn event(id: &str, on: NodeSelector, week: f64, steps: &[(f64, f64)]) -> Event {
    Event {
        id: id.into(),
        nodes: vec![on],
        week,
        window_weeks: 0.0,
        probability: 1.0,
        after: None,
        from_after: false,
        steps: steps.iter().map(|(week, level)| Step { week: *week, level: *level }).collect(),
        stretch_sigma: 0.0,
        outage: None,
        effect: Effect::Capacity,
        shock: Shock::default(),
        evidence: Evidence::default(),
    }
}

/// One site, one need of 10 units a week, one supplier; policies as given.
pub fn one(working: f64, headroom: f64, reserve: f64) -> (Tender, Award) {
    let policy = format!("* * {working} {headroom} {reserve}");
    let t = tender(&[
        ("tender", "name currency starts holding_rate capital_rate", &["one EUR 2026-01-01 0.1 0.05"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit criticality reference_price", &["n c unit 1 2"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["s"]),
        ("products", "product supplier need use_factor shelf_life", &["p s n 1 104"]),
        ("offers", "offer product price", &["o p 2"]),
        ("policies", "site need working_stock headroom reserve", &[&policy]),
    ]);
    let a = award(&t, &[("h", "n", "p", 520.0)]);
    (t, a)
}

/// Three sites of two members, two needs with equivalent products, three suppliers, plants, lead times, a centre.
pub fn network() -> (Tender, Award) {
    let t = tender(&[
        ("tender", "name currency starts holding_rate capital_rate", &["net EUR 2026-01-01 0.1 0.05"]),
        ("sites", "site member", &["h1 m1", "h2 m1", "h3 m2"]),
        (
            "needs",
            "need category unit criticality reference_price patients_per_unit backlog",
            &["a iv bag 1 2 0.5 0.4", "b iv bag 2 1 - 0"],
        ),
        (
            "demand",
            "site need quantity low high weekly_cv",
            &[
                "h1 a 5200 4500 6000 0.2",
                "h2 a 2600 - - 0.3",
                "h3 a 1040 - - 0",
                "h1 b 5200 - - 0.1",
                "h2 b 1040 - - 0",
                "h3 b 2080 1800 2400 0",
            ],
        ),
        ("suppliers", "supplier market_share", &["s1 0.5", "s2 0.3", "s3 -"]),
        ("plants", "plant supplier plant_region country", &["p1 s1 east US", "p2 s1 west US", "p3 s2 east US"]),
        ("inputs", "input plant", &["film p1", "film p3"]),
        (
            "products",
            "product supplier need use_factor plants shelf_life",
            &["s1-a s1 a 10 p1:0.7;p2:0.3 78", "s2-a s2 a 12 p3 52", "s1-b s1 b 10 p2 78", "s3-b s3 b 5 - 60"],
        ),
        ("equivalences", "product need use_factor strength", &["s1-b a 8 shortage_only", "s2-a b 14 full"]),
        ("offers", "offer product price lead_time", &["o1 s1-a 20 2", "o2 s2-a 25 0", "o3 s1-b 9 1", "o4 s3-b 5 3.5"]),
        (
            "incumbents",
            "site need product quantity price",
            &["h1 a s1-a 3000 20", "h2 a s1-a 2600 20", "h1 b s3-b 5200 5"],
        ),
        ("places", "place kind site plant", &["h1-store site h1 -", "dc centre - -", "beside centre - p1"]),
        ("stock", "place product on_hand", &["h1-store s1-a 30", "dc s1-a 20", "beside s2-a 15"]),
        (
            "policies",
            "site need working_stock headroom reserve policy review order_point order_up_to order_quantity",
            &["* * 1.5 1.3 1 cover 0 - - -", "h1 b 3 1.2 0 cover 2 - - -", "h3 b 0 9 1 r_q 0 240 - 120"],
        ),
    ]);
    let a = award(
        &t,
        &[
            ("h1", "a", "s1-a", 3120.0),
            ("h1", "a", "s2-a", 2080.0),
            ("h2", "a", "s1-a", 2600.0),
            ("h3", "a", "s2-a", 1040.0),
            ("h1", "b", "s1-b", 2600.0),
            ("h1", "b", "s3-b", 2600.0),
            ("h2", "b", "s2-a", 1040.0),
            ("h3", "b", "s3-b", 2080.0),
        ],
    );
    (t, a)
}

/// Everything a pack can say, over [`network`].
pub fn rough() -> Pack {
    let late = Hazard {
        effect: Effect::Delay,
        capacity: 0.3,
        ..hazard(
            "late",
            NodeKind::Supplier,
            "*",
            Law::Exponential { mean: 15.0 },
            Law::Lognormal { median: 2.0, sigma: 0.5 },
        )
    };
    let ramp = Hazard {
        recovery: Recovery::Linear { weeks: 5.0 },
        ..hazard(
            "fire",
            NodeKind::Plant,
            "*",
            Law::Weibull { scale: 50.0, shape: 0.8 },
            Law::Gamma { mean: 8.0, shape: 2.0 },
        )
    };
    let storm = Hazard {
        common: true,
        capacity: 0.2,
        nodes: vec![node(NodeKind::PlantRegion, "east"), node(NodeKind::Input, "film")],
        ..hazard(
            "storm",
            NodeKind::Plant,
            "p1",
            Law::Exponential { mean: 40.0 },
            Law::Lognormal { median: 6.0, sigma: 0.6 },
        )
    };
    let chance = Event {
        probability: 0.5,
        stretch_sigma: 0.4,
        ..event("quake", node(NodeKind::Supplier, "s3"), 12.0, &[(0.0, 0.0), (6.0, 0.5), (12.0, 1.0)])
    };
    let after = Event {
        after: Some("quake".into()),
        ..event("aftershock", node(NodeKind::Plant, "p2"), 14.5, &[(0.0, 0.1), (4.0, 1.0)])
    };
    let shocked = Event {
        shock: Shock {
            extra_lead_weeks: 1.0,
            price_factor: 1.3,
            recall: 0.4,
            hold_weeks: 5.0,
            stock_loss: 0.0,
            overshoot: 1.2,
            overshoot_weeks: 6.0,
        },
        ..event("recall", node(NodeKind::Product, "s2-a"), 18.0, &[(0.0, 0.2), (3.0, 1.0)])
    };
    let kinds = [
        (Effect::Order, NodeKind::Supplier, "s3", 25.0),
        (Effect::Transit, NodeKind::Plant, "p1", 30.0),
        (Effect::Receive, NodeKind::Site, "h2", 35.0),
    ];
    let of_kind = |(effect, kind, id, week)| Event {
        effect,
        shock: Shock { stock_loss: if effect == Effect::Receive { 0.3 } else { 0.0 }, ..Shock::default() },
        ..event(&format!("{effect:?}"), node(kind, id), week, &[(0.0, 0.1), (2.5, 1.0)])
    };
    let events = [chance, after, shocked].into_iter().chain(kinds.map(of_kind)).collect();
    Pack {
        spot: Some(Spot { lag_weeks: 2, cap: 0.3, multiple: 3.0, evidence: Evidence::default() }),
        allocation: Allocation { rule: AllocationRule::History, loyalty: 0.2, blend_weeks: 26, protect: None },
        recourse: vec![Recourse::Equivalences, Recourse::Transfer, Recourse::Reserve],
        spare: Spare { lag_weeks: 3, surge: 0.3 },
        hazards: vec![late, ramp, storm],
        events,
        relief: vec![Relief {
            id: "imports".into(),
            nodes: vec![node(NodeKind::Supplier, "s1")],
            steps: vec![Step { week: 5.0, level: 0.3 }],
            since_loss: false,
            evidence: Evidence::default(),
        }],
        demand: vec![
            DemandEffect::Surge {
                id: "flu".into(),
                on: NeedSelector { needs: vec!["a".into()], categories: vec![] },
                from_week: 20.5,
                weeks: 6.0,
                factor: 1.2,
                evidence: Evidence::default(),
            },
            DemandEffect::Conservation {
                id: "save".into(),
                on: NeedSelector::default(),
                receipts_below: 0.7,
                lag_weeks: 2,
                factor: 0.8,
                evidence: Evidence::default(),
            },
        ],
        ..calm(52)
    }
}
