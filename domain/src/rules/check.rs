//! Whether an award keeps a rule, computed exactly.

use num_traits::{Signed, Zero};

use super::expand::{Instance, Terms, expand};
use super::{Measured, Rule, amount, count, mean, share};
use crate::exact::{Exact, exact, whole, zero};
use crate::index::{CandidateIx, RuleIx};
use crate::tender::Tender;

/// One instance of a rule on one award.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCheck {
    /// The rule.
    pub rule: RuleIx,
    /// The values it is repeated for.
    pub label: String,
    /// What was measured; `None` where there is nothing to measure (no volume).
    pub value: Option<Exact>,
    /// Whether it holds, within the tolerance.
    pub holds: bool,
    /// Distance to the nearest bound, negative if broken; `None` where nothing was measured.
    pub slack: Option<Exact>,
    /// True if it holds only thanks to the tolerance.
    pub used_tolerance: bool,
}

/// Checks every instance of a rule. `used` gives the need units of a line; `tolerance` is relative.
pub fn check(
    tender: &Tender,
    ix: RuleIx,
    used: &dyn Fn(CandidateIx) -> Option<Exact>,
    tolerance: &Exact,
) -> Vec<RuleCheck> {
    let rule: &Rule = &tender.rules[ix];
    let sum = |terms: &Terms| terms.iter().filter_map(|(c, w)| used(*c).map(|x| x * w)).fold(zero(), |a, b| a + b);
    let judge = |label: &str, value: Option<Exact>, scale: &Exact| {
        let Some(value) = value else {
            return RuleCheck {
                rule: ix,
                label: label.to_owned(),
                value: None,
                holds: true,
                slack: None,
                used_tolerance: false,
            };
        };
        let below = rule.bound.high.map(|h| exact(h) - &value);
        let above = rule.bound.low.map(|l| &value - exact(l));
        let slack = match (below, above) {
            (Some(a), Some(b)) => {
                if a < b {
                    a
                } else {
                    b
                }
            }
            (a, b) => a.or(b).unwrap_or_else(zero),
        };
        let room = tolerance * scale;
        let holds = slack >= -room;
        RuleCheck {
            rule: ix,
            label: label.to_owned(),
            value: Some(value),
            holds,
            used_tolerance: holds && slack.is_negative(),
            slack: Some(slack),
        }
    };
    let one = whole(1);
    expand(tender, rule)
        .iter()
        .map(|instance| match (instance, &rule.measured) {
            (Instance::Count(c), Measured::Count { counts_from, .. }) => {
                let n = count::value(c, *counts_from, tolerance, sum);
                judge(&c.label, Some(whole(n)), &zero())
            }
            (Instance::Linear(l), measured) => {
                let idle = rule.if_used && sum(&l.part).is_zero();
                let value = match measured {
                    _ if idle => None,
                    Measured::Share { .. } => share::value(l, sum),
                    Measured::Mean { .. } => mean::value(l, sum),
                    _ => Some(amount::value(l, sum)),
                };
                let amount = matches!(measured, Measured::Units | Measured::Spend);
                let bound = rule.bound.high.or(rule.bound.low).map_or_else(zero, |b| exact(b).abs());
                judge(&l.label, value, if amount { &bound } else { &one })
            }
            (Instance::Count(c), _) => judge(&c.label, None, &one),
        })
        .collect()
}
