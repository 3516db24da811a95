//! From the file to plain cells. Cells are streamed and carry their own address: a cell far away costs nothing, and none
//! moves because another is missing.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx};

use super::grid::{Cell, Grid, Sheet, Value};
use super::number::shortest;
use crate::tender::packed::{Archive, CELLS, COLUMNS, Refusal};

/// Parses the workbook in an archive whose limits were checked.
pub(crate) fn parse(mut archive: Archive) -> Result<Grid, Refusal> {
    let macros = archive.index_for_name("xl/vbaProject.bin").is_some();
    let broken = |e: calamine::XlsxError| Refusal::Broken(e.to_string());
    let mut looks = super::looks::by_sheet(&mut archive);
    let mut workbook = Xlsx::new(archive.into_inner()).map_err(broken)?;
    let mut left = CELLS;
    let mut grid = Grid { macros, sheets: Vec::new() };
    for meta in workbook.sheets_metadata().to_vec() {
        // Charts and macro sheets hold no tables.
        if meta.typ != SheetType::WorkSheet {
            continue;
        }
        let cells = cells(&mut workbook, &meta.name, &mut left)?;
        let merged = workbook.merge_cells_by_sheet_name(&meta.name).unwrap_or_default();
        grid.sheets.push(Sheet {
            cells,
            hidden: meta.visible != SheetVisible::Visible,
            merged: merged.iter().map(|d| [d.start.0, d.start.1, d.end.0, d.end.1]).collect(),
            looks: looks.remove(&meta.name).unwrap_or_default(),
            name: meta.name,
        });
    }
    Ok(grid)
}

fn cells(workbook: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, left: &mut u64) -> Result<Vec<Cell>, Refusal> {
    let broken = |e: calamine::XlsxError| Refusal::Sheet(sheet.to_owned(), e.to_string());
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(broken)?;
    let mut cells = Vec::new();
    while let Some(cell) = reader.next_cell_with_formula().map_err(broken)? {
        let (row, column) = cell.pos;
        let column = match u16::try_from(column) {
            Ok(column) if u64::from(column) < COLUMNS => column,
            _ => return Err(Refusal::Columns(sheet.to_owned(), u64::from(column) + 1)),
        };
        let Some(value) = value(&cell.value, cell.formula.is_some()) else { continue };
        *left = left.checked_sub(1).ok_or_else(|| Refusal::Cells(sheet.to_owned()))?;
        cells.push(Cell { row, column, value, formula: cell.formula });
    }
    // Files need not be in order; of two cells with one address the last counts, as in a spreadsheet program.
    cells.sort_by_key(|c: &Cell| (c.row, c.column));
    cells.reverse();
    cells.dedup_by_key(|c| (c.row, c.column));
    cells.reverse();
    Ok(cells)
}

/// `None` for a blank cell.
fn value(value: &DataRef<'_>, formula: bool) -> Option<Value> {
    Some(match value {
        DataRef::Empty if formula => Value::NotStored,
        DataRef::Empty => return None,
        DataRef::Int(number) => Value::Number(number.to_string()),
        DataRef::Float(number) => Value::Number(shortest(*number)),
        DataRef::Bool(yes) => Value::Bool(*yes),
        DataRef::DateTime(date) if date.is_datetime() => Value::Date(iso(date)),
        DataRef::DateTime(duration) => Value::Number(shortest(duration.as_f64())),
        DataRef::DateTimeIso(text) => Value::Date(text.strip_suffix("T00:00:00").unwrap_or(text).to_owned()),
        DataRef::String(text) | DataRef::DurationIso(text) => Value::Text(text.clone()),
        DataRef::SharedString(text) => Value::Text((*text).to_owned()),
        DataRef::Error(error) => Value::Error(error.to_string()),
    })
}

/// The date without its time where that is midnight.
fn iso(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
    let day = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => day,
        _ => format!("{day}T{hour:02}:{minute:02}:{second:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_counted_over_the_limit_of_all_sheets() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for row in 0..10 {
            sheet.write_number(row, 0, row).unwrap();
        }
        let mut book = Xlsx::new(Cursor::new(book.save_to_buffer().unwrap())).unwrap();
        let mut left = 15;
        assert_eq!(cells(&mut book, "Sheet1", &mut left).unwrap().len(), 10);
        assert_eq!(left, 5);
        assert_eq!(cells(&mut book, "Sheet1", &mut left), Err(Refusal::Cells("Sheet1".to_owned())));
    }
}
