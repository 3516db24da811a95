//! What every award must keep besides the tender's rules. The rows are those of the model ([`crate::rules`]); their
//! indicators become functions. What the model says with columns of its own (switching, packages, conditions) is said here.

use std::collections::BTreeMap;

use ballast_domain::certificate::Component;
use ballast_domain::exact::{exact, float};
use ballast_domain::index::*;
use ballast_domain::tables::{Structure, StructureScope, SwitchingMode};

use super::build::{Builder, Class};
use super::graph::{Check, Function, Quotient};
use crate::model::{Col, RowLabel, Terms};
use crate::rules;

/// Adds all of them.
pub(super) fn add(b: &mut Builder<'_>) {
    rows(b);
    switching(b);
    structures(b);
    requirements(b);
    packages(b);
}

fn name(label: RowLabel) -> Option<&'static str> {
    Some(match label {
        RowLabel::ProductCapacity(_) => "product_capacity",
        RowLabel::PlantCapacity(_) => "plant_capacity",
        RowLabel::SupplierCapacity(_) => "supplier_capacity",
        RowLabel::OfferMaximum(_) => "offer_maximum",
        RowLabel::OfferMinimum(_) => "offer_minimum",
        RowLabel::MinimumAward(_) => "minimum_award",
        RowLabel::MaximumAward(_) => "maximum_award",
        RowLabel::MinimumOrder(_) => "minimum_order",
        RowLabel::MaxProducts(_) | RowLabel::MaxProductsAtSite(_) => "standardization",
        RowLabel::Coverage(_) => "coverage",
        RowLabel::Pick(_) => "picks",
        _ => return None,
    })
}

fn rows(b: &mut Builder<'_>) {
    let tender = b.tender;
    let (model, volumes, used) = (&mut b.model, &b.volumes, &mut b.indicators);
    rules::capacity::add(tender, model, volumes);
    rules::standardization::add(tender, model, volumes, used);
    rules::coverage::add(tender, model, volumes);
    rules::minimum::add(tender, model, volumes, used);
    rules::onboarding::add(tender, model, volumes, used);
    rules::outcome::add(tender, model, volumes);
    rules::minimum_order::add(tender, model, volumes, used);
    rules::adjustments::add(tender, model, volumes, used, &b.formulary, &mut b.readers);
    rules::picks::add(tender, model, volumes);
    let indicators: BTreeMap<Col, Vec<CandidateIx>> = b.indicators.all().map(|(l, c)| (c, l.to_vec())).collect();
    for (col, lines) in &indicators {
        let count = b.uses(lines.iter().copied());
        b.define(*col, Function::Used(count), None);
    }
    for row in 0..b.model.rows() {
        let Some(name) = name(b.model.label[row]) else { continue };
        let terms: Terms = b.model.terms(row).collect();
        let (low, high) = (b.model.row_lower[row], b.model.row_upper[row]);
        // Least volumes of what is used: Σ v − y ≥ 0 becomes Σ v ≥ 1 where there is any.
        let (indicated, own): (Terms, Terms) = terms.iter().partition(|(c, _)| indicators.contains_key(c));
        match (&indicated[..], own.is_empty()) {
            (_, true) => {
                let lines = indicated.iter().flat_map(|(c, _)| &indicators[c]).copied();
                let unit = b.thing(lines, indicated.len() as f64);
                let part = b.sum(&indicated, 0.0);
                let of = Quotient { part, whole: None };
                let check = Check {
                    of,
                    low,
                    high,
                    times: None,
                    when: Vec::new(),
                    used: None,
                    unit,
                    fixed: 0.0,
                    tolerance: 1e-6,
                };
                b.must(Class::Fact(name), Function::Check(Box::new(check)));
            }
            ([(used, _)], false) => {
                let count = b.uses(indicators[used].iter().copied());
                b.limit(Class::Fact(name), &own, 1.0, f64::INFINITY, Some(count));
            }
            _ => b.limit(Class::Fact(name), &terms, low, high, None),
        }
    }
}

fn switching(b: &mut Builder<'_>) {
    let tender = b.tender;
    let unit = float(&exact(tender.settings.component_weight(Component::Switching))) / b.model.money_scale;
    for (cell, groups) in tender.switching.enumerate() {
        let due = |mode: SwitchingMode| -> f64 {
            groups.iter().filter(|s| s.mode == mode).map(|s| s.cost.to_f64()).sum::<f64>() * unit
        };
        let (whole, pro_rata) = (due(SwitchingMode::Whole), due(SwitchingMode::ProRata));
        let kept: Vec<Col> = tender
            .candidates_of(cell)
            .filter(|c| tender.candidates[*c].incumbent)
            .map(|c| b.volumes.share[c])
            .collect();
        b.model.offset += pro_rata;
        for col in &kept {
            b.model.add_cost(*col, -pro_rata);
        }
        if kept.is_empty() {
            b.model.offset += whole;
        } else if whole > 0.0 {
            let kept = b.sum(&kept.iter().map(|c| (*c, 1.0)).collect(), 0.0);
            let moved = b.function(Function::Below(kept, 1.0));
            b.model.add_cost(moved, whole);
        }
    }
}

/// Conditional offers: an offer is used only where so many suppliers count, its own among them.
fn structures(b: &mut Builder<'_>) {
    let tender = b.tender;
    for (ix, offer) in tender.offers.enumerate() {
        let Some(condition) = offer.conditions.structure else { continue };
        let mut groups: BTreeMap<_, BTreeMap<SupplierIx, Vec<CandidateIx>>> = BTreeMap::new();
        for (c, line) in tender.candidates.enumerate() {
            groups.entry(condition.group(tender, c)).or_default().entry(line.supplier).or_default().push(c);
        }
        for suppliers in groups.into_values() {
            let mine: Vec<CandidateIx> =
                suppliers.values().flatten().copied().filter(|c| tender.candidates[*c].offer == ix).collect();
            if mine.is_empty() {
                continue;
            }
            let weighed = |b: &Builder<'_>, lines: &mut dyn Iterator<Item = &CandidateIx>| -> Terms {
                let weight =
                    |c: &CandidateIx| match (condition.scope, tender.needs[tender.candidates[*c].need].reference_price)
                    {
                        (StructureScope::Category, Some(price)) => price.to_f64(),
                        _ => 1.0,
                    };
                lines.map(|c| (b.volumes.share[*c], weight(c) * b.volumes.units[*c])).collect()
            };
            let whole = weighed(b, &mut suppliers.values().flatten());
            let whole = b.sum(&whole, 0.0);
            let from = condition.from.to_f64();
            let mut counts = Terms::new();
            let mut own = None;
            for (supplier, lines) in &suppliers {
                let counted = match from > 0.0 {
                    true => {
                        let part = weighed(b, &mut lines.iter());
                        let part = b.sum(&part, 0.0);
                        b.function(Function::Counts { part, whole, from })
                    }
                    false => b.used(lines.iter().copied()),
                };
                counts.push((counted, 1.0));
                if *supplier == tender.products[offer.product].supplier {
                    own = Some(counted);
                }
            }
            let (low, high) = match condition.structure {
                Structure::Sole => (1.0, 1.0),
                Structure::Dual => (2.0, 2.0),
                Structure::Multi => (3.0, f64::INFINITY),
            };
            let used = b.uses(mine.iter().copied());
            let unit = b.thing(mine.iter().copied(), 1.0);
            for (terms, low, high) in [(counts, low, high), (own.map(|c| vec![(c, 1.0)]).unwrap_or_default(), 1.0, 1.0)]
            {
                let part = b.sum(&terms, 0.0);
                counted(b, part, low, high, Some(used), unit);
            }
        }
    }
}

fn counted(b: &mut Builder<'_>, part: u32, low: f64, high: f64, used: Option<u32>, unit: f64) {
    let of = Quotient { part, whole: None };
    let check = Check { of, low, high, times: None, when: Vec::new(), used, unit, fixed: 0.0, tolerance: 1e-6 };
    b.must(Class::Fact("conditions"), Function::Check(Box::new(check)));
}

/// Products that must be bought in each place where an offer is used.
fn requirements(b: &mut Builder<'_>) {
    let tender = b.tender;
    for (ix, offer) in tender.offers.enumerate().filter(|(_, o)| !o.conditions.requires.is_empty()) {
        let level = |c: CandidateIx| offer.conditions.requires_level.of(tender, tender.candidates[c].site);
        let mut mine: BTreeMap<usize, Vec<CandidateIx>> = BTreeMap::new();
        for (c, _) in tender.candidates.enumerate().filter(|(_, l)| l.offer == ix) {
            mine.entry(level(c)).or_default().push(c);
        }
        for (place, lines) in mine {
            let used = b.uses(lines.iter().copied());
            let unit = b.thing(lines.iter().copied(), 1.0);
            for product in &offer.conditions.requires {
                let theirs = tender.candidates.enumerate().filter(|(c, l)| l.product == *product && level(*c) == place);
                let part = b.uses(theirs.map(|(c, _)| c));
                counted(b, part, 1.0, f64::INFINITY, Some(used), unit);
            }
        }
    }
}

/// All or nothing: every line's part of its quantity is 0 or 1, and the same for all lines of a package.
fn packages(b: &mut Builder<'_>) {
    let tender = b.tender;
    if tender.packages.is_empty() {
        return;
    }
    let mut lines: BTreeMap<(PackageIx, usize), Vec<CandidateIx>> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        if let Some(part) = tender.offers[line.offer].package {
            lines.entry((part.package, part.line)).or_default().push(c);
        }
    }
    let mut groups: BTreeMap<&str, Terms> = BTreeMap::new();
    for (ix, package) in tender.packages.enumerate() {
        let mut first: Option<Terms> = None;
        for (i, line) in package.lines.iter().enumerate() {
            let own = lines.get(&(ix, i)).map_or(&[][..], Vec::as_slice);
            let quantity = line.quantity.to_f64();
            let part = |c: &CandidateIx| (b.volumes.packs[*c].0, b.volumes.packs[*c].1 / quantity);
            let terms: Terms = own.iter().map(part).collect();
            let unit = b.price(&terms).0;
            let sum = b.sum(&terms, 0.0);
            let far = b.function(Function::Whole(sum));
            limit(b, vec![(far, 1.0)], 0.0, unit);
            match &first {
                None => first = Some(terms),
                Some(first) => {
                    let opposite = first.iter().map(|(c, v)| (*c, -v));
                    limit(b, terms.iter().copied().chain(opposite).collect(), 0.0, unit);
                }
            }
        }
        if !package.group.is_empty() {
            groups.entry(&package.group).or_default().extend(first.unwrap_or_default());
        }
    }
    for terms in groups.into_values() {
        let unit = b.price(&terms).0;
        limit(b, terms, 1.0, unit);
    }
}

fn limit(b: &mut Builder<'_>, terms: Terms, high: f64, unit: f64) {
    let part = b.sum(&terms, 0.0);
    let of = Quotient { part, whole: None };
    let low = if high > 0.0 { f64::NEG_INFINITY } else { 0.0 };
    let check = Check { of, low, high, times: None, when: Vec::new(), used: None, unit, fixed: 0.0, tolerance: 2e-7 };
    b.must(Class::Fact("packages"), Function::Check(Box::new(check)));
}
