//! What annealing knows of an award, move by move, against the certificate: the same value, and the same answer to whether
//! every requirement is kept. Moves stop at limits; on which side of one an award then lies depends on the tolerance, so the
//! two must agree at the certificate's own or at nearly none.

use ballast_domain::Tender;
use ballast_domain::certificate::{Certificate, certify, default_tolerance};
use ballast_solver::walk;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::lots_tried::{conditions, lots};
use crate::properties::scale_units;
use crate::random::{self, Random, Shape};
use crate::rules_random::rule;
use crate::tender::{Book, lines};
use crate::trials::{Often, Trial, trials};

const SHAPE: Shape = Shape {
    whole: None,
    sites: 3,
    needs: 3,
    fixed_charges: true,
    odd_tiers: true,
    plain_offers: false,
    stacked: true,
    rules: 2,
};

fn holds(tender: &Tender, certificate: &Certificate) -> bool {
    certificate.verified() && !certificate.gives_way(tender)
}

/// The first award on which the two differ; what was seen otherwise.
fn walked(book: &Book, tender: &Tender, seed: u64) -> Option<Trial> {
    let (mut held, mut moved) = (0, 0);
    let mut fault = None;
    for step in walk(tender, 80, seed)? {
        let value = Decimal::from_f64(step.value).unwrap_or_default();
        // Where demand stays unserved, packs that annealing used in part are used whole in the award.
        let fuller = book.0["needs"].iter().any(|n| n["whole_packs"] == "yes" && n.contains_key("shortage_cost"));
        let agrees = |c: &Certificate| {
            let apart = if fuller { c.costs.value - value } else { (c.costs.value - value).abs() };
            let near = apart <= Decimal::new(5, 2) + value.abs() * Decimal::new(1, 6);
            step.holds == holds(tender, c) && (near || !step.holds)
        };
        let certificate = certify(tender, &step.award, default_tolerance());
        // That packs are too many annealing does not know; it pays for them.
        if certificate.failures(tender).iter().any(|failure| failure.ends_with("a whole pack too many")) {
            continue;
        }
        moved += 1;
        held += usize::from(holds(tender, &certificate));
        if !agrees(&certificate) && !agrees(&certify(tender, &step.award, Decimal::new(1, 8))) {
            fault = Some(format!(
                "annealing: {} {}, certificate: {} {} ({})\n{:?}\n{book}",
                step.holds,
                value.round_dp(4),
                holds(tender, &certificate),
                certificate.costs.value,
                certificate.failures(tender).join("; "),
                lines(tender, &step.award)
            ));
            break;
        }
    }
    (moved > 0).then(|| Trial::of(fault).note("held", held > 0))
}

fn run(first: u64, shape: Shape, held: usize, add: impl Fn(u64, &mut Book)) {
    let tally = trials(first, Often(120, 2500), |seed| {
        let mut book = random::tender(seed, shape);
        add(seed, &mut book);
        let tender = Tender::read(&book.raw(), Default::default()).tender?;
        walked(&book, &tender, seed)
    });
    tally.at_least("held", held);
}

#[test]
fn continuous_quantities_with_schedules_of_every_form() {
    run(31_000_000, SHAPE, 25, |_, _| {});
}

#[test]
fn whole_packs_with_schedules_of_every_form() {
    run(32_000_000, Shape { whole: Some(5), ..SHAPE }, 25, |_, _| {});
}

const RULES: Shape = Shape { fixed_charges: false, odd_tiers: false, rules: 0, ..SHAPE };

fn rules(seed: u64, book: &mut Book) {
    let r = &mut Random::new(seed ^ 0x5eed);
    for i in 0..r.between(1, 3) {
        book.push("rules", &format!("id=z{i} {}", rule(r, true)));
    }
}

#[test]
fn every_rule_of_the_grammar() {
    run(33_000_000, RULES, 25, rules);
}

/// The same where a need's unit is a millilitre instead of a box: what is noise there would be much of a box.
#[test]
fn units_of_a_need_may_be_small() {
    run(33_000_000, RULES, 25, |seed, book| {
        rules(seed, book);
        scale_units(book, Decimal::from(10_000_000));
    });
}

#[test]
fn packages_picks_conditions_and_shadow_money() {
    run(34_000_000, Shape { whole: Some(4), ..SHAPE }, 8, |seed, book| {
        lots(seed, book);
        conditions(seed, book);
    });
}
