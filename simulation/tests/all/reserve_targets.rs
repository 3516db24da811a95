//! Reserves for expected unmet demand, fill rate, CVaR, baskets and policies, against values worked out by hand.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::{Event, Law};
use ballast_domain::{Award, Pack, Tender};
use ballast_simulation::reserve::{ReserveReport, Target, Verdict, reserve};
use ballast_simulation::{Options, Replications, StressError};

use crate::fixture::{award, calm, event, hazard, node, one, tender};

fn sized(tender: &Tender, award: &Award, pack: &Pack, targets: &[&str], n: u64) -> ReserveReport {
    let targets: Vec<Target> = targets.iter().map(|t| t.parse().unwrap()).collect();
    let options = Options { seed: 17, replications: Replications::Fixed(n), cancel: None };
    reserve(tender, award, pack, &targets, &options, &|_| {}).unwrap()
}

fn out(supplier: &str, probability: f64, weeks: f64) -> Event {
    Event { probability, ..event(supplier, node(NodeKind::Supplier, supplier), 3.0, &[(0.0, 0.0), (weeks, 1.0)]) }
}

/// Out for 6 of 20 weeks with a chance of 0.3, one week of working stock: 5 weeks of demand are missing then.
fn sometimes() -> (Tender, Award, Pack) {
    let (t, a) = one(1.0, 1.2, 0.0);
    (t, a, Pack { events: vec![out("s", 0.3, 6.0)], ..calm(20) })
}

#[test]
fn expected_unmet_and_fill_rate_by_hand() {
    let (t, a, pack) = sometimes();
    // E u(R) = p (5 − R), p the part of paths with the outage; at confidence 0.5 the mean itself keeps the level.
    let report = sized(&t, &a, &pack, &["unmet<=0.6@conf=0.5"], 4_000);
    let p = {
        let none = sized(&t, &a, &pack, &["unmet<=100@conf=0.5"], 4_000);
        assert_eq!(none.needs[0].weeks, 0.0);
        // Sizing paths are those of the seed, before and after are lived on others.
        let options = Options { seed: 17, replications: Replications::Fixed(4_000), cancel: None };
        ballast_simulation::stress(&t, &a, &pack, None, &options, &|_| {}).unwrap().total.p_stockout.value
    };
    assert!((report.needs[0].weeks - (5.0 - 0.6 / p)).abs() < 1e-3, "{} with p {p}", report.needs[0].weeks);
    assert!((p - 0.3).abs() < 0.03);
    // 98 % of 20 weeks: 0.4 weeks may go unmet.
    let fill = sized(&t, &a, &pack, &["fill>=0.98@conf=0.5"], 4_000);
    assert!((fill.needs[0].weeks - (5.0 - 0.4 / p)).abs() < 1e-3);
    // With confidence there is more, and fresh paths keep the level.
    let sure = sized(&t, &a, &pack, &["fill>=0.98@conf=0.99"], 4_000);
    assert!(sure.needs[0].weeks > fill.needs[0].weeks && sure.targets[0].after.value > 0.98);
    assert!(sure.targets[0].before.value < 0.95 && sure.verdict != Verdict::NotMet && sure.corrections == 0);
}

#[test]
fn the_mean_of_the_worst_by_hand() {
    let (t, a, pack) = sometimes();
    // The worst 5 % all lack 5 weeks, less what is held; there is no error in that.
    let report = sized(&t, &a, &pack, &["cvar<=2"], 1_000);
    assert!((report.needs[0].weeks - 3.0).abs() < 0.01, "{}", report.needs[0].weeks);
    assert_eq!(report.verdict, Verdict::Met);
    assert!((report.targets[0].after.value - 2.0).abs() < 0.01 && report.targets[0].before.value == 5.0);
}

/// Two needs with a supplier each, 10 units a week; n costs 1, m costs 3 a unit. Each supplier is out for 10 weeks with a chance of 0.04.
fn two_needs() -> (Tender, Award, Pack) {
    let t = tender(&[
        ("tender", "name currency starts holding_rate capital_rate", &["two EUR 2026-01-01 0.1 0.1"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit criticality reference_price", &["m c unit 1 1", "n c unit 1 1"]),
        ("demand", "site need quantity", &["h m 520", "h n 520"]),
        ("suppliers", "supplier", &["r", "s"]),
        ("products", "product supplier need use_factor shelf_life", &["rm r m 1 40", "sn s n 1 12"]),
        ("offers", "offer product price", &["o rm 3", "u sn 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 1 1.2 0"]),
    ]);
    let a = award(&t, &[("h", "m", "rm", 520.0), ("h", "n", "sn", 520.0)]);
    (t, a, Pack { events: vec![out("r", 0.04, 10.0), out("s", 0.04, 10.0)], ..calm(30) })
}

#[test]
fn a_joint_target_asks_for_more_than_each_need_alone() {
    let (t, a, pack) = two_needs();
    let each = sized(&t, &a, &pack, &["p_stockout<=0.06@conf=0.9"], 4_000);
    assert!(each.needs.iter().all(|n| n.weeks == 0.0) && each.verdict == Verdict::Met, "4 % each are allowed");
    // Together nearly 8 %: the cheaper need is held for all of its outage, and 4 % are left.
    let joint = sized(&t, &a, &pack, &["p_stockout<=0.06@joint,conf=0.9"], 4_000);
    let weeks: Vec<f64> = joint.needs.iter().map(|n| n.weeks).collect();
    assert!(weeks[0] == 0.0 && (weeks[1] - 9.0).abs() < 1e-6, "{weeks:?}");
    assert!(joint.verdict == Verdict::Met && joint.targets[0].after.value < 0.05, "{:?}", joint.targets[0]);
    let (greedy, bound) = joint.targets[0].greedy_and_bound.unwrap();
    assert!((greedy - 90.0).abs() < 1e-6 && bound <= greedy);
    assert!(joint.targets[0].worst.is_none() && each.targets[0].worst.is_some());
}

#[test]
fn a_basket_is_held_where_it_is_cheapest() {
    let (t, a, pack) = two_needs();
    // Expected unmet demand without reserve: 0.04 × 9 weeks of each need, 0.36 weeks of the basket. Half of it: only n is held.
    let report = sized(&t, &a, &pack, &["unmet<=0.2@joint,conf=0.5"], 4_000);
    assert!(report.needs[0].weeks == 0.0 && report.needs[1].weeks > 5.0, "{:?}", report.plan);
    assert!(report.needs[1].marginal > 0.0 && report.needs[1].marginal > report.needs[0].marginal * 2.5);
    let (greedy, bound) = report.targets[0].greedy_and_bound.unwrap();
    assert!((greedy - bound).abs() < 1e-9, "greedy is exact here");
    // CVaR by cuts is never dearer than greedy steps, and on fresh paths it is what was asked for, about.
    let tail = sized(&t, &a, &pack, &["cvar<=1.5@conf=0.5"], 4_000);
    let (greedy, bound) = tail.targets[0].greedy_and_bound.unwrap();
    assert!(tail.purchase_value <= greedy + 1e-6 && bound <= tail.purchase_value + 1e-6);
    assert!(
        (tail.targets[0].after.value - 1.5).abs() < 0.4 && tail.targets[0].before.value > 2.0,
        "{:?}",
        tail.targets[0]
    );
}

#[test]
fn policies_hold_what_they_ask_for_as_far_as_it_keeps_and_are_reimbursed() {
    let (t, a, pack) = two_needs();
    // n keeps 12 weeks, one of which is working stock.
    let report = sized(&t, &a, &pack, &["hold>=20@reimburse=0.5"], 500);
    let weeks: Vec<f64> = report.needs.iter().map(|n| n.weeks).collect();
    assert_eq!(weeks, [20.0, 11.0]);
    assert_eq!((report.needs[0].verdict, report.needs[1].verdict), (Verdict::Met, Verdict::NotMet));
    assert!(report.verdict == Verdict::NotMet && report.needs[1].limited_by_shelf_life);
    assert_eq!(report.targets[0].worst, Some(report.needs[1].need));
    // 20 % a year on 600 and 110; half of it comes back.
    assert!((report.yearly_cost - 142.0).abs() < 1e-9 && (report.reimbursed - 71.0).abs() < 1e-9);
    // Several targets: each need holds what the hardest asks.
    let both = sized(&t, &a, &pack, &["hold>=2", "p_stockout<=0.06@joint,conf=0.9"], 4_000);
    let weeks: Vec<f64> = both.needs.iter().map(|n| n.weeks).collect();
    assert!(weeks[0] == 2.0 && (weeks[1] - 9.0).abs() < 1e-6 && both.targets.len() == 2, "{weeks:?}");
}

#[test]
fn memoryless_outages_ask_for_the_logarithm() {
    // Up for a mean of u, down for a mean of m, refill at once: outages beyond W + R weeks begin about λ = (H − W − R) e^{−(W + R) ÷ m} ÷ (u + m)
    // times in H weeks, P(stockout) = 1 − e^{−λ}.
    let (u, m, h) = (60.0, 3.0, 52.0);
    let (t, a) = one(1.0, 1_000.0, 0.0);
    let law = |mean| Law::Exponential { mean };
    let pack = Pack {
        hazards: vec![hazard("x", NodeKind::Supplier, "s", law(u), law(m))],
        initial: ballast_domain::pack::Initial::Up,
        ..calm(52)
    };
    for alpha in [0.2, 0.05, 0.01] {
        let got = sized(&t, &a, &pack, &[&format!("p_stockout<={alpha}@conf=0.5")], 8_000).needs[0].weeks;
        let missing = |r: f64| 1.0 - (-(h - 1.0 - r) * (-(1.0 + r) / m).exp() / (u + m)).exp();
        let (mut low, mut high) = (0.0, 40.0);
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if missing(middle) > alpha { low = middle } else { high = middle }
        }
        // Weeks are counted whole, and an outage that is cut by the horizon's end does less: half a week, and the sample's error in the tail.
        assert!((got - low).abs() < 0.5 + 0.1 * low, "{alpha}: {got} against {low}");
    }
}

#[test]
fn needs_that_do_not_exist_are_refused_with_the_nearest_name() {
    let (t, a, pack) = two_needs();
    let options = Options { seed: 1, replications: Replications::Fixed(10), cancel: None };
    let target: Target = "unmet<=1@need=mm".parse().unwrap();
    let Err(StressError::Target(said)) = reserve(&t, &a, &pack, &[target], &options, &|_| {}) else {
        panic!("refused")
    };
    assert!(said.contains("no need `mm`") && said.contains("did you mean `m`"), "{said}");
    assert!(matches!(reserve(&t, &a, &pack, &[], &options, &|_| {}), Err(StressError::Target(_))));
}
