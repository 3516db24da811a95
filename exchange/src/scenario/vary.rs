//! What a sweep varies: edits in which `?` stands for each of several values.
//!
//! ```toml
//! schema = "ballast.vary/1"
//! name = "how much the second source costs"
//!
//! [[vary]]
//! name = "largest share"
//! values = [0.55, 0.65, 0.75]
//! rebound = { id = "second-source", at_most = "?" }
//! ```

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::scenario::{Action, Change, Edit, Filter};

use super::edit::{Keys, edit};
use super::tree::{Node, Tree, read as read_tree};

/// The schema name of what a sweep varies.
pub const SCHEMA: &str = "ballast.vary/1";

/// Stands for the value.
const HOLE: &str = "?";

/// One axis of the grid.
#[derive(Debug, Clone)]
pub struct Vary {
    /// Name.
    pub name: String,
    /// Each value with the edit that it makes.
    pub steps: Vec<(String, Edit)>,
}

/// Reads the axes in a file.
///
/// # Errors
/// All faults at once.
pub fn read(path: &Path) -> Result<Vec<Vary>, Findings> {
    let mut findings = Findings::default();
    let file = path.display().to_string();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            findings.error(
                "unreadable",
                Place::file(file),
                "",
                format!("cannot be read: {error}"),
                "name a TOML or JSON file",
            );
            return Err(findings);
        }
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let axes = read_tree(&bytes, &file, &mut findings).and_then(|root| axes(&root, folder, &mut findings));
    match axes {
        Some(axes) if !findings.has_errors() => Ok(axes),
        _ => Err(findings),
    }
}

fn axes(root: &Node, folder: &Path, findings: &mut Findings) -> Option<Vec<Vary>> {
    let mut keys = Keys::new(root, findings)?;
    let schema = keys.text("schema", &format!("\"{SCHEMA}\""));
    if let Some(other) = schema.filter(|s| s != SCHEMA) {
        let fix = format!("write schema = \"{SCHEMA}\"");
        keys.findings.error("wrong_schema", root.place.column("schema"), other, format!("expected `{SCHEMA}`"), fix);
    }
    // For people; the document names the axes.
    let _ = (keys.get("name"), keys.get("why"));
    let list = keys.get("vary").cloned();
    keys.done();
    match list.map(|n| n.tree) {
        Some(Tree::List(items)) => Some(items.iter().filter_map(|item| axis(item, folder, findings)).collect()),
        _ => {
            findings.error(
                "no_vary",
                root.place.clone(),
                "",
                "nothing varies",
                "write [[vary]] with a name, values and an action",
            );
            None
        }
    }
}

fn axis(node: &Node, folder: &Path, findings: &mut Findings) -> Option<Vary> {
    let Tree::Table(entries) = &node.tree else {
        findings.error(
            "bad_edit",
            node.place.clone(),
            node.shown(),
            "expected a table of keys",
            "write { key = value, … }",
        );
        return None;
    };
    let values = entries.iter().find(|(k, _)| k == "values").and_then(|(_, n)| n.texts()).filter(|v| !v.is_empty());
    let Some(values) = values else {
        let place = node.place.column("values");
        findings.error("missing_value", place, "", "the key `values` is missing or no list", "add values = [1, 2, 3]");
        return None;
    };
    let rest: Vec<(String, Node)> = entries.iter().filter(|(k, _)| k != "values").cloned().collect();
    let pattern = Node { place: node.place.clone(), tree: Tree::Table(rest) };
    if !pattern.mentions(HOLE) {
        let place = node.place.clone();
        findings.error(
            "no_hole",
            place,
            "",
            "no `?` says where the value goes",
            "write \"?\" in the action, such as scale = \"?\"",
        );
        return None;
    }
    let mut steps = Vec::new();
    let mut name = String::new();
    for value in values {
        // The same fault of form stands in every step; one is enough.
        let edit = edit(&pattern.with(HOLE, &value), folder, findings)?;
        name.clone_from(&edit.name);
        steps.push((value, edit));
    }
    Some(Vary { name, steps })
}

/// Reads a flag such as `needs.max_products[need=saline-1l]=1,2,3`: table, column, rows, values to set.
///
/// # Errors
/// What is wrong with the form.
pub fn from_flag(text: &str) -> Result<Vary, String> {
    let form = "expected TABLE.COLUMN[COLUMN=VALUE]=V1,V2,…, such as needs.max_products[need=saline-1l]=1,2,3";
    let (head, filter, values) = match (text.find('['), text.find("]=")) {
        (Some(open), Some(close)) if open < close => (&text[..open], &text[open + 1..close], &text[close + 2..]),
        (None, _) => {
            let (head, values) = text.split_once('=').ok_or(form)?;
            (head, "", values)
        }
        _ => return Err(form.to_owned()),
    };
    let (table, column) = head.split_once('.').filter(|(t, c)| !t.is_empty() && !c.is_empty()).ok_or(form)?;
    let mut parts = Vec::new();
    for part in filter.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (column, accepted) = part.split_once('=').ok_or(form)?;
        parts.push((column.trim().to_owned(), accepted.split('|').map(|v| v.trim().to_owned()).collect()));
    }
    let values: Vec<String> = values.split(',').map(|v| v.trim().to_owned()).collect();
    if values.iter().all(String::is_empty) {
        return Err(form.to_owned());
    }
    let name = if filter.is_empty() { head.to_owned() } else { format!("{head}[{filter}]") };
    let step = |value: String| {
        let change = Change::Set((!value.is_empty()).then(|| value.clone()));
        let action =
            Action::Cells { table: table.to_owned(), column: column.to_owned(), filter: Filter(parts.clone()), change };
        (value, Edit { name: name.clone(), place: Place::file("--vary"), action })
    };
    Ok(Vary { steps: values.into_iter().map(step).collect(), name: name.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_names_table_column_rows_and_values() {
        let vary = from_flag("needs.max_products[need=a|b,category=c]=1,2,").unwrap();
        assert_eq!(vary.name, "needs.max_products[need=a|b,category=c]");
        let values: Vec<&str> = vary.steps.iter().map(|(v, _)| v.as_str()).collect();
        assert_eq!(values, ["1", "2", ""]);
        let sentence = vary.steps[1].1.action.to_string();
        assert_eq!(sentence, "`max_products` of `needs` is 2 where need is a or b and category is c");
        assert_eq!(from_flag("tender.contract_years=1,3").unwrap().steps.len(), 2);
        for bad in ["needs", "needs=1", ".x=1", "needs.max_products[need]=1", "needs.max_products[need=a=1", "a.b="] {
            assert!(from_flag(bad).is_err(), "{bad}");
        }
    }
}
