//! Rules copied from the mapping into the tender. A mapping serves many windows and filters, so values of a scope that
//! the imported tender does not have are left out (and the rule with them, if none is left); `where_feasible` confines a
//! limit on a supplier's share of a need to the needs whose capacities allow it.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::finding::Place;
use ballast_domain::raw::RawTable;
use ballast_domain::{Findings, Severity};
use rust_decimal::Decimal;
use toml::Value;

use super::cells::exactly;
use super::feasibility::{Source, fewest};
use super::mapping::Mapping;

/// What rules may refer to.
pub(super) struct Known<'a> {
    /// Ids of the tender by dimension.
    pub ids: BTreeMap<&'static str, BTreeSet<String>>,
    /// Criticality, demand, products and standardization limit of each need.
    pub needs: BTreeMap<&'a str, Reach<'a>>,
}

/// What can serve a need.
pub(super) struct Reach<'a> {
    /// Criticality.
    pub criticality: String,
    /// Need units a year.
    pub demand: Decimal,
    /// Products.
    pub sources: Vec<Source<'a>>,
    /// Standardization limit.
    pub max_products: Option<u32>,
}

/// The rules as a table.
pub(super) fn rules(mapping: &Mapping, known: &Known<'_>, file: &str, findings: &mut Findings) -> RawTable {
    let mut table = RawTable { name: "rules".to_owned(), file: file.to_owned(), ..RawTable::default() };
    for rule in &mapping.rule {
        let mut cells = Vec::new();
        flatten(rule, "", &mut cells);
        let id = cell(&cells, "id").to_owned();
        let mut note = |expected: String| {
            findings.add(Severity::Information, "rule_adapted", mapping.place(&id), id.clone(), expected, "");
        };
        if let Some(at) = cells.iter().position(|(key, _)| key == "where_feasible") {
            let (_, wanted) = cells.remove(at);
            if wanted == "yes" && !confine(&mut cells, known, &mut note) {
                continue;
            }
        }
        if prune(&mut cells, known, &mut note) {
            table.push(Place::file(file), cells);
        }
    }
    table
}

fn cell<'a>(cells: &'a [(String, String)], key: &str) -> &'a str {
    cells.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v.as_str())
}

/// Names in `scope.need` the needs whose capacities allow the share; false if there are none.
fn confine(cells: &mut Vec<(String, String)>, known: &Known<'_>, note: &mut impl FnMut(String)) -> bool {
    let share = Decimal::from_str_exact(cell(cells, "at_most")).ok();
    let each: BTreeSet<&str> = cell(cells, "each").split(';').collect();
    let fits = cell(cells, "measure") == "share"
        && cell(cells, "within") == "need"
        && each == BTreeSet::from(["supplier", "need"]);
    let Some(share) = share.filter(|_| fits) else {
        note("where_feasible speaks of `measure = \"share\"`, `each = [\"supplier\", \"need\"]`, `within = [\"need\"]`, `at_most`; the rule is left out".to_owned());
        return false;
    };
    let criticality = cell(cells, "scope.criticality").to_owned();
    let concerned = |r: &Reach<'_>| criticality.is_empty() || criticality.split(';').any(|c| c == r.criticality);
    let all: Vec<_> = known.needs.iter().filter(|(_, r)| concerned(r)).collect();
    let allows =
        |r: &Reach<'_>| fewest(&r.sources, r.demand, share).is_some_and(|n| r.max_products.is_none_or(|k| n <= k));
    let needs: Vec<&str> = all.iter().filter(|(_, r)| allows(r)).map(|(id, _)| **id).collect();
    note(format!("holds for the {} of {} needs whose makers' capacities allow it", needs.len(), all.len()));
    cells.retain(|(k, _)| k != "scope.need");
    cells.push(("scope.need".to_owned(), needs.join(";")));
    !needs.is_empty()
}

/// Leaves out what the tender does not have; false if nothing of a scope is left.
fn prune(cells: &mut [(String, String)], known: &Known<'_>, note: &mut impl FnMut(String)) -> bool {
    for (key, text) in cells.iter_mut() {
        let Some(ids) = key.strip_prefix("scope.").and_then(|d| known.ids.get(d)) else { continue };
        let (here, gone): (Vec<&str>, Vec<&str>) = text.split(';').partition(|v| ids.contains(*v));
        if !gone.is_empty() {
            note(format!("the tender has no {}", gone.join(", ")));
        }
        if here.is_empty() {
            return false;
        }
        *text = here.join(";");
    }
    true
}

fn flatten(table: &toml::Table, prefix: &str, cells: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let name = format!("{prefix}{key}");
        match value {
            Value::Table(inner) => flatten(inner, &format!("{name}."), cells),
            Value::Array(items) => cells.push((name, items.iter().map(scalar).collect::<Vec<_>>().join(";"))),
            other => cells.push((name, scalar(other))),
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Float(figure) => exactly(*figure).to_string(),
        Value::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    }
}
