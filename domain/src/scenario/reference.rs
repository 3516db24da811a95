//! How rows refer to rows: a column that is called like the only key of another table leads into that table
//! (`offers.product` → `products`, `products.need` → `needs`). With this a selector may name a column of a row further on.

use std::collections::{BTreeMap, BTreeSet};

use super::select::Miss;
use crate::cell::did_you_mean;
use crate::raw::{RawRow, RawTable, RawTender};
use crate::schema::Table;
use crate::tables::all_tables;

/// The tables as declared and as written.
pub(super) struct Book<'a> {
    raw: &'a RawTender,
    declared: Vec<Table>,
}

/// The column of `row` in `table`, with its default.
fn own<'r>(table: Option<&Table>, raw: &RawTable, row: &'r RawRow, column: &str) -> Option<&'r str> {
    let written = raw.columns.iter().position(|c| c == column).and_then(|i| row.cells.get(i)?.as_deref());
    written.or_else(|| table?.columns.iter().find(|c| c.name == column)?.default)
}

impl<'a> Book<'a> {
    pub(super) fn new(raw: &'a RawTender) -> Self {
        Self { raw, declared: all_tables() }
    }

    pub(super) fn raw(&self, table: &str) -> Option<&'a RawTable> {
        self.raw.tables.iter().find(|t| t.name == table)
    }

    pub(super) fn declared(&self, table: &str) -> Option<&Table> {
        self.declared.iter().find(|t| t.name == table)
    }

    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.declared.iter().map(|t| t.name).chain(self.raw.tables.iter().map(|t| t.name.as_str())).collect()
    }

    /// The table that a column of `from` leads into.
    fn target(&self, from: &str, column: &str) -> Option<&str> {
        let leads = |t: &&Table| t.key == [column] && !matches!(t.name, "tender" | "rules") && t.name != from;
        self.declared.iter().find(leads).map(|t| t.name)
    }

    fn columns(&self, table: &str) -> BTreeSet<String> {
        let declared = self.declared(table).into_iter().flat_map(|t| t.columns.iter().map(|c| c.name.clone()));
        let written = self.raw(table).into_iter().flat_map(|t| t.columns.clone());
        declared.chain(written).filter(|c| !c.ends_with(".*")).collect()
    }

    /// The kind of the last column of a path, as the manual says it.
    pub(super) fn kind(&self, table: &str, column: &str) -> Option<String> {
        Some(self.declared(table)?.columns.iter().find(|c| c.name == column)?.kind.clone())
    }

    /// True if the table may have the column.
    pub(super) fn has(&self, table: &str, column: &str) -> bool {
        let wild = |t: &Table| {
            t.columns.iter().any(|c| c.name.strip_suffix('*').is_some_and(|p| column.starts_with(p) && column != p))
        };
        self.columns(table).contains(column) || self.declared(table).is_some_and(wild)
    }

    /// The steps from a row of `table` to the column that a selector names: references, then the column itself.
    pub(super) fn path(&self, table: &str, column: &str) -> Result<Vec<String>, Miss> {
        if self.has(table, column) {
            return Ok(vec![column.to_owned()]);
        }
        if let Some((first, rest)) = column.split_once('.')
            && let Some(target) = self.target(table, first)
        {
            let further = self.path(target, rest)?;
            return Ok([first.to_owned()].into_iter().chain(further).collect());
        }
        // The nearest rows that have the column; several at the same distance are several meanings.
        let mut ring: Vec<(String, Vec<String>)> = vec![(table.to_owned(), Vec::new())];
        let mut seen: BTreeSet<String> = [table.to_owned()].into();
        while !ring.is_empty() {
            let mut next = Vec::new();
            for (at, path) in &ring {
                for step in self.columns(at) {
                    if let Some(target) = self.target(at, &step)
                        && !seen.contains(target)
                    {
                        let longer: Vec<String> = path.iter().cloned().chain([step.clone()]).collect();
                        next.push((target.to_owned(), longer));
                    }
                }
            }
            seen.extend(next.iter().map(|(t, _)| t.clone()));
            let mut found: Vec<Vec<String>> = next
                .iter()
                .filter(|(t, _)| self.has(t, column) && self.declared(t).is_some())
                .map(|(_, path)| path.iter().cloned().chain([column.to_owned()]).collect())
                .collect();
            match found.len() {
                0 => ring = next,
                1 => return Ok(found.remove(0)),
                _ => {
                    let meanings: Vec<String> = found.iter().map(|p| format!("`{}`", p.join("."))).collect();
                    return Err(Miss {
                        column: column.to_owned(),
                        value: column.to_owned(),
                        expected: format!("rows of `{table}` lead to more than one column of this name"),
                        fix: format!("say which: {}", meanings.join(" or ")),
                    });
                }
            }
        }
        let columns = self.columns(table);
        Err(Miss {
            column: column.to_owned(),
            value: column.to_owned(),
            expected: format!("neither `{table}` nor a row it refers to has such a column"),
            fix: did_you_mean(column, columns.iter().map(String::as_str), "the columns are:"),
        })
    }

    /// The text at the end of a path, for every row of the table.
    pub(super) fn values(&self, raw: &'a RawTable, path: &[String]) -> Vec<Option<String>> {
        let mut at = raw.name.clone();
        let mut rows: Vec<Option<(&'a RawTable, &'a RawRow)>> = raw.rows.iter().map(|r| Some((raw, r))).collect();
        let Some((last, references)) = path.split_last() else { return Vec::new() };
        for step in references {
            let Some(target) = self.target(&at, step).map(str::to_owned) else { return vec![None; rows.len()] };
            let by_key: BTreeMap<&str, (&RawTable, &RawRow)> = self.raw(&target).map_or_else(BTreeMap::new, |t| {
                let key = t.columns.iter().position(|c| c == step);
                t.rows.iter().filter_map(|r| Some((r.cells.get(key?)?.as_deref()?, (t, r)))).collect()
            });
            let declared = self.declared(&at);
            rows = rows
                .into_iter()
                .map(|row| row.and_then(|(t, r)| by_key.get(own(declared, t, r, step)?).copied()))
                .collect();
            at = target;
        }
        let declared = self.declared(&at);
        rows.into_iter().map(|row| row.and_then(|(t, r)| own(declared, t, r, last)).map(str::to_owned)).collect()
    }

    /// The table in which a path ends.
    pub(super) fn end(&self, table: &str, path: &[String]) -> String {
        let references = path.split_last().map_or(&[][..], |(_, r)| r);
        references.iter().fold(table.to_owned(), |at, step| self.target(&at, step).map_or(at.clone(), str::to_owned))
    }
}
