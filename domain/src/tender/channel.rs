//! Whose contract an offer stands in, who delivers, and what is paid back when supply fails.

use super::places::Places;
use crate::cell::Text;
use crate::finding::Findings;
use crate::tables::{Channel, Draft};

/// The text of a cell, empty if it is blank.
pub(super) fn text(cell: &Option<Text>) -> String {
    cell.as_ref().map(|t| t.0.clone()).unwrap_or_default()
}

/// A direct delivery has no distributor's mark-up, and a cap belongs to a clause.
pub(super) fn check(draft: &Draft, places: &Places<'_>, findings: &mut Findings) {
    for r in &draft.offers {
        let at = |column| places.cell("offers", r.at, column);
        if r.channel == Some(Channel::Direct) && !r.markup.0.is_zero() {
            findings.error(
                "bad_value",
                at("markup"),
                r.markup.to_string(),
                "the supplier delivers directly, so no distributor marks the price up",
                "set channel to distributor, or remove the mark-up",
            );
        }
        if let (Some(cap), None) = (r.failure_to_supply_cap, r.failure_to_supply) {
            findings.error(
                "missing_value",
                at("failure_to_supply"),
                "",
                format!("the offer caps ({cap} per pack) what it does not promise to pay back"),
                "enter the part of the price difference that is paid back, or remove the cap",
            );
        }
    }
}
