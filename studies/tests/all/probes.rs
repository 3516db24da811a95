//! Asking many at a time.

use std::sync::atomic::Ordering;

use ballast_studies::{Answer, Probe, ask};

use crate::engine::{MadeUp, Patient, settings, tender};

#[test]
fn answers_stand_in_the_order_of_the_questions() {
    let tenders: Vec<_> = ["5", "3", "4", "3", "9"].iter().map(|p| tender(p)).collect();
    let probes: Vec<Probe<'_>> = tenders.iter().map(|t| Probe::new("x", t)).collect();
    for at_a_time in [1, 2, 7] {
        let engine = MadeUp::default();
        let answers = ask(&engine, &probes, &settings(at_a_time), &Patient::new(99));
        let values: Vec<String> = answers.iter().map(|a| a.value().unwrap().normalize().to_string()).collect();
        assert_eq!(values, ["500", "300", "400", "300", "900"]);
        assert_eq!(engine.asked.load(Ordering::Relaxed), 4, "equal tenders are decided once");
    }
}

#[test]
fn a_caller_who_leaves_keeps_what_is_done() {
    let tenders: Vec<_> = ["1", "2", "3", "4"].iter().map(|p| tender(p)).collect();
    let probes: Vec<Probe<'_>> = tenders.iter().map(|t| Probe::new("x", t)).collect();
    let answers = ask(&MadeUp::default(), &probes, &settings(1), &Patient::new(2));
    assert!(answers[1].value().is_some() && matches!(answers[2], Answer::Skipped) && answers[3].inconclusive());
}

#[test]
fn nothing_found_is_not_the_same_as_nothing_there() {
    let engine = MadeUp { lost: vec!["1"], none: vec!["2"], broken: vec!["3"], ..MadeUp::default() };
    let tenders: Vec<_> = ["1", "2", "3"].iter().map(|p| tender(p)).collect();
    let probes: Vec<Probe<'_>> = tenders.iter().map(|t| Probe::new("x", t)).collect();
    let answers = ask(&engine, &probes, &settings(2), &Patient::new(99));
    let said: Vec<(bool, bool)> = answers.iter().map(|a| (a.infeasible(), a.inconclusive())).collect();
    assert_eq!(said, [(false, true), (true, false), (false, true)]);
}
