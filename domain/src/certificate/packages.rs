//! Packages in an award, from the sentence: bought not at all, or once for exactly the quantities of every line; at most
//! one of an exclusive group; a price stands for the list price of all its units, a discount takes its fraction off what
//! schedules left.

use std::collections::BTreeMap;

use num_traits::Zero;

use super::facts::{Checker, Fact, FactCheck};
use super::prices::LineCost;
use super::schedules::Bought;
use crate::exact::{Exact, zero};
use crate::index::*;
use crate::tender::{PackageGives, Tender};

/// What packages change on each line, given what schedules left of it. A package price is the list price of its units already:
/// left is what its price by the pack lost in rounding, so that a package costs its price to the cent.
pub(super) fn changes(tender: &Tender, lines: &[Bought], left: &[Exact]) -> Vec<Exact> {
    let mut changes = vec![zero(); lines.len()];
    let mut bought: BTreeMap<PackageIx, Vec<usize>> = BTreeMap::new();
    for (i, line) in lines.iter().enumerate() {
        if let Some(part) = tender.offers[tender.candidates[line.candidate].offer].package {
            bought.entry(part.package).or_default().push(i);
        }
    }
    for (package, own) in bought {
        match tender.packages[package].gives {
            PackageGives::Discount(fraction) => {
                for i in own {
                    changes[i] = -&left[i] * fraction.exact();
                }
            }
            PackageGives::Price(price) => {
                let sum = |of: &dyn Fn(&Bought) -> Exact| own.iter().fold(zero(), |a, i| a + of(&lines[*i]));
                let (list, packs) = (sum(&|l| l.list.clone()), sum(&|l| l.packs.clone()));
                for i in own {
                    let line = &lines[i];
                    let part = if list.is_zero() { &line.packs / &packs } else { &line.list / &list };
                    changes[i] = price.exact() * part - &line.list;
                }
            }
        }
    }
    changes
}

/// Packs bought of each line of each package that has any.
fn quantities(tender: &Tender, costs: &[LineCost]) -> BTreeMap<PackageIx, BTreeMap<usize, Exact>> {
    let mut packs: BTreeMap<PackageIx, BTreeMap<usize, Exact>> = BTreeMap::new();
    for line in costs {
        if let Some(part) = tender.offers[tender.candidates[line.candidate].offer].package {
            *packs.entry(part.package).or_default().entry(part.line).or_insert_with(zero) += &line.packs;
        }
    }
    packs
}

/// All or nothing, and one of a group. Whole packs are exact; the quantities of needs that may be split freely lie within
/// the tolerance.
pub(super) fn check(tender: &Tender, costs: &[LineCost], tolerance: &Exact) -> FactCheck {
    let mut check = Checker::new(Fact::Packages);
    let bought = quantities(tender, costs);
    for (ix, packs) in &bought {
        let package = &tender.packages[*ix];
        for (i, line) in package.lines.iter().enumerate() {
            let wanted = line.quantity.exact();
            let got = packs.get(&i).cloned().unwrap_or_else(zero);
            let words = || format!("package {}, product {}", package.id, tender.products[line.product].id);
            if (&got - &wanted).is_negative() {
                check.at_most(&wanted, &got, tolerance, words);
            } else {
                check.at_most(&got, &wanted, tolerance, words);
            }
        }
    }
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for ix in bought.keys() {
        let package = &tender.packages[*ix];
        if !package.group.is_empty() {
            groups.entry(&package.group).or_default().push(&package.id);
        }
    }
    for (group, packages) in groups {
        check.must(packages.len() <= 1, || format!("of group {group} more than one: {}", packages.join(", ")));
    }
    check.done()
}
