//! Rules that can never bind, and rules that another rule implies.

use ballast_domain::Severity;
use ballast_domain::exact::exact;
use ballast_domain::index::{CandidateIx, RuleIx};
use ballast_domain::rules::{Instance, Measured, Rule, expand};
use rust_decimal::Decimal;

use super::{Chart, Remark};

/// An instance as far as its bounds go: what it measures, over which lines.
#[derive(PartialEq)]
struct Key {
    what: String,
    part: Vec<CandidateIx>,
    whole: Vec<CandidateIx>,
}

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
            let equal = bounds(rule) == bounds(&tender.rules[*other]);
            // Of two equal ones the later by id is the superfluous one.
            (!equal || other < ix) && implies((&tender.rules[*other], theirs), (rule, own))
        });
        if let Some((other, _)) = implied {
            let said = format!("rule {} asks at least as much of the same lines", tender.rules[*other].id);
            chart.add("rules", row, "id", remark("rule_implied", said));
        }
    }
}

fn bounds(rule: &Rule) -> (Option<Decimal>, Option<Decimal>) {
    (rule.bound.low, rule.bound.high)
}

/// True if the instance holds for every award.
fn idle(rule: &Rule, instance: &Instance) -> bool {
    let (low, high) = bounds(rule);
    match (instance, &rule.measured) {
        (Instance::Count(c), Measured::Count { .. }) => {
            let most = Decimal::from(c.groups.len());
            low.is_none_or(|l| l <= Decimal::ZERO) && high.is_none_or(|h| h >= most)
        }
        (Instance::Linear(l), Measured::Share { .. }) => {
            // A share is of a whole that contains the part; a part that is the whole has share 1.
            let all = !l.part.is_empty() && l.part == l.whole;
            let low_idle = low.is_none_or(|b| b <= Decimal::ZERO || all && b <= Decimal::ONE);
            let high_idle = high.is_none_or(|b| b >= Decimal::ONE || l.part.is_empty() && b >= Decimal::ZERO);
            low_idle && high_idle
        }
        (Instance::Linear(l), Measured::Mean { .. }) => {
            let scores = || l.part.iter().zip(&l.whole);
            let within = |(p, w): ((&CandidateIx, &_), (&CandidateIx, &_))| p.0 == w.0;
            // Mean of scores: it lies between the least and the greatest of them. Lines without a score have no term.
            let same = l.part.len() == l.whole.len() && scores().all(|((a, x), (b, y))| within(((a, x), (b, y))));
            same && scores().all(|((_, score), (_, weight))| {
                let mean = score / weight;
                low.is_none_or(|b| mean >= exact(b)) && high.is_none_or(|b| mean <= exact(b))
            })
        }
        _ => false,
    }
}

fn key(rule: &Rule, instance: &Instance) -> Key {
    let lines = |terms: &[(CandidateIx, _)]| {
        terms.iter().map(|(c, _): &(CandidateIx, ballast_domain::exact::Exact)| *c).collect()
    };
    match instance {
        Instance::Linear(l) => {
            Key { what: format!("{:?}", rule.measured), part: lines(&l.part), whole: lines(&l.whole) }
        }
        Instance::Count(c) => Key { what: format!("{:?}", rule.measured), part: Vec::new(), whole: lines(&c.whole) },
    }
}

/// True if each instance of `weak` has one of `strong` that measures the same and is at least as tight.
fn implies(strong: (&Rule, &[Instance]), weak: (&Rule, &[Instance])) -> bool {
    let tighter = || {
        let ((sl, sh), (wl, wh)) = (bounds(strong.0), bounds(weak.0));
        wl.is_none_or(|w| sl.is_some_and(|s| s >= w)) && wh.is_none_or(|w| sh.is_some_and(|s| s <= w))
    };
    if strong.0.measured != weak.0.measured || strong.0.if_used && !weak.0.if_used || !tighter() {
        return false;
    }
    let theirs: Vec<Key> = strong.1.iter().map(|i| key(strong.0, i)).collect();
    !weak.1.is_empty() && weak.1.iter().all(|i| theirs.contains(&key(weak.0, i)))
}
