//! What a report is made of: the tender, its award re-certified, and documents that name the same tender.

use ballast_domain::certificate::Certificate;
use ballast_domain::{Award, Tender};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::documents::award::{AwardBody, Proof};
use crate::documents::digest_of;
use crate::documents::exposure::ExposureBody;
use crate::documents::replay::ReplayBody;
use crate::documents::reserve::ReserveBody;
use crate::documents::stress::StressBody;
use crate::figures::number;
use crate::hash::input_hash;

/// A document with its file and its body.
pub struct Shown<B> {
    /// File it came from, as the caller named it.
    pub file: String,
    /// The document as given.
    pub document: Value,
    /// Its body.
    pub body: B,
}

impl<B> Shown<B> {
    /// A text of the header.
    pub fn header(&self, key: &str) -> &str {
        self.document.get(key).and_then(Value::as_str).unwrap_or("")
    }
}

/// Everything that a report shows.
pub struct Sources<'a> {
    /// Tender.
    pub tender: &'a Tender,
    /// Where it was read, as the caller named it.
    pub tender_path: String,
    /// Award document; its body is re-computed.
    pub award: Shown<AwardBody>,
    /// Exposure documents.
    pub exposure: Vec<Shown<ExposureBody>>,
    /// Stress documents.
    pub stress: Vec<Shown<StressBody>>,
    /// Reserve documents.
    pub reserve: Vec<Shown<ReserveBody>>,
    /// Replay documents.
    pub replay: Vec<Shown<ReplayBody>>,
    /// Hash of the tender.
    pub input_hash: String,
    /// Version that makes the report.
    pub build: String,
    /// What does not fit together.
    pub warnings: Vec<String>,
}

/// A document that cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Not one of the kinds a report shows.
    #[error(
        "{file} has the schema `{schema}`; a report takes `ballast.exposure/1`, `ballast.stress/1`, `ballast.replay/1` and `ballast.reserve/1` beside the award"
    )]
    Schema {
        /// File.
        file: String,
        /// What it states.
        schema: String,
    },
    /// The right kind, but not as it should be.
    #[error("{file} does not read as `{schema}`: {why}")]
    Body {
        /// File.
        file: String,
        /// What it states.
        schema: String,
        /// What is wrong.
        why: serde_json::Error,
    },
    /// The award states another cost than its lines have.
    #[error("{file} states a cost of {stated}, its lines cost {computed}; make the award again")]
    Value {
        /// File.
        file: String,
        /// As stated.
        stated: Decimal,
        /// As re-computed.
        computed: Decimal,
    },
}

impl<'a> Sources<'a> {
    /// Starts with a certified award.
    ///
    /// # Errors
    /// If the document states another cost on the same tender.
    pub fn new(
        tender: &'a Tender,
        tender_path: String,
        (award, certificate): (&Award, &Certificate),
        (file, document): (String, Value),
        build: String,
    ) -> Result<Self, SourceError> {
        let own = input_hash(&tender.draft);
        let same = document.get("input_hash").and_then(Value::as_str).is_none_or(|h| h == own);
        let mut warnings = Vec::new();
        let stated: Option<AwardBody> = serde_json::from_value(document.clone()).ok();
        let empty = AwardBody::without_award(
            "feasible",
            None,
            "re-computed from a file; nothing is proven".to_owned(),
            Vec::new(),
        );
        let body = match (same, stated) {
            (true, Some(stated)) => {
                let computed = certificate.costs.value;
                if let Some(value) = stated.value.filter(|v| *v != computed) {
                    return Err(SourceError::Value { file, stated: value, computed });
                }
                let difference = stated.certificate.as_ref().and_then(|c| c.difference);
                let proof = Proof {
                    bound: stated.bound,
                    level_bounds: stated.objective.iter().flat_map(|o| &o.levels).map(|l| l.bound).collect(),
                    solver_value: None,
                    log: stated.log.clone(),
                    ladder: stated.ladder.clone(),
                    statistics: stated.statistics.clone(),
                };
                let mut body = stated.with_award(tender, award, certificate, proof);
                if let Some(own) = &mut body.certificate {
                    own.difference = difference;
                }
                body
            }
            (true, None) => empty.with_award(tender, award, certificate, Proof::default()),
            (false, _) => {
                warnings.push(format!(
                    "{file} was made for another state of the tender. Its cost is re-computed on this one; what was proven about it is left out."
                ));
                empty.with_award(tender, award, certificate, Proof::default())
            }
        };
        let mut sources = Self {
            tender,
            tender_path,
            award: Shown { file, document, body },
            exposure: Vec::new(),
            stress: Vec::new(),
            reserve: Vec::new(),
            replay: Vec::new(),
            input_hash: own,
            build,
            warnings,
        };
        sources.check_digest(&sources.award.document.clone(), &sources.award.file.clone());
        Ok(sources)
    }

    /// Adds an exposure, stress, replay or reserve document.
    ///
    /// # Errors
    /// If it is none of them.
    pub fn add(&mut self, file: String, document: Value) -> Result<(), SourceError> {
        let schema = document.get("schema").and_then(Value::as_str).unwrap_or("").to_owned();
        match schema.as_str() {
            "ballast.exposure/1" => {
                let body: ExposureBody = body(&file, &schema, &document)?;
                self.check_award(body.award_digest.as_deref(), &file);
                self.check(&document, &file);
                self.exposure.push(Shown { file, document, body });
            }
            "ballast.stress/1" => {
                let body: StressBody = body(&file, &schema, &document)?;
                self.check_award(body.award_digest.as_deref(), &file);
                self.check(&document, &file);
                self.stress.push(Shown { file, document, body });
            }
            "ballast.replay/1" => {
                let body: ReplayBody = body(&file, &schema, &document)?;
                self.check_award(body.award_digest.as_deref(), &file);
                self.check(&document, &file);
                self.replay.push(Shown { file, document, body });
            }
            "ballast.reserve/1" => {
                let body: ReserveBody = body(&file, &schema, &document)?;
                self.check_award(body.award_digest.as_deref(), &file);
                self.check(&document, &file);
                self.reserve.push(Shown { file, document, body });
            }
            _ => return Err(SourceError::Schema { file, schema }),
        }
        Ok(())
    }

    fn check_award(&mut self, digest: Option<&str>, file: &str) {
        let own = self.award.header("digest");
        if digest.is_some_and(|d| !own.is_empty() && d != own) {
            self.warnings.push(format!("{file} speaks of another award than the one shown here."));
        }
    }

    fn check(&mut self, document: &Value, file: &str) {
        let hash = document.get("input_hash").and_then(Value::as_str).unwrap_or("");
        if hash != self.input_hash {
            self.warnings
                .push(format!("{file} was made for another state of the tender; its figures may not fit this award."));
        }
        self.check_digest(document, file);
    }

    fn check_digest(&mut self, document: &Value, file: &str) {
        if document.get("digest").is_some_and(|d| *d != digest_of(document)) {
            self.warnings.push(format!("{file} was changed after it was written: its digest does not fit."));
        }
    }

    /// What the award costs: its value, or its cash where it was chosen by a named objective, whose value is no cost.
    pub fn cost(&self) -> Option<Decimal> {
        match (&self.award.body.objective, &self.award.body.cash) {
            (Some(_), Some(cash)) => Some(cash.total),
            _ => self.award.body.value,
        }
    }

    /// What is proven: that no award that keeps the rules is below the bound, of whatever it was chosen by.
    pub fn none_below(&self, who: &str, bound: Decimal) -> String {
        match &self.award.body.objective {
            Some(objective) => {
                format!("{who} has a level 1 of the objective {} below {}", objective.name, number::amount(bound))
            }
            None => format!("{who} costs less than {}", self.money(bound)),
        }
    }

    /// Currency.
    pub fn currency(&self) -> &str {
        &self.tender.settings.currency
    }

    /// Money with its currency.
    pub fn money(&self, amount: Decimal) -> String {
        format!("{} {}", number::money(amount), self.currency())
    }
}

fn body<B: DeserializeOwned>(file: &str, schema: &str, document: &Value) -> Result<B, SourceError> {
    serde_json::from_value(document.clone()).map_err(|why| SourceError::Body {
        file: file.to_owned(),
        schema: schema.to_owned(),
        why,
    })
}
