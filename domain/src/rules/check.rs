//! Whether an award keeps a rule, computed exactly.

use num_traits::Zero;

use super::expand::{Guard, Instance};
use super::reading::{Amount, Counted, Ratio, Reading, Sum, Terms};
use super::{Force, Rule, count, expand, moved, ratio};
use crate::exact::{Exact, whole, zero};
use crate::index::{CandidateIx, RuleIx};
use crate::tender::Tender;

/// What an award has on a line, a year; `None` where the line is not used.
pub type Award<'a> = &'a dyn Fn(Counted, CandidateIx) -> Option<Exact>;

/// One instance of a rule on one award.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleCheck {
    /// The rule.
    pub rule: RuleIx,
    /// The values it is repeated for.
    pub label: String,
    /// What was measured; `None` where there is nothing to measure (no volume) or the rule does not apply.
    pub value: Option<Exact>,
    /// The lower bound that holds here.
    pub low: Option<Exact>,
    /// The upper bound that holds here.
    pub high: Option<Exact>,
    /// Whether it holds, within the tolerance.
    pub holds: bool,
    /// Distance to the nearest bound, negative if broken; `None` where nothing was measured.
    pub slack: Option<Exact>,
    /// By how much it is broken, exactly, in units of the measure; zero if it is not.
    pub violation: Exact,
    /// True if it holds only thanks to the tolerance.
    pub used_tolerance: bool,
    /// True if an award may break it: it is priced or levelled.
    pub may_give_way: bool,
}

impl RuleCheck {
    /// By how much a rule that may give way did.
    pub fn relaxed_by(&self) -> Option<&Exact> {
        (!self.holds && self.may_give_way).then_some(&self.violation)
    }
}

/// Reads an award.
pub(super) struct Reader<'a> {
    pub(super) award: Award<'a>,
    pub(super) tolerance: &'a Exact,
}

impl Reader<'_> {
    fn add(&self, counted: Counted, terms: &Terms) -> Exact {
        let amount = |(c, w): &(CandidateIx, Exact)| (self.award)(counted, *c).map(|x| x * w);
        terms.iter().filter_map(amount).sum()
    }

    fn ratio(&self, ratio: &Ratio) -> Option<Exact> {
        ratio::value(ratio, &|sum: &Sum| self.add(sum.counted, &sum.terms))
    }

    pub(super) fn value(&self, reading: &Reading) -> Option<Exact> {
        match reading {
            Reading::Ratio(ratio) => self.ratio(ratio),
            Reading::Tally(t) => Some(whole(count::value(t, self.tolerance, &|terms| self.add(t.counted, terms)))),
            Reading::Moved(m) => moved::value(m, &|terms| self.add(Amount::Used.everywhere(), terms)),
        }
    }

    /// How much of the measure's scale the denominator makes up: 1 but for shares and means whose whole is smaller.
    fn part_of_scale(&self, reading: &Reading) -> Exact {
        match reading {
            Reading::Ratio(r) if !r.whole.terms.is_empty() && !r.scale.is_zero() => {
                ratio::denominator(r, &|sum: &Sum| self.add(sum.counted, &sum.terms)) / &r.scale
            }
            _ => whole(1),
        }
    }

    /// Conditions hold exactly or not at all.
    fn met(&self, guard: &Guard) -> bool {
        self.value(&guard.reading)
            .is_some_and(|v| guard.low.as_ref().is_none_or(|l| v >= *l) && guard.high.as_ref().is_none_or(|h| v <= *h))
    }

    fn used(&self, reading: &Reading) -> bool {
        let counted = Counted { amount: Amount::Used, ..reading.counted() };
        reading.lines().iter().any(|(c, _)| (self.award)(counted, *c).is_some_and(|x| !x.is_zero()))
    }
}

/// Checks every instance of a rule. `tolerance` is relative.
pub fn check(tender: &Tender, ix: RuleIx, award: Award<'_>, tolerance: &Exact) -> Vec<RuleCheck> {
    let rule: &Rule = &tender.rules[ix];
    let reader = Reader { award, tolerance };
    expand(tender, rule).iter().map(|instance| judge(&reader, ix, rule, instance)).collect()
}

fn judge(reader: &Reader<'_>, ix: RuleIx, rule: &Rule, instance: &Instance) -> RuleCheck {
    let applies = instance.when.as_ref().is_none_or(|guard| reader.met(guard))
        && (!rule.if_used || reader.used(&instance.reading));
    let value = if applies { reader.value(&instance.reading) } else { None };
    // Bounds that are multiples of what the system reads; where it reads nothing, there is nothing to compare with.
    let (low, high) = match &instance.system {
        None => (instance.low.clone(), instance.high.clone()),
        Some(system) => match reader.ratio(system) {
            Some(of) => (instance.low.as_ref().map(|l| l * &of), instance.high.as_ref().map(|h| h * &of)),
            None => (None, None),
        },
    };
    let mut result = RuleCheck {
        rule: ix,
        label: instance.label.clone(),
        value,
        low,
        high,
        holds: true,
        slack: None,
        violation: zero(),
        used_tolerance: false,
        may_give_way: rule.force != Force::Hard,
    };
    let Some(value) = &result.value else { return result };
    let below = result.high.as_ref().map(|h| h - value);
    let above = result.low.as_ref().map(|l| value - l);
    let Some(slack) = [below, above].into_iter().flatten().min() else { return result };
    if slack.is_negative() {
        result.violation = -&slack * reader.part_of_scale(&instance.reading);
        let scale = match &instance.reading {
            Reading::Tally(_) | Reading::Moved(_) => zero(),
            // Amounts hold relative to their bound, ratios to their own unit.
            Reading::Ratio(_) if rule.subject.measured.is_amount() => {
                result.high.as_ref().or(result.low.as_ref()).map_or_else(zero, Exact::abs)
            }
            Reading::Ratio(_) => {
                let bound = result.high.as_ref().or(result.low.as_ref()).map_or_else(zero, Exact::abs);
                bound.max(whole(1))
            }
        };
        result.holds = result.violation <= reader.tolerance * scale;
        result.used_tolerance = result.holds;
    }
    result.slack = Some(slack);
    result
}
