//! Applies edits one after another. The tender given is left alone; an edit that fails is left out, so that the faults
//! of all edits are reported at once.

use super::reference::Book;
use super::select::Miss;
use super::{Action, Change, Edit, Filter, cells, plants, rows, select};
use crate::finding::{Findings, Place};
use crate::raw::RawTender;

/// An edit as it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// What it does, in one sentence.
    pub sentence: String,
    /// Cells that it touched.
    pub touched: usize,
}

/// A tender after its edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The edited tables.
    pub raw: RawTender,
    /// The edits that were applied, in order.
    pub edits: Vec<Told>,
    /// Why others were not.
    pub findings: Findings,
}

/// Applies all edits in order.
pub fn apply(base: &RawTender, edits: &[Edit]) -> Edited {
    let mut raw = base.clone();
    let mut told = Vec::new();
    let mut findings = Findings::default();
    for edit in edits {
        let before = raw.clone();
        match one(&mut raw, base, edit) {
            Ok(touched) => {
                mark(&before, &mut raw, edit);
                told.push(Told { name: edit.name.clone(), sentence: edit.action.to_string(), touched });
            }
            Err(misses) => {
                raw = before;
                for Miss { column, value, expected, fix } in misses {
                    let expected = format!("edit `{}` touches nothing: {expected}", edit.name);
                    findings.error("edit_touches_nothing", edit.place.column(&column), value, expected, fix);
                }
            }
        }
    }
    Edited { raw, edits: told, findings }
}

fn one(raw: &mut RawTender, base: &RawTender, edit: &Edit) -> Result<usize, Vec<Miss>> {
    match &edit.action {
        Action::Cells { table, column, filter, change } => {
            let misses: Vec<Miss> = match select::table(&Book::new(raw), table) {
                Ok(_) => rows::column_exists(raw, table, column).into_iter().collect(),
                Err(misses) => misses,
            };
            match (select::rows(raw, table, filter), misses.is_empty()) {
                (Ok(rows), true) => alter(raw, table, column, &rows, change),
                (Err(others), true) => Err(others),
                (Err(others), false) if others != misses => Err(misses.into_iter().chain(others).collect()),
                (_, false) => Err(misses),
            }
        }
        Action::AddRows { table, rows: new } => rows::add(raw, table, new, &edit.place),
        Action::DropRows { table, filter } => rows::drop(raw, table, filter),
        Action::RuleOff(ids) => rows::rules_off(raw, ids),
        Action::RuleOn(ids) => rows::rules_on(raw, base, ids, &edit.place),
        Action::Rebound { id, bounds } => rows::rebound(raw, id, bounds),
        Action::Demand { filter, factor } => {
            let rows = select::rows(raw, "demand", filter)?;
            let change = Change::Scale(*factor);
            let touched = alter(raw, "demand", "quantity", &rows, &change)?;
            // The range of a year moves with its mean; most tenders leave it blank.
            let ranges = ["low", "high"].map(|c| alter(raw, "demand", c, &rows, &change).unwrap_or_default());
            Ok(touched + ranges.iter().sum::<usize>())
        }
        Action::Tariff { country, percent } => {
            let filter = Filter(vec![("country".to_owned(), vec![country.clone()])]);
            let rows = select::rows(raw, "plants", &filter)?;
            alter(raw, "plants", "tariff", &rows, &Change::Add(*percent))
        }
        Action::PlantOut(ids) => match rows::known(raw, "plants", "plant", ids) {
            misses if misses.is_empty() => Ok(ids.iter().map(|id| plants::out(raw, id)).sum()),
            misses => Err(misses),
        },
        Action::Tier { schedule, from, to, value } => rows::tier(raw, schedule, *from, *to, *value),
        Action::Lock { filter, lines, .. } => rows::lock(raw, filter, lines, &edit.place),
    }
}

fn alter(raw: &mut RawTender, table: &str, column: &str, rows: &[usize], change: &Change) -> Result<usize, Vec<Miss>> {
    let declared = crate::tables::all_tables().into_iter().find(|t| t.name == table);
    cells::change(raw, declared.as_ref(), (table, column), rows, change)
}

/// Rows that an edit changed say so where they stand: what is wrong with them now is the edit's doing.
fn mark(before: &RawTender, after: &mut RawTender, edit: &Edit) {
    for table in &mut after.tables {
        let Some(old) = before.tables.iter().find(|t| t.name == table.name) else { continue };
        if old.rows.len() != table.rows.len() {
            continue;
        }
        for (row, was) in table.rows.iter_mut().zip(&old.rows) {
            let (now, then) = (row.cells.iter().flatten(), was.cells.iter().flatten());
            if !now.eq(then) {
                let file = format!("{}, edit `{}`: {}", edit.place.file, edit.name, row.place.file);
                row.place = Place { file, ..row.place.clone() };
            }
        }
    }
}
