//! Rule rows to rules: dimensions, values and weights are checked against the tender.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Averaged, Bound, Dimension, Measured, Rule, Scope, sentence};
use crate::cell::nearest;
use crate::finding::{Findings, Place};
use crate::tables::{Approval, Measure, RuleRow, Weighting};

/// What a rule may refer to.
pub(crate) struct Known {
    /// Ids by dimension, for those whose values are ids.
    pub ids: BTreeMap<Dimension, BTreeSet<String>>,
    /// Needs in the tender.
    pub needs: Vec<KnownNeed>,
}

/// What decides whether needs can be added up.
pub(crate) struct KnownNeed {
    /// Id.
    pub id: String,
    /// Category.
    pub category: String,
    /// Criticality as text.
    pub criticality: String,
    /// Clinical unit.
    pub unit: String,
    /// Has a reference price.
    pub priced: bool,
}

impl KnownNeed {
    /// True if lines for this need may lie in the scope.
    fn within(&self, scope: &[&(Dimension, BTreeSet<String>)]) -> bool {
        scope.iter().all(|(dimension, accepted)| match dimension {
            Dimension::Need => accepted.contains(&self.id),
            Dimension::Category => accepted.contains(&self.category),
            Dimension::Criticality => accepted.contains(&self.criticality),
            _ => true,
        })
    }
}

const COUNTABLE: [Dimension; 13] = [
    Dimension::Supplier,
    Dimension::Parent,
    Dimension::Product,
    Dimension::Plant,
    Dimension::PlantRegion,
    Dimension::Country,
    Dimension::Input,
    Dimension::Site,
    Dimension::Member,
    Dimension::Need,
    Dimension::Category,
    Dimension::Class,
    Dimension::SiteRegion,
];

fn dimensions(column: &str, names: &[String], place: &Place, findings: &mut Findings) -> Vec<Dimension> {
    let parsed = names.iter().filter_map(|name| match Dimension::parse(name) {
        Ok(d) => Some(d),
        Err(fix) => {
            findings.error("bad_rule", place.column(column), name, "no such dimension", fix);
            None
        }
    });
    parsed.collect()
}

/// Parses one row; every fault becomes a finding.
pub(crate) fn parse(row: &RuleRow, place: &Place, known: &Known, findings: &mut Findings) -> Option<Rule> {
    let before = findings.0.len();
    let each = dimensions("each", &row.each.0, place, findings);
    let within = dimensions("within", &row.within.0, place, findings);
    let mut scope = Vec::new();
    for (name, text) in &row.scope {
        let Some(dimension) = dimensions(&format!("scope.{name}"), std::slice::from_ref(name), place, findings).pop()
        else {
            continue;
        };
        let values: BTreeSet<String> = text.split(';').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
        let allowed: Option<BTreeSet<String>> = match &dimension {
            Dimension::Acceptable | Dimension::Incumbent => Some(["yes", "no"].map(String::from).into()),
            Dimension::Approval => Some(Approval::ALL.iter().map(|a| a.word().to_owned()).collect()),
            other => known.ids.get(other).cloned(),
        };
        if let Some(allowed) = allowed {
            for value in values.difference(&allowed) {
                let fix = nearest(value, allowed.iter().map(String::as_str)).map_or_else(
                    || format!("name a {} of the tender", dimension.name()),
                    |n| format!("did you mean `{n}`?"),
                );
                findings.error(
                    "unknown_id",
                    place.column(&format!("scope.{name}")),
                    value,
                    format!("no {} has this id", dimension.name()),
                    fix,
                );
            }
        }
        scope.push((dimension, values));
    }
    let mut refuse = |column: &str, value: String, expected: &str, fix: &str| {
        findings.error("bad_rule", place.column(column), value, expected, fix);
    };

    let bound = match (row.at_least, row.at_most, row.exactly) {
        (None, None, Some(x)) => Bound { low: Some(x.0), high: Some(x.0) },
        (None, None, None) => {
            refuse("at_least", String::new(), "a bound is missing", "give at_least, at_most or exactly");
            return None;
        }
        (low, high, None) => Bound { low: low.map(|n| n.0), high: high.map(|n| n.0) },
        (_, _, Some(x)) => {
            refuse("exactly", x.0.to_string(), "`exactly` stands alone", "remove at_least and at_most, or exactly");
            return None;
        }
    };
    if let (Some(low), Some(high)) = (bound.low, bound.high)
        && low > high
    {
        refuse("at_least", low.to_string(), "the lower bound is above the upper bound", "swap or mend them");
    }
    let bounds = [("at_least", row.at_least), ("at_most", row.at_most), ("exactly", row.exactly)];
    let bounds = || bounds.iter().filter_map(|(column, bound)| Some((*column, (*bound)?.0)));
    for (column, b) in bounds().filter(|(_, b)| *b < Decimal::ZERO) {
        refuse(column, b.to_string(), "the bound is negative", "bounds are 0 or more");
    }
    let fraction = matches!(row.measure, Measure::Share) || row.of.as_ref().is_some_and(|o| o.as_str() == "preference");
    for (column, b) in bounds().filter(|(_, b)| fraction && *b > Decimal::ONE) {
        refuse(column, b.to_string(), "the bound of a share or preference is above 1", "write 60 % as 0.6");
    }
    if row.measure != Measure::Share && !within.is_empty() {
        refuse("within", String::new(), "only shares have a whole", "remove `within`");
    }
    if row.measure != Measure::Count && row.counts_from.is_some() {
        refuse("counts_from", String::new(), "only counts have `counts_from`", "remove it");
    }
    for d in &within {
        if !each.contains(d) && !scope.iter().any(|(s, _)| s == d) {
            refuse(
                "within",
                d.name(),
                "the whole keeps a dimension that neither `each` nor `scope` names",
                "add it to `each`",
            );
        }
    }

    // One need at a time needs no weight; else the weight must exist for every need in scope.
    let single_need = match row.measure {
        Measure::Share => within.contains(&Dimension::Need),
        _ => each.contains(&Dimension::Need),
    };
    // The whole of a share keeps only the part of the scope that `within` names.
    let kept = |d: &Dimension| row.measure != Measure::Share || within.contains(d);
    let asked: Vec<&(Dimension, BTreeSet<String>)> = scope.iter().filter(|(d, _)| kept(d)).collect();
    let in_scope: Vec<&KnownNeed> = known.needs.iter().filter(|n| n.within(&asked)).collect();
    let one_unit = in_scope.iter().all(|n| n.unit == in_scope[0].unit);
    let weight = match row.weight {
        _ if single_need => Weighting::Units,
        Some(w) => w,
        None if one_unit && in_scope.len() == 1 => Weighting::Units,
        None => Weighting::Reference,
    };
    let adds_up = row.measure != Measure::Spend && (row.measure != Measure::Count || row.counts_from.is_some());
    if adds_up && weight == Weighting::Reference && row.measure != Measure::Units {
        let missing: Vec<&str> = in_scope.iter().filter(|n| !n.priced).map(|n| n.id.as_str()).take(5).collect();
        if !missing.is_empty() {
            let fix = format!("give a reference_price to: {}; or set `weight`", missing.join(", "));
            refuse("weight", "reference".into(), "needs without reference price cannot be added up", &fix);
        }
    }
    let mixes =
        (row.measure == Measure::Units && !single_need) || (adds_up && weight == Weighting::Units && !single_need);
    if mixes && !one_unit {
        refuse(
            "weight",
            "units".into(),
            "the needs in scope have different units",
            "limit the scope, add `need` to `each`, or weigh by reference",
        );
    }

    let measured = match row.measure {
        Measure::Units => Measured::Units,
        Measure::Spend => Measured::Spend,
        Measure::Share => Measured::Share { within, weight },
        Measure::Count => {
            let of = row.of.as_ref().and_then(|o| Dimension::parse(o.as_str()).ok()).filter(|d| COUNTABLE.contains(d));
            let Some(of) = of else {
                let value = row.of.as_ref().map(ToString::to_string).unwrap_or_default();
                refuse("of", value, "`count` needs to know of what", "set `of`, for example `of = \"supplier\"`");
                return None;
            };
            Measured::Count { of, counts_from: row.counts_from.map(|n| n.0), weight }
        }
        Measure::Mean => {
            let of = match row.of.as_ref().map(crate::cell::Id::as_str) {
                Some("preference") => Some(Averaged::Preference),
                Some(name) => name.strip_prefix("product.").map(|n| Averaged::ProductAttribute(n.to_owned())),
                None => None,
            };
            let Some(of) = of else {
                let value = row.of.as_ref().map(ToString::to_string).unwrap_or_default();
                refuse("of", value, "`mean` needs to know of what", "set `of` to `preference` or `product.NAME`");
                return None;
            };
            Measured::Mean { of, weight }
        }
    };
    if findings.0.len() > before {
        return None;
    }
    let mut rule = Rule {
        id: row.id.to_string(),
        why: row.why.as_ref().map(|t| t.0.clone()).unwrap_or_default(),
        measured,
        scope: Scope(scope),
        each,
        bound,
        if_used: row.if_used,
        sentence: String::new(),
    };
    rule.sentence = sentence::sentence(&rule);
    Some(rule)
}

/// Collects what rules may refer to; `None` where that could not be read, so that nobody is blamed.
pub(crate) fn known(
    ids: impl IntoIterator<Item = (Dimension, Option<BTreeSet<String>>)>,
    needs: Vec<KnownNeed>,
) -> Known {
    Known { ids: ids.into_iter().filter_map(|(d, ids)| Some((d, ids?))).collect(), needs }
}
