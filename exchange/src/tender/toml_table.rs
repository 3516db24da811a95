//! TOML files as text tables: `tender.toml` is one row, `rules.toml` one row per `[[rule]]`. Nested keys are joined by
//! dots, arrays become lists, numbers keep the text they were written with.

use std::ops::Range;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::raw::RawTable;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(crate) fn line_of(text: &str, span: Range<usize>) -> Option<u32> {
    u32::try_from(1 + text.get(..span.start)?.bytes().filter(|b| *b == b'\n').count()).ok()
}

pub(crate) fn parse<'a>(text: &'a str, file: &str, findings: &mut Findings) -> Option<DeTable<'a>> {
    match DeTable::parse(text) {
        Ok(table) => Some(table.into_inner()),
        Err(error) => {
            let line = error.span().and_then(|s| line_of(text, s));
            let place = Place { line, ..Place::file(file) };
            findings.error("bad_toml", place, "", error.message().to_owned(), "mend the syntax (https://toml.io)");
            None
        }
    }
}

/// Reads `tender.toml`: top-level keys are the columns of the one row.
pub(super) fn read_settings(text: &str, file: &str, findings: &mut Findings) -> Option<RawTable> {
    let document = parse(text, file, findings)?;
    let mut table = RawTable { name: "tender".to_owned(), file: file.to_owned(), ..RawTable::default() };
    let mut cells = Vec::new();
    flatten(&document, "", &mut cells);
    table.push(Place::file(file), cells);
    Some(table)
}

/// Reads `rules.toml`: an array of tables called `rule`.
pub(super) fn read_rules(text: &str, file: &str, findings: &mut Findings) -> Option<RawTable> {
    let document = parse(text, file, findings)?;
    let mut table = RawTable { name: "rules".to_owned(), file: file.to_owned(), ..RawTable::default() };
    for (key, value) in document.iter() {
        let line = line_of(text, key.span());
        let place = Place { line, ..Place::file(file) };
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("rule", DeValue::Array(rules)) => {
                for rule in rules.iter() {
                    let mut place = Place { line: line_of(text, rule.span()), ..Place::file(file) };
                    match rule.get_ref() {
                        DeValue::Table(rule) => {
                            let mut cells = Vec::new();
                            flatten(rule, "", &mut cells);
                            key_lines(text, rule, "", &mut place);
                            table.push(place, cells);
                        }
                        _ => {
                            findings.error(
                                "bad_toml",
                                place.clone(),
                                "",
                                "expected a rule",
                                "write [[rule]] and its keys below",
                            );
                            table.push_refused(place);
                        }
                    }
                }
            }
            (other, _) => findings.error(
                "unknown_key",
                place,
                other,
                "expected only [[rule]] entries",
                "write [[rule]] above each rule",
            ),
        }
    }
    Some(table)
}

/// Where each key of a rule stands.
fn key_lines(text: &str, table: &DeTable<'_>, prefix: &str, place: &mut Place) {
    for (key, value) in table.iter() {
        let name = format!("{prefix}{}", key.get_ref());
        if let DeValue::Table(inner) = value.get_ref() {
            key_lines(text, inner, &format!("{name}."), place);
        }
        place.keys.extend(line_of(text, key.span()).map(|line| (name, line)));
    }
}

fn flatten(table: &DeTable<'_>, prefix: &str, cells: &mut Vec<(String, String)>) {
    for (key, value) in table.iter() {
        let name = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            DeValue::Table(inner) => flatten(inner, &format!("{name}."), cells),
            DeValue::Array(items) => {
                let items: Vec<String> = items.iter().map(scalar).collect();
                cells.push((name, items.join(";")));
            }
            _ => cells.push((name, scalar(value))),
        }
    }
}

pub(crate) fn scalar(value: &Spanned<DeValue<'_>>) -> String {
    match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        // With its prefix, so that 0x10 is refused by the cell instead of being read as 10.
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        DeValue::Datetime(date) => date.to_string(),
        // Arrays of arrays and tables in arrays have no meaning in any column; the text shows up in the finding.
        other => format!("{other:?}"),
    }
}

/// Writes one row as `key = value` lines; numbers stand bare.
pub(super) fn write_row(columns: &[String], cells: &[Option<String>]) -> String {
    let mut text = String::new();
    for (column, cell) in columns.iter().zip(cells) {
        if let Some(cell) = cell {
            // Only what TOML reads back as the same text may stand bare; it takes neither 01.5 nor -.5.
            let same = |number: String| number == *cell;
            let plain = cell.parse::<i64>().is_ok_and(|n| same(n.to_string()))
                || (cell.contains('.') && ballast_domain::cell::decimal(cell).is_ok_and(|n| same(n.to_string())));
            let value = if plain { cell.clone() } else { toml::Value::String(cell.clone()).to_string() };
            let key: Vec<String> = column.splitn(2, '.').map(quoted).collect();
            text.push_str(&format!("{} = {value}\n", key.join(".")));
        }
    }
    text
}

fn quoted(key: &str) -> String {
    let bare = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { key.to_owned() } else { toml::Value::String(key.to_owned()).to_string() }
}
