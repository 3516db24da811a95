//! Warm starts, aims other than the least value, and ties: small tenders with answers done by hand.

use std::sync::Mutex;

use ballast_domain::award::AwardLine;
use ballast_domain::index::{CandidateIx, Ix};
use ballast_domain::quantity::NeedUnits;
use ballast_solver::{Aim, Award, Control, Engine, Event, InProcess, Options, SolveReport, Termination, default_entry};
use rust_decimal::Decimal;

use crate::random::{self, Shape};
use crate::tender::{Book, lines, solve, to_the_end};

/// Hears the values of the awards on the way.
#[derive(Default)]
struct Listener(Mutex<Vec<(f64, Option<Decimal>)>>);

impl Control for Listener {
    fn cancelled(&self) -> bool {
        false
    }
    fn observe(&self, event: &Event) {
        if let Event::Improved { at, .. } = event {
            self.0.lock().unwrap().push((at.work, at.value));
        }
    }
}

fn ask(book: &Book, options: &Options) -> (SolveReport, Vec<(f64, Option<Decimal>)>) {
    let listener = Listener::default();
    let report = InProcess.award(&book.read(), options, &listener).unwrap();
    (report, listener.0.into_inner().unwrap())
}

fn award_of(report: &SolveReport) -> Award {
    report.award.as_ref().unwrap().0.clone()
}

fn fraction(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// 100 gauze: S1 at `first`, S2 at `second`.
fn two_suppliers(first: &str, second: &str) -> Book {
    Book::one_need().sells("S1", "gauze", "P1", first, "").sells("S2", "gauze", "P2", second, "")
}

#[test]
fn a_start_that_holds_is_the_first_award_at_once() {
    let book = two_suppliers("3", "2");
    let tender = book.read();
    let dear = tender.candidates.indexes().next().unwrap();
    let hundred = NeedUnits(Decimal::ONE_HUNDRED);
    let start = Award { lines: vec![AwardLine { candidate: dear, used: hundred, whole_packs: None }], formulary: None };
    let (report, heard) = ask(&book, &Options { start: Some(start), ..to_the_end() });
    assert_eq!(heard[0], (0.0, Some(fraction("300.00"))));
    assert_eq!(lines(&tender, &award_of(&report)), ["A gauze P2 100"]);
    assert_eq!(report.termination, Termination::Optimal);
}

#[test]
fn a_start_never_changes_what_is_proven() {
    let shape = Shape {
        whole: Some(4),
        sites: 3,
        needs: 3,
        fixed_charges: true,
        odd_tiers: true,
        plain_offers: false,
        stacked: false,
        rules: 2,
    };
    let mut compared = 0;
    for seed in 0..40 {
        let book = random::tender(7_000_000 + seed, shape);
        let cold = solve(&book.read());
        let Some((award, certificate)) = &cold.award else { continue };
        // The award itself, and one that the tender refuses: every line doubled.
        let mut broken = award.clone();
        for line in &mut broken.lines {
            line.used = NeedUnits(line.used.0 * Decimal::TWO);
            line.whole_packs = line.whole_packs.map(|p| p * 2);
        }
        for start in [award.clone(), broken, Award::default()] {
            let (warm, _) = ask(&book, &Options { start: Some(start), ..to_the_end() });
            assert_eq!(warm.value(), Some(certificate.costs.value), "seed {seed}\n{book}");
            assert_eq!(warm.termination, Termination::Optimal);
            assert!(warm.award.unwrap().1.verified());
        }
        compared += 1;
    }
    assert!(compared > 15, "{compared} tenders had an award");
}

#[test]
fn a_start_that_names_no_line_of_the_tender_is_ignored() {
    let line = AwardLine { candidate: CandidateIx::new(99), used: NeedUnits(Decimal::ONE_HUNDRED), whole_packs: None };
    let (report, heard) = ask(
        &two_suppliers("3", "2"),
        &Options { start: Some(Award { lines: vec![line], formulary: None }), ..to_the_end() },
    );
    assert_eq!(report.value(), Some(fraction("200.00")));
    assert!(heard.iter().all(|(_, value)| *value == Some(fraction("200.00"))), "{heard:?}");
}

#[test]
fn differing_moves_what_the_cap_allows() {
    // S1 asks 10, S2 10.10; the best is 1,000. At most 0.5 % more is 1,005: half may go to S2. At most 2 %: all.
    let book = two_suppliers("10", "10.1");
    let best = award_of(&solve(&book.read()));
    for (within, share) in [("0.005", 0.5), ("0.02", 0.0), ("0", 1.0)] {
        let aim = Aim::Differ { from: vec![best.clone()], within: fraction(within) };
        let (report, _) = ask(&book, &Options { aim, ..to_the_end() });
        let reached = report.reached.unwrap();
        assert!((reached.share - share).abs() < 1e-3, "within {within}: {reached:?}");
        assert!(reached.bound <= reached.share && reached.bound > reached.share - 2e-3, "{reached:?}");
        assert_eq!(report.termination, Termination::Optimal);
        assert!(report.value().unwrap() <= fraction("1000.1") * (Decimal::ONE + fraction(within)));
    }
}

#[test]
fn differing_from_two_awards_avoids_both() {
    let book = Book::one_need()
        .row("suppliers", "supplier=S3")
        .sells("S1", "gauze", "P1", "10", "")
        .sells("S2", "gauze", "P2", "10.05", "")
        .sells("S3", "gauze", "P3", "10.1", "");
    let best = award_of(&solve(&book.read()));
    let differ = |from: &[Award]| {
        let aim = Aim::Differ { from: from.to_vec(), within: fraction("0.02") };
        award_of(&ask(&book, &Options { aim, ..to_the_end() }).0)
    };
    let second = differ(std::slice::from_ref(&best));
    let third = differ(&[best.clone(), second.clone()]);
    let mut offers: Vec<String> = [best, second, third].iter().flat_map(|a| lines(&book.read(), a)).collect();
    offers.sort();
    assert_eq!(offers, ["A gauze P1 100", "A gauze P2 100", "A gauze P3 100"]);
}

#[test]
fn an_award_to_differ_from_must_hold() {
    let aim = Aim::Differ { from: vec![Award::default()], within: Decimal::ZERO };
    let options = Options { aim, ..to_the_end() };
    let answer = InProcess.award(&two_suppliers("10", "11").read(), &options, &Listener::default());
    assert!(answer.unwrap_err().to_string().contains("does not hold"));
}

#[test]
fn staying_keeps_what_the_cap_allows() {
    // Today all from S1 at 10. S1 now asks 11: the best is 1,000 with S2. 5 % more is 1,050: half may stay. 0: nothing.
    let today = award_of(&solve(&two_suppliers("10", "12").read()));
    let book = two_suppliers("11", "10");
    for (within, moved) in [("0.05", 0.5), ("0.1", 0.0), ("0", 1.0)] {
        let aim = Aim::Stay { close_to: today.clone(), within: fraction(within) };
        let (report, _) = ask(&book, &Options { aim, ..to_the_end() });
        let reached = report.reached.unwrap();
        assert!((reached.share - moved).abs() < 1e-3, "within {within}: {reached:?}");
        assert_eq!(report.termination, Termination::Optimal, "within {within}: {report:?}");
        // The bound in money is that of the best award, whatever stays.
        assert!(report.bound.unwrap() <= fraction("1000") && report.bound.unwrap() > fraction("999.9"));
    }
}

#[test]
fn the_second_best_has_other_winners() {
    // S1 wins all for 1,000. Next: 10 % to S2, 900 + 110.
    let book = two_suppliers("10", "11");
    let best = award_of(&solve(&book.read()));
    let (report, _) =
        ask(&book, &Options { aim: Aim::Other { than: vec![best.clone()], enters: default_entry() }, ..to_the_end() });
    assert_eq!(report.value(), Some(fraction("1010.00")));
    assert_eq!(report.termination, Termination::Optimal);
    // Who enters from a quarter of the need, or from a hundredth: 750 + 275, 990 + 11.
    for (enters, value) in [("0.25", "1025.00"), ("0.01", "1001.00"), ("1", "1100.00")] {
        let aim = Aim::Other { than: vec![best.clone()], enters: fraction(enters) };
        assert_eq!(ask(&book, &Options { aim, ..to_the_end() }).0.value(), Some(fraction(value)), "from {enters}");
    }
    // With one supplier per need S1 must drop out: 1,100.
    let single = book.row("rules", "id=one measure=count of=supplier each=need at_most=1");
    let (report, _) = ask(
        &single,
        &Options { aim: Aim::Other { than: vec![best.clone()], enters: default_entry() }, ..to_the_end() },
    );
    assert_eq!(report.value(), Some(fraction("1100.00")));
    // Nobody else sells: there is no second.
    let alone = Book::one_need().sells("S1", "gauze", "P1", "10", "");
    let best = award_of(&solve(&alone.read()));
    let (report, _) =
        ask(&alone, &Options { aim: Aim::Other { than: vec![best], enters: default_entry() }, ..to_the_end() });
    assert_eq!(report.termination, Termination::Infeasible);
}

#[test]
fn equal_offers_go_to_the_first_id_whatever_the_seed() {
    let equal = |first: &str, second: &str| {
        Book::new()
            .row("sites", "site=A member=M1")
            .row("sites", "site=B member=M1")
            .row("needs", "need=gauze category=wound unit=piece reference_price=1")
            .row("demand", "site=A need=gauze quantity=100")
            .row("demand", "site=B need=gauze quantity=50")
            .row("suppliers", "supplier=S1")
            .row("suppliers", "supplier=S2")
            .sells("S2", "gauze", first, "10", "")
            .sells("S1", "gauze", second, "10", "")
            .sells("S1", "gauze", "P9", "10", "")
    };
    for (first, second) in [("P1", "P2"), ("P2", "P1")] {
        for seed in 0..6 {
            let book = equal(first, second);
            let (report, _) = ask(&book, &Options { seed, ..Options::default() });
            let expected = [format!("A gauze {second} 100"), format!("B gauze {second} 50")];
            assert_eq!(lines(&book.read(), &award_of(&report)), expected);
        }
    }
    // One of equals with room for 120: the first takes all it can, and the larger site first or last, but always the same.
    let seen: std::collections::BTreeSet<Vec<String>> = (0..6)
        .map(|seed| {
            let book = equal("P1", "P2").set("products", |r| r["product"] == "P2", "capacity_packs", "120");
            let book = book.set("offers", |r| r["offer"] == "P9", "price", "11");
            lines(&book.read(), &award_of(&ask(&book, &Options { seed, ..Options::default() }).0))
        })
        .collect();
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn small_tenders_have_one_answer_at_any_seed() {
    let shape = Shape {
        whole: Some(4),
        sites: 2,
        needs: 2,
        fixed_charges: true,
        odd_tiers: false,
        plain_offers: false,
        stacked: false,
        rules: 2,
    };
    for number in 0..25 {
        let book = random::tender(8_000_000 + number, shape);
        let answer = |seed| {
            let (report, _) = ask(&book, &Options { seed, ..Options::default() });
            report.award.map(|(a, c)| (lines(&book.read(), &a), c.costs.value))
        };
        let first = answer(0);
        for seed in [1, 17] {
            assert_eq!(answer(seed), first, "tender {number}, seed {seed}\n{book}");
        }
    }
}
