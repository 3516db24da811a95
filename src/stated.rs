//! What an award file states of its cost, against what the lines cost when they are priced again.

use ballast_exchange::documents::award::AwardBody;
use rust_decimal::Decimal;
use serde_json::Value;

/// Differences shown; the rest is counted.
const SHOWN: usize = 5;

/// Every statement that the re-computation contradicts, in words; none if the file says what is so. The total must be
/// stated; parts of it that are not stated are no contradiction.
pub fn contradictions(document: &Value, body: &AwardBody) -> Vec<String> {
    let mut found = Vec::new();
    let total = body.value.unwrap_or_default();
    found.extend(contradiction("a cost", document.get("value").unwrap_or(&Value::Null), total));
    for part in entries(document, "cost") {
        let name = part.get("component").and_then(Value::as_str).unwrap_or("");
        let own = body.cost.iter().find(|c| c.component == name).map_or(Decimal::ZERO, |c| c.amount);
        found.extend(
            part.get("amount").and_then(|v| contradiction(&format!("an amount for {}", harmless(name)), v, own)),
        );
    }
    let mut differing = Vec::new();
    for line in entries(document, "lines") {
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        let same = |l: &&ballast_exchange::documents::award::Line| {
            (Some(&*l.site), Some(&*l.need), Some(&*l.offer)) == (text("site"), text("need"), text("offer"))
        };
        let Some(own) = body.lines.iter().find(same) else { continue };
        for (key, computed) in
            [("packs", own.packs), ("price", own.price), ("list_price", own.list_price), ("cost", own.cost)]
        {
            let what =
                format!("a {} for offer {}, need {}, site {}", key.replace('_', " "), own.offer, own.need, own.site);
            differing.extend(line.get(key).and_then(|v| contradiction(&what, v, computed)));
        }
    }
    let more = differing.len().saturating_sub(SHOWN);
    found.extend(differing.into_iter().take(SHOWN));
    if more > 0 {
        found.push(format!("and {more} more figures of lines differ"));
    }
    found
}

fn entries<'a>(document: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    document.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The sentence about one figure that differs or cannot be read.
fn contradiction(what: &str, stated: &Value, computed: Decimal) -> Option<String> {
    let read = stated.as_str().and_then(|text| Decimal::from_str_exact(text).ok());
    match read {
        Some(read) if read == computed => None,
        Some(read) => Some(format!("the file states {what} of {read}, re-computed it is {computed}")),
        None => Some(format!(
            "the file states {what} that cannot be read (`{}`), re-computed it is {computed}",
            harmless(&stated.to_string())
        )),
    }
}

/// Text of the file, short and without anything that would steer a terminal.
fn harmless(text: &str) -> String {
    text.chars().take(60).flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
