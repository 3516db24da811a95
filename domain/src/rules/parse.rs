//! Rule rows to rules: dimensions, values and weights are checked against the tender. Every fault becomes a finding at the
//! key that has it.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Averaged, Bound, Dimension, Measured, Relative, Rule, Scope, Subject, Weight, condition, force, sentence};
use crate::cell::{did_you_mean, nearest};
use crate::finding::{Findings, Place};
use crate::tables::{Approval, Layer, Measure, RelativeTo, RuleRow, SpendLevel, Weighting};

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

const COUNTABLE: [Dimension; 16] = [
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
    Dimension::Offer,
    Dimension::Layer,
    Dimension::Line,
];

/// The keys of a measure with its scope and bound, of a rule (`prefix` empty) or of its condition (`when.`).
pub(super) struct Keys<'a> {
    pub prefix: &'static str,
    pub measure: Measure,
    pub of: Option<String>,
    pub weight: Option<Weighting>,
    pub spend_level: Option<SpendLevel>,
    pub each: &'a [String],
    pub within: &'a [String],
    pub scope: Vec<(&'a str, &'a str)>,
    pub counts_from: Option<Decimal>,
    pub at_least: Option<Decimal>,
    pub at_most: Option<Decimal>,
    pub exactly: Option<Decimal>,
    pub relative_to: Option<RelativeTo>,
    pub if_used: bool,
}

/// Where findings about one rule go.
pub(super) struct Desk<'a> {
    pub place: &'a Place,
    pub prefix: &'static str,
    pub findings: &'a mut Findings,
}

impl Desk<'_> {
    pub(super) fn refuse(&mut self, key: &str, value: impl Into<String>, expected: &str, fix: &str) {
        let place = self.place.column(&format!("{}{key}", self.prefix));
        self.findings.error("bad_rule", place, value.into(), expected, fix);
    }

    pub(super) fn dimensions(&mut self, key: &str, names: &[String]) -> Vec<Dimension> {
        let mut parsed = Vec::new();
        for name in names {
            match Dimension::parse(name) {
                Ok(Dimension::Line) => {
                    self.refuse(key, name.as_str(), "lines can only be counted", "name an offer, a site or a need");
                }
                Ok(d) if parsed.contains(&d) => {
                    self.refuse(key, name.as_str(), "the dimension stands twice", "name it once");
                }
                Ok(d) => parsed.push(d),
                Err(fix) => self.refuse(key, name.as_str(), "no such dimension", &fix),
            }
        }
        parsed
    }
}

/// Parses one row; every fault becomes a finding.
pub(crate) fn parse(row: &RuleRow, place: &Place, known: &Known, findings: &mut Findings) -> Option<Rule> {
    let before = findings.0.len();
    let keys = Keys {
        prefix: "",
        measure: row.measure,
        of: row.of.as_ref().map(ToString::to_string),
        weight: row.weight,
        spend_level: row.spend_level,
        each: &row.each.0,
        within: &row.within.0,
        scope: row.scope.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect(),
        counts_from: row.counts_from.map(|n| n.0),
        at_least: row.at_least.map(|n| n.0),
        at_most: row.at_most.map(|n| n.0),
        exactly: row.exactly.map(|n| n.0),
        relative_to: row.relative_to,
        if_used: row.if_used,
    };
    let parsed = subject(&keys, place, known, findings);
    let mut desk = Desk { place, prefix: "", findings };
    let force = force::parse(row, parsed.as_ref().map(|p| &p.0.measured), &mut desk);
    let each = parsed.as_ref().map_or(&[][..], |p| &p.0.each);
    let when = condition::parse(row, each, place, known, findings);
    let ((subject, bound, within), when, force) = (parsed?, when?, force?);
    if findings.0.len() > before {
        return None;
    }
    let relative_to = row.relative_to.map(|r| match r {
        RelativeTo::Baseline => Relative::Baseline,
        RelativeTo::SystemMean => Relative::SystemMean { within },
    });
    let mut rule = Rule {
        id: row.id.to_string(),
        why: row.why.as_ref().map(|t| t.0.clone()).unwrap_or_default(),
        subject,
        bound,
        relative_to,
        if_used: row.if_used,
        when,
        force,
        sentence: String::new(),
    };
    rule.sentence = sentence::sentence(&rule);
    Some(rule)
}

/// Measure, scope and bound, with the dimensions of `within`.
pub(super) fn subject(
    keys: &Keys<'_>,
    place: &Place,
    known: &Known,
    findings: &mut Findings,
) -> Option<(Subject, Bound, Vec<Dimension>)> {
    let before = findings.0.len();
    let desk = &mut Desk { place, prefix: keys.prefix, findings };
    if matches!(keys.measure, Measure::Reserve | Measure::Shortage) {
        let expected = "what depends on disruptions is decided by studies on a named pack, not by an award";
        desk.refuse("measure", keys.measure.word(), expected, "remove the rule and ask `ballast stress` or `reserve`");
        return None;
    }
    let each = desk.dimensions("each", keys.each);
    let within = desk.dimensions("within", keys.within);
    let scope = scope(keys, known, desk);
    let bound = bound(keys, desk)?;
    fitting(keys, &each, &within, &scope, desk);
    let weight = weight(keys, &each, &within, &scope, known, desk);
    let measured = measured(keys, weight, within.clone(), desk)?;
    (desk.findings.0.len() == before).then_some((Subject { measured, scope: Scope(scope), each }, bound, within))
}

fn scope(keys: &Keys<'_>, known: &Known, desk: &mut Desk<'_>) -> Vec<(Dimension, BTreeSet<String>)> {
    let mut scope = Vec::new();
    for (name, text) in &keys.scope {
        let key = format!("scope.{name}");
        let Some(dimension) = desk.dimensions(&key, &[(*name).to_owned()]).pop() else { continue };
        let values: BTreeSet<String> = text.split(';').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
        let allowed: Option<BTreeSet<String>> = match &dimension {
            Dimension::Acceptable | Dimension::Incumbent | Dimension::InFormulary => {
                Some(["yes", "no"].map(String::from).into())
            }
            Dimension::Approval => Some(Approval::ALL.iter().map(|a| a.word().to_owned()).collect()),
            Dimension::Layer => Some(Layer::ALL.iter().map(|l| l.word().to_owned()).collect()),
            other => known.ids.get(other).cloned(),
        };
        if let Some(allowed) = allowed {
            for value in values.difference(&allowed) {
                let fix = nearest(value, allowed.iter().map(String::as_str)).map_or_else(
                    || format!("name a {} of the tender", dimension.name()),
                    |n| format!("did you mean `{n}`?"),
                );
                let place = desk.place.column(&format!("{}{key}", keys.prefix));
                desk.findings.error("unknown_id", place, value, format!("no {} has this id", dimension.name()), fix);
            }
        }
        scope.push((dimension, values));
    }
    scope
}

fn bound(keys: &Keys<'_>, desk: &mut Desk<'_>) -> Option<Bound> {
    let bound = match (keys.at_least, keys.at_most, keys.exactly) {
        (None, None, Some(x)) => Bound { low: Some(x), high: Some(x) },
        (None, None, None) => {
            desk.refuse("at_least", "", "a bound is missing", "give at_least, at_most or exactly");
            return None;
        }
        (low, high, None) => Bound { low, high },
        (_, _, Some(x)) => {
            desk.refuse("exactly", x.to_string(), "`exactly` stands alone", "remove at_least and at_most, or exactly");
            return None;
        }
    };
    if let (Some(low), Some(high)) = (bound.low, bound.high)
        && low > high
    {
        desk.refuse("at_least", low.to_string(), "the lower bound is above the upper bound", "swap or mend them");
    }
    let bounds = [("at_least", keys.at_least), ("at_most", keys.at_most), ("exactly", keys.exactly)];
    let bounds: Vec<(&str, Decimal)> = bounds.iter().filter_map(|(key, b)| Some((*key, (*b)?))).collect();
    // What costs more than today has a negative saving.
    for (key, b) in bounds.iter().filter(|(_, b)| *b < Decimal::ZERO && keys.measure != Measure::Saving) {
        desk.refuse(key, b.to_string(), "the bound is negative", "bounds are 0 or more");
    }
    // A part of a thing cannot be counted; a bound between two numbers bounds by the nearer one inside.
    if let Some(x) = keys.exactly.filter(|x| keys.measure == Measure::Count && !x.fract().is_zero()) {
        desk.refuse(
            "exactly",
            x.to_string(),
            "a count is a whole number",
            "write a whole number, or at_least and at_most",
        );
    }
    let fraction = matches!(keys.measure, Measure::Share | Measure::Moved | Measure::Saving)
        || keys.of.as_deref() == Some("preference");
    for (key, b) in bounds.iter().filter(|(_, b)| fraction && keys.relative_to.is_none() && *b > Decimal::ONE) {
        let expected = "the bound of a share, saving, part moved or preference is above 1";
        desk.refuse(key, b.to_string(), expected, "write 60 % as 0.6");
    }
    Some(bound)
}

/// Keys that the measure does not have, and keys that do not go together.
fn fitting(
    keys: &Keys<'_>,
    each: &[Dimension],
    within: &[Dimension],
    scope: &[(Dimension, BTreeSet<String>)],
    desk: &mut Desk<'_>,
) {
    use Measure::{Count, Mean, Moved, Saving, Share, Spend, Units};
    let measure = keys.measure;
    let system = keys.relative_to == Some(RelativeTo::SystemMean);
    if measure != Share && !within.is_empty() && !(system && matches!(measure, Mean | Saving | Moved)) {
        desk.refuse("within", "", "only shares and system means have a whole", "remove `within`");
    }
    if measure != Count && keys.counts_from.is_some() {
        desk.refuse("counts_from", "", "only counts have `counts_from`", "remove it");
    }
    if let Some(from) = keys.counts_from.filter(|f| *f > Decimal::ONE || *f < Decimal::ZERO) {
        desk.refuse("counts_from", from.to_string(), "a fraction of the volume is 0 to 1", "write 20 % as 0.2");
    }
    if keys.if_used && matches!(measure, Mean | Saving | Moved) {
        let expected = "a mean, saving or part moved of nothing holds anyway";
        desk.refuse("if_used", "yes", expected, "remove `if_used`");
    }
    if let Some(of) = keys.of.as_ref().filter(|_| matches!(measure, Units | Spend | Share | Saving)) {
        desk.refuse("of", of.as_str(), "only `count`, `mean` and `moved` are of something", "remove `of`");
    }
    if matches!(measure, Units | Spend | Saving) && keys.weight.is_some() {
        let fix = "remove `weight`, or measure a share";
        desk.refuse("weight", "", "units, spend and savings are added up as they are", fix);
    }
    let money = measure == Spend
        || keys.weight == Some(Weighting::Spend)
        || measure == Mean && keys.of.as_deref() == Some("price");
    if let Some(level) = keys.spend_level.filter(|_| !money) {
        desk.refuse("spend_level", level.word(), "the rule counts no money", "remove it, or set `weight = \"spend\"`");
    }
    for d in within {
        if !each.contains(d) && !scope.iter().any(|(s, _)| s == d) {
            desk.refuse(
                "within",
                d.name(),
                "the whole keeps a dimension that neither `each` nor `scope` names",
                "add it to `each`",
            );
        }
    }
    if matches!(measure, Saving | Moved) {
        let named = scope.iter().map(|(d, _)| (format!("scope.{}", d.name()), d));
        let named: Vec<(String, &Dimension)> = named.chain(each.iter().map(|d| ("each".to_owned(), d))).collect();
        for (key, d) in named.iter().filter(|(_, d)| !d.of_cell()) {
            let expected = "savings and what moves compare whole needs at sites";
            desk.refuse(key, d.name(), expected, "use dimensions of site and need only");
        }
    }
    if each.contains(&Dimension::InFormulary) || within.contains(&Dimension::InFormulary) {
        let key = if each.contains(&Dimension::InFormulary) { "each" } else { "within" };
        let expected = "what is on formulary the award decides, so that only a scope can ask for it";
        desk.refuse(key, "in_formulary", expected, "write `scope = { in_formulary = [\"no\"] }`");
    }
    if scope.iter().any(|(d, _)| *d == Dimension::InFormulary) && money && keys.spend_level != Some(SpendLevel::List) {
        let expected = "money on and off formulary is counted before discounts";
        let fix = "set `spend_level = \"list\"`, or weigh by reference";
        desk.refuse("spend_level", keys.spend_level.map_or("", SpendLevel::word), expected, fix);
    }
    match keys.relative_to {
        Some(RelativeTo::Baseline) => {
            let lead_time = measure == Mean && keys.of.as_deref() == Some("lead_time");
            if matches!(measure, Saving | Moved) || lead_time {
                let expected =
                    "savings and what moves are relative to today anyway, and today's lead times are unknown";
                desk.refuse("relative_to", "baseline", expected, "remove `relative_to` and state the bound itself");
            }
            let offered = |d: &&Dimension| matches!(d, Dimension::Offer | Dimension::Layer | Dimension::InFormulary);
            if let Some(d) = scope.iter().map(|(d, _)| d).chain(each).find(offered) {
                let fix = "remove the dimension or `relative_to`";
                desk.refuse("relative_to", d.name(), "what is bought today has no offer and no formulary", fix);
            }
        }
        Some(RelativeTo::SystemMean) => {
            if matches!(measure, Units | Spend | Count) {
                let expected = "only shares, means, savings and parts moved have a mean over the system";
                desk.refuse("relative_to", "system_mean", expected, "state the bound itself");
            }
            if keys.measure == Moved && keys.of.as_deref() == Some("site") {
                desk.refuse("of", "site", "sites that move have no mean over the system", "set `of = \"units\"`");
            }
            let mixes = measure == Mean && each.contains(&Dimension::Need) && !within.contains(&Dimension::Need);
            if mixes && keys.weight != Some(Weighting::Reference) {
                let expected = "the system would mix needs of different unit";
                desk.refuse("within", "", expected, "add `need` to `within`, or weigh by reference");
            }
        }
        None => {}
    }
}

/// How different needs are added up: one need at a time needs no weight; else the weight must exist for every need in scope.
fn weight(
    keys: &Keys<'_>,
    each: &[Dimension],
    within: &[Dimension],
    scope: &[(Dimension, BTreeSet<String>)],
    known: &Known,
    desk: &mut Desk<'_>,
) -> Weight {
    let measure = keys.measure;
    let level = keys.spend_level.unwrap_or(SpendLevel::Net);
    // The whole of a share keeps only the part of the scope that `within` names.
    let kept = |d: &Dimension| measure != Measure::Share || within.contains(d);
    let asked: Vec<&(Dimension, BTreeSet<String>)> = scope.iter().filter(|(d, _)| kept(d)).collect();
    let in_scope: Vec<&KnownNeed> = known.needs.iter().filter(|n| n.within(&asked)).collect();
    let one_unit = in_scope.iter().all(|n| n.unit == in_scope[0].unit);
    let of_system = measure == Measure::Share && keys.relative_to == Some(RelativeTo::SystemMean);
    let single_need = each.contains(&Dimension::Need) && kept(&Dimension::Need) && !of_system || in_scope.len() == 1;
    let adds_up = match measure {
        Measure::Units => true,
        Measure::Count => keys.counts_from.is_some(),
        Measure::Share | Measure::Mean => true,
        Measure::Moved => keys.of.as_deref() != Some("site"),
        _ => false,
    };
    let price = measure == Measure::Mean && keys.of.as_deref() == Some("price");
    if price && keys.weight == Some(Weighting::Spend)
        || measure == Measure::Moved && keys.weight == Some(Weighting::Spend)
    {
        desk.refuse("weight", "spend", "this cannot be weighed by spend", "weigh by units or reference");
    }
    let weighting = match keys.weight {
        _ if !adds_up || measure == Measure::Units => Weighting::Units,
        Some(Weighting::Spend) => return Weight::Spend(level),
        Some(Weighting::Reference) if price => Weighting::Reference,
        _ if single_need => Weighting::Units,
        Some(w) => w,
        None => Weighting::Reference,
    };
    if !adds_up || single_need && weighting == Weighting::Units {
        return Weight::new(weighting, level);
    }
    if weighting == Weighting::Reference {
        let missing: Vec<&str> = in_scope.iter().filter(|n| !n.priced).map(|n| n.id.as_str()).take(5).collect();
        if !missing.is_empty() {
            let fix = format!("give a reference_price to: {}; or set `weight`", missing.join(", "));
            desk.refuse("weight", "reference", "needs without reference price cannot be added up", &fix);
        }
    }
    if weighting == Weighting::Units && !one_unit {
        let fix = "limit the scope, add `need` to `each`, or weigh by reference";
        desk.refuse("weight", "units", "the needs in scope have different units", fix);
    }
    Weight::new(weighting, level)
}

fn measured(keys: &Keys<'_>, weight: Weight, within: Vec<Dimension>, desk: &mut Desk<'_>) -> Option<Measured> {
    let level = keys.spend_level.unwrap_or(SpendLevel::Net);
    let of = keys.of.as_deref();
    Some(match keys.measure {
        Measure::Units => Measured::Units,
        Measure::Spend => Measured::Spend(level),
        Measure::Share => Measured::Share { within, weight },
        Measure::Count => {
            let Some(of) = of.and_then(|o| Dimension::parse(o).ok()).filter(|d| COUNTABLE.contains(d)) else {
                let fix = "set `of`, for example `of = \"supplier\"`";
                desk.refuse("of", of.unwrap_or(""), "`count` needs to know of what", fix);
                return None;
            };
            Measured::Count { of, counts_from: keys.counts_from, weight }
        }
        Measure::Mean => {
            let attribute = |name: &str| match Dimension::parse(name) {
                Ok(
                    d
                    @ (Dimension::ProductAttribute(_) | Dimension::SupplierAttribute(_) | Dimension::SiteAttribute(_)),
                ) => Some(Averaged::Attribute(d)),
                _ => None,
            };
            let averaged = match of {
                Some("preference") => Some(Averaged::Preference),
                Some("price") => Some(Averaged::Price(level)),
                Some("lead_time") => Some(Averaged::LeadTime),
                Some(name) => attribute(name),
                None => None,
            };
            let Some(of) = averaged else {
                let things = ["preference", "price", "lead_time", "product.NAME", "supplier.NAME", "site.NAME"];
                let fix = did_you_mean(of.unwrap_or_default(), things, "set `of` to one of");
                desk.refuse("of", of.unwrap_or(""), "`mean` needs to know of what", &fix);
                return None;
            };
            Measured::Mean { of, weight }
        }
        Measure::Saving => Measured::Saving,
        Measure::Moved => match of {
            None | Some("units") => Measured::MovedUnits { weight },
            Some("site") => Measured::MovedSites,
            Some(other) => {
                desk.refuse("of", other, "what moves is units or sites", "set `of` to `units` or `site`");
                return None;
            }
        },
        Measure::Reserve | Measure::Shortage => return None,
    })
}

/// Collects what rules may refer to; `None` where that could not be read, so that nobody is blamed.
pub(crate) fn known(
    ids: impl IntoIterator<Item = (Dimension, Option<BTreeSet<String>>)>,
    needs: Vec<KnownNeed>,
) -> Known {
    Known { ids: ids.into_iter().filter_map(|(d, ids)| Some((d, ids?))).collect(), needs }
}
