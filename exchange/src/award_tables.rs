//! An award document as flat tables, for spreadsheets: a table per list of the document, and one of its single figures.

use ballast_domain::finding::Place;
use ballast_domain::raw::RawTable;
use serde_json::{Map, Value};

/// Table of the single figures.
const SUMMARY: &str = "summary";
/// Lists about the search rather than the award.
const LEFT_OUT: [&str; 2] = ["log", "statistics"];

/// Every list of objects as a table, the rest as keys and values, in the order of the document.
pub fn award_tables(body: &Value) -> Vec<RawTable> {
    let mut summary = named(SUMMARY);
    let mut tables = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten().filter(|(n, _)| !LEFT_OUT.contains(&n.as_str())) {
        match value {
            Value::Array(rows) if rows.iter().any(Value::is_object) => {
                let mut table = named(name);
                for row in rows.iter().filter_map(Value::as_object) {
                    table.push(Place::file(name), flat(row, ""));
                }
                tables.push(table);
            }
            Value::Object(inner) => put(&mut summary, flat(inner, &format!("{name}."))),
            _ => put(&mut summary, text(value).map(|t| (name.clone(), t)).into_iter().collect()),
        }
    }
    tables.insert(0, summary);
    tables
}

fn named(name: &str) -> RawTable {
    RawTable { name: name.to_owned(), file: name.to_owned(), ..RawTable::default() }
}

fn put(summary: &mut RawTable, cells: Vec<(String, String)>) {
    for (key, value) in cells {
        summary.push(Place::file(SUMMARY), [("key".to_owned(), key), ("value".to_owned(), value)]);
    }
}

fn flat(object: &Map<String, Value>, prefix: &str) -> Vec<(String, String)> {
    let mut cells = Vec::new();
    for (key, value) in object {
        let name = format!("{prefix}{key}");
        match value {
            Value::Object(inner) => cells.extend(flat(inner, &format!("{name}."))),
            // A column stands even where this row has nothing to say.
            _ => cells.push((name, text(value).unwrap_or_default())),
        }
    }
    cells
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().filter_map(text).collect();
            (!items.is_empty()).then(|| items.join("; "))
        }
        Value::Number(_) | Value::Object(_) => Some(value.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_tables_and_the_rest_is_the_summary() {
        let body = serde_json::json!({
            "value": "10.50", "bound": null, "cash": { "total": "10.50", "by_year": ["5.25", "5.25"] },
            "lines": [{ "site": "S1", "share": 0.5 }, { "site": "S2", "share": null, "incumbent": true }],
            "log": [{ "work": 1 }], "reasons": []
        });
        let tables = award_tables(&body);
        let shown: Vec<(&str, Vec<String>, usize)> =
            tables.iter().map(|t| (t.name.as_str(), t.columns.clone(), t.rows.len())).collect();
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        assert_eq!(shown[0], ("summary", names(&["key", "value"]), 3));
        assert_eq!(shown[1], ("lines", names(&["site", "share", "incumbent"]), 2));
        assert_eq!(shown.len(), 2);
        assert_eq!(tables[0].rows[2].cells[1].as_deref(), Some("5.25; 5.25"));
    }
}
