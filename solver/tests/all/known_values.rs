//! Tenders small enough to do in the head. The arithmetic stands beside each; the certified value must be that to the
//! cent, and the lines must be the ones chosen in the head.

use crate::tender::{Book, assert_award, assert_infeasible, solve};

#[test]
fn the_cheapest_supplier_wins_all() {
    // 100 × 2 = 200 against 100 × 3 = 300
    let book = Book::one_need().sells("S1", "gauze", "P1", "3", "").sells("S2", "gauze", "P2", "2", "");
    assert_award(&book, "200.00", &["A gauze P2 100"]);
}

#[test]
fn the_price_of_a_need_unit_counts_and_not_that_of_a_pack() {
    // Packs of 10 at 18: 10 packs, 180. Single pieces at 2: 200.
    let book = Book::one_need().sells("S1", "gauze", "P1", "18", "use_factor=10").sells("S2", "gauze", "P2", "2", "");
    assert_award(&book, "180.00", &["A gauze P1 100"]);
}

#[test]
fn what_a_product_cannot_deliver_spills_to_the_next() {
    // 60 × 2 + 40 × 3 = 240
    let book =
        Book::one_need().sells("S1", "gauze", "P1", "3", "").sells("S2", "gauze", "P2", "2", "capacity_packs=60");
    assert_award(&book, "240.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn capacities_of_suppliers_and_plants_are_in_capacity_units() {
    // A pack uses 2 units: the supplier's 150 allow 75 packs, the plant's 60 for a split of 0.5 allow 60.
    // 60 × 2 + 40 × 3 = 240
    let book = Book::one_need()
        .set("suppliers", |r| r["supplier"] == "S2", "capacity", "150")
        .row("plants", "plant=X supplier=S2 capacity=60")
        .row("plants", "plant=Y supplier=S2")
        .sells("S1", "gauze", "P1", "3", "")
        .sells("S2", "gauze", "P2", "2", "capacity_use=2 plants=X:0.5;Y:0.5");
    assert_award(&book, "240.00", &["A gauze P1 40", "A gauze P2 60"]);
    // Without the plant's limit: 75 × 2 + 25 × 3 = 225
    let book = book.set("plants", |_| true, "capacity", "");
    assert_award(&book, "225.00", &["A gauze P1 25", "A gauze P2 75"]);
}

#[test]
fn buying_more_from_one_supplier_reaches_its_tier() {
    // S2 is cheaper but has 50. Without the tier 50 × 8 + 50 × 10 = 900; with 60 from S1: 60 × 9 + 40 × 8 = 860.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "8", "capacity_packs=50")
        .row("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1")
        .row("tiers", "schedule=T from=60 value=0.1");
    assert_award(&book, "860.00", &["A gauze P1 60", "A gauze P2 40"]);
}

/// Two needs of 100; S1 asks 10 for either, S2 asks 9 and 11. S1 gives `discount` from 2,000 list spend.
fn two_needs(discount: &str) -> Book {
    Book::one_need()
        .row("needs", "need=tape category=wound unit=roll reference_price=1")
        .row("demand", "site=A need=tape quantity=100")
        .sells("S1", "gauze", "G1", "10", "")
        .sells("S2", "gauze", "G2", "9", "")
        .sells("S1", "tape", "T1", "10", "")
        .sells("S2", "tape", "T2", "11", "")
        .row("schedules", "schedule=T basis=spend mode=all_units counts_suppliers=S1")
        .row("tiers", &format!("schedule=T from=2000 value={discount}"))
}

#[test]
fn a_tier_that_is_worth_it_consolidates() {
    // All from S1: 2,000 × 0.92 = 1,840; the cheapest of each: 900 + 1,000 = 1,900.
    assert_award(&two_needs("0.08"), "1840.00", &["A gauze G1 100", "A tape T1 100"]);
}

#[test]
fn a_tier_that_is_not_worth_it_does_not() {
    // All from S1: 2,000 × 0.96 = 1,920; the cheapest of each: 1,900.
    assert_award(&two_needs("0.04"), "1900.00", &["A gauze G2 100", "A tape T1 100"]);
}

/// Members M1 with 60 and M2 with 50; S1 asks 10 with 10 % from 60 packs, S2 asks 9.50.
fn members(mode: &str) -> Book {
    Book::one_need()
        .row("sites", "site=B member=M2")
        .set("demand", |_| true, "quantity", "60")
        .row("demand", "site=B need=gauze quantity=50")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "9.5", "")
        .row("schedules", &format!("schedule=T basis=packs mode=all_units cohort_mode={mode} counts_suppliers=S1"))
        .row("tiers", "schedule=T from=60 value=0.1")
}

#[test]
fn each_member_earns_its_own_tier() {
    // M1: 60 × 9 = 540 (the threshold is inclusive). M2 cannot reach 60: 50 × 9.50 = 475. Together 1,015.
    assert_award(&members("member"), "1015.00", &["A gauze P1 60", "B gauze P2 50"]);
    assert_award(&members("site"), "1015.00", &["A gauze P1 60", "B gauze P2 50"]);
    // Counted together: 110 × 9 = 990.
    assert_award(&members("all"), "990.00", &["A gauze P1 60", "B gauze P1 50"]);
}

#[test]
fn sites_of_one_member_are_counted_together_by_member_and_apart_by_site() {
    // Both sites belong to M1 now: by member 110 × 9 = 990, by site as before 540 + 475.
    let one = |mode| members(mode).set("sites", |_| true, "member", "M1");
    assert_award(&one("member"), "990.00", &["A gauze P1 60", "B gauze P1 50"]);
    assert_award(&one("site"), "1015.00", &["A gauze P1 60", "B gauze P2 50"]);
}

/// An offer without a price of its own, a price schedule for it, and a rival.
fn price_schedule(demand: &str, rival: &str, tiers: &[(&str, &str)]) -> Book {
    let mut book = Book::one_need()
        .set("demand", |_| true, "quantity", demand)
        .sells("S1", "gauze", "P1", "", "")
        .sells("S2", "gauze", "P2", rival, "")
        .row("schedules", "schedule=T basis=packs mode=all_units gives=price counts_offers=P1");
    for (from, value) in tiers {
        book.push("tiers", &format!("schedule=T from={from} value={value}"));
    }
    book
}

#[test]
fn a_price_schedule_gives_the_price_of_the_tier_reached() {
    let tiers = [("0", "10"), ("50", "8")];
    // 40 packs: 10 each in the first tier, so the rival at 9: 360.
    assert_award(&price_schedule("40", "9", &tiers), "360.00", &["A gauze P2 40"]);
    // 60 packs: 8 each: 480.
    assert_award(&price_schedule("60", "9", &tiers), "480.00", &["A gauze P1 60"]);
}

#[test]
fn an_offer_without_a_price_cannot_be_bought_below_its_first_tier() {
    // 40 is below 50, so the rival at 20 serves all: 800. From 50 on the tier's 8 holds: 400.
    let tiers = [("50", "8")];
    assert_award(&price_schedule("40", "20", &tiers), "800.00", &["A gauze P2 40"]);
    assert_award(&price_schedule("50", "20", &tiers), "400.00", &["A gauze P1 50"]);
}

#[test]
fn a_schedule_may_count_need_units() {
    // 600 units are 50 packs of 12 at 24 = 1,200, with 10 % from 600 units on: 1,080. Rival: 120 packs of 5 at 9.50 = 1,140.
    let book = |basis: &str| {
        Book::one_need()
            .set("demand", |_| true, "quantity", "600")
            .sells("S1", "gauze", "P1", "24", "use_factor=12")
            .sells("S2", "gauze", "P2", "9.5", "use_factor=5")
            .row("schedules", &format!("schedule=T basis={basis} mode=all_units counts_products=P1"))
            .row("tiers", "schedule=T from=600 value=0.1")
    };
    assert_award(&book("need_units"), "1080.00", &["A gauze P1 600"]);
    // Counted in packs, 50 never reaches 600.
    assert_award(&book("packs"), "1140.00", &["A gauze P2 600"]);
    // Counted in spend, 1,200 does.
    assert_award(&book("spend"), "1080.00", &["A gauze P1 600"]);
}

#[test]
fn a_tier_may_be_counted_on_one_product_and_applied_to_another() {
    // 60 of tape at S1 (10, rival 9) give 50 % on its gauze (10, rival 6): 600 + 500 = 1,100 against 540 + 600 = 1,140.
    let book = Book::one_need()
        .row("needs", "need=tape category=wound unit=roll")
        .row("demand", "site=A need=tape quantity=60")
        .sells("S1", "gauze", "G1", "10", "")
        .sells("S2", "gauze", "G2", "6", "")
        .sells("S1", "tape", "T1", "10", "")
        .sells("S2", "tape", "T2", "9", "")
        .row("schedules", "schedule=T basis=packs mode=all_units counts_products=T1 applies_to=G1")
        .row("tiers", "schedule=T from=60 value=0.5");
    assert_award(&book, "1100.00", &["A gauze G1 100", "A tape T1 60"]);
}

#[test]
fn taking_a_supplier_on_pays_only_over_a_longer_contract() {
    let book = |years: &str| {
        Book::one_need()
            .set("tender", |_| true, "contract_years", years)
            .set("suppliers", |r| r["supplier"] == "S2", "onboarding_cost", "150")
            .sells("S1", "gauze", "P1", "10", "")
            .sells("S2", "gauze", "P2", "9", "")
    };
    // One year: 1,000 against 900 + 150 = 1,050. Two: 2,000 against 1,800 + 150 = 1,950, paid 900 + 150, then 900.
    assert_award(&book("1"), "1000.00", &["A gauze P1 100"]);
    let report = assert_award(&book("2"), "1950.00", &["A gauze P2 100"]);
    let cash = &report.award.unwrap().1.costs.cash_by_year;
    assert_eq!(cash.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1050.00", "900.00"]);
}

/// An incumbent at 10 that can deliver `capacity`, a rival at 9, 150 to move.
fn incumbent(capacity: &str, mode: &str) -> Book {
    Book::one_need()
        .sells("S1", "gauze", "P1", "10", &format!("capacity_packs={capacity}"))
        .sells("S2", "gauze", "P2", "9", "")
        .row("incumbents", "site=A need=gauze product=P1 quantity=7 price=11")
        .row("switching", &format!("cost=150 mode={mode}"))
}

#[test]
fn a_switching_cost_keeps_the_incumbent_where_it_outweighs_the_saving() {
    // Stay 1,000; leave 900 + 150 = 1,050, either way of charging.
    assert_award(&incumbent("100", "whole"), "1000.00", &["A gauze P1 100"]);
    assert_award(&incumbent("100", "pro_rata"), "1000.00", &["A gauze P1 100"]);
}

#[test]
fn a_switching_cost_that_is_due_anyway_is_due_once() {
    // The incumbent has 80. Whole: 150 in any case, so all to the rival: 900 + 150 = 1,050 (800 + 180 + 150 = 1,130).
    assert_award(&incumbent("80", "whole"), "1050.00", &["A gauze P2 100"]);
    // Pro rata a unit moved costs 1.50 and saves 1: keep 80: 800 + 20 × 9 + 150 × 0.2 = 1,010.
    assert_award(&incumbent("80", "pro_rata"), "1010.00", &["A gauze P1 80", "A gauze P2 20"]);
}

#[test]
fn a_supplier_that_cannot_win_its_minimum_wins_nothing() {
    let book = |minimum: &str| {
        Book::one_need()
            .set("suppliers", |r| r["supplier"] == "S1", "minimum_award", minimum)
            .sells("S1", "gauze", "P1", "10", "capacity_packs=40")
            .sells("S2", "gauze", "P2", "12", "")
    };
    // 40 × 10 = 400 is below 500: all from S2, 1,200. A minimum of 400 is just met: 400 + 60 × 12 = 1,120.
    assert_award(&book("500"), "1200.00", &["A gauze P2 100"]);
    assert_award(&book("400"), "1120.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn a_committed_price_is_bought_at_its_minimum_or_not_at_all() {
    // 70 at 10; the rest at 12 (at least 50) or at 14: 50 × 12 + 50 × 10 = 1,100 against 700 + 30 × 14 = 1,120.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "10", "capacity_packs=70")
        .sells("S2", "gauze", "P2", "12", "")
        .sells("S2", "gauze", "P3", "14", "")
        .set("offers", |r| r["offer"] == "P2", "minimum_if_used", "50");
    assert_award(&book, "1100.00", &["A gauze P1 50", "A gauze P2 50"]);
    // At least 60 of it would be 60 × 12 + 40 × 10 = 1,120, no better than 1,120: at least 61 is 1,122.
    let book = book.set("offers", |r| r["offer"] == "P2", "minimum_if_used", "61");
    assert_award(&book, "1120.00", &["A gauze P1 70", "A gauze P3 30"]);
}

#[test]
fn the_most_packs_of_an_offer_hold_for_the_offer_and_not_for_the_product() {
    // 30 under the special price 8, the other 70 of the same product at 10: 240 + 700 = 940.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "10", "")
        .row("offers", "offer=special product=P1 price=8 max_packs=30");
    assert_award(&book, "940.00", &["A gauze P1 70", "A gauze special 30"]);
}

/// 25 units in whole packs.
fn whole_packs() -> Book {
    Book::one_need().set("needs", |_| true, "whole_packs", "yes").set("demand", |_| true, "quantity", "25")
}

#[test]
fn whole_packs_leave_a_surplus_that_is_paid() {
    // Three packs of 10 at 30 for 25 units: 90.
    let book = whole_packs().sells("S1", "gauze", "P1", "30", "use_factor=10");
    assert_award(&book, "90.00", &["A gauze P1 3p"]);
}

#[test]
fn whole_packs_are_topped_up_with_singles() {
    // 2 × 30 + 5 × 3.50 = 77.50 against 90 (three packs) and 87.50 (25 singles).
    let book = whole_packs().sells("S1", "gauze", "P1", "30", "use_factor=10").sells("S2", "gauze", "P2", "3.5", "");
    assert_award(&book, "77.50", &["A gauze P1 2p", "A gauze P2 5p"]);
}

#[test]
fn packs_of_different_size_are_mixed() {
    // Tens at 30, fours at 13. 1 × 10 + 4 × 4 = 26: 30 + 52 = 82; 2 and 2 (28): 86; 3 and 0: 90; 0 and 7 (28): 91.
    let book = whole_packs().sells("S1", "gauze", "P1", "30", "use_factor=10").sells(
        "S2",
        "gauze",
        "P2",
        "13",
        "use_factor=4",
    );
    assert_award(&book, "82.00", &["A gauze P1 1p", "A gauze P2 4p"]);
}

#[test]
fn a_surplus_of_nearly_one_very_large_pack_is_still_less_than_one() {
    // One unit out of a pack of 50,000: the surplus is 49,999 of 50,000. One pack, 70.
    let book =
        whole_packs().set("demand", |_| true, "quantity", "1").sells("S1", "gauze", "P1", "70", "use_factor=50000");
    assert_award(&book, "70.00", &["A gauze P1 1p"]);
    // 50,001 units: two packs, 140.
    let book = book.set("demand", |_| true, "quantity", "50001");
    assert_award(&book, "140.00", &["A gauze P1 2p"]);
}

#[test]
fn a_surplus_may_be_bought_for_the_tier_it_earns() {
    // 4.5 units in packs of 7 and 4 (20 each). 11 units bought are less than one pack of 7 too many, and earn a
    // discount: 60 % makes 40 × 0.4 = 16, 40 % makes 24, against 20 for one pack of 7.
    let book = |value: &str| {
        whole_packs()
            .set("demand", |_| true, "quantity", "4.5")
            .sells("S1", "gauze", "P4", "20", "use_factor=4")
            .sells("S1", "gauze", "P7", "20", "use_factor=7")
            .row("schedules", "schedule=T basis=need_units mode=all_units counts_suppliers=S1")
            .row("tiers", &format!("schedule=T from=11 value={value}"))
    };
    assert_award(&book("0.6"), "16.00", &["A gauze P4 1p", "A gauze P7 1p"]);
    assert_award(&book("0.4"), "20.00", &["A gauze P7 1p"]);
}

#[test]
fn a_limit_on_products_gives_up_the_cheaper_mix() {
    let book = |limit: &str| {
        Book::one_need()
            .set("needs", |_| true, "max_products", limit)
            .sells("S1", "gauze", "P1", "10", "capacity_packs=60")
            .sells("S2", "gauze", "P2", "11", "")
    };
    // 60 × 10 + 40 × 11 = 1,040; one product only: 100 × 11 = 1,100.
    assert_award(&book("2"), "1040.00", &["A gauze P1 60", "A gauze P2 40"]);
    assert_award(&book("1"), "1100.00", &["A gauze P2 100"]);
}

#[test]
fn a_limit_on_products_at_a_site_lets_sites_differ() {
    // Each site one product; the cheap one has 60, so it serves the site of 60 and not the one of 100.
    // 60 × 10 + 100 × 11 = 1,700.
    let book = Book::one_need()
        .row("sites", "site=B")
        .row("demand", "site=B need=gauze quantity=60")
        .set("needs", |_| true, "max_products_per_site", "1")
        .sells("S1", "gauze", "P1", "10", "capacity_packs=60")
        .sells("S2", "gauze", "P2", "11", "");
    assert_award(&book, "1700.00", &["A gauze P2 100", "B gauze P1 60"]);
}

/// Two suppliers at 10 and 12 in plants of two regions, with one rule.
fn ruled(rule: &str) -> Book {
    Book::one_need()
        .row("plants", "plant=X supplier=S1 plant_region=east")
        .row("plants", "plant=Y supplier=S2 plant_region=west")
        .sells("S1", "gauze", "P1", "10", "plants=X attr.quality=0.5")
        .sells("S2", "gauze", "P2", "12", "plants=Y attr.quality=0.9")
        .row("preferences", "product=P1 score=0.5")
        .row("preferences", "product=P2 score=0.9")
        .row("incumbents", "site=A need=gauze product=P2 quantity=100 price=12")
        .row("rules", rule)
}

#[test]
fn no_supplier_has_more_than_its_share() {
    // 60 × 10 + 40 × 12 = 1,080
    let book = ruled("id=r measure=share each=supplier;need within=need at_most=0.6");
    assert_award(&book, "1080.00", &["A gauze P1 60", "A gauze P2 40"]);
}

#[test]
fn two_plant_regions_count_from_a_fifth_each() {
    // 80 × 10 + 20 × 12 = 1,040
    let book = ruled("id=r measure=count of=plant_region each=need at_least=2 counts_from=0.2");
    assert_award(&book, "1040.00", &["A gauze P1 80", "A gauze P2 20"]);
}

#[test]
fn a_part_too_small_to_count_is_not_forbidden() {
    // One region at most, counted from 20 %: P1 has 85, the other 15 may come from elsewhere: 850 + 180 = 1,030.
    let book = ruled("id=r measure=count of=plant_region each=need at_most=1 counts_from=0.2").set(
        "products",
        |r| r["product"] == "P1",
        "capacity_packs",
        "85",
    );
    assert_award(&book, "1030.00", &["A gauze P1 85", "A gauze P2 15"]);
    // With 70 the other 30 would count, so P1 stays (hardly) below 20: 200 + 80 × 12 = 1,160.
    let book = book.set("products", |r| r["product"] == "P1", "capacity_packs", "70");
    assert_award(&book, "1160.00", &["A gauze P1 20", "A gauze P2 80"]);
    // In whole packs, 19 are below: 190 + 81 × 12 = 1,162.
    let book = book.set("needs", |_| true, "whole_packs", "yes");
    assert_award(&book, "1162.00", &["A gauze P1 19p", "A gauze P2 81p"]);
}

#[test]
fn two_suppliers_count_from_any_volume() {
    // The second supplier need only have something: hardly more than 1,000, and both have a line.
    let book = ruled("id=r measure=count of=supplier at_least=2");
    let tender = book.read();
    let (award, certificate) = solve(&tender).award.unwrap();
    assert_eq!(award.lines.len(), 2);
    assert!(
        (1000.0..=1000.1).contains(&f64::try_from(certificate.costs.value).unwrap()),
        "{}",
        certificate.costs.value
    );
    // In whole packs something is a pack: 99 × 10 + 12 = 1,002.
    let book = book.set("needs", |_| true, "whole_packs", "yes");
    assert_award(&book, "1002.00", &["A gauze P1 99p", "A gauze P2 1p"]);
}

#[test]
fn a_second_supplier_counts_however_large_the_whole_is() {
    // 10 packs at site A among 1,000,000 at site B, where only S1 sells: one pack of S2 makes it count.
    // 9 × 10 + 12 + 10,000,000 = 10,000,102
    let book = ruled("id=r measure=count of=supplier at_least=2")
        .set("needs", |_| true, "whole_packs", "yes")
        .set("demand", |_| true, "quantity", "10")
        .row("sites", "site=B")
        .row("demand", "site=B need=gauze quantity=1000000")
        .set("offers", |r| r["offer"] == "P2", "cohort", "site:A");
    assert_award(&book, "10000102.00", &["A gauze P1 9p", "A gauze P2 1p", "B gauze P1 1000000p"]);
}

#[test]
fn the_mean_preference_has_a_floor() {
    // (0.5 a + 0.9 b) / 100 ≥ 0.7: half each: 500 + 600 = 1,100
    let book = ruled("id=r measure=mean of=preference at_least=0.7");
    assert_award(&book, "1100.00", &["A gauze P1 50", "A gauze P2 50"]);
    // The same of an attribute: ≥ 0.6 is a quarter: 750 + 300 = 1,050
    let book = ruled("id=r measure=mean of=product.quality each=need at_least=0.6");
    assert_award(&book, "1050.00", &["A gauze P1 75", "A gauze P2 25"]);
}

#[test]
fn a_missing_score_is_unknown_and_not_zero() {
    // P1 is not scored, so the mean is P2's 0.9 or nothing at all: P1 alone keeps the rule. 1,000.
    let mut book = ruled("id=r measure=mean of=preference at_least=0.7");
    book.rows("preferences").remove(0);
    assert_award(&book, "1000.00", &["A gauze P1 100"]);
}

#[test]
fn incumbents_keep_their_part() {
    // P2 is the incumbent: 30 × 12 + 70 × 10 = 1,060
    let book = ruled("id=r measure=share scope.incumbent=yes at_least=0.3");
    assert_award(&book, "1060.00", &["A gauze P1 70", "A gauze P2 30"]);
}

#[test]
fn a_winner_gets_a_part_or_nothing() {
    // P1 has 90. Whoever wins gets at least 30 %: 70 × 10 + 30 × 12 = 1,060.
    let book = ruled("id=r measure=share each=supplier at_least=0.3 if_used=yes").set(
        "products",
        |r| r["product"] == "P1",
        "capacity_packs",
        "90",
    );
    assert_award(&book, "1060.00", &["A gauze P1 70", "A gauze P2 30"]);
    // With 100 the second supplier need not win: 1,000.
    let book = book.set("products", |r| r["product"] == "P1", "capacity_packs", "100");
    assert_award(&book, "1000.00", &["A gauze P1 100"]);
}

#[test]
fn spend_and_units_have_bounds() {
    // At least 360 of list spend with S2 is 30 packs: 360 + 700 = 1,060. At most 40 units of S1: 400 + 720 = 1,120.
    let book = ruled("id=r measure=spend scope.supplier=S2 at_least=360");
    assert_award(&book, "1060.00", &["A gauze P1 70", "A gauze P2 30"]);
    let book = ruled("id=r measure=units scope.supplier=S1 each=need at_most=40");
    assert_award(&book, "1120.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn rules_that_exclude_each_other_leave_no_award() {
    let book = ruled("id=r measure=share scope.supplier=S1 at_least=0.5")
        .row("rules", "id=s measure=share scope.supplier=S2 at_least=0.6");
    let report = assert_infeasible(&book);
    assert!(!report.reasons.is_empty());
}

#[test]
fn demand_beyond_all_capacity_leaves_no_award() {
    let book = Book::one_need().sells("S1", "gauze", "P1", "3", "capacity_packs=99");
    let report = assert_infeasible(&book);
    assert!(report.reasons.iter().any(|r| r.text.contains("P1")), "{:?}", report.reasons);
}

/// 100 at 10 with 10 % off from 100 packs: list 1,000, net 900.
fn discounted() -> Book {
    Book::one_need()
        .sells("S1", "gauze", "P1", "10", "")
        .row("schedules", "schedule=T basis=packs mode=all_units counts_products=P1")
        .row("tiers", "schedule=T from=100 value=0.1")
}

#[test]
fn a_fee_that_the_buyer_pays_is_a_cost() {
    // 2 % of the net 900 is 18; of the list 1,000 it is 20.
    let book = discounted().row("fees", "fee=F payer=buyer percent=0.02");
    assert_award(&book, "918.00", &["A gauze P1 100"]);
    assert_award(&book.set("fees", |_| true, "base", "list"), "920.00", &["A gauze P1 100"]);
}

#[test]
fn a_fee_that_the_supplier_pays_is_none_and_its_share_back_stands_apart() {
    // 3 % of 900 is 27, half of it comes back: 13.50. The value stays 900.
    let book = discounted().row("fees", "fee=F payer=supplier percent=0.03 share_back=0.5");
    let report = assert_award(&book, "900.00", &["A gauze P1 100"]);
    assert_eq!(report.award.unwrap().1.costs.share_back.to_string(), "13.50");
}

#[test]
fn fees_of_one_layer_decide_between_offers() {
    // The local offer at 10.10 beats the gpo offer at 10 with 2 % on top: 1,010 against 1,020.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "10", "")
        .row("offers", "offer=letter product=P1 price=10.1 layer=local")
        .row("fees", "fee=F payer=buyer layer=gpo percent=0.02");
    assert_award(&book, "1010.00", &["A gauze letter 100"]);
}

#[test]
fn the_markup_is_taken_of_the_net_price() {
    // 900 × 1.05 = 945
    let book = discounted().set("offers", |_| true, "markup", "0.05");
    assert_award(&book, "945.00", &["A gauze P1 100"]);
}

#[test]
fn freight_follows_the_split_over_plants() {
    // 0.75 × 0.40 + 0.25 × 0.80 = 0.50 a pack: 1,050 against 1,060 without freight.
    let book = Book::one_need()
        .row("plants", "plant=X supplier=S1")
        .row("plants", "plant=Y supplier=S1")
        .sells("S1", "gauze", "P1", "10", "plants=X:0.75;Y:0.25")
        .sells("S2", "gauze", "P2", "10.6", "")
        .row("freight", "freight=f1 plant=X per_pack=0.40")
        .row("freight", "freight=f2 plant=Y per_pack=0.80");
    assert_award(&book, "1050.00", &["A gauze P1 100"]);
    // All from Y the freight is 0.80: 1,080, so the rival.
    let book = book.set("products", |r| r["product"] == "P1", "plants", "Y");
    assert_award(&book, "1060.00", &["A gauze P2 100"]);
}

#[test]
fn freight_is_per_pack_per_need_unit_and_of_the_list_price() {
    // 10 packs of 10 at 50 = 500; per pack 1 → 10; per unit 0.2 → 20; 4 % of list → 20. Together 550.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "50", "use_factor=10")
        .row("freight", "freight=f supplier=S1 per_pack=1 per_need_unit=0.2 percent_of_list=0.04");
    assert_award(&book, "550.00", &["A gauze P1 100"]);
}

#[test]
fn yearly_costs_count_in_each_year_and_one_off_costs_once() {
    // 3 × 100 × 10 + 3 × 100 × 0.5 freight + 70 onboarding + 30 switching = 3,250
    let book = Book::one_need()
        .set("tender", |_| true, "contract_years", "3")
        .set("suppliers", |r| r["supplier"] == "S1", "onboarding_cost", "70")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "40", "")
        .row("freight", "freight=f supplier=S1 per_pack=0.5")
        .row("incumbents", "site=A need=gauze product=P2 quantity=100 price=40")
        .row("switching", "cost=30");
    let report = assert_award(&book, "3250.00", &["A gauze P1 100"]);
    let cash = &report.award.unwrap().1.costs.cash_by_year;
    assert_eq!(cash.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1150.00", "1050.00", "1050.00"]);
}

#[test]
fn a_full_equivalence_serves_the_other_need_with_its_own_factor() {
    // P1 is made for tape; a pack of it gives 5 of gauze at 8: 20 packs, 160 against 100 × 2.
    let equivalent = |strength: &str| {
        Book::one_need()
            .row("needs", "need=tape category=wound unit=roll")
            .sells("S1", "tape", "P1", "8", "")
            .sells("S2", "gauze", "P2", "2", "")
            .row("equivalences", &format!("product=P1 need=gauze use_factor=5 strength={strength}"))
    };
    assert_award(&equivalent("full"), "160.00", &["A gauze P1 100"]);
    assert_award(&equivalent("shortage_only"), "200.00", &["A gauze P2 100"]);
}

#[test]
fn a_threshold_that_can_only_just_be_reached_is_reached() {
    // P1 has 60, the tier is from 60 on, and 60 of 70 is no share of 9 decimals.
    // 60 × 10 × 0.5 + 10 × 8 = 380, against 70 × 8 = 560.
    let book = Book::one_need()
        .set("demand", |_| true, "quantity", "70")
        .sells("S1", "gauze", "P1", "10", "capacity_packs=60")
        .sells("S2", "gauze", "P2", "8", "")
        .row("schedules", "schedule=T basis=packs mode=all_units counts_products=P1")
        .row("tiers", "schedule=T from=60 value=0.5");
    assert_award(&book, "380.00", &["A gauze P1 60", "A gauze P2 10"]);
}

#[test]
fn an_offer_without_a_price_whose_threshold_is_its_capacity_can_be_bought() {
    // The same without a price of its own: 60 × 5 + 10 × 8 = 380.
    let book = Book::one_need()
        .set("demand", |_| true, "quantity", "70")
        .sells("S1", "gauze", "P1", "", "capacity_packs=60")
        .sells("S2", "gauze", "P2", "8", "")
        .row("schedules", "schedule=T basis=packs mode=all_units gives=price counts_products=P1")
        .row("tiers", "schedule=T from=60 value=5");
    assert_award(&book, "380.00", &["A gauze P1 60", "A gauze P2 10"]);
}

#[test]
fn a_tier_that_is_dearer_than_the_list_price_is_earned_all_the_same() {
    // From 4 packs on the list price of 5 becomes 7, and nobody may decline it. Whole packs, 6 wanted: 3 × 5 + 3 × 6 (rival) = 33; all six at 7: 42.
    let book = Book::one_need()
        .set("needs", |_| true, "whole_packs", "yes")
        .set("demand", |_| true, "quantity", "6")
        .sells("S1", "gauze", "P1", "5", "")
        .sells("S2", "gauze", "P2", "6", "")
        .row("schedules", "schedule=T basis=packs mode=all_units gives=price counts_products=P1")
        .row("tiers", "schedule=T from=4 value=7");
    assert_award(&book, "33.00", &["A gauze P1 3p", "A gauze P2 3p"]);
}

#[test]
fn a_tender_of_a_few_cents_is_proven_too() {
    // 3 × 0.07 = 0.21; the cent is far more than the gap asked for.
    let book = Book::one_need().set("demand", |_| true, "quantity", "3").sells("S1", "gauze", "P1", "0.07", "");
    assert_award(&book, "0.21", &["A gauze P1 3"]);
}
