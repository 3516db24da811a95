//! Rules that can never bind, and rules that another rule implies.

use std::collections::BTreeMap;

use ballast_domain::Severity;
use ballast_domain::exact::{Exact, whole, zero};
use ballast_domain::index::{CandidateIx, RuleIx};
use ballast_domain::rules::{Force, Instance, Measured, Ratio, Reading, Rule, expand};
use num_traits::{Signed, Zero};

use super::{Chart, Remark};

/// Adds the findings.
pub(super) fn check(chart: &mut Chart<'_>) {
    let tender = chart.tender;
    let instances: Vec<(RuleIx, Vec<Instance>)> =
        tender.rules.enumerate().map(|(ix, rule)| (ix, expand(tender, rule))).collect();
    for (ix, own) in &instances {
        let rule = &tender.rules[*ix];
        let row = tender.draft.rules.iter().find(|r| r.id.as_str() == rule.id).map(|r| r.at);
        let remark = |code, expected: String| Remark {
            severity: Severity::Information,
            code,
            value: rule.id.clone(),
            expected,
            fix: "check bound and scope, or take the rule out",
        };
        if own.iter().all(|i| idle(rule, i)) {
            let said = match own.is_empty() {
                true => "no line is in its scope, so it says nothing".to_owned(),
                false => format!("it can never bind: {}", rule.sentence),
            };
            chart.add("rules", row, "id", remark("rule_never_binds", said));
            continue;
        }
        let implied = instances.iter().filter(|(other, _)| other != ix).find(|(other, theirs)| {
            let implied = implies((&tender.rules[*other], theirs), (rule, own));
            // Of two that say the same the later by id is the superfluous one.
            implied && (other < ix || !implies((rule, own), (&tender.rules[*other], theirs)))
        });
        if let Some((other, _)) = implied {
            let said = format!("rule {} asks at least as much of the same lines", tender.rules[*other].id);
            chart.add("rules", row, "id", remark("rule_implied", said));
        }
    }
}

/// True if the instance holds for every award.
fn idle(rule: &Rule, instance: &Instance) -> bool {
    let (low, high) = (&instance.low, &instance.high);
    if instance.system.is_some() {
        return false;
    }
    match &instance.reading {
        Reading::Tally(tally) => {
            let most = whole(tally.things.len());
            low.as_ref().is_none_or(|l| !l.is_positive()) && high.as_ref().is_none_or(|h| *h >= most)
        }
        Reading::Ratio(ratio) => match span(ratio).or_else(|| share(rule)) {
            Some((least, most)) => low.as_ref().is_none_or(|l| least >= *l) && high.as_ref().is_none_or(|h| most <= *h),
            None => false,
        },
        Reading::Moved(_) => {
            low.as_ref().is_none_or(|l| !l.is_positive()) && high.as_ref().is_none_or(|h| *h >= whole(1))
        }
    }
}

/// A share lies between 0 and 1.
fn share(rule: &Rule) -> Option<(Exact, Exact)> {
    matches!(rule.subject.measured, Measured::Share { .. }).then(|| (zero(), whole(1)))
}

/// Between what a ratio lies where part and whole count the same lines: the least and the greatest coefficient of the part
/// against that of the whole; lines that only the whole counts bring it down to 0.
fn span(ratio: &Ratio) -> Option<(Exact, Exact)> {
    let own = ratio.part.counted == ratio.whole.counted && ratio.offset.is_zero() && ratio.base.is_zero();
    let weights: BTreeMap<CandidateIx, &Exact> = ratio.whole.terms.iter().map(|(c, w)| (*c, w)).collect();
    if !own || weights.is_empty() || weights.values().any(|w| !w.is_positive()) {
        return None;
    }
    let mut values: Vec<Exact> =
        ratio.part.terms.iter().map(|(c, v)| weights.get(c).map(|w| v / *w)).collect::<Option<_>>()?;
    if ratio.part.terms.len() < weights.len() {
        values.push(zero());
    }
    Some((values.iter().min()?.clone(), values.into_iter().max()?))
}

/// True if each instance of `weak` has one of `strong` that reads the same and is at least as tight.
fn implies(strong: (&Rule, &[Instance]), weak: (&Rule, &[Instance])) -> bool {
    if strong.0.force != Force::Hard || strong.0.if_used && !weak.0.if_used {
        return false;
    }
    let low = |strong: &Instance, weak: &Instance| match (&strong.low, &weak.low) {
        (_, None) => true,
        (strong, Some(w)) => strong.as_ref().is_some_and(|s| s >= w),
    };
    let high = |strong: &Instance, weak: &Instance| match (&strong.high, &weak.high) {
        (_, None) => true,
        (strong, Some(w)) => strong.as_ref().is_some_and(|s| s <= w),
    };
    let tighter = |s: &Instance, w: &Instance| {
        let applies = s.when.is_none() || s.when == w.when;
        applies && s.system == w.system && s.reading == w.reading && low(s, w) && high(s, w)
    };
    !weak.1.is_empty() && weak.1.iter().all(|w| strong.1.iter().any(|s| tighter(s, w)))
}
