//! A reserve target: metric, level, scope, confidence.
//!
//! * `p_stockout<=0.02@criticality=1,conf=0.95`: the chance that a need of the scope has a week in which more than 0.1 % of its
//!   demand goes unmet is at most 2 %, sized so that this holds with 95 % confidence in the sample;
//! * `unmet<=0.5`: expected unmet demand over the horizon is at most half a week of mean demand;
//! * `fill>=0.98`: at least 98 % of demand is served;
//! * `cvar<=2`: the mean shortage of the worst 5 % is at most two weeks of mean demand of the scope;
//! * `hold>=26`: so many weeks are held, whatever the paths say (a policy); `reimburse=0.5` says which part of its yearly cost
//!   somebody else pays.
//!
//! `prob=0.99` with `fill` or `unmet` asks it of each replication by itself with that chance (`required.rs`).
//!
//! After `@`: `criticality=K` or `need=ID` (neither: all needs), `joint` (the scope as one basket, not each of its needs; CVaR always
//! is), `conf` (0.95).

use std::fmt;
use std::str::FromStr;

use ballast_domain::Tender;
use ballast_domain::cell::nearest;
use ballast_domain::index::NeedIx;

use crate::error::StressError;

/// What a target limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetMetric {
    /// Chance of a stockout over the horizon, at most.
    PStockout,
    /// Expected unmet demand, weeks, at most.
    Unmet,
    /// Part of demand served, at least.
    Fill,
    /// Mean shortage of the worst 5 %, weeks, at most.
    Cvar,
    /// Weeks held, at least.
    Hold,
}

/// Name, whether the level is a least, and the range of the level.
const METRICS: [(&str, TargetMetric, bool, f64, f64); 5] = [
    ("p_stockout", TargetMetric::PStockout, false, 0.0, 1.0),
    ("unmet", TargetMetric::Unmet, false, 0.0, 520.0),
    ("fill", TargetMetric::Fill, true, 0.0, 1.0),
    ("cvar", TargetMetric::Cvar, false, 0.0, 520.0),
    ("hold", TargetMetric::Hold, true, 0.0, 520.0),
];

/// What a reserve must reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What is limited.
    pub metric: TargetMetric,
    /// The limit.
    pub level: f64,
    /// The scope as one basket.
    pub joint: bool,
    /// Only needs of this class; `None`: all.
    pub criticality: Option<u32>,
    /// Only this need.
    pub need: Option<String>,
    /// Confidence of the sizing, from 0.5 to below 1.
    pub confidence: f64,
    /// Of each replication by itself: the chance with which it keeps the level.
    pub probability: Option<f64>,
    /// Part of the yearly cost of a policy that somebody else pays.
    pub reimbursed: f64,
}

impl Target {
    /// The needs of the scope that have demand.
    ///
    /// # Errors
    /// A need that the tender does not have; a scope without demand.
    pub fn needs(&self, tender: &Tender, mean: &[f64]) -> Result<Vec<NeedIx>, StressError> {
        use ballast_domain::index::Ix;
        if let Some(id) = self.need.as_ref().filter(|id| !tender.needs.iter().any(|n| n.id == **id)) {
            let hint = nearest(id, tender.needs.iter().map(|n| n.id.as_str()));
            let hint = hint.map_or_else(String::new, |h| format!("; did you mean `{h}`?"));
            return Err(StressError::Target(format!("`{self}`: the tender has no need `{id}`{hint}")));
        }
        let covered = |n: &NeedIx| {
            let need = &tender.needs[*n];
            mean[n.ix()] > 0.0
                && self.criticality.is_none_or(|c| c == need.criticality)
                && self.need.as_ref().is_none_or(|id| *id == need.id)
        };
        let needs: Vec<NeedIx> = tender.needs.indexes().filter(covered).collect();
        if needs.is_empty() {
            return Err(StressError::Target(format!("no need with demand is in the scope of `{self}`")));
        }
        Ok(needs)
    }

    /// True if the scope is looked at as one basket.
    pub fn of_basket(&self) -> bool {
        self.joint || self.metric == TargetMetric::Cvar
    }

    fn named(&self) -> (&'static str, bool) {
        let found = METRICS.iter().find(|m| m.1 == self.metric);
        found.map_or(("", false), |m| (m.0, m.2))
    }
}

impl FromStr for Target {
    type Err = StressError;

    fn from_str(text: &str) -> Result<Self, StressError> {
        const FORM: &str = "p_stockout<=0.02@criticality=1,conf=0.95";
        let refuse =
            |what: String| StressError::Target(format!("reserve target `{text}`: {what}; write it like `{FORM}`"));
        let (metric, scope) = text.split_once('@').unwrap_or((text, ""));
        let name = metric.trim().split(['<', '>', '=']).next().unwrap_or("").trim();
        let Some((_, kind, least, low, high)) = METRICS.iter().copied().find(|m| m.0 == name) else {
            let known: Vec<&str> = METRICS.iter().map(|m| m.0).collect();
            return Err(refuse(format!(
                "`{name}` is not a metric that reserves can be sized for ({})",
                known.join(", ")
            )));
        };
        let sign = if least { ">=" } else { "<=" };
        let Some((_, level)) = metric.split_once(sign) else { return Err(refuse(format!("`{sign}` is missing"))) };
        let number =
            |text: &str| text.trim().parse::<f64>().map_err(|_| refuse(format!("`{}` is not a number", text.trim())));
        let level = number(level)?;
        let inside = if kind == TargetMetric::Hold { level >= low } else { level > low };
        if !(inside && level < high) {
            return Err(refuse(format!("the level must lie between {low} and {high}, not {level}")));
        }
        let mut target = Self {
            metric: kind,
            level,
            joint: false,
            criticality: None,
            need: None,
            confidence: 0.95,
            probability: None,
            reimbursed: 0.0,
        };
        for part in scope.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match part.split_once('=').map_or((part, ""), |(k, v)| (k.trim(), v.trim())) {
                ("criticality", class @ ("1" | "2" | "3")) => target.criticality = class.parse().ok(),
                ("criticality", other) => return Err(refuse(format!("criticality is 1, 2 or 3, not `{other}`"))),
                ("need", id) if !id.is_empty() => target.need = Some(id.to_owned()),
                ("joint", "") => target.joint = true,
                ("conf", value) => {
                    target.confidence = number(value)?;
                    if !(0.5..1.0).contains(&target.confidence) {
                        return Err(refuse(format!("conf must lie from 0.5 to below 1, not {value}")));
                    }
                }
                ("prob", value) if matches!(kind, TargetMetric::Fill | TargetMetric::Unmet) => {
                    let p = number(value)?;
                    if !(p > 0.0 && p < 1.0) {
                        return Err(refuse(format!("prob must lie between 0 and 1, not {value}")));
                    }
                    target.probability = Some(p);
                }
                ("reimburse", value) if kind == TargetMetric::Hold => {
                    target.reimbursed = number(value)?;
                    if !(0.0..=1.0).contains(&target.reimbursed) {
                        return Err(refuse(format!("reimburse must lie from 0 to 1, not {value}")));
                    }
                }
                _ => {
                    return Err(refuse(format!(
                        "`{part}` is unknown; `criticality`, `need`, `joint`, `conf`, for `fill` and `unmet` `prob` and for `hold` `reimburse` may follow the `@`"
                    )));
                }
            }
        }
        if target.joint && kind == TargetMetric::Hold {
            return Err(refuse("`hold` speaks of each need, not of a basket".into()));
        }
        Ok(target)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, least) = self.named();
        write!(f, "{name}{}{}@", if least { ">=" } else { "<=" }, self.level)?;
        if let Some(class) = self.criticality {
            write!(f, "criticality={class},")?;
        }
        if let Some(need) = &self.need {
            write!(f, "need={need},")?;
        }
        if self.joint {
            write!(f, "joint,")?;
        }
        if let Some(p) = self.probability {
            write!(f, "prob={p},")?;
        }
        if self.reimbursed > 0.0 {
            write!(f, "reimburse={},", self.reimbursed)?;
        }
        write!(f, "conf={}", self.confidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in [
            "p_stockout<=0.02@criticality=1,conf=0.95",
            "p_stockout<=0.1@conf=0.9",
            "unmet<=0.5@need=NS-1000,conf=0.95",
            "fill>=0.98@criticality=2,joint,conf=0.99",
            "cvar<=2@conf=0.95",
            "fill>=0.95@criticality=1,prob=0.99,conf=0.95",
            "hold>=26@criticality=1,reimburse=0.5,conf=0.95",
        ] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        let plain: Target = "p_stockout <= 0.05".parse().unwrap();
        assert_eq!((plain.metric, plain.level, plain.confidence), (TargetMetric::PStockout, 0.05, 0.95));
        assert!(!plain.of_basket() && "cvar<=1".parse::<Target>().unwrap().of_basket());
    }

    #[test]
    fn refusals_say_what_and_how() {
        for (text, part) in [
            ("p_stockout=0.02", "`<=` is missing"),
            ("fill<=0.9", "`>=` is missing"),
            ("var<=3", "`var` is not a metric"),
            ("p_stockout<=2", "between 0 and 1"),
            ("p_stockout<=x", "`x` is not a number"),
            ("p_stockout<=0.1@criticality=4", "1, 2 or 3"),
            ("p_stockout<=0.1@site=H1", "`site=H1` is unknown"),
            ("p_stockout<=0.1@conf=1", "from 0.5 to below 1"),
            ("p_stockout<=0.1@reimburse=0.5", "`reimburse=0.5` is unknown"),
            ("p_stockout<=0.1@prob=0.9", "`prob=0.9` is unknown"),
            ("fill>=0.9@prob=1", "prob must lie"),
            ("hold>=26@joint", "not of a basket"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("write it like"), "{error}");
        }
    }
}
