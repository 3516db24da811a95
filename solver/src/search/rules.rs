//! The tender's own rules and the measures of its objective, in a graph: a rule is a quotient with limits.

use ballast_domain::certificate::Component;
use ballast_domain::exact::{Exact, exact, float};
use ballast_domain::index::{CandidateIx, RuleIx};
use ballast_domain::rules::{Amount, Counted, Force, Guard, Reading, Sum, expand, reading};
use ballast_domain::tender::objective::{TermOf, Worth};

use super::build::{Builder, Class};
use super::graph::{Check, Function, Quotient, Steps};
use crate::model::Terms;
use crate::rules::Rows;

/// Relative to the bound of a condition, at least 1.
const EDGE: f64 = 1e-9;

/// A reading as terms.
enum Read {
    /// (constant + Σ) ÷ (constant + Σ), and the most the latter can be.
    Ratio { part: (Terms, f64), whole: Option<(Terms, f64)>, base: f64, scale: f64, in_money: bool },
    /// Things that count, by their lines; with weights and whole where they count from a part of it.
    Tally { things: Vec<(Vec<CandidateIx>, Terms)>, whole: Terms, from: f64 },
    /// Things that moved: Σ of what they keep and their demand.
    Moved(Vec<(Terms, f64)>),
}

/// A rule's instance as terms.
struct Planned {
    rule: Option<RuleIx>,
    read: Read,
    lines: Vec<CandidateIx>,
    low: Option<f64>,
    high: Option<f64>,
    times: Option<Read>,
    when: Option<(Read, Option<f64>, Option<f64>)>,
}

/// Adds them all; false if a rule asks for what a graph does not know.
pub(super) fn add(b: &mut Builder<'_>) -> bool {
    let tender = b.tender;
    if tender.rules.iter().any(ballast_domain::rules::Rule::asks_for_formulary) {
        return false;
    }
    let mut planned = Vec::new();
    let mut measures = Vec::new();
    {
        let mut rows = Rows::new(tender, &mut b.model, &b.volumes, &mut b.indicators, &b.formulary, &mut b.readers);
        for (ix, rule) in tender.rules.enumerate() {
            for instance in expand(tender, rule).iter() {
                let number = |v: &Option<Exact>| v.as_ref().map(float);
                let times = instance.system.clone().map(|s| read(&mut rows, &Reading::Ratio(s)));
                let when = instance
                    .when
                    .as_ref()
                    .map(|g: &Guard| (read(&mut rows, &g.reading), number(&g.low), number(&g.high)));
                planned.push(Planned {
                    rule: Some(ix),
                    lines: instance.reading.lines().iter().map(|(c, _)| *c).collect(),
                    read: read(&mut rows, &instance.reading),
                    low: number(&instance.low),
                    high: number(&instance.high),
                    times,
                    when,
                });
            }
        }
        if let Some(level) = tender.objective.as_ref().and_then(|o| o.levels.first()) {
            for term in &level.terms {
                let TermOf::Measure { rule, worth } = &term.of else { continue };
                if let Some(reading) = reading(tender, rule) {
                    measures.push((read(&mut rows, &reading), worth.clone()));
                }
            }
        }
    }
    for plan in planned {
        rule(b, plan);
    }
    measures.into_iter().all(|(read, worth)| measure(b, &read, &worth))
}

fn read(rows: &mut Rows<'_>, reading: &Reading) -> Read {
    match reading {
        Reading::Ratio(r) => Read::Ratio {
            part: (rows.terms(&r.part, 1.0), float(&r.offset)),
            whole: (!r.whole.terms.is_empty()).then(|| (rows.terms(&r.whole, 1.0), float(&r.base))),
            base: float(&r.base),
            scale: float(&r.scale),
            in_money: r.part.counted.amount != Amount::Used,
        },
        Reading::Tally(t) => {
            let from = float(&t.counts_from);
            let weighed = |rows: &mut Rows<'_>, terms: &[(CandidateIx, Exact)]| match from > 0.0 {
                true => rows.terms(&Sum { counted: t.counted, terms: terms.to_vec() }, 1.0),
                false => Terms::new(),
            };
            let thing = |(_, terms): &(String, Vec<(CandidateIx, Exact)>)| {
                (terms.iter().map(|(c, _)| *c).collect(), weighed(rows, terms))
            };
            let things = t.things.iter().map(thing).collect();
            Read::Tally { things, whole: weighed(rows, &t.whole), from }
        }
        Reading::Moved(m) => {
            let kept = |terms: &[(CandidateIx, Exact)]| Sum {
                counted: Counted { amount: Amount::Used, on_formulary: None },
                terms: terms.to_vec(),
            };
            Read::Moved(m.things.iter().map(|t| (rows.terms(&kept(&t.kept), 1.0), float(&t.demand))).collect())
        }
    }
}

/// The quotient of a reading, and what its limits are multiplied by where its whole never changes.
fn quotient(b: &mut Builder<'_>, read: &Read) -> (Quotient, f64) {
    match read {
        Read::Ratio { part, whole, base, .. } => {
            let part = b.sum(&part.0, part.1);
            match whole {
                Some((terms, constant)) => (Quotient { part, whole: Some(b.sum(terms, *constant)) }, 1.0),
                None => (Quotient { part, whole: None }, *base),
            }
        }
        Read::Tally { things, whole, from } => {
            let whole = b.sum(whole, 0.0);
            let mut counts = Terms::new();
            for (lines, terms) in things {
                let counted = match *from > 0.0 {
                    true => {
                        let part = b.sum(terms, 0.0);
                        b.function(Function::Counts { part, whole, from: *from })
                    }
                    false => b.used(lines.iter().copied()),
                };
                counts.push((counted, 1.0));
            }
            (Quotient { part: b.sum(&counts, 0.0), whole: None }, 1.0)
        }
        Read::Moved(things) => {
            let mut moved = Terms::new();
            for (kept, demand) in things {
                let kept = b.sum(kept, 0.0);
                moved.push((b.function(Function::Below(kept, *demand)), 1.0));
            }
            (Quotient { part: b.sum(&moved, 0.0), whole: None }, things.len() as f64)
        }
    }
}

fn rule(b: &mut Builder<'_>, plan: Planned) {
    let Some(ix) = plan.rule else { return };
    let rule = &b.tender.rules[ix];
    let (of, base) = quotient(b, &plan.read);
    let nothing = matches!(&plan.read, Read::Moved(things) if things.is_empty());
    if nothing || (plan.low.is_none() && plan.high.is_none()) || base == 0.0 {
        return;
    }
    let times = plan.times.as_ref().map(|r| {
        let (q, base) = quotient(b, r);
        // A fixed whole becomes a sum of its own, so that the quotient is the value itself.
        match q.whole {
            Some(_) => q,
            None => Quotient { part: q.part, whole: Some(b.sum(&Terms::new(), base)) },
        }
    });
    let when = plan.when.as_ref().map(|(r, low, high)| {
        let (q, base) = quotient(b, r);
        // Of nothing no condition is met.
        if q.whole.is_none() && base == 0.0 {
            return (q, f64::INFINITY, f64::NEG_INFINITY);
        }
        // What lies on the edge of a condition meets it; sums in floating point only come near.
        let near = |bound: f64| EDGE * bound.abs().max(1.0) * base;
        let low = low.map_or(f64::NEG_INFINITY, |l| l * base - near(l));
        (q, low, high.map_or(f64::INFINITY, |h| h * base + near(h)))
    });
    let used = rule.if_used.then(|| b.uses(plan.lines.iter().copied()));
    let (mut unit, mut fixed, size) = match &plan.read {
        Read::Ratio { part, whole, base, scale, in_money } => {
            let money = f64::from(b.tender.settings.contract_years) / b.model.money_scale;
            let (unit, fixed) = if *in_money { (money, 0.0) } else { b.price(&part.0) };
            // Amounts hold relative to their limit, ratios to their own unit.
            let bound = plan.low.iter().chain(&plan.high).fold(0.0, |a: f64, b| a.max(b.abs()));
            let least = if whole.is_none() && *base == 1.0 { 0.0 } else { 1.0 };
            (unit, fixed, scale.max(*base) * bound.max(least))
        }
        Read::Tally { things, .. } => (b.thing(plan.lines.iter().copied(), things.len() as f64), 0.0, 1.0),
        Read::Moved(things) => {
            let lines = b.tender.candidates.indexes();
            (b.thing(lines, things.len() as f64), 0.0, 1.0)
        }
    };
    let mut tolerance = match &plan.read {
        Read::Ratio { .. } => 2e-7 * size.max(1e-9),
        _ => 1e-6,
    };
    let class = match rule.force {
        Force::Hard | Force::Levelled { .. } => Some(Class::Rule(ix)),
        Force::Priced { price } => {
            let weight = float(&exact(b.tender.settings.component_weight(Component::Penalties)));
            let scale = match &plan.read {
                Read::Ratio { whole: Some(_), scale, .. } if *scale > 0.0 => *scale,
                _ => base,
            };
            let years = f64::from(b.tender.settings.contract_years);
            unit = weight * float(&exact(price)) * years / b.model.money_scale / scale;
            (fixed, tolerance) = (0.0, 0.0);
            None
        }
    };
    let check = Check {
        of,
        low: plan.low.map_or(f64::NEG_INFINITY, |l| l * base),
        high: plan.high.map_or(f64::INFINITY, |h| h * base),
        times,
        when: when.into_iter().collect(),
        used,
        unit,
        fixed,
        tolerance,
    };
    let function = Function::Check(Box::new(check));
    match class {
        Some(class) => b.must(class, function),
        None => {
            let col = b.function(function);
            b.model.add_cost(col, 1.0);
        }
    }
}

/// A measure of the objective; false where it cannot be said.
fn measure(b: &mut Builder<'_>, read: &Read, worth: &Worth) -> bool {
    let years = f64::from(b.tender.settings.contract_years) / b.model.money_scale;
    let (of, base) = quotient(b, read);
    match (worth, of.whole) {
        _ if base == 0.0 => true,
        (Worth::Factor(factor), None) => {
            let col = b.function(Function::Same(of.part));
            b.model.add_cost(col, years * float(&exact(*factor)) / base);
            true
        }
        (Worth::Factor(_), Some(_)) => false,
        (Worth::Curve(points), _) => {
            let from = points.iter().map(|(x, _)| float(&exact(*x)) * base).collect();
            let value = points.iter().map(|(_, m)| float(&exact(*m))).collect();
            let col = b.function(Function::Curve { of, steps: Steps { from, value } });
            b.model.add_cost(col, years);
            true
        }
    }
}
