//! Conditional offers. For an offer's lines in a group (need or category, at a site, a member or all together), y = 1 if
//! they have volume; for each supplier s of the group, c\[s\] = 1 exactly if it counts there:
//!
//!   any volume:    x ≤ c\[s\] and Σ_{packs} n + Σ_{continuous} w·x ÷ (ε W_s) ≥ c\[s\]
//!   from f:        Σ_s w·x ≥ f Σ w·x − f W (1 − c\[s\]) and Σ_s w·x ≤ f Σ w·x + W_s c\[s\] − quantum
//!
//!   sole: c\[own\] ≥ y, Σ_{s ≠ own} c\[s\] ≤ (K − 1)(1 − y);  dual: c\[own\] ≥ y, 2y ≤ Σ c ≤ 2 + (K − 2)(1 − y);
//!   multi: c\[own\] ≥ y, Σ c ≥ 3y.  Required product p: Σ_{packs} n + Σ_{continuous} x ÷ ε ≥ y over its lines.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::exact::{Exact, float, whole};
use ballast_domain::index::*;
use ballast_domain::tables::{Structure, StructureScope};
use ballast_domain::tender::{Group, StructureCondition};

use super::rows::Rows;
use crate::model::{Col, Formulary, Indicators, Model, RowLabel, Terms, Volumes};
use crate::prices::Readers;

/// The part of what a thing can at most be that is taken for volume: well above solver noise.
const SOME: f64 = 1e-5;
/// Part of the whole by which a supplier that does not count stays below the part from which it would.
const BELOW: f64 = 2e-6;

type Lines = Vec<(CandidateIx, Exact)>;

/// Adds the rows of every conditional offer.
pub(crate) fn add(
    tender: &Tender,
    model: &mut Model,
    volumes: &Volumes,
    used: &mut Indicators,
    formulary: &Formulary,
    readers: &mut Readers,
) {
    let mut rows = Rows::new(tender, model, volumes, used, formulary, readers);
    let mut counted: BTreeMap<
        (StructureScope, ballast_domain::tables::Level, Exact, Group),
        BTreeMap<SupplierIx, Col>,
    > = BTreeMap::new();
    for (ix, offer) in tender.offers.enumerate() {
        let own = |c: &CandidateIx| tender.candidates[*c].offer == ix;
        let label = RowLabel::Condition(ix);
        if let Some(condition) = offer.conditions.structure {
            let groups = by_group(tender, &condition);
            for (group, lines) in groups {
                let mine: Lines = lines.iter().filter(|(c, _)| own(c)).cloned().collect();
                if mine.is_empty() {
                    continue;
                }
                let key = (condition.scope, condition.level, condition.from.exact(), group);
                rows.label = RowLabel::Link;
                let suppliers =
                    counted.entry(key).or_insert_with(|| suppliers(&mut rows, &lines, float(&condition.from.exact())));
                rows.label = label;
                let uses = rows.indicator(&mine);
                structure(&mut rows, condition.structure, tender.products[offer.product].supplier, suppliers, uses);
            }
        }
        rows.label = label;
        requires(&mut rows, ix);
    }
}

/// All lines of each group with their weight.
fn by_group(tender: &Tender, condition: &StructureCondition) -> BTreeMap<Group, Lines> {
    let mut groups: BTreeMap<Group, Lines> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        let weight = match (condition.scope, tender.needs[line.need].reference_price) {
            (StructureScope::Category, Some(price)) => price.exact(),
            _ => whole(1),
        };
        groups.entry(condition.group(tender, c)).or_default().push((c, weight));
    }
    groups
}

/// c of each supplier of a group.
fn suppliers(rows: &mut Rows<'_>, lines: &Lines, from: f64) -> BTreeMap<SupplierIx, Col> {
    let mut by_supplier: BTreeMap<SupplierIx, Lines> = BTreeMap::new();
    for (c, weight) in lines {
        by_supplier.entry(rows.tender.candidates[*c].supplier).or_default().push((*c, weight.clone()));
    }
    let all = rows.most_used(lines);
    let mut counted = BTreeMap::new();
    for (supplier, own) in by_supplier {
        if from <= 0.0 {
            let counts = rows.indicator(&own);
            let mut link = rows.volume(&own, None, SOME);
            link.push((counts, -1.0));
            rows.row(0.0, f64::INFINITY, link, 1.0);
            counted.insert(supplier, counts);
            continue;
        }
        let counts = rows.model.binary(0.0);
        let mut against = rows.used(&own, 1.0);
        against.extend(rows.used(lines, -from));
        let with = |factor: f64| -> Terms { against.iter().copied().chain([(counts, factor)]).collect() };
        let (reaches, stays) = (with(-from * all), with(-rows.most_used(&own)));
        rows.row(-from * all, f64::INFINITY, reaches, all);
        rows.row(f64::NEG_INFINITY, -BELOW * all, stays, all);
        counted.insert(supplier, counts);
    }
    counted
}

fn structure(
    rows: &mut Rows<'_>,
    structure: Structure,
    own: SupplierIx,
    suppliers: &BTreeMap<SupplierIx, Col>,
    uses: Col,
) {
    let Some(counts) = suppliers.get(&own) else { return };
    rows.row(0.0, f64::INFINITY, vec![(*counts, 1.0), (uses, -1.0)], 1.0);
    let most = suppliers.len() as f64;
    let sum = |factor: f64| -> Terms { suppliers.values().map(|c| (*c, 1.0)).chain([(uses, factor)]).collect() };
    match structure {
        Structure::Sole => {
            let others = suppliers.iter().filter(|(s, _)| **s != own).map(|(_, c)| (*c, 1.0));
            let terms = others.chain([(uses, most - 1.0)]).collect();
            rows.row(f64::NEG_INFINITY, most - 1.0, terms, 1.0);
        }
        Structure::Dual => {
            let (least, at_most) = (sum(-2.0), sum(most - 2.0));
            rows.row(0.0, f64::INFINITY, least, 1.0);
            rows.row(f64::NEG_INFINITY, most, at_most, 1.0);
        }
        Structure::Multi => rows.row(0.0, f64::INFINITY, sum(-3.0), 1.0),
    }
}

/// y ≤ volume of each required product, in each place where the offer may be used.
fn requires(rows: &mut Rows<'_>, ix: OfferIx) {
    let tender = rows.tender;
    let conditions = &tender.offers[ix].conditions;
    if conditions.requires.is_empty() {
        return;
    }
    let level = |c: CandidateIx| conditions.requires_level.of(tender, tender.candidates[c].site);
    let mut mine: BTreeMap<usize, Lines> = BTreeMap::new();
    let mut others: BTreeMap<(usize, ProductIx), Lines> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        if line.offer == ix {
            mine.entry(level(c)).or_default().push((c, whole(1)));
        } else if conditions.requires.contains(&line.product) {
            others.entry((level(c), line.product)).or_default().push((c, whole(1)));
        }
    }
    for (place, lines) in mine {
        let uses = rows.indicator(&lines);
        for product in &conditions.requires {
            let theirs = others.get(&(place, *product)).map_or(&[][..], Vec::as_slice);
            let mut terms = if theirs.is_empty() { Terms::new() } else { rows.volume(theirs, None, SOME) };
            terms.push((uses, -1.0));
            rows.row(0.0, f64::INFINITY, terms, 1.0);
        }
    }
}
