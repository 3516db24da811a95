//! What `ballast leverage` says to people.

use ballast_domain::Tender;
use ballast_exchange::documents::leverage::{LeverageBody, WalkPart};

use crate::output::{money, table};
use crate::proven::between;
use crate::study::briefly;

fn row(part: &WalkPart) -> Vec<String> {
    let word = |p: &WalkPart| p.without.as_ref().map_or_else(String::new, |a| a.termination.replace('_', " "));
    let loses = match part.buyer_loses {
        _ if part.indispensable => "no award".to_owned(),
        Some(loss) => money(loss),
        None => word(part),
    };
    let proven = if part.indispensable { String::new() } else { between(part.proven) };
    let then = match (&part.without, &part.difference) {
        _ if part.indispensable => {
            let mut words = match part.needed_for.is_empty() {
                true => "needed, though for no need alone".to_owned(),
                false => format!("needed for {}", part.needed_for.join(", ")),
            };
            if !part.open.is_empty() {
                words.push_str(&format!("; not decided: {}", part.open.join(", ")));
            }
            words
        }
        (None, _) => "wins nothing, the award stands".to_owned(),
        (_, Some(difference)) => briefly(difference),
        (Some(answer), None) => answer.detail.clone(),
    };
    vec![part.supplier.clone(), money(part.supplier_loses), loses, proven, then]
}

/// The whole.
pub fn text(tender: &Tender, body: &LeverageBody) -> String {
    let (name, currency) = (&tender.settings.name, &tender.settings.currency);
    let Some(value) = body.base.value else {
        return match body.base.termination.as_str() {
            "infeasible" => format!(
                "{name}: there is no award with everyone, so nobody's walk-away has a price; `ballast conflicts` says why\n"
            ),
            _ => format!("{name}: no award was found with everyone ({}); try a larger --work\n", body.base.detail),
        };
    };
    let mut text = format!("{name}: {} {currency} with everyone\n\n", money(value));
    let rows: Vec<Vec<String>> = body.suppliers.iter().map(row).collect();
    text.push_str(&table(&["if it walks away", "it loses", "the buyer loses", "proven", "then"], &rows));
    text.push_str("\n  it loses: what the award pays it over the contract; proven: in which interval the buyer's true loss lies\n");
    for part in body.suppliers.iter().filter(|p| p.indispensable) {
        let why = part.without.as_ref().map(|a| a.detail.as_str()).filter(|d| !d.is_empty());
        if let Some(why) = why {
            text.push_str(&format!("  without {} there is no award: {why}\n", part.supplier));
        }
    }
    if body.suppliers.iter().any(|p| !p.cannot_help) {
        text.push_str(
            "  rules by level, or an objective of several levels, decide before money: a loss below zero is possible\n",
        );
    }
    text
}
