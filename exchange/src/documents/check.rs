//! `ballast.check/1`: what reading a tender found.

use ballast_domain::finding::Finding;
use ballast_domain::tender::Reading;
use serde::Serialize;

use crate::hash::input_hash;
use crate::scenario::ScenarioPart;

/// Body of the document.
#[derive(Debug, Clone, Serialize)]
pub struct CheckBody {
    /// True if there is a tender.
    pub tender: bool,
    /// Hash of the canonical tender, if there is one.
    pub input_hash: Option<String>,
    /// Number of errors, warnings and informations.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// What-if edits that the tender got, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<ScenarioPart>,
    /// Rows per table.
    pub tables: Vec<TableCount>,
    /// All findings, errors first.
    pub findings: Vec<FindingRow>,
    /// The rules, each read back in a sentence.
    pub rules: Vec<ReadBack>,
    /// Size of the decision.
    pub size: Option<Size>,
    /// What each product used in procedures would cost under each way of paying.
    pub payment_ways: Vec<super::award::PaymentWays>,
}

/// A rule as it was understood.
#[derive(Debug, Clone, Serialize)]
pub struct ReadBack {
    /// Id.
    pub id: String,
    /// In one sentence.
    pub sentence: String,
}

/// Rows of a table.
#[derive(Debug, Clone, Serialize)]
pub struct TableCount {
    /// Table.
    pub table: String,
    /// Read = accepted + rejected + ignored.
    pub read: usize,
    /// Became part of the tender.
    pub accepted: usize,
    /// Had an error.
    pub rejected: usize,
    /// Were blank.
    pub ignored: usize,
}

/// One finding.
#[derive(Debug, Clone, Serialize)]
pub struct FindingRow {
    /// `error`, `warning`, `information`.
    pub severity: String,
    /// Stable name.
    pub code: String,
    /// File, sheet or body.
    pub file: String,
    /// Line, counted from 1.
    pub line: Option<u32>,
    /// JSON pointer.
    pub pointer: Option<String>,
    /// Column.
    pub column: Option<String>,
    /// Cell of the sheet, such as `F17`, where the tender is a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Value as written.
    pub value: String,
    /// What was expected.
    pub expected: String,
    /// What to do.
    pub fix: String,
}

/// Size of the decision.
#[derive(Debug, Clone, Serialize)]
pub struct Size {
    /// Members.
    pub members: usize,
    /// Sites.
    pub sites: usize,
    /// Needs.
    pub needs: usize,
    /// Demand cells.
    pub cells: usize,
    /// Suppliers.
    pub suppliers: usize,
    /// Plants.
    pub plants: usize,
    /// Products.
    pub products: usize,
    /// Offers.
    pub offers: usize,
    /// Candidate lines.
    pub candidates: usize,
    /// Rules.
    pub rules: usize,
}

impl From<&Finding> for FindingRow {
    fn from(f: &Finding) -> Self {
        Self {
            severity: f.severity.word().to_owned(),
            code: f.code.to_owned(),
            file: f.place.file.clone(),
            line: f.place.line,
            pointer: f.place.pointer.clone(),
            column: f.place.column.clone(),
            cell: f.place.cell(),
            value: f.value.clone(),
            expected: f.expected.clone(),
            fix: f.fix.clone(),
        }
    }
}

impl From<&Reading> for CheckBody {
    fn from(reading: &Reading) -> Self {
        use ballast_domain::Severity;
        let count = |(table, c): &(&str, ballast_domain::schema::RowCount)| TableCount {
            table: (*table).to_owned(),
            read: c.read,
            accepted: c.accepted,
            rejected: c.rejected,
            ignored: c.ignored,
        };
        Self {
            tender: reading.tender.is_some(),
            input_hash: reading.tender.as_ref().map(|t| input_hash(&t.draft)),
            errors: reading.findings.count(Severity::Error),
            warnings: reading.findings.count(Severity::Warning),
            scenarios: Vec::new(),
            tables: reading.rows.iter().filter(|(_, c)| c.read > 0).map(count).collect(),
            findings: reading.findings.0.iter().map(FindingRow::from).collect(),
            rules: reading.tender.as_ref().map_or_else(Vec::new, |t| {
                t.rules.iter().map(|r| ReadBack { id: r.id.clone(), sentence: r.sentence.clone() }).collect()
            }),
            size: reading.tender.as_ref().map(|t| Size {
                members: t.members.len(),
                sites: t.sites.len(),
                needs: t.needs.len(),
                cells: t.cells.len(),
                suppliers: t.suppliers.len(),
                plants: t.plants.len(),
                products: t.products.len(),
                offers: t.offers.len(),
                candidates: t.candidates.len(),
                rules: t.rules.len(),
            }),
            payment_ways: reading.tender.as_ref().map_or_else(Vec::new, |t| super::payment_ways::by_product(t, None)),
        }
    }
}
