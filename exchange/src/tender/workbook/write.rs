//! The canonical tender as a workbook: a sheet per table, the column names in the first row. Every cell is a number, a
//! date or a text; nothing that came from data is ever a formula.

use std::io;

use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::schema::Table;
use ballast_domain::tables::{Draft, all_tables, canonical};
use jiff::civil::Date;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::number::lossless;
use super::settings_sheet::HEADS;

/// Writes the canonical tender as a workbook.
///
/// # Errors
/// If a table has more rows, or a cell more text, than a sheet can hold.
pub fn write_workbook(draft: &Draft) -> io::Result<Vec<u8>> {
    workbook(&canonical(draft)).map_err(io::Error::other)
}

fn workbook(raw: &RawTender) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let pen = Pen::new();
    let tables = all_tables();
    for table in &raw.tables {
        let described = tables.iter().find(|t| t.name == table.name);
        let sheet = book.add_worksheet().set_name(&table.name)?;
        match table.name.as_str() {
            "tender" => settings(sheet, table, described, &pen)?,
            _ => rows(sheet, table, described, &pen)?,
        }
    }
    book.save_to_buffer()
}

/// Writes tables that are no tender's: results for people. Columns whose every value is a number are numbers, unless
/// they hold the ids of a tender's table.
///
/// # Errors
/// If a table has more rows, or a cell more text, than a sheet can hold.
pub fn write_results(tables: &[RawTable]) -> io::Result<Vec<u8>> {
    let keys: Vec<&str> = all_tables().iter().flat_map(|t| t.key).copied().filter(|k| *k != "from").collect();
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let pen = Pen::new();
        for table in tables {
            let form = |column: &str| {
                let i = table.columns.iter().position(|c| c == column);
                let mut cells = table.rows.iter().filter_map(|r| r.cells.get(i?)?.as_deref());
                let number = |text: &str| plain_number(text).is_some();
                if !keys.contains(&column) && cells.all(number) { Form::Number } else { Form::Text }
            };
            let sheet = book.add_worksheet().set_name(&table.name)?;
            for (column, name) in (0..).zip(&table.columns) {
                pen.text(sheet, 0, column, name, &pen.head)?;
                let form = form(name);
                for (line, row) in (1..).zip(&table.rows) {
                    match row.cells[usize::from(column)].as_deref().map(|t| (t, plain_number(t))) {
                        // Single figures stand below each other with their names: each for itself.
                        Some((_, Some(number))) if form == Form::Number || table.columns == HEADS => {
                            sheet.write_number(line, column, number)?;
                        }
                        Some((text, _)) => pen.text(sheet, line, column, text, &pen.text)?,
                        None => {}
                    }
                }
            }
            sheet.set_freeze_panes(1, 0)?.autofit();
        }
        book.save_to_buffer()
    };
    write().map_err(io::Error::other)
}

/// The number that a decimal text is; `007` is none.
fn plain_number(text: &str) -> Option<f64> {
    let number = ballast_domain::cell::decimal(text).ok()?;
    let zeros =
        text.trim_start_matches('-').strip_prefix('0').is_some_and(|t| t.starts_with(|c: char| c.is_ascii_digit()));
    if zeros { None } else { text.parse().ok().filter(|_| number.scale() <= 12) }
}

fn rows(sheet: &mut Worksheet, table: &RawTable, described: Option<&Table>, pen: &Pen) -> Result<(), XlsxError> {
    for (column, name) in (0..).zip(&table.columns) {
        pen.text(sheet, 0, column, name, &pen.head)?;
        let form = Form::of(described, name);
        for (line, row) in (1..).zip(&table.rows) {
            if let Some(text) = &row.cells[usize::from(column)] {
                pen.cell(sheet, line, column, text, form)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// Keys and values below each other, which is easier on the eye than one long row.
fn settings(sheet: &mut Worksheet, table: &RawTable, described: Option<&Table>, pen: &Pen) -> Result<(), XlsxError> {
    for (column, head) in (0..).zip(HEADS) {
        pen.text(sheet, 0, column, head, &pen.head)?;
    }
    for row in &table.rows {
        for (line, (name, cell)) in (1..).zip(table.columns.iter().zip(&row.cells)) {
            pen.text(sheet, line, 0, name, &pen.text)?;
            if let Some(text) = cell {
                pen.cell(sheet, line, 1, text, Form::of(described, name))?;
            }
        }
    }
    sheet.set_column_width(0, 24)?.set_column_width(1, 40)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// What a column's cells are to a spreadsheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Number,
    Date,
}

/// Kinds of cells that are numbers; all others are text, so that no id loses its zeros.
const NUMBERS: [&str; 9] =
    ["money", "need units", "packs", "capacity units", "fraction", "factor", "weeks", "number", "whole number"];

impl Form {
    pub(super) fn of_kind(kind: &str) -> Self {
        match kind {
            "date" => Self::Date,
            kind if NUMBERS.contains(&kind) => Self::Number,
            _ => Self::Text,
        }
    }

    fn of(table: Option<&Table>, column: &str) -> Self {
        let kind = table.and_then(|t| t.columns.iter().find(|c| c.name == column)).map(|c| c.kind.as_str());
        kind.map_or(Self::Text, Self::of_kind)
    }
}

/// The formats of cells, and how a text becomes a cell.
pub(super) struct Pen {
    pub(super) head: Format,
    pub(super) required: Format,
    pub(super) text: Format,
    quoted: Format,
    date: Format,
}

impl Pen {
    pub(super) fn new() -> Self {
        let text = Format::new().set_num_format("@");
        Self {
            required: text.clone().set_bold().set_font_color(0x00FF_FFFF).set_background_color(0x001F_4E78),
            head: Format::new().set_bold().set_num_format("@").set_background_color(0x00DC_E6F1),
            quoted: text.clone().set_quote_prefix(),
            text,
            date: Format::new().set_num_format("yyyy-mm-dd"),
        }
    }

    /// Writes a text in the form of its column, where the form gives the same text back.
    pub(super) fn cell(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        text: &str,
        form: Form,
    ) -> Result<(), XlsxError> {
        match form {
            Form::Number if let Some(number) = lossless(text) => {
                sheet.write_number(row, column, number)?;
            }
            Form::Date if let Some(date) = date(text) => {
                sheet.write_datetime_with_format(row, column, &date, &self.date)?;
            }
            _ => self.text(sheet, row, column, text, &self.text)?,
        }
        Ok(())
    }

    /// Writes a text as text, whatever it looks like.
    pub(super) fn text(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        text: &str,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let format = if like_a_formula(text) && format == &self.text { &self.quoted } else { format };
        sheet.write_string_with_format(row, column, text, format)?;
        Ok(())
    }
}

/// A text cell is no formula, but one that looks like one becomes one when somebody edits it, unless it is marked as
/// quoted.
pub fn like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A date that spreadsheets count right: theirs believe in a 29 February 1900.
fn date(text: &str) -> Option<ExcelDateTime> {
    let date: Date = text.parse().ok()?;
    let (year, month, day) = (u16::try_from(date.year()).ok()?, date.month(), date.day());
    let right = date.to_string() == text && date >= Date::constant(1900, 3, 1);
    right.then(|| ExcelDateTime::from_ymd(year, month.unsigned_abs(), day.unsigned_abs()).ok()).flatten()
}
