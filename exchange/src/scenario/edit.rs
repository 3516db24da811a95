//! One edit: a name, one action, and what the action needs beside it. Whatever is not understood is refused.

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::cell::{decimal, did_you_mean};
use ballast_domain::scenario::{Action, Change, Edit, Filter};
use rust_decimal::Decimal;

use super::lock;
use super::tree::{Node, Tree};

/// The actions, one of which an edit has.
const ACTIONS: [&str; 13] = [
    "set",
    "scale",
    "add",
    "add_rows",
    "drop_rows",
    "rule_off",
    "rule_on",
    "rebound",
    "demand",
    "tariff",
    "plant_out",
    "tier",
    "lock",
];

/// The keys of a table, each asked for once; those nobody asks for are refused.
pub(super) struct Keys<'a> {
    node: &'a Node,
    entries: Vec<(&'a str, &'a Node)>,
    asked: Vec<&'static str>,
    pub(super) findings: &'a mut Findings,
}

impl<'a> Keys<'a> {
    pub(super) fn new(node: &'a Node, findings: &'a mut Findings) -> Option<Self> {
        match &node.tree {
            Tree::Table(entries) => {
                let entries = entries.iter().map(|(k, n)| (k.as_str(), n)).collect();
                Some(Self { node, entries, asked: Vec::new(), findings })
            }
            _ => {
                let expected = "expected a table of keys";
                findings.error("bad_edit", node.place.clone(), node.shown(), expected, "write { key = value, … }");
                None
            }
        }
    }

    pub(super) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        self.entries.iter().find(|(k, _)| *k == key).map(|(_, n)| *n)
    }

    fn need(&mut self, key: &'static str, example: &str) -> Option<&'a Node> {
        let found = self.get(key);
        if found.is_none() {
            let expected = format!("the key `{key}` is missing");
            self.findings.error(
                "missing_value",
                self.node.place.column(key),
                "",
                expected,
                format!("add {key} = {example}"),
            );
        }
        found
    }

    fn wrong<T>(&mut self, node: &Node, key: &str, expected: &str, fix: &str) -> Option<T> {
        self.findings.error("bad_value", node.place.column(key), node.shown(), expected, fix);
        None
    }

    pub(super) fn text(&mut self, key: &'static str, example: &str) -> Option<String> {
        let node = self.need(key, example)?;
        match node.text().map(str::trim) {
            Some(text) if !text.is_empty() => Some(text.to_owned()),
            _ => self.wrong(node, key, "expected one text", &format!("write {key} = {example}")),
        }
    }

    fn texts(&mut self, node: &Node, key: &str) -> Option<Vec<String>> {
        match node.texts().filter(|t| !t.is_empty()) {
            Some(texts) => Some(texts),
            None => self.wrong(node, key, "expected a text or a list of texts", "write \"A\" or [\"A\", \"B\"]"),
        }
    }

    fn number(&mut self, node: &Node, key: &str) -> Option<Decimal> {
        match node.text().map(decimal) {
            Some(Ok(number)) => Some(number),
            Some(Err(refusal)) => self.wrong(node, key, &format!("expected {}", refusal.expected), &refusal.fix),
            None => self.wrong(node, key, "expected a number", "write digits with an optional point, such as 1.05"),
        }
    }

    /// A factor on amounts, which stay amounts only if it is not negative.
    fn factor(&mut self, node: &Node, key: &str) -> Option<Decimal> {
        match self.number(node, key)? {
            n if n.is_sign_negative() && !n.is_zero() => {
                self.wrong(node, key, "expected a factor of 0 or more", "1.1 is 10 % more, 0.9 is 10 % less")
            }
            n => Some(n),
        }
    }

    fn filter(&mut self) -> Option<Filter> {
        let Some(node) = self.get("where") else { return Some(Filter::default()) };
        if !matches!(node.tree, Tree::Table(_)) {
            return self.wrong(node, "where", "expected columns with values", "write where = { need = \"saline-1l\" }");
        }
        let mut parts = Vec::new();
        for (column, value) in node.leaves() {
            match value.texts().filter(|t| !t.is_empty()) {
                Some(accepted) => parts.push((column, accepted)),
                None => {
                    return self.wrong(
                        value,
                        &column,
                        "expected a value or a list of values",
                        "write \"A\" or [\"A\", \"B\"]",
                    );
                }
            }
        }
        Some(Filter(parts))
    }

    /// Refuses the keys that nobody asked for.
    pub(super) fn done(self) {
        for (key, node) in self.entries.iter().filter(|(k, _)| !self.asked.contains(k)) {
            let fix = did_you_mean(key, self.asked.iter().copied(), "the keys here are:");
            self.findings.error("unknown_key", node.place.column(key), *key, "no such key here", fix);
        }
    }
}

/// Reads one `[[edit]]`; `folder` is where files it names lie.
pub(super) fn edit(node: &Node, folder: &Path, findings: &mut Findings) -> Option<Edit> {
    let before = findings.0.len();
    let mut keys = Keys::new(node, findings)?;
    let name = keys.text("name", "\"what it is called\"");
    let named: Vec<&'static str> = ACTIONS.into_iter().filter(|a| keys.get(a).is_some()).collect();
    let action = match named[..] {
        [one] => action(&mut keys, one, folder),
        _ => {
            let said = if named.is_empty() { "none".to_owned() } else { named.join(", ") };
            let expected = format!("expected exactly one action: {}", ACTIONS.join(", "));
            keys.findings.error("bad_edit", node.place.clone(), said, expected, "make one edit per action");
            // The selector may stand beside any of them, so it is nobody's fault here.
            ["table", "column", "where"].into_iter().for_each(|k| _ = keys.get(k));
            None
        }
    };
    keys.done();
    let edit = Edit { name: name?, place: node.place.clone(), action: action? };
    (findings.0.len() == before).then_some(edit)
}

fn action(keys: &mut Keys<'_>, name: &'static str, folder: &Path) -> Option<Action> {
    let node = keys.get(name)?;
    match name {
        "set" | "scale" | "add" => {
            let change = match name {
                "set" => match node.texts() {
                    Some(texts) => {
                        let text = texts.join(";");
                        Some(Change::Set((!text.trim().is_empty()).then(|| text.trim().to_owned())))
                    }
                    None => keys.wrong(node, name, "expected a value or a list", "write set = \"3\""),
                },
                "scale" => keys.factor(node, name).map(Change::Scale),
                _ => keys.number(node, name).map(Change::Add),
            };
            let (table, column, filter) =
                (keys.text("table", "\"offers\""), keys.text("column", "\"price\""), keys.filter());
            Some(Action::Cells { table: table?, column: column?, filter: filter?, change: change? })
        }
        "add_rows" => {
            let table = keys.text("table", "\"offers\"");
            let Tree::List(items) = &node.tree else {
                return keys.wrong(node, name, "expected a list of rows", "write add_rows = [{ column = value, … }]");
            };
            let mut rows = Vec::new();
            for item in items {
                let cells: Vec<(String, String)> = item
                    .leaves()
                    .into_iter()
                    .filter_map(|(column, value)| Some((column, value.texts()?.join(";"))))
                    .collect();
                match cells.is_empty() {
                    true => return keys.wrong(item, name, "expected a row", "write { column = value, … }"),
                    false => rows.push(cells),
                }
            }
            if rows.is_empty() {
                return keys.wrong(node, name, "expected at least one row", "name a row, or drop the edit");
            }
            Some(Action::AddRows { table: table?, rows })
        }
        "drop_rows" => {
            let (table, filter) = (keys.text("table", "\"offers\""), keys.filter());
            match node.text() {
                Some("yes" | "true") => Some(Action::DropRows { table: table?, filter: filter? }),
                _ => keys.wrong(node, name, "expected true", "write drop_rows = true with table and where"),
            }
        }
        "rule_off" => keys.texts(node, name).map(Action::RuleOff),
        "rule_on" => keys.texts(node, name).map(Action::RuleOn),
        "plant_out" => keys.texts(node, name).map(Action::PlantOut),
        _ => inner(node, name, folder, keys.findings),
    }
}

/// The actions whose parts stand in a table of their own.
fn inner(node: &Node, name: &'static str, folder: &Path, findings: &mut Findings) -> Option<Action> {
    let mut keys = Keys::new(node, findings)?;
    let number = |keys: &mut Keys<'_>, key: &'static str, example: &str| {
        let node = keys.need(key, example)?;
        keys.number(node, key)
    };
    let optional = |keys: &mut Keys<'_>, key: &'static str| match keys.get(key) {
        Some(node) => keys.number(node, key).map(Some),
        None => Some(None),
    };
    let action = match name {
        "rebound" => {
            let id = keys.text("id", "\"a-rule\"");
            let mut bounds = Vec::new();
            for bound in ["at_least", "at_most", "exactly", "counts_from"] {
                if let Some(text) = keys.get(bound).and_then(Node::text) {
                    bounds.push((bound.to_owned(), text.to_owned()));
                }
            }
            match bounds.is_empty() {
                true => keys.wrong(node, name, "expected a bound", "add at_least, at_most, exactly or counts_from"),
                false => id.map(|id| Action::Rebound { id, bounds }),
            }
        }
        "demand" => {
            let filter = keys.filter();
            let factor = keys.need("factor", "1.1").and_then(|n| keys.factor(n, "factor"));
            filter.zip(factor).map(|(filter, factor)| Action::Demand { filter, factor })
        }
        "tariff" => {
            let country = keys.text("country", "\"MX\"");
            let at = keys.get("percent");
            let percent = number(&mut keys, "percent", "0.25");
            let percent = match (percent, at) {
                (Some(p), Some(at)) if p.abs() > Decimal::from(3) => {
                    keys.wrong(at, "percent", "expected a fraction: 25 % is 0.25", "divide by 100")
                }
                (percent, _) => percent,
            };
            country.zip(percent).map(|(country, percent)| Action::Tariff { country, percent })
        }
        "tier" => {
            let schedule = keys.text("schedule", "\"a-schedule\"");
            let from = number(&mut keys, "from", "250000");
            let (to, value) = (optional(&mut keys, "to"), optional(&mut keys, "value"));
            match (to, value) {
                (Some(None), Some(None)) => {
                    keys.wrong(node, name, "expected a new threshold or a new value", "add to = … or value = …")
                }
                (to, value) => (|| Some(Action::Tier { schedule: schedule?, from: from?, to: to?, value: value? }))(),
            }
        }
        _ => {
            let (filter, award) = (keys.filter(), keys.text("award", "\"award.json\""));
            filter.zip(award).and_then(|(filter, award)| {
                let lines = lock::lines(&folder.join(&award), &node.place, keys.findings)?;
                Some(Action::Lock { filter, award, lines })
            })
        }
    };
    keys.done();
    action
}
