//! What people do when supply fails, each by hand on a scripted path.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_domain::{Award, Tender};
use ballast_simulation::kernel::Record;
use ballast_simulation::{Options, Replications, replay, stress};

use crate::fixture::{award, calm, event, node, one, tender};

fn live((tender, award): &(Tender, Award), pack: Pack) -> Record {
    replay(tender, award, &pack, None, 0, 0).unwrap().record
}

fn rounded(x: &[f64]) -> Vec<f64> {
    x.iter().map(|x| (x * 1e6).round() / 1e6).collect()
}

/// Supplier `s` gives nothing from week `from` for so many weeks.
fn out(supplier: &str, from: f64, weeks: f64) -> Event {
    event("out", node(NodeKind::Supplier, supplier), from, &[(0.0, 0.0), (weeks, 1.0)])
}

/// One site that uses 10 a week: 6 from A, 4 from B, without stock. Market shares and incumbents as given.
fn two(shares: [&str; 2], before: &[&str], headroom: &str) -> (Tender, Award) {
    let suppliers = [format!("a {}", shares[0]), format!("b {}", shares[1])];
    let policy = format!("* * 0 {headroom} 0");
    let t = tender(&[
        ("tender", "name currency starts", &["two EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier market_share", &[&suppliers[0], &suppliers[1]]),
        ("products", "product supplier need use_factor", &["pa a n 1", "pb b n 1"]),
        ("offers", "offer product price", &["oa pa 3", "ob pb 2"]),
        ("incumbents", "site need product quantity price", before),
        ("policies", "site need working_stock headroom reserve", &[&policy]),
    ]);
    let a = award(&t, &[("h", "n", "pa", 312.0), ("h", "n", "pb", 208.0)]);
    (t, a)
}

#[test]
fn spare_capacity_comes_after_its_lag_and_is_shared_with_the_market() {
    let run = |shares, surge| {
        let pack = Pack { spare: Spare { lag_weeks: 3, surge }, events: vec![out("a", 2.0, 6.0)], ..calm(10) };
        rounded(&live(&two(shares, &[], "1"), pack).received)
    };
    // Nothing known of the market: B gives half of its 4 more from the fourth week of the loss on.
    assert_eq!(run(["-", "-"], 0.5), [10.0, 10.0, 4.0, 4.0, 4.0, 6.0, 6.0, 6.0, 10.0, 10.0]);
    // A has .75 of the market, B .25. What B spares for the market is surge × .25 of it; we are 6 of the .75 × market that is
    // displaced: surge × .25 × 6 ÷ .75 = 1.
    assert_eq!(run(["0.75", "0.25"], 0.5)[5], 5.0);
    // Never more than the surge on our own contract.
    assert_eq!(run(["0.1", "0.9"], 0.5)[5], 6.0);
}

#[test]
fn suppliers_that_are_not_struck_protect_their_customers() {
    let run = |before: &[&str]| {
        let pack = Pack {
            allocation: Allocation { rule: AllocationRule::History, loyalty: 0.0, blend_weeks: 20, protect: Some(1.1) },
            spare: Spare { lag_weeks: 0, surge: 1.0 },
            events: vec![out("a", 5.0, 5.0)],
            ..calm(12)
        };
        rounded(&live(&two(["-", "-"], before, "2"), pack).received)
    };
    // Without protection B would double its 4; it gives a customer of old 110 %.
    assert_eq!(run(&["h n pa 312 3", "h n pb 208 2"])[4..7], [10.0, 4.4, 4.4]);
    // Who bought half as much before is entitled to ½ + ½ × week/20.
    assert_eq!(run(&["h n pa 312 3", "h n pb 104 2"])[5..8], [2.75, 2.86, 2.97]);
    // A new customer gets what has blended in: a quarter in week 5.
    assert_eq!(run(&["h n pa 312 3"])[5], 1.1);
}

#[test]
fn loyalty_lifts_entitlement_in_proportion_to_own_share() {
    let pack = Pack {
        allocation: Allocation { rule: AllocationRule::Contract, loyalty: 0.5, blend_weeks: 0, protect: None },
        events: vec![event("half", node(NodeKind::Supplier, "a"), 2.0, &[(0.0, 0.5)])],
        ..calm(5)
    };
    // A has .6 of our volume: 6 × .5 × 1.3 = 3.9, and 4 from B.
    assert_eq!(rounded(&live(&two(["-", "-"], &[], "1"), pack).received)[2..], [7.9, 7.9, 7.9]);
}

#[test]
fn relief_lifts_arrivals_by_date_or_since_the_loss() {
    let relief = |since_loss, steps: &[(f64, f64)]| Relief {
        id: "imports".into(),
        nodes: vec![node(NodeKind::Supplier, "a")],
        steps: steps.iter().map(|(week, level)| Step { week: *week, level: *level }).collect(),
        since_loss,
        evidence: Evidence::default(),
    };
    let run = |relief| {
        let pack = Pack { relief: vec![relief], events: vec![out("a", 2.0, 6.0)], ..calm(10) };
        rounded(&live(&two(["-", "-"], &[], "1"), pack).received)
    };
    // By date: half of A's 6 from week 4 on, all but a sixth from the middle of week 6 on.
    assert_eq!(
        run(relief(false, &[(4.0, 0.5), (6.5, 5.0 / 6.0)])),
        [10.0, 10.0, 4.0, 4.0, 7.0, 7.0, 8.0, 9.0, 10.0, 10.0]
    );
    // Imports three weeks after the loss, whenever it is.
    assert_eq!(run(relief(true, &[(3.0, 0.5)])), [10.0, 10.0, 4.0, 4.0, 4.0, 7.0, 7.0, 7.0, 10.0, 10.0]);
}

#[test]
fn what_goes_unmet_is_bought_dear_up_to_a_cap() {
    let (t, a) = one(1.0, 1.0, 0.0);
    let spot = |cap| Some(Spot { lag_weeks: 2, cap, multiple: 4.0, evidence: Evidence::default() });
    let run = |cap| {
        let pack = Pack { spot: spot(cap), recourse: vec![], events: vec![out("s", 2.0, 6.0)], ..calm(14) };
        replay(&t, &a, &pack, None, 0, 0).unwrap().record
    };
    // One week of stock serves week 2; weeks 3 and 4 go unmet, 10 each, and are bought: they arrive in weeks 5 and 6. Week 7 goes
    // unmet and arrives in week 9 beside the week of the contract: stock is full again.
    let r = run(1.0);
    assert_eq!(rounded(&r.unmet[2..9]), [0.0, 10.0, 10.0, 0.0, 0.0, 10.0, 0.0]);
    assert_eq!(rounded(&r.received[4..11]), [0.0, 10.0, 10.0, 0.0, 10.0, 20.0, 10.0]);
    assert_eq!((r.spot_units, r.spot_cost), (30.0, 30.0 * 2.0 * 4.0));
    // A cap of .4: at most 4 a week, in each of the weeks in which 4 or more went unmet.
    let r = run(0.4);
    assert_eq!(rounded(&r.unmet[2..8]), [0.0, 10.0, 10.0, 6.0, 6.0, 6.0]);
    assert_eq!(r.spot_units, 20.0);
}

#[test]
fn hoarding_orders_more_for_a_while_and_less_afterwards() {
    let (t, a) = one(2.0, 3.0, 0.0);
    let hoard = DemandEffect::Hoarding {
        id: "hoard".into(),
        on: NeedSelector::default(),
        receipts_below: 0.8,
        lag_weeks: 1,
        factor: 1.5,
        weeks: 2,
        evidence: Evidence::default(),
    };
    let pack = Pack {
        events: vec![event("half", node(NodeKind::Supplier, "s"), 2.0, &[(0.0, 0.25), (3.0, 1.0)])],
        demand: vec![hoard],
        ..calm(10)
    };
    // A quarter of 3 × 10 may be shipped: 7.5 in weeks 2 to 4, thin each time. The stock of 20 falls by 2.5 a week. Orders of weeks 3
    // and 4 hold 5 more, but cannot be shipped; that of week 5 is no longer hoarded: 10 + 7.5.
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    assert_eq!(rounded(&r.received[..8]), [10.0, 10.0, 7.5, 7.5, 7.5, 17.5, 10.0, 10.0]);
    // With full supply back in week 4 the second hoarded order is filled, and the next is smaller by it.
    let pack =
        Pack { events: vec![event("half", node(NodeKind::Supplier, "s"), 2.0, &[(0.0, 0.25), (2.0, 1.0)])], ..pack };
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    assert_eq!(rounded(&r.received[..8]), [10.0, 10.0, 7.5, 7.5, 20.0, 5.0, 10.0, 10.0]);
}

#[test]
fn a_reserve_opens_when_the_shortage_is_deep_and_long_enough() {
    let (t, a) = one(0.0, 1.0, 3.0);
    let run = |shortage_above, after_weeks| {
        let pack = Pack {
            release: Some(Release { shortage_above, after_weeks }),
            events: vec![event("deep", node(NodeKind::Supplier, "s"), 2.0, &[(0.0, 0.8), (1.0, 0.4), (5.0, 1.0)])],
            ..calm(8)
        };
        rounded(&replay(&t, &a, &pack, None, 0, 0).unwrap().record.reserve_drawn)
    };
    assert_eq!(run(0.0, 0)[1..8], [0.0, 2.0, 6.0, 6.0, 6.0, 6.0, 0.0]);
    // Two short of ten are not enough; nor is the first deep week.
    assert_eq!(run(0.3, 0)[1..8], [0.0, 0.0, 6.0, 6.0, 6.0, 6.0, 0.0]);
    assert_eq!(run(0.3, 1)[1..8], [0.0, 0.0, 0.0, 6.0, 6.0, 6.0, 0.0]);
}

#[test]
fn rationing_gives_what_may_move_to_the_critical_need_or_to_both_alike() {
    // A donor need with 2 weeks of stock may give one week, 10; two takers miss 10 each, one critical, one not.
    let t = tender(&[
        ("tender", "name currency starts", &["t EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit criticality", &["donor c unit 3", "acute c unit 1", "routine c unit 3"]),
        ("demand", "site need quantity", &["h donor 520", "h acute 520", "h routine 520"]),
        ("suppliers", "supplier", &["s", "x"]),
        ("products", "product supplier need use_factor", &["d s donor 1", "a x acute 1", "r x routine 1"]),
        ("equivalences", "product need use_factor strength", &["d acute 1 full", "d routine 1 shortage_only"]),
        ("offers", "offer product price", &["od d 1", "oa a 1", "or r 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1 0", "* donor 2 1 0"]),
    ]);
    let a = award(&t, &[("h", "donor", "d", 520.0), ("h", "acute", "a", 520.0), ("h", "routine", "r", 520.0)]);
    let run = |rationing| {
        let pack =
            Pack { rationing, recourse: vec![Recourse::Equivalences], events: vec![out("x", 2.0, 1.0)], ..calm(4) };
        let trace = replay(&t, &a, &pack, None, 0, 0).unwrap();
        let unmet = |id: &str| trace.needs.iter().find(|n| t.needs[n.need].id == id).unwrap().weeks[2].unmet_units;
        rounded(&[unmet("acute"), unmet("routine"), unmet("donor")])
    };
    assert_eq!(run(Rationing::Criticality), [0.0, 10.0, 0.0]);
    assert_eq!(run(Rationing::FairShare), [5.0, 5.0, 0.0]);
}

#[test]
fn transfers_take_from_what_is_beyond_the_next_week() {
    let t = tender(&[
        ("tender", "name currency starts", &["t EUR 2026-01-01"]),
        ("sites", "site member", &["h m", "k m", "l other"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 520", "k n 520", "l n 520"]),
        ("suppliers", "supplier", &["s", "x"]),
        ("products", "product supplier need use_factor", &["p s n 1", "q x n 1"]),
        ("offers", "offer product price", &["o p 1", "r q 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1 0", "k n 1.6 1 0", "l n 5 1 0"]),
    ]);
    let a = award(&t, &[("h", "n", "q", 520.0), ("k", "n", "p", 520.0), ("l", "n", "p", 520.0)]);
    let pack = Pack { recourse: vec![Recourse::Transfer], events: vec![out("x", 2.0, 1.0)], ..calm(4) };
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    // After its own week k has 16: 6 beyond the next week go to h. l belongs to somebody else.
    assert_eq!(rounded(&r.gained[6..9]), [6.0, -6.0, 0.0]);
    assert_eq!(rounded(&r.unmet[6..9]), [4.0, 0.0, 0.0]);
}

#[test]
fn demand_that_waits_is_served_first() {
    let t = tender(&[
        ("tender", "name currency starts", &["t EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit backlog", &["n c unit 0.5"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["s"]),
        ("products", "product supplier need use_factor", &["p s n 1"]),
        ("offers", "offer product price", &["o p 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1.4 0"]),
    ]);
    let a = award(&t, &[("h", "n", "p", 520.0)]);
    let r = live(&(t, a), Pack { events: vec![out("s", 2.0, 2.0)], ..calm(9) });
    // 20 go unmet, half of it waits: 10. Then 14 a week may come: 10 owed before 10 new, and so on. New demand that finds the
    // shelf empty because of that waits by half in turn.
    assert_eq!(rounded(&r.unmet[2..8]), [10.0, 10.0, 6.0, 0.0, 0.0, 0.0]);
    assert_eq!(rounded(&r.owed[2..8]), [5.0, 10.0, 3.0, 0.0, 0.0, 0.0]);
    assert_eq!(rounded(&r.cleared[2..8]), [0.0, 0.0, 10.0, 3.0, 0.0, 0.0]);
}

#[test]
fn stretched_events_have_the_mean_of_the_lognormal() {
    // Steps of 4 weeks, stretched by e^(σ Z): mean loss 4 e^(σ²/2), as long as no stretch outlives the horizon.
    let sigma = 0.5f64;
    let stretched = Event { stretch_sigma: sigma, ..out("s", 2.0, 4.0) };
    let (t, a) = one(0.0, 1.0, 0.0);
    let options = Options { seed: 4, replications: Replications::Fixed(8_000), cancel: None };
    let pack = Pack { events: vec![stretched], ..calm(60) };
    let unmet = stress(&t, &a, &pack, None, &options, &|_| {}).unwrap().needs[0].unmet_units;
    let want = 10.0 * 4.0 * (sigma * sigma / 2.0).exp();
    assert!((unmet.value - want).abs() < 4.0 * unmet.standard_error, "{unmet:?} against {want}");
}
