//! Objectives: named formulas of cost components and measures, in levels. Level 1 is minimised first, level 2 among the
//! awards whose level 1 is at its best, and so on.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::places::Places;
use super::{Settings, Tender};
use crate::cell::{decimal, nearest};
use crate::certificate::Component;
use crate::finding::{Findings, Place};
use crate::raw::RawTender;
use crate::rules::{self, Known, Rule};
use crate::tables::{Draft, Measure, ObjectiveRow};

/// What awards are chosen for.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// Name.
    pub name: String,
    /// Levels in the order in which they are minimised; at least one.
    pub levels: Vec<Level>,
}

/// One level.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Its number in the file.
    pub level: u32,
    /// Its terms, by id; at least one.
    pub terms: Vec<Term>,
}

/// One term.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Id within the objective.
    pub id: String,
    /// Why; may be empty.
    pub why: String,
    /// Its word in the file.
    pub word: String,
    /// What it adds.
    pub of: TermOf,
}

/// What a term is about.
#[derive(Debug, Clone, PartialEq)]
pub enum TermOf {
    /// Components of the cost over the contract.
    Money {
        /// Components with their part in the sum.
        weights: BTreeMap<Component, Decimal>,
        /// What a unit of the sum adds.
        factor: Decimal,
    },
    /// A measure.
    Measure {
        /// A rule of no bound that reads it.
        rule: Box<Rule>,
        /// What it is worth a contract year.
        worth: Worth,
    },
}

/// What a measure is worth a contract year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worth {
    /// Money per unit.
    Factor(Decimal),
    /// Money at three values, which rise.
    Curve([(Decimal, Decimal); 3]),
}

impl Level {
    /// What a unit of each component adds to the level, all components named.
    pub fn weights(&self) -> BTreeMap<Component, Decimal> {
        let mut sum: BTreeMap<Component, Decimal> = Component::ALL.iter().map(|c| (*c, Decimal::ZERO)).collect();
        for term in &self.terms {
            if let TermOf::Money { weights, factor } = &term.of {
                for (component, weight) in weights {
                    *sum.entry(*component).or_default() += weight * factor;
                }
            }
        }
        sum
    }

    /// Whether it asks for no money at all.
    pub fn measures_only(&self) -> bool {
        self.weights().values().all(Decimal::is_zero)
    }
}

/// The tender's settings with what components weigh in level 1.
pub(super) fn weighed(settings: Settings, objective: Option<&Objective>) -> Settings {
    match objective.and_then(|o| o.levels.first()) {
        Some(first) => Settings { weights: first.weights(), ..settings },
        None => settings,
    }
}

const MEASURES: [Measure; 6] =
    [Measure::Units, Measure::Spend, Measure::Share, Measure::Count, Measure::Mean, Measure::Moved];

/// The components that a word stands for, with their part in the sum.
fn components(word: &str) -> Option<BTreeMap<Component, Decimal>> {
    let of = |asked: &dyn Fn(Component) -> bool| {
        Component::ALL.iter().filter(|c| asked(**c)).map(|c| (*c, Decimal::ONE)).collect()
    };
    match word {
        "cash" => Some(of(&|c| !c.shadow())),
        "shadow" => Some(of(&Component::shadow)),
        "value" => Some(of(&|c| c != Component::Outcome)),
        word => Component::ALL.iter().any(|c| c.word() == word).then(|| of(&|c| c.word() == word)),
    }
}

/// Reads all objectives and gives the one that the tender names.
pub(super) fn objective(
    draft: &Draft,
    known: &Known,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Option<Objective> {
    let mut rows: Vec<&ObjectiveRow> = draft.objectives.iter().collect();
    rows.sort_by(|a, b| (&a.objective, &a.term).cmp(&(&b.objective, &b.term)));
    let mut all: BTreeMap<&str, BTreeMap<u32, Vec<Term>>> = BTreeMap::new();
    for row in rows {
        let levels = all.entry(row.objective.as_str()).or_default();
        let place = places.row("objectives", row.at);
        if row.level == 0 {
            let at = place.column("level");
            findings.error("bad_objective", at, "0", "levels are counted from 1", "1 is minimised first");
        }
        if let Some(term) = term(row, &place, known, findings) {
            levels.entry(row.level).or_default().push(term);
        }
    }
    for (name, levels) in &all {
        for (level, terms) in levels {
            signs(name, *level, terms, draft, places, findings);
        }
    }
    let row = draft.tender.first()?;
    let name = row.objective.as_ref()?.as_str();
    let written: BTreeSet<String> = places.written("objectives", "objective", "objective", "")?;
    match all.remove(name) {
        Some(levels) => {
            let levels = levels.into_iter().map(|(level, terms)| Level { level, terms }).collect();
            Some(Objective { name: name.to_owned(), levels }).filter(|o: &Objective| !o.levels.is_empty())
        }
        // The rows are there, and have findings of their own.
        None if written.contains(name) => None,
        None => {
            let names: Vec<&str> = written.iter().map(String::as_str).collect();
            let expected = match names.is_empty() {
                true => "the tender has no objectives".to_owned(),
                false => format!("no objective has this name; there are: {}", names.join(", ")),
            };
            let fix = nearest(name, names)
                .map_or_else(|| "add its terms to `objectives`".to_owned(), |n| format!("did you mean `{n}`?"));
            let place = places.cell("tender", row.at, "objective");
            findings.error("unknown_id", place, name, expected, fix);
            None
        }
    }
}

fn term(row: &ObjectiveRow, place: &Place, known: &Known, findings: &mut Findings) -> Option<Term> {
    let before = findings.0.len();
    let word = row.of.as_str();
    let factor = row.factor.map_or(Decimal::ONE, |f| f.0);
    let curve = row.curve.as_ref().and_then(|text| curve(&text.0, place, findings));
    if let (Some(_), Some(factor)) = (&row.curve, row.factor) {
        let (expected, fix) = ("a term has a factor or a curve, not both", "remove one of them");
        findings.error("bad_objective", place.column("curve"), factor.0.to_string(), expected, fix);
    }
    let measure = MEASURES.into_iter().find(|m| m.word() == word);
    let of = match (components(word), measure) {
        (Some(weights), _) => {
            not_of_money(row, place, findings);
            Some(TermOf::Money { weights, factor })
        }
        (None, Some(measure)) => {
            let rule = rules::measurement(row, measure, place, known, findings);
            let worth = curve.map_or(Worth::Factor(factor), Worth::Curve);
            rule.map(|rule| TermOf::Measure { rule: Box::new(rule), worth })
        }
        (None, None) => {
            let parts = Component::ALL.iter().map(|c| c.word());
            let words: Vec<&str> = parts.chain(["cash", "shadow", "value"]).chain(MEASURES.map(|m| m.word())).collect();
            let fix = nearest(word, words.iter().copied())
                .map_or_else(|| format!("one of {}", words.join(", ")), |n| format!("did you mean `{n}`?"));
            let expected = "neither a cost component nor a measure";
            findings.error("bad_objective", place.column("of"), word, expected, fix);
            None
        }
    };
    let why = row.why.as_ref().map(|t| t.0.clone()).unwrap_or_default();
    let term = Term { id: row.term.to_string(), why, word: word.to_owned(), of: of? };
    (findings.0.len() == before).then_some(term)
}

/// Columns that only measures have.
fn not_of_money(row: &ObjectiveRow, place: &Place, findings: &mut Findings) {
    let mut given: Vec<String> = row.scope.keys().map(|k| format!("scope.{k}")).collect();
    let columns = [
        ("measure_of", row.measure_of.is_some()),
        ("weight", row.weight.is_some()),
        ("spend_level", row.spend_level.is_some()),
        ("within", !row.within.0.is_empty()),
        ("counts_from", row.counts_from.is_some()),
        ("curve", row.curve.is_some()),
    ];
    given.extend(columns.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned()));
    for column in given {
        let expected = "money of the whole award has neither scope nor curve: only measures have";
        let fix = "remove it, or measure `spend` or `units`";
        findings.error("bad_objective", place.column(&column), "", expected, fix);
    }
}

fn curve(text: &str, place: &Place, findings: &mut Findings) -> Option<[(Decimal, Decimal); 3]> {
    let point = |part: &str| {
        let (x, value) = part.split_once(':')?;
        Some((decimal(x.trim()).ok()?, decimal(value.trim()).ok()?))
    };
    let points: Option<Vec<(Decimal, Decimal)>> = text.split(';').map(point).collect();
    let points: Option<[(Decimal, Decimal); 3]> = points.and_then(|p| p.try_into().ok());
    let mut refuse = |expected: &str| {
        let fix = "write three points, such as `1:0;2:1000;4:20000`";
        findings.error("bad_objective", place.column("curve"), text, expected, fix);
    };
    let Some([a, b, c]) = points else {
        refuse("a curve is three points of a value and its money");
        return None;
    };
    if a.0 >= b.0 || b.0 >= c.0 {
        refuse("the values of a curve rise from point to point");
        return None;
    }
    Some([a, b, c])
}

/// Components weigh 0 or more: nothing bounds what an award could waste. Packages act on what discounts left, so where there
/// are both they count alike.
fn signs(name: &str, level: u32, terms: &[Term], draft: &Draft, places: &Places<'_>, findings: &mut Findings) {
    let weights = Level { level, terms: terms.to_vec() }.weights();
    let row = |component: Component| {
        let has = |t: &&Term| matches!(&t.of, TermOf::Money { weights, .. } if weights.contains_key(&component));
        let term = terms.iter().rfind(has)?;
        let row = draft.objectives.iter().find(|r| r.objective.as_str() == name && r.term.as_str() == term.id)?;
        Some(places.row("objectives", row.at))
    };
    if let Some((component, weight)) = weights.iter().find(|(_, w)| w.is_sign_negative() && !w.is_zero()) {
        let place = row(*component).unwrap_or_else(|| places.file("objectives")).column("factor");
        let expected =
            format!("{} would be a reward at level {level}, and nothing limits what is wasted", component.word());
        let fix = "give components factors that add up to 0 or more; reward a measure instead";
        findings.error("bad_objective", place, weight.to_string(), expected, fix);
    }
    let of = |c: Component| weights.get(&c).copied().unwrap_or_default();
    let (discounts, packages) = (of(Component::Discounts), of(Component::Packages));
    if !draft.packages.is_empty() && !draft.schedules.is_empty() && discounts != packages {
        let place = row(Component::Packages).or_else(|| row(Component::Discounts));
        let place = place.unwrap_or_else(|| places.file("objectives")).column("factor");
        let expected = "packages change what discounts left, so that the two count alike where a tender has both";
        let fix = "give `discounts` and `packages` the same factor";
        findings.error("bad_objective", place, packages.to_string(), expected, fix);
    }
}

/// Findings that need the whole tender, each at its row.
pub(super) fn check(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let Some(objective) = &tender.objective else { return };
    let places = Places::new(raw, false);
    for term in objective.levels.iter().flat_map(|l| &l.terms) {
        let own = |r: &&ObjectiveRow| r.objective.as_str() == objective.name && r.term.as_str() == term.id;
        if let (TermOf::Measure { rule, .. }, Some(row)) = (&term.of, tender.draft.objectives.iter().find(own)) {
            rules::measurement_findings(tender, rule, &places.row("objectives", row.at), findings);
        }
    }
}
