//! Time to survive, losses and worst outages against networks worked by hand.

use ballast_domain::factor_map::NodeKind;
use ballast_domain::{Award, Pack, Tender};
use ballast_simulation::exposure::{ExposureOptions, NodeExposure, RecoveryBasis, ValuedAt, exposure};
use ballast_simulation::{ReservePlan, StressError, replay};

use crate::fixture::{award, calm, event, network, node, one, tender};

fn of(tender: &Tender, award: &Award, kind: NodeKind, id: &str) -> NodeExposure {
    let report = exposure(tender, award, None, &ExposureOptions::default()).unwrap();
    let is = |n: &&NodeExposure| {
        let node = &tender.factor_map.nodes[n.node];
        node.kind == kind && node.id == id
    };
    report.nodes.iter().find(is).unwrap().clone()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-6 * (1.0 + b.abs())
}

/// Two makers of one need of 10 units a week at one site; capacities in units a year, leads in weeks.
fn two_makers(capacity_b: &str, leads: (&str, &str), stock: &str) -> (Tender, Award) {
    let (plant_a, plant_b) = ("pa a 16 -".to_owned(), format!("pb b - {capacity_b}"));
    let offers = [format!("oa a-n 2 {}", leads.0), format!("ob b-n 3 {}", leads.1)];
    let policy = format!("* * {stock} 1 0");
    let t = tender(&[
        ("tender", "name currency starts", &["two EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit criticality reference_price", &["n c unit 1 4"]),
        ("demand", "site need quantity", &["h n 520"]),
        ("suppliers", "supplier", &["a", "b"]),
        ("plants", "plant supplier time_to_recover capacity", &[&plant_a, &plant_b]),
        ("products", "product supplier need use_factor plants", &["a-n a n 1 pa", "b-n b n 1 pb"]),
        ("offers", "offer product price lead_time", &[&offers[0], &offers[1]]),
        ("policies", "site need working_stock headroom reserve", &[&policy]),
    ]);
    let a = award(&t, &[("h", "n", "a-n", 312.0), ("h", "n", "b-n", 208.0)]);
    (t, a)
}

#[test]
fn a_single_source_survives_on_its_stock() {
    let (t, a) = one(1.0, 1.2, 2.0);
    let supplier = of(&t, &a, NodeKind::Supplier, "s");
    assert!(close(supplier.fixed.time_to_survive, 3.0) && close(supplier.best.time_to_survive, 3.0));
    // Nobody states a recovery: 18 weeks are assumed, 15 of them without stock, 10 units at reference price 2.
    assert_eq!((supplier.recovery.basis, supplier.recovery.weeks), (RecoveryBasis::Assumed, 18.0));
    assert!(close(supplier.fixed.loss.money, 300.0) && close(supplier.best.loss.money, 300.0));
    assert!(close(supplier.spend, 1040.0) && close(supplier.gap_weeks(), 15.0));
    // A plan of five weeks stands in for the policy's two.
    let plan = ReservePlan::stated(&t, [("n", 5.0)]).unwrap();
    let with = exposure(&t, &a, Some(&plan), &ExposureOptions::default()).unwrap();
    assert!(with.nodes.iter().all(|n| close(n.fixed.time_to_survive, 6.0) && close(n.fixed.loss.money, 240.0)));
    assert_eq!(with.valued_at, [ValuedAt::ReferencePrice]);
}

#[test]
fn two_makers_by_hand() {
    // A makes 6 of 10 a week, B 4 and can make 7. Three weeks of stock: without A 6 a week are missing (5 weeks); at best 3
    // (10 weeks). A takes 16 weeks: 66 units are missing, at best 18.
    let (t, a) = two_makers("364", ("0", "0"), "3");
    let plant = of(&t, &a, NodeKind::Plant, "pa");
    assert_eq!(plant.recovery.basis, RecoveryBasis::Stated);
    assert!(close(plant.fixed.time_to_survive, 5.0) && close(plant.best.time_to_survive, 10.0), "{plant:?}");
    assert!(close(plant.fixed.loss.money, 66.0 * 4.0) && close(plant.best.loss.money, 18.0 * 4.0));
    // The supplier takes as long as its plant.
    let supplier = of(&t, &a, NodeKind::Supplier, "a");
    assert_eq!((supplier.recovery.basis, supplier.recovery.weeks), (RecoveryBasis::LongestOfPlants, 16.0));
    assert_eq!(supplier.fixed, plant.fixed);
    // B is out for an assumed 18 weeks; nobody limits A.
    let other = of(&t, &a, NodeKind::Plant, "pb");
    assert!(close(other.fixed.time_to_survive, 7.5) && other.best.time_to_survive == f64::INFINITY);
    assert!(close(other.fixed.loss.money, (4.0 * 18.0 - 30.0) * 4.0) && other.best.loss.money == 0.0);
    // Suppliers are optimistic: 16 stated weeks are 24; what is assumed stays.
    let options = ExposureOptions { optimism: 1.5, ..ExposureOptions::default() };
    let report = exposure(&t, &a, None, &options).unwrap();
    let weeks: Vec<f64> = report.nodes.iter().map(|n| n.recovery.weeks).collect();
    assert!(weeks.iter().filter(|w| **w == 24.0).count() >= 2 && weeks.contains(&18.0), "{weeks:?}");
}

#[test]
fn goods_under_way_count_and_new_ones_take_their_time() {
    // A's last goods arrive for 2 weeks, then 6 of 10 a week are missing: 2 + 3 ÷ 0.6 weeks on 3 weeks of stock. The gap in arrivals
    // is as long as the outage.
    let (t, a) = two_makers("-", ("2", "0"), "3");
    let plant = of(&t, &a, NodeKind::Plant, "pa");
    assert!(close(plant.fixed.time_to_survive, 7.0) && close(plant.fixed.loss.money, 66.0 * 4.0));
    assert_eq!(plant.best.time_to_survive, f64::INFINITY);
    // B needs 9 weeks for more; one week of stock and A's goods bridge 2 + 1 ÷ 0.6, and then 6 a week are missing until week 9.
    let (t, a) = two_makers("-", ("2", "9"), "1");
    let plant = of(&t, &a, NodeKind::Plant, "pa");
    assert!(close(plant.best.time_to_survive, 2.0 + 1.0 / 0.6), "{plant:?}");
    assert!(close(plant.best.loss.money, (7.0 * 6.0 - 10.0) * 4.0), "{plant:?}");
    assert!(close(plant.fixed.loss.money, (16.0 * 6.0 - 10.0) * 4.0));
}

#[test]
fn stock_at_a_centre_is_shared_and_lost_with_its_plant() {
    let t = tender(&[
        ("tender", "name currency starts", &["pool EUR 2026-01-01"]),
        ("sites", "site", &["h", "k"]),
        ("needs", "need category unit reference_price patients_per_unit", &["n c unit 1 0.5"]),
        ("demand", "site need quantity", &["h n 520", "k n 1040"]),
        ("suppliers", "supplier", &["s", "r"]),
        ("plants", "plant supplier time_to_recover plant_region", &["p s 8 east", "q r 8 east"]),
        ("products", "product supplier need use_factor plants", &["sn s n 10 p", "rn r n 10 q"]),
        ("offers", "offer product price", &["o sn 2", "u rn 2"]),
        ("places", "place kind plant", &["dc centre -", "beside vendor p"]),
        ("stock", "place product on_hand", &["dc sn 3", "beside sn 6"]),
        ("policies", "site need working_stock headroom reserve", &["h n 1 1 0", "k n 2 1 0"]),
    ]);
    let a = award(&t, &[("h", "n", "sn", 520.0), ("k", "n", "rn", 1040.0)]);
    // Without p: 10 a week are missing at h, 10 on hand, 30 at the centre; 60 beside the plant are lost with it.
    let p = of(&t, &a, NodeKind::Plant, "p");
    assert!(close(p.fixed.time_to_survive, 4.0) && close(p.fixed.loss.money, 40.0), "{p:?}");
    // Without q: 20 a week at k, 40 on hand, 90 pooled.
    let q = of(&t, &a, NodeKind::Plant, "q");
    assert!(close(q.fixed.time_to_survive, 6.5) && close(q.fixed.loss.money, 30.0));
    assert_eq!((q.fixed.loss.sites.len(), q.fixed.loss.patients), (1, Some(15.0)));
    // Without the region: h dry after 1 week, k after 2; 10 (t − 1) + 20 (t − 2) = 90.
    let east = of(&t, &a, NodeKind::PlantRegion, "east");
    assert!(close(east.fixed.time_to_survive, 14.0 / 3.0), "{east:?}");
    assert!(close(east.best.time_to_survive, 14.0 / 3.0), "nothing else can be bought: {east:?}");
    assert!(close(east.fixed.loss.money, 70.0 + 120.0 - 90.0) && close(east.best.loss.money, 100.0));
}

#[test]
fn the_best_recourse_moves_those_who_are_not_struck() {
    // A chain: need 1 from A or B, need 2 from B or C. A fails; B is full with need 2, which C can take over.
    let t = tender(&[
        ("tender", "name currency starts", &["chain EUR 2026-01-01"]),
        ("sites", "site", &["h"]),
        ("needs", "need category unit reference_price", &["n1 c unit 1", "n2 c unit 1"]),
        ("demand", "site need quantity", &["h n1 520", "h n2 520"]),
        ("suppliers", "supplier", &["a", "b", "c"]),
        ("plants", "plant supplier time_to_recover capacity", &["pa a 10 520", "pb b 10 520", "pc c 10 260"]),
        (
            "products",
            "product supplier need use_factor plants",
            &["a1 a n1 1 pa", "b1 b n1 1 pb", "b2 b n2 1 pb", "c2 c n2 1 pc"],
        ),
        ("offers", "offer product price", &["oa1 a1 1", "ob1 b1 1", "ob2 b2 1", "oc2 c2 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 2 1 0"]),
    ]);
    let a = award(&t, &[("h", "n1", "a1", 520.0), ("h", "n2", "b2", 520.0)]);
    let plant = of(&t, &a, NodeKind::Plant, "pa");
    assert!(close(plant.fixed.time_to_survive, 2.0) && close(plant.fixed.loss.money, 80.0));
    // 5 of 10 a week come from C by way of B; stock of both needs bridges the rest: 2 + 2 weeks of demand ÷ ½.
    assert!(plant.best.exact && close(plant.best.time_to_survive, 8.0), "{plant:?}");
    assert!(close(plant.best.loss.money, (10.0 * 0.5 - 4.0) * 10.0), "{plant:?}");
}

#[test]
fn an_outage_as_long_as_the_time_to_survive_leaves_nothing_unmet() {
    // The fixed award is what the stress test lives through where nobody may ship more than contracted.
    let t = two_makers("-", ("0", "0"), "3").0;
    let a = award(&t, &[("h", "n", "a-n", 377.0), ("h", "n", "b-n", 143.0)]);
    for (id, part) in [("a", 0.725), ("b", 0.275)] {
        let survives = of(&t, &a, NodeKind::Supplier, id).fixed.time_to_survive;
        assert!(close(survives, 3.0 / part));
        let unmet = |weeks: f64| {
            let out = event("out", node(NodeKind::Supplier, id), 0.0, &[(0.0, 0.0), (weeks, 1.0)]);
            let trace = replay(&t, &a, &Pack { events: vec![out], ..calm(40) }, None, 0, 0).unwrap();
            trace.needs[0].weeks.iter().map(|w| w.unmet_units).sum::<f64>()
        };
        assert!(unmet(survives) < 1e-6 && close(unmet(survives + 1.0), 10.0 * part), "{id}");
    }
}

#[test]
fn the_best_recourse_is_never_worse_and_a_larger_node_never_better() {
    let (t, a) = network();
    let report = exposure(&t, &a, None, &ExposureOptions { worst_of: 3, ..ExposureOptions::default() }).unwrap();
    assert!(report.nodes.len() > 10 && report.nodes.iter().any(|n| n.best.loss.money + 1.0 < n.fixed.loss.money));
    for n in &report.nodes {
        assert!(n.best.loss.money <= n.fixed.loss.money * (1.0 + 1e-6) + 1e-6, "{n:?}");
        assert!(n.best.time_to_survive >= n.fixed.time_to_survive - 1e-6, "{n:?}");
        assert_eq!(n.fixed.loss.money > 0.0, !n.fixed.loss.needs.is_empty());
    }
    let losses: Vec<f64> = report.nodes.iter().map(|n| n.fixed.loss.money).collect();
    assert!(losses.windows(2).all(|w| w[0] >= w[1]), "ranked");
    // One node at worst is the first of the ranking; more nodes lose more.
    let any = |of| report.worst.iter().find(|w| w.of == of && w.kind.is_none()).unwrap();
    assert!(close(any(1).worst.loss, losses[0]) && any(2).worst.loss >= losses[0]);
    assert!(any(3).worst.loss >= any(2).worst.loss && any(2).worst.bound == any(2).worst.loss);
}

#[test]
fn a_lane_carries_what_goes_from_its_plants_to_its_sites() {
    let t = tender(&[
        ("tender", "name currency starts", &["lane EUR 2026-01-01"]),
        ("sites", "site site_region", &["h north", "k south"]),
        ("needs", "need category unit reference_price", &["n c unit 1"]),
        ("demand", "site need quantity", &["h n 520", "k n 520"]),
        ("suppliers", "supplier", &["s"]),
        ("plants", "plant supplier plant_region time_to_recover", &["p s east 6", "q s west 9"]),
        ("products", "product supplier need use_factor plants", &["sn s n 1 p:0.5;q:0.5"]),
        ("offers", "offer product price", &["o sn 1"]),
        ("policies", "site need working_stock headroom reserve", &["* * 2 1 0"]),
    ]);
    let a = award(&t, &[("h", "n", "sn", 520.0), ("k", "n", "sn", 520.0)]);
    // Half of what h gets comes this way: 2 weeks of stock last for 4, 6 weeks cost 3 weeks of demand less 2.
    let lane = of(&t, &a, NodeKind::Lane, "east>north");
    assert!(
        close(lane.fixed.time_to_survive, 4.0) && close(lane.fixed.loss.money, 10.0) && lane.sites == 1,
        "{lane:?}"
    );
    assert_eq!((lane.recovery.basis, lane.recovery.weeks), (RecoveryBasis::LongestOfPlants, 6.0));
    // The other plant can make all of it.
    assert!(lane.best.time_to_survive == f64::INFINITY && lane.best.loss.money == 0.0);
    assert!(close(of(&t, &a, NodeKind::PlantRegion, "east").fixed.loss.money, 20.0));
}

#[test]
fn options_out_of_range_are_refused_together() {
    let (t, a) = one(1.0, 1.0, 0.0);
    let options = ExposureOptions { optimism: 0.5, assumed_recovery_weeks: -1.0, worst_of: 9 };
    let Err(StressError::Options(said)) = exposure(&t, &a, None, &options) else { panic!("refused") };
    assert!(["0.5", "-1", "9 nodes"].iter().all(|w| said.contains(w)), "{said}");
}
