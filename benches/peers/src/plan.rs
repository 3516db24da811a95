//! An award of a converted instance as a plan: the shares, what the award claims to cost, what it proves.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::tender::UNITS_A_CENT;

/// What is read of an award document, or of an improvement on the way. All else in it is passed over.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Money of the tender; null where there is no award.
    #[serde(default)]
    value: Value,
    /// Money of the tender; null where there is none.
    #[serde(default)]
    bound: Value,
    /// CPU seconds of the search when it was found, where the document says so.
    #[serde(default)]
    pub cpu_seconds: Option<f64>,
    /// Lines.
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    site: String,
    product: String,
    share: f64,
}

/// An entry of the plan's log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// CPU seconds since the start.
    pub cpu_s: f64,
    /// Claimed cost.
    pub cost_cents: Option<i128>,
    /// Bound.
    pub bound_cents: Option<i128>,
}

/// Decimals of the tender's money that are read; Ballast writes two.
const DECIMALS: usize = 6;

/// An amount in units of 10^-[`DECIMALS`].
fn amount(value: &Value) -> Option<i128> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
    let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let behind = format!("{behind:0<DECIMALS$}");
    Some(sign * format!("{before}{}", behind.get(..DECIMALS)?).parse::<i128>().ok()?)
}

/// Such units in a cent.
const ONE_CENT: i128 = UNITS_A_CENT as i128 * 10_i128.pow(DECIMALS as u32);

impl Found {
    /// Reads a document.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|e| e.to_string())
    }

    /// True if it holds an award.
    pub fn has_award(&self) -> bool {
        !self.lines.is_empty()
    }

    /// The value in cents, half a cent up as the referee rounds.
    pub fn claimed_cents(&self) -> Option<i128> {
        Some((amount(&self.value)? * 2 + ONE_CENT).div_euclid(ONE_CENT * 2))
    }

    /// The bound in whole cents, rounded down.
    pub fn bound_cents(&self) -> Option<i128> {
        Some(amount(&self.bound)?.div_euclid(ONE_CENT))
    }
}

/// The number of an id such as `p17`.
fn number(id: &str) -> Result<usize, String> {
    id.get(1..).and_then(|digits| digits.parse().ok()).ok_or_else(|| format!("`{id}` is no id of a converted instance"))
}

fn or_null(cents: Option<i128>) -> String {
    cents.map_or_else(|| "null".to_owned(), |c| c.to_string())
}

/// The plan as JSON. A line counts with its share; without an award the plan is empty and may carry a bound.
///
/// # Errors
/// If the award is none of a converted instance.
pub fn plan(found: &Found, bound_cents: Option<i128>, log: &[Entry]) -> Result<String, String> {
    let mut text = String::with_capacity(found.lines.len() * 24 + log.len() * 64 + 200);
    text.push_str("{\"x\":[");
    for (i, line) in found.lines.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let _ = write!(text, "{comma}[{},{},{}]", number(&line.product)?, number(&line.site)?, line.share);
    }
    let claimed = if found.has_award() { found.claimed_cents() } else { None };
    let _ = write!(
        text,
        "],\"claimed_cost_cents\":{},\"bound_cents\":{},\"log\":[",
        or_null(claimed),
        or_null(bound_cents)
    );
    for (i, entry) in log.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        let (cost, bound) = (or_null(entry.cost_cents), or_null(entry.bound_cents));
        let _ = write!(text, "{comma}{{\"cpu_s\":{:.3},\"cost_cents\":{cost},\"bound_cents\":{bound}}}", entry.cpu_s);
    }
    text.push_str("]}\n");
    Ok(text)
}

/// Puts a text in place of a file at once: a kill leaves the old one or the new one.
///
/// # Errors
/// If the folder cannot be written.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    fs::write(&fresh, text)?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Found {
        Found::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn money_is_rounded_as_the_referee_rounds_and_bounds_down() {
        let at = |value: &str| found(&format!(r#"{{"value":"{value}","bound":"{value}"}}"#));
        assert_eq!(at("250").claimed_cents(), Some(3));
        assert_eq!(at("249.99").claimed_cents(), Some(2));
        assert_eq!(at("249.99").bound_cents(), Some(2));
        assert_eq!(at("299.99").bound_cents(), Some(2));
        assert_eq!(at("-1").bound_cents(), Some(-1));
        assert_eq!(found(r#"{"value":59217875126.30}"#).claimed_cents(), Some(592_178_751));
        assert_eq!(found(r#"{"value":null}"#).claimed_cents(), None);
    }

    #[test]
    fn a_plan_holds_shares_claim_bound_and_log() {
        let award = found(
            r#"{"schema":"x","value":"1000","bound":"900","rules":[{"a":1}],
                "lines":[{"site":"h3","need":"n1","product":"p7","share":0.25}]}"#,
        );
        let log = [Entry { cpu_s: 0.5, cost_cents: Some(10), bound_cents: None }];
        assert_eq!(
            plan(&award, award.bound_cents(), &log).unwrap(),
            "{\"x\":[[7,3,0.25]],\"claimed_cost_cents\":10,\"bound_cents\":9,\
             \"log\":[{\"cpu_s\":0.500,\"cost_cents\":10,\"bound_cents\":null}]}\n"
        );
    }

    #[test]
    fn without_an_award_the_plan_is_empty_and_keeps_the_bound() {
        let none = found(r#"{"value":null,"bound":"900","lines":[]}"#);
        assert_eq!(
            plan(&none, none.bound_cents(), &[]).unwrap(),
            "{\"x\":[],\"claimed_cost_cents\":null,\"bound_cents\":9,\"log\":[]}\n"
        );
    }

    #[test]
    fn foreign_ids_are_refused() {
        let award = found(r#"{"value":"1","lines":[{"site":"North","product":"p1","share":1}]}"#);
        assert!(plan(&award, None, &[]).unwrap_err().contains("North"));
    }
}
