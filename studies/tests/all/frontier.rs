//! Cost against something else.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::frontier::{Against, Frontier, frontier};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::tender::{Nobody, sellers, settings, with};

fn points(f: &Frontier) -> Vec<(f64, f64, bool)> {
    let point = |p: &ballast_studies::frontier::Point| {
        ((p.measure * 1e4).round() / 1e4, p.answer.value().unwrap().to_f64().unwrap().round(), p.knee)
    };
    f.points.iter().map(point).collect()
}

#[test]
fn preference_has_its_ends_and_its_knee() {
    // From 0.5 at 10 to 0.8 at 10.50 is cheap, from there to 1 at 20 is dear.
    let raw = with(
        &sellers(&["10", "10.5", "20"]),
        &[
            ("preferences", "site=A product=P1 score=0.5"),
            ("preferences", "site=A product=P2 score=0.8"),
            ("preferences", "site=A product=P3 score=1"),
        ],
    );
    let found = frontier(&InProcess, &raw, Against::Preference, 6, &settings(), &Nobody).unwrap();
    let expected = [
        (0.5, 1000.0, false),
        (0.6, 1017.0, false),
        (0.7, 1033.0, false),
        (0.8, 1050.0, true),
        (0.9, 1525.0, false),
        (1.0, 2000.0, false),
    ];
    assert_eq!(points(&found), expected);
    assert_eq!(found.dominated, 0);
    for point in &found.points {
        assert!(point.answer.interval().low <= point.answer.value());
    }
}

#[test]
fn fewer_suppliers_cost_more() {
    // Each alone is dear for one need: two suppliers 900 + 900, one supplier 2,000.
    let mut rows = sellers(&["9", "11"]);
    rows.push(("needs", "need=tape category=wound unit=roll reference_price=1".to_owned()));
    rows.push(("demand", "site=A need=tape quantity=100".to_owned()));
    for (s, price) in [(1, 11), (2, 9)] {
        rows.push(("products", format!("product=T{s} supplier=S{s} need=tape use_factor=1")));
        rows.push(("offers", format!("offer=T{s} product=T{s} price={price}")));
    }
    let found = frontier(&InProcess, &with(&rows, &[]), Against::Suppliers, 5, &settings(), &Nobody).unwrap();
    assert_eq!(points(&found), [(2.0, 1800.0, false), (1.0, 2000.0, false)]);
    assert_eq!(found.nothing_at, Some(0.0));
}

#[test]
fn concentration_ends_where_the_shares_are_equal() {
    let raw = with(&sellers(&["10", "11"]), &[]);
    let found = frontier(&InProcess, &raw, Against::Concentration, 3, &settings(), &Nobody).unwrap();
    let (first, last) = (&found.points[0], &found.points[found.points.len() - 1]);
    assert_eq!((first.measure, first.answer.value()), (1.0, Some(Decimal::from(1000))));
    // At half each it is 1,050; the end is found to a ten-thousandth.
    assert!(last.measure >= 0.5 && last.measure < 0.5001, "{}", last.measure);
    assert!(found.nothing_at.is_some_and(|s| s < 0.5 && s > 0.4999), "{:?}", found.nothing_at);
    assert!(last.answer.value() > Some(Decimal::new(10499, 1)), "{:?}", last.answer.value());
}

/// Two products of which the second is dearer and says `more`.
fn two(more: &str, rows: &[(&str, &str)]) -> RawTender {
    let mut all = sellers(&["10"]);
    all[1].1.push_str(" attr.emissions=5");
    all.push(("suppliers", "supplier=S2".to_owned()));
    all.push(("products", format!("product=P2 supplier=S2 need=gauze use_factor=1 {more}")));
    all.push(("offers", "offer=P2 product=P2 price=12".to_owned()));
    with(&all, rows)
}

#[test]
fn less_emissions_cost_more_up_to_the_cleanest() {
    let found =
        frontier(&InProcess, &two("attr.emissions=2", &[]), Against::Emissions, 4, &settings(), &Nobody).unwrap();
    assert_eq!(
        points(&found),
        [(5.0, 1000.0, false), (4.0, 1067.0, false), (3.0, 1133.0, false), (2.0, 1200.0, false)]
    );
    assert!(found.nothing_at.is_some_and(|e| e < 2.0 && e > 1.99), "{:?}", found.nothing_at);
}

#[test]
fn moving_less_costs_more_down_to_nothing() {
    let today = [("incumbents", "site=A need=gauze product=P2 quantity=100 price=12")];
    let found = frontier(&InProcess, &two("", &today), Against::Moved, 3, &settings(), &Nobody).unwrap();
    assert_eq!(points(&found), [(1.0, 1000.0, false), (0.5, 1100.0, false), (0.0, 1200.0, false)]);
    // Nothing moved is as little as there is: nothing beyond it was asked for.
    assert_eq!(found.nothing_at, None);
}

#[test]
fn the_far_end_is_found_where_its_last_step_costs_a_fortune() {
    // The last hundredth costs a hundred times the best award.
    let raw = with(
        &sellers(&["10", "11", "1000"]),
        &[
            ("preferences", "site=A product=P1 score=0.5"),
            ("preferences", "site=A product=P2 score=0.99"),
            ("preferences", "site=A product=P3 score=1"),
        ],
    );
    let found = frontier(&InProcess, &raw, Against::Preference, 2, &settings(), &Nobody).unwrap();
    assert_eq!(points(&found), [(0.5, 1000.0, false), (1.0, 100_000.0, false)]);
}

#[test]
fn what_the_tender_does_not_say_is_refused() {
    for against in [Against::Preference, Against::Emissions, Against::Moved] {
        let found = frontier(&InProcess, &with(&sellers(&["10"]), &[]), against, 3, &settings(), &Nobody);
        let findings = found.unwrap_err();
        assert!(findings.0.iter().any(|f| f.code == "nothing_to_measure" && f.fix.contains("give")), "{findings:?}");
    }
}
