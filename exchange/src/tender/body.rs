//! A tender as one JSON body: an object with `schema`, `tender` (an object) and one array of objects per table. Cells may
//! be strings, numbers, booleans or arrays (lists); nested objects are read as dotted columns.

use std::borrow::Cow;
use std::collections::BTreeSet;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::tables::{Draft, canonical};
use serde_json::{Map, Value};

/// The schema name of a tender body.
pub const SCHEMA: &str = "ballast.tender/1";

/// Reads a body; `file` is what findings call it.
pub fn from_body(bytes: &[u8], file: &str, findings: &mut Findings) -> RawTender {
    let mut raw = RawTender::default();
    let object = match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(object)) => object,
        Ok(_) => {
            findings.error("bad_json", Place::file(file), "", "expected a JSON object", "wrap the tables in { … }");
            return raw;
        }
        Err(error) => {
            let place = Place { line: u32::try_from(error.line()).ok(), ..Place::file(file) };
            findings.error("bad_json", place, "", error.to_string(), "mend the syntax");
            return raw;
        }
    };
    match object.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        other => findings.error(
            "wrong_schema",
            at(file, "/schema"),
            other.unwrap_or(""),
            format!("expected `{SCHEMA}`"),
            format!("write \"schema\": \"{SCHEMA}\""),
        ),
    }
    let twice = super::twice::keys(bytes);
    for fault in &twice {
        let (code, expected) = match fault.object.as_str() {
            "" => ("duplicate_table", "the key stands twice; only its last value would count"),
            _ => ("duplicate_column", "the key stands twice in one object; only its last value would count"),
        };
        findings.error(
            code,
            at(file, &format!("{}/{}", fault.object, fault.key)),
            &fault.key,
            expected,
            "remove one of them, or join the two",
        );
    }
    // The row of a nested object is named by the first two steps of its pointer, the one of `tender` by the first.
    let beginning = |object: &str, steps: usize| object.split('/').take(steps + 1).collect::<Vec<_>>().join("/");
    let faulty: BTreeSet<String> =
        twice.iter().flat_map(|t| [beginning(&t.object, 1), beginning(&t.object, 2)]).collect();
    for (name, value) in &object {
        if name == "schema" {
            continue;
        }
        let mut table = RawTable { name: name.clone(), file: file.to_owned(), ..RawTable::default() };
        let rows: Vec<(String, &Value)> = match value {
            Value::Array(rows) => rows.iter().enumerate().map(|(i, r)| (format!("/{name}/{i}"), r)).collect(),
            Value::Object(_) if name == "tender" => vec![(format!("/{name}"), value)],
            _ => {
                findings.error(
                    "bad_json",
                    at(file, &format!("/{name}")),
                    "",
                    "expected an array of rows",
                    "write [ { … }, … ]",
                );
                continue;
            }
        };
        for (pointer, row) in rows {
            let Value::Object(row) = row else {
                findings.error(
                    "bad_json",
                    at(file, &pointer),
                    "",
                    "expected an object",
                    "write a row as { \"column\": value, … }",
                );
                table.push_refused(at(file, &pointer));
                continue;
            };
            let mut cells = Vec::new();
            flatten(row, "", &mut cells);
            table.push(at(file, &pointer), cells);
            if let Some(row) = table.rows.last_mut() {
                row.refused = faulty.contains(&pointer);
            }
        }
        raw.tables.push(table);
    }
    raw
}

fn at(file: &str, pointer: &str) -> Place {
    Place { pointer: Some(pointer.to_owned()), ..Place::file(file) }
}

fn flatten<'v>(row: &'v Map<String, Value>, prefix: &str, cells: &mut Vec<(Cow<'v, str>, String)>) {
    for (key, value) in row {
        let name = if prefix.is_empty() { Cow::Borrowed(&key[..]) } else { Cow::Owned(format!("{prefix}{key}")) };
        match value {
            Value::Object(inner) => flatten(inner, &format!("{name}."), cells),
            Value::Array(items) => cells.push((name, items.iter().map(scalar).collect::<Vec<_>>().join(";"))),
            _ => cells.push((name, scalar(value))),
        }
    }
}

/// A JSON value as the text of a cell.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => plain(&number.to_string()),
        other => other.to_string(),
    }
}

/// A JSON number without exponent where that loses nothing (`1.5e3` is `1500`).
fn plain(text: &str) -> String {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text.to_owned() };
    let Ok(exponent) = exponent.parse::<i32>() else { return text.to_owned() };
    if exponent.abs() > 15 {
        return text.to_owned();
    }
    let negative = mantissa.starts_with('-');
    let (before, after) =
        mantissa.trim_start_matches('-').split_once('.').unwrap_or((mantissa.trim_start_matches('-'), ""));
    let digits = format!("{before}{after}");
    let point = before.len() as i32 + exponent;
    let body = if point <= 0 {
        format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if point as usize >= digits.len() {
        format!("{digits}{}", "0".repeat(point as usize - digits.len()))
    } else {
        format!("{}.{}", &digits[..point as usize], &digits[point as usize..])
    };
    if negative { format!("-{body}") } else { body }
}

/// Writes the canonical tender as a JSON body; every cell is a string.
pub fn to_body(draft: &Draft) -> Value {
    let mut body = Map::new();
    body.insert("schema".to_owned(), Value::from(SCHEMA));
    for table in canonical(draft).tables {
        let row = |cells: &[Option<String>]| {
            let filled =
                table.columns.iter().zip(cells).filter_map(|(k, v)| Some((k.clone(), Value::from(v.clone()?))));
            Value::Object(filled.collect())
        };
        let value = match table.name.as_str() {
            "tender" => table.rows.first().map_or(Value::Null, |r| row(&r.cells)),
            _ => Value::Array(table.rows.iter().map(|r| row(&r.cells)).collect()),
        };
        body.insert(table.name.clone(), value);
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn exponents_are_written_out() {
        assert_eq!(plain("1.5e3"), "1500");
        assert_eq!(plain("-12e-3"), "-0.012");
        assert_eq!(plain("1.2345e2"), "123.45");
        assert_eq!(plain("7"), "7");
    }
}
