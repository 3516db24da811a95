//! Broken tenders: exit code 2, never a panic, and a finding with place, value and cure for every fault, all at once.

mod bodies;
mod care;
mod cells;
mod files;
mod lots;
mod references;
mod rules;
mod schedules;
mod together;

use std::path::Path;

use serde_json::Value;

use crate::run::{Ran, try_run};
use crate::tiny::Files;

/// What a finding must say. The value need only contain the fragment.
#[derive(Clone, Copy)]
pub struct Want {
    pub code: &'static str,
    pub file: &'static str,
    pub line: Option<u64>,
    pub column: Option<&'static str>,
    pub value: &'static str,
    /// Part of the cure, where the cure is the point (did-you-mean).
    pub fix: &'static str,
}

impl Want {
    pub const fn new(code: &'static str, file: &'static str) -> Self {
        Self { code, file, line: None, column: None, value: "", fix: "" }
    }

    pub const fn line(self, line: u64) -> Self {
        Self { line: Some(line), ..self }
    }

    pub const fn column(self, column: &'static str) -> Self {
        Self { column: Some(column), ..self }
    }

    pub const fn value(self, value: &'static str) -> Self {
        Self { value, ..self }
    }

    pub const fn fix(self, fix: &'static str) -> Self {
        Self { fix, ..self }
    }

    fn is(&self, finding: &Value) -> bool {
        let text = |key: &str| finding[key].as_str().unwrap_or("");
        text("code") == self.code
            && text("file").ends_with(self.file)
            && self.line.is_none_or(|l| finding["line"].as_u64() == Some(l))
            && self.column.is_none_or(|c| text("column") == c)
            && text("value").contains(self.value)
            && text("fix").contains(self.fix)
    }
}

/// A fault with a name, what brings it about, and what must be said of it.
pub type Case = (&'static str, fn(&mut Files), Want);

/// Faults in what `check --json` answered, in words; none if all is as it must be.
pub fn judge(ran: &Ran, wants: &[Want], code: i32) -> Vec<String> {
    let mut faults = Vec::new();
    if ran.panicked() {
        return vec![format!("panicked: {}", ran.stderr)];
    }
    if ran.code != Some(code) {
        faults.push(format!("exit code {:?}, not {code}", ran.code));
    }
    let document: Value = match serde_json::from_str(&ran.stdout) {
        Ok(document) => document,
        Err(error) => return vec![format!("standard output is not one document: {error}")],
    };
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    for want in wants.iter().filter(|w| !findings.iter().any(|f| w.is(f))) {
        faults.push(format!(
            "no {} at {}:{:?} column {:?} with `{}` and `{}` in:\n{}",
            want.code,
            want.file,
            want.line,
            want.column,
            want.value,
            want.fix,
            shown(&findings)
        ));
    }
    for finding in findings.iter().filter(|f| f["fix"].as_str().is_none_or(str::is_empty)) {
        faults.push(format!("a finding without a cure: {finding}"));
    }
    for table in document["tables"].as_array().into_iter().flatten() {
        let count = |key: &str| table[key].as_u64().unwrap_or(u64::MAX);
        if count("read") != count("accepted").saturating_add(count("rejected")).saturating_add(count("ignored")) {
            faults.push(format!("rows are lost: {table}"));
        }
    }
    faults
}

fn shown(findings: &[Value]) -> String {
    findings.iter().map(|f| format!("      {f}\n")).collect()
}

/// `ballast check PATH --json`.
pub fn check(path: &Path) -> Ran {
    try_run([Path::new("check"), path, Path::new("--json")])
}

/// Runs every case of a table; all that fail are named together.
pub fn all(cases: &[Case]) {
    let faults = cases.iter().flat_map(|(name, break_it, want)| {
        let mut files = Files::tiny();
        break_it(&mut files);
        let folder = files.folder();
        judge(&check(folder.path()), std::slice::from_ref(want), 2).into_iter().map(move |f| format!("  {name}: {f}"))
    });
    let faults: Vec<String> = faults.collect();
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
