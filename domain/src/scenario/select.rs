//! Which rows a selector means. Every value it names must stand somewhere: a misspelt one would silently do nothing.

use std::collections::BTreeSet;

use super::Filter;
use super::reference::Book;
use crate::cell::{decimal, did_you_mean, nearest};
use crate::raw::{RawTable, RawTender};

/// The part of a selector that matches nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Miss {
    pub(super) column: String,
    pub(super) value: String,
    pub(super) expected: String,
    pub(super) fix: String,
}

/// Equal as text, or as numbers, or as one of a list or of weighted ids.
fn same(cell: &str, kind: &str, wanted: &str) -> bool {
    let one = |cell: &str| {
        cell == wanted
            || matches!((decimal(cell), decimal(wanted)), (Ok(a), Ok(b)) if a == b)
            || yes(cell) == yes(wanted) && yes(cell).is_some()
    };
    match kind {
        "list" => cell.split(';').any(|part| one(part.trim())),
        "weights" => cell.split(';').any(|part| one(part.rsplit_once(':').map_or(part, |(id, _)| id).trim())),
        _ => one(cell),
    }
}

fn yes(text: &str) -> Option<bool> {
    match text {
        "yes" | "true" => Some(true),
        "no" | "false" => Some(false),
        _ => None,
    }
}

/// The table that an edit names, as written.
pub(super) fn table<'a>(book: &Book<'a>, name: &str) -> Result<&'a RawTable, Vec<Miss>> {
    if let Some(table) = book.raw(name) {
        return Ok(table);
    }
    let miss = |expected: &str, fix: String| {
        vec![Miss { column: "table".to_owned(), value: name.to_owned(), expected: expected.to_owned(), fix }]
    };
    let names = book.names();
    Err(match names.contains(name) {
        true => miss("the tender has no rows in this table", "add rows with `add_rows`".to_owned()),
        false => miss("no table has this name", did_you_mean(name, names.iter().copied(), "the tables are:")),
    })
}

/// Positions of the selected rows, at least one; or all parts that match nothing.
pub(super) fn rows(raw: &RawTender, name: &str, filter: &Filter) -> Result<Vec<usize>, Vec<Miss>> {
    let book = Book::new(raw);
    let table = table(&book, name)?;
    let mut misses = Vec::new();
    let mut kept: Vec<bool> = table.rows.iter().map(|r| !r.refused && r.cells.iter().any(Option::is_some)).collect();
    for (column, accepted) in &filter.0 {
        let path = match book.path(name, column) {
            Ok(path) => path,
            Err(miss) => {
                misses.push(miss);
                continue;
            }
        };
        let end = book.end(name, &path);
        let kind = path.last().and_then(|last| book.kind(&end, last)).unwrap_or_default();
        let values = book.values(table, &path);
        for wanted in accepted {
            if !values.iter().flatten().any(|v| same(v, &kind, wanted)) {
                misses.push(missing(name, column, wanted, &values));
            }
        }
        for (keep, value) in kept.iter_mut().zip(&values) {
            *keep &= value.as_ref().is_some_and(|v| accepted.iter().any(|wanted| same(v, &kind, wanted)));
        }
    }
    let rows: Vec<usize> = kept.iter().enumerate().filter(|(_, k)| **k).map(|(i, _)| i).collect();
    if misses.is_empty() && rows.is_empty() {
        misses.push(Miss {
            column: "where".to_owned(),
            value: String::new(),
            expected: format!("no row of `{name}` has all of these values at once"),
            fix: "drop one of the conditions".to_owned(),
        });
    }
    if misses.is_empty() { Ok(rows) } else { Err(misses) }
}

fn missing(table: &str, column: &str, wanted: &str, values: &[Option<String>]) -> Miss {
    let there: BTreeSet<&str> = values.iter().flatten().map(String::as_str).collect();
    let fix = match nearest(wanted, there.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if there.is_empty() => "the column is blank everywhere".to_owned(),
        None => {
            let some: Vec<&str> = there.iter().copied().take(8).collect();
            let more = if there.len() > some.len() { ", …" } else { "" };
            format!("the values are: {}{more}", some.join(", "))
        }
    };
    Miss {
        column: column.to_owned(),
        value: wanted.to_owned(),
        expected: format!("no row of `{table}` has this value in `{column}`"),
        fix,
    }
}
