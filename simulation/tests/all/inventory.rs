//! Inventory policies and disruptions against textbook answers. Each comparison is at 4 standard errors: error rate 6e-5.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_domain::{Award, Tender};
use ballast_simulation::draw::{Canvas, Scenery};
use ballast_simulation::kernel::{Model, Record, State, live};
use ballast_simulation::metric::{Estimate, Levels};
use ballast_simulation::{Options, Replications, stress};
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

use crate::fixture::{award, calm, hazard, tender};

/// One site that uses a mean of `weekly` units a week, one supplier, unmet demand postponed by a part.
fn shop(weekly: f64, lead_weeks: u32, backlog: &str, policy: &str) -> (Tender, Award) {
    let (demand, offer) = (format!("h n {}", weekly * 52.0), format!("o p 2 {lead_weeks}"));
    let need = format!("n c unit {backlog}");
    let t = tender(&[
        ("tender", "name currency starts", &["one EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit backlog", &[&need]),
        ("demand", "site need quantity", &[&demand]),
        ("suppliers", "supplier", &["s"]),
        ("products", "product supplier need use_factor", &["p s n 1"]),
        ("offers", "offer product price lead_time", &[&offer]),
        (
            "policies",
            "site need working_stock headroom policy review order_point order_up_to order_quantity",
            &[policy],
        ),
    ]);
    let a = award(&t, &[("h", "n", "p", weekly * 52.0)]);
    (t, a)
}

/// What a figure of the record is over many replications: mean and standard error.
fn sample((tender, award): &(Tender, Award), pack: &Pack, n: u64, figure: impl Fn(&Record) -> f64) -> (f64, f64) {
    let scenery = Scenery::new(tender, pack, 17).unwrap();
    let model = Model::new(tender, award, &scenery, None);
    let (mut canvas, mut state) = (Canvas::new(&scenery), State::new(&model));
    let x: Vec<f64> = (0..n)
        .map(|r| {
            scenery.draw(r, &mut canvas);
            live(&model, &canvas.path, &mut state);
            figure(&state.record)
        })
        .collect();
    let mean = x.iter().sum::<f64>() / n as f64;
    let variance = x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1) as f64;
    (mean, (variance / n as f64).sqrt())
}

fn near(got: (f64, f64), want: f64, what: &str) {
    assert!((got.0 - want).abs() < 4.0 * got.1 + 1e-9, "{what}: {got:?} against {want}");
}

fn law(noise: Noise) -> Vec<DemandLaw> {
    vec![DemandLaw { id: "law".into(), on: NeedSelector::default(), noise, evidence: Evidence::default() }]
}

/// P(N = k) for a Poisson number of customers who take geometric(chance) units each (chance 1: Poisson), by Panjer's recursion.
fn stuttering(customers: f64, chance: f64, most: usize) -> Vec<f64> {
    let size = |j: usize| chance * (1.0 - chance).powi(j as i32 - 1);
    let mut p = vec![(-customers).exp()];
    for k in 1..=most {
        let sum: f64 = (1..=k).map(|j| j as f64 * size(j) * p[k - j]).sum();
        p.push(customers / k as f64 * sum);
    }
    p
}

/// P(D > level) and E (D − level)⁺.
fn beyond(p: &[f64], level: usize) -> (f64, f64) {
    let tail = p.iter().enumerate().skip(level + 1);
    tail.fold((0.0, 0.0), |(chance, mean), (k, p)| (chance + p, mean + (k - level) as f64 * p))
}

#[test]
fn base_stock_under_poisson_and_compound_demand() {
    // Order up to S, lead time L: owed at the end of a week = (D over L + 1 weeks − S)⁺ (Zipkin 2000, §6.2; Axsäter 2006, §5.3).
    for (chance, noise) in [(1.0, Noise::Poisson), (0.5, Noise::Compound { size: Law::Geometric { chance: 0.5 } })] {
        for (lead, up_to) in [(0, 9), (2, 20), (3, 33)] {
            let s = shop(6.0, lead, "1", &format!("* * 1 1000 base_stock 0 - {up_to} -"));
            let pack = Pack { demand_laws: law(noise.clone()), ..calm(30) };
            let p = stuttering(6.0 * chance * f64::from(lead + 1), chance, 400);
            let (stockout, owed) = beyond(&p, up_to);
            near(sample(&s, &pack, 10_000, |r| f64::from(r.owed[29] > 1e-6)), stockout, "P(owed)");
            near(sample(&s, &pack, 10_000, |r| r.owed[29]), owed, "E owed");
        }
    }
}

#[test]
fn base_stock_under_normal_demand() {
    // Owed = σ √(L + 1) G((S − (L + 1) μ) ÷ σ √(L + 1)), G(k) = φ(k) − k (1 − Φ(k)) (Zipkin 2000, §6.4).
    let (mean, sd, up_to) = (100.0, 20.0f64, 330.0);
    let s = shop(mean, 2, "1", "* * 1 1000 base_stock 0 - 330 -");
    let got = settled(&s, &Pack { demand_laws: law(Noise::Normal { cv: sd / mean }), ..calm(60) }, 2_000);
    let (normal, spread) = (Normal::standard(), sd * 3f64.sqrt());
    let k = (up_to - 3.0 * mean) / spread;
    let owed = spread * (normal.pdf(k) - k * (1.0 - normal.cdf(k)));
    within(got.owed_units, owed, "owed");
    within(got.on_hand_units, up_to - 3.0 * mean + owed, "on hand");
}

#[test]
fn point_and_quantity_under_poisson_demand() {
    // The position after ordering is uniform on r + 1 … r + Q (Hadley and Whitin 1963, §4): average over base stocks.
    let (point, quantity, lead) = (11, 9, 1);
    let s = shop(5.0, lead, "1", &format!("* * 1 1000 r_q 0 {point} - {quantity}"));
    let pack = Pack { demand_laws: law(Noise::Poisson), ..calm(60) };
    let p = stuttering(5.0 * f64::from(lead + 1), 1.0, 200);
    let all: Vec<(f64, f64)> = (point + 1..=point + quantity).map(|y| beyond(&p, y)).collect();
    let mean = |f: fn(&(f64, f64)) -> f64| all.iter().map(f).sum::<f64>() / quantity as f64;
    near(sample(&s, &pack, 10_000, |r| f64::from(r.owed[59] > 1e-6)), mean(|x| x.0), "P(owed)");
    near(sample(&s, &pack, 10_000, |r| r.owed[59]), mean(|x| x.1), "E owed");
}

#[test]
fn point_and_level_with_reviews_under_poisson_demand() {
    // (s, S) reviewed every two weeks: the position after a review is a Markov chain, here iterated to its long-run law.
    let (point, up_to, lead) = (14usize, 26usize, 1);
    let s = shop(4.0, lead, "1", &format!("* * 1 1000 s_S 2 {point} {up_to} -"));
    let pack = Pack { demand_laws: law(Noise::Poisson), ..calm(61) };
    let two_weeks = stuttering(8.0, 1.0, 120);
    let mut position = vec![0.0; up_to + 1];
    position[up_to] = 1.0;
    for _ in 0..500 {
        let mut next = vec![0.0; up_to + 1];
        for (y, chance) in position.iter().enumerate() {
            for (d, p) in two_weeks.iter().enumerate() {
                let left = y.checked_sub(d).filter(|left| *left > point).unwrap_or(up_to);
                next[left] += chance * p;
            }
        }
        position = next;
    }
    // Reviews at the ends of weeks 1, 3, 5 …; what was ordered at the end of week 57 arrives in week 59. Owed at the end of week 59
    // is demand of two weeks beyond that position, at the end of week 60 (no order in between) of three.
    for (week, weeks) in [(59, 2.0), (60, 3.0)] {
        let p = stuttering(4.0 * weeks, 1.0, 200);
        let want: f64 = position.iter().enumerate().map(|(y, chance)| chance * beyond(&p, y).1).sum();
        near(sample(&s, &pack, 10_000, |r| r.owed[week]), want, "E owed");
    }
}

/// Up and down on whole weeks: fails with chance a, repaired with chance b.
fn markov(a: f64, b: f64) -> Vec<Hazard> {
    vec![hazard("x", NodeKind::Supplier, "s", Law::Geometric { chance: a }, Law::Geometric { chance: b })]
}

#[test]
fn economic_order_quantity_with_disruptions() {
    // Zero-inventory ordering, lost demand (Parlar and Berkin 1991, as corrected by Berk and Arreola-Risa 1994), on whole weeks: an
    // order lasts n weeks; the supplier, up when it was filled, is down when the next is due with chance
    // a/(a + b) (1 − (1 − a − b)^n), and then for 1/b weeks. Lost = E wait ÷ (n + E wait).
    let (a, b) = (0.08, 0.25);
    for n in [1, 4, 9] {
        let s = shop(10.0, 0, "0", &format!("* * 1 1000 r_q 0 0 - {}", 10 * n));
        let pack = Pack { hazards: markov(a, b), ..calm(400) };
        let wait = a / (a + b) * (1.0 - (1.0 - a - b).powi(n)) / b;
        let lost = |r: &Record| r.unmet[100..400].iter().sum::<f64>() / 3000.0;
        near(sample(&s, &pack, 2_000, lost), wait / (f64::from(n) + wait), &format!("lost at {n} weeks an order"));
    }
}

/// π_n: the supplier has been down for n weeks in a row, this one included (0: up).
fn down_for(a: f64, b: f64, n: i32) -> f64 {
    match n {
        0 => b / (a + b),
        n => a * b / (a + b) * (1.0 - b).powi(n - 1),
    }
}

#[test]
fn geometric_outages_have_tomlins_base_stock() {
    // Constant demand d, backorders, unlimited recovery (Güllü 1997; Tomlin 2006): cost(S) = Σ π_n (h (S − (n + 1) d)⁺ + p ((n + 1) d − S)⁺),
    // least at S* = (1 + F⁻¹(p/(p + h))) d.
    let (a, b, h, penalty, d) = (0.1, 0.3, 1.0, 9.0, 10.0);
    let pack = Pack { hazards: markov(a, b), ..calm(60) };
    let mut costs = Vec::new();
    for k in 0..8 {
        let up_to = d * f64::from(k + 1);
        let s = shop(d, 0, "1", &format!("* * 1 1000 base_stock 0 - {up_to} -"));
        let want: f64 = (0..300)
            .map(|n| {
                let left = up_to - f64::from(n + 1) * d;
                down_for(a, b, n) * if left > 0.0 { h * left } else { -penalty * left }
            })
            .sum();
        let got = sample(&s, &pack, 10_000, |r| h * r.stock[59] + penalty * r.owed[59]);
        near(got, want, &format!("cost of {k} weeks beside the week's own"));
        costs.push(got.0);
    }
    let reached = |n: i32| (0..=n).map(|i| down_for(a, b, i)).sum::<f64>() >= penalty / (penalty + h);
    let best = (0..).find(|n| reached(*n)).unwrap();
    let cheapest = costs.iter().enumerate().min_by(|x, y| x.1.total_cmp(y.1)).unwrap().0;
    assert_eq!((best, cheapest), (3, 3));
}

#[test]
fn newsvendor_with_disruptions_and_random_demand() {
    // The same with Poisson demand: Σ π_n E (D over n + 1 weeks − S)⁺ is owed (Snyder and Shen 2019, §9.4).
    let (a, b) = (0.1, 0.4);
    let pack = Pack { hazards: markov(a, b), demand_laws: law(Noise::Poisson), ..calm(50) };
    for up_to in [4usize, 8, 16] {
        let s = shop(4.0, 0, "1", &format!("* * 1 1000 base_stock 0 - {up_to} -"));
        let owed = |n: i32| down_for(a, b, n) * beyond(&stuttering(4.0 * f64::from(n + 1), 1.0, 350), up_to).1;
        let want: f64 = (0..40).map(owed).sum();
        near(sample(&s, &pack, 20_000, |r| r.owed[49]), want, &format!("owed at {up_to}"));
    }
}

/// What a stress test says of the second half of its horizon.
fn settled((tender, award): &(Tender, Award), pack: &Pack, n: u64) -> Levels {
    let options = Options { seed: 29, replications: Replications::Fixed(n), cancel: None };
    stress(tender, award, pack, None, &options, &|_| {}).unwrap().inventory[0].second_half
}

fn within(got: Estimate, want: f64, what: &str) {
    near((got.value, got.standard_error), want, what);
    assert!(got.low <= got.value && got.value <= got.high, "{what}: {got:?}");
}

#[test]
fn a_stress_test_counts_stock_owed_units_and_orders() {
    // Newsvendor with disruptions: on hand S − E D + owed, owed as above.
    let (a, b, up_to) = (0.1, 0.4, 16usize);
    let s = shop(4.0, 0, "1", &format!("* * 1 1000 base_stock 0 - {up_to} -"));
    let got = settled(&s, &Pack { hazards: markov(a, b), demand_laws: law(Noise::Poisson), ..calm(80) }, 1_500);
    let owed = |n: i32| beyond(&stuttering(4.0 * f64::from(n + 1), 1.0, 350), up_to).1;
    let gap = |n: i32| up_to as f64 - 4.0 * f64::from(n + 1);
    within(got.owed_units, (0..40).map(|n| down_for(a, b, n) * owed(n)).sum(), "owed");
    within(got.on_hand_units, (0..40).map(|n| down_for(a, b, n) * (gap(n) + owed(n))).sum(), "on hand");
    // (r, Q): demand over quantity is ordered; on hand r + (Q + 1) ÷ 2 − λ (L + 1) + owed.
    let (point, quantity, lead) = (11, 9, 1);
    let s = shop(5.0, lead, "1", &format!("* * 1 1000 r_q 0 {point} - {quantity}"));
    let got = settled(&s, &Pack { demand_laws: law(Noise::Poisson), ..calm(80) }, 1_500);
    let p = stuttering(10.0, 1.0, 200);
    let owed = (point + 1..=point + quantity).map(|y| beyond(&p, y).1).sum::<f64>() / quantity as f64;
    within(got.owed_units, owed, "owed");
    within(got.on_hand_units, 11.0 + 5.0 - 10.0 + owed, "on hand");
    // A week's demand may need several lots at once: orders are fewer than lots, by the chance of the second.
    let week = stuttering(5.0, 1.0, 60);
    let some = |y: usize| week.iter().skip(y - point).sum::<f64>();
    let orders = (point + 1..=point + quantity).map(some).sum::<f64>() / quantity as f64 * 52.0;
    within(got.orders_a_year.unwrap(), orders, "orders a year");
}

#[test]
fn economic_order_quantity_has_its_cost_and_its_best_quantity() {
    // The same cycle as above: K orders ÷ cycle + h stock + p lost, on hand Σ_{j<n} j d a cycle of n + E wait weeks.
    let (a, b, d) = (0.08, 0.25, 10.0);
    let (order, holding, lost) = (60.0, 1.0, 8.0);
    let mut costs = Vec::new();
    for n in 3..=5 {
        let s = shop(d, 0, "0", &format!("* * 1 1000 r_q 0 0 - {}", 10 * n));
        let pack = Pack { hazards: markov(a, b), ..calm(300) };
        let options = Options { seed: 31, replications: Replications::Fixed(600), cancel: None };
        let report = stress(&s.0, &s.1, &pack, None, &options, &|_| {}).unwrap();
        let got = report.inventory[0].second_half;
        let wait = a / (a + b) * (1.0 - (1.0 - a - b).powi(n)) / b;
        let cycle = f64::from(n) + wait;
        let stock = d * f64::from(n * (n - 1)) / 2.0 / cycle;
        within(got.on_hand_units, stock, &format!("on hand at {n}"));
        within(got.orders_a_year.unwrap(), 52.0 / cycle, &format!("orders at {n}"));
        let unmet = report.needs[0].unmet_units.value / 300.0;
        let want = order / cycle + holding * stock + lost * d * wait / cycle;
        costs.push((
            order * got.orders_a_year.unwrap().value / 52.0 + holding * got.on_hand_units.value + lost * unmet,
            want,
        ));
    }
    let best =
        |of: fn(&(f64, f64)) -> f64| (0..3).min_by(|x, y| of(&costs[*x]).total_cmp(&of(&costs[*y]))).unwrap() + 3;
    assert_eq!((best(|c| c.0), best(|c| c.1)), (4, 4), "{costs:?}");
    assert!(costs.iter().all(|(got, want)| (got / want - 1.0).abs() < 0.01), "{costs:?}");
}

#[test]
fn reviews_and_quantities_without_randomness() {
    // 10 a week, order 25 whenever 20 or less are there; all of it by hand.
    let run = |policy: &str| {
        let (t, a) = shop(10.0, 0, "0", policy);
        ballast_simulation::replay(&t, &a, &calm(8), None, 0, 0).unwrap().record
    };
    let r = run("* * 1 1000 r_q 0 20 - 25");
    // 45 on the first day: 35, 25, 15 + 25 → 30, 20 + 25 → 35 …
    assert_eq!(r.stock, [35.0, 25.0, 15.0, 30.0, 20.0, 35.0, 25.0, 15.0]);
    let r = run("* * 1 1000 s_S 3 20 45 -");
    // Reviewed at the ends of weeks 2 and 5 only.
    assert_eq!(r.stock, [35.0, 25.0, 15.0, 35.0, 25.0, 15.0, 35.0, 25.0]);
    let r = run("* * 2 1000 cover 4 - - -");
    // Two weeks of stock and the week's own, every four weeks: the fourth goes unmet.
    assert_eq!(r.received, [10.0, 0.0, 0.0, 0.0, 30.0, 0.0, 0.0, 0.0]);
    assert_eq!(r.unmet, [0.0, 0.0, 0.0, 10.0, 0.0, 0.0, 0.0, 10.0]);
}

#[test]
fn orders_that_cannot_be_shipped_stand_and_are_not_given_twice() {
    // Down in weeks 3 to 6. A reserve of one week is drawn in week 4; reserve and stock are ordered once, however long it takes.
    let (t, a) = shop(10.0, 0, "0", "* * 1 1000 base_stock 0 - 20 -");
    let with_reserve = ballast_simulation::ReservePlan::stated(&t, [("n", 1.0)]).unwrap();
    let out =
        crate::fixture::event("out", crate::fixture::node(NodeKind::Supplier, "s"), 3.0, &[(0.0, 0.0), (4.0, 1.0)]);
    let pack = Pack { events: vec![out], ..calm(10) };
    let r = ballast_simulation::replay(&t, &a, &pack, Some(&with_reserve), 0, 0).unwrap().record;
    assert_eq!(r.unmet, [0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 10.0, 0.0, 0.0, 0.0]);
    assert_eq!(r.received, [10.0, 10.0, 10.0, 0.0, 0.0, 0.0, 0.0, 30.0, 10.0, 10.0]);
    assert_eq!(r.stock[7..], [20.0, 20.0, 20.0]);
}
