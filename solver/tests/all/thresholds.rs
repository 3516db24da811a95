//! Awards that stand on thresholds and limits exactly, with nothing to spare on either side.

use crate::tender::{Book, assert_award, lines, solve};
use ballast_solver::Termination;

/// Two suppliers at 10, a fifth off for each from 51 packs, of 102 in all: both tiers are earned only by 51 and 51. S1 can
/// bring 17 of the gauze and 34 of the tape, S2 4 of the gauze; and 17 of 21 is no share of 9 decimals.
fn two_thresholds() -> Book {
    Book::new()
        .row("sites", "site=A member=M1")
        .row("needs", "need=gauze category=wound unit=piece reference_price=1")
        .row("needs", "need=tape category=wound unit=piece reference_price=1")
        .row("demand", "site=A need=gauze quantity=21")
        .row("demand", "site=A need=tape quantity=81")
        .row("suppliers", "supplier=S1")
        .row("suppliers", "supplier=S2")
        .sells("S1", "gauze", "G1", "10", "capacity_packs=17")
        .sells("S1", "tape", "T1", "10", "capacity_packs=34")
        .sells("S2", "gauze", "G2", "10", "capacity_packs=4")
        .sells("S2", "tape", "T2", "10", "")
        .row("schedules", "schedule=D1 basis=packs mode=all_units counts_suppliers=S1")
        .row("schedules", "schedule=D2 basis=packs mode=all_units counts_suppliers=S2")
        .row("tiers", "schedule=D1 from=51 value=0.2")
        .row("tiers", "schedule=D2 from=51 value=0.2")
}

#[test]
fn two_thresholds_that_add_up_to_all_of_the_demand_are_both_reached() {
    // 102 × 8.
    assert_award(&two_thresholds(), "816.00", &["A gauze G1 17", "A gauze G2 4", "A tape T1 34", "A tape T2 47"]);
}

#[test]
fn a_tier_from_the_most_that_a_rule_allows_is_earned() {
    // S1 at most 60 % and a fifth off from 60 %: 18.6 of 31 at 8, the rest at 10: 148.80 + 124.00.
    let book = Book::new()
        .row("needs", "need=gauze category=wound unit=piece reference_price=1")
        .row("suppliers", "supplier=S1")
        .row("suppliers", "supplier=S2")
        .sells("S1", "gauze", "G1", "10", "")
        .sells("S2", "gauze", "G2", "10", "")
        .row(
            "schedules",
            "schedule=D basis=share mode=all_units counts_suppliers=S1 share_of=category:wound weight=units",
        )
        .row("tiers", "schedule=D from=0.6 value=0.2")
        .row("rules", "id=cap measure=share weight=units scope.supplier=S1 at_most=0.6");
    let book = [("A", "7"), ("B", "11"), ("C", "13")].into_iter().fold(book, |book, (site, quantity)| {
        book.row("sites", &format!("site={site} member=M1"))
            .row("demand", &format!("site={site} need=gauze quantity={quantity}"))
    });
    let tender = book.read();
    let report = solve(&tender);
    assert_eq!(report.termination, Termination::Optimal, "{book}");
    assert_eq!(report.value().unwrap().to_string(), "272.80", "{:?}", lines(&tender, &report.award.unwrap().0));
}

#[test]
fn a_threshold_far_below_what_could_be_bought_is_reached() {
    // A tenth off 200 tape at 40 for 500 of S2's gauze at 87.5: 5.714… of 150, a number that no decimals state, and the
    // solver's own tolerance is as large as what is missing. 7200 + 144.285714 × 40 + 500.
    let book = Book::new()
        .row("sites", "site=A member=M1")
        .row("needs", "need=gauze category=wound unit=piece reference_price=1")
        .row("needs", "need=tape category=wound unit=piece reference_price=1")
        .row("demand", "site=A need=gauze quantity=150")
        .row("demand", "site=A need=tape quantity=200")
        .row("suppliers", "supplier=S1")
        .row("suppliers", "supplier=S2")
        .sells("S1", "gauze", "G1", "40", "")
        .sells("S2", "gauze", "G2", "87.5", "")
        .sells("S1", "tape", "T1", "40", "")
        .row("schedules", "schedule=D basis=spend mode=all_units gives=percent counts_suppliers=S2 applies_to=T1")
        .row("tiers", "schedule=D from=500 value=0.1");
    let report = solve(&book.read());
    assert_eq!(report.termination, Termination::Optimal, "{book}");
    assert_eq!(report.value().unwrap().to_string(), "13471.43");
}
