//! Random objectives (levels, weights, measures, curves) on tiny whole-pack tenders whose every allocation is tried: the
//! best of the first level, among those the best of the second, and so on, by the values that the certificate gives.

use ballast_domain::certificate::{certify, default_tolerance};
use ballast_domain::finding::Findings;
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
    fixed_charges: true,
    odd_tiers: false,
    plain_offers: false,
    stacked: false,
    rules: 1,
};

/// More allocations than this are not tried; the seed is skipped.
const MOST: usize = 250;

/// A cost component with a factor.
fn component(r: &mut Random) -> String {
    let of = r.pick(&[
        "cash",
        "cash",
        "value",
        "shadow",
        "goods",
        "discounts",
        "rebates",
        "markup",
        "freight",
        "fees",
        "switching",
        "onboarding",
        "adjustments",
        "outcome",
        "penalties",
    ]);
    let factor = r.pick(&["", " factor=0.5", " factor=2", " factor=3"]);
    format!("of={of}{factor}")
}

/// A measure with what it is worth: so much a unit, or a curve with any bends.
fn measure(r: &mut Random) -> String {
    let scope = match r.between(0, 4) {
        0 | 1 => format!(" scope.supplier=S{}", r.between(1, 3)),
        2 => " scope.plant_region=east".to_owned(),
        3 => " scope.site=A".to_owned(),
        _ => String::new(),
    };
    let level = r.pick(&["list", "net", "final"]);
    // What it is, what a unit is worth in tens, and where a curve bends.
    let (of, tens, bends) = match r.between(0, 8) {
        0 | 1 => ("of=units".to_owned(), 2, ["0", "2", "5"]),
        2 => (format!("of=spend spend_level={level}"), 0, ["0", "90", "200"]),
        3 | 4 => ("of=share".to_owned(), 20, ["0", "0.4", "1"]),
        5 => (format!("of=count measure_of={}", r.pick(&["supplier", "product", "plant", "line"])), 6, ["1", "2", "3"]),
        6 => ("of=count measure_of=supplier counts_from=0.35".to_owned(), 6, ["0", "1", "2"]),
        7 => ("of=mean measure_of=product.quality".to_owned(), 30, ["0.2", "0.5", "0.7"]),
        _ => (format!("of=moved measure_of={}", r.pick(&["units", "site"])), 20, ["0", "0.5", "1"]),
    };
    if r.chance(50) {
        let money: Vec<i64> = (0..3).map(|_| r.between(0, 20) as i64 * 10 - 80).collect();
        let at: Vec<String> = bends.iter().zip(money).map(|(x, m)| format!("{x}:{m}")).collect();
        return format!("{of}{scope} curve={}", at.join(";"));
    }
    let sign = r.pick(&["", "-"]);
    let factor = match tens {
        0 => format!("0.{}", r.between(1, 9)),
        _ => (r.between(1, 4) * tens * 5).to_string(),
    };
    format!("{of}{scope} factor={sign}{factor}")
}

/// Chooses an objective of up to three levels.
fn choose(r: &mut Random, book: &mut Book) {
    book.rows("tender")[0].insert("objective".into(), "o".into());
    for level in 1..=r.between(1, 3) {
        for term in 0..r.between(1, 2) {
            let what = if r.chance(40) { component(r) } else { measure(r) };
            book.push("objectives", &format!("objective=o term=t{level}{term} level={level} {what}"));
        }
    }
}

/// The value of each level, and the award that has them.
type Judged<A> = (Vec<Decimal>, A);

/// The best value of each level among awards that keep those above to within a slack, and an award that has them.
fn best(judged: &[Judged<&Award>], slack: Decimal) -> Option<Judged<Award>> {
    let mut left: Vec<&Judged<&Award>> = judged.iter().collect();
    let mut values = Vec::new();
    for level in 0..judged.first()?.0.len() {
        let least = left.iter().map(|(v, _)| v[level]).min()?;
        left.retain(|(v, _)| v[level] <= least + slack + least.abs() * Decimal::new(1, 6));
        values.push(least);
    }
    Some((values, left[0].1.clone()))
}

/// What the solver says otherwise.
fn disagreement(book: &Book, tender: &Tender, best: Option<&Judged<Award>>) -> Option<String> {
    let told = best.map(|(values, award)| format!("{values:?} {:?}", lines(tender, award)));
    let report = match try_solve(tender) {
        Ok(report) => report,
        Err(e) => return Some(format!("engine error: {e}; enumerated {told:?}\n{book}")),
    };
    let found = report.award.as_ref().map(|(a, c)| {
        let values: Vec<Decimal> = c.costs.levels.iter().map(|l| l.value).collect();
        (values, lines(tender, a), c.verified())
    });
    let tolerance = |v: &Decimal| Decimal::new(2, 2) + v.abs() * Decimal::new(2, 6);
    let agrees = match (best, &found) {
        (None, None) => report.termination == Termination::Infeasible,
        (Some((values, _)), Some((own, _, verified))) => {
            let near = |(a, b): (&Decimal, &Decimal)| (a - b).abs() <= tolerance(a);
            let below = |(a, bound): (&Decimal, &Option<Decimal>)| bound.is_some_and(|b| b <= a + tolerance(a));
            *verified
                && report.termination == Termination::Optimal
                && values.iter().zip(own).all(near)
                && report.bound.is_some_and(|b| b <= values[0])
                && (values.len() == 1 || values.len() == report.level_bounds.len())
                && values.iter().zip(&report.level_bounds).all(below)
        }
        _ => false,
    };
    (!agrees).then(|| {
        format!(
            "solver {:?} {found:?} bounds {:?} {:?}; enumerated {told:?}\n{book}",
            report.termination, report.bound, report.level_bounds
        )
    })
}

/// One tender.
fn tried(seed: u64) -> Option<Trial> {
    let r = &mut Random::new(seed ^ 0x0b1e);
    let mut book = random::tender(seed, Shape { stacked: r.chance(40), ..SHAPE });
    choose(r, &mut book);
    let tender = Tender::read(&book.raw(), Findings::default()).tender?;
    let all = allocations(&tender).filter(|all| all.len() <= MOST)?;
    let judged: Vec<Judged<&Award>> = all
        .iter()
        .map(|award| (award, certify(&tender, award, default_tolerance())))
        .filter(|(_, certificate)| certificate.verified())
        .map(|(award, certificate)| (certificate.costs.levels.iter().map(|l| l.value).collect(), award))
        .collect();
    let (tight, loose) = (best(&judged, Decimal::new(5, 3)), best(&judged, Decimal::new(3, 2)));
    // Where a cent of a level decides the next, both answers are right.
    let values = |best: &Option<Judged<Award>>| best.as_ref().map(|b| b.0.clone());
    if values(&tight) != values(&loose) {
        return None;
    }
    let objective = tender.objective.as_ref()?;
    let cheapest = judged.iter().map(|(_, a)| ballast_domain::certificate::price(&tender, a).costs.cash).min();
    let turned = tight
        .as_ref()
        .is_some_and(|(_, award)| Some(ballast_domain::certificate::price(&tender, award).costs.cash) != cheapest);
    let has = |column: &str| book.0["objectives"].iter().any(|row| row.contains_key(column));
    Some(
        Trial::of(disagreement(&book, &tender, tight.as_ref()))
            .note("feasible", tight.is_some())
            .note("turned", turned)
            .note("levels", objective.levels.len() > 1)
            .note("curves", has("curve"))
            .note("weights", has("factor")),
    )
}

fn run(part: u64) {
    let mut tally = trials(50_000_000 + part * 1_000_000, Often(60, 1000), tried);
    for name in ["feasible", "turned", "levels", "curves", "weights"] {
        tally = tally.at_least(name, 20).not_always(name);
    }
}

#[test]
fn every_objective_agrees_with_every_allocation_first_half() {
    run(0);
}

#[test]
fn every_objective_agrees_with_every_allocation_second_half() {
    run(1);
}
