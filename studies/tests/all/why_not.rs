//! What stands between a bid and winning.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::why_not::{Question, Refused, Subject, Verdict, WhyNot, why_not};
use rust_decimal::Decimal;

use crate::tender::{Nobody, read, sellers, settings, with};

fn asked(raw: &RawTender, subject: Subject, share: &str) -> Result<WhyNot, Refused> {
    asked_at(raw, subject, None, share)
}

fn asked_at(raw: &RawTender, subject: Subject, site: Option<&str>, share: &str) -> Result<WhyNot, Refused> {
    let question = Question { subject, site: site.map(str::to_owned), share: share.parse().unwrap() };
    why_not(&InProcess, raw, &read(raw), &question, &settings(), &Nobody)
}

/// Proven: it wins at `flip` less a thousandth and loses at `flip` and two thousandths.
fn flips_at(found: &WhyNot, flip: Decimal) {
    assert_eq!(found.many_flips, None);
    let (wins, loses) = (found.flip.0.unwrap(), found.flip.1.unwrap());
    assert!(wins <= flip && flip <= loses, "{wins} {flip} {loses}: {:?}", found.tried);
    assert!(loses - wins < Decimal::new(12, 4), "{wins} {loses}: {:?}", found.tried);
}

fn ratio(a: i64, b: i64) -> Decimal {
    Decimal::from(a) / Decimal::from(b)
}

/// Winning ranges, the ends cut to hundredths.
fn wins(found: &WhyNot) -> Vec<(String, String)> {
    let runs = found.tried.chunk_by(|a, b| a.verdict == b.verdict);
    let winning = runs.filter(|r| r[0].verdict == Verdict::Wins);
    winning.map(|r| (format!("{:.2}", r[0].factor), format!("{:.2}", r[r.len() - 1].factor))).collect()
}

fn supplier(id: &str) -> Subject {
    Subject::Supplier(id.to_owned())
}

#[test]
fn the_flip_of_a_bidder_that_loses_is_enclosed() {
    // S2 at 12 against 10: a tenth of it costs 20 more, and it wins below 10 ÷ 12.
    let raw = with(&sellers(&["10", "12"]), &[]);
    let found = asked(&raw, supplier("S2"), "0.1").unwrap();
    assert_eq!(found.with.value(), Some(Decimal::from(1020)));
    assert_eq!(found.without.value(), Some(Decimal::from(1000)));
    flips_at(&found, ratio(10, 12));
}

#[test]
fn the_flip_of_a_bidder_that_wins_already_is_enclosed_as_well() {
    let raw = with(&sellers(&["10", "12"]), &[]);
    let found = asked(&raw, supplier("S1"), "0.1").unwrap();
    assert!(found.dearer.high < Some(Decimal::ZERO));
    assert!(found.tried.iter().any(|t| t.factor == Decimal::ONE && t.verdict == Verdict::Wins));
    flips_at(&found, ratio(12, 10));
    let far = with(&sellers(&["10", "40"]), &[]);
    flips_at(&asked(&far, supplier("S1"), "0.1").unwrap(), Decimal::from(4));
}

#[test]
fn what_the_gaps_leave_undecided_lies_between_the_ends() {
    let raw = with(&sellers(&["10", "12"]), &[]);
    let question = Question { subject: supplier("S2"), site: None, share: Decimal::new(5, 1) };
    let mut rough = settings();
    rough.options.gap = 0.01;
    let found = why_not(&InProcess, &raw, &read(&raw), &question, &rough, &Nobody).unwrap();
    let (wins, loses) = (found.flip.0.unwrap(), found.flip.1.unwrap());
    assert!(wins <= ratio(10, 12) && ratio(10, 12) <= loses && loses - wins < Decimal::new(8, 2), "{wins} {loses}");
}

#[test]
fn a_bidder_that_no_price_lets_win_is_told_so_with_how_far_it_is() {
    // Its freight alone costs 20 a unit.
    let raw = with(&sellers(&["10", "12"]), &[("freight", "freight=far supplier=S2 per_need_unit=20")]);
    let found = asked(&raw, supplier("S2"), "0.1").unwrap();
    assert_eq!((found.many_flips.clone(), found.flip.0), (None, None));
    // At a tenth of its price: 10 units at 1.20 and 20, instead of 10.
    let lowest = &found.tried[0];
    assert_eq!((lowest.factor, lowest.verdict), (Decimal::new(1, 1), Verdict::Loses));
    assert!(lowest.dearer.low > Some(Decimal::from(111)) && lowest.dearer.high < Some(Decimal::from(113)));
}

/// A second site `B` with 100 gauze.
const SECOND: [(&str, &str); 2] = [("sites", "site=B member=M1"), ("demand", "site=B need=gauze quantity=100")];

#[test]
fn a_question_about_a_site_scales_prices_at_that_site_only() {
    // S2 is cheaper everywhere by 1; at A freight makes it dearer by 1. All of B goes to S2 whatever its price at A.
    let mut more = SECOND.to_vec();
    more.push(("freight", "freight=far supplier=S2 site=A per_need_unit=2"));
    let raw = with(&sellers(&["10", "9"]), &more);
    let found = asked_at(&raw, supplier("S2"), Some("A"), "0.1").unwrap();
    assert_eq!(found.everywhere, None);
    assert_eq!(found.without.value(), Some(Decimal::from(1900)));
    assert_eq!(found.with.value(), Some(Decimal::from(1910)));
    // 8 ÷ 9. Were B's price scaled as well, half of that would do.
    flips_at(&found, ratio(8, 9));
}

#[test]
fn what_counts_an_offer_counts_the_part_of_the_site_too() {
    // 5 % from 150 pieces on: only with A can S2 reach it, at any price there, and saves 5 % of B's 9.8.
    let mut more = SECOND.to_vec();
    more.push(("schedules", "schedule=T basis=packs mode=all_units counts_offers=P2"));
    more.push(("tiers", "schedule=T from=150 value=0.05"));
    let raw = with(&sellers(&["10", "9.8"]), &more);
    let found = asked_at(&raw, supplier("S2"), Some("A"), "0.1").unwrap();
    assert_eq!(found.without.value(), Some(Decimal::from(1980)));
    // Without it at A: 980 for B and 1,000. With half of A, which is all that the tier asks: 465.5 f + 500 + 931.
    flips_at(&found, ratio(549 * 2, 931));
}

#[test]
fn the_most_packs_of_an_only_offer_hold_for_both_parts() {
    let mut rows = sellers(&["10", "9"]);
    rows.retain(|(_, cells)| !cells.starts_with("offer=P2"));
    rows.push(("offers", "offer=P2 product=P2 price=9 max_packs=120".to_owned()));
    let raw = with(&rows, &SECOND);
    let found = asked_at(&raw, supplier("S2"), Some("A"), "0.5").unwrap();
    // Without it at A all 100 of B: 1,900. With at least half of A only 70 are left for B: 1,880 − they are as cheap there.
    assert_eq!((found.without.value(), found.with.value()), (Some(1900.into()), Some(1880.into())));
    // Half of A at 9 f, 70 of B: 450 f + 500 + 630 + 300 against 1,900.
    flips_at(&found, ratio(470, 450));
}

#[test]
fn where_the_site_cannot_be_told_apart_prices_change_everywhere_and_so_does_the_award_without() {
    let mut more = SECOND.to_vec();
    more.push(("schedules", "schedule=T basis=packs mode=all_units gives=price counts_offers=P2"));
    more.push(("tiers", "schedule=T from=500 value=8"));
    more.push(("freight", "freight=far supplier=S2 site=A per_need_unit=2"));
    let raw = with(&sellers(&["10", "9"]), &more);
    let found = asked_at(&raw, supplier("S2"), Some("A"), "1").unwrap();
    assert_eq!(found.everywhere.as_deref(), Some("schedule T has one price for all its sites"));
    assert!(found.many_flips.is_some());
    // At every factor B is S2's as long as 9 f < 10, with or without A: the flip is still at 8 ÷ 9.
    let of = |v: Verdict| found.tried.iter().filter(move |t| t.verdict == v).map(|t| t.factor);
    let (last, first) = (of(Verdict::Wins).max().unwrap(), of(Verdict::Loses).min().unwrap());
    assert!(last < ratio(8, 9) && ratio(8, 9) < first && first - last < Decimal::new(2, 2), "{last} {first}");
    let half = found.tried.iter().find(|t| t.factor == Decimal::new(5, 1)).unwrap();
    assert_eq!(half.dearer.high.map(|d| d.round()), Some(Decimal::from(-350)), "4.5 and 2 instead of 10, at A alone");
}

#[test]
fn thresholds_in_money_are_scanned_and_every_range_is_told() {
    // S2 gives 30 % from 1,000 list spend: at 12 all of it costs 840. It wins against 830 where 840 f does and 1,200 f is at
    // least 1,000, so from 0.8333 to 0.9881; and where 1,200 f without discount does, up to 0.6917.
    let ladder = [
        ("schedules", "schedule=T basis=spend mode=all_units counts_suppliers=S2"),
        ("tiers", "schedule=T from=1000 value=0.3"),
    ];
    let found = asked(&with(&sellers(&["8.3", "12"]), &ladder), supplier("S2"), "1").unwrap();
    assert_eq!(found.many_flips.as_deref(), Some("schedule T counts money"));
    assert!(found.tried.is_sorted_by_key(|t| t.factor));
    let ranges = [("0.50".to_owned(), "0.68".to_owned()), ("0.83".to_owned(), "0.98".to_owned())];
    assert_eq!(wins(&found), ranges, "{:?}", found.tried);
    // Against 10 it wins, and would up to 1,000 ÷ 840.
    let found = asked(&with(&sellers(&["10", "12"]), &ladder), supplier("S2"), "1").unwrap();
    assert_eq!(wins(&found), [("1.00".to_owned(), "1.18".to_owned())], "{:?}", found.tried);
    assert!(found.tried.iter().any(|t| t.factor > ratio(1000, 840) && t.factor < Decimal::new(12, 1)));
}

#[test]
fn packages_conditions_and_minima_are_scanned_as_well() {
    let plain = sellers(&["10", "12"]);
    let pack = [("packages", "package=K discount=0.05"), ("package_lines", "package=K product=P2 quantity=50")];
    let found = asked(&with(&plain, &pack), supplier("S2"), "0.1").unwrap();
    assert_eq!(found.many_flips.as_deref(), Some("package K contains it"));
    for (column, why) in [
        ("minimum_order=20", "offer P2 has a least order"),
        ("minimum_if_used=20", "offer P2 has a least quantity"),
        ("structure=dual", "offer P2 holds on a condition"),
    ] {
        let mut rows = sellers(&["10"]);
        rows.push(("suppliers", "supplier=S2".to_owned()));
        rows.push(("products", "product=P2 supplier=S2 need=gauze use_factor=1".to_owned()));
        rows.push(("offers", format!("offer=P2 product=P2 price=12 {column}")));
        let raw = with(&rows, &[]);
        let found = asked(&raw, supplier("S2"), "0.1").unwrap();
        assert_eq!(found.many_flips.as_deref(), Some(why));
        // They concern S2 alone.
        assert_eq!(asked(&raw, supplier("S1"), "0.1").unwrap().many_flips, None);
    }
}

#[test]
fn what_cannot_win_is_told_with_its_reason() {
    let raw = with(
        &sellers(&["10", "12"]),
        &[("rules", "id=ban measure=share scope.supplier=S2 scope.need=gauze within=need at_most=0")],
    );
    let found = asked(&raw, supplier("S2"), "0.1").unwrap();
    assert!(found.with.infeasible());
    assert!(found.flip.0.is_none() && found.tried.is_empty());
}

#[test]
fn a_bidder_without_whom_nothing_can_be_bought_has_no_flip() {
    let found = asked(&with(&sellers(&["10"]), &[]), supplier("S1"), "0.1").unwrap();
    assert!(found.without.infeasible() && found.tried.is_empty());
}

#[test]
fn a_price_that_only_a_schedule_gives_is_scaled_there() {
    let mut rows = sellers(&["10"]);
    rows.push(("suppliers", "supplier=S2".to_owned()));
    rows.push(("products", "product=P2 supplier=S2 need=gauze use_factor=1".to_owned()));
    rows.push(("offers", "offer=P2 product=P2".to_owned()));
    rows.push(("schedules", "schedule=T basis=packs mode=all_units gives=price counts_offers=P2".to_owned()));
    rows.push(("tiers", "schedule=T from=1 value=12".to_owned()));
    let found = asked(&with(&rows, &[]), supplier("S2"), "0.1").unwrap();
    flips_at(&found, ratio(10, 12));
}

#[test]
fn a_product_that_may_serve_nothing_is_refused() {
    let raw = with(&sellers(&["10", "12"]), &[]);
    assert!(matches!(asked(&raw, Subject::Product("none".to_owned()), "0.1"), Err(Refused::ServesNothing)));
}
