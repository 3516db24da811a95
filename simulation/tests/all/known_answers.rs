//! The engine against closed forms.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_simulation::metric::Estimate;
use ballast_simulation::{Options, Replications, replay, stress};
use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::{gamma, gamma_ur};

use crate::fixture::{award, calm, event, hazard, network, node, one, tender};

fn options(n: u64) -> Options<'static> {
    Options { seed: 11, replications: Replications::Fixed(n), cancel: None }
}

#[test]
fn without_stock_fill_rate_is_long_run_availability() {
    // No working stock: what is served in a week is what is shipped in it, so fill rate = E up / (E up + E down).
    let (tender, award) = one(0.0, 1.0, 0.0);
    for (up, down) in [
        (Law::Exponential { mean: 40.0 }, Law::Exponential { mean: 10.0 }),
        (Law::Geometric { chance: 0.05 }, Law::Geometric { chance: 0.2 }),
        (Law::Lognormal { median: 30.0, sigma: 0.5 }, Law::Fixed { weeks: 6.0 }),
    ] {
        let want = up.mean() / (up.mean() + down.mean());
        let pack = Pack { hazards: vec![hazard("x", NodeKind::Supplier, "s", up, down)], ..calm(52) };
        let report = stress(&tender, &award, &pack, None, &options(20_000), &|_| {}).unwrap();
        let fill = report.total.fill_rate;
        assert!((fill.value - want).abs() < 4.0 * fill.standard_error, "{fill:?} against {want}");
    }
}

#[test]
fn the_tail_of_an_outage_is_that_of_its_law() {
    // One outage, no stock: unmet weeks are its length. VaR 95 = F⁻¹(0.95); CVaR 95 = E[X; X > VaR] ÷ 0.05: memoryless VaR + m; lognormal
    // mean Φ(σ − z) ÷ 0.05; Weibull and gamma by the incomplete gamma function. Intervals stretched to 4 standard errors: error rate 6e-5.
    let (z, l) = (1.644_853_626_951_472_2, 20f64.ln());
    let lognormal = |median: f64, sigma: f64| {
        let beyond = Normal::standard().cdf(sigma - z);
        (median * (sigma * z).exp(), median * (sigma * sigma / 2.0).exp() * beyond / 0.05)
    };
    let weibull = |scale: f64, shape: f64| {
        let whole = 1.0 + 1.0 / shape;
        (scale * l.powf(1.0 / shape), scale * gamma(whole) * gamma_ur(whole, l) / 0.05)
    };
    // Shape 2 and mean 6: (1 + x) e^(−x) = 0.05 at x = 4.743864518…, VaR 3 x.
    let x = 4.743_864_518_390_676;
    let cases = [
        (Law::Exponential { mean: 5.0 }, (5.0 * l, 5.0 * l + 5.0)),
        (Law::Lognormal { median: 5.0, sigma: 0.8 }, lognormal(5.0, 0.8)),
        (Law::Weibull { scale: 6.0, shape: 1.5 }, weibull(6.0, 1.5)),
        (Law::Gamma { mean: 6.0, shape: 2.0 }, (3.0 * x, 6.0 * gamma_ur(3.0, x) / 0.05)),
    ];
    let (tender, award) = one(0.0, 1.0, 0.0);
    for (down, (var, cvar)) in cases {
        let outage = RandomOutage { down: down.clone(), capacity: 0.0, recovery: Recovery::Step };
        let e = Event { outage: Some(outage), ..event("e", node(NodeKind::Supplier, "s"), 3.3, &[]) };
        let report = stress(&tender, &award, &Pack { events: vec![e], ..calm(150) }, None, &options(3_000), &|_| {});
        let scope = report.unwrap().needs[0].clone();
        let holds = |e: Estimate, want: f64| (e.value - want).abs() < 4.0 * e.standard_error;
        assert!(holds(scope.unmet_weeks, down.mean()), "{down:?}: mean {:?}", scope.unmet_weeks);
        assert!(holds(scope.tail_weeks.var95, var), "{down:?}: VaR {:?} against {var}", scope.tail_weeks.var95);
        assert!(holds(scope.tail_weeks.cvar95, cvar), "{down:?}: CVaR {:?} against {cvar}", scope.tail_weeks.cvar95);
    }
}

#[test]
fn geometric_outages_and_weeks_of_stock() {
    // Up and down geometric on whole weeks, stock of k weeks beside the week's own, unlimited refill (Tomlin 2006):
    // a week is short iff the supplier has been down for more than k weeks, P = down share × (1 − p)^k.
    let (p_fail, p_repair) = (0.05, 0.25);
    let pack = Pack {
        hazards: vec![hazard(
            "x",
            NodeKind::Supplier,
            "s",
            Law::Geometric { chance: p_fail },
            Law::Geometric { chance: p_repair },
        )],
        ..calm(150)
    };
    let down_share = (1.0 / p_repair) / (1.0 / p_repair + 1.0 / p_fail);
    for k in [0.0, 1.0, 3.0, 6.0] {
        let (tender, award) = one(k, 1000.0, 0.0);
        let report = stress(&tender, &award, &pack, None, &options(20_000), &|_| {}).unwrap();
        // The first weeks start with full stock; look at the last.
        let got = report.fans[0].unmet_fraction[149].mean;
        let want = down_share * (1.0f64 - p_repair).powf(k);
        assert!((got - want).abs() < 4.5 * (want * (1.0 - want) / 20_000.0).sqrt(), "{k} weeks: {got} against {want}");
    }
}

#[test]
fn a_scripted_outage_by_hand() {
    // Out from week 10 to 14; one week of working stock and one of reserve: weeks 12 and 13 go unmet.
    let (tender, award) = one(1.0, 1.2, 1.0);
    let pack =
        Pack { events: vec![event("out", node(NodeKind::Supplier, "s"), 10.0, &[(0.0, 0.0), (4.0, 1.0)])], ..calm(30) };
    let trace = replay(&tender, &award, &pack, None, 0, 0).unwrap();
    let unmet: Vec<(usize, f64)> = trace.needs[0]
        .weeks
        .iter()
        .enumerate()
        .filter(|(_, w)| w.unmet_units > 0.0)
        .map(|(w, x)| (w, x.unmet_units))
        .collect();
    assert_eq!(unmet, [(12, 10.0), (13, 10.0)]);
    let week = |w: usize| trace.needs[0].weeks[w];
    assert_eq!((week(11).reserve_drawn_units, week(13).received_units), (10.0, 0.0));
    // Refill at 1.2 weeks a week: 2 units a week, 20 missing, full again after 10 weeks.
    assert!((week(14).received_units - 12.0).abs() < 1e-9);
    assert!((week(22).stock_units - 18.0).abs() < 1e-9 && (week(24).stock_units - 20.0).abs() < 1e-9);
}

#[test]
fn late_goods_arrive_later_and_none_is_lost() {
    let (tender, award) = one(1.0, 1.2, 0.0);
    let late = Hazard {
        effect: Effect::Delay,
        ..hazard("late", NodeKind::Supplier, "s", Law::Fixed { weeks: 10.0 }, Law::Fixed { weeks: 3.0 })
    };
    let pack = Pack { hazards: vec![late], initial: Initial::Up, ..calm(20) };
    let trace = replay(&tender, &award, &pack, None, 0, 0).unwrap();
    let received: Vec<f64> = trace.needs[0].weeks.iter().map(|w| w.received_units).collect();
    // Two weeks are ordered and held; then stock and what is on the way are at their target, so a third is not (nobody
    // waits for what went unmet). Both arrive in week 13.
    assert_eq!(received[9..15], [10.0, 0.0, 0.0, 0.0, 20.0, 10.0]);
    let unmet: f64 = trace.needs[0].weeks.iter().map(|w| w.unmet_units).sum();
    // Three weeks without receipts, one of stock; what arrives later finds no backlog.
    assert_eq!(unmet, 20.0);
}

#[test]
fn lead_time_shifts_the_gap() {
    let (tender, award) = network();
    let pack = Pack {
        recourse: vec![],
        events: vec![event("out", node(NodeKind::Supplier, "s1"), 10.0, &[(0.0, 0.0), (5.0, 1.0)])],
        ..calm(30)
    };
    let trace = replay(&tender, &award, &pack, None, 0, 0).unwrap();
    // h2 buys need a from s1 alone, with a lead time of 2 weeks: nothing arrives in weeks 12 to 16.
    let cell = tender
        .cells
        .enumerate()
        .position(|(_, c)| tender.sites[c.site].id == "h2" && tender.needs[c.need].id == "a")
        .unwrap();
    let gap: Vec<usize> = (0..30).filter(|w| trace.record.received[w * trace.record.cells + cell] == 0.0).collect();
    assert_eq!(gap, [12, 13, 14, 15, 16]);
}

#[test]
fn new_customers_wait_under_allocation_by_history() {
    let (tender, award) = network();
    let out = event("half", node(NodeKind::Product, "s1-a"), 0.0, &[(0.0, 0.5)]);
    let run = |rule| {
        let pack = Pack {
            allocation: Allocation { rule, loyalty: 0.0, blend_weeks: 26, protect: None },
            recourse: vec![],
            events: vec![out.clone()],
            ..calm(40)
        };
        replay(&tender, &award, &pack, None, 0, 0).unwrap().record
    };
    let at = |site: &str| {
        tender
            .cells
            .enumerate()
            .position(|(_, c)| tender.sites[c.site].id == site && tender.needs[c.need].id == "a")
            .unwrap()
    };
    let (contract, history) = (run(AllocationRule::Contract), run(AllocationRule::History));
    let received = |r: &ballast_simulation::kernel::Record, site: &str, w: usize| r.received[w * r.cells + at(site)];
    // h2 bought all of its volume from s1 before: history makes no difference. h1 bought 3,000 of 3,120: almost none.
    for w in 2..40 {
        assert!((received(&contract, "h2", w) - received(&history, "h2", w)).abs() < 1e-9);
    }
    assert!(received(&history, "h1", 5) < received(&contract, "h1", 5));
}

#[test]
fn conservation_begins_after_its_lag_and_ends_with_the_shortage() {
    let (tender, award) = one(2.0, 1.2, 0.0);
    let pack = Pack {
        events: vec![event("half", node(NodeKind::Supplier, "s"), 5.0, &[(0.0, 0.5), (10.0, 1.0)])],
        demand: vec![DemandEffect::Conservation {
            id: "save".into(),
            on: NeedSelector::default(),
            receipts_below: 0.8,
            lag_weeks: 2,
            factor: 0.7,
            evidence: Evidence::default(),
        }],
        ..calm(40)
    };
    let trace = replay(&tender, &award, &pack, None, 0, 0).unwrap();
    let saving: Vec<usize> =
        trace.needs[0].weeks.iter().enumerate().filter(|(_, w)| w.saved_units > 0.0).map(|(w, _)| w).collect();
    // Receipts are thin from week 5 to 14.
    assert_eq!(saving, (7..=15).collect::<Vec<usize>>());
}

#[test]
fn demand_that_the_award_leaves_unserved_is_short_every_week() {
    // 416 of 520 units a year are bought: 2 of 10 are missing each week, though nothing happens at all.
    let t = tender(&[
        ("tender", "name currency starts", &["one EUR 2026-01-01"]),
        ("sites", "site", &["h", "k"]),
        ("needs", "need category unit criticality shortage_cost", &["n c unit 1 9"]),
        ("demand", "site need quantity", &["h n 520", "k n 520"]),
        ("suppliers", "supplier", &["s"]),
        ("products", "product supplier need use_factor", &["p s n 1"]),
        ("offers", "offer product price cohort", &["o p 2 site:h"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1 0"]),
    ]);
    let part = award(&t, &[("h", "n", "p", 416.0)]);
    let report = stress(&t, &part, &calm(52), None, &options(100), &|_| {}).unwrap();
    // Site k has no supplier at all.
    assert!((report.total.fill_rate.value - 0.4).abs() < 1e-9, "{:?}", report.total.fill_rate);
    assert!(report.fans[0].unmet_fraction.iter().all(|week| (week.mean - 0.6).abs() < 1e-9));
}
