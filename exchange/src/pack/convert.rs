//! A pack file, field by field, to a pack.

use std::collections::BTreeSet;

use ballast_domain::pack as domain;

use super::SCHEMA;
use super::form::{self, File};
use super::reader::{LONGEST, Reader};

fn evidence(source: String, assumed: Vec<String>, derived: Vec<String>) -> domain::Evidence {
    domain::Evidence { source, assumed, derived }
}

fn on(needs: Vec<String>, categories: Vec<String>) -> domain::NeedSelector {
    domain::NeedSelector { needs, categories }
}

fn effect(effect: form::Effect) -> domain::Effect {
    match effect {
        form::Effect::Capacity => domain::Effect::Capacity,
        form::Effect::Delay => domain::Effect::Delay,
        form::Effect::Order => domain::Effect::Order,
        form::Effect::Transit => domain::Effect::Transit,
        form::Effect::Receive => domain::Effect::Receive,
        form::Effect::Export => domain::Effect::Export,
    }
}

/// Ids of all entries; those that stand twice are refused, because streams and reports go by them.
fn ids(file: &File, r: &mut Reader<'_>) {
    let mut all: Vec<&String> = file.hazard.iter().map(|h| &h.id).collect();
    all.extend(file.event.iter().map(|e| &e.id));
    all.extend(file.copula.iter().map(|c| &c.id));
    all.extend(file.relief.iter().map(|x| &x.id));
    all.extend(file.surge.iter().map(|s| &s.id));
    all.extend(file.conservation.iter().map(|c| &c.id));
    all.extend(file.hoarding.iter().map(|h| &h.id));
    all.extend(file.season.iter().map(|s| &s.id));
    all.extend(file.demand_law.iter().map(|d| &d.id));
    all.extend(file.fact.iter().map(|f| &f.id));
    let mut seen = BTreeSet::new();
    for id in all {
        if !seen.insert(id) {
            r.refuse(id, "id", id, "an id that stands once");
        }
    }
}

fn hazard(h: form::Hazard, r: &mut Reader<'_>) -> domain::Hazard {
    domain::Hazard {
        nodes: r.nodes(&h.id, &h.nodes),
        common: h.common,
        strikes: r.range(&h.id, "strikes", h.strikes, 0.0, 1.0),
        up: r.law(&h.id, "up", h.up),
        relapse: h.relapse.map(|x| domain::Relapse {
            chance: r.range(&h.id, "relapse.chance", x.chance, 0.0, 1.0),
            up: r.law(&h.id, "relapse.up", x.up),
        }),
        down: r.law(&h.id, "down", h.down),
        exit: r.range(&h.id, "exit", h.exit, 0.0, 1.0),
        capacity: r.range(&h.id, "capacity", h.capacity, 0.0, 1.0),
        recovery: r.recovery(&h.id, h.recovery),
        season: h.season.map(|s| r.months(&h.id, "season", &s)),
        effect: effect(h.effect),
        shock: r.shock(&h.id, h.shock),
        evidence: evidence(h.source, h.assumed, h.derived),
        id: h.id,
    }
}

fn event(e: form::Event, earlier: &[String], horizon: f64, r: &mut Reader<'_>) -> domain::Event {
    match &e.after {
        Some(after) if !earlier.contains(after) => {
            r.refuse(&e.id, "after", after, "the id of an earlier event of the pack");
        }
        None if e.from_after => r.refuse(&e.id, "from_after", true, "an event in `after` to count from"),
        _ => {}
    }
    if e.steps.is_empty() == e.outage.is_none() {
        r.refuse(&e.id, "steps", e.steps.len(), "either steps (at least one step) or an `outage`");
    }
    if e.outage.is_some() && e.stretch_sigma != 0.0 {
        r.refuse(&e.id, "stretch_sigma", e.stretch_sigma, "nothing: only steps are stretched");
    }
    domain::Event {
        nodes: r.nodes(&e.id, &e.nodes),
        week: r.range(&e.id, "week", e.week, 0.0, horizon),
        window_weeks: r.range(&e.id, "window_weeks", e.window_weeks, 0.0, LONGEST),
        probability: r.range(&e.id, "probability", e.probability, 0.0, 1.0),
        after: e.after,
        from_after: e.from_after,
        steps: r.steps(&e.id, &e.steps, 1.0),
        stretch_sigma: r.range(&e.id, "stretch_sigma", e.stretch_sigma, 0.0, 5.0),
        outage: e.outage.map(|o| domain::RandomOutage {
            down: r.law(&e.id, "outage.down", o.down),
            capacity: r.range(&e.id, "outage.capacity", o.capacity, 0.0, 1.0),
            recovery: r.recovery(&e.id, o.recovery),
        }),
        effect: effect(e.effect),
        shock: r.shock(&e.id, e.shock),
        evidence: evidence(e.source, e.assumed, e.derived),
        id: e.id,
    }
}

fn demand(file: &mut File, r: &mut Reader<'_>) -> Vec<domain::DemandEffect> {
    let mut all = Vec::new();
    for s in std::mem::take(&mut file.surge) {
        all.push(domain::DemandEffect::Surge {
            on: on(s.needs, s.categories),
            from_week: r.range(&s.id, "from_week", s.from_week, 0.0, LONGEST),
            weeks: r.range(&s.id, "weeks", s.weeks, 0.0, LONGEST),
            factor: r.range(&s.id, "factor", s.factor, 0.0, 100.0),
            evidence: evidence(s.source, s.assumed, s.derived),
            id: s.id,
        });
    }
    for c in std::mem::take(&mut file.conservation) {
        all.push(domain::DemandEffect::Conservation {
            on: on(c.needs, c.categories),
            receipts_below: r.range(&c.id, "receipts_below", c.receipts_below, 0.0, 1.0),
            lag_weeks: c.lag_weeks,
            factor: r.range(&c.id, "factor", c.factor, 0.0, 1.0),
            evidence: evidence(c.source, c.assumed, c.derived),
            id: c.id,
        });
    }
    for h in std::mem::take(&mut file.hoarding) {
        all.push(domain::DemandEffect::Hoarding {
            on: on(h.needs, h.categories),
            receipts_below: r.range(&h.id, "receipts_below", h.receipts_below, 0.0, 1.0),
            lag_weeks: h.lag_weeks,
            factor: r.range(&h.id, "factor", h.factor, 1.0, 100.0),
            weeks: h.weeks,
            evidence: evidence(h.source, h.assumed, h.derived),
            id: h.id,
        });
    }
    for s in std::mem::take(&mut file.season) {
        all.push(domain::DemandEffect::Season {
            on: on(s.needs, s.categories),
            months: r.months(&s.id, "months", &s.months),
            evidence: evidence(s.source, s.assumed, s.derived),
            id: s.id,
        });
    }
    all
}

fn copula(c: form::Copula, (hazards, events): (&[String], &[String]), r: &mut Reader<'_>) -> domain::Copula {
    let (known, what) = match c.couples {
        form::Coupled::Strike => (events, "event"),
        form::Coupled::Up | form::Coupled::Down => (hazards, "hazard"),
    };
    for id in c.of.iter().filter(|id| !known.contains(id)) {
        r.refuse(&c.id, "of", id, &format!("the id of a {what} of the pack"));
    }
    if c.of.is_empty() {
        r.refuse(&c.id, "of", "", &format!("at least one {what}"));
    }
    domain::Copula {
        family: r.copula(&c),
        couples: match c.couples {
            form::Coupled::Up => domain::Coupled::Up,
            form::Coupled::Down => domain::Coupled::Down,
            form::Coupled::Strike => domain::Coupled::Strike,
        },
        survival: c.survival,
        of: c.of,
        evidence: evidence(c.source, c.assumed, c.derived),
        id: c.id,
    }
}

fn fact(f: form::Fact, r: &mut Reader<'_>) -> domain::Fact {
    let role = match (f.role, f.used) {
        (form::Role::Input, None) => domain::Role::Input,
        (form::Role::Input, Some(_)) => {
            r.refuse(&f.id, "use", "", "nothing: only an outcome is calibrated or checked");
            domain::Role::Input
        }
        (form::Role::Outcome, Some(form::Use::Calibrated)) => domain::Role::Calibrated,
        (form::Role::Outcome, Some(form::Use::Checked)) => domain::Role::Checked,
        (form::Role::Outcome, None) => {
            r.refuse(&f.id, "use", "", "`calibrated` or `checked`: an outcome is one of them");
            domain::Role::Checked
        }
    };
    let complete = f.value.is_some() && f.tolerance.is_some() && f.measure.is_some();
    if role != domain::Role::Input && !complete {
        r.refuse(&f.id, "measure", "", "value, tolerance and measure: an outcome can be judged");
    }
    if let Some(t) = f.tolerance {
        r.range(&f.id, "tolerance", t, 0.0, 1e9);
    }
    domain::Fact {
        text: f.text,
        role,
        mark: match f.mark {
            form::Mark::Seen => domain::Mark::Seen,
            form::Mark::Derived => domain::Mark::Derived,
            form::Mark::Assumed => domain::Mark::Assumed,
        },
        value: f.value,
        tolerance: f.tolerance,
        measure: f.measure,
        source: f.source,
        id: f.id,
    }
}

/// The pack; faults go to the reader.
pub fn convert(mut file: File, r: &mut Reader<'_>) -> domain::Pack {
    if file.schema != SCHEMA {
        r.refuse(&file.name, "schema", &file.schema, &format!("`{SCHEMA}`"));
    }
    if !(1..=520).contains(&file.horizon_weeks) {
        r.refuse(&file.name, "horizon_weeks", file.horizon_weeks, "1 to 520 weeks");
    }
    r.range(&file.name, "allocation.loyalty", file.allocation.loyalty, 0.0, 10.0);
    if let Some(protect) = file.allocation.protect {
        r.range(&file.name, "allocation.protect", protect, 0.0, 10.0);
    }
    r.range(&file.name, "spare.surge", file.spare.surge, 0.0, 10.0);
    ids(&file, r);
    let demand = demand(&mut file, r);
    let hazard_ids: Vec<String> = file.hazard.iter().map(|h| h.id.clone()).collect();
    let event_ids: Vec<String> = file.event.iter().map(|e| e.id.clone()).collect();
    let horizon = f64::from(file.horizon_weeks);
    let spot = file.spot.map(|s| domain::Spot {
        lag_weeks: s.lag_weeks,
        cap: r.range("spot", "cap", s.cap, 0.0, 100.0),
        multiple: r.range("spot", "multiple", s.multiple, 0.0, 1000.0),
        evidence: evidence(s.source, s.assumed, s.derived),
    });
    let release = file.release.map(|x| domain::Release {
        shortage_above: r.range("release", "shortage_above", x.shortage_above, 0.0, 1.0),
        after_weeks: x.after_weeks,
    });
    domain::Pack {
        name: file.name,
        title: file.title,
        horizon_weeks: file.horizon_weeks,
        step: match file.step {
            form::StepLength::Week => domain::StepLength::Week,
            form::StepLength::Day => domain::StepLength::Day,
        },
        initial: match file.initial {
            form::Initial::Up => domain::Initial::Up,
            form::Initial::Stationary => domain::Initial::Stationary,
        },
        allocation: domain::Allocation {
            rule: match file.allocation.rule {
                form::AllocationRule::Contract => domain::AllocationRule::Contract,
                form::AllocationRule::History => domain::AllocationRule::History,
            },
            loyalty: file.allocation.loyalty,
            blend_weeks: file.allocation.blend_weeks,
            protect: file.allocation.protect,
        },
        recourse: file
            .recourse
            .iter()
            .map(|x| match x {
                form::Recourse::Equivalences => domain::Recourse::Equivalences,
                form::Recourse::Transfer => domain::Recourse::Transfer,
                form::Recourse::Reserve => domain::Recourse::Reserve,
            })
            .collect(),
        spare: domain::Spare { lag_weeks: file.spare.lag_weeks, surge: file.spare.surge },
        spot,
        release,
        rationing: match file.rationing {
            form::Rationing::FairShare => domain::Rationing::FairShare,
            form::Rationing::Criticality => domain::Rationing::Criticality,
        },
        hazards: file.hazard.into_iter().map(|h| hazard(h, r)).collect(),
        events: file.event.into_iter().enumerate().map(|(i, e)| event(e, &event_ids[..i], horizon, r)).collect(),
        copulas: file.copula.into_iter().map(|c| copula(c, (&hazard_ids, &event_ids), r)).collect(),
        relief: file
            .relief
            .into_iter()
            .map(|x| {
                if x.steps.is_empty() {
                    r.refuse(&x.id, "steps", "", "at least one step");
                }
                domain::Relief {
                    nodes: r.nodes(&x.id, &x.nodes),
                    steps: r.steps(&x.id, &x.steps, 1.0),
                    since_loss: x.since_loss,
                    evidence: evidence(x.source, x.assumed, x.derived),
                    id: x.id,
                }
            })
            .collect(),
        demand,
        demand_laws: file
            .demand_law
            .into_iter()
            .map(|d| domain::DemandLaw {
                on: on(d.needs, d.categories),
                noise: r.noise(&d.id, d.noise),
                evidence: evidence(d.source, d.assumed, d.derived),
                id: d.id,
            })
            .collect(),
        facts: file.fact.into_iter().map(|f| fact(f, r)).collect(),
    }
}
