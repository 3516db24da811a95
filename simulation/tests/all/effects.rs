//! What each kind of outage does, on scripted paths worked out by hand.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::pack::*;
use ballast_domain::{Award, Tender};
use ballast_simulation::draw::check;
use ballast_simulation::kernel::Record;
use ballast_simulation::reserve::{Verdict, reserve};
use ballast_simulation::{Options, Replications, replay};

use crate::fixture::{award, calm, event, node, tender};

/// One site in the north of NO that uses 10 a week, bought from a plant in the east of ES with a lead time in weeks.
fn lane(lead: &str, policy: &str) -> (Tender, Award) {
    let offer = format!("o p 2 {lead}");
    let t = tender(&[
        ("tender", "name currency starts", &["one EUR 2026-01-01"]),
        ("sites", "site site_region country", &["h north NO"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["s"]),
        ("plants", "plant supplier plant_region country", &["p1 s east ES"]),
        ("products", "product supplier need use_factor plants", &["p s n 1 p1"]),
        ("offers", "offer product price lead_time", &[&offer]),
        ("policies", "site need working_stock headroom reserve", &[policy]),
    ]);
    let a = award(&t, &[("h", "n", "p", 520.0)]);
    (t, a)
}

/// Out from week `from` for so many weeks.
fn out(effect: Effect, kind: NodeKind, id: &str, from: f64, weeks: f64) -> Event {
    Event { effect, ..event("out", node(kind, id), from, &[(0.0, 0.0), (weeks, 1.0)]) }
}

fn live((tender, award): &(Tender, Award), pack: Pack) -> Record {
    replay(tender, award, &pack, None, 0, 0).unwrap().record
}

fn received(r: &Record, weeks: std::ops::Range<usize>) -> Vec<f64> {
    r.received[weeks].iter().map(|x| (x * 1e9).round() / 1e9).collect()
}

#[test]
fn refused_orders_are_not_made_and_caught_up_within_headroom() {
    let pack = Pack { events: vec![out(Effect::Order, NodeKind::Supplier, "s", 5.0, 2.5)], ..calm(20) };
    let r = live(&lane("0", "* * 4 1.5 0"), pack);
    // Weeks 5 and 6 nothing, half of week 7 at 1.5 times the contract, then 1.5 weeks a week until stock is full.
    assert_eq!(received(&r, 4..13), [10.0, 0.0, 0.0, 7.5, 15.0, 15.0, 15.0, 15.0, 12.5]);
}

#[test]
fn goods_on_the_way_stand_still_with_the_lane() {
    // Two weeks on the way. The lane stands still in weeks 5 to 7: what was due then arrives from week 8 on, in order.
    let (t, a) = lane("2", "* * 0 1 0");
    let pack = Pack {
        recourse: vec![],
        events: vec![out(Effect::Transit, NodeKind::Lane, "east>north", 5.0, 3.0)],
        ..calm(14)
    };
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    assert_eq!(received(&r, 3..9), [10.0, 10.0, 0.0, 0.0, 0.0, 10.0]);
    // Week 3's shipment has one week to go when the lane stops, those of weeks 4 and 5 have two and arrive together; then
    // nothing more is ordered until there is less on the way than usual.
    assert_eq!(received(&r, 8..12), [10.0, 20.0, 0.0, 10.0]);
    // Capacity lost at the plant shows two weeks later instead.
    let pack =
        Pack { recourse: vec![], events: vec![out(Effect::Capacity, NodeKind::Plant, "p1", 5.0, 3.0)], ..calm(14) };
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    assert_eq!(received(&r, 4..11), [10.0, 10.0, 10.0, 0.0, 0.0, 0.0, 10.0]);
}

#[test]
fn a_closed_dock_takes_in_later_what_was_due() {
    let pack = Pack { events: vec![out(Effect::Receive, NodeKind::Site, "h", 5.0, 2.0)], ..calm(12) };
    let r = live(&lane("0", "* * 3 1 0"), pack.clone());
    // What is shipped waits at the door; nothing more is ordered than used, because it is on the way.
    assert_eq!(received(&r, 4..9), [10.0, 0.0, 0.0, 30.0, 10.0]);
    assert_eq!(r.unmet.iter().sum::<f64>(), 0.0);
    let elsewhere = Pack { events: vec![out(Effect::Receive, NodeKind::SiteRegion, "north", 5.0, 2.0)], ..pack };
    assert_eq!(live(&lane("0", "* * 3 1 0"), elsewhere).received, r.received);
}

#[test]
fn an_export_ban_spares_sites_at_home() {
    let t = tender(&[
        ("tender", "name currency starts", &["one EUR 2026-01-01"]),
        ("sites", "site country", &["home ES", "abroad NO"]),
        ("needs", "need category unit", &["n c unit"]),
        ("demand", "site need quantity", &["home n 520", "abroad n 520"]),
        ("suppliers", "supplier", &["s"]),
        ("plants", "plant supplier country", &["p1 s ES"]),
        ("products", "product supplier need use_factor plants", &["p s n 1 p1"]),
        ("offers", "offer product price", &["o p 2"]),
        ("policies", "site need working_stock headroom reserve", &["* * 0 1 0"]),
    ]);
    let a = award(&t, &[("home", "n", "p", 520.0), ("abroad", "n", "p", 520.0)]);
    let pack = Pack { events: vec![out(Effect::Export, NodeKind::Country, "ES", 2.0, 3.0)], ..calm(8) };
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    // Cells are in order of site id: abroad, home.
    let of = |c: usize| -> f64 { r.unmet.iter().skip(c).step_by(2).sum() };
    assert_eq!([of(0), of(1)], [30.0, 0.0]);
}

#[test]
fn recalled_stock_is_gone_and_held_stock_comes_back() {
    let recall = |hold_weeks| Event {
        shock: Shock { recall: 0.5, hold_weeks, ..Shock::default() },
        ..out(Effect::Capacity, NodeKind::Product, "p", 3.0, 4.0)
    };
    // Three weeks of stock and one of reserve: half of 40 is withdrawn in week 3, then four weeks bring nothing.
    let run = |hold| live(&lane("0", "* * 3 1 1"), Pack { events: vec![recall(hold)], ..calm(12) });
    let gone = run(0.0);
    assert_eq!((gone.withdrawn[3], gone.withdrawn.iter().sum::<f64>()), (20.0, 20.0));
    let unmet: Vec<f64> = gone.unmet[3..8].to_vec();
    assert_eq!(unmet, [0.0, 0.0, 10.0, 10.0, 0.0]);
    // Held for two weeks: it is back in week 5, as working stock.
    let held = run(2.0);
    assert_eq!((held.withdrawn[3], held.withdrawn[5]), (20.0, -20.0));
    assert_eq!(held.unmet.iter().sum::<f64>(), 0.0);
}

#[test]
fn a_reserve_is_lost_with_its_site() {
    let flood = |loss, level| Event {
        effect: Effect::Receive,
        shock: Shock { stock_loss: loss, ..Shock::default() },
        ..event("flood", node(NodeKind::SiteRegion, "north"), 3.5, &[(0.0, level), (2.0, 1.0)])
    };
    let run = |loss, level| live(&lane("0", "* * 1 1 2"), Pack { events: vec![flood(loss, level)], ..calm(10) });
    // One week of stock and two of reserve. Half of it goes in week 3, and the door stands open: nothing goes unmet.
    let half = run(0.5, 1.0);
    assert_eq!((half.withdrawn[3], half.withdrawn.iter().sum::<f64>(), half.stock[3]), (15.0, 15.0, 15.0));
    assert_eq!(half.unmet.iter().sum::<f64>(), 0.0);
    // All of it, and nothing comes in for two weeks: half of week 3 and week 4 go unmet. In week 5 half of what waits at the door is taken
    // in, 12.5 of 25. Kept, the stock would have been enough.
    let all = run(1.0, 0.0);
    assert_eq!(all.unmet[3..6], [5.0, 10.0, 0.0]);
    assert_eq!(run(0.0, 0.0).unmet.iter().sum::<f64>(), 0.0);
}

#[test]
fn a_reserve_that_may_be_lost_with_its_site_cannot_be_sized_away() {
    // The flood comes in one year of five and takes everything with it; the plant's own outage is what stock answers.
    let flood = |loss| Event {
        effect: Effect::Receive,
        probability: 0.2,
        shock: Shock { stock_loss: loss, ..Shock::default() },
        ..event("flood", node(NodeKind::Site, "h"), 20.0, &[(0.0, 0.0), (3.0, 1.0)])
    };
    let (t, a) = lane("0", "* * 1 2 0");
    let options = Options { seed: 4, replications: Replications::Fixed(1_000), cancel: None };
    let sized = |loss| {
        let pack = Pack { events: vec![flood(loss)], ..calm(40) };
        reserve(&t, &a, &pack, &["p_stockout<=0.05@conf=0.9".parse().unwrap()], &options, &|_| {}).unwrap()
    };
    let (kept, lost) = (sized(0.0), sized(1.0));
    assert!(kept.verdict == Verdict::Met && (kept.needs[0].weeks - 2.0).abs() < 1e-6, "{:?}", kept.needs[0]);
    assert_eq!(lost.verdict, Verdict::NotMet);
    let after = lost.needs[0].p_stockout_after;
    assert!((after.value - 0.2).abs() < 4.0 * after.standard_error, "{after:?}");
}

#[test]
fn stock_is_lost_only_where_sites_are_struck() {
    let (t, _) = lane("0", "* * 1 1 0");
    let shock = Shock { stock_loss: 0.5, ..Shock::default() };
    let pack = |effect, kind, id| Pack { events: vec![Event { shock, ..out(effect, kind, id, 1.0, 2.0) }], ..calm(9) };
    assert!(check(&t, &pack(Effect::Receive, NodeKind::Site, "h")).0.is_empty());
    let said = check(&t, &pack(Effect::Capacity, NodeKind::Plant, "p1")).0;
    assert!(said.len() == 1 && said[0].to_string().contains("shock.stock_loss"), "{said:?}");
}

#[test]
fn lead_times_and_prices_rise_together_with_an_outage_or_alone() {
    let shock = Shock { extra_lead_weeks: 2.0, price_factor: 1.5, ..Shock::default() };
    let shocked = Event { shock, ..event("tariff", node(NodeKind::Country, "ES"), 4.0, &[(0.0, 1.0), (3.0, 1.0)]) };
    let r = live(&lane("1", "* * 5 1 0"), Pack { events: vec![shocked], ..calm(16) });
    // Shipped in weeks 4, 5, 6 with three weeks on the way: weeks 5 to 7 bring what was shipped in week 3 and nothing, and
    // week 8 the first of them.
    assert!(r.received[4] == 10.0 && r.received[5] < 1e-9 && r.received[6] < 1e-9, "{:?}", r.received);
    assert!((r.received[7] - 10.0).abs() < 1e-9 && r.received[8] > 10.0);
    // Three weeks of 10 at 2 and half as much again.
    assert!((r.price_rise - 30.0).abs() < 1e-9, "{}", r.price_rise);
}

#[test]
fn overshoot_refills_faster() {
    let lost = |overshoot| Event {
        shock: Shock { overshoot, overshoot_weeks: 4.0, ..Shock::default() },
        ..out(Effect::Capacity, NodeKind::Supplier, "s", 2.0, 2.0)
    };
    let run = |x| received(&live(&lane("0", "* * 4 1 0"), Pack { events: vec![lost(x)], ..calm(12) }), 2..10);
    assert_eq!(run(1.0), [0.0, 0.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0]);
    // A quarter more for four weeks after full output: half of what was lost is caught up.
    assert_eq!(run(1.25), [0.0, 0.0, 12.5, 12.5, 12.5, 12.5, 10.0, 10.0]);
}

#[test]
fn days_are_finer_weeks() {
    // An outage of 3 days in week 2: with days it shows as 3 days without receipts, with weeks as 3/7 of one.
    let gap = |step| {
        let pack = Pack {
            step,
            recourse: vec![],
            events: vec![out(Effect::Capacity, NodeKind::Supplier, "s", 2.0, 3.0 / 7.0)],
            ..calm(5)
        };
        live(&lane("0", "* * 0 1 0"), pack)
    };
    let (weeks, days) = (gap(StepLength::Week), gap(StepLength::Day));
    assert_eq!((weeks.unmet.len(), days.unmet.len()), (5, 35));
    let total = |r: &Record| r.unmet.iter().sum::<f64>();
    assert!((total(&weeks) - 30.0 / 7.0).abs() < 1e-9 && (total(&days) - 30.0 / 7.0).abs() < 1e-9);
    assert!(days.unmet[14..17].iter().all(|u| (u - 10.0 / 7.0).abs() < 1e-9) && days.unmet[17] == 0.0);
    // A lead time of 3/7 of a week is three days.
    let (t, a) = lane("0.428571", "* * 0 1 0");
    let pack = Pack {
        step: StepLength::Day,
        recourse: vec![],
        events: vec![out(Effect::Capacity, NodeKind::Supplier, "s", 1.0, 1.0 / 7.0)],
        ..calm(3)
    };
    let r = replay(&t, &a, &pack, None, 0, 0).unwrap().record;
    let empty: Vec<usize> = (0..21).filter(|d| r.received[*d] < 1e-9).collect();
    assert_eq!(empty, [10]);
}
