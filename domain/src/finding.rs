//! What is wrong, or worth knowing, about an input: place, value, expectation, cure.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::layout::{Layout, letters};

/// Characters of an offending value that a finding keeps.
const KEPT: usize = 500;

/// Characters of it that people are shown.
const SHOWN: usize = 120;

/// The beginning of a text, with `…` where something was cut off.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Text for a terminal: control characters of the input are written out, so that they do nothing.
fn harmless(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A fault of form, reference or unit: there is no tender.
    Error,
    /// The tender exists, but no award can satisfy it, or something in it is nearly surely unmeant.
    Warning,
    /// Worth knowing.
    Information,
}

impl Severity {
    /// The word used in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Information => "information",
        }
    }
}

/// Where in the input: file (or sheet, or request body), line or JSON pointer, column.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File name, sheet name, or `body`.
    pub file: String,
    /// Line in the file, counted from 1, where the rendering has lines.
    pub line: Option<u32>,
    /// JSON pointer, where the rendering is one document.
    pub pointer: Option<String>,
    /// Column or key.
    pub column: Option<String>,
    /// Where the columns stand on the sheet, where the rendering is a workbook.
    pub layout: Option<Arc<Layout>>,
    /// Lines of the keys of a row that is written over several, by key.
    pub keys: BTreeMap<String, u32>,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// The same place, narrowed to one column.
    pub fn column(&self, column: &str) -> Self {
        let pointer = self.pointer.as_ref().map(|p| format!("{p}/{column}"));
        let line = self.keys.get(column).copied().or(self.line);
        let (file, layout) = (self.file.clone(), self.layout.clone());
        Self { file, line, pointer, column: Some(column.to_owned()), layout, keys: BTreeMap::new() }
    }

    /// One cell of a sheet that belongs to no column of a table: row counted from 1, column from 0.
    pub fn on_sheet(sheet: &str, row: u32, column: u16) -> Self {
        let layout = Some(Arc::new(Layout::columns([("", column)])));
        Self { line: Some(row), layout, ..Self::file(sheet) }
    }

    /// Row, counted from 1, and column, counted from 0, of the cell on a sheet.
    pub fn spot(&self) -> Option<(u32, u16)> {
        self.layout.as_ref()?.spot(self.column.as_deref().unwrap_or(""), self.line)
    }

    /// The cell on a sheet, such as `F17`.
    pub fn cell(&self) -> Option<String> {
        self.spot().map(|(row, column)| format!("{}{row}", letters(column)))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.pointer {
            Some(pointer) => return write!(f, "{}{}", self.file, pointer),
            None => write!(f, "{}", self.file)?,
        }
        match (self.cell(), self.line) {
            (Some(cell), _) => write!(f, "!{cell}")?,
            (None, Some(line)) => write!(f, ":{line}")?,
            (None, None) => {}
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{}`", cut(column, SHOWN))?;
        }
        Ok(())
    }
}

/// One finding. The text fields are complete sentences' parts: "`value`: expected …; fix: …".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Stable name a script can switch on, such as `unknown_id`.
    pub code: &'static str,
    /// Where.
    pub place: Place,
    /// The offending value as written, empty if there is none; of a very long one the beginning.
    pub value: String,
    /// What was expected, or what was found, in words.
    pub expected: String,
    /// What to do about it.
    pub fix: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{} [{}] {}: ", self.severity.word(), self.code, self.place);
        if !self.value.is_empty() {
            text.push_str(&format!("`{}`: ", cut(&self.value, SHOWN)));
        }
        text.push_str(&self.expected);
        if !self.fix.is_empty() {
            text.push_str(&format!("; fix: {}", self.fix));
        }
        f.write_str(&harmless(&text))
    }
}

/// Collects findings while reading goes on, so that all are reported at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Adds an error.
    pub fn error(
        &mut self,
        code: &'static str,
        place: Place,
        value: impl Into<String>,
        expected: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.add(Severity::Error, code, place, value, expected, fix);
    }

    /// Adds a finding of any severity.
    pub fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        place: Place,
        value: impl Into<String>,
        expected: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.0.push(Finding {
            severity,
            code,
            place,
            value: cut(&value.into(), KEPT),
            expected: expected.into(),
            fix: fix.into(),
        });
    }

    /// True if at least one finding forbids a tender.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Number of findings of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0.iter().filter(|f| f.severity == severity).count()
    }

    /// Those of one severity, in order of discovery.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(move |f| f.severity == severity)
    }

    /// Errors first, then by place.
    pub fn sort(&mut self) {
        self.0.sort_by(|a, b| (a.severity, &a.place).cmp(&(b.severity, &b.place)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_or_wild_value_is_shown_short_and_harmless() {
        let mut findings = Findings::default();
        findings.error(
            "bad_value",
            Place::file("sites.csv"),
            format!("\u{1b}[31m{}", "é".repeat(9000)),
            "expected less",
            "shorten",
        );
        assert_eq!(findings.0[0].value.chars().count(), KEPT + 1);
        let text = findings.0[0].to_string();
        assert!(text.contains("\\u{1b}[31mé") && text.contains("é…`: expected less; fix: shorten"), "{text}");
        assert!(text.chars().count() < 200 && !text.contains('\u{1b}'), "{text}");
    }
}
