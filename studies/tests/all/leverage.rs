//! What each side loses if a supplier walks away.

use ballast_domain::raw::RawTender;
use ballast_solver::InProcess;
use ballast_studies::leverage::{Leverage, Walk, bidders, leverage};
use rust_decimal::Decimal;

use crate::engine::{MadeUp, Patient};
use crate::tender::{Nobody, read, sellers, settings, tables, with};

fn asked(raw: &RawTender) -> Leverage {
    let tender = read(raw);
    leverage(&InProcess, raw, &tender, &bidders(&tender), &settings(), &Nobody).unwrap()
}

fn figures(walk: &Walk) -> (Decimal, Option<Decimal>) {
    (walk.spend, walk.loss)
}

fn whole(n: i64) -> Decimal {
    n.into()
}

#[test]
fn with_linear_prices_the_buyer_loses_the_distance_to_the_next_and_the_supplier_its_spend() {
    // 100 at 10; the next bids 12, the third 15: without the first 200 more. The others win nothing and lose nothing.
    let found = asked(&with(&sellers(&["10", "12", "15"]), &[]));
    assert_eq!(
        found.walks.iter().map(figures).collect::<Vec<_>>(),
        [(whole(1000), Some(whole(200))), (whole(0), Some(whole(0))), (whole(0), Some(whole(0)))]
    );
    let first = &found.walks[0];
    // Two bounds, each stated to the cent and outwards.
    assert!(first.proven.width() <= Some(Decimal::new(2, 2)), "{:?}", first.proven);
    assert!(first.proven.low <= Some(whole(200)) && first.proven.high >= Some(whole(200)));
    assert_eq!(first.difference.as_ref().unwrap().won, ["S2"]);
    assert!(found.walks[1].answer.is_none(), "an award that does not use him stands without him, unasked");
}

#[test]
fn a_capacity_shares_the_loss_and_a_tier_adds_to_it() {
    // S1 sells at most 60 at 10: 600, and 40 of S2 at 12: 480. Without S1 all at 12: 120 more. Without S2 all that S1 cannot
    // make goes to S3 at 15: 120 more.
    let mut rows = sellers(&["10", "12", "15"]);
    rows.retain(|(table, cells)| *table != "products" || !cells.starts_with("product=P1 "));
    rows.push(("products", "product=P1 supplier=S1 need=gauze use_factor=1 capacity_packs=60".to_owned()));
    let found = asked(&with(&rows, &[]));
    assert_eq!(figures(&found.walks[0]), (whole(600), Some(whole(120))));
    assert_eq!(figures(&found.walks[1]), (whole(480), Some(whole(120))));
    // S1 gives a fifth from 80 on: all of it costs 800, and without it the 100 cost 1,200.
    let ladder = [
        ("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1"),
        ("tiers", "schedule=T from=80 value=0.2"),
    ];
    let found = asked(&with(&sellers(&["10", "12"]), &ladder));
    assert_eq!(figures(&found.walks[0]), (whole(800), Some(whole(400))));
}

#[test]
fn where_there_is_no_award_without_him_the_needs_are_named() {
    // Tape is sold by S1 alone; of gauze S2 makes but 40; foam both could make.
    let raw = tables(&[
        ("needs", "need=tape category=wound unit=roll"),
        ("needs", "need=foam category=wound unit=piece"),
        ("demand", "site=A need=tape quantity=10"),
        ("demand", "site=A need=foam quantity=10"),
        ("suppliers", "supplier=S1"),
        ("suppliers", "supplier=S2"),
        ("products", "product=G1 supplier=S1 need=gauze use_factor=1"),
        ("products", "product=T1 supplier=S1 need=tape use_factor=1"),
        ("products", "product=F1 supplier=S1 need=foam use_factor=1"),
        ("products", "product=G2 supplier=S2 need=gauze use_factor=1 capacity_packs=40"),
        ("products", "product=F2 supplier=S2 need=foam use_factor=1"),
        ("offers", "offer=G1 product=G1 price=3"),
        ("offers", "offer=T1 product=T1 price=3"),
        ("offers", "offer=F1 product=F1 price=3"),
        ("offers", "offer=G2 product=G2 price=2"),
        ("offers", "offer=F2 product=F2 price=4"),
    ]);
    let found = asked(&raw);
    let tender = read(&raw);
    let names = |walk: &Walk| walk.needed_for.iter().map(|n| tender.needs[*n].id.clone()).collect::<Vec<_>>();
    assert!(found.walks[0].indispensable() && found.walks[0].loss.is_none());
    assert_eq!(names(&found.walks[0]), ["gauze", "tape"]);
    // S2: 40 of gauze at 3 instead of 2.
    assert_eq!(figures(&found.walks[1]), (whole(80), Some(whole(40))));
    assert!(!found.walks[1].indispensable() && found.walks[1].needed_for.is_empty());
}

#[test]
fn a_rule_can_make_everyone_indispensable() {
    let two = ("rules", "id=two measure=count of=supplier at_least=2");
    let found = asked(&with(&sellers(&["10", "12"]), &[two]));
    assert!(found.walks.iter().all(Walk::indispensable));
    // Gauze is all they sell.
    assert!(found.walks.iter().all(|w| w.needed_for.len() == 1));
}

#[test]
fn a_walk_away_never_helps_the_buyer() {
    // Prices, a capacity, a tier and a rule drawn by a small generator; every proven loss is 0 or more, and no less than what
    // two solves apart say.
    let mut state = 7_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..12 {
        let prices: Vec<String> = (0..3).map(|_| (8 + draw(8)).to_string()).collect();
        let prices: Vec<&str> = prices.iter().map(String::as_str).collect();
        let tier = format!("schedule=T from={} value=0.{}", 20 + draw(80), 1 + draw(4));
        let most =
            format!("id=most measure=share each=supplier within=need scope.need=gauze at_most=0.{}", 5 + draw(5));
        let more = [
            ("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S2"),
            ("tiers", tier.as_str()),
            ("rules", most.as_str()),
        ];
        let raw = with(&sellers(&prices), &more);
        let found = asked(&raw);
        for walk in &found.walks {
            assert!(walk.cannot_help);
            let Some(loss) = walk.loss else { continue };
            assert!(loss >= Decimal::ZERO && walk.proven.low >= Some(Decimal::ZERO), "{prices:?} {tier} {most}");
            assert!(walk.proven.low <= Some(loss) && Some(loss) <= walk.proven.high);
        }
    }
}

#[test]
fn a_study_that_is_stopped_says_what_it_has_and_claims_nothing_of_the_rest() {
    let raw = with(&sellers(&["10", "12"]), &[]);
    let tender = read(&raw);
    let found = leverage(&MadeUp::default(), &raw, &tender, &bidders(&tender), &settings(), &Patient::new(1)).unwrap();
    assert_eq!(found.value, Some(whole(1000)));
    let first = &found.walks[0];
    assert!(first.answer.as_ref().is_some_and(ballast_studies::Answer::inconclusive));
    // Of the first only that his walk-away cannot help is known.
    assert_eq!((first.loss, first.proven.low, first.proven.high), (None, Some(whole(0)), None));
}
