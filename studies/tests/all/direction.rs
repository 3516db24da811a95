//! Which way an edit can only move the best value.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::compare::{Case, compare};
use ballast_studies::direction::{Direction, difference, direction};
use ballast_studies::sweep::{GridCell, sweep};
use ballast_studies::{Answer, Interval, Probe, ask_one};
use rust_decimal::Decimal;

use crate::engine::{MadeUp, Patient, settings as few, tender};
use crate::tender::{Nobody, read, sellers, settings, with};

/// Two sellers of which the second says `cells` more, and further rows.
fn raw(cells: &str, more: &[(&'static str, &str)]) -> RawTender {
    let mut rows = sellers(&["10"]);
    rows.push(("suppliers", "supplier=S2".to_owned()));
    rows.push(("products", "product=P2 supplier=S2 need=gauze use_factor=1".to_owned()));
    rows.push(("offers", format!("offer=P2 product=P2 {cells}")));
    with(&rows, more)
}

fn between(a: &RawTender, b: &RawTender) -> Option<Direction> {
    let (there, back) = (direction(&read(a), &read(b)), direction(&read(b), &read(a)));
    let opposite = match there {
        Some(Direction::Tightens) => Some(Direction::Loosens),
        Some(Direction::Loosens) => Some(Direction::Tightens),
        other => other,
    };
    assert_eq!(back, opposite, "the way back is the other way");
    there
}

#[test]
fn bounds_tighten_one_way_and_loosen_the_other() {
    let tightens = Some(Direction::Tightens);
    let plain = raw("price=12", &[]);
    assert_eq!(between(&plain, &plain), Some(Direction::Same));
    for cells in ["price=12 max_packs=50", "price=12 minimum_order=5", "price=12 minimum_if_used=5", "price=13"] {
        assert_eq!(between(&plain, &raw(cells, &[])), tightens, "{cells}");
    }
    assert_eq!(between(&raw("price=12 max_packs=50", &[]), &raw("price=12 max_packs=40", &[])), tightens);
    let share = "id=r measure=share each=supplier;need within=need";
    let rule = |bound: &str| raw("price=12", &[("rules", &format!("{share} {bound}"))]);
    assert_eq!(between(&plain, &rule("at_most=0.6")), tightens);
    assert_eq!(between(&rule("at_most=0.6"), &rule("at_most=0.5")), tightens);
    assert_eq!(between(&rule("at_most=0.6"), &rule("at_most=0.6 at_least=0.1")), tightens);
    assert_eq!(between(&plain, &rule("at_most=0.5 force=priced price=10")), tightens);
    assert_eq!(
        between(&rule("at_most=0.5 force=priced price=10"), &rule("at_most=0.5 force=priced price=9")),
        Some(Direction::Loosens)
    );
    assert_eq!(between(&plain, &raw("price=12", &[("picks", "site=A need=gauze product=P2 at_least=0.1")])), tightens);
    assert_eq!(between(&raw("price=12 source=mail", &[]), &plain), Some(Direction::Same));
}

#[test]
fn what_may_go_either_way_says_nothing() {
    let plain = raw("price=12", &[]);
    let share = "id=r measure=share each=supplier;need within=need";
    // Tighter and cheaper at once.
    assert_eq!(between(&plain, &raw("price=11 max_packs=50", &[])), None);
    // Rules by level give way for each other.
    let levelled = |id: &str| format!("id={id} measure=count of=supplier at_most=1 force=levelled level=2");
    let one = raw("price=12", &[("rules", &levelled("a"))]);
    assert_eq!(
        between(&one, &raw("price=12", &[("rules", &levelled("a")), ("rules", &format!("{share} at_most=0.5"))])),
        None
    );
    // Dearer may mean a higher tier, where spend is counted.
    let ladder = [
        ("schedules", "schedule=T basis=spend mode=all_units counts_suppliers=S2"),
        ("tiers", "schedule=T from=1000 value=0.3"),
    ];
    assert_eq!(between(&raw("price=12", &ladder), &raw("price=13", &ladder)), None);
    // More demand may be cheaper with tiers.
    let more = [("sites", "site=B member=M1"), ("demand", "site=B need=gauze quantity=10")];
    assert_eq!(between(&plain, &raw("price=12", &more)), None);
}

#[test]
fn a_deeper_discount_only_loosens() {
    let ladder = |value: &str| {
        raw(
            "price=12",
            &[
                ("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S2"),
                ("tiers", &format!("schedule=T from=50 value={value}")),
            ],
        )
    };
    assert_eq!(between(&ladder("0.1"), &ladder("0.2")), Some(Direction::Loosens));
}

#[test]
fn a_difference_of_known_direction_has_its_bounds_from_both_sides() {
    // Value 1000 with a bound of 990 before, 1005 with 995 after.
    let engine = MadeUp::default();
    let answer = |price: &str| ask_one(&engine, Probe::new("x", &tender(price)), &few(1), &Patient::new(99));
    let (before, after) = (answer("10"), answer("10.05"));
    let interval = |low: i64, high: i64| Interval { low: Some(low.into()), high: Some(high.into()) };
    assert_eq!(difference(&before, &after, None), interval(-5, 15));
    assert_eq!(difference(&before, &after, Some(Direction::Tightens)), interval(0, 15));
    // The award before holds after: no more than 1000, and no bound above that.
    assert_eq!(difference(&before, &after, Some(Direction::Loosens)), interval(-5, 0));
    assert_eq!(difference(&before, &before, Some(Direction::Same)), interval(0, 0));
    let none = MadeUp { none: vec!["11"], ..MadeUp::default() };
    let infeasible = ask_one(&none, Probe::new("x", &tender("11")), &few(1), &Patient::new(99));
    assert_eq!(difference(&before, &infeasible, Some(Direction::Tightens)), Interval::default());
    assert_eq!(difference(&before, &Answer::Skipped, Some(Direction::Tightens)).low, Some(Decimal::ZERO));
}

#[test]
fn compare_and_sweep_say_the_direction_and_use_it() {
    let mut rough = settings();
    rough.options.gap = 0.05;
    let base = read(&raw("price=10.1", &[]));
    let tighter =
        || read(&raw("price=10.1", &[("rules", "id=r measure=count of=supplier at_least=2 counts_from=0.1")]));
    let case = Case { name: "two".to_owned(), steps: vec![tighter()], fixed: None };
    let found = compare(&InProcess, &base, &[case], &rough, &Nobody);
    let column = &found.columns[0];
    assert_eq!((column.direction, column.parts[0].direction), (Some(Direction::Tightens), Some(Direction::Tightens)));
    assert!(column.proven.low >= Some(Decimal::ZERO) && column.proven.high.is_some(), "{:?}", column.proven);
    // The award of the tender with the rule is one without it: as an award given it cannot be cheaper than the best.
    let award = column.award.clone().unwrap().0;
    let fixed = Case { name: "kept".to_owned(), steps: Vec::new(), fixed: Some(award) };
    let found = compare(&InProcess, &base, &[fixed], &rough, &Nobody);
    assert!(found.columns[0].proven.low >= Some(Decimal::ZERO));
    let cells = [
        GridCell { name: "two".to_owned(), tender: Ok(tighter()) },
        GridCell { name: "one".to_owned(), tender: Ok(base.clone()) },
    ];
    let (_, swept) = sweep(&InProcess, &base, &cells, &rough, &Nobody);
    assert_eq!((swept[0].direction, swept[1].direction), (Some(Direction::Tightens), Some(Direction::Same)));
    assert!(swept[0].proven.low >= Some(Decimal::ZERO));
    assert_eq!(swept[1].proven, Interval::exactly(Decimal::ZERO));
}
