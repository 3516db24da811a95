//! Rows added and taken out, and the edits that are such rows: rules on and off, bounds, tiers, locks.

use rust_decimal::Decimal;

use super::reference::Book;
use super::select::{self, Miss};
use super::{Filter, KeptLine};
use crate::cell::{decimal, nearest};
use crate::finding::Place;
use crate::raw::{RawTable, RawTender};

fn table_mut<'a>(raw: &'a mut RawTender, name: &str, file: &str) -> &'a mut RawTable {
    let at = raw.tables.iter().position(|t| t.name == name).unwrap_or_else(|| {
        raw.tables.push(RawTable { name: name.to_owned(), file: file.to_owned(), ..RawTable::default() });
        raw.tables.len() - 1
    });
    &mut raw.tables[at]
}

/// Adds rows; gives the number of cells.
pub(super) fn add(
    raw: &mut RawTender,
    name: &str,
    rows: &[Vec<(String, String)>],
    place: &Place,
) -> Result<usize, Vec<Miss>> {
    let book = Book::new(raw);
    let mut misses = match book.names().contains(name) {
        true => Vec::new(),
        false => select::table(&book, name).err().unwrap_or_default(),
    };
    if book.declared(name).is_some() {
        for column in rows.iter().flatten().map(|(c, _)| c).filter(|c| !book.has(name, c)) {
            misses.extend(book.path(name, column).err().or_else(|| {
                Some(Miss {
                    column: column.clone(),
                    value: column.clone(),
                    expected: format!("`{name}` itself has no such column"),
                    fix: "a new row holds columns of its own table only".to_owned(),
                })
            }));
        }
    }
    if !misses.is_empty() {
        return Err(misses);
    }
    let table = table_mut(raw, name, &place.file);
    for row in rows {
        table.push(place.clone(), row.clone());
    }
    Ok(rows.iter().map(Vec::len).sum())
}

/// Takes rows out; gives the number of cells that were filled.
pub(super) fn drop(raw: &mut RawTender, name: &str, filter: &Filter) -> Result<usize, Vec<Miss>> {
    let gone = select::rows(raw, name, filter)?;
    let Some(table) = raw.tables.iter_mut().find(|t| t.name == name) else { return Ok(0) };
    let cells = gone.iter().map(|&i| table.rows[i].cells.iter().flatten().count()).sum();
    let mut at = 0;
    table.rows.retain(|_| {
        at += 1;
        gone.binary_search(&(at - 1)).is_err()
    });
    Ok(cells)
}

/// Takes rules out.
pub(super) fn rules_off(raw: &mut RawTender, ids: &[String]) -> Result<usize, Vec<Miss>> {
    drop(raw, "rules", &Filter(vec![("id".to_owned(), ids.to_vec())]))
}

/// Puts rules of `base` back.
pub(super) fn rules_on(
    raw: &mut RawTender,
    base: &RawTender,
    ids: &[String],
    place: &Place,
) -> Result<usize, Vec<Miss>> {
    let filter = |id: &String| Filter(vec![("id".to_owned(), vec![id.clone()])]);
    let mut misses = Vec::new();
    let mut touched = 0;
    for id in ids {
        match select::rows(base, "rules", &filter(id)) {
            Err(miss) => misses.extend(miss),
            Ok(_) if select::rows(raw, "rules", &filter(id)).is_ok() => misses.push(Miss {
                column: "rule_on".to_owned(),
                value: id.clone(),
                expected: "the rule is on already".to_owned(),
                fix: "drop the edit, or take the rule out before".to_owned(),
            }),
            Ok(rows) => {
                let Some(source) = base.tables.iter().find(|t| t.name == "rules") else { continue };
                for row in rows.iter().map(|&i| &source.rows[i]) {
                    let filled = source.columns.iter().zip(&row.cells);
                    let cells: Vec<(String, String)> =
                        filled.filter_map(|(c, v)| Some((c.clone(), v.clone()?))).collect();
                    touched += cells.len();
                    table_mut(raw, "rules", &place.file).push(row.place.clone(), cells);
                }
            }
        }
    }
    if misses.is_empty() { Ok(touched) } else { Err(misses) }
}

/// Gives a rule other bounds. `exactly` and the other two exclude each other, so naming one clears what it excludes.
pub(super) fn rebound(raw: &mut RawTender, id: &str, bounds: &[(String, String)]) -> Result<usize, Vec<Miss>> {
    let rows = select::rows(raw, "rules", &Filter(vec![("id".to_owned(), vec![id.to_owned()])]))?;
    let Some(table) = raw.tables.iter_mut().find(|t| t.name == "rules") else { return Ok(0) };
    let exact = bounds.iter().any(|(c, _)| c == "exactly");
    let cleared: &[&str] = if exact { &["at_least", "at_most"] } else { &["exactly"] };
    for column in cleared {
        let at = table.column(column);
        rows.iter().for_each(|&i| table.rows[i].cells[at] = None);
    }
    for (column, text) in bounds {
        let at = table.column(column);
        rows.iter().for_each(|&i| table.rows[i].cells[at] = (!text.is_empty()).then(|| text.clone()));
    }
    Ok(rows.len() * bounds.len())
}

/// Moves a step of a schedule.
pub(super) fn tier(
    raw: &mut RawTender,
    schedule: &str,
    from: Decimal,
    to: Option<Decimal>,
    value: Option<Decimal>,
) -> Result<usize, Vec<Miss>> {
    let rows = select::rows(raw, "tiers", &Filter(vec![("schedule".to_owned(), vec![schedule.to_owned()])]))?;
    let Some(table) = raw.tables.iter_mut().find(|t| t.name == "tiers") else { return Ok(0) };
    let [threshold, gives] = ["from", "value"].map(|c| table.column(c));
    let stands = |i: &&usize| table.rows[**i].cells[threshold].as_deref().and_then(|t| decimal(t).ok()) == Some(from);
    let Some(&row) = rows.iter().find(stands) else {
        let there: Vec<String> = rows.iter().filter_map(|&i| table.rows[i].cells[threshold].clone()).collect();
        return Err(vec![Miss {
            column: "from".to_owned(),
            value: from.to_string(),
            expected: format!("schedule {schedule} has no tier from here on"),
            fix: format!("its tiers start at: {}", there.join(", ")),
        }]);
    };
    let mut touched = 0;
    for (at, number) in [(threshold, to), (gives, value)] {
        if let Some(number) = number {
            table.rows[row].cells[at] = Some(number.normalize().to_string());
            touched += 1;
        }
    }
    Ok(touched)
}

/// Keeps the selected lines of another award: a row of `picks` for each.
pub(super) fn lock(
    raw: &mut RawTender,
    filter: &Filter,
    lines: &[KeptLine],
    place: &Place,
) -> Result<usize, Vec<Miss>> {
    let columns = ["site", "need", "product", "offer", "exactly"];
    let row = |l: &KeptLine| {
        let text = [&l.site, &l.need, &l.product, &l.offer, &l.share.normalize().to_string()].map(Clone::clone);
        columns.iter().map(|c| (*c).to_owned()).zip(text).collect::<Vec<_>>()
    };
    // Selected in a tender whose picks are the lines of that award and nothing else.
    let mut shown = raw.clone();
    shown.tables.retain(|t| t.name != "picks");
    let picks = table_mut(&mut shown, "picks", &place.file);
    lines.iter().for_each(|l| picks.push(place.clone(), row(l)));
    let selected = select::rows(&shown, "picks", filter)?;
    let kept: Vec<Vec<(String, String)>> = selected.iter().map(|&i| row(&lines[i])).collect();
    let table = table_mut(raw, "picks", &place.file);
    kept.iter().for_each(|r| table.push(place.clone(), r.clone()));
    Ok(kept.len() * columns.len())
}

/// The values that stand nowhere in a column.
pub(super) fn known(raw: &RawTender, table: &str, column: &str, values: &[String]) -> Vec<Miss> {
    values
        .iter()
        .filter_map(|v| {
            let filter = Filter(vec![(column.to_owned(), vec![v.clone()])]);
            select::rows(raw, table, &filter).err().and_then(|m| m.into_iter().next())
        })
        .collect()
}

/// What is wrong with a column named for a change, if anything.
pub(super) fn column_exists(raw: &RawTender, table: &str, column: &str) -> Option<Miss> {
    let book = Book::new(raw);
    if book.has(table, column) {
        return None;
    }
    let names: Vec<&str> =
        book.declared(table).map_or_else(Vec::new, |t| t.columns.iter().map(|c| c.name.as_str()).collect());
    Some(Miss {
        column: "column".to_owned(),
        value: column.to_owned(),
        expected: format!("`{table}` has no such column"),
        fix: nearest(column, names.iter().copied())
            .map_or_else(|| format!("the columns are: {}", names.join(", ")), |n| format!("did you mean `{n}`?")),
    })
}
