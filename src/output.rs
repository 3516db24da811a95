//! Where words go: results to standard output, progress and messages to standard error.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use crate::Common;
use crate::exit::Failure;

/// The two streams and what the caller wants of them.
#[derive(Debug, Clone)]
pub struct Output {
    /// One JSON document instead of text.
    pub json: bool,
    quiet: bool,
}

impl Output {
    /// From the common flags.
    pub fn new(common: &Common) -> Self {
        Self { json: common.json, quiet: common.quiet }
    }

    /// The same without remarks, for a verb whose result says them.
    pub fn silent(&self) -> Self {
        Self { quiet: true, ..self.clone() }
    }

    /// True where progress may be drawn: a terminal, and nobody asked for silence.
    pub fn draws(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }

    /// The result: the document with `--json`, else the text.
    pub fn result(&self, document: &Value, text: &str) {
        let text = if self.json { serde_json::to_string_pretty(document).unwrap_or_default() } else { text.to_owned() };
        // A reader that has gone away (`| head`) is no failure of ours.
        let _ = writeln!(std::io::stdout().lock(), "{}", text.trim_end());
    }

    /// A remark beside the result.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// Why the run failed; with `--json` as a document, too.
    pub fn failure(&self, failure: &Failure) {
        let _ = writeln!(std::io::stderr().lock(), "ballast: {}", failure.message);
        if self.json {
            let document =
                json!({ "schema": "ballast.error/1", "exit": failure.exit as u8, "message": failure.message });
            let _ = writeln!(std::io::stdout().lock(), "{document:#}");
        }
    }
}

/// A table as text: columns padded, numbers to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count());
        cells.chain([header[i].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let numeric = |i: usize| {
        let number = |c: &String| {
            c.is_empty() || c.trim_end_matches([' ', '%']).chars().all(|c| c.is_ascii_digit() || ".,-+–∞".contains(c))
        };
        !rows.is_empty() && rows.iter().filter_map(|r| r.get(i)).all(number)
    };
    let line = |cells: &[String]| {
        let cell = |(i, c): (usize, &String)| {
            let pad = " ".repeat(widths[i].saturating_sub(c.chars().count()));
            if numeric(i) { format!("{pad}{c}") } else { format!("{c}{pad}") }
        };
        format!("  {}\n", cells.iter().enumerate().map(cell).collect::<Vec<_>>().join("  ").trim_end())
    };
    let header: Vec<String> = header.iter().map(|h| (*h).to_owned()).collect();
    let mut text = line(&header);
    text.push_str(&format!("  {}\n", "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1))));
    for row in rows {
        text.push_str(&line(row));
    }
    text
}

/// Money with thousands separators, no cents: `1,234,567`.
pub fn money(amount: rust_decimal::Decimal) -> String {
    let digits = amount.round().abs().to_string();
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(c);
    }
    if amount.is_sign_negative() && grouped != "0" { format!("-{grouped}") } else { grouped }
}

/// A fraction as percent with one decimal.
pub fn percent(fraction: f64) -> String {
    format!("{:.1} %", fraction * 100.0)
}
