//! What stands between a bid and winning.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::why_not::{Question, Refused, Subject, Verdict, WhyNot, why_not};
use rust_decimal::Decimal;

use crate::tender::{Nobody, read, sellers, settings, with};

fn asked(raw: &RawTender, subject: Subject, share: &str) -> Result<WhyNot, Refused> {
    let question = Question { subject, site: None, share: share.parse().unwrap() };
    why_not(&InProcess, raw, &read(raw), &question, &settings(), &Nobody)
}

fn supplier(id: &str) -> Subject {
    Subject::Supplier(id.to_owned())
}

#[test]
fn the_flip_lies_between_the_factors_proven() {
    // S2 at 12 against 10: a tenth of it costs 20 more, and it wins below 10 ÷ 12.
    let raw = with(&sellers(&["10", "12"]), &[]);
    let found = asked(&raw, supplier("S2"), "0.1").unwrap();
    assert_eq!(found.with.value(), Some(Decimal::from(1020)));
    assert_eq!(found.without.value(), Some(Decimal::from(1000)));
    assert!(found.concave);
    let (wins, loses) = (found.flip.0.unwrap(), found.flip.1.unwrap());
    let flip = Decimal::from(10) / Decimal::from(12);
    assert!(wins <= flip && flip <= loses, "{wins} {loses}");
    assert!(loses - wins < Decimal::new(1, 2), "{wins} {loses}: {:?}", found.tried);
}

#[test]
fn the_flip_of_a_supplier_that_wins_already_lies_above_one() {
    let raw = with(&sellers(&["10", "12"]), &[]);
    let found = asked(&raw, supplier("S1"), "0.1").unwrap();
    assert!(found.dearer.high < Some(Decimal::ZERO));
    assert!(found.tried.iter().any(|t| t.factor == Decimal::ONE && t.verdict == Verdict::Wins));
    assert!(found.flip.0.unwrap() >= Decimal::ONE);
}

#[test]
fn thresholds_in_money_are_scanned_and_every_range_is_told() {
    // S2 gives 30 % from 1,000 list spend. At its price of 12 all of it is 1,200 less 30 %: 840, it wins. At 0.8 the list
    // spend is 960, below the threshold: 960 still beats 1,000. At 0.85 it is 1,020 less 30 %: 714.
    let raw = with(
        &sellers(&["10", "12"]),
        &[
            ("schedules", "schedule=T basis=spend mode=all_units counts_suppliers=S2"),
            ("tiers", "schedule=T from=1000 value=0.3"),
        ],
    );
    let found = asked(&raw, supplier("S2"), "0.1").unwrap();
    assert!(!found.concave);
    assert!(found.tried.len() > 8);
    assert!(found.tried.is_sorted_by_key(|t| t.factor));
    assert!(found.tried.iter().all(|t| t.verdict == Verdict::Wins), "{:?}", found.tried);
}

#[test]
fn what_cannot_win_is_told_with_its_reason() {
    let raw = with(
        &sellers(&["10", "12"]),
        &[("rules", "id=ban measure=share scope.supplier=S2 scope.need=gauze within=need at_most=0")],
    );
    let found = asked(&raw, supplier("S2"), "0.1").unwrap();
    assert!(found.with.infeasible());
    assert!(found.flip.0.is_none());
}

#[test]
fn a_product_that_may_serve_nothing_is_refused() {
    let raw = with(&sellers(&["10", "12"]), &[]);
    assert!(matches!(asked(&raw, Subject::Product("none".to_owned()), "0.1"), Err(Refused::ServesNothing)));
}
