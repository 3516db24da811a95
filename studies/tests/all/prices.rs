//! What is concluded from values and bounds.

use ballast_studies::prices::{Without, prices};
use rust_decimal::Decimal;

use crate::engine::{GAP, MadeUp, Patient, settings, tender};

fn without(name: &str, price: &str, joins: &[usize]) -> Without {
    Without { name: name.to_owned(), tender: tender(price), loosens: true, joins: joins.to_vec() }
}

#[test]
fn a_price_lies_between_the_ends_that_both_proofs_give() {
    let questions = [without("a", "8", &[]), without("b", "9", &[]), without("a + b", "6", &[0, 1])];
    let engine = MadeUp::default();
    let found = prices(&engine, &tender("10"), &questions, &settings(2), &Patient::new(99));
    let price = |i: usize| found.prices[i].price.unwrap();
    assert_eq!((price(0), price(1), price(2)), (200.into(), 100.into(), 400.into()));
    // z in [990, 1000], without in [790, 800].
    assert_eq!(found.prices[0].proven.low, Some(190.into()));
    assert_eq!(found.prices[0].proven.high, Some(210.into()));
    assert_eq!(found.prices[2].beyond, Some(100.into()));
    assert_eq!(
        *engine.starts.lock().unwrap(),
        [false, true, true, true],
        "every probe starts from the award with everything"
    );
}

#[test]
fn an_award_with_a_rule_is_an_award_without_it() {
    // The search without the rule found a worse award than the one that is known already.
    let found = prices(&MadeUp::default(), &tender("10"), &[without("a", "11", &[])], &settings(1), &Patient::new(99));
    let a = &found.prices[0];
    assert_eq!((a.price, a.value), (Some(Decimal::ZERO), Some(1000.into())));
    // What the search without it proved holds with it, too: no award costs less than 1090, nor more than 1000.
    assert_eq!(found.bound, Some(1000.into()));
    assert_eq!(a.proven.low, Some(Decimal::ZERO));
    assert!(a.difference.is_none(), "a worse award is no difference that the rule makes");
}

#[test]
fn a_probe_that_found_nothing_says_nothing_more_than_is_known() {
    let engine = MadeUp { lost: vec!["8"], ..MadeUp::default() };
    let found = prices(&engine, &tender("10"), &[without("a", "8", &[])], &settings(1), &Patient::new(99));
    let a = &found.prices[0];
    assert!(a.answer.inconclusive());
    assert_eq!((a.proven.low, a.proven.high), (Some(Decimal::ZERO), None), "it may be worth any amount");
}

/// The search with everything found nothing in time; what was found without a rule keeps that rule, too.
#[test]
fn an_award_found_without_a_rule_may_be_the_best_one_with_it() {
    let engine = MadeUp { lost: vec!["10"], ..MadeUp::default() };
    let found = prices(&engine, &tender("10"), &[without("a", "8", &[])], &settings(1), &Patient::new(99));
    assert_eq!((found.base.value(), found.prices[0].price), (Some(1000.into()), Some(200.into())));
}

#[test]
fn a_tender_without_award_gives_no_price_but_the_award_without_the_rule() {
    let engine = MadeUp { none: vec!["10"], ..MadeUp::default() };
    let found = prices(&engine, &tender("10"), &[without("a", "8", &[])], &settings(1), &Patient::new(99));
    assert!(found.base.infeasible());
    assert_eq!((found.prices[0].price, found.prices[0].value), (None, Some(800.into())));
    assert_eq!(found.prices[0].answer.interval().low, Some(Decimal::from(800 - GAP)));
}
