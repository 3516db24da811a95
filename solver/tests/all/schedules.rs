//! Schedules of every kind, stage, basis and mode, done by hand; the arithmetic stands beside each.

use ballast_domain::certificate::{Component, ScheduleUse};
use ballast_solver::SolveReport;

use crate::tender::{Book, assert_award};

/// Gauze, 100 pieces: S1 asks 10, S2 what is given.
fn rivals(rival: &str) -> Book {
    Book::one_need().sells("S1", "gauze", "P1", "10", "").sells("S2", "gauze", "P2", rival, "")
}

fn schedule(book: Book, row: &str, tiers: &[(&str, &str)]) -> Book {
    let id = row.split_whitespace().find_map(|c| c.strip_prefix("schedule=")).unwrap();
    let mode = if row.contains(" mode=") { "" } else { "mode=all_units" };
    let book = book.row("schedules", &format!("{row} {mode}"));
    tiers.iter().fold(book, |b, (from, value)| b.row("tiers", &format!("schedule={id} from={from} value={value}")))
}

fn years(book: Book, years: &str, escalator: &str) -> Book {
    book.set("tender", |_| true, "contract_years", years).set("offers", |o| o["offer"] == "P1", "escalator", escalator)
}

fn amount(report: &SolveReport, component: Component) -> String {
    let costs = &report.award.as_ref().unwrap().1.costs;
    costs.components.iter().find(|(c, _)| *c == component).unwrap().1.to_string()
}

fn uses(report: &SolveReport) -> &[ScheduleUse] {
    &report.award.as_ref().unwrap().1.schedules
}

#[test]
fn a_slice_is_discounted_alone_where_all_units_discount_everything() {
    let ladder = |mode: &str, rival| {
        schedule(rivals(rival), &format!("schedule=T basis=spend mode={mode} counts_offers=P1"), &[("600", "0.1")])
    };
    // All units: 1,000 × 0.9.
    assert_award(&ladder("all_units", "9.5"), "900.00", &["A gauze P1 100"]);
    // Slices: 600 + 400 × 0.9 = 960, so a rival at 950 wins and one at 970 does not.
    assert_award(&ladder("incremental", "9.5"), "950.00", &["A gauze P2 100"]);
    assert_award(&ladder("incremental", "9.7"), "960.00", &["A gauze P1 100"]);
}

#[test]
fn slices_of_packs_have_prices() {
    let ladder = |mode: &str| {
        let row = format!("schedule=T basis=packs mode={mode} gives=price counts_offers=P1");
        schedule(rivals("20"), &row, &[("0", "10"), ("50", "8")])
    };
    // 50 × 10 + 50 × 8, against 100 × 8.
    assert_award(&ladder("incremental"), "900.00", &["A gauze P1 100"]);
    assert_award(&ladder("all_units"), "800.00", &["A gauze P1 100"]);
}

#[test]
fn below_the_first_slice_the_offers_own_price_holds() {
    // 60 × 10 + 40 × 7.
    let book =
        schedule(rivals("20"), "schedule=T basis=packs mode=incremental gives=price counts_offers=P1", &[("60", "7")]);
    assert_award(&book, "880.00", &["A gauze P1 100"]);
}

#[test]
fn slices_may_become_dearer() {
    // The first 500 of spend at 20 % off: 50 pieces for 400; above it 10 % off makes 9 apiece, dearer than the rival's
    // 8.50: 400 + 50 × 8.50 = 825.
    let book = schedule(
        rivals("8.5"),
        "schedule=T basis=spend mode=incremental counts_offers=P1",
        &[("0", "0.2"), ("500", "0.1")],
    );
    assert_award(&book, "825.00", &["A gauze P1 50", "A gauze P2 50"]);
}

#[test]
fn slices_of_several_products_of_one_supplier_are_counted_together() {
    // 1,000 of gauze and 500 of tape: 1,200 at list, 300 at 20 % off.
    let book = schedule(
        with_tape(rivals("20")),
        "schedule=T basis=spend mode=incremental counts_suppliers=S1",
        &[("1200", "0.2")],
    );
    assert_award(&book, "1440.00", &["A gauze P1 100", "A tape T1 100"]);
}

/// A second need, only from S1: 100 rolls at 5.
fn with_tape(book: Book) -> Book {
    book.row("needs", "need=tape category=tapes unit=roll reference_price=1")
        .row("demand", "site=A need=tape quantity=100")
        .sells("S1", "tape", "T1", "5", "")
}

/// Two stages of 10 % on P1, the second with these further cells and threshold.
fn two_stages(more: &str, from: &str) -> Book {
    let book = schedule(rivals("20"), "schedule=T1 basis=packs counts_offers=P1", &[("50", "0.1")]);
    schedule(book, &format!("schedule=T2 basis=spend counts_offers=P1 {more}"), &[(from, "0.1")])
}

#[test]
fn a_later_stage_applies_to_what_the_stage_before_left() {
    // 1,000 × 0.9 × 0.9.
    let report = assert_award(&two_stages("stage=2", "0"), "810.00", &["A gauze P1 100"]);
    assert_eq!(amount(&report, Component::Discounts), "-190.00");
    assert_eq!(amount(&report, Component::Rebates), "0.00");
}

#[test]
fn a_later_stage_may_count_what_the_stage_before_left() {
    // 900 are left: that reaches 900 but not 901. At list level 1,000 reaches 901.
    assert_award(&two_stages("stage=2 spend_level=net", "900"), "810.00", &["A gauze P1 100"]);
    assert_award(&two_stages("stage=2 spend_level=net", "901"), "900.00", &["A gauze P1 100"]);
    assert_award(&two_stages("stage=2 spend_level=list", "901"), "810.00", &["A gauze P1 100"]);
}

#[test]
fn nobody_declines_a_tier_to_keep_spend_for_a_later_one() {
    // From 100 packs on 10 % off leaves 900, which misses the 950 of the second stage: 900. With 99 packs the second stage
    // gives 20 % on 990: 792, and one pack of the rival at 20 makes 812.
    let book = rivals("20").set("needs", |_| true, "whole_packs", "yes");
    let book = schedule(book, "schedule=T1 basis=packs counts_offers=P1", &[("100", "0.1")]);
    let book = schedule(book, "schedule=T2 stage=2 basis=spend spend_level=net counts_offers=P1", &[("950", "0.2")]);
    assert_award(&book, "812.00", &["A gauze P1 99p", "A gauze P2 1p"]);
}

#[test]
fn the_markup_follows_all_stages_of_discounts() {
    // 1,000 × 0.9 × 0.9 × 1.1.
    let book = two_stages("stage=2", "0").set("offers", |o| o["offer"] == "P1", "markup", "0.1");
    assert_award(&book, "891.00", &["A gauze P1 100"]);
}

#[test]
fn a_rebate_lowers_what_is_paid_but_not_the_net_spend() {
    // 1,000, less 100 discount; mark-up 10 % on 900; rebate 10 % of 900.
    let book = two_stages("kind=rebate", "0").set("offers", |o| o["offer"] == "P1", "markup", "0.1");
    let report = assert_award(&book, "900.00", &["A gauze P1 100"]);
    assert_eq!(amount(&report, Component::Discounts), "-100.00");
    assert_eq!(amount(&report, Component::Rebates), "-90.00");
    assert_eq!(amount(&report, Component::Markup), "90.00");
}

#[test]
fn a_rebate_counts_net_spend_unless_it_says_otherwise() {
    assert_award(&two_stages("kind=rebate", "950"), "900.00", &["A gauze P1 100"]);
    assert_award(&two_stages("kind=rebate", "900"), "810.00", &["A gauze P1 100"]);
    assert_award(&two_stages("kind=rebate spend_level=list", "950"), "810.00", &["A gauze P1 100"]);
}

#[test]
fn rebates_have_stages_too() {
    // 1,000 × 0.9 × 0.8: the second takes 20 % of what the first left.
    let book = schedule(rivals("20"), "schedule=R1 kind=rebate basis=packs counts_offers=P1", &[("0", "0.1")]);
    let book = schedule(book, "schedule=R2 kind=rebate stage=2 basis=spend counts_offers=P1", &[("900", "0.2")]);
    assert_award(&book, "720.00", &["A gauze P1 100"]);
}

#[test]
fn a_rebate_counts_the_net_of_offers_that_other_schedules_changed() {
    // Gauze 1,000 less 10 %, tape 500 as it is: 1,400 are left. From 1,400 on 10 % of both come back; from 1,401 on none.
    let book = |from| {
        let book = schedule(with_tape(rivals("20")), "schedule=T basis=packs counts_offers=P1", &[("50", "0.1")]);
        schedule(book, "schedule=R kind=rebate basis=spend counts_suppliers=S1", &[(from, "0.1")])
    };
    assert_award(&book("1400"), "1260.00", &["A gauze P1 100", "A tape T1 100"]);
    assert_award(&book("1401"), "1400.00", &["A gauze P1 100", "A tape T1 100"]);
}

#[test]
fn a_rebate_may_count_one_offer_and_apply_to_another() {
    // 1,000 of gauze earn 20 % on the 500 of tape.
    let row = "schedule=R kind=rebate basis=spend counts_offers=P1 applies_to=T1";
    assert_award(
        &schedule(with_tape(rivals("20")), row, &[("1000", "0.2")]),
        "1400.00",
        &["A gauze P1 100", "A tape T1 100"],
    );
}

#[test]
fn slices_come_before_a_later_stage() {
    // 600 + 400 × 0.9 = 960, then 10 % of all of it.
    let book = schedule(rivals("20"), "schedule=T basis=spend mode=incremental counts_offers=P1", &[("600", "0.1")]);
    let book = schedule(book, "schedule=R kind=rebate basis=spend counts_offers=P1", &[("960", "0.1")]);
    assert_award(&book, "864.00", &["A gauze P1 100"]);
}

#[test]
fn slices_of_a_later_stage_are_of_what_is_left() {
    // 900 are left of 1,000; above 600 of them 20 % come back: 900 − 60.
    let book = schedule(rivals("20"), "schedule=T basis=packs counts_offers=P1", &[("50", "0.1")]);
    let book =
        schedule(book, "schedule=R kind=rebate basis=spend mode=incremental counts_offers=P1", &[("600", "0.2")]);
    assert_award(&book, "840.00", &["A gauze P1 100"]);
}

#[test]
fn a_sum_is_given_once_a_year() {
    let book = |kind: &str| {
        let row = format!("schedule=T kind={kind} basis=spend gives=sum counts_offers=P1");
        schedule(rivals("20"), &row, &[("500", "50"), ("2000", "500")])
    };
    let report = assert_award(&book("discount"), "950.00", &["A gauze P1 100"]);
    assert_eq!(amount(&report, Component::Discounts), "-50.00");
    // In each of three years: 3 × 950.
    let report = assert_award(&years(book("rebate"), "3", ""), "2850.00", &["A gauze P1 100"]);
    assert_eq!(amount(&report, Component::Rebates), "-150.00");
}

#[test]
fn a_sum_is_no_part_of_what_later_stages_count_or_lower() {
    // 1,000 − 50 − 10 % of 1,000: the rebate still counts 1,000.
    let book = schedule(rivals("20"), "schedule=T basis=spend gives=sum counts_offers=P1", &[("500", "50")]);
    let book = schedule(book, "schedule=R kind=rebate basis=spend counts_offers=P1", &[("1000", "0.1")]);
    assert_award(&book, "850.00", &["A gauze P1 100"]);
}

#[test]
fn a_sum_across_the_products_of_a_supplier_consolidates() {
    let book = |sum| {
        let book = Book::one_need()
            .row("needs", "need=tape category=wound unit=roll reference_price=1")
            .row("demand", "site=A need=tape quantity=100")
            .sells("S1", "gauze", "G1", "10", "")
            .sells("S2", "gauze", "G2", "9", "")
            .sells("S1", "tape", "T1", "10", "")
            .sells("S2", "tape", "T2", "11", "");
        schedule(book, "schedule=R kind=rebate basis=spend gives=sum counts_suppliers=S1", &[("2000", sum)])
    };
    // All from S1: 2,000 less the sum; the cheapest of each: 1,900.
    assert_award(&book("150"), "1850.00", &["A gauze G1 100", "A tape T1 100"]);
    assert_award(&book("80"), "1900.00", &["A gauze G2 100", "A tape T1 100"]);
}

#[test]
fn each_site_earns_its_own_sum() {
    // Two sites of 100: 2 × (1,000 − 50); counted together once.
    let book = |mode: &str| {
        let book = rivals("20").row("sites", "site=B member=M2").row("demand", "site=B need=gauze quantity=100");
        let row = format!("schedule=T basis=packs gives=sum cohort_mode={mode} counts_offers=P1");
        schedule(book, &row, &[("100", "50")])
    };
    assert_award(&book("site"), "1900.00", &["A gauze P1 100", "B gauze P1 100"]);
    assert_award(&book("all"), "1950.00", &["A gauze P1 100", "B gauze P1 100"]);
}

/// Members M1 (gauze 60, tape 20) and M2 (gauze 50, tape 50). Tape only from S2 at 5; gauze at 10 from S1, with 10 % off
/// from a share of 0.7 of the category, and at 9.50 from S2.
fn shares(mode: &str, tape_reference: &str) -> Book {
    let book = Book::new()
        .row("sites", "site=A member=M1")
        .row("sites", "site=B member=M2")
        .row("needs", "need=gauze category=wound unit=piece reference_price=1")
        .row("needs", &format!("need=tape category=wound unit=roll reference_price={tape_reference}"))
        .row("demand", "site=A need=gauze quantity=60")
        .row("demand", "site=A need=tape quantity=20")
        .row("demand", "site=B need=gauze quantity=50")
        .row("demand", "site=B need=tape quantity=50")
        .row("suppliers", "supplier=S1")
        .row("suppliers", "supplier=S2")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "9.5", "")
        .sells("S2", "tape", "T2", "5", "");
    let row = format!("schedule=T basis=share share_of=category:wound cohort_mode={mode} counts_suppliers=S1");
    schedule(book, &row, &[("0.7", "0.1")])
}

#[test]
fn each_member_earns_the_tier_of_its_own_share() {
    // M1 can have 60 of 80, M2 50 of 100: 60 × 9 + 50 × 9.50 + 70 × 5.
    assert_award(
        &shares("member", "1"),
        "1365.00",
        &["A gauze P1 60", "A tape T2 20", "B gauze P2 50", "B tape T2 50"],
    );
    // Together 110 of 180 at most: 110 × 9.50 + 350.
    assert_award(&shares("all", "1"), "1395.00", &["A gauze P2 60", "A tape T2 20", "B gauze P2 50", "B tape T2 50"]);
}

#[test]
fn needs_are_weighed_by_reference_price_in_a_share() {
    // With tape at a tenth, 50 of 55 for M2: 110 × 9 + 350.
    assert_award(
        &shares("member", "0.1"),
        "1340.00",
        &["A gauze P1 60", "A tape T2 20", "B gauze P1 50", "B tape T2 50"],
    );
}

#[test]
fn a_share_that_can_only_just_be_reached_is_reached() {
    // A rule holds S1 at 60 % of the need: 60 × 8 + 40 × 8.50 = 820. From 61 % on nothing: 850.
    let book = |from| {
        let book = rivals("8.5").row("rules", "id=r measure=share scope.supplier=S1 at_most=0.6");
        schedule(book, "schedule=T basis=share share_of=need:gauze counts_suppliers=S1", &[(from, "0.2")])
    };
    assert_award(&book("0.6"), "820.00", &["A gauze P1 60", "A gauze P2 40"]);
    assert_award(&book("0.61"), "850.00", &["A gauze P2 100"]);
}

#[test]
fn a_share_of_spend_moves_with_what_others_sell() {
    // S2 has 50 at 5. S1's 50 at 10 are 500 of 750, above 60 %: 500 × 0.8 + 250.
    let book =
        Book::one_need().sells("S1", "gauze", "P1", "10", "").sells("S2", "gauze", "P2", "5", "capacity_packs=50");
    let row = "schedule=T basis=share weight=spend share_of=need:gauze counts_suppliers=S1";
    assert_award(&schedule(book, row, &[("0.6", "0.2")]), "650.00", &["A gauze P1 50", "A gauze P2 50"]);
}

#[test]
fn a_share_of_a_suppliers_own_sales_has_a_whole_that_moves() {
    // P1 must be half of what S1 sells: then of 200 rolls only 100 come from S1 at 10, the rest at 11:
    // 800 + 1,000 + 1,100 = 2,900, against 1,000 + 2,000.
    let book = Book::one_need()
        .row("needs", "need=tape category=wound unit=piece reference_price=1")
        .row("demand", "site=A need=tape quantity=200")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S1", "tape", "T1", "10", "")
        .sells("S2", "tape", "T2", "11", "");
    let row = "schedule=T basis=share weight=units share_of=supplier:S1 counts_products=P1";
    let report = assert_award(
        &schedule(book, row, &[("0.5", "0.2")]),
        "2900.00",
        &["A gauze P1 100", "A tape T1 100", "A tape T2 100"],
    );
    assert_eq!(uses(&report)[0].tier, Some(0));
}

#[test]
fn sites_outside_the_cohort_are_neither_counted_nor_priced() {
    // M1's 60 reach 60: 540. M2's 50 pay list, so the rival at 9.50: 475. With 61 M1 alone cannot: 110 × 9.50.
    let book = |from| {
        let book = rivals("9.5")
            .set("demand", |_| true, "quantity", "60")
            .row("sites", "site=B member=M2")
            .row("demand", "site=B need=gauze quantity=50");
        schedule(book, "schedule=T basis=packs cohort=member:M1 counts_offers=P1", &[(from, "0.1")])
    };
    assert_award(&book("60"), "1015.00", &["A gauze P1 60", "B gauze P2 50"]);
    assert_award(&book("61"), "1045.00", &["A gauze P2 60", "B gauze P2 50"]);
}

#[test]
fn two_cohorts_may_have_ladders_of_their_own_on_one_offer() {
    // M1 10 % off, M2 20 % off: 900 + 800.
    let book = rivals("20").row("sites", "site=B member=M2").row("demand", "site=B need=gauze quantity=100");
    let book = schedule(book, "schedule=T1 basis=packs cohort=member:M1 counts_offers=P1", &[("0", "0.1")]);
    let book = schedule(book, "schedule=T2 basis=packs cohort=member:M2 counts_offers=P1", &[("0", "0.2")]);
    assert_award(&book, "1700.00", &["A gauze P1 100", "B gauze P1 100"]);
}

#[test]
fn where_no_schedule_gives_a_price_an_offer_without_one_cannot_be_bought() {
    // At A 8 a piece, at B only the rival at 20.
    let book = rivals("20")
        .set("offers", |o| o["offer"] == "P1", "price", "")
        .row("sites", "site=B member=M2")
        .row("demand", "site=B need=gauze quantity=100");
    let book = schedule(book, "schedule=T basis=packs gives=price cohort=site:A counts_offers=P1", &[("0", "8")]);
    assert_award(&book, "2800.00", &["A gauze P1 100", "B gauze P2 100"]);
}

#[test]
fn a_category_narrows_what_a_supplier_counts() {
    // Of S1 only tapes are counted and lowered: 1,000 + 500 × 0.9. Without the category both: 1,500 × 0.9.
    let book = |more: &str| {
        let row = format!("schedule=T basis=spend counts_suppliers=S1 {more}");
        schedule(with_tape(rivals("20")), &row, &[("500", "0.1")])
    };
    assert_award(&book("counts_categories=tapes"), "1450.00", &["A gauze P1 100", "A tape T1 100"]);
    assert_award(&book(""), "1350.00", &["A gauze P1 100", "A tape T1 100"]);
}

#[test]
fn prices_rise_by_the_escalator() {
    // 1,000 + 1,100 + 1,210.
    let report = assert_award(&years(rivals("20"), "3", "0.1"), "3310.00", &["A gauze P1 100"]);
    let cash: Vec<String> = report.award.unwrap().1.costs.cash_by_year.iter().map(ToString::to_string).collect();
    assert_eq!(cash, ["1000.00", "1100.00", "1210.00"]);
}

#[test]
fn a_price_may_be_protected_for_a_year() {
    assert_award(&years(rivals("20"), "3", "0;0.03"), "3030.00", &["A gauze P1 100"]);
}

#[test]
fn a_price_may_fall() {
    assert_award(&years(rivals("20"), "2", "-0.1"), "1900.00", &["A gauze P1 100"]);
}

#[test]
fn the_escalator_decides_over_a_longer_contract() {
    // Two years: 2,100 against 2 × 1,060. Three: 3,310 against 3 × 1,060.
    assert_award(&years(rivals("10.6"), "2", "0.1"), "2100.00", &["A gauze P1 100"]);
    assert_award(&years(rivals("10.6"), "3", "0.1"), "3180.00", &["A gauze P2 100"]);
}

#[test]
fn a_tier_is_earned_in_each_year_apart() {
    // 1,000 and 1,100 miss 1,200; 1,210 reaches it: 1,089.
    let book = schedule(rivals("20"), "schedule=T basis=spend counts_offers=P1", &[("1200", "0.1")]);
    let report = assert_award(&years(book, "3", "0.1"), "3189.00", &["A gauze P1 100"]);
    let earned: Vec<_> = uses(&report).iter().map(|u| (u.year, u.tier)).collect();
    assert_eq!(earned, [(Some(1), None), (Some(2), None), (Some(3), Some(0))]);
}

#[test]
fn slices_are_of_each_years_spend() {
    // 1,000, then 1,000 + 100 × 0.9.
    let book = schedule(rivals("20"), "schedule=T basis=spend mode=incremental counts_offers=P1", &[("1000", "0.1")]);
    assert_award(&years(book, "2", "0.1"), "2090.00", &["A gauze P1 100"]);
}

#[test]
fn prices_of_a_schedule_rise_only_if_it_says_so() {
    let book = |more: &str| {
        let row = format!("schedule=T basis=packs gives=price counts_offers=P1 {more}");
        years(schedule(rivals("20"), &row, &[("0", "9")]), "3", "0.1")
    };
    assert_award(&book(""), "2700.00", &["A gauze P1 100"]);
    // 900 + 990 + 1,089.
    assert_award(&book("escalates=yes"), "2979.00", &["A gauze P1 100"]);
}

#[test]
fn slices_of_packs_rise_with_the_escalator() {
    // 50 × 10 + 50 × 8 = 900, and 10 % more in the second year.
    let book = schedule(
        rivals("20"),
        "schedule=T basis=packs mode=incremental gives=price escalates=yes counts_offers=P1",
        &[("0", "10"), ("50", "8")],
    );
    assert_award(&years(book, "2", "0.1"), "1890.00", &["A gauze P1 100"]);
}

#[test]
fn a_rebate_in_a_later_year_counts_that_years_net() {
    // Year 1: 1,000 × 0.9 = 900. Year 2: 1,100 × 0.9 = 990, which reaches 950: less 10 %.
    assert_award(&years(two_stages("kind=rebate", "950"), "2", "0.1"), "1791.00", &["A gauze P1 100"]);
}

#[test]
fn a_package_discount_comes_between_discounts_and_rebates() {
    // 1,000 × 0.9 (schedule) × 0.8 (package) = 720, which reaches the rebate's 700: less 10 %.
    let book = two_stages("kind=rebate", "700")
        .row("packages", "package=K discount=0.2")
        .row("package_lines", "package=K product=P1 quantity=100");
    assert_award(&book, "648.00", &["A gauze K:P1 100"]);
}
