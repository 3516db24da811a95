//! Whether a rule may give way, and at what price or level.

use rust_decimal::Decimal;

use super::parse::Desk;
use super::{Force, Measured, Weight};
use crate::tables::{Force as Word, RuleRow};

/// Reads `force` with its keys; `measured` is `None` where the measure itself is at fault.
pub(super) fn parse(row: &RuleRow, measured: Option<&Measured>, desk: &mut Desk<'_>) -> Option<Force> {
    let before = desk.findings.0.len();
    let word = row.force;
    if let Some(price) = row.price.filter(|_| word != Word::Priced) {
        desk.refuse("price", price.to_string(), "only priced rules have a price", "set `force = \"priced\"`");
    }
    if let Some(level) = row.level.filter(|_| word != Word::Levelled) {
        desk.refuse("level", level.to_string(), "only levelled rules have a level", "set `force = \"levelled\"`");
    }
    if let Some(weight) = row.weight_in_level.filter(|_| word != Word::Levelled) {
        let expected = "only levelled rules have a weight within their level";
        desk.refuse("weight_in_level", weight.0.to_string(), expected, "set `force = \"levelled\"`");
    }
    // Violations of shares are counted in units of their whole; money that depends on discounts has no fixed one.
    let by_spend = matches!(
        measured,
        Some(Measured::Share { weight: Weight::Spend(_), .. } | Measured::Mean { weight: Weight::Spend(_), .. })
    );
    if word != Word::Hard && by_spend {
        let expected = "a share or mean by spend has no fixed whole to count a violation in";
        desk.refuse("weight", "spend", expected, "weigh by reference or units, or make the rule hard");
    }
    let force = match word {
        Word::Hard => Force::Hard,
        Word::Priced => match row.price {
            Some(price) => Force::Priced { price: price.0 },
            None => {
                desk.refuse("price", "", "a priced rule needs its price", "give `price`, money per unit of violation");
                return None;
            }
        },
        Word::Levelled => {
            let weight = row.weight_in_level.map_or(Decimal::ONE, |w| w.0);
            if weight <= Decimal::ZERO {
                let expected = "the weight within a level is above 0";
                desk.refuse("weight_in_level", weight.to_string(), expected, "give a positive weight, or leave it out");
            }
            match row.level {
                Some(level) if (1..=4).contains(&level) => Force::Levelled { level, weight },
                level => {
                    let value = level.map(|l| l.to_string()).unwrap_or_default();
                    desk.refuse("level", value, "a levelled rule needs a level from 1 to 4", "4 is given up first");
                    return None;
                }
            }
        }
    };
    (desk.findings.0.len() == before).then_some(force)
}
