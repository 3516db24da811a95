//! A regular expression as a value of the mapping; a faulty one is an error with its line.

use regex::Regex;
use serde::Deserialize;

/// A compiled regular expression.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Regex);

impl Pattern {
    /// As written.
    pub fn text(&self) -> &str {
        self.0.as_str()
    }

    /// Number of groups, the whole left out.
    pub fn groups(&self) -> usize {
        self.0.captures_len() - 1
    }

    /// True if it occurs in the text (anchor with `^` and `$` for the whole).
    pub fn fits(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The first group where it occurs, else the whole match.
    pub fn first<'a>(&self, text: &'a str) -> Option<&'a str> {
        let found = self.0.captures(text)?;
        found.get(1).or_else(|| found.get(0)).map(|m| m.as_str())
    }

    /// `value` with `$1` and so on filled from the match.
    pub fn rewrite(&self, text: &str, value: &str) -> Option<String> {
        let found = self.0.captures(text)?;
        let mut filled = String::new();
        found.expand(value, &mut filled);
        Some(filled)
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Regex::new(&text).map(Self).map_err(|e| {
            format!("`{text}` is no regular expression: {}", e.to_string().lines().last().unwrap_or_default())
        })
    }
}
