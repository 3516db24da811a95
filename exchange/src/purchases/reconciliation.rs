//! What became of every row and every cent: read = used + ignored, by reason; freight likewise.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rust_decimal::Decimal;
use serde_json::{Value, json};

/// Rows and their money.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Rows.
    pub rows: usize,
    /// Money, exact.
    pub money: Decimal,
}

impl Amount {
    /// Adds one row.
    pub fn add(&mut self, money: Decimal) {
        self.rows += 1;
        self.money += money;
    }

    fn plus(self, other: Self) -> Self {
        Self { rows: self.rows + other.rows, money: self.money + other.money }
    }
}

/// A row that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoredRow {
    /// Line in the file.
    pub line: u32,
    /// Its key, empty if the file has none.
    pub key: String,
    /// Why.
    pub reason: String,
    /// Its money; 0 where that could not be read.
    pub money: Decimal,
}

/// The account of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// The file.
    pub file: String,
    /// First and last day of the window.
    pub window: String,
    /// Currency of the money.
    pub currency: String,
    /// Everything read.
    pub read: Amount,
    /// What was used, by use.
    pub used: BTreeMap<String, Amount>,
    /// What was ignored, by reason.
    pub ignored: BTreeMap<String, Amount>,
    /// Freight cells of all rows by meaning; money is what the cell itself says.
    pub freight: BTreeMap<String, Amount>,
    /// Freight money after references were followed: charged to used rows.
    pub freight_used: Decimal,
    /// Freight money after references were followed: charged to ignored rows.
    pub freight_ignored: Decimal,
    /// Every ignored row.
    pub ignored_rows: Vec<IgnoredRow>,
}

impl Reconciliation {
    /// Counts a row as used.
    pub(super) fn use_row(&mut self, what: &str, money: Decimal) {
        self.used.entry(what.to_owned()).or_default().add(money);
    }

    /// Counts a row as ignored.
    pub(super) fn ignore(&mut self, row: IgnoredRow) {
        self.ignored.entry(row.reason.clone()).or_default().add(row.money);
        self.ignored_rows.push(row);
    }

    /// Everything used.
    pub fn used_total(&self) -> Amount {
        self.used.values().fold(Amount::default(), |a, b| a.plus(*b))
    }

    /// Everything ignored.
    pub fn ignored_total(&self) -> Amount {
        self.ignored.values().fold(Amount::default(), |a, b| a.plus(*b))
    }

    /// True if read = used + ignored in rows and to the cent, for purchases and for freight.
    pub fn adds_up(&self) -> bool {
        let freight = self.freight.values().fold(Amount::default(), |a, b| a.plus(*b));
        self.read == self.used_total().plus(self.ignored_total())
            && self.ignored_total().rows == self.ignored_rows.len()
            && (self.freight.is_empty() || freight.rows == self.read.rows)
            && freight.money == self.freight_used + self.freight_ignored
    }

    /// As a table in Markdown.
    pub fn to_markdown(&self) -> String {
        let mut text =
            format!("# Reconciliation of {}\n\nWindow {}, money in {}.\n\n", self.file, self.window, self.currency);
        let mut lines = vec![("read".to_owned(), self.read)];
        lines.extend(self.used.iter().map(|(what, a)| (format!("used: {what}"), *a)));
        lines.extend(self.ignored.iter().map(|(why, a)| (format!("ignored: {why}"), *a)));
        lines.push(("used + ignored".to_owned(), self.used_total().plus(self.ignored_total())));
        table(&mut text, "purchases", &lines);
        if !self.freight.is_empty() {
            let mut lines: Vec<(String, Amount)> = self.freight.iter().map(|(what, a)| (what.clone(), *a)).collect();
            lines.push((
                "all freight cells".to_owned(),
                self.freight.values().fold(Amount::default(), |a, b| a.plus(*b)),
            ));
            text.push('\n');
            table(&mut text, "freight cells", &lines);
            let _ = writeln!(
                text,
                "\nAfter references were followed: {} charged to used rows, {} to ignored rows.",
                cents(self.freight_used),
                cents(self.freight_ignored)
            );
        }
        let verdict = if self.adds_up() { "It adds up." } else { "IT DOES NOT ADD UP." };
        let _ = writeln!(text, "\n{verdict}");
        text
    }

    /// As a JSON document.
    pub fn to_json(&self) -> Value {
        let amount = |a: &Amount| json!({ "rows": a.rows, "money": cents(a.money) });
        let map = |m: &BTreeMap<String, Amount>| Value::Object(m.iter().map(|(k, a)| (k.clone(), amount(a))).collect());
        json!({
            "schema": "ballast.reconciliation/1",
            "file": self.file,
            "window": self.window,
            "currency": self.currency,
            "read": amount(&self.read),
            "used": map(&self.used),
            "ignored": map(&self.ignored),
            "freight": { "cells": map(&self.freight), "used": cents(self.freight_used), "ignored": cents(self.freight_ignored) },
            "adds_up": self.adds_up(),
        })
    }
}

fn table(text: &mut String, title: &str, lines: &[(String, Amount)]) {
    let cell = |a: &Amount| (a.rows.to_string(), cents(a.money));
    let widths = lines.iter().fold((title.chars().count(), 4, 5), |w, (name, a)| {
        let (rows, money) = cell(a);
        (w.0.max(name.chars().count()), w.1.max(rows.len()), w.2.max(money.len()))
    });
    let _ = writeln!(text, "| {title:<0$} | {1:>2$} | {3:>4$} |", widths.0, "rows", widths.1, "money", widths.2);
    let _ =
        writeln!(text, "|{}|{}:|{}:|", "-".repeat(widths.0 + 2), "-".repeat(widths.1 + 1), "-".repeat(widths.2 + 1));
    for (name, a) in lines {
        let (rows, money) = cell(a);
        let _ = writeln!(text, "| {name:<0$} | {rows:>1$} | {money:>2$} |", widths.0, widths.1, widths.2);
    }
}

/// At least two decimals, more where the figure has them.
fn cents(money: Decimal) -> String {
    let mut money = money.normalize();
    if money.scale() < 2 {
        money.rescale(2);
    }
    money.to_string()
}
