//! What the input says, and where: places of rows for findings, and values as written, whether or not their row was
//! accepted. A reference to a rejected row is no fault of its own; the row's own fault is.

use std::collections::BTreeSet;

use crate::finding::Place as At;
use crate::raw::{RawRow, RawTable, RawTender};

/// Every value of a column as written; `None` where nobody can tell, because the table could not be read.
pub(super) type Written = Option<BTreeSet<String>>;

/// The place of a cell, yet to be written out.
pub(super) struct Spot<'a> {
    places: &'a Places<'a>,
    table: &'a str,
    at: usize,
    column: &'a str,
}

impl From<Spot<'_>> for At {
    fn from(spot: Spot<'_>) -> Self {
        spot.places.cell(spot.table, spot.at, spot.column)
    }
}

/// Gives rows their place in the input, and columns their values as written.
pub(super) struct Places<'a> {
    raw: &'a RawTender,
    /// Errors were found while reading: a table without columns may be one that could not be read.
    faulty: bool,
}

impl<'a> Places<'a> {
    pub(super) fn new(raw: &'a RawTender, faulty: bool) -> Self {
        Self { raw, faulty }
    }

    pub(super) fn row(&self, table: &str, at: usize) -> At {
        self.table(table).and_then(|t| t.rows.get(at)).map_or_else(|| At::file(table), |r| r.place.clone())
    }

    pub(super) fn cell(&self, table: &str, at: usize, column: &str) -> At {
        self.row(table, at).column(column)
    }

    /// The same as [`Places::cell`], written out only if somebody needs it.
    pub(super) fn spot<'p>(&'p self, table: &'p str, at: usize, column: &'p str) -> Spot<'p> {
        Spot { places: self, table, at, column }
    }

    pub(super) fn table(&self, name: &str) -> Option<&RawTable> {
        self.raw.tables.iter().find(|t| t.name == name)
    }

    pub(super) fn file(&self, table: &str) -> At {
        At::file(self.table(table).map_or_else(|| table.to_owned(), |t| t.file.clone()))
    }

    /// True if the table has rows with something in them, good or bad.
    pub(super) fn filled(&self, table: &str) -> bool {
        self.table(table).is_some_and(RawTable::filled)
    }

    /// True if all rows that have something in them are among the `accepted`.
    pub(super) fn all_accepted(&self, table: &str, accepted: usize) -> bool {
        let filled = |r: &&RawRow| r.refused || r.cells.iter().any(Option::is_some);
        self.table(table).is_none_or(|t| t.rows.iter().filter(filled).count() == accepted && !self.unread(t))
    }

    /// The values of `column` in all rows, those of `or` where it is blank. `key` is the column that names the rows: a
    /// table that has rows but lacks it names nobody.
    pub(super) fn written(&self, table: &str, key: &str, column: &str, or: &str) -> Written {
        let Some(table) = self.table(table) else { return Some(BTreeSet::new()) };
        let of = |name: &str| table.columns.iter().position(|c| c == name);
        if self.unread(table) || of(key).is_none() && table.filled() {
            return None;
        }
        let (column, or) = (of(column), of(or));
        let value = |r: &RawRow| {
            let cell = |i: Option<usize>| i.and_then(|i| r.cells.get(i)?.clone());
            cell(column).or_else(|| cell(or))
        };
        Some(table.rows.iter().filter_map(value).collect())
    }

    /// True if some row, accepted or not, has these two values.
    pub(super) fn pair(&self, table: &str, first: (&str, &str), second: (&str, &str)) -> bool {
        let Some(table) = self.table(table) else { return false };
        let has = |r: &RawRow, (column, value): (&str, &str)| {
            let i = table.columns.iter().position(|c| c == column);
            i.and_then(|i| r.cells.get(i)?.as_deref()) == Some(value)
        };
        self.unread(table) || table.rows.iter().any(|r| has(r, first) && has(r, second))
    }

    fn unread(&self, table: &RawTable) -> bool {
        self.faulty && table.columns.is_empty() && table.rows.is_empty()
    }
}
