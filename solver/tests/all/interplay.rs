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
