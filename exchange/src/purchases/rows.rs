//! Rows become purchases, or are ignored for the first reason that applies, in this order: form, money, date, window,
//! filters of the caller, filters of the mapping, quantities, names.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::cells::{self, Said};
use super::mapping::{DateColumn, Duplicates, Mapping, Returns};
use super::reconciliation::{IgnoredRow, Reconciliation};
use super::references::{self, Freight};
use super::sheet::{Sheet, SheetRow};
use super::template::Template;

/// Bounds within which no sum or quotient of the import can overflow; no real purchase lies outside.
const LEAST_PACKS: Decimal = Decimal::from_parts(1, 0, 0, false, 3);
const MOST_PACKS: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);
const MOST_UNITS: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);
const MOST_MONEY: Decimal = Decimal::from_parts(0x4876_e800, 0x17, 0, false, 0);

/// One row that counts.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    /// Position in the sheet.
    pub row: usize,
    /// Line in the file.
    pub line: u32,
    /// Key, or empty.
    pub key: String,
    /// The day that counts.
    pub date: Date,
    /// When it was promised.
    pub promised: Option<Date>,
    /// When it came.
    pub delivered: Option<Date>,
    /// When it was ordered.
    pub ordered: Option<Date>,
    /// Packs, negative for a return.
    pub packs: Decimal,
    /// Need units per pack.
    pub pack_size: Decimal,
    /// Money paid.
    pub value: Decimal,
    /// Freight.
    pub freight: Freight,
    /// Texts that ids are made from.
    pub texts: Texts,
}

/// Texts that ids are made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Texts {
    pub site: String,
    pub need: String,
    pub unit: String,
    pub plant: String,
    pub supplier: String,
}

/// The window and the caller's filters.
pub(super) struct Selection<'a> {
    pub from: Date,
    pub to: Date,
    pub wheres: &'a [(String, String)],
}

/// Reads all rows; every one of them ends in the reconciliation or among the purchases (returns still among them).
pub(super) fn purchases(
    sheet: &Sheet,
    mapping: &Mapping,
    selection: &Selection<'_>,
    account: &mut Reconciliation,
) -> Vec<Purchase> {
    let money: Vec<Said> = sheet.rows.iter().map(|row| money(sheet, row, mapping)).collect();
    let values: Vec<Decimal> = money.iter().map(|m| if let Said::Number(v) = m { *v } else { Decimal::ZERO }).collect();
    let keys: Vec<String> =
        sheet.rows.iter().map(|row| mapping.file.key.as_ref().map_or("", |k| sheet.cell(row, k)).to_owned()).collect();
    let freight = freight(sheet, mapping, &keys, &values, account);
    let mut seen = BTreeSet::new();
    let mut purchases = Vec::new();
    for (i, row) in sheet.rows.iter().enumerate() {
        account.read.add(values[i]);
        let first = keys[i].is_empty() || seen.insert(keys[i].as_str());
        let read = if matches!(money[i], Said::Number(_)) || row.width != sheet.width {
            purchase(sheet, i, mapping, selection, values[i], first)
        } else {
            Err("money that cannot be read".to_owned())
        };
        match read {
            Ok(mut purchase) => {
                purchase.key.clone_from(&keys[i]);
                purchase.freight = freight[i];
                purchases.push(purchase);
            }
            Err(reason) => {
                account.ignore(IgnoredRow { line: row.line, key: keys[i].clone(), reason, money: values[i] })
            }
        }
        if let Freight::Charged(amount) = freight[i] {
            // All of it counts as ignored until the row turns out to be used.
            account.freight_ignored += amount;
        }
    }
    purchases
}

fn number(sheet: &Sheet, row: &SheetRow, column: &str, mapping: &Mapping) -> Said {
    cells::said(sheet.cell(row, column), column, &mapping.file, &mapping.cell)
}

fn money(sheet: &Sheet, row: &SheetRow, mapping: &Mapping) -> Said {
    if row.width != sheet.width {
        return Said::Unreadable;
    }
    match (&mapping.row.value, &mapping.row.price) {
        (Some(value), _) => number(sheet, row, value, mapping),
        (None, Some(price)) => {
            match (number(sheet, row, price, mapping), number(sheet, row, &mapping.row.packs, mapping)) {
                (Said::Number(price), Said::Number(packs)) => {
                    price.checked_mul(packs).map_or(Said::Unreadable, Said::Number)
                }
                _ => Said::Unreadable,
            }
        }
        (None, None) => Said::Unreadable,
    }
}

fn freight(
    sheet: &Sheet,
    mapping: &Mapping,
    keys: &[String],
    values: &[Decimal],
    account: &mut Reconciliation,
) -> Vec<Freight> {
    let Some(column) = &mapping.row.freight else { return vec![Freight::Unknown; sheet.rows.len()] };
    let said =
        |row: &SheetRow| if row.width == sheet.width { number(sheet, row, column, mapping) } else { Said::Unreadable };
    let said: Vec<Said> = sheet.rows.iter().map(said).collect();
    let (freight, counts) = references::resolve(&said, keys, values);
    account.freight = counts;
    freight
}

fn purchase(
    sheet: &Sheet,
    at: usize,
    mapping: &Mapping,
    selection: &Selection<'_>,
    value: Decimal,
    first: bool,
) -> Result<Purchase, String> {
    let row = &sheet.rows[at];
    if row.width != sheet.width {
        return Err("another number of cells than the header".to_owned());
    }
    if !first && mapping.file.duplicates == Duplicates::Ignore {
        return Err("the key stood in an earlier row".to_owned());
    }
    let date = |column: &DateColumn| cells::date(sheet.cell(row, &column.column), column);
    let day = match date(&mapping.row.date) {
        Ok(Some(day)) => day,
        Ok(None) => return Err("no date".to_owned()),
        Err(()) => return Err("a date that cannot be read".to_owned()),
    };
    if day < selection.from || day > selection.to {
        return Err(format!("outside {} to {}", selection.from, selection.to));
    }
    for (column, wanted) in selection.wheres {
        if sheet.cell(row, column) != wanted {
            return Err(format!("not where {column} = {wanted}"));
        }
    }
    let holds = |c: &super::mapping::Condition| cells::holds(c, sheet.cell(row, &c.column), &mapping.file);
    if let Some(condition) =
        mapping.ignore.iter().find(|c| holds(c)).or_else(|| mapping.only.iter().find(|c| !holds(c)))
    {
        return Err(condition.reason.clone());
    }
    let Said::Number(packs) = number(sheet, row, &mapping.row.packs, mapping) else {
        return Err("a quantity that cannot be read".to_owned());
    };
    let Said::Number(pack_size) = number(sheet, row, &mapping.row.pack_size, mapping) else {
        return Err("a pack size that cannot be read".to_owned());
    };
    if packs.is_zero() {
        return Err("a quantity of 0".to_owned());
    }
    if pack_size <= Decimal::ZERO {
        return Err("a pack size of 0 or less".to_owned());
    }
    if packs.abs() < LEAST_PACKS || packs.abs() > MOST_PACKS || pack_size > MOST_UNITS || value.abs() > MOST_MONEY {
        return Err("a figure out of range".to_owned());
    }
    if !value.is_zero() && packs.is_sign_negative() != value.is_sign_negative() {
        return Err("quantity and money of opposite sign".to_owned());
    }
    if packs < Decimal::ZERO && mapping.returns == Returns::Ignore {
        return Err("a return (negative quantity)".to_owned());
    }
    let fill = |template: &Template| template.fill(|name| sheet.cell(row, name));
    let plant = mapping.plant.as_ref().map(|p| fill(&p.id)).unwrap_or_default();
    let maker = mapping.plants.get(&plant).and_then(|known| known.supplier.clone());
    let texts = Texts {
        site: fill(&mapping.site.id),
        need: fill(&mapping.need.id),
        unit: fill(&mapping.need.unit),
        supplier: maker.unwrap_or_else(|| fill(&mapping.supplier.id)),
        plant,
    };
    for (what, text) in
        [("site", &texts.site), ("need", &texts.need), ("unit", &texts.unit), ("supplier", &texts.supplier)]
    {
        if text.is_empty() {
            return Err(format!("no {what}"));
        }
    }
    let optional = |column: &Option<DateColumn>| column.as_ref().and_then(|c| date(c).ok().flatten());
    Ok(Purchase {
        row: at,
        line: row.line,
        key: String::new(),
        date: day,
        promised: optional(&mapping.row.promised),
        delivered: mapping.row.delivered.as_ref().map_or(Some(day), |c| date(c).ok().flatten()),
        ordered: optional(&mapping.row.ordered),
        packs,
        pack_size,
        value,
        freight: Freight::Unknown,
        texts,
    })
}

/// Counts a purchase as used.
pub(super) fn count_used(purchase: &Purchase, what: &str, account: &mut Reconciliation) {
    account.use_row(what, purchase.value);
    if let Freight::Charged(amount) = purchase.freight {
        account.freight_ignored -= amount;
        account.freight_used += amount;
    }
}
