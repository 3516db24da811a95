//! Scenarios as files: TOML, or JSON where the name ends in `.json`. The format is in `docs/explain.md`.
//!
//! ```toml
//! schema = "ballast.scenario/1"
//! name = "duty on Mexican plants"
//! why = "announced for next spring"
//! extends = ["demand-plus-10.toml"]
//!
//! [[edit]]
//! name = "duty"
//! tariff = { country = "MX", percent = 0.25 }
//! ```

mod edit;
mod lock;
mod tree;
pub mod vary;

use std::path::{Path, PathBuf};

use ballast_domain::Findings;
use ballast_domain::finding::{Finding, Place, Severity};
use ballast_domain::raw::RawTender;
use ballast_domain::rules::{EMPTY_SCOPE, NOTHING_TO_MEASURE};
use ballast_domain::scenario::{Scenario, Told, apply};
use ballast_domain::tender::{Reading, Tender};
use serde::Serialize;

use crate::hash::{digest, input_hash};
use edit::{Keys, edit};
use tree::{Node, Tree, read as read_tree};

/// The schema name of a scenario.
pub const SCHEMA: &str = "ballast.scenario/1";

/// A scenario with what it came from.
#[derive(Debug, Clone)]
pub struct ScenarioFile {
    /// The scenario.
    pub scenario: Scenario,
    /// Hash of the file and of all files it extends or reads.
    pub hash: String,
}

/// Reads a scenario with those it extends, and what is wrong with it. Edits that cannot be read are left out: what the others
/// are at fault for can still be found, by [`apply_all`].
pub fn read(path: &Path) -> (ScenarioFile, Findings) {
    let mut findings = Findings::default();
    let mut hashes = Vec::new();
    let scenario = one(path, &mut Vec::new(), &mut hashes, &mut findings).unwrap_or_default();
    (ScenarioFile { scenario, hash: digest(hashes.join("\n").as_bytes()) }, findings)
}

/// `None` if there is nothing to read.
fn one(path: &Path, open: &mut Vec<PathBuf>, hashes: &mut Vec<String>, findings: &mut Findings) -> Option<Scenario> {
    let file = path.display().to_string();
    let bytes = match std::fs::metadata(path).and_then(|m| match m.is_file() {
        true => std::fs::read(path),
        false => Err(std::io::Error::other("it is no file")),
    }) {
        Ok(bytes) => bytes,
        Err(error) => {
            let expected = format!("cannot be read: {error}");
            findings.error("unreadable", Place::file(file), "", expected, "name a scenario file (TOML or JSON)");
            return None;
        }
    };
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    hashes.push(digest(&bytes));
    let root = read_tree(&bytes, &file, findings)?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut keys = Keys::new(&root, findings)?;
    let schema = keys.text("schema", &format!("\"{SCHEMA}\""));
    if let Some(other) = schema.filter(|s| s != SCHEMA) {
        let fix = format!("write schema = \"{SCHEMA}\"");
        keys.findings.error("wrong_schema", root.place.column("schema"), other, format!("expected `{SCHEMA}`"), fix);
    }
    let name = keys.text("name", "\"what it is called\"");
    let why = keys.get("why").and_then(Node::text).unwrap_or_default().to_owned();
    let extends = keys.get("extends").cloned();
    let list = keys.get("edit").cloned();
    keys.done();

    let mut edits = Vec::new();
    if let Some(node) = extends {
        open.push(real);
        for other in node.texts().unwrap_or_else(|| {
            findings.error(
                "bad_value",
                node.place.column("extends"),
                node.shown(),
                "expected names of files",
                "write [\"other.toml\"]",
            );
            Vec::new()
        }) {
            let below = folder.join(&other);
            if open.contains(&below.canonicalize().unwrap_or_else(|_| below.clone())) {
                findings.error(
                    "extends_itself",
                    node.place.column("extends"),
                    other,
                    "the scenario extends itself, directly or through others",
                    "take the name out of one of them",
                );
                continue;
            }
            edits.extend(one(&below, open, hashes, findings).map(|s| s.edits).unwrap_or_default());
        }
        open.pop();
    }
    match list.as_ref().map(|n| &n.tree) {
        Some(Tree::List(items)) => {
            for item in items {
                let edit = edit(item, &folder, findings);
                if let Some(ballast_domain::scenario::Action::Lock { lines, .. }) = edit.as_ref().map(|e| &e.action) {
                    hashes.push(digest(format!("{lines:?}").as_bytes()));
                }
                edits.extend(edit);
            }
        }
        Some(_) => {
            findings.error("bad_value", root.place.column("edit"), "", "expected edits", "write [[edit]] above each")
        }
        None if edits.is_empty() && !findings.has_errors() => findings.error(
            "no_edit",
            root.place.clone(),
            "",
            "the scenario changes nothing",
            "write an [[edit]] with a name and an action",
        ),
        None => {}
    }
    Some(Scenario { name: name.unwrap_or_default(), why, edits })
}

/// An edit as documents tell it.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct EditPart {
    /// Name.
    pub name: String,
    /// In one sentence.
    pub sentence: String,
    /// Cells touched.
    pub touched: usize,
}

impl From<&Told> for EditPart {
    fn from(t: &Told) -> Self {
        Self { name: t.name.clone(), sentence: t.sentence.clone(), touched: t.touched }
    }
}

/// A scenario as documents tell it.
#[derive(Debug, Clone, Serialize, serde::Deserialize)]
pub struct ScenarioPart {
    /// Name.
    pub name: String,
    /// Why; may be empty.
    pub why: String,
    /// Hash of its file and of those it extends.
    pub hash: String,
    /// Its edits, in order.
    pub edits: Vec<EditPart>,
}

/// A tender after scenarios, and what they did.
#[derive(Debug, Clone)]
pub struct WhatIf {
    /// What reading the edited tender gave.
    pub reading: Reading,
    /// The edited tables; `None` without scenarios.
    pub raw: Option<RawTender>,
    /// The scenarios, as documents tell them.
    pub scenarios: Vec<ScenarioPart>,
    /// Hash of the tender before; `None` without scenarios, or if it was no tender.
    pub base_hash: Option<String>,
}

impl WhatIf {
    /// A tender without edits.
    pub fn unedited(reading: Reading) -> Self {
        Self { reading, raw: None, scenarios: Vec::new(), base_hash: None }
    }
}

/// A rule that an edit leaves without lines or without anything to measure would silently do nothing: in a what-if that is a fault. `known` are the
/// findings of the tender before.
fn refuse_empty_rules(reading: &mut Reading, known: &Findings) {
    let same = |a: &Finding, b: &Finding| (a.code, &a.value, &a.expected) == (b.code, &b.value, &b.expected);
    for finding in reading.findings.0.iter_mut().filter(|f| [EMPTY_SCOPE, NOTHING_TO_MEASURE].contains(&f.code)) {
        if !known.0.iter().any(|k| same(k, finding)) {
            finding.severity = Severity::Error;
            reading.tender = None;
        }
    }
}

/// Applies scenarios in order to tables and reads the tender that they make. `found` is what is wrong with the files of both;
/// with an error there is no tender, and what else is wrong is found.
pub fn apply_all(raw: &RawTender, found: Findings, files: &[ScenarioFile]) -> WhatIf {
    if found.has_errors() && raw.tables.is_empty() {
        return WhatIf::unedited(Reading { tender: None, findings: found, rows: Vec::new() });
    }
    let base = Tender::read(raw, found.clone());
    let base_hash = base.tender.as_ref().map(|t| input_hash(&t.draft));
    // One list, so that a rule which one scenario takes out can be put back by a later one.
    let edits: Vec<_> = files.iter().flat_map(|f| f.scenario.edits.iter().cloned()).collect();
    let edited = apply(raw, &edits);
    let mut findings = found;
    findings.0.extend(edited.findings.0);
    let failed = findings.has_errors();
    let mut reading = Tender::read(&edited.raw, findings);
    if !files.is_empty() {
        refuse_empty_rules(&mut reading, &base.findings);
    }
    let mut told = edited.edits.iter();
    let scenarios = files
        .iter()
        .map(|f| ScenarioPart {
            name: f.scenario.name.clone(),
            why: f.scenario.why.clone(),
            hash: f.hash.clone(),
            edits: if failed {
                Vec::new()
            } else {
                told.by_ref().take(f.scenario.edits.len()).map(EditPart::from).collect()
            },
        })
        .collect();
    WhatIf { reading, raw: Some(edited.raw), scenarios, base_hash }
}
