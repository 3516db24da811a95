//! The cheapest price moves that reach a savings goal.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::targets::{Goal, Targets, targets};
use rust_decimal::Decimal;

use crate::engine::{MadeUp, Patient};
use crate::tender::{Nobody, read, sellers, settings, tables, with};

fn whole(n: i64) -> Decimal {
    n.into()
}

fn asked(raw: &RawTender, goal: i64) -> Targets {
    targets(&InProcess, raw, &read(raw), Goal::Amount(whole(goal)), &settings(), &Nobody).unwrap()
}

fn prices(found: &Targets, raw: &RawTender) -> Vec<(String, Decimal)> {
    let tender = read(raw);
    let reached = found.reached.as_ref().unwrap();
    reached.moves.iter().map(|m| (tender.offers[m.offer].id.clone(), m.target)).collect()
}

/// True to a few cents: prices have 4 decimals, values cents.
fn near(found: Option<Decimal>, exact: i64) -> bool {
    found.is_some_and(|f| (f - whole(exact)).abs() <= Decimal::new(15, 2))
}

#[test]
fn the_winner_comes_down_by_the_goal_where_it_can() {
    // 100 at 10; its room goes down to 9: 60 saved at 9.40. The dearer one could come down to 9.50 and would have to concede
    // more: from 12, for the same saving, 260.
    let raw =
        with(&sellers(&["10", "12"]), &[("room", "offer=P1 lowest_price=9"), ("room", "offer=P2 lowest_price=9.5")]);
    let found = asked(&raw, 60);
    let asked = prices(&found, &raw);
    assert_eq!(asked.len(), 1);
    assert!(asked[0].0 == "P1" && (asked[0].1 - Decimal::new(94, 1)).abs() <= Decimal::new(1, 3), "{asked:?}");
    assert!(near(found.reached.as_ref().map(|r| r.concedes), 60) && near(found.at_least, 60), "{found:?}");
}

#[test]
fn where_the_winner_has_no_room_the_next_must_first_make_up_the_distance() {
    // 100 at 10, no room; the next from 11 to 8: a saving of 100 is a price of 9 there, a concession of 200.
    let raw = with(&sellers(&["10", "11"]), &[("room", "offer=P2 lowest_price=8")]);
    let found = asked(&raw, 100);
    let asked = prices(&found, &raw);
    assert!(asked.len() == 1 && asked[0].0 == "P2" && (asked[0].1 - whole(9)).abs() <= Decimal::new(1, 3), "{asked:?}");
    let reached = found.reached.as_ref().unwrap();
    assert!(near(Some(reached.concedes), 200), "{}", reached.concedes);
    assert!(reached.answer.value() <= Some(whole(900)));
    assert_eq!(reached.difference.as_ref().unwrap().won, ["S2"]);
    // Proven on the way: (B(λ) − 900) / (1 − λ) at the λ where it becomes 10 there, 1/3: 150.
    assert!(found.at_least >= Some(whole(100)) && found.at_least <= Some(reached.concedes), "{:?}", found.at_least);
}

#[test]
fn a_goal_beyond_the_room_says_the_most_that_can_be_reached() {
    let raw = with(&sellers(&["10", "12"]), &[("room", "offer=P1 lowest_price=9.2")]);
    let found = asked(&raw, 90);
    assert!(found.beyond && found.reached.is_none());
    assert!(near(found.most.0, 80) && near(found.most.1, 80));
    // Just what the room gives is not beyond it.
    assert!(asked(&raw, 80).reached.is_some());
}

#[test]
fn two_suppliers_are_asked_where_one_does_not_suffice_the_one_with_more_room_first() {
    // 60 from the first (capacity) at 10, 40 from the second at 11; rooms of 1 and 2: 60 and 80. 100 wanted: the second gives
    // all its 80, the first 20 of 60.
    let mut rows = sellers(&["10", "11"]);
    rows.retain(|(table, cells)| *table != "products" || !cells.starts_with("product=P1 "));
    rows.push(("products", "product=P1 supplier=S1 need=gauze use_factor=1 capacity_packs=60".to_owned()));
    let share =
        ("rules", "id=most measure=share each=supplier within=need scope.need=gauze scope.supplier=S2 at_most=0.4");
    let raw = with(&rows, &[share, ("room", "offer=P1 lowest_price=9"), ("room", "offer=P2 lowest_price=9")]);
    let found = asked(&raw, 100);
    let asked = prices(&found, &raw);
    assert_eq!((asked.len(), &*asked[0].0, asked[0].1), (2, "P2", whole(9)));
    assert!((asked[1].1 - Decimal::new(96_667, 4)).abs() <= Decimal::new(1, 3), "{asked:?}");
    assert!(near(found.reached.as_ref().map(|r| r.concedes), 100) && near(found.at_least, 100));
}

#[test]
fn no_point_of_a_fine_grid_of_prices_concedes_less() {
    // Two sellers of two needs with a packs tier; the award of each grid point by its own solve.
    let rows = [
        ("needs", "need=tape category=wound unit=roll reference_price=1"),
        ("demand", "site=A need=tape quantity=50"),
        ("suppliers", "supplier=S1"),
        ("suppliers", "supplier=S2"),
        ("products", "product=G1 supplier=S1 need=gauze use_factor=1"),
        ("products", "product=T1 supplier=S1 need=tape use_factor=1"),
        ("products", "product=G2 supplier=S2 need=gauze use_factor=1"),
        ("products", "product=T2 supplier=S2 need=tape use_factor=1"),
        ("offers", "offer=G1 product=G1 price=10"),
        ("offers", "offer=T1 product=T1 price=6"),
        ("offers", "offer=G2 product=G2 price=10.5"),
        ("offers", "offer=T2 product=T2 price=6.2"),
        ("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S2"),
        ("tiers", "schedule=T from=120 value=0.04"),
        ("room", "offer=G1 lowest_price=9.5"),
        ("room", "offer=G2 lowest_price=9"),
        ("room", "offer=T2 lowest_price=6"),
    ];
    let raw = tables(&rows);
    for goal in [20, 60, 120, 170] {
        let found = asked(&raw, goal);
        let now = found.base.value().unwrap();
        let mut least: Option<Decimal> = None;
        for (g1, g2, t2) in (0..=5).flat_map(|a| (0..=10).flat_map(move |b| (0..=2).map(move |c| (a, b, c)))) {
            let price = |base: i64, cents: i64, k: i64| Decimal::new(base - cents * k, 2);
            let (g1, g2, t2) = (price(1000, 10, g1), price(1050, 15, g2), price(620, 10, t2));
            // All from the first, all from the second with its tier, or each need from another.
            let awards = [
                (whole(1300), g1 * whole(100) + whole(300)),
                (Decimal::new(130_560, 2), (g2 * whole(100) + t2 * whole(50)) * Decimal::new(96, 2)),
                (whole(1310), g1 * whole(100) + t2 * whole(50)),
                (whole(1350), g2 * whole(100) + whole(300)),
                // Tape and as much gauze as the tier takes from the second.
                (Decimal::new(130_320, 2), (g2 * whole(70) + t2 * whole(50)) * Decimal::new(96, 2) + g1 * whole(30)),
            ];
            let (dear, best) = *awards.iter().min_by_key(|(_, cost)| *cost).unwrap();
            if best <= now - whole(goal) {
                let concedes = dear - best;
                least = Some(least.map_or(concedes, |l| l.min(concedes)));
            }
        }
        match (&found.reached, least) {
            (Some(reached), least) => {
                assert!(reached.answer.value().unwrap() <= now - whole(goal));
                assert!(
                    least.is_none_or(|l| reached.concedes <= l + Decimal::new(15, 2)),
                    "{goal}: {} {least:?}",
                    reached.concedes
                );
                assert!(found.at_least.unwrap() <= reached.concedes);
                assert!(least.is_none_or(|l| found.at_least.unwrap() <= l), "{goal}: {:?} {least:?}", found.at_least);
            }
            (None, least) => assert!(found.beyond && least.is_none(), "{goal}: {least:?}"),
        }
    }
}

#[test]
fn a_study_that_is_stopped_names_no_prices() {
    let raw = with(&sellers(&["10"]), &[("room", "offer=P1 lowest_price=9")]);
    let tender = read(&raw);
    let goal = Goal::Fraction(Decimal::new(5, 2));
    let found = targets(&MadeUp::default(), &raw, &tender, goal, &settings(), &Patient::new(1)).unwrap();
    assert!(found.reached.is_none() && !found.beyond && found.most == (None, None));
    assert_eq!(found.goal, Some(whole(50)));
}

/// 60 of 100 pieces are bought in a package with 5 % off the same offer: they come down with it, 0.95 to one.
#[test]
fn units_in_a_package_come_down_with_their_offer() {
    let raw = with(
        &sellers(&["10", "12"]),
        &[
            ("room", "offer=P1 lowest_price=8"),
            ("packages", "package=K discount=0.05"),
            ("package_lines", "package=K product=P1 quantity=60 site=A"),
        ],
    );
    let found = asked(&raw, 97);
    let reached = found.reached.as_ref().unwrap();
    assert_eq!(reached.moves.len(), 1);
    assert!(near(Some(reached.concedes), 97) && near(Some(reached.moves[0].gives), 97), "{:?}", reached.moves);
}
