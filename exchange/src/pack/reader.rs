//! Figures, nodes and laws of a pack, each with its range; faults are gathered, never thrown.

use ballast_domain::Findings;
use ballast_domain::cell::{Cell, nearest};
use ballast_domain::factor_map::NodeKind;
use ballast_domain::finding::Place;
use ballast_domain::pack as domain;

use super::form;

/// Longest time that a pack speaks of, weeks.
pub const LONGEST: f64 = 5200.0;

pub struct Reader<'a> {
    pub text: &'a str,
    pub file: &'a str,
    pub findings: &'a mut Findings,
}

impl Reader<'_> {
    /// The line on which an entry names itself.
    pub fn refuse(&mut self, id: &str, field: &str, value: impl ToString, expected: &str) {
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

    pub fn range(&mut self, id: &str, field: &str, value: f64, low: f64, high: f64) -> f64 {
        if !(low..=high).contains(&value) {
            self.refuse(id, field, value, &format!("a number from {low} to {high}"));
        }
        value
    }

    pub fn nodes(&mut self, id: &str, nodes: &[String]) -> Vec<domain::NodeSelector> {
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
                    let words: Vec<&str> = NodeKind::ALL.iter().map(|k| k.word()).collect();
                    self.refuse(id, "nodes", node, &format!("kind:id with kind {}{hint}", words.join(", ")));
                }
            }
        }
        selectors
    }

    pub fn law(&mut self, id: &str, field: &str, law: form::Law) -> domain::Law {
        const MOST: f64 = 1e6;
        let tiny = 1e-6;
        match law {
            form::Law::Exponential { mean } => {
                domain::Law::Exponential { mean: self.range(id, field, mean, tiny, MOST) }
            }
            form::Law::Lognormal { median, sigma } => domain::Law::Lognormal {
                median: self.range(id, field, median, tiny, MOST),
                sigma: self.range(id, field, sigma, 0.0, 5.0),
            },
            form::Law::Weibull { scale, shape } => domain::Law::Weibull {
                scale: self.range(id, field, scale, tiny, MOST),
                shape: self.range(id, field, shape, 0.1, 100.0),
            },
            form::Law::Gamma { mean, shape } => domain::Law::Gamma {
                mean: self.range(id, field, mean, tiny, MOST),
                shape: self.range(id, field, shape, 0.01, 1000.0),
            },
            form::Law::Geometric { chance } => {
                domain::Law::Geometric { chance: self.range(id, field, chance, tiny, 1.0) }
            }
            form::Law::Fixed { weeks } => domain::Law::Fixed { weeks: self.range(id, field, weeks, 0.0, MOST) },
            form::Law::Empirical { values, weights } => {
                self.weights(id, field, &values, &weights);
                domain::Law::Empirical { values, weights }
            }
            form::Law::Mixture { parts } => {
                if parts.is_empty() || parts.iter().map(|p| p.weight).sum::<f64>() <= 0.0 {
                    self.refuse(id, field, "", "at least one part, weights with a positive sum");
                }
                let part = |p: form::Part| (self.range(id, field, p.weight, 0.0, MOST), self.law(id, field, p.law));
                domain::Law::Mixture { parts: parts.into_iter().map(part).collect() }
            }
        }
    }

    pub fn weights(&mut self, id: &str, field: &str, values: &[f64], weights: &[f64]) {
        if values.is_empty() || values.len() != weights.len() || weights.iter().sum::<f64>() <= 0.0 {
            self.refuse(id, field, "", "as many values as weights, at least one, weights with a positive sum");
        }
        for v in values.iter().chain(weights) {
            self.range(id, field, *v, 0.0, 1e6);
        }
    }

    pub fn steps(&mut self, id: &str, steps: &[form::Step], highest: f64) -> Vec<domain::Step> {
        for pair in steps.windows(2) {
            if pair[0].week >= pair[1].week {
                self.refuse(id, "steps", pair[1].week, "weeks that rise from step to step");
            }
        }
        let step = |s: &form::Step| domain::Step {
            week: self.range(id, "steps", s.week, 0.0, LONGEST),
            level: self.range(id, "steps", s.level, 0.0, highest),
        };
        steps.iter().map(step).collect()
    }

    pub fn recovery(&mut self, id: &str, recovery: form::Recovery) -> domain::Recovery {
        let mut length = |weeks| self.range(id, "recovery", weeks, 0.0, LONGEST);
        match recovery {
            form::Recovery::Step => domain::Recovery::Step,
            form::Recovery::Linear { weeks } => domain::Recovery::Linear { weeks: length(weeks) },
            form::Recovery::Logistic { weeks } => domain::Recovery::Logistic { weeks: length(weeks) },
            form::Recovery::Steps { steps, weeks } => {
                let weeks = length(weeks);
                if steps.first().is_none_or(|s| s.week != 0.0) || steps.last().is_some_and(|s| s.week >= weeks) {
                    self.refuse(
                        id,
                        "recovery",
                        "",
                        "steps from week 0 on, all before the `weeks` at which output is full",
                    );
                }
                domain::Recovery::Steps { steps: self.steps(id, &steps, 1.0), weeks }
            }
        }
    }

    pub fn shock(&mut self, id: &str, s: form::Shock) -> domain::Shock {
        domain::Shock {
            extra_lead_weeks: self.range(id, "shock.extra_lead_weeks", s.extra_lead_weeks, 0.0, 520.0),
            price_factor: self.range(id, "shock.price_factor", s.price_factor, 0.0, 1000.0),
            recall: self.range(id, "shock.recall", s.recall, 0.0, 1.0),
            hold_weeks: self.range(id, "shock.hold_weeks", s.hold_weeks, 0.0, 520.0),
            stock_loss: self.range(id, "shock.stock_loss", s.stock_loss, 0.0, 1.0),
            overshoot: self.range(id, "shock.overshoot", s.overshoot, 1.0, 10.0),
            overshoot_weeks: self.range(id, "shock.overshoot_weeks", s.overshoot_weeks, 0.0, LONGEST),
        }
    }

    pub fn months(&mut self, id: &str, field: &str, months: &[f64]) -> [f64; 12] {
        for m in months {
            self.range(id, field, *m, 0.0, 1000.0);
        }
        match <[f64; 12]>::try_from(months) {
            Ok(months) if months.iter().sum::<f64>() > 0.0 => months,
            _ => {
                self.refuse(id, field, months.len(), "12 numbers, January first, with a positive sum");
                [1.0; 12]
            }
        }
    }

    pub fn copula(&mut self, c: &form::Copula) -> domain::Family {
        let mut parameter = |field: &str, value: Option<f64>, used: bool, low: f64, high: f64| match (value, used) {
            (Some(value), true) => self.range(&c.id, field, value, low, high),
            (None, true) => {
                self.refuse(&c.id, field, "", &format!("a number from {low} to {high}: the family needs it"));
                low
            }
            (Some(value), false) => {
                self.refuse(&c.id, field, value, "nothing: the family does not use it");
                low
            }
            (None, false) => low,
        };
        let (t, clayton) = (matches!(c.family, form::Family::T), matches!(c.family, form::Family::Clayton));
        let correlation = parameter("correlation", c.correlation, !clayton, 0.0, 1.0);
        let degrees = parameter("degrees", c.degrees, t, 1.0, 1000.0);
        let theta = parameter("theta", c.theta, clayton, 1e-3, 100.0);
        match c.family {
            form::Family::Gaussian => domain::Family::Gaussian { correlation },
            form::Family::T => domain::Family::T { correlation, degrees },
            form::Family::Clayton => domain::Family::Clayton { theta },
        }
    }

    pub fn noise(&mut self, id: &str, noise: form::Noise) -> domain::Noise {
        let mut cv = |cv| self.range(id, "noise.cv", cv, 0.0, 100.0);
        match noise {
            form::Noise::Normal { cv: x } => domain::Noise::Normal { cv: cv(x) },
            form::Noise::Gamma { cv: x } => domain::Noise::Gamma { cv: cv(x) },
            form::Noise::Lognormal { cv: x } => domain::Noise::Lognormal { cv: cv(x) },
            form::Noise::Poisson => domain::Noise::Poisson,
            form::Noise::Compound { size } => domain::Noise::Compound { size: self.law(id, "noise.size", size) },
            form::Noise::Empirical { values, weights } => {
                self.weights(id, "noise", &values, &weights);
                domain::Noise::Empirical { values, weights }
            }
        }
    }
}
