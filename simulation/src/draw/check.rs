//! Does a pack fit a tender? Every name is looked up, every figure has a range, and all faults come back at once.

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::cell::nearest;
use ballast_domain::factor_map::NodeKind;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::pack::{
    Copula, Coupled, DemandEffect, Effect, Family, Hazard, Initial, Law, NeedSelector, NodeSelector, Noise, Pack,
    Shock, Step,
};

use super::law::fault;

/// Every fault of the pack against this tender; empty if it fits.
pub fn check(tender: &Tender, pack: &Pack) -> Findings {
    let mut check = Check { tender, findings: Findings::default(), seen: BTreeSet::new() };
    check.whole(pack);
    for hazard in &pack.hazards {
        check.hazard(hazard);
    }
    for (i, event) in pack.events.iter().enumerate() {
        let place = check.entry("event", &event.id);
        check.nodes(&event.nodes, &place);
        match &event.outage {
            None => check.steps(&event.steps, &place),
            Some(outage) => {
                check.law("outage.down", &outage.down, &place);
                check.range("outage.capacity", outage.capacity, 0.0, 1.0, &place);
            }
        }
        check.shock(&event.shock, event.effect, &place);
        check.receives(event.effect, &event.nodes, &place);
        check.range("window_weeks", event.window_weeks, 0.0, 5200.0, &place);
        check.range("week", event.week, 0.0, f64::from(pack.horizon_weeks), &place);
        check.range("probability", event.probability, 0.0, 1.0, &place);
        check.range("stretch_sigma", event.stretch_sigma, 0.0, 5.0, &place);
        let earlier: Vec<&str> = pack.events[..i].iter().map(|e| e.id.as_str()).collect();
        if let Some(after) = event.after.as_deref().filter(|a| !earlier.contains(a)) {
            let fix = hint(after, earlier, "place that event before this one");
            check.findings.error(
                "unknown_event",
                place.column("after"),
                after,
                "no earlier event of the pack has this id",
                fix,
            );
        }
    }
    for relief in &pack.relief {
        let place = check.entry("relief", &relief.id);
        check.nodes(&relief.nodes, &place);
        check.steps(&relief.steps, &place);
    }
    for copula in &pack.copulas {
        check.copula(copula, pack);
    }
    for law in &pack.demand_laws {
        let place = check.entry("demand_law", &law.id);
        check.needs(&law.on, &place);
        if let Noise::Compound { size } = &law.noise {
            check.law("noise.size", size, &place);
        }
    }
    for effect in &pack.demand {
        match effect {
            DemandEffect::Hoarding { id, on, receipts_below, factor, .. } => {
                let place = check.entry("hoarding", id);
                check.needs(on, &place);
                check.range("receipts_below", *receipts_below, 0.0, 1.0, &place);
                check.range("factor", *factor, 1.0, 100.0, &place);
            }
            DemandEffect::Season { id, on, months, .. } => {
                let place = check.entry("season", id);
                check.needs(on, &place);
                check.months("months", months, &place);
            }
            DemandEffect::Surge { id, on, from_week, weeks, factor, .. } => {
                let place = check.entry("surge", id);
                check.needs(on, &place);
                check.range("from_week", *from_week, 0.0, f64::from(pack.horizon_weeks), &place);
                check.range("weeks", *weeks, 0.0, 5200.0, &place);
                check.range("factor", *factor, 0.0, 1000.0, &place);
            }
            DemandEffect::Conservation { id, on, receipts_below, factor, .. } => {
                let place = check.entry("conservation", id);
                check.needs(on, &place);
                check.range("receipts_below", *receipts_below, 0.0, 1.0, &place);
                check.range("factor", *factor, 0.0, 1.0, &place);
            }
        }
    }
    check.findings.sort();
    check.findings
}

struct Check<'a> {
    tender: &'a Tender,
    findings: Findings,
    seen: BTreeSet<String>,
}

fn hint<'a>(text: &str, known: impl IntoIterator<Item = &'a str>, otherwise: &str) -> String {
    nearest(text, known).map_or_else(|| otherwise.to_owned(), |n| format!("did you mean `{n}`?"))
}

impl Check<'_> {
    fn whole(&mut self, pack: &Pack) {
        let place = Place::file("pack");
        self.range("horizon_weeks", f64::from(pack.horizon_weeks), 1.0, 520.0, &place);
        self.range("allocation.loyalty", pack.allocation.loyalty, 0.0, 10.0, &place);
        self.range("allocation.protect", pack.allocation.protect.unwrap_or(1.0), 0.0, 10.0, &place);
        self.range("spare.surge", pack.spare.surge, 0.0, 10.0, &place);
        if let Some(spot) = &pack.spot {
            self.range("spot.cap", spot.cap, 0.0, 100.0, &place);
            self.range("spot.multiple", spot.multiple, 0.0, 1000.0, &place);
        }
        if let Some(release) = &pack.release {
            self.range("release.shortage_above", release.shortage_above, 0.0, 1.0, &place);
        }
    }

    fn hazard(&mut self, hazard: &Hazard) {
        let place = self.entry("hazard", &hazard.id);
        self.nodes(&hazard.nodes, &place);
        self.range("capacity", hazard.capacity, 0.0, 1.0, &place);
        self.range("recovery", hazard.recovery.weeks(), 0.0, 5200.0, &place);
        self.range("strikes", hazard.strikes, 0.0, 1.0, &place);
        self.range("exit", hazard.exit, 0.0, 1.0, &place);
        self.law("up", &hazard.up, &place);
        self.law("down", &hazard.down, &place);
        if let Some(relapse) = &hazard.relapse {
            self.range("relapse.chance", relapse.chance, 0.0, 1.0, &place);
            self.law("relapse.up", &relapse.up, &place);
        }
        if let Some(season) = &hazard.season {
            self.months("season", season, &place);
        }
        self.shock(&hazard.shock, hazard.effect, &place);
        self.receives(hazard.effect, &hazard.nodes, &place);
    }

    fn law(&mut self, column: &str, law: &Law, place: &Place) {
        if let Some(fault) = fault(law) {
            let value = format!("{law:?}");
            self.findings.error("bad_law", place.column(column), value, fault, "mend the parameters of the law");
        }
    }

    fn months(&mut self, column: &str, months: &[f64; 12], place: &Place) {
        months.iter().for_each(|m| self.range(column, *m, 0.0, 1000.0, place));
        if months.iter().sum::<f64>() <= 0.0 {
            let expected = "expected some month above 0";
            self.findings.error("bad_value", place.column(column), "0", expected, "state the factor of each month");
        }
    }

    fn shock(&mut self, shock: &Shock, effect: Effect, place: &Place) {
        self.range("shock.extra_lead_weeks", shock.extra_lead_weeks, 0.0, 520.0, place);
        self.range("shock.price_factor", shock.price_factor, 0.0, 1000.0, place);
        self.range("shock.recall", shock.recall, 0.0, 1.0, place);
        self.range("shock.hold_weeks", shock.hold_weeks, 0.0, 520.0, place);
        self.range("shock.stock_loss", shock.stock_loss, 0.0, 1.0, place);
        if shock.stock_loss > 0.0 && effect != Effect::Receive {
            let expected = "stock is lost where sites are struck: expected effect `receive`";
            let fix = "set effect = \"receive\" and name sites, or leave it out";
            self.findings.error(
                "bad_value",
                place.column("shock.stock_loss"),
                shock.stock_loss.to_string(),
                expected,
                fix,
            );
        }
        self.range("shock.overshoot", shock.overshoot, 1.0, 10.0, place);
        self.range("shock.overshoot_weeks", shock.overshoot_weeks, 0.0, 5200.0, place);
    }

    /// Only sites take in goods, and a lane has no output that could be lost at home.
    fn receives(&mut self, effect: Effect, nodes: &[NodeSelector], place: &Place) {
        let at_a_site = |kind| matches!(kind, NodeKind::Site | NodeKind::SiteRegion);
        for node in nodes.iter().filter(|n| effect == Effect::Receive && !at_a_site(n.kind)) {
            let text = format!("{}:{}", node.kind.word(), node.id);
            let expected = "effect `receive` keeps sites from taking in goods: expected site or site_region";
            self.findings.error(
                "bad_node",
                place.column("nodes"),
                text,
                expected,
                "name sites, or choose another effect",
            );
        }
    }

    fn copula(&mut self, copula: &Copula, pack: &Pack) {
        let place = self.entry("copula", &copula.id);
        let (known, what): (Vec<&str>, _) = match copula.couples {
            Coupled::Strike => (pack.events.iter().map(|e| e.id.as_str()).collect(), "event"),
            _ => (pack.hazards.iter().map(|h| h.id.as_str()).collect(), "hazard"),
        };
        for id in copula.of.iter().filter(|id| !known.contains(&id.as_str())) {
            let fix = hint(id, known.iter().copied(), "mend the id, or remove it from the copula");
            let expected = format!("the pack has no {what} of this id");
            self.findings.error("unknown_entry", place.column("of"), id, expected, fix);
        }
        let twice = |id: &&String| {
            pack.copulas.iter().any(|c| c.id != copula.id && c.couples == copula.couples && c.of.contains(*id))
        };
        for id in copula.of.iter().filter(twice) {
            let expected = "another copula couples the same of it";
            self.findings.error("coupled_twice", place.column("of"), id, expected, "leave it in one of them");
        }
        if copula.couples == Coupled::Up && pack.initial == Initial::Stationary {
            let expected = "up times are coupled from the first day on: expected initial = \"up\"";
            self.findings.error("bad_value", place.column("couples"), "up", expected, "set initial to up");
        }
        match copula.family {
            Family::Gaussian { correlation } => self.range("correlation", correlation, 0.0, 1.0, &place),
            Family::T { correlation, degrees } => {
                self.range("correlation", correlation, 0.0, 1.0, &place);
                self.range("degrees", degrees, 1.0, 1000.0, &place);
            }
            Family::Clayton { theta } => self.range("theta", theta, 1e-3, 100.0, &place),
        }
    }

    /// The place of an entry; a name that stands twice is a fault, because streams are addressed by name.
    fn entry(&mut self, kind: &str, id: &str) -> Place {
        let name = format!("{kind} {id}");
        let place = Place::file(format!("pack, {name}"));
        if !self.seen.insert(name) {
            self.findings.error(
                "duplicate_id",
                place.clone(),
                id,
                format!("two entries of kind {kind} have this id"),
                "give each its own id",
            );
        }
        place
    }

    fn nodes(&mut self, selectors: &[NodeSelector], place: &Place) {
        let map = &self.tender.factor_map;
        if selectors.is_empty() {
            self.findings.error(
                "no_node",
                place.column("nodes"),
                "",
                "names no node, so it does nothing",
                "name nodes such as `plant:North Cove` or `plant:*`",
            );
        }
        for selector in selectors.iter().filter(|s| map.select(s).is_empty()) {
            let kind = selector.kind.word();
            let text = format!("{kind}:{}", selector.id);
            let own: Vec<&str> = map.nodes.iter().filter(|n| n.kind == selector.kind).map(|n| n.id.as_str()).collect();
            let (code, expected) = match selector.id.as_str() {
                "*" => ("no_node", format!("the tender has no node of kind {kind}")),
                _ => ("unknown_node", format!("no product of the tender depends on a {kind} of this name")),
            };
            let fix = hint(&selector.id, own, "mend the name, or remove it from the pack");
            self.findings.error(code, place.column("nodes"), text, expected, fix);
        }
    }

    fn needs(&mut self, on: &NeedSelector, place: &Place) {
        let needs: Vec<&str> = self.tender.needs.iter().map(|n| n.id.as_str()).collect();
        let categories: Vec<&str> = self.tender.categories.iter().map(String::as_str).collect();
        for (column, code, names, known) in [
            ("needs", "unknown_need", &on.needs, &needs),
            ("categories", "unknown_category", &on.categories, &categories),
        ] {
            for name in names.iter().filter(|n| !known.contains(&n.as_str())) {
                let fix = hint(name, known.iter().copied(), "mend the name, or remove it from the pack");
                self.findings.error(code, place.column(column), name, "the tender has nothing of this name", fix);
            }
        }
    }

    fn steps(&mut self, steps: &[Step], place: &Place) {
        if steps.is_empty() {
            self.findings.error(
                "no_steps",
                place.column("steps"),
                "",
                "has no steps, so it does nothing",
                "add { week = 0, level = … }",
            );
        }
        if steps.windows(2).any(|s| s[1].week <= s[0].week) {
            self.findings.error(
                "bad_steps",
                place.column("steps"),
                "",
                "expected weeks that rise from step to step",
                "put the steps in order",
            );
        }
        for step in steps {
            self.range("steps", step.week, 0.0, 5200.0, place);
            self.range("steps", step.level, 0.0, 1000.0, place);
        }
    }

    fn range(&mut self, column: &str, value: f64, low: f64, high: f64, place: &Place) {
        if !(low..=high).contains(&value) {
            let expected = format!("expected a number from {low} to {high}");
            self.findings.error("bad_value", place.column(column), value.to_string(), expected, "mend the figure");
        }
    }
}
