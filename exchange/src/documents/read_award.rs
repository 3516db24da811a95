//! Reads the lines of an award document back into an award, so that the same code certifies what came from a file.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::award::{Award, AwardLine};
use ballast_domain::exact::{digits, whole};
use ballast_domain::finding::{Findings, Place};
use ballast_domain::index::{CandidateIx, Ix, NeedIx, ProductIx};
use ballast_domain::quantity::NeedUnits;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Row {
    site: String,
    need: String,
    offer: String,
    need_units: Value,
    #[serde(default)]
    packs: Option<Value>,
}

/// Digits that a volume may have: 15 before the point as in any cell, and the 12 decimals of a quantity times the 9 of a
/// share behind it.
const BEFORE: usize = 15;
const BEHIND: usize = 21;

/// A volume, with every digit that stands there.
fn volume(value: &Value) -> Option<Decimal> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let fits = !before.is_empty() && plain(before) && plain(behind);
    let fits = fits && before.trim_start_matches('0').len() <= BEFORE && behind.trim_end_matches('0').len() <= BEHIND;
    fits.then(|| Decimal::from_str_exact(&text).ok()).flatten()
}

/// A value as it stands in the document, for a finding.
fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The award in `document`. Lines that the tender does not know become findings, all at once.
pub fn read_award(tender: &Tender, document: &Value, file: &str) -> (Award, Findings) {
    let mut findings = Findings::default();
    let mut award = Award::default();
    let at = |pointer: String| Place { pointer: Some(pointer), ..Place::file(file) };
    let schema = document.get("schema").and_then(Value::as_str).unwrap_or("");
    if schema != "ballast.award/1" {
        findings.error(
            "wrong_schema",
            at("/schema".into()),
            schema,
            "expected `ballast.award/1`",
            "name a file that `ballast award --out` wrote",
        );
        return (award, findings);
    }
    let hash = document.get("input_hash").and_then(Value::as_str).unwrap_or("");
    let own = crate::hash::input_hash(&tender.draft);
    if !hash.is_empty() && hash != own {
        findings.add(
            ballast_domain::Severity::Warning,
            "other_tender",
            at("/input_hash".into()),
            hash,
            format!("the award was made for another state of the tender (this one is {own})"),
            "it is re-computed on this tender; make a new award if that is not meant",
        );
    }
    let Some(lines) = document.get("lines").and_then(Value::as_array).filter(|l| !l.is_empty()) else {
        findings.error(
            "no_award",
            at("/lines".into()),
            "",
            "the document holds no award",
            "solve again with more time, or see its reasons",
        );
        return (award, findings);
    };
    let known: BTreeMap<(&str, &str, &str), CandidateIx> = tender
        .candidates
        .enumerate()
        .map(|(ix, c)| {
            let key = (
                tender.sites[c.site].id.as_str(),
                tender.needs[c.need].id.as_str(),
                tender.offers[c.offer].id.as_str(),
            );
            (key, ix)
        })
        .collect();
    for (i, line) in lines.iter().enumerate() {
        let pointer = format!("/lines/{i}");
        let row: Row = match serde_json::from_value(line.clone()) {
            Ok(row) => row,
            Err(error) => {
                findings.error(
                    "bad_line",
                    at(pointer),
                    "",
                    error.to_string(),
                    "a line needs site, need, offer and need_units",
                );
                continue;
            }
        };
        let key = (row.site.as_str(), row.need.as_str(), row.offer.as_str());
        let Some(&candidate) = known.get(&key) else {
            let expected = format!("offer {} may not serve need {} at site {}", row.offer, row.need, row.site);
            findings.error(
                "unknown_line",
                at(pointer),
                row.offer.clone(),
                expected,
                "check the ids, the offer's cohort and validity, and the product's approval",
            );
            continue;
        };
        let used = volume(&row.need_units);
        let cell = &tender.cells[tender.candidates[candidate].cell];
        let Some(used) = used else {
            let expected =
                format!("expected a decimal of at most {BEFORE} digits before the point and {BEHIND} after, 28 in all");
            findings.error(
                "bad_line",
                at(format!("{pointer}/need_units")),
                written(&row.need_units),
                expected,
                "write the need units with a point, without an exponent",
            );
            continue;
        };
        // More than this no award can use on one line; refused here, no sum over lines leaves the range of a decimal.
        if used.abs() > cell.quantity.0 {
            let expected =
                format!("site {} needs {} of {}, less than the line brings", row.site, cell.quantity, row.need);
            findings.error(
                "bad_line",
                at(format!("{pointer}/need_units")),
                written(&row.need_units),
                expected,
                "enter what the line serves of the demand",
            );
            continue;
        }
        let packs = row.packs.as_ref().map(|p| volume(p).filter(|p| p.fract().is_zero()).and_then(|p| p.to_u64()));
        let most = (cell.quantity.exact() / tender.candidates[candidate].use_factor.exact()).ceil();
        let whole_packs = match (tender.needs[tender.candidates[candidate].need].whole_packs, packs.flatten()) {
            (false, _) => None,
            (true, Some(packs)) if whole(packs) <= most => Some(packs),
            (true, Some(packs)) => {
                let expected = format!("{} packs serve all that the site needs", digits(&most));
                findings.error(
                    "bad_line",
                    at(format!("{pointer}/packs")),
                    packs.to_string(),
                    expected,
                    "enter the packs bought",
                );
                continue;
            }
            (true, None) => {
                findings.error(
                    "bad_line",
                    at(format!("{pointer}/packs")),
                    "",
                    "expected whole packs",
                    "the need is bought in whole packs",
                );
                continue;
            }
        };
        award.lines.push(AwardLine { candidate, used: NeedUnits(used), whole_packs });
    }
    award.formulary = formulary(tender, document);
    award.lines.sort_by_key(|l| l.candidate);
    for pair in award.lines.windows(2) {
        if pair[0].candidate == pair[1].candidate {
            let place = at("/lines".into());
            findings.error(
                "duplicate_key",
                place,
                pair[0].candidate.ix().to_string(),
                "a line stands twice",
                "add the two up",
            );
        }
    }
    (award, findings)
}

/// What the document says is on formulary, for needs with a limit; whatever is used where it does not tell the two apart.
fn formulary(tender: &Tender, document: &Value) -> Option<BTreeSet<(NeedIx, ProductIx)>> {
    if tender.needs.iter().all(|n| n.formulary_limit.is_none()) {
        return None;
    }
    let entries = document.get("formulary")?.as_array()?;
    let on = |entry: &Value| -> Option<Option<(NeedIx, ProductIx)>> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let need = tender.needs.enumerate().find(|(_, n)| Some(n.id.as_str()) == text("need"))?;
        let product = tender.products.enumerate().find(|(_, p)| Some(p.id.as_str()) == text("product"))?.0;
        let on = entry.get("on_formulary")?.as_bool()? && need.1.formulary_limit.is_some();
        Some(on.then_some((need.0, product)))
    };
    entries.iter().map(on).collect::<Option<Vec<_>>>().map(|on| on.into_iter().flatten().collect())
}
