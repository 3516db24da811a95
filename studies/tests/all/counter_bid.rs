//! The smallest change of prices with which a bidder wins a share.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::counter_bid::{CounterBid, Question, counter_bid};
use ballast_studies::why_not::Verdict;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::tender::{Nobody, read, sellers, settings, two_needs, with};

fn asked(raw: &RawTender, supplier: &str, need: Option<&str>, share: &str) -> CounterBid {
    let question =
        Question { supplier: supplier.to_owned(), need: need.map(str::to_owned), share: share.parse().unwrap() };
    counter_bid(&InProcess, raw, &read(raw), &question, &settings(), &Nobody).unwrap()
}

/// Both ends proven, a thousandth apart at most, around this factor.
fn flips_at(found: &CounterBid, factor: f64) {
    let (wins, loses) = (found.flip.0.unwrap(), found.flip.1.unwrap());
    assert!(loses - wins <= Decimal::new(1, 3), "{wins} {loses}: {:?}", found.tried);
    let (low, high) = (wins.to_f64().unwrap(), loses.to_f64().unwrap());
    assert!(low <= factor && factor <= high, "{low} {factor} {high}");
    let is = |f: Decimal, v: Verdict| found.tried.iter().any(|t| t.factor == f && t.verdict == v);
    assert!(is(wins, Verdict::Wins) && is(loses, Verdict::Loses));
}

#[test]
fn a_bidder_that_loses_is_told_the_price_that_wins() {
    // 12 f against 10. With 60 of it 1,120 instead of 1,000.
    let found = asked(&with(&sellers(&["10", "12"]), &[]), "S2", None, "0.6");
    assert_eq!((found.with.value(), found.less.value()), (Some(1120.into()), Some(1000.into())));
    assert_eq!(found.now, Verdict::Loses);
    flips_at(&found, 10.0 / 12.0);
    let offer = &found.offers[0];
    assert_eq!((offer.now, offer.winning), (12.into(), found.flip.0.map(|f| (f * Decimal::from(12)).normalize())));
    // It then sells all 100.
    assert_eq!(found.paid, offer.winning.map(|p| (p * Decimal::ONE_HUNDRED).round_dp(2)));
    assert_eq!(found.difference.as_ref().unwrap().won, ["S2"]);
}

#[test]
fn a_bidder_that_wins_is_told_its_slack() {
    let found = asked(&with(&sellers(&["10", "12"]), &[]), "S1", None, "0.6");
    assert_eq!(found.now, Verdict::Wins);
    flips_at(&found, 1.2);
    let far = asked(&with(&sellers(&["10", "70"]), &[]), "S1", None, "0.6");
    flips_at(&far, 7.0);
}

#[test]
fn a_tier_helps_and_a_share_below_it_counts_as_well() {
    // A fifth off from 80 on: all of it costs 960 f against 900, though only 60 are wanted.
    let ladder = [
        ("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S2"),
        ("tiers", "schedule=T from=80 value=0.2"),
    ];
    flips_at(&asked(&with(&sellers(&["9", "12"]), &ladder), "S2", None, "0.6"), 900.0 / 960.0);
}

#[test]
fn the_share_may_be_all_that_a_rule_allows() {
    let most = ("rules", "id=most measure=share each=supplier within=need scope.need=gauze at_most=0.6");
    flips_at(&asked(&with(&sellers(&["10", "12"]), &[most]), "S2", None, "0.6"), 10.0 / 12.0);
}

#[test]
fn of_one_need_only_its_prices_change() {
    let raw = two_needs();
    let found = asked(&raw, "S2", Some("tape"), "0.5");
    flips_at(&found, 20.0 / 22.0);
    assert_eq!(found.offers.len(), 1);
    // Of both needs, half of the reference spend is won with tape alone, more with gauze only.
    flips_at(&asked(&raw, "S2", None, "0.5"), 20.0 / 22.0);
    flips_at(&asked(&raw, "S2", None, "0.6"), 10.0 / 12.0);
}

#[test]
fn what_no_price_can_win_is_not_searched_for() {
    let mut rows = sellers(&["10", "12"]);
    rows.retain(|(t, cells)| *t != "products" || !cells.starts_with("product=P2 "));
    rows.push(("products", "product=P2 supplier=S2 need=gauze use_factor=1 capacity_packs=40".to_owned()));
    let raw = with(&rows, &[]);
    let found = asked(&raw, "S2", None, "0.6");
    assert!(found.with.infeasible());
    assert_eq!((found.tried.len(), found.flip.0, found.paid), (1, None, None));
    // And S1 cannot lose the 60 that nobody else can make.
    let found = asked(&raw, "S1", None, "0.6");
    assert!(found.less.infeasible() && found.tried.len() == 1 && found.now == Verdict::Wins);
}

#[test]
fn a_bidder_that_no_price_lets_win_is_told_the_lowest_that_loses() {
    let raw = with(&sellers(&["10", "12"]), &[("freight", "freight=far supplier=S2 per_need_unit=20")]);
    let found = asked(&raw, "S2", None, "0.5");
    assert_eq!((found.flip.0, found.flip.1), (None, Some(Decimal::new(5, 2))));
}

/// The most that S2 may be awarded is 500: 60 of its pieces at 10 are too much, 60 at 8.33 are not.
#[test]
fn a_limit_in_money_is_kept_at_other_prices() {
    let mut rows = sellers(&["20", "10"]);
    rows.retain(|(t, cells)| *t != "suppliers" || cells != "supplier=S2");
    rows.push(("suppliers", "supplier=S2 maximum_award=500".to_owned()));
    let found = asked(&with(&rows, &[]), "S2", None, "0.6");
    assert!(found.with.infeasible() && found.now == Verdict::Loses);
    flips_at(&found, 500.0 / 600.0);
}

/// S2 is awarded 1,500 or nothing: of 100 pieces at 10 it cannot be, at 15 it can, and S1 asks 20.
#[test]
fn a_least_award_may_let_it_win_dearer_only() {
    let mut rows = sellers(&["20", "10"]);
    rows.retain(|(t, cells)| *t != "suppliers" || cells != "supplier=S2");
    rows.push(("suppliers", "supplier=S2 minimum_award=1500".to_owned()));
    let found = asked(&with(&rows, &[]), "S2", None, "0.6");
    assert!(found.with.infeasible() && found.now == Verdict::Loses);
    assert_eq!(found.flip, (Some(Decimal::new(15, 1)), None));
}
