//! Named objectives, with values done by hand.

use ballast_solver::SolveReport;

use crate::tender::{Book, assert_award, faults};

/// 100 units: `near` at 10 with freight 1 a pack, `far` at 8 with freight 2.
fn near_and_far() -> Book {
    Book::one_need()
        .sells("S1", "gauze", "near", "10", "")
        .sells("S2", "gauze", "far", "8", "")
        .row("freight", "freight=N product=near per_pack=1")
        .row("freight", "freight=F product=far per_pack=2")
}

/// The book with the objective `o` chosen.
fn chosen(book: Book) -> Book {
    book.set("tender", |_| true, "objective", "o")
}

fn term(book: Book, cells: &str) -> Book {
    book.row("objectives", &format!("objective=o {cells}"))
}

/// Values of all levels.
fn levels(report: &SolveReport) -> Vec<String> {
    let (_, certificate) = report.award.as_ref().unwrap();
    certificate.costs.levels.iter().map(|l| l.value.to_string()).collect()
}

/// What each term of a level adds.
fn contributions(report: &SolveReport, level: usize) -> Vec<String> {
    let (_, certificate) = report.award.as_ref().unwrap();
    let terms = &certificate.costs.levels[level].terms;
    terms.iter().map(|t| ballast_domain::exact::round(&t.contribution, 2).normalize().to_string()).collect()
}

#[test]
fn the_default_is_cash_and_shadow_money() {
    // 100 × (8 + 2) = 1,000 against 1,100.
    assert_award(&near_and_far(), "1000.00", &["A gauze far 100"]);
    let named = chosen(term(term(near_and_far(), "term=a of=cash"), "term=b of=shadow"));
    let report = assert_award(&named, "1000.00", &["A gauze far 100"]);
    assert_eq!(contributions(&report, 0), ["1000", "0"]);
    assert_award(&chosen(term(near_and_far(), "term=a of=value")), "1000.00", &["A gauze far 100"]);
}

#[test]
fn freight_alone_chooses_the_near_supplier() {
    assert_award(&chosen(term(near_and_far(), "term=lorries of=freight")), "100.00", &["A gauze near 100"]);
}

#[test]
fn weights_add_up_and_turn_the_award() {
    // Cash 1,100 or 1,000; freight 100 or 200 again at a factor: at 1 a tie, at 0.9 far, at 1.1 near.
    let at = |factor: &str| {
        let book = term(near_and_far(), "term=cash of=cash");
        chosen(term(book, &format!("term=lorries of=freight factor={factor}")))
    };
    assert_award(&at("0.9"), "1180.00", &["A gauze far 100"]);
    assert_award(&at("1.1"), "1210.00", &["A gauze near 100"]);
}

#[test]
fn outcome_cost_turns_the_award_where_it_weighs() {
    // The outcome of `far` costs 5 a unit more: 500 against 100 of cash.
    let book = near_and_far()
        .set("products", |r| r["product"] == "near", "outcome_cost_low", "1")
        .set("products", |r| r["product"] == "near", "outcome_cost_high", "1")
        .set("products", |r| r["product"] == "far", "outcome_cost_low", "6")
        .set("products", |r| r["product"] == "far", "outcome_cost_high", "6");
    assert_award(&book, "1000.00", &["A gauze far 100"]);
    let weighed = chosen(term(term(book, "term=a of=value"), "term=b of=outcome"));
    assert_award(&weighed, "1200.00", &["A gauze near 100"]);
}

/// Three suppliers at 10, 10 and 9.99; sites A and B of 100 units.
fn two_sites() -> Book {
    Book::new()
        .row("sites", "site=A")
        .row("sites", "site=B")
        .row("needs", "need=gauze category=wound unit=piece reference_price=1")
        .row("demand", "site=A need=gauze quantity=100")
        .row("demand", "site=B need=gauze quantity=100")
        .row("suppliers", "supplier=S1")
        .row("suppliers", "supplier=S2")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "10", "")
}

#[test]
fn preference_first_and_then_cash() {
    // A prefers P1 (dearer), B does not care: P1 at A, the cheaper P2 at B.
    let book = two_sites()
        .set("offers", |r| r["offer"] == "P2", "price", "9")
        .row("preferences", "site=A product=P1 score=1")
        .row("preferences", "site=A product=P2 score=0.5")
        .row("preferences", "site=B product=P1 score=0.7")
        .row("preferences", "site=B product=P2 score=0.7");
    let first = "term=p level=1 of=mean measure_of=preference weight=units factor=-1000";
    let book = chosen(term(term(book, first), "term=c level=2 of=cash"));
    let report = assert_award(&book, "-850.00", &["A gauze P1 100", "B gauze P2 100"]);
    assert_eq!(levels(&report), ["-850.00", "1900.00"]);
    assert_eq!(report.level_bounds.len(), 2);
    let second = report.level_bounds[1].unwrap();
    assert!(second <= 1900.into() && second > 1899.into(), "{second}");
}

#[test]
fn cash_first_and_then_fewer_suppliers() {
    // P1 is limited to 150 packs and P2 to 100 at the same price; P3 has all of it at a dearer price. Cash needs P1 and P2;
    // with P3 at the same price, one supplier does.
    let limited = two_sites()
        .set("products", |r| r["product"] == "P1", "capacity_packs", "150")
        .set("products", |r| r["product"] == "P2", "capacity_packs", "100")
        .row("suppliers", "supplier=S3");
    let second = "term=n level=2 of=count measure_of=supplier";
    let of = |price: &str| {
        let book = limited.clone().sells("S3", "gauze", "P3", price, "");
        chosen(term(term(book, "term=c level=1 of=cash"), second))
    };
    let report = assert_award(&of("10"), "2000.00", &["A gauze P3 100", "B gauze P3 100"]);
    assert_eq!(levels(&report), ["2000.00", "1.00"]);
    let dearer = of("10.01").read();
    let report = crate::tender::solve(&dearer);
    assert_eq!(levels(&report), ["2000.00", "2.00"]);
}

#[test]
fn a_level_that_is_rounded_is_kept_and_proven() {
    // Of three packs S2 sells one at least: 100 × ⅓ is stated as 33.33. Then cash: 2 × 10 + 8.
    let book = near_and_far()
        .set("needs", |_| true, "whole_packs", "yes")
        .set("demand", |_| true, "quantity", "3")
        .set("freight", |_| true, "per_pack", "0")
        .set("products", |p| p["product"] == "near", "capacity_packs", "2");
    for first in ["of=share scope.supplier=S2 factor=100", "of=units scope.supplier=S2 curve=0:0;3:100;4:100"] {
        let book = term(book.clone(), &format!("term=s level=1 {first}"));
        let book = chosen(term(book, "term=c level=2 of=cash"));
        let report = assert_award(&book, "33.33", &["A gauze far 1p", "A gauze near 2p"]);
        assert_eq!(levels(&report), ["33.33", "28.00"]);
        assert!(report.level_bounds.iter().all(Option::is_some), "{:?}", report.level_bounds);
    }
}

#[test]
fn a_level_of_nothing_is_kept_and_proven() {
    // Nothing from S2, although it sells the same gauze; then what is left of the goods: 4 × 20 at list.
    let book = Book::new()
        .row("sites", "site=A member=M1")
        .row("sites", "site=B member=M2")
        .row("needs", "need=gauze category=wound unit=piece reference_price=40 whole_packs=yes")
        .row("demand", "site=A need=gauze quantity=1")
        .row("demand", "site=B need=gauze quantity=3")
        .row("suppliers", "supplier=S2")
        .row("suppliers", "supplier=S3")
        .sells("S2", "gauze", "P1", "30", "")
        .sells("S3", "gauze", "P2", "20", "")
        .row("schedules", "schedule=T basis=need_units mode=all_units cohort_mode=member counts_offers=P1;P2")
        .row("tiers", "schedule=T from=1 value=0.2");
    let first = "term=s level=1 of=spend scope.supplier=S2 spend_level=net factor=0.5";
    let book = chosen(term(term(book, first), "term=g level=2 of=goods"));
    let report = assert_award(&book, "0.00", &["A gauze P2 1p", "B gauze P2 3p"]);
    assert_eq!(levels(&report), ["0.00", "80.00"]);
}

#[test]
fn levels_in_the_file_need_not_follow_on_each_other() {
    let book = chosen(term(term(near_and_far(), "term=l level=3 of=cash"), "term=c level=7 of=freight"));
    let report = assert_award(&book, "1000.00", &["A gauze far 100"]);
    assert_eq!(levels(&report), ["1000.00", "200.00"]);
}

#[test]
fn levels_of_different_money_see_the_same_tiers() {
    // S1 gives 30 % from 100 packs. Freight first: `near` (freight 100, cash 700 + 100). Then cash among those.
    let book = near_and_far()
        .row("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1")
        .row("tiers", "schedule=T from=100 value=0.3");
    let both = chosen(term(term(book.clone(), "term=f level=1 of=freight"), "term=c level=2 of=cash"));
    let report = assert_award(&both, "100.00", &["A gauze near 100"]);
    assert_eq!(levels(&report), ["100.00", "800.00"]);
    // Cash first: 800 against 1,000.
    let both = chosen(term(term(book.clone(), "term=f level=2 of=freight"), "term=c level=1 of=cash"));
    assert_eq!(levels(&assert_award(&both, "800.00", &["A gauze near 100"])), ["800.00", "100.00"]);
    // A measure first, money with tiers after it: at least one supplier, then cash.
    let both = term(book, "term=n level=1 of=count measure_of=supplier factor=100");
    let both = chosen(term(both, "term=c level=2 of=cash"));
    assert_eq!(levels(&assert_award(&both, "100.00", &["A gauze near 100"])), ["100.00", "800.00"]);
}

#[test]
fn a_curve_has_a_kink() {
    // Each unit of `far` saves 1. Its share costs nothing up to half, then 400 from half to all: 2 × 200 a half is 4 a unit.
    let share = "term=s of=share scope.supplier=S2 curve=0:0;0.5:0;1:200";
    let book = chosen(term(term(near_and_far(), "term=c of=cash"), share));
    let report = assert_award(&book, "1050.00", &["A gauze far 50", "A gauze near 50"]);
    assert_eq!(contributions(&report, 0), ["1050", "0"]);
    // At 30 for the second half, all of it is worth having: 1,000 + 30.
    let share = "term=s of=share scope.supplier=S2 curve=0:0;0.5:0;1:30";
    assert_award(&chosen(term(term(near_and_far(), "term=c of=cash"), share)), "1030.00", &["A gauze far 100"]);
}

#[test]
fn a_curve_that_is_not_convex_and_level_outside() {
    // A fixed dislike of anything up to 0.25, no more after it: all (1,000 + 60) or nothing (1,100).
    let share = |money: &str| format!("term=s of=share scope.supplier=S2 curve=0:0;0.25:{money};0.5:{money}");
    let with = |money| chosen(term(term(near_and_far(), "term=c of=cash"), &share(money)));
    assert_award(&with("60"), "1060.00", &["A gauze far 100"]);
    assert_award(&with("120"), "1100.00", &["A gauze near 100"]);
}

#[test]
fn a_curve_on_a_count_and_a_reward() {
    // Two suppliers instead of one are worth 150; the second costs 1 a unit more than far for what it gets.
    let count = "term=n of=count measure_of=supplier counts_from=0.2 curve=1:0;2:-150;3:-150";
    let book = chosen(term(term(near_and_far(), "term=c of=cash"), count));
    let report = assert_award(&book, "870.00", &["A gauze far 80", "A gauze near 20"]);
    assert_eq!(contributions(&report, 0), ["1020", "-150"]);
    // The same as a reward per supplier.
    let count = "term=n of=count measure_of=supplier counts_from=0.2 factor=-150";
    let book = chosen(term(term(near_and_far(), "term=c of=cash"), count));
    assert_award(&book, "720.00", &["A gauze far 80", "A gauze near 20"]);
}

#[test]
fn measures_count_for_every_contract_year() {
    // Units of `far` at 1.5 each outweigh the 1 they save; over two years both double.
    let units = "term=u of=units scope.supplier=S2 factor=1.5";
    let book = chosen(term(term(near_and_far(), "term=c of=cash"), units));
    assert_award(&book, "1100.00", &["A gauze near 100"]);
    let half = "term=u of=units scope.supplier=S2 factor=0.5";
    let book = chosen(term(term(near_and_far(), "term=c of=cash"), half));
    assert_award(&book, "1050.00", &["A gauze far 100"]);
    let book = book.set("tender", |_| true, "contract_years", "2");
    let report = assert_award(&book, "2100.00", &["A gauze far 100"]);
    assert_eq!(contributions(&report, 0), ["2000", "100"]);
}

#[test]
fn what_moves_may_weigh() {
    let book = near_and_far().row("incumbents", "site=A need=gauze product=near quantity=100 price=12");
    assert_award(&book, "1000.00", &["A gauze far 100"]);
    for of in ["units", "site"] {
        let moved = |factor: &str| format!("term=m of=moved measure_of={of} factor={factor}");
        let cash = term(book.clone(), "term=c of=cash");
        assert_award(&chosen(term(cash.clone(), &moved("90"))), "1090.00", &["A gauze far 100"]);
        assert_award(&chosen(term(cash, &moved("110"))), "1100.00", &["A gauze near 100"]);
    }
}

#[test]
fn faults_of_objectives_are_findings() {
    let one = |cells: &str| faults(&chosen(term(near_and_far(), cells)));
    assert_eq!(faults(&chosen(near_and_far())), ["unknown_id objective"]);
    assert_eq!(one("term=t of=fright"), ["bad_objective of"]);
    assert_eq!(one("term=t level=0 of=cash"), ["bad_objective level"]);
    assert_eq!(one("term=t of=cash factor=-1"), ["bad_objective factor"]);
    assert_eq!(one("term=t of=cash scope.supplier=S1"), ["bad_objective scope.supplier"]);
    assert_eq!(one("term=t of=units curve=0:0;2:1;1:2"), ["bad_objective curve"]);
    assert_eq!(one("term=t of=units curve=0:0;2:1"), ["bad_objective curve"]);
    assert_eq!(one("term=t of=units factor=1 curve=0:0;1:1;2:2"), ["bad_objective curve"]);
    assert_eq!(one("term=t of=count"), ["bad_objective measure_of"]);
    assert_eq!(one("term=t of=units scope.supplier=S9"), ["unknown_id scope.supplier"]);
    assert_eq!(one("term=t of=units scope.in_formulary=yes"), ["bad_objective scope.in_formulary"]);
    // Only one product has a score: awards differ in what is averaged over.
    let scored = near_and_far().row("preferences", "site=A product=near score=1");
    let mean = chosen(term(scored, "term=t of=mean measure_of=preference"));
    assert_eq!(faults(&mean), ["bad_objective of"]);
    // All faults at once, of objectives that are not chosen too.
    let two = term(near_and_far(), "term=a of=nothing").row("objectives", "objective=p term=b of=count");
    assert_eq!(faults(&two), ["bad_objective measure_of", "bad_objective of"]);
}

#[test]
fn spend_of_an_objective_is_what_discounts_leave() {
    // List: far at 8. Net of the ladder: near at 10 less 30 % is 7. Freight does not weigh.
    let ladder = |level: &str| {
        term(near_and_far(), &format!("term=a of=spend spend_level={level}"))
            .row("schedules", "schedule=L basis=packs mode=all_units counts_products=near")
            .row("tiers", "schedule=L from=50 value=0.3")
    };
    let report = assert_award(&chosen(ladder("net")), "700.00", &["A gauze near 100"]);
    assert_eq!(contributions(&report, 0), ["700"]);
    assert_award(&chosen(ladder("list")), "800.00", &["A gauze far 100"]);
}

#[test]
fn a_discount_is_not_declined_for_the_rebate_on_it() {
    // Only rebates count: 20 % of what is left. The discount on 100 packs leaves half, and may not be declined.
    let book = chosen(term(Book::one_need(), "term=back of=rebates"))
        .set("needs", |_| true, "whole_packs", "yes")
        .sells("S1", "gauze", "P1", "3", "")
        .sells("S2", "gauze", "P2", "2", "")
        .row("schedules", "schedule=T mode=all_units basis=packs counts_offers=P2")
        .row("tiers", "schedule=T from=100 value=0.5")
        .row("schedules", "schedule=V kind=rebate mode=all_units basis=packs counts_offers=P2")
        .row("tiers", "schedule=V from=1 value=0.2");
    // 99 × 2 × 20 %.
    assert_award(&book, "-39.60", &["A gauze P1 1p", "A gauze P2 99p"]);
}
