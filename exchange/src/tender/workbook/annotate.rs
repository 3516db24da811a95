//! The same workbook with its findings in it: each at its cell as a fill and a note, all of them on a sheet `Issues`.
//! Values and their types stay as they are, so that mending goes on in the copy and checking it again finds what is left.

use std::collections::BTreeMap;
use std::io;

use ballast_domain::finding::Finding;
use ballast_domain::{Findings, Severity};
use jiff::civil::{Date, DateTime};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, Formula, Note, Workbook, Worksheet, XlsxError,
};

use super::grid::{Cell, Grid, Sheet, Value};
use super::looks::{AUTHOR, Looks, PARTED, Style};
use super::write::Pen;

/// The sheet of findings; it is not read.
const ISSUES: &str = "Issues";
/// Findings listed one by one; of more, each code is counted.
const LISTED: usize = 10_000;
/// Characters of a note; a spreadsheet takes about twice as many.
const NOTE: usize = 15_000;

/// Writes the copy.
///
/// # Errors
/// If a sheet cannot hold what it held before.
pub(crate) fn annotate(grid: &Grid, findings: &Findings) -> io::Result<Vec<u8>> {
    copy(grid, findings).map_err(io::Error::other)
}

fn copy(grid: &Grid, findings: &Findings) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let mut by_cell: BTreeMap<(&str, u32, u16), Vec<&Finding>> = BTreeMap::new();
    for finding in &findings.0 {
        if let Some((row, column)) = finding.place.spot() {
            by_cell.entry((&finding.place.file, row - 1, column)).or_default().push(finding);
        }
    }
    let inks = Inks::new();
    for sheet in grid.sheets.iter().filter(|s| s.name != ISSUES) {
        let page = book.add_worksheet().set_name(&sheet.name)?;
        page.set_hidden(sheet.hidden);
        merge(page, sheet)?;
        let styles: BTreeMap<(u32, u16), &Style> = sheet.looks.styles.iter().map(|(r, c, s)| ((*r, *c), s)).collect();
        let mut own: OwnNotes<'_> = sheet.looks.notes.iter().map(|(r, c, text)| ((*r, *c), text.as_str())).collect();
        for cell in &sheet.cells {
            let found = by_cell.remove(&(sheet.name.as_str(), cell.row, cell.column));
            let style = styles.get(&(cell.row, cell.column)).copied();
            value(page, cell, &inks.of(found.as_deref(), &cell.value, style))?;
            note(page, (cell.row, cell.column), found.as_deref(), &mut own)?;
        }
        let blank: Vec<_> = by_cell.keys().filter(|(name, ..)| *name == sheet.name).copied().collect();
        for key in blank {
            let found = by_cell.remove(&key);
            page.write_blank(key.1, key.2, &inks.of(found.as_deref(), &Value::NotStored, None))?;
            note(page, (key.1, key.2), found.as_deref(), &mut own)?;
        }
        while let Some((at, _)) = own.first_key_value() {
            note(page, *at, None, &mut own)?;
        }
        look(page, &sheet.looks)?;
    }
    issues(book.add_worksheet().set_name(ISSUES)?, grid, findings)?;
    book.save_to_buffer()
}

/// Cells of a sheet that are merged again; ranges beyond are left as single cells.
const MERGED: u64 = 10_000;

/// Ranges that overlap were never valid; they are left apart.
fn merge(page: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    let mut left = MERGED;
    for [row, column, last_row, last_column] in &sheet.merged {
        // Each cell of a range is written.
        let size = u64::from(last_row.saturating_sub(*row) + 1) * u64::from(last_column.saturating_sub(*column) + 1);
        match left.checked_sub(size) {
            Some(after) => left = after,
            None => continue,
        }
        let columns = (u16::try_from(*column).unwrap_or(0), u16::try_from(*last_column).unwrap_or(0));
        match page.merge_range(*row, columns.0, *last_row, columns.1, "", &Format::new()) {
            Ok(_) | Err(XlsxError::MergeRangeOverlaps(..) | XlsxError::MergeRangeSingleCell) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Formats by weight of the worst finding of a cell.
struct Inks {
    pen: Pen,
    date: Format,
}

impl Inks {
    fn new() -> Self {
        Self { pen: Pen::new(), date: Format::new().set_num_format("yyyy-mm-dd") }
    }

    fn of(&self, found: Option<&[&Finding]>, value: &Value, style: Option<&Style>) -> Format {
        let plain = match value {
            Value::Date(text) if text.contains('T') => Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            Value::Date(_) => self.date.clone(),
            Value::Text(_) => self.pen.text.clone(),
            _ => Format::new(),
        };
        let ours = |fill: u32| [Severity::Error, Severity::Warning, Severity::Information].map(shade).contains(&fill);
        let number = matches!(value, Value::Number(_));
        let plain = match style {
            // The mark of a finding that may be mended by now.
            Some(style) if style.fill.is_some_and(ours) => style.without_fill().over(plain, number),
            Some(style) => style.over(plain, number),
            None => plain,
        };
        match found.and_then(|f| f.iter().map(|f| f.severity).min()) {
            None => plain,
            Some(severity) => plain.set_background_color(color(severity)),
        }
    }
}

fn color(severity: Severity) -> Color {
    Color::RGB(shade(severity))
}

fn shade(severity: Severity) -> u32 {
    match severity {
        Severity::Error => 0x00FF_C7CE,
        Severity::Warning => 0x00FF_EB9C,
        Severity::Information => 0x00DD_EBF7,
    }
}

/// Widths, hidden rows and columns, panes and lists, as they were.
fn look(page: &mut Worksheet, looks: &Looks) -> Result<(), XlsxError> {
    for row in &looks.hidden_rows {
        page.set_row_hidden(*row)?;
    }
    if looks.columns.is_empty() {
        page.autofit();
    }
    for width in &looks.columns {
        for column in width.first..=width.last {
            if let Some(pixels) = width.pixels {
                page.set_column_width_pixels(column, pixels)?;
            }
            if width.hidden {
                page.set_column_hidden(column)?;
            }
        }
    }
    if let Some((row, column)) = looks.frozen {
        page.set_freeze_panes(row, column)?;
    }
    for list in &looks.lists {
        let strictness = match list.strictness.as_str() {
            "warning" => DataValidationErrorStyle::Warning,
            "information" => DataValidationErrorStyle::Information,
            _ => DataValidationErrorStyle::Stop,
        };
        let rule = DataValidation::new().allow_list_formula(Formula::new(&list.formula)).set_error_style(strictness);
        let rule = rule.set_error_title(&list.title)?.set_error_message(&list.message)?;
        for [row, column, last_row, last_column] in &list.ranges {
            let columns = (u16::try_from(*column).unwrap_or(0), u16::try_from(*last_column).unwrap_or(0));
            page.add_data_validation(*row, columns.0, *last_row, columns.1, &rule)?;
        }
    }
    Ok(())
}

fn value(page: &mut Worksheet, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
    let (row, column) = (cell.row, cell.column);
    let number = match &cell.value {
        Value::Number(text) => text.parse::<f64>().ok(),
        Value::Date(text) => serial(text),
        _ => None,
    };
    let result = match (&cell.value, number) {
        (_, Some(number)) => number.to_string(),
        (Value::Bool(yes), _) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        // Whoever opens the file computes it anew; until then it is an error, as it was.
        (Value::NotStored, _) => "#N/A".to_owned(),
        (value, _) => cell_text(value).to_owned(),
    };
    // The file format tells results apart by their looks: a text that looks like something else stays a text.
    let ambiguous = matches!(cell.value, Value::Text(_))
        && (result.is_empty()
            || result.parse::<f64>().is_ok()
            || ["TRUE", "FALSE"].contains(&&*result)
            || result.starts_with('#'));
    match &cell.formula {
        Some(formula) if !ambiguous => {
            page.write_formula_with_format(row, column, Formula::new(formula).set_result(result), format)?;
        }
        _ => match (&cell.value, number) {
            (_, Some(number)) => {
                page.write_number_with_format(row, column, number, format)?;
            }
            (Value::Bool(yes), _) => {
                page.write_boolean_with_format(row, column, *yes, format)?;
            }
            (Value::Error(error), _) => {
                page.write_formula_with_format(row, column, Formula::new(error).set_result(error), format)?;
            }
            (value, _) => {
                page.write_string_with_format(row, column, cell_text(value), &quoted(cell_text(value), format))?;
            }
        },
    }
    Ok(())
}

fn quoted(text: &str, format: &Format) -> Format {
    match super::write::like_a_formula(text) {
        true => format.clone().set_quote_prefix(),
        false => format.clone(),
    }
}

fn cell_text(value: &Value) -> &str {
    match value {
        Value::Text(text) | Value::Number(text) | Value::Date(text) | Value::Error(text) => text,
        Value::Bool(_) | Value::NotStored => "",
    }
}

/// The number behind a date: days since the end of 1899, as spreadsheets count.
fn serial(text: &str) -> Option<f64> {
    let time = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|d| d.at(0, 0, 0, 0))).ok()?;
    let seconds = Date::constant(1899, 12, 30).at(0, 0, 0, 0).duration_until(time).as_secs_f64();
    Some(seconds / 86_400.0)
}

/// Notes of the user that are not written yet.
type OwnNotes<'a> = BTreeMap<(u32, u16), &'a str>;

/// The note at a cell: its findings, and below them what the user noted there.
fn note(
    page: &mut Worksheet,
    (row, column): (u32, u16),
    found: Option<&[&Finding]>,
    own: &mut OwnNotes<'_>,
) -> Result<(), XlsxError> {
    let own = own.remove(&(row, column));
    let Some(found) = found else {
        if let Some(own) = own {
            let own: String = own.chars().take(NOTE).collect();
            page.insert_note(row, column, &Note::new(own).add_author_prefix(false).set_width(300).set_height(140))?;
        }
        return Ok(());
    };
    let say = |f: &&Finding| format!("{} [{}]: {}; {}", f.severity.word(), f.code, f.expected, f.fix);
    let text: Vec<String> = found.iter().map(say).collect();
    let mut text: String = text.join("\n\n").chars().take(NOTE).collect();
    if let Some(own) = own {
        text.push_str(PARTED);
        text.extend(own.chars().take(NOTE));
    }
    let height = 40 + 20 * u32::try_from(text.chars().count() / 40).unwrap_or(20).min(20);
    let note = Note::new(text).set_author(AUTHOR).add_author_prefix(false).set_width(320).set_height(height);
    page.insert_note(row, column, &note)?;
    Ok(())
}

fn issues(page: &mut Worksheet, grid: &Grid, findings: &Findings) -> Result<(), XlsxError> {
    let pen = Pen::new();
    let heads = ["severity", "code", "sheet", "cell", "value", "expected", "fix", "count"];
    for (column, head) in (0..).zip(heads) {
        pen.text(page, 0, column, head, &pen.head)?;
    }
    let mut alike: BTreeMap<(&str, &str, Option<&str>), u32> = BTreeMap::new();
    let kind = |f: &'_ Finding| (f.code, f.place.file.clone(), f.place.column.clone());
    for finding in &findings.0 {
        *alike.entry((finding.code, &finding.place.file, finding.place.column.as_deref())).or_default() += 1;
    }
    let count = |f: &Finding| {
        let (code, file, column) = kind(f);
        alike.get(&(code, file.as_str(), column.as_deref())).copied().unwrap_or(1)
    };
    for (row, finding) in (1..).zip(findings.0.iter().take(LISTED)) {
        let tint = Format::new().set_background_color(color(finding.severity));
        page.write_string_with_format(row, 0, finding.severity.word(), &tint)?;
        pen.text(page, row, 1, finding.code, &pen.text)?;
        let sheet = grid.sheets.iter().find(|s| s.name == finding.place.file);
        pen.text(page, row, 2, &finding.place.file, &pen.text)?;
        match (sheet, finding.place.cell()) {
            (Some(sheet), Some(cell)) => {
                let link = format!("internal:'{}'!{cell}", sheet.name.replace('\'', "''"));
                page.write_url_with_text(row, 3, link.as_str(), &cell)?;
            }
            (_, cell) => {
                let line = finding.place.line.map(|l| l.to_string());
                pen.text(page, row, 3, &cell.or(line).unwrap_or_default(), &pen.text)?;
            }
        }
        for (column, text) in [(4, &finding.value), (5, &finding.expected), (6, &finding.fix)] {
            pen.text(page, row, column, text, &pen.text)?;
        }
        page.write_number(row, 7, count(finding))?;
    }
    let rest = findings.0.get(LISTED..).unwrap_or_default();
    let mut codes: BTreeMap<(Severity, &str), u32> = BTreeMap::new();
    for finding in rest {
        *codes.entry((finding.severity, finding.code)).or_default() += 1;
    }
    let end = u32::try_from(LISTED).unwrap_or(u32::MAX) + 1;
    for (row, ((severity, code), count)) in (end..).zip(codes) {
        pen.text(page, row, 0, severity.word(), &pen.text)?;
        pen.text(page, row, 1, code, &pen.text)?;
        pen.text(page, row, 5, "further findings of this kind", &pen.text)?;
        page.write_number(row, 7, count)?;
    }
    for (column, width) in (0..).zip([12.0, 22.0, 14.0, 8.0, 28.0, 60.0, 60.0, 8.0]) {
        page.set_column_width(column, width)?;
    }
    page.set_freeze_panes(1, 0)?;
    page.autofilter(0, 0, u32::try_from(findings.0.len().min(LISTED)).unwrap_or(1).max(1), 7)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_the_numbers_of_a_spreadsheet() {
        assert_eq!(serial("1900-03-01"), Some(61.0));
        assert_eq!(serial("2026-01-31"), Some(46053.0));
        assert_eq!(serial("2026-01-31T12:00:00"), Some(46053.5));
        assert_eq!(serial("soon"), None);
    }
}
