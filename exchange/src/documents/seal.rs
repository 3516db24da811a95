//! Puts header, body, digest and run together.

use ballast_domain::Tender;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::hash::{digest, input_hash};
use crate::scenario::WhatIf;

/// What stands on top of every result about a tender.
#[derive(Debug, Clone, Serialize)]
pub struct Header {
    /// Version of Ballast and of the solver.
    pub build: String,
    /// Name, currency, start and length of the tender.
    pub tender: TenderHead,
    /// Hash of the canonical tender.
    pub input_hash: String,
    /// Seed.
    pub seed: u64,
    /// Options that can change the result.
    pub options: Value,
}

/// The tender in a header.
#[derive(Debug, Clone, Serialize)]
pub struct TenderHead {
    name: String,
    currency: String,
    starts: String,
    contract_years: u32,
}

impl Header {
    /// The header of a result about this tender.
    pub fn new(tender: &Tender, build: String, seed: u64, options: Value) -> Self {
        let s = &tender.settings;
        let head = TenderHead {
            name: s.name.clone(),
            currency: s.currency.clone(),
            starts: s.starts.to_string(),
            contract_years: s.contract_years,
        };
        Self { build, tender: head, input_hash: input_hash(&tender.draft), seed, options }
    }

    /// The same about a tender that scenarios made: they stand among the options, with the hash of the tender before.
    #[must_use]
    pub fn edited(mut self, what_if: &WhatIf) -> Self {
        if let (false, Value::Object(options)) = (what_if.scenarios.is_empty(), &mut self.options) {
            options.insert("base_hash".to_owned(), Value::from(what_if.base_hash.clone()));
            let scenarios = serde_json::to_value(&what_if.scenarios).unwrap_or_default();
            options.insert("scenarios".to_owned(), scenarios);
        }
        self
    }
}

/// A complete document of kind `ballast.<kind>/1`.
///
/// # Errors
/// If header or body cannot be written as JSON, which no type of this crate brings about.
pub fn seal(kind: &str, header: &impl Serialize, body: &impl Serialize, run: Value) -> serde_json::Result<Value> {
    let mut document = Map::new();
    document.insert("schema".to_owned(), Value::from(format!("ballast.{kind}/1")));
    for part in [serde_json::to_value(header)?, serde_json::to_value(body)?] {
        if let Value::Object(fields) = part {
            document.extend(fields);
        }
    }
    let digest = digest_of(&Value::Object(document.clone()));
    document.insert("digest".to_owned(), Value::from(digest));
    document.insert("run".to_owned(), run);
    Ok(Value::Object(document))
}

/// The digest of a document: of all but `digest` and `run`, keys sorted.
pub fn digest_of(document: &Value) -> String {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut keys: Vec<&String> = map.keys().collect();
                keys.sort();
                Value::Object(keys.into_iter().map(|k| (k.clone(), sorted(&map[k]))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    let mut document = document.clone();
    if let Value::Object(map) = &mut document {
        map.shift_remove("digest");
        map.shift_remove("run");
    }
    digest(sorted(&document).to_string().as_bytes())
}
