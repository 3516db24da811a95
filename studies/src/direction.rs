//! Which way an edit can only move the best value.
//!
//! A tender *tightens* another if each of its awards is an award of the other and costs no less than there; then z, its best
//! value, is no less, and what is proven of one helps the other: z₁ ≤ V₂ and z₂ ≥ B₁. It is read off the tables, column by
//! column; a difference of which the direction is not known, or two of opposite direction, say nothing.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::cell::decimal;
use ballast_domain::index::OfferIx;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::rules::Force;
use ballast_domain::tables::{Gives, all_tables, canonical};
use rust_decimal::Decimal;

use crate::{Answer, Interval, money};

/// What the second of two tenders does to the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Nothing: they decide the same.
    Same,
    /// It allows no more and makes nothing cheaper: it cannot save.
    Tightens,
    /// It forbids no more and makes nothing dearer: it cannot cost.
    Loosens,
}

impl Direction {
    fn reversed(self) -> Self {
        match self {
            Self::Same => Self::Same,
            Self::Tightens => Self::Loosens,
            Self::Loosens => Self::Tightens,
        }
    }

    /// Both, where they go the same way.
    fn and(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Same, any) | (any, Self::Same) => Some(any),
            (a, b) => (a == b).then_some(a),
        }
    }
}

/// Columns that decide nothing.
const SILENT: [&str; 7] = ["source", "assumed", "why", "name", "description", "contract", "proof"];
/// Columns that bound from above; blank: no bound.
const CEILINGS: [(&str, &str); 10] = [
    ("suppliers", "capacity"),
    ("suppliers", "maximum_award"),
    ("plants", "capacity"),
    ("products", "capacity_packs"),
    ("offers", "max_packs"),
    ("needs", "max_products"),
    ("needs", "max_products_per_site"),
    ("picks", "at_most"),
    ("rules", "at_most"),
    ("needs", "formulary_limit"),
];
/// Columns that bound from below; blank: no bound.
const FLOORS: [(&str, &str); 6] = [
    ("suppliers", "minimum_award"),
    ("offers", "minimum_if_used"),
    ("offers", "minimum_order"),
    ("criticality", "minimum_suppliers"),
    ("picks", "at_least"),
    ("rules", "at_least"),
];
/// Columns that cost; blank: nothing.
const COSTS: [(&str, &str); 8] = [
    ("offers", "price"),
    ("offers", "markup"),
    ("suppliers", "onboarding_cost"),
    ("switching", "cost"),
    ("plants", "tariff"),
    ("freight", "per_need_unit"),
    ("freight", "per_pack"),
    ("freight", "percent_of_list"),
];

/// The direction from `before` to `after`; `None` if it cannot be told.
pub fn direction(before: &Tender, after: &Tender) -> Option<Direction> {
    let levelled = |t: &Tender| t.rules.iter().any(|r| matches!(r.force, Force::Levelled { .. }));
    if levelled(before) || levelled(after) {
        // Without one rule another may hold that costs more.
        return None;
    }
    let (old, new) = (canonical(&before.draft), canonical(&after.draft));
    let names: BTreeSet<&str> = old.tables.iter().chain(&new.tables).map(|t| t.name.as_str()).collect();
    let mut all = Direction::Same;
    for name in names {
        let (old, new) = (rows(&old, name), rows(&new, name));
        let keys: BTreeSet<&Vec<String>> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let one = match (old.get(key), new.get(key)) {
                (Some(a), Some(b)) => row((before, after), name, a, b)?,
                (None, Some(b)) => added((before, after), name, b)?,
                (Some(a), None) => added((after, before), name, a)?.reversed(),
                (None, None) => Direction::Same,
            };
            all = all.and(one)?;
        }
    }
    Some(all)
}

type Cells = BTreeMap<String, String>;

/// The rows of a table by key, blank cells as their default.
fn rows(raw: &RawTender, name: &str) -> BTreeMap<Vec<String>, Cells> {
    let Some(table) = raw.tables.iter().find(|t| t.name == name) else { return BTreeMap::new() };
    let declared = all_tables().into_iter().find(|t| t.name == name);
    let filled = |table: &RawTable, cells: &[Option<String>]| -> Cells {
        let written = table.columns.iter().cloned().zip(cells.iter().cloned());
        let mut all: Cells = written.filter_map(|(column, cell)| Some((column, cell?))).collect();
        for column in declared.iter().flat_map(|t| &t.columns) {
            if let Some(default) = column.default {
                all.entry(column.name.clone()).or_insert_with(|| default.to_owned());
            }
        }
        all
    };
    let key = |cells: &Cells| {
        let columns = declared.iter().flat_map(|t| t.key.iter());
        columns.map(|c| cells.get(*c).cloned().unwrap_or_default()).collect()
    };
    table.rows.iter().map(|r| filled(table, &r.cells)).map(|cells| (key(&cells), cells)).collect()
}

/// What a row more does.
fn added((_, with): (&Tender, &Tender), table: &str, cells: &Cells) -> Option<Direction> {
    match table {
        "rules" => match cells.get("force").map(String::as_str) {
            Some("hard") | None => Some(Direction::Tightens),
            // Where an objective says what weighs, a violation need not.
            _ => with.objective.is_none().then_some(Direction::Tightens),
        },
        "picks" => Some(Direction::Tightens),
        // A package may lean on the cheapest offer of a product.
        "offers" => with.packages.is_empty().then_some(Direction::Loosens),
        _ => None,
    }
}

/// What becomes of a row.
fn row(tenders: (&Tender, &Tender), table: &str, old: &Cells, new: &Cells) -> Option<Direction> {
    let columns: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut all = Direction::Same;
    for column in columns {
        let (a, b) = (old.get(column), new.get(column));
        if a != b && !SILENT.contains(&column.as_str()) {
            all = all.and(cell(tenders, table, column, (a, b), old)?)?;
        }
    }
    Some(all)
}

fn cell(
    (before, after): (&Tender, &Tender),
    table: &str,
    column: &str,
    (old, new): (Option<&String>, Option<&String>),
    row: &Cells,
) -> Option<Direction> {
    let number = |text: Option<&String>| text.map(|t| decimal(t).ok()).map_or(Some(None), |d| d.map(Some));
    let (old, new): (Option<Decimal>, Option<Decimal>) = (number(old)?, number(new)?);
    let is = |list: &[(&str, &str)]| list.contains(&(table, column));
    let plain = table != "rules" || !row.contains_key("relative_to");
    // A blank limit of the formulary means another thing than a large one.
    let known = column != "formulary_limit" || old.is_some() && new.is_some();
    let rises = |old: Option<Decimal>, new: Option<Decimal>, blank: Decimal| match old
        .unwrap_or(blank)
        .cmp(&new.unwrap_or(blank))
    {
        std::cmp::Ordering::Less => Direction::Tightens,
        std::cmp::Ordering::Equal => Direction::Same,
        std::cmp::Ordering::Greater => Direction::Loosens,
    };
    if is(&CEILINGS) && plain && known {
        return Some(rises(old, new, Decimal::MAX).reversed());
    }
    if is(&FLOORS) && plain {
        return Some(rises(old, new, Decimal::MIN));
    }
    let priced = (table, column) == ("rules", "price");
    if priced && before.objective.is_none() && after.objective.is_none() {
        return Some(rises(old, new, Decimal::ZERO));
    }
    let schedule = || before.schedules.iter().find(|s| Some(&s.id) == row.get("schedule"));
    let gives = if (table, column) == ("tiers", "value") { schedule()?.gives } else { Gives::Price };
    if is(&COSTS) || (table, column) == ("tiers", "value") {
        let offer = |ix: OfferIx| match (table, row.get("offer")) {
            ("offers", Some(id)) => concerns(before, ix, id),
            ("tiers", _) => schedule().is_none_or(|s| s.applies_to.contains(&ix) || s.gives == Gives::Sum),
            _ => true,
        };
        let blank = table == "offers" && column == "price" && (old.is_none() || new.is_none());
        let counted = [before, after].into_iter().any(|t| money::counted(t, &offer).is_some());
        let dearer = rises(old, new, Decimal::ZERO);
        let direction = if gives == Gives::Price { dearer } else { dearer.reversed() };
        return (!blank && !counted).then_some(direction);
    }
    None
}

/// True if the price of the offer is that of this row: its own, or of a line of a package that stands on it.
fn concerns(tender: &Tender, ix: OfferIx, id: &str) -> bool {
    let offer = &tender.offers[ix];
    let base = offer.package.as_ref().and_then(|p| p.base).map(|base| tender.offers[base].id == id);
    offer.id == id || base == Some(true)
}

/// What is proven about the best value after less that before.
pub fn difference(before: &Answer, after: &Answer, direction: Option<Direction>) -> Interval {
    let (first, second) = (before.interval(), after.interval());
    if before.infeasible() || after.infeasible() {
        return Interval::default();
    }
    match direction {
        None => second.less(first),
        Some(Direction::Same) => Interval::exactly(Decimal::ZERO),
        Some(Direction::Tightens) => above(first, second),
        Some(Direction::Loosens) => above(second, first).negated(),
    }
}

/// How much the second is above the first, of which it is known that it is no less.
fn above(first: Interval, second: Interval) -> Interval {
    let least = |a: Option<Decimal>, b: Option<Decimal>| a.into_iter().chain(b).min();
    let most = |a: Option<Decimal>, b: Option<Decimal>| a.into_iter().chain(b).max();
    let first = Interval { high: least(first.high, second.high), ..first };
    let second = Interval { low: most(first.low, second.low), ..second };
    second.less(first).at_least(Decimal::ZERO)
}
