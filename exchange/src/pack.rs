//! Disruption packs as TOML files. The format is in `docs/packs.md`.

use std::collections::BTreeSet;
use std::path::Path;

use ballast_domain::Findings;
use ballast_domain::cell::{Cell, nearest};
use ballast_domain::factor_map::NodeKind;
use ballast_domain::finding::Place;
use ballast_domain::pack as domain;
use serde::Deserialize;

/// The schema name of a pack.
pub const SCHEMA: &str = "ballast.pack/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: String,
    name: String,
    title: String,
    horizon_weeks: u32,
    #[serde(default)]
    initial: Initial,
    #[serde(default)]
    rationing: Rationing,
    #[serde(default = "default_recourse")]
    recourse: Vec<Recourse>,
    #[serde(default)]
    allocation: Allocation,
    #[serde(default)]
    spare: Spare,
    #[serde(default)]
    hazard: Vec<Hazard>,
    #[serde(default)]
    event: Vec<Event>,
    #[serde(default)]
    relief: Vec<Relief>,
    #[serde(default)]
    surge: Vec<Surge>,
    #[serde(default)]
    conservation: Vec<Conservation>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Initial {
    Up,
    #[default]
    Stationary,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Rationing {
    FairShare,
    #[default]
    Criticality,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Recourse {
    Equivalences,
    Transfer,
    Reserve,
}

fn default_recourse() -> Vec<Recourse> {
    vec![Recourse::Equivalences, Recourse::Transfer, Recourse::Reserve]
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum AllocationRule {
    Contract,
    History,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Allocation {
    rule: AllocationRule,
    #[serde(default)]
    loyalty: f64,
    #[serde(default = "default_blend")]
    blend_weeks: u32,
}

fn default_blend() -> u32 {
    26
}

impl Default for Allocation {
    fn default() -> Self {
        Self { rule: AllocationRule::History, loyalty: 0.0, blend_weeks: default_blend() }
    }
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(deny_unknown_fields)]
struct Spare {
    lag_weeks: u32,
    surge: f64,
}

#[derive(Deserialize)]
#[serde(tag = "law", rename_all = "snake_case", deny_unknown_fields)]
enum Law {
    Exponential { mean: f64 },
    Lognormal { median: f64, sigma: f64 },
    Weibull { scale: f64, shape: f64 },
    Gamma { mean: f64, shape: f64 },
    Geometric { chance: f64 },
    Fixed { weeks: f64 },
    Empirical { values: Vec<f64>, weights: Vec<f64> },
    Mixture { parts: Vec<Part> },
}

#[derive(Deserialize)]
struct Part {
    weight: f64,
    #[serde(flatten)]
    law: Law,
}

#[derive(Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
enum Recovery {
    Step,
    Linear { weeks: f64 },
}

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Effect {
    #[default]
    Capacity,
    Delay,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hazard {
    id: String,
    nodes: Vec<String>,
    #[serde(default)]
    common: bool,
    up: Law,
    down: Law,
    #[serde(default)]
    capacity: f64,
    recovery: Recovery,
    #[serde(default)]
    effect: Effect,
    source: String,
    #[serde(default)]
    assumed: Vec<String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(deny_unknown_fields)]
struct Step {
    week: f64,
    level: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    id: String,
    nodes: Vec<String>,
    week: f64,
    #[serde(default = "one")]
    probability: f64,
    after: Option<String>,
    steps: Vec<Step>,
    #[serde(default)]
    stretch_sigma: f64,
    source: String,
    #[serde(default)]
    assumed: Vec<String>,
}

fn one() -> f64 {
    1.0
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Relief {
    id: String,
    nodes: Vec<String>,
    steps: Vec<Step>,
    source: String,
    #[serde(default)]
    assumed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Surge {
    id: String,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    from_week: f64,
    weeks: f64,
    factor: f64,
    source: String,
    #[serde(default)]
    assumed: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conservation {
    id: String,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
    receipts_below: f64,
    lag_weeks: u32,
    factor: f64,
    source: String,
    #[serde(default)]
    assumed: Vec<String>,
}

/// Reads a pack file.
///
/// # Errors
/// All that is wrong with it, or the first fault of syntax.
pub fn read(path: &Path) -> Result<domain::Pack, Findings> {
    let file = path.display().to_string();
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text, &file),
        Err(error) => {
            let mut findings = Findings::default();
            findings.error(
                "unreadable",
                Place::file(file),
                "",
                format!("cannot be read: {error}"),
                "name a pack file; scenarios/packs has some",
            );
            Err(findings)
        }
    }
}

/// Parses a pack; `file` is what findings call it.
///
/// # Errors
/// As [`read`].
pub fn parse(text: &str, file: &str) -> Result<domain::Pack, Findings> {
    let mut findings = Findings::default();
    let parsed: File = match toml::from_str(text) {
        Ok(parsed) => parsed,
        Err(error) => {
            let line =
                error.span().map(|s| 1 + text[..s.start.min(text.len())].bytes().filter(|b| *b == b'\n').count());
            let place = Place { line: line.and_then(|l| u32::try_from(l).ok()), ..Place::file(file) };
            findings.error("bad_pack", place, "", error.message().to_owned(), "see docs/packs.md");
            return Err(findings);
        }
    };
    let pack = convert(parsed, &mut Reader { text, file, findings: &mut findings });
    if findings.has_errors() { Err(findings) } else { Ok(pack) }
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    findings: &'a mut Findings,
}

impl Reader<'_> {
    /// The line on which an entry names itself.
    fn refuse(&mut self, id: &str, field: &str, value: impl ToString, expected: &str) {
        let line = self.text.lines().position(|l| l.trim_start().starts_with("id") && l.contains(&format!("\"{id}\"")));
        let line = line.and_then(|l| u32::try_from(l + 1).ok());
        let place = Place { line, column: Some(format!("{field} of {id}")), ..Place::file(self.file) };
        self.findings.error(
            "bad_pack",
            place,
            value.to_string(),
            format!("expected {expected}"),
            "mend the figure; docs/packs.md has the ranges",
        );
    }

    fn range(&mut self, id: &str, field: &str, value: f64, low: f64, high: f64) -> f64 {
        if !(low..=high).contains(&value) {
            self.refuse(id, field, value, &format!("a number from {low} to {high}"));
        }
        value
    }

    fn nodes(&mut self, id: &str, nodes: &[String]) -> Vec<domain::NodeSelector> {
        if nodes.is_empty() {
            self.refuse(id, "nodes", "", "at least one node, such as \"plant:North Cove\"");
        }
        let mut selectors = Vec::new();
        for node in nodes {
            let parsed =
                node.split_once(':').and_then(|(kind, id)| Some((NodeKind::parse(Some(kind)).ok()?, id.trim())));
            match parsed {
                Some((kind, name)) if !name.is_empty() => {
                    selectors.push(domain::NodeSelector { kind, id: name.to_owned() })
                }
                _ => {
                    let kinds = NodeKind::ALL.iter().map(|k| k.word());
                    let hint = nearest(node.split(':').next().unwrap_or(""), kinds)
                        .map_or(String::new(), |k| format!(" (did you mean `{k}:…`?)"));
                    self.refuse(
                        id,
                        "nodes",
                        node,
                        &format!(
                            "kind:id with kind product, supplier, parent, plant, input, plant_region or country{hint}"
                        ),
                    );
                }
            }
        }
        selectors
    }

    fn law(&mut self, id: &str, field: &str, law: Law) -> domain::Law {
        const MOST: f64 = 1e6;
        let tiny = 1e-6;
        match law {
            Law::Exponential { mean } => domain::Law::Exponential { mean: self.range(id, field, mean, tiny, MOST) },
            Law::Lognormal { median, sigma } => domain::Law::Lognormal {
                median: self.range(id, field, median, tiny, MOST),
                sigma: self.range(id, field, sigma, 0.0, 5.0),
            },
            Law::Weibull { scale, shape } => domain::Law::Weibull {
                scale: self.range(id, field, scale, tiny, MOST),
                shape: self.range(id, field, shape, 0.1, 100.0),
            },
            Law::Gamma { mean, shape } => domain::Law::Gamma {
                mean: self.range(id, field, mean, tiny, MOST),
                shape: self.range(id, field, shape, 0.01, 1000.0),
            },
            Law::Geometric { chance } => domain::Law::Geometric { chance: self.range(id, field, chance, tiny, 1.0) },
            Law::Fixed { weeks } => domain::Law::Fixed { weeks: self.range(id, field, weeks, 0.0, MOST) },
            Law::Empirical { values, weights } => {
                if values.is_empty() || values.len() != weights.len() || weights.iter().sum::<f64>() <= 0.0 {
                    self.refuse(id, field, "", "as many values as weights, at least one, weights with a positive sum");
                }
                for v in values.iter().chain(&weights) {
                    self.range(id, field, *v, 0.0, MOST);
                }
                domain::Law::Empirical { values, weights }
            }
            Law::Mixture { parts } => {
                if parts.is_empty() || parts.iter().map(|p| p.weight).sum::<f64>() <= 0.0 {
                    self.refuse(id, field, "", "at least one part, weights with a positive sum");
                }
                let part = |p: Part| (self.range(id, field, p.weight, 0.0, MOST), self.law(id, field, p.law));
                domain::Law::Mixture { parts: parts.into_iter().map(part).collect() }
            }
        }
    }

    fn steps(&mut self, id: &str, steps: &[Step]) -> Vec<domain::Step> {
        if steps.is_empty() {
            self.refuse(id, "steps", "", "at least one step");
        }
        for pair in steps.windows(2) {
            if pair[0].week >= pair[1].week {
                self.refuse(id, "steps", pair[1].week, "weeks that rise from step to step");
            }
        }
        let step = |s: &Step| domain::Step {
            week: self.range(id, "steps", s.week, 0.0, 5200.0),
            level: self.range(id, "steps", s.level, 0.0, 10.0),
        };
        steps.iter().map(step).collect()
    }
}

fn evidence(source: String, assumed: Vec<String>) -> domain::Evidence {
    domain::Evidence { source, assumed }
}

fn convert(file: File, r: &mut Reader<'_>) -> domain::Pack {
    if file.schema != SCHEMA {
        r.refuse(&file.name, "schema", &file.schema, &format!("`{SCHEMA}`"));
    }
    if !(1..=520).contains(&file.horizon_weeks) {
        r.refuse(&file.name, "horizon_weeks", file.horizon_weeks, "1 to 520 weeks");
    }
    r.range(&file.name, "allocation.loyalty", file.allocation.loyalty, 0.0, 10.0);
    r.range(&file.name, "spare.surge", file.spare.surge, 0.0, 10.0);
    let mut ids = BTreeSet::new();
    let all = file
        .hazard
        .iter()
        .map(|h| &h.id)
        .chain(file.event.iter().map(|e| &e.id))
        .chain(file.relief.iter().map(|x| &x.id));
    let all: Vec<String> =
        all.chain(file.surge.iter().map(|s| &s.id)).chain(file.conservation.iter().map(|c| &c.id)).cloned().collect();
    for id in all {
        if !ids.insert(id.clone()) {
            r.refuse(&id, "id", &id, "an id that stands once");
        }
    }
    let mut earlier: Vec<String> = Vec::new();
    let hazards = file
        .hazard
        .into_iter()
        .map(|h| domain::Hazard {
            nodes: r.nodes(&h.id, &h.nodes),
            common: h.common,
            up: r.law(&h.id, "up", h.up),
            down: r.law(&h.id, "down", h.down),
            capacity: r.range(&h.id, "capacity", h.capacity, 0.0, 1.0),
            recovery: match h.recovery {
                Recovery::Step => domain::Recovery::Step,
                Recovery::Linear { weeks } => {
                    domain::Recovery::Linear { weeks: r.range(&h.id, "recovery", weeks, 0.0, 5200.0) }
                }
            },
            effect: match h.effect {
                Effect::Capacity => domain::Effect::Capacity,
                Effect::Delay => domain::Effect::Delay,
            },
            evidence: evidence(h.source, h.assumed),
            id: h.id,
        })
        .collect();
    let events = file
        .event
        .into_iter()
        .map(|e| {
            if let Some(after) = e.after.as_ref().filter(|a| !earlier.contains(a)) {
                r.refuse(&e.id, "after", after, "the id of an earlier event of the pack");
            }
            earlier.push(e.id.clone());
            domain::Event {
                nodes: r.nodes(&e.id, &e.nodes),
                week: r.range(&e.id, "week", e.week, 0.0, 5200.0),
                probability: r.range(&e.id, "probability", e.probability, 0.0, 1.0),
                after: e.after,
                steps: r.steps(&e.id, &e.steps),
                stretch_sigma: r.range(&e.id, "stretch_sigma", e.stretch_sigma, 0.0, 5.0),
                evidence: evidence(e.source, e.assumed),
                id: e.id,
            }
        })
        .collect();
    let relief = file
        .relief
        .into_iter()
        .map(|x| domain::Relief {
            nodes: r.nodes(&x.id, &x.nodes),
            steps: r.steps(&x.id, &x.steps),
            evidence: evidence(x.source, x.assumed),
            id: x.id,
        })
        .collect();
    let surges = file.surge.into_iter().map(|s| domain::DemandEffect::Surge {
        on: domain::NeedSelector { needs: s.needs, categories: s.categories },
        from_week: r.range(&s.id, "from_week", s.from_week, 0.0, 5200.0),
        weeks: r.range(&s.id, "weeks", s.weeks, 0.0, 5200.0),
        factor: r.range(&s.id, "factor", s.factor, 0.0, 100.0),
        evidence: evidence(s.source, s.assumed),
        id: s.id,
    });
    let mut demand: Vec<domain::DemandEffect> = surges.collect();
    demand.extend(file.conservation.into_iter().map(|c| domain::DemandEffect::Conservation {
        on: domain::NeedSelector { needs: c.needs, categories: c.categories },
        receipts_below: r.range(&c.id, "receipts_below", c.receipts_below, 0.0, 1.0),
        lag_weeks: c.lag_weeks,
        factor: r.range(&c.id, "factor", c.factor, 0.0, 1.0),
        evidence: evidence(c.source, c.assumed),
        id: c.id,
    }));
    domain::Pack {
        name: file.name,
        title: file.title,
        horizon_weeks: file.horizon_weeks,
        initial: match file.initial {
            Initial::Up => domain::Initial::Up,
            Initial::Stationary => domain::Initial::Stationary,
        },
        allocation: domain::Allocation {
            rule: match file.allocation.rule {
                AllocationRule::Contract => domain::AllocationRule::Contract,
                AllocationRule::History => domain::AllocationRule::History,
            },
            loyalty: file.allocation.loyalty,
            blend_weeks: file.allocation.blend_weeks,
        },
        recourse: file
            .recourse
            .iter()
            .map(|x| match x {
                Recourse::Equivalences => domain::Recourse::Equivalences,
                Recourse::Transfer => domain::Recourse::Transfer,
                Recourse::Reserve => domain::Recourse::Reserve,
            })
            .collect(),
        spare: domain::Spare { lag_weeks: file.spare.lag_weeks, surge: file.spare.surge },
        rationing: match file.rationing {
            Rationing::FairShare => domain::Rationing::FairShare,
            Rationing::Criticality => domain::Rationing::Criticality,
        },
        hazards,
        events,
        relief,
        demand,
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_pack_in_the_documentation_is_a_pack() {
        let text =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/packs.md")).expect("docs/packs.md");
        let toml = text.split("```toml\n").nth(1).and_then(|t| t.split("```").next()).expect("a block");
        let pack = parse(toml, "docs/packs.md").expect("the documented pack parses");
        assert_eq!((pack.hazards.len(), pack.events.len(), pack.relief.len(), pack.demand.len()), (1, 2, 1, 2));
    }

    #[test]
    fn every_fault_of_a_pack_is_named() {
        let text = "schema = 'ballast.pack/1'\nname = 'x'\ntitle = 'x'\nhorizon_weeks = 0\n[[event]]\nid = \"flood\"\nnodes = ['plnt:A']\nweek = -1\nprobability = 2\nsteps = []\nsource = ''\nafter = 'nothing'\n";
        let findings = parse(text, "x.toml").expect_err("it is broken");
        let all: String = findings.0.iter().map(|f| format!("{f}\n")).collect();
        for part in [
            "horizon_weeks",
            "did you mean `plant:…`?",
            "week of flood",
            "probability of flood",
            "steps of flood",
            "after of flood",
            "x.toml:6",
        ] {
            assert!(all.contains(part), "{part} in\n{all}");
        }
    }
}
