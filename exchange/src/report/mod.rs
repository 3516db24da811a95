//! The committee report: one self-contained page and, as `ballast.report/1`, the same numbers for programs.
//!
//! A report is a list of sections of blocks. The page renders the blocks and the document serializes them, so that no
//! number can stand on the one and not in the other.

mod assumptions;
mod block;
mod certificate;
mod contracts;
mod cost;
mod decision;
mod exposure;
mod matrix;
mod names;
mod objective;
mod page;
mod preference;
mod replay;
mod reserve;
mod rules;
mod sources;
mod stress;
mod stress_detail;
mod switching;
mod tiers;
mod title;

use serde::Serialize;
use serde_json::Value;

use crate::documents::award::AwardBody;
use crate::figures::FigureError;

pub use block::{Block, Section};
pub use sources::{Shown, SourceError, Sources};
pub use title::{KeyFigure, Title};

/// What a report says: the body of `ballast.report/1`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Title block.
    pub title: Title,
    /// What a reader must know before believing the rest.
    pub warnings: Vec<String>,
    /// Everything else, in the order a committee reads.
    pub sections: Vec<Section>,
    /// The award shown, re-computed on the tender.
    pub award: AwardBody,
    /// The exposure documents shown, as given.
    pub exposure: Vec<Value>,
    /// The stress documents shown, as given.
    pub stress: Vec<Value>,
    /// The reserve documents shown, as given.
    pub reserve: Vec<Value>,
    /// The replay documents shown, as given.
    pub replay: Vec<Value>,
    #[serde(skip)]
    footer: String,
}

/// A report that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A figure.
    #[error(transparent)]
    Figure(#[from] FigureError),
    /// The page.
    #[error("the page could not be rendered: {0}")]
    Page(#[from] askama::Error),
}

impl Report {
    /// Makes the report of these documents.
    ///
    /// # Errors
    /// If a figure cannot be drawn.
    pub fn new(sources: &Sources<'_>) -> Result<Self, ReportError> {
        let names = names::Names::new(sources.tender);
        let mut sections = vec![decision::section(sources, &names)];
        sections.extend(cost::section(sources)?);
        sections.extend(objective::section(sources));
        sections.extend(tiers::section(sources));
        sections.extend(contracts::section(sources, &names));
        sections.extend(rules::section(sources));
        sections.extend(preference::section(sources)?);
        sections.extend(switching::section(sources, &names));
        for (i, shown) in sources.exposure.iter().enumerate() {
            sections.push(exposure::section(sources, shown, i));
        }
        for (i, shown) in sources.stress.iter().enumerate() {
            sections.push(stress::section(sources, &names, shown, i)?);
        }
        for (i, shown) in sources.replay.iter().enumerate() {
            sections.push(replay::section(sources, &names, shown, i)?);
        }
        for (i, shown) in sources.reserve.iter().enumerate() {
            sections.push(reserve::section(sources, &names, shown, i)?);
        }
        sections.push(assumptions::section(sources));
        sections.push(certificate::section(sources));
        Ok(Self {
            title: title::title(sources),
            warnings: sources.warnings.clone(),
            sections,
            award: sources.award.body.clone(),
            exposure: sources.exposure.iter().map(|s| s.document.clone()).collect(),
            stress: sources.stress.iter().map(|s| s.document.clone()).collect(),
            reserve: sources.reserve.iter().map(|s| s.document.clone()).collect(),
            replay: sources.replay.iter().map(|s| s.document.clone()).collect(),
            footer: format!("Made by {} from documents with input hash {}.", sources.build, sources.input_hash),
        })
    }

    /// The page.
    ///
    /// # Errors
    /// If the template fails, which no report of this crate brings about.
    pub fn html(&self) -> Result<String, ReportError> {
        page::html(self)
    }
}

#[cfg(test)]
mod tests;
