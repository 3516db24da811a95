//! Clauses on failure to supply, by hand: who owes how much, at what difference of price.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::{DemandEffect, Effect, Evidence, Hazard, Initial, Law, NeedSelector, Pack, Spare};
use ballast_domain::{Award, Tender};
use ballast_simulation::metric::ClauseReport;
use ballast_simulation::{Options, Replications, StressReport, replay, stress};

use crate::fixture::{award, calm, event, hazard, node, tender};

/// One site that uses 100 units a week. A asks 20 for a pack of 2 units, B 13 for a pack of 1: 3 a unit more.
fn bids(clauses: &[(&str, &str)], other: bool) -> Tender {
    bids_shipping(2.0, clauses, other)
}

/// The same where winners may ship so many times their contract.
fn bids_shipping(headroom: f64, clauses: &[(&str, &str)], other: bool) -> Tender {
    let policy = format!("* * 1 {headroom} 0");
    let clause = |offer: &str| {
        let columns = clauses.iter().find(|(o, _)| *o == offer).map_or("- -", |(_, c)| c);
        columns.to_owned()
    };
    let (a, b) = (format!("oa pa 20 {}", clause("oa")), format!("ob pb 13 {}", clause("ob")));
    let offers: &[&str] = if other { &[&a, &b] } else { &[&a] };
    tender(&[
        ("tender", "name currency starts", &["one EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 5200"]),
        ("suppliers", "supplier", &["a", "b"]),
        ("products", "product supplier need use_factor", &["pa a n 2", "pb b n 1"]),
        ("offers", "offer product price failure_to_supply failure_to_supply_cap", offers),
        ("policies", "site need working_stock headroom reserve", &[&policy]),
    ])
}

/// A ships nothing for four weeks from week 10.
fn outage(weeks: f64) -> Pack {
    Pack { events: vec![event("out", node(NodeKind::Supplier, "a"), 10.0, &[(0.0, 0.0), (weeks, 1.0)])], ..calm(52) }
}

fn run(tender: &Tender, award: &Award, pack: &Pack, replications: u64) -> StressReport {
    let options = Options { seed: 7, replications: Replications::Fixed(replications), cancel: None };
    stress(tender, award, pack, None, &options, &|_| {}).unwrap()
}

fn clause(tender: &Tender, award: &Award, pack: &Pack) -> ClauseReport {
    run(tender, award, pack, 3).failure_to_supply.unwrap()
}

fn close(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-6 * want.max(1.0), "{got} against {want}");
}

#[test]
fn one_supplier_and_a_known_outage() {
    // Four weeks of 100 fail; the stock of one week serves the first, so 300 go unmet. B would have filled them for 3 a unit
    // more: 900. A pays 80 %: 720. With at most 4 a pack of two it pays 2 a unit: 600. The stock is made up in week 14.
    for (columns, credit) in [("0.8 -", 720.0), ("0.8 4", 600.0), ("1 -", 900.0)] {
        let t = bids(&[("oa", columns)], true);
        let a = award(&t, &[("h", "n", "pa", 5200.0)]);
        close(run(&t, &a, &outage(4.0), 1).needs[0].unmet_units.value, 300.0);
        let got = clause(&t, &a, &outage(4.0));
        close(got.total.excess.value, 900.0);
        close(got.total.credit.value, credit);
        close(got.total.borne.value, 900.0 - credit);
        close(got.total.credit.low, credit);
        close(got.total.credit.high, credit);
        assert_eq!((got.lines, got.lines_without_price), (1, 0));
    }
}

#[test]
fn replacements_bought_from_the_other_winner() {
    // Half and half. B may ship twice its contract: it replaces 50 a week for four weeks, 3 a unit dearer. Nothing goes unmet.
    let t = bids(&[("oa", "0.8 4")], true);
    let a = award(&t, &[("h", "n", "pa", 2600.0), ("h", "n", "pb", 2600.0)]);
    let report = run(&t, &a, &outage(4.0), 1);
    close(report.needs[0].unmet_units.value, 0.0);
    let got = report.failure_to_supply.unwrap();
    close(got.total.excess.value, 600.0);
    close(got.total.credit.value, 400.0);
    assert_eq!(got.suppliers.len(), 1);
    close(got.suppliers[0].1.credit.value, 400.0);
}

#[test]
fn spare_capacity_is_a_replacement_too() {
    // Without headroom B ships a fifth more from the third week of the outage on: 10 units in each of two weeks. The stock of
    // 100 lasts two weeks, then 40 go unmet in each of two. All 100 at 3, and nothing is made up: headroom is 1.
    let t = bids_shipping(1.0, &[("oa", "1 -")], true);
    let a = award(&t, &[("h", "n", "pa", 2600.0), ("h", "n", "pb", 2600.0)]);
    let pack = Pack { spare: Spare { lag_weeks: 2, surge: 0.2 }, ..outage(4.0) };
    let report = run(&t, &a, &pack, 1);
    close(report.needs[0].unmet_units.value, 80.0);
    let got = report.failure_to_supply.unwrap();
    close(got.total.excess.value, 300.0);
    close(got.total.credit.value, 300.0);
}

#[test]
fn what_is_made_up_later_owes_nothing() {
    // One week without deliveries: stock serves it, twice the order comes the week after.
    let t = bids(&[("oa", "1 -")], true);
    let a = award(&t, &[("h", "n", "pa", 5200.0)]);
    let got = clause(&t, &a, &outage(1.0));
    close(got.total.excess.value, 0.0);
    close(got.total.credit.value, 0.0);
}

#[test]
fn goods_held_back_are_owed_while_they_are_late() {
    // Held back for four weeks from week 10. Two orders of 100 are late; then so much is on the way that nothing more is
    // ordered. Of the 300 that go unmet in weeks 11 to 13 the supplier therefore owes 200.
    let t = bids(&[("oa", "1 -")], true);
    let a = award(&t, &[("h", "n", "pa", 5200.0)]);
    let late = Hazard {
        effect: Effect::Delay,
        ..hazard("late", NodeKind::Supplier, "a", Law::Fixed { weeks: 10.0 }, Law::Fixed { weeks: 4.0 })
    };
    let report = run(&t, &a, &Pack { hazards: vec![late], initial: Initial::Up, ..calm(20) }, 1);
    close(report.needs[0].unmet_units.value, 300.0);
    close(report.failure_to_supply.unwrap().total.excess.value, 600.0);
}

#[test]
fn without_another_bid_no_price_is_made_up() {
    let t = bids(&[("oa", "1 5")], false);
    let a = award(&t, &[("h", "n", "pa", 5200.0)]);
    let got = clause(&t, &a, &outage(4.0));
    close(got.total.credit.value, 0.0);
    assert_eq!((got.lines, got.lines_without_price), (1, 1));
}

#[test]
fn a_cheaper_replacement_costs_no_excess() {
    // B fails, A would be cheaper.
    let t = bids(&[("ob", "1 -")], true);
    let a = award(&t, &[("h", "n", "pb", 5200.0)]);
    let pack = Pack { events: vec![event("out", node(NodeKind::Supplier, "b"), 10.0, &[(0.0, 0.0)])], ..calm(52) };
    let got = clause(&t, &a, &pack);
    close(got.total.excess.value, 0.0);
    close(got.total.credit.value, 0.0);
}

#[test]
fn a_surge_of_demand_is_nobodys_failure() {
    let t = bids(&[("oa", "1 -")], true);
    let a = award(&t, &[("h", "n", "pa", 5200.0)]);
    let surge = DemandEffect::Surge {
        id: "flu".into(),
        on: NeedSelector::default(),
        from_week: 20.0,
        weeks: 10.0,
        factor: 3.0,
        evidence: Evidence::default(),
    };
    let report = run(&t, &a, &Pack { demand: vec![surge], ..calm(52) }, 1);
    assert!(report.needs[0].unmet_units.value > 100.0);
    close(report.failure_to_supply.unwrap().total.excess.value, 0.0);
}

#[test]
fn no_clause_no_figure_and_a_clause_changes_no_shortage() {
    let outages = |id, up, median| {
        hazard(id, NodeKind::Supplier, id, Law::Exponential { mean: up }, Law::Lognormal { median, sigma: 0.8 })
    };
    let pack = Pack { hazards: vec![outages("a", 20.0, 4.0), outages("b", 30.0, 3.0)], ..calm(52) };
    let bare = bids(&[], true);
    let with = bids(&[("oa", "0.5 1"), ("ob", "1 -")], true);
    let shares = [("h", "n", "pa", 3000.0), ("h", "n", "pb", 2200.0)];
    let (plain, clauses) =
        (run(&bare, &award(&bare, &shares), &pack, 300), run(&with, &award(&with, &shares), &pack, 300));
    assert!(plain.failure_to_supply.is_none());
    close(clauses.needs[0].unmet_units.value, plain.needs[0].unmet_units.value);
    let got = clauses.failure_to_supply.unwrap();
    // B never pays: what replaces it is cheaper. A pays at most half and at most 0.5 a unit.
    assert!(got.total.credit.value > 0.0 && got.total.credit.low < got.total.credit.value);
    close(got.total.credit.value, got.total.excess.value / 6.0);
    close(got.total.borne.value, got.total.excess.value - got.total.credit.value);
    assert_eq!(got.suppliers.len(), 2);
    close(got.suppliers[1].1.credit.value, 0.0);
    let sum: f64 = got.suppliers.iter().map(|s| s.1.excess.value).sum();
    close(sum, got.total.excess.value);
    // One replication alone says the same as its part of the mean.
    let trace = |r| replay(&with, &award(&with, &shares), &pack, None, 7, r).unwrap().record;
    let mean = (0..300).map(|r| trace(r).credit.iter().sum::<f64>()).sum::<f64>() / 300.0;
    close(mean, got.total.credit.value);
}
