//! A document of nested keys with a place for every value, be it written as TOML or as JSON. Numbers keep the text they
//! were written with.

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::tender::{json_text, toml_table};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) tree: Tree,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Text(String),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Node {
    /// One text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.tree {
            Tree::Text(text) => Some(text),
            _ => None,
        }
    }

    /// One text or a list of texts.
    pub(crate) fn texts(&self) -> Option<Vec<String>> {
        match &self.tree {
            Tree::Text(text) => Some(vec![text.clone()]),
            Tree::List(items) => items.iter().map(|n| n.text().map(str::to_owned)).collect(),
            Tree::Table(_) => None,
        }
    }

    /// As found in a message.
    pub(crate) fn shown(&self) -> String {
        match &self.tree {
            Tree::Text(text) => text.clone(),
            Tree::List(_) => "[…]".to_owned(),
            Tree::Table(_) => "{…}".to_owned(),
        }
    }

    /// Every leaf, its keys joined by dots.
    pub(crate) fn leaves(&self) -> Vec<(String, &Node)> {
        let Tree::Table(entries) = &self.tree else { return Vec::new() };
        entries
            .iter()
            .flat_map(|(key, node)| match &node.tree {
                Tree::Table(_) => node.leaves().into_iter().map(|(rest, n)| (format!("{key}.{rest}"), n)).collect(),
                _ => vec![(key.clone(), node)],
            })
            .collect()
    }

    /// True if the text stands alone somewhere.
    pub(crate) fn mentions(&self, wanted: &str) -> bool {
        match &self.tree {
            Tree::Text(text) => text == wanted,
            Tree::List(items) => items.iter().any(|n| n.mentions(wanted)),
            Tree::Table(entries) => entries.iter().any(|(_, n)| n.mentions(wanted)),
        }
    }

    /// The same tree with one text in place of another, wherever it stands alone.
    pub(crate) fn with(&self, from: &str, to: &str) -> Self {
        let tree = match &self.tree {
            Tree::Text(text) => Tree::Text(if text == from { to.to_owned() } else { text.clone() }),
            Tree::List(items) => Tree::List(items.iter().map(|n| n.with(from, to)).collect()),
            Tree::Table(entries) => Tree::Table(entries.iter().map(|(k, n)| (k.clone(), n.with(from, to))).collect()),
        };
        Self { place: self.place.clone(), tree }
    }
}

/// Reads a document; a name that ends in `.json` is JSON, any other TOML.
pub(crate) fn read(bytes: &[u8], file: &str, findings: &mut Findings) -> Option<Node> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => {
            findings.error("wrong_encoding", Place::file(file), "", "not UTF-8", "save the file as UTF-8");
            return None;
        }
    };
    if file.ends_with(".json") {
        return match serde_json::from_str::<Value>(text) {
            Ok(value) => Some(from_json(&value, file, String::new())),
            Err(error) => {
                let place = Place { line: u32::try_from(error.line()).ok(), ..Place::file(file) };
                findings.error("bad_json", place, "", error.to_string(), "mend the syntax");
                None
            }
        };
    }
    let table = toml_table::parse(text, file, findings)?;
    let line = |span| Place { line: toml_table::line_of(text, span), ..Place::file(file) };
    Some(Node { place: Place::file(file), tree: from_table(&table, &line) })
}

fn from_json(value: &Value, file: &str, pointer: String) -> Node {
    let tree = match value {
        Value::Array(items) => {
            Tree::List(items.iter().enumerate().map(|(i, v)| from_json(v, file, format!("{pointer}/{i}"))).collect())
        }
        Value::Object(fields) => {
            Tree::Table(fields.iter().map(|(k, v)| (k.clone(), from_json(v, file, format!("{pointer}/{k}")))).collect())
        }
        other => Tree::Text(json_text(other)),
    };
    Node { place: Place { pointer: Some(pointer), ..Place::file(file) }, tree }
}

fn from_table(table: &DeTable<'_>, line: &dyn Fn(std::ops::Range<usize>) -> Place) -> Tree {
    Tree::Table(table.iter().map(|(key, value)| (key.get_ref().to_string(), from_toml(value, line))).collect())
}

fn from_toml(value: &Spanned<DeValue<'_>>, line: &dyn Fn(std::ops::Range<usize>) -> Place) -> Node {
    let tree = match value.get_ref() {
        DeValue::Array(items) => Tree::List(items.iter().map(|v| from_toml(v, line)).collect()),
        DeValue::Table(table) => from_table(table, line),
        _ => Tree::Text(toml_table::scalar(value)),
    };
    Node { place: line(value.span()), tree }
}
