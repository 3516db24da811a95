//! Sizing against brute force, and what a plan promises.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_simulation::draw::{Canvas, Scenery};
use ballast_simulation::kernel::{Model, State, live};
use ballast_simulation::reserve::{ReservePlan, Verdict, peak_weeks, reserve};
use ballast_simulation::rm1::reference_model;
use ballast_simulation::{Options, Replications, StressError, Target, stress};

use crate::fixture::{calm, hazard, network, one, rough};

fn options(n: u64) -> Options<'static> {
    Options { seed: 21, replications: Replications::Fixed(n), cancel: None }
}

fn outages() -> Vec<Hazard> {
    vec![hazard(
        "x",
        NodeKind::Supplier,
        "s",
        Law::Exponential { mean: 60.0 },
        Law::Lognormal { median: 8.0, sigma: 0.6 },
    )]
}

#[test]
fn requirement_is_what_bisection_finds() {
    let rm1 = reference_model().unwrap();
    let scenery = Scenery::new(&rm1.tender, &rm1.pack, 3).unwrap();
    let plan = |w: f64| ReservePlan::of_weeks(&rm1.tender, rm1.tender.needs.indexes().map(|n| (n, w)));
    let model = |w: f64| Model::new(&rm1.tender, &rm1.award, &scenery, Some(&plan(w)));
    let none = model(0.0);
    let (mut canvas, mut state) = (Canvas::new(&scenery), State::new(&none));
    let (mut peaks, mut lack) = (Vec::new(), Vec::new());
    let mut compared = 0;
    for r in 0..10 {
        scenery.draw(r, &mut canvas);
        live(&none, &canvas.path, &mut state);
        peak_weeks(&none, &state.record, &mut peaks, &mut lack);
        // All cells at once: each bisects its own level, run by run.
        let (mut low, mut high) = (vec![0.0f64; 100], vec![60.0f64; 100]);
        for _ in 0..40 {
            let middle: Vec<f64> = low.iter().zip(&high).map(|(l, h)| (l + h) / 2.0).collect();
            let plan = ReservePlan::of_weeks(&rm1.tender, rm1.tender.needs.indexes().zip(middle.iter().copied()));
            let model = Model::new(&rm1.tender, &rm1.award, &scenery, Some(&plan));
            live(&model, &canvas.path, &mut state);
            for c in 0..100 {
                let unmet: f64 = state.record.unmet.iter().skip(c).step_by(100).sum();
                if unmet > 0.0 { low[c] = middle[c] } else { high[c] = middle[c] }
            }
        }
        for c in 0..100 {
            assert!((peaks[c] - high[c]).abs() < 1e-6, "replication {r} cell {c}: {} against {}", peaks[c], high[c]);
            compared += usize::from(peaks[c] > 0.0);
        }
    }
    assert!(compared > 100);
}

#[test]
fn a_sized_reserve_holds_on_fresh_paths() {
    let (tender, award) = one(1.0, 1.2, 0.0);
    let pack = Pack { hazards: outages(), ..calm(52) };
    let target: Target = "p_stockout<=0.1@criticality=1".parse().unwrap();
    let report = reserve(&tender, &award, &pack, std::slice::from_ref(&target), &options(4_000), &|_| {}).unwrap();
    let need = &report.needs[0];
    assert!(need.p_stockout_before.value > 0.4, "{:?}", need.p_stockout_before);
    assert!(need.p_stockout_after.low <= 0.1 && need.p_stockout_after.value < 0.12, "{:?}", need.p_stockout_after);
    assert_ne!(report.verdict, Verdict::NotMet);
    assert_eq!(report.corrections, 0);
    // On the sizing paths: the sample keeps the level with the reserve and misses it with a twentieth less.
    let p = |weeks: f64| {
        let plan = ReservePlan::stated(&tender, [("n", weeks)]).unwrap();
        stress(&tender, &award, &pack, Some(&plan), &options(4_000), &|_| {}).unwrap().total.p_stockout.value
    };
    assert!(p(need.weeks) < 0.1 && p(need.weeks * 0.9) > p(need.weeks));
    // 10 units a week at 2 each; 15 % a year.
    assert!((need.purchase_value - need.weeks * 20.0).abs() < 1e-9);
    assert!((need.yearly_cost - need.purchase_value * 0.15).abs() < 1e-9);
}

#[test]
fn the_curve_falls_and_agrees_with_a_full_run() {
    let (tender, award) = one(1.0, 1.2, 0.0);
    let pack = Pack { hazards: outages(), ..calm(52) };
    let report =
        reserve(&tender, &award, &pack, &["p_stockout<=0.1".parse().unwrap()], &options(2_000), &|_| {}).unwrap();
    let curve = &report.curve;
    assert!(curve.len() > 10 && curve[0].yearly_cost == 0.0);
    for p in curve.windows(2) {
        assert!(p[1].yearly_cost > p[0].yearly_cost && p[1].expected_unmet < p[0].expected_unmet);
        assert!(p[1].p_any_stockout.value <= p[0].p_any_stockout.value);
        // Convex: each unit of money buys less than the one before.
    }
    let slope = |p: &[ballast_simulation::reserve::CurvePoint]| {
        (p[0].expected_unmet - p[1].expected_unmet) / (p[1].yearly_cost - p[0].yearly_cost)
    };
    assert!(curve.windows(3).all(|p| slope(&p[1..]) <= slope(p) * (1.0 + 1e-9)));
    let point = &curve[curve.len() / 2];
    let plan = ReservePlan::stated(&tender, [("n", point.weeks[0])]).unwrap();
    let run = stress(&tender, &award, &pack, Some(&plan), &options(2_000), &|_| {}).unwrap();
    let unmet = run.total.unmet_units.value;
    assert!((unmet - point.expected_unmet).abs() < 1e-6 * unmet, "{unmet} against {}", point.expected_unmet);
}

#[test]
fn shelf_life_is_a_ceiling_and_scope_must_exist() {
    let (tender, award) = network();
    let target: Target = "p_stockout<=0.01@criticality=1,conf=0.9".parse().unwrap();
    let report = reserve(&tender, &award, &rough(), std::slice::from_ref(&target), &options(1_000), &|_| {}).unwrap();
    let need = &report.needs[0];
    assert_eq!(report.needs.len(), 1);
    // s2-a keeps 52 weeks, working stock takes 1.5.
    assert_eq!(need.ceiling_weeks, Some(50.5));
    assert!(need.weeks <= 50.5 && need.p_stockout_after.value <= need.p_stockout_before.value);
    let three = "p_stockout<=0.01@criticality=3".parse().unwrap();
    assert!(matches!(reserve(&tender, &award, &rough(), &[three], &options(10), &|_| {}), Err(StressError::Target(_))));
    let unused = Pack { recourse: vec![], ..rough() };
    assert!(matches!(reserve(&tender, &award, &unused, &[target], &options(10), &|_| {}), Err(StressError::Target(_))));
    assert_eq!(ReservePlan::stated(&tender, [("c", 1.0)]).unwrap_err().0[0].code, "unknown_need");
}

#[test]
fn precision_stops_early_or_at_the_limit() {
    let (tender, award) = one(1.0, 1.2, 0.0);
    let pack = Pack { hazards: outages(), ..calm(52) };
    let run = |relative, at_most| {
        let options = Options { replications: Replications::Precision { relative, at_most }, ..options(1) };
        stress(&tender, &award, &pack, None, &options, &|_| {}).unwrap()
    };
    let coarse = run(0.1, 50_000);
    assert!(coarse.replications < 50_000 && coarse.relative_half_width <= 0.1);
    assert_eq!(run(0.0001, 5_000).replications, 5_000);
}
