//! The text of a cell, as every other rendering would have written it; what cannot be said as text is a finding.

use std::collections::BTreeSet;

use ballast_domain::finding::Place;
use ballast_domain::schema::Table;
use ballast_domain::tables::all_tables;
use ballast_domain::{Findings, Severity};

use super::grid::{Cell, Sheet, Value};

impl Cell {
    /// Nothing but spaces, if anything.
    pub(super) fn blank(&self) -> bool {
        matches!(&self.value, Value::Text(text) if text.trim().is_empty())
    }

    /// The value as people see it.
    pub(super) fn shown(&self) -> String {
        match &self.value {
            Value::Text(text) | Value::Number(text) | Value::Date(text) | Value::Error(text) => text.clone(),
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::NotStored => format!("={}", self.formula.as_deref().unwrap_or("")),
        }
    }
}

/// Turns cells into text and says once per column what is odd about it.
pub(super) struct Texts<'a> {
    tables: Vec<Table>,
    /// Sheet, column and code of what was said.
    said: BTreeSet<(&'a str, u16, &'static str)>,
}

impl<'a> Texts<'a> {
    pub(super) fn new() -> Self {
        Self { tables: all_tables(), said: BTreeSet::new() }
    }

    /// A column's name.
    pub(super) fn header(&mut self, sheet: &'a Sheet, cell: &Cell, findings: &mut Findings) -> Option<String> {
        let place = Place::on_sheet(&sheet.name, cell.row + 1, cell.column);
        text(cell, &place, findings).ok().map(|t| t.trim().to_owned())
    }

    /// A cell of a column; `row` is the place of its row.
    pub(super) fn cell(
        &mut self,
        sheet: &'a Sheet,
        column: &str,
        cell: &Cell,
        row: &Place,
        findings: &mut Findings,
    ) -> Result<Option<String>, ()> {
        let place = row.column(column);
        let text = text(cell, &place, findings)?.trim().to_owned();
        if let Value::Date(_) = cell.value {
            let kind = self
                .tables
                .iter()
                .find(|t| t.name == sheet.name)
                .and_then(|t| t.columns.iter().find(|c| c.name == column).map(|c| c.kind.clone()));
            if kind.is_some_and(|k| k != "date") && self.said.insert((&sheet.name, cell.column, "date_by_mistake")) {
                let fix = "format the column as text and type the value again, if it was not meant as a date";
                findings.add(Severity::Warning, "date_by_mistake", place, text.clone(), "the cell holds a date", fix);
            }
        } else if let Value::Number(number) = &cell.value
            && number.trim_start_matches('-').split('.').next().is_some_and(|n| n.len() > 15)
            && self.said.insert((&sheet.name, cell.column, "digits_lost"))
        {
            let expected = "a spreadsheet keeps 15 digits of a number; the others are zeros now";
            let fix = "format the column as text and type the value again";
            findings.add(Severity::Warning, "digits_lost", place, text.clone(), expected, fix);
        }
        Ok((!text.is_empty()).then_some(text))
    }
}

fn text(cell: &Cell, place: &Place, findings: &mut Findings) -> Result<String, ()> {
    match &cell.value {
        Value::Error(_) => {
            let expected = "the cell holds an error of the spreadsheet";
            findings.error("error_cell", place.clone(), cell.shown(), expected, "mend the formula, or type the value");
            Err(())
        }
        Value::NotStored => {
            let expected = "the formula has no stored value";
            let fix = "open the file in a spreadsheet program and save it, or type the value";
            findings.error("formula_without_value", place.clone(), cell.shown(), expected, fix);
            Err(())
        }
        _ => Ok(cell.shown()),
    }
}
