//! The lines of an award document that a lock may keep.

use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::award::SHARE_DECIMALS;
use ballast_domain::finding::Place;
use ballast_domain::scenario::KeptLine;
use rust_decimal::Decimal;
use serde::Deserialize;

#[derive(Deserialize)]
struct Document {
    schema: String,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    site: String,
    need: String,
    product: String,
    offer: String,
    share: serde_json::Number,
}

/// All lines of the award in a file.
pub(super) fn lines(path: &Path, place: &Place, findings: &mut Findings) -> Option<Vec<KeptLine>> {
    let mut fault = |expected: String, fix: &str| {
        findings.error("unreadable_award", place.column("award"), path.display().to_string(), expected, fix);
        None
    };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            return fault(format!("cannot be read: {error}"), "name an award document, relative to the scenario");
        }
    };
    let document: Document = match serde_json::from_slice(&bytes) {
        Ok(document) => document,
        Err(error) => return fault(format!("is no award: {error}"), "name a file that `ballast award --out` wrote"),
    };
    if document.schema != "ballast.award/1" || document.lines.is_empty() {
        return fault("holds no award".to_owned(), "name a file that `ballast award --out` wrote");
    }
    let kept = |l: Line| {
        // A share is written as a float; the award has it with nine decimals.
        let share = Decimal::from_scientific(&l.share.to_string()).or_else(|_| l.share.to_string().parse()).ok()?;
        let share = share.round_dp(SHARE_DECIMALS);
        Some(KeptLine { site: l.site, need: l.need, product: l.product, offer: l.offer, share })
    };
    match document.lines.into_iter().map(kept).collect() {
        Some(lines) => Some(lines),
        None => fault("has a share that is no number".to_owned(), "name a file that `ballast award --out` wrote"),
    }
}
