//! Random rules of the whole grammar on tiny whole-pack tenders whose every allocation is tried: what the certificate says of
//! each allocation decides, level by level and then by value.

use std::collections::BTreeMap;

use ballast_domain::certificate::{Certificate, certify, default_tolerance};
use ballast_domain::finding::Findings;
use ballast_domain::rules::penalties;
use ballast_domain::tender::Tender;
use ballast_solver::{Award, Termination};
use rust_decimal::Decimal;

use crate::brute_force::allocations;
use crate::random::{self, Random, Shape};
use crate::tender::{Book, lines, try_solve};
use crate::trials::{Often, Trial, trials};

const SHAPE: Shape = Shape {
    whole: Some(3),
    sites: 2,
    needs: 2,
    fixed_charges: false,
    odd_tiers: false,
    plain_offers: false,
    rules: 0,
    stacked: false,
};

/// More allocations than this are not tried; the seed is skipped.
const MOST: usize = 120;

/// A measure with its scope, repetition and bound, as columns behind `prefix`; `money` after discounts is there to ask for.
pub fn subject(r: &mut Random, prefix: &str, money: bool) -> String {
    let scope = match r.between(0, 7) {
        0 => format!("{prefix}scope.supplier=S{}", r.between(1, 3)),
        1 => format!("{prefix}scope.plant_region={}", r.pick(&["east", "west"])),
        2 => format!("{prefix}scope.incumbent={}", r.pick(&["yes", "no"])),
        3 => format!("{prefix}scope.site=A"),
        4 => format!("{prefix}scope.need=N1"),
        _ => String::new(),
    };
    let level = if money { r.pick(&["list", "net", "final"]) } else { "list" };
    let (share, units) = (r.pick(&["0.2", "0.25", "0.4", "0.5", "0.6", "0.75"]), r.between(1, 6));
    let (measure, bound) = match r.between(0, 11) {
        0 => (format!("{prefix}measure=units"), units.to_string()),
        1 => (format!("{prefix}measure=spend {prefix}spend_level={level}"), (units * 40).to_string()),
        2 => (format!("{prefix}measure=share"), share.to_owned()),
        3 => (format!("{prefix}measure=share {prefix}weight=spend {prefix}spend_level={level}"), share.to_owned()),
        4 => {
            let of = r.pick(&["supplier", "product", "plant", "offer", "line", "layer", "need"]);
            (format!("{prefix}measure=count {prefix}of={of}"), r.between(1, 3).to_string())
        }
        5 => {
            let from = r.pick(&["0.2", "0.35", "0.5"]);
            let counts = format!("{prefix}measure=count {prefix}of=supplier {prefix}counts_from={from}");
            (counts, r.between(1, 2).to_string())
        }
        6 => (format!("{prefix}measure=mean {prefix}of=preference"), share.to_owned()),
        7 => (format!("{prefix}measure=mean {prefix}of=product.quality"), share.to_owned()),
        8 if money => (format!("{prefix}measure=mean {prefix}of=price"), (units * 12).to_string()),
        9 if money => (format!("{prefix}measure=saving"), r.pick(&["0.05", "0.1", "0.2", "0"]).to_owned()),
        10 => (format!("{prefix}measure=moved"), share.to_owned()),
        _ => (format!("{prefix}measure=moved {prefix}of=site"), share.to_owned()),
    };
    let bound = match r.between(0, 4) {
        0 => format!("{prefix}exactly={bound}"),
        1 | 2 => format!("{prefix}at_least={bound}"),
        _ => format!("{prefix}at_most={bound}"),
    };
    format!("{measure} {scope} {bound}")
}

/// A random rule; not every one is legal.
pub fn rule(r: &mut Random, money: bool) -> String {
    let mut rule = subject(r, "", money);
    rule.push_str(r.pick(&["", "", " each=need", " each=site", " each=supplier", " each=supplier;need within=need"]));
    if r.chance(15) {
        rule.push_str(r.pick(&[" relative_to=baseline", " relative_to=system_mean"]));
    }
    if r.chance(15) {
        rule.push_str(" if_used=yes");
    }
    if r.chance(30) {
        rule.push_str(&format!(" {}", subject(r, "when.", money)));
    }
    match r.between(0, 3) {
        0 => rule.push_str(&format!(" force=priced price={}", r.between(1, 9) * 20)),
        1 => rule.push_str(&format!(" force=levelled level={} weight_in_level={}", r.between(1, 4), r.between(1, 3))),
        _ => {}
    }
    rule
}

/// Violations of the levels, without what the tolerance covers.
fn levels(tender: &Tender, award: &Award, certificate: &Certificate) -> Vec<Decimal> {
    if !certificate.gives_way(tender) {
        return vec![Decimal::ZERO; 4];
    }
    let violations = penalties(tender, &|counted, c| certificate.amount(tender, award, counted, c));
    violations.levels.iter().map(|v| ballast_domain::exact::round(v, 4)).collect()
}

/// The best allocation: levels first, then value.
fn enumerated(tender: &Tender, all: &[Award]) -> Option<(Vec<Decimal>, Decimal, Award)> {
    let judged = all.iter().filter_map(|award| {
        let certificate = certify(tender, award, default_tolerance());
        certificate.verified().then(|| (levels(tender, award, &certificate), certificate.costs.value, award.clone()))
    });
    judged.min_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)))
}

fn disagreement(book: &Book, tender: &Tender, best: Option<&(Vec<Decimal>, Decimal, Award)>) -> Option<String> {
    let told = best.map(|(levels, value, award)| format!("{levels:?} {value} {:?}", lines(tender, award)));
    let report = match try_solve(tender) {
        Ok(report) => report,
        Err(e) => return Some(format!("engine error: {e}; enumerated {told:?}\n{book}")),
    };
    let found = report.award.as_ref().map(|(a, c)| (levels(tender, a, c), c.costs.value, lines(tender, a)));
    let agrees = match (best, &found) {
        (None, None) => report.termination == Termination::Infeasible,
        (Some((levels, value, _)), Some((own, found, _))) => {
            let near = |(a, b): (&Decimal, &Decimal)| (a - b).abs() <= Decimal::new(2, 4);
            levels.iter().zip(own).all(near)
                && (found - value).abs() <= Decimal::new(2, 2) + value.abs() * Decimal::new(2, 6)
                && report.bound.is_some_and(|bound| bound <= *value + Decimal::new(1, 2))
        }
        _ => false,
    };
    (!agrees).then(|| {
        format!("solver {:?} {found:?} bound {:?}; enumerated {told:?}\n{book}", report.termination, report.bound)
    })
}

/// One part of two.
fn run(part: u64) {
    let tally = trials(part * 1_000_000 + 500_000, Often(60, 1500), |seed| {
        let r = &mut Random::new(seed ^ 0x5eed);
        let money = r.chance(70);
        let mut book = random::tender(seed, Shape { stacked: r.chance(50), ..SHAPE });
        for i in 0..r.between(1, 3) {
            book.push("rules", &format!("id=z{i} {}", rule(r, money)));
        }
        let tender = Tender::read(&book.raw(), Findings::default()).tender?;
        let all = allocations(&tender).filter(|all| all.len() <= MOST)?;
        let best = enumerated(&tender, &all);
        let cheapest = all.iter().map(|a| ballast_domain::certificate::price(&tender, a).costs.value).min();
        let ruled = best.as_ref().is_none_or(|b| Some(b.1) != cheapest);
        let trial = Trial::of(disagreement(&book, &tender, best.as_ref()));
        Some(trial.note("ruled", ruled).note("feasible", best.is_some()))
    });
    // The rules must matter: some shape the award, some leave none, most leave some.
    tally.at_least("ruled", 25).at_least("feasible", 34).not_always("feasible");
}

#[test]
fn every_rule_of_the_grammar_agrees_with_every_allocation_first_half() {
    run(0);
}

#[test]
fn every_rule_of_the_grammar_agrees_with_every_allocation_second_half() {
    run(1);
}

#[test]
fn different_rules_have_different_sentences() {
    let base = random::tender(7, SHAPE);
    let mut sentences: BTreeMap<String, String> = BTreeMap::new();
    let mut read = 0;
    for seed in 0..1500 {
        let mut book = base.clone();
        book.0.remove("schedules");
        book.0.remove("tiers");
        book.push("rules", &format!("id=r {}", rule(&mut Random::new(seed), true)));
        let Some(tender) = Tender::read(&book.raw(), Findings::default()).tender else { continue };
        let Some(rule) = tender.rules.iter().next() else { continue };
        read += 1;
        let meaning = ballast_domain::rules::Rule { sentence: String::new(), ..rule.clone() };
        let meaning = format!("{meaning:?}");
        let known = sentences.entry(rule.sentence.clone()).or_insert_with(|| meaning.clone());
        assert_eq!(*known, meaning, "{}", rule.sentence);
    }
    assert!(read > 300 && sentences.len() > 250, "{read} rules, {} sentences", sentences.len());
}
