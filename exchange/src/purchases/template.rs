//! Texts with columns in braces: `{Molecule} {Dosage}`. A blank column leaves no double spaces.

use serde::Deserialize;

/// A text made from columns.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Template {
    text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Words(String),
    Column(String),
}

impl Template {
    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns it names.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|p| match p {
            Part::Column(name) => Some(name.as_str()),
            Part::Words(_) => None,
        })
    }

    /// Filled; `cell` gives a column's text.
    pub fn fill<'a>(&self, cell: impl Fn(&str) -> &'a str) -> String {
        let mut text = String::new();
        for part in &self.parts {
            text.push_str(match part {
                Part::Words(words) => words,
                Part::Column(name) => cell(name),
            });
        }
        squeeze(&text)
    }
}

/// Without spaces at the ends and without double spaces.
pub(super) fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((words, tail)) = rest.split_once('{') {
            let Some((column, tail)) = tail.split_once('}') else {
                return Err(format!("`{text}`: the brace is not closed; write columns as {{Column}}"));
            };
            if !words.is_empty() {
                parts.push(Part::Words(words.to_owned()));
            }
            parts.push(Part::Column(column.to_owned()));
            rest = tail;
        }
        if !rest.is_empty() {
            parts.push(Part::Words(rest.to_owned()));
        }
        Ok(Self { text, parts })
    }
}
