//! Features that meet, done by hand: what one leaves to the other.

use crate::tender::{Book, assert_award, faults};

/// Gauze that may stay unserved at 7 a piece, and a cheque of 200 for at least half of what is spent on it.
fn half_of_what_is_spent(weight: &str) -> Book {
    let row = "schedule=T basis=share mode=all_units gives=sum counts_suppliers=S1 share_of=need:gauze";
    Book::one_need()
        .set("needs", |_| true, "shortage_cost", "7")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "20", "")
        .row("schedules", &format!("{row} weight={weight}"))
        .row("tiers", "schedule=T from=0.5 value=200")
}

#[test]
fn of_nothing_bought_no_share_can_be_asked() {
    // A single piece would be all that is spent, and less than a piece too: there is no cheapest award.
    let book = half_of_what_is_spent("spend");
    assert_eq!(faults(&book), ["share_above_whole share_of"]);
    // Of demand, 50 pieces are half: 50 × 10 − 200 + 50 × 7.
    assert_award(&half_of_what_is_spent("reference"), "650.00", &["A gauze P1 50"]);
    // A need that is served for certain gives the whole a bottom.
    let tape = book
        .row("needs", "need=tape category=wound unit=roll reference_price=1")
        .row("demand", "site=A need=tape quantity=10")
        .sells("S2", "tape", "T2", "1", "")
        .set("schedules", |_| true, "share_of", "need:gauze;need:tape");
    // Spend of 10 on tape and 10 on gauze: 10 + 10 − 200 + 99 × 7.
    assert_award(&tape, "513.00", &["A gauze P1 1", "A tape T2 10"]);
    // Site by site, B has no such need.
    let by_site = tape
        .set("schedules", |_| true, "cohort_mode", "site")
        .row("sites", "site=B member=M1")
        .row("demand", "site=B need=gauze quantity=10");
    assert_eq!(faults(&by_site), ["share_above_whole share_of"]);
    // Nor is there a cheapest piece where another supplier gives gauze away.
    let free = half_of_what_is_spent("spend").set("needs", |_| true, "shortage_cost", "").set(
        "offers",
        |o| o["offer"] == "P2",
        "price",
        "0",
    );
    assert_eq!(faults(&free), ["share_above_whole share_of"]);
}

/// Presolve of HiGHS 1.15 calls the model of this tender infeasible, by an argument about its costs.
#[test]
fn what_presolve_alone_calls_infeasible_is_solved() {
    let schedules = "kind=rebate mode=all_units stage=2 basis=need_units cohort_mode=all";
    let book = Book::new()
        .set("tender", |_| true, "contract_years", "2")
        .row("sites", "site=A member=M1")
        .row("sites", "site=B member=M1")
        .row("needs", "need=gauze category=wound unit=piece reference_price=50")
        .row("demand", "site=A need=gauze quantity=160")
        .row("demand", "site=B need=gauze quantity=20")
        .row("suppliers", "supplier=S2 minimum_award=120")
        .row("suppliers", "supplier=S3")
        .sells("S3", "gauze", "P1", "80", "use_factor=4")
        .sells("S2", "gauze", "P2", "200", "use_factor=4")
        .sells("S3", "gauze", "P3", "160", "use_factor=2")
        .set("offers", |o| o["offer"] == "P2", "markup", "0.1")
        .set("offers", |o| o["offer"] == "P2", "minimum_if_used", "180")
        .row("schedules", &format!("schedule=V0 {schedules} gives=sum cohort=member:M1 counts_offers=P1;P2;P3"))
        .row("tiers", "schedule=V0 from=20 value=20")
        .row("schedules", &format!("schedule=V2 {schedules} gives=percent counts_suppliers=S3 applies_to=P1"))
        .row("tiers", "schedule=V2 from=40 value=0.6");
    // 45 packs at 80, less 60 %, less 20, for two years.
    assert_award(&book, "2840.00", &["A gauze P1 160", "B gauze P1 20"]);
}
