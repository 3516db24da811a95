//! Joint failure: independent suppliers, common shocks, copulas. Each comparison is at 4 standard errors: error rate 6e-5.

use ballast_domain::Tender;
use ballast_domain::factor_map::NodeKind;
use ballast_domain::index::Ix;
use ballast_domain::pack::*;
use ballast_simulation::draw::{Canvas, Scenery, check};
use ballast_simulation::{Options, Replications, stress};

use crate::fixture::{award, calm, event, hazard, node, tender};

fn two() -> Tender {
    tender(&[
        ("tender", "name currency starts", &["two EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["a", "b"]),
        ("products", "product supplier need use_factor", &["pa a n 1", "pb b n 1"]),
        ("offers", "offer product price", &["oa pa 1", "ob pb 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1 0"]),
    ])
}

/// Fractions of paths in which A is down in a week, B is, and both are.
fn down(tender: &Tender, pack: &Pack, week: usize, n: u64) -> [f64; 3] {
    let scenery = Scenery::new(tender, pack, 23).unwrap();
    let mut canvas = Canvas::new(&scenery);
    let class: Vec<usize> = tender.products.indexes().map(|p| scenery.class_of(p) as usize).collect();
    let mut count = [0.0; 3];
    for r in 0..n {
        scenery.draw(r, &mut canvas);
        let is = |i: usize| canvas.path.capacity[week * canvas.path.classes + class[i]] < 1e-9;
        let (a, b) = (is(0), is(1));
        [a, b, a && b].into_iter().zip(&mut count).for_each(|(x, c)| *c += f64::from(x));
    }
    count.map(|c| c / n as f64)
}

fn near(got: f64, want: f64, n: u64, what: &str) {
    let error = (want * (1.0 - want) / n as f64).sqrt();
    assert!((got - want).abs() < 4.0 * error, "{what}: {got} against {want}, standard error {error}");
}

/// Fails once and stays down.
fn once(id: &str, supplier: &str, up: Law) -> Hazard {
    hazard(id, NodeKind::Supplier, supplier, up, Law::Fixed { weeks: 10_000.0 })
}

const N: u64 = 20_000;

#[test]
fn common_shocks_are_those_of_marshall_and_olkin() {
    // P(X > t, Y > t) = e^(−(λ₁ + λ₂ + λ₁₂) t), P(X > t) = e^(−(λ₁ + λ₁₂) t) (Marshall and Olkin 1967).
    let shared = Hazard { common: true, ..once("shared", "*", Law::Exponential { mean: 80.0 }) };
    let own = [("own-a", "a", 50.0), ("own-b", "b", 100.0)].map(|(id, s, mean)| once(id, s, Law::Exponential { mean }));
    let pack = Pack { initial: Initial::Up, hazards: own.into_iter().chain([shared]).collect(), ..calm(30) };
    let [a, b, both] = down(&two(), &pack, 20, N);
    let up = |rate: f64| (-20.0 * rate).exp();
    let (only_a, only_b) = (up(1.0 / 50.0 + 1.0 / 80.0), up(1.0 / 100.0 + 1.0 / 80.0));
    near(a, 1.0 - only_a, N, "A");
    near(b, 1.0 - only_b, N, "B");
    near(both, 1.0 - only_a - only_b + up(1.0 / 50.0 + 1.0 / 100.0 + 1.0 / 80.0), N, "both");
}

#[test]
fn a_common_shock_may_spare_some_of_its_nodes() {
    // Shocks at rate λ strike each node with chance p: P(both up) = e^(−λ t (1 − (1 − p)²)).
    let (mean, p) = (15.0, 0.4);
    let shared = Hazard {
        common: true,
        strikes: p,
        up: Law::Exponential { mean },
        down: Law::Fixed { weeks: 1e-6 },
        exit: 0.0,
        ..once("shared", "*", Law::Exponential { mean })
    };
    // Outages of a moment: count those that begin in the first 12 weeks.
    let pack = Pack { initial: Initial::Up, hazards: vec![shared], ..calm(12) };
    let t = two();
    let scenery = Scenery::new(&t, &pack, 3).unwrap();
    let mut canvas = Canvas::new(&scenery);
    let (mut neither, mut a_up) = (0.0, 0.0);
    for r in 0..N {
        scenery.draw(r, &mut canvas);
        let struck: Vec<bool> = canvas.path.down.clone();
        neither += f64::from(!struck[0] && !struck[1]);
        a_up += f64::from(!struck[0]);
    }
    near(a_up / N as f64, (-12.0 / mean * p).exp(), N, "A up");
    near(neither / N as f64, (-12.0 / mean * (1.0 - (1.0 - p) * (1.0 - p))).exp(), N, "both up");
}

fn copula(family: Family, couples: Coupled, of: &[&str], survival: bool) -> Vec<Copula> {
    let of = of.iter().map(|s| (*s).to_owned()).collect();
    vec![Copula { id: "c".into(), family, of, couples, survival, evidence: Evidence::default() }]
}

#[test]
fn copulas_couple_up_times() {
    // The week is the median of both laws. Gaussian and t at the median: 1/4 + arcsin ρ ÷ 2π; Clayton: (2 u^−θ − 1)^(−1/θ).
    let up_a = Law::Exponential { mean: 20.0 / 2.0f64.ln() };
    let up_b = Law::Weibull { scale: 20.0 / 2.0f64.ln().powf(0.5), shape: 2.0 };
    let elliptical = 0.25 + 0.6f64.asin() / (2.0 * std::f64::consts::PI);
    let clayton = (2.0 * 0.5f64.powf(-1.5) - 1.0).powf(-1.0 / 1.5);
    for (family, want) in [
        (Family::Gaussian { correlation: 0.6 }, elliptical),
        (Family::T { correlation: 0.6, degrees: 4.0 }, elliptical),
        (Family::Clayton { theta: 1.5 }, clayton),
    ] {
        let pack = Pack {
            initial: Initial::Up,
            hazards: vec![once("x", "a", up_a.clone()), once("y", "b", up_b.clone())],
            copulas: copula(family, Coupled::Up, &["x", "y"], false),
            ..calm(25)
        };
        let [a, b, both] = down(&two(), &pack, 20, N);
        near(a, 0.5, N, "A");
        near(b, 0.5, N, "B");
        near(both, want, N, &format!("{family:?}"));
    }
}

#[test]
fn copulas_couple_lengths_of_outages() {
    // Both fail in week 2 for lognormal times of median 10: P(both still down in week 12) = 1/4 + arcsin ρ ÷ 2π.
    // The second up time is long, so that there is one outage only.
    let fails = |id, s| Hazard {
        down: Law::Lognormal { median: 10.0, sigma: 0.7 },
        relapse: Some(Relapse { chance: 1.0, up: Law::Fixed { weeks: 10_000.0 } }),
        ..once(id, s, Law::Fixed { weeks: 2.0 })
    };
    let quality = copula(Family::Gaussian { correlation: 0.8 }, Coupled::Down, &["x", "y"], false);
    // Down for the whole of [11, 12): longer than 10, or as good as.
    let pack =
        Pack { initial: Initial::Up, hazards: vec![fails("x", "a"), fails("y", "b")], copulas: quality, ..calm(13) };
    let [a, _, both] = down(&two(), &pack, 11, N);
    near(a, 0.5, N, "A");
    near(both, 0.25 + 0.8f64.asin() / (2.0 * std::f64::consts::PI), N, "both");
}

#[test]
fn copulas_couple_whether_events_happen() {
    let strike =
        |id: &str, s: &str| Event { probability: 0.2, ..event(id, node(NodeKind::Supplier, s), 3.0, &[(0.0, 0.0)]) };
    let theta = 2.0f64;
    // With survival the dependence sits where U is large, away from the strikes.
    let joint = |u: f64| (2.0 * u.powf(-theta) - 1.0).powf(-1.0 / theta);
    for (survival, want) in [(false, joint(0.2)), (true, 0.2 + 0.2 - 1.0 + joint(0.8))] {
        let pack = Pack {
            events: vec![strike("x", "a"), strike("y", "b")],
            copulas: copula(Family::Clayton { theta }, Coupled::Strike, &["x", "y"], survival),
            ..calm(6)
        };
        let [a, b, both] = down(&two(), &pack, 4, N);
        near(a, 0.2, N, "A");
        near(b, 0.2, N, "B");
        near(both, want, N, "both");
    }
}

#[test]
fn suppliers_with_given_shares_fail_apart() {
    // 60 and 40 % of 10 a week, no stock: unmet is 0, 4, 6 or 10 with products of availabilities.
    let t = two();
    let a = award(&t, &[("h", "n", "pa", 312.0), ("h", "n", "pb", 208.0)]);
    let law = |chance| Law::Geometric { chance };
    let x = hazard("x", NodeKind::Supplier, "a", law(0.1), law(0.3));
    let y = hazard("y", NodeKind::Supplier, "b", law(0.05), law(0.2));
    let pack = Pack { hazards: vec![x, y], ..calm(20) };
    let (p, q) = (0.25, 0.2);
    let options = Options { seed: 5, replications: Replications::Fixed(4_000), cancel: None };
    let report = stress(&t, &a, &pack, None, &options, &|_| {}).unwrap();
    let got = report.needs[0].unmet_units;
    let want = 20.0 * (6.0 * p + 4.0 * q);
    assert!((got.value - want).abs() < 4.0 * got.standard_error, "{got:?} against {want}");
    let [da, db, both] = down(&t, &pack, 15, N);
    near(da, p, N, "A");
    near(db, q, N, "B");
    near(both, p * q, N, "both");
}

#[test]
fn a_season_moves_outages_and_keeps_their_yearly_rate() {
    // All of the rate from August to October. Contract from 1 July: weeks 4⅓ to 17⅓ of each year.
    let t = tender(&[
        ("tender", "name currency starts", &["two EUR 2026-07-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["a"]),
        ("products", "product supplier need use_factor", &["pa a n 1"]),
        ("offers", "offer product price", &["oa pa 1"]),
    ]);
    let mut months = [0.0; 12];
    months[7..10].fill(2.0);
    let storm = Hazard {
        season: Some(months),
        ..hazard("storm", NodeKind::Supplier, "a", Law::Exponential { mean: 104.0 }, Law::Fixed { weeks: 0.5 })
    };
    for initial in [Initial::Up, Initial::Stationary] {
        let pack = Pack { initial, hazards: vec![storm.clone()], ..calm(52) };
        let scenery = Scenery::new(&t, &pack, 8).unwrap();
        let class = scenery.class_of(Ix::new(0)) as usize;
        let mut canvas = Canvas::new(&scenery);
        let mut quiet = 0.0;
        for r in 0..N {
            scenery.draw(r, &mut canvas);
            let mut struck = (0..52).filter(|w| canvas.path.capacity[w * canvas.path.classes + class] < 1.0).peekable();
            quiet += f64::from(struck.peek().is_none());
            assert!(struck.all(|w| (4..=17).contains(&w)));
        }
        // Half an outage a year, Poisson (the half weeks of the outages are outside the season or too short to matter: < 0.5 %).
        let got = quiet / N as f64;
        assert!((got - (-0.5f64).exp()).abs() < 0.005 + 4.0 * (0.24 / N as f64).sqrt(), "{got}");
    }
}

#[test]
fn every_fault_of_the_new_entries_is_named() {
    let t = two();
    let mut copulas = copula(Family::Clayton { theta: 0.0 }, Coupled::Up, &["x", "z"], false);
    copulas.push(Copula { id: "d".into(), ..copulas[0].clone() });
    let pack = Pack {
        hazards: vec![Hazard {
            strikes: 1.2,
            exit: -0.1,
            season: Some([0.0; 12]),
            effect: Effect::Receive,
            shock: Shock { recall: 2.0, ..Shock::default() },
            relapse: Some(Relapse { chance: 0.5, up: Law::Exponential { mean: -1.0 } }),
            ..once("x", "a", Law::Exponential { mean: 10.0 })
        }],
        copulas,
        demand_laws: vec![DemandLaw {
            id: "l".into(),
            on: NeedSelector { needs: vec!["m".into()], categories: vec![] },
            noise: Noise::Compound { size: Law::Fixed { weeks: 0.0 } },
            evidence: Evidence::default(),
        }],
        ..calm(20)
    };
    let findings = check(&t, &pack);
    let all: String = findings.0.iter().map(|f| format!("{f}\n")).collect();
    for part in [
        "strikes",
        "exit",
        "season",
        "receive",
        "shock.recall",
        "relapse.up",
        "theta",
        "no hazard of this id",
        "another copula",
        "initial",
        "noise.size",
        "unknown_need",
    ] {
        assert!(all.contains(part), "{part} in\n{all}");
    }
    assert_eq!(findings.0.len(), 18, "{all}");
}
