//! What becomes of a cell: set, multiplied, added to; decimals stay exact.

use rust_decimal::Decimal;

use super::Change;
use super::select::Miss;
use crate::cell::decimal;
use crate::exact::{exact, round};
use crate::raw::RawTender;
use crate::schema::Table;

/// Decimals that a cell may have.
const DECIMALS: u32 = 12;

/// The new text of a cell; `None` in the middle leaves a blank cell without default alone.
fn changed(text: Option<&str>, change: &Change) -> Result<Option<Option<String>>, (String, String)> {
    let (operand, times) = match change {
        Change::Set(value) => return Ok(Some(value.clone())),
        Change::Scale(factor) => (factor, true),
        Change::Add(summand) => (summand, false),
    };
    let Some(text) = text else { return Ok(None) };
    let number = decimal(text)
        .map_err(|_| ("the cell holds no number".to_owned(), "name a column of numbers, or use `set`".to_owned()))?;
    let value = match times {
        true => exact(number) * exact(*operand),
        false => exact(number) + exact(*operand),
    };
    let rounded: Decimal = round(&value, DECIMALS);
    if exact(rounded) != value {
        return Err((
            format!("the result has more than {DECIMALS} decimals, so it cannot be kept exactly"),
            "use a factor with fewer decimals, or `set`".to_owned(),
        ));
    }
    Ok(Some(Some(rounded.normalize().to_string())))
}

/// Changes one column of some rows; gives the number of cells touched.
pub(super) fn change(
    raw: &mut RawTender,
    declared: Option<&Table>,
    (name, column): (&str, &str),
    rows: &[usize],
    change: &Change,
) -> Result<usize, Vec<Miss>> {
    let Some(table) = raw.tables.iter_mut().find(|t| t.name == name) else { return Ok(0) };
    let default = declared.and_then(|t| t.columns.iter().find(|c| c.name == column)).and_then(|c| c.default);
    let at = table.column(column);
    let mut touched = 0;
    let mut misses = Vec::new();
    for &i in rows {
        let Some(row) = table.rows.get_mut(i) else { continue };
        match changed(row.cells[at].as_deref().or(default), change) {
            Ok(Some(text)) => {
                row.cells[at] = text;
                touched += 1;
            }
            Ok(None) => {}
            Err((expected, fix)) => misses.push(Miss {
                column: column.to_owned(),
                value: row.cells[at].clone().unwrap_or_default(),
                expected: format!("{}: {expected}", row.place.column(column)),
                fix,
            }),
        }
    }
    if misses.is_empty() && touched == 0 {
        misses.push(Miss {
            column: column.to_owned(),
            value: String::new(),
            expected: format!("the column `{column}` is blank in every selected row of `{name}`"),
            fix: "fill it with `set`".to_owned(),
        });
    }
    if misses.is_empty() { Ok(touched) } else { Err(misses) }
}
