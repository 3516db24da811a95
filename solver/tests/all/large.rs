//! Tenders beyond a general solver: annealing with a bound beside it, and what happens where it finds no award.

use std::time::Duration;

use ballast_solver::{Engine, InProcess, Limit, Options, SolveReport, Termination};
use rust_decimal::Decimal;

use crate::tender::{Book, Quiet};

const SITES: usize = 12;
const NEEDS: usize = 60;
/// Suppliers that sell a quarter of the needs each, at 12, so that four of them are enough, and others that sell about nine
/// needs each, cheaper.
const WIDE: usize = 4;
const NARROW: usize = 20;

fn quantity(need: usize, site: usize) -> usize {
    50 + (need * 7 + site * 13) % 50
}

/// 2,880 lines and at most `most` suppliers: no four but the wide ones sell everything.
fn scattered(most: usize) -> Book {
    let mut book = Book::new();
    for site in 0..SITES {
        book.push("sites", &format!("site=A{site} member=M1"));
    }
    for supplier in 0..WIDE + NARROW {
        book.push("suppliers", &format!("supplier=S{supplier}"));
    }
    for need in 0..NEEDS {
        book.push("needs", &format!("need=n{need} category=c{} unit=piece reference_price=10", need % 5));
        for site in 0..SITES {
            book.push("demand", &format!("site=A{site} need=n{need} quantity={}", quantity(need, site)));
        }
        let narrow = |k: usize| WIDE + (need * 3 + k) % NARROW;
        for (supplier, price) in [(need * WIDE / NEEDS, 12), (narrow(0), 9), (narrow(1), 10), (narrow(2), 11)] {
            let product = format!("P{need}-{supplier}");
            book = book.sells(&format!("S{supplier}"), &format!("n{need}"), &product, &price.to_string(), "");
        }
    }
    book.row("rules", &format!("id=few measure=count of=supplier at_most={most}"))
}

fn ask(book: &Book, options: &Options) -> SolveReport {
    InProcess.award(&book.read(), options, &Quiet).unwrap()
}

#[test]
fn the_few_sources_that_cover_everything_are_found() {
    let report = ask(&scattered(4), &Options { work_limit: Some(2), ..Options::default() });
    let all: usize = (0..NEEDS).flat_map(|n| (0..SITES).map(move |s| quantity(n, s))).sum();
    assert_eq!(report.value(), Some(Decimal::from(12 * all)), "{:?}", report.termination);
}

#[test]
fn a_tender_without_an_award_is_proven_to_have_none() {
    let report = ask(&scattered(3), &Options::default());
    assert_eq!(report.termination, Termination::Infeasible);
    assert!(report.reasons.iter().any(|r| r.text.contains("few")), "{:?}", report.reasons);
}

#[test]
fn a_limit_ends_the_search_of_an_award_that_does_not_exist() {
    let limited = Options { work_limit: Some(2), ..Options::default() };
    assert_eq!(ask(&scattered(3), &limited).termination, Termination::NoAward(Limit::Work));
    let timed = Options { time_limit: Some(Duration::ZERO), ..Options::default() };
    assert_eq!(ask(&scattered(3), &timed).termination, Termination::NoAward(Limit::Time));
}

#[test]
fn an_award_to_start_from_is_kept_whatever_ends_the_search() {
    let book = scattered(4);
    let found = ask(&book, &Options { work_limit: Some(2), ..Options::default() });
    let known = found.award.as_ref().map(|(award, _)| award.clone());
    let again = Options { start: known, time_limit: Some(Duration::ZERO), ..Options::default() };
    let report = ask(&book, &again);
    assert_eq!((report.value(), report.termination), (found.value(), Termination::Feasible(Limit::Time)));
}
