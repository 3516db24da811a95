//! A reserve target, such as `p_stockout<=0.02@criticality=1,conf=0.95`: the chance that a need of the scope has a week in
//! which more than 0.1 % of its demand goes unmet is at most 2 %, sized so that this holds with 95 % confidence in the
//! sample. The part after `@` may be left out: all needs, confidence 0.95.

use std::fmt;
use std::str::FromStr;

use crate::error::StressError;

/// Chance of a stockout that each need of a scope may have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    /// Highest chance of a stockout over the horizon, above 0 and below 1.
    pub alpha: f64,
    /// Only needs of this class; `None`: all.
    pub criticality: Option<u32>,
    /// Confidence of the sizing, from 0.5 to below 1.
    pub confidence: f64,
}

impl Target {
    /// True if a need of this class is in the scope.
    pub fn covers(&self, criticality: u32) -> bool {
        self.criticality.is_none_or(|c| c == criticality)
    }
}

impl FromStr for Target {
    type Err = StressError;

    fn from_str(text: &str) -> Result<Self, StressError> {
        const FORM: &str = "p_stockout<=0.02@criticality=1,conf=0.95";
        let refuse =
            |what: String| StressError::Target(format!("reserve target `{text}`: {what}; write it like `{FORM}`"));
        let (metric, scope) = text.split_once('@').unwrap_or((text, ""));
        let (name, level) = metric.split_once("<=").ok_or_else(|| refuse("`<=` is missing".into()))?;
        if name.trim() != "p_stockout" {
            return Err(refuse(format!(
                "`{}` is not a metric that reserves can be sized for, only p_stockout is",
                name.trim()
            )));
        }
        let number =
            |text: &str| text.trim().parse::<f64>().map_err(|_| refuse(format!("`{}` is not a number", text.trim())));
        let alpha = number(level)?;
        if !(alpha > 0.0 && alpha < 1.0) {
            return Err(refuse(format!("the level must lie between 0 and 1, not {alpha}")));
        }
        let mut target = Self { alpha, criticality: None, confidence: 0.95 };
        for part in scope.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match part.split_once('=').map(|(k, v)| (k.trim(), v.trim())) {
                Some(("criticality", class @ ("1" | "2" | "3"))) => target.criticality = class.parse().ok(),
                Some(("criticality", other)) => return Err(refuse(format!("criticality is 1, 2 or 3, not `{other}`"))),
                Some(("conf", value)) => {
                    target.confidence = number(value)?;
                    if !(0.5..1.0).contains(&target.confidence) {
                        return Err(refuse(format!("conf must lie from 0.5 to below 1, not {value}")));
                    }
                }
                _ => return Err(refuse(format!("`{part}` is unknown; `criticality` and `conf` may follow the `@`"))),
            }
        }
        Ok(target)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p_stockout<={}@", self.alpha)?;
        if let Some(class) = self.criticality {
            write!(f, "criticality={class},")?;
        }
        write!(f, "conf={}", self.confidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for text in ["p_stockout<=0.02@criticality=1,conf=0.95", "p_stockout<=0.1@conf=0.9"] {
            assert_eq!(text.parse::<Target>().unwrap().to_string(), text);
        }
        assert_eq!(
            "p_stockout <= 0.05".parse::<Target>().unwrap(),
            Target { alpha: 0.05, criticality: None, confidence: 0.95 }
        );
    }

    #[test]
    fn refusals_say_what_and_how() {
        for (text, part) in [
            ("p_stockout=0.02", "`<=` is missing"),
            ("cvar<=3", "`cvar` is not a metric"),
            ("p_stockout<=2", "between 0 and 1"),
            ("p_stockout<=x", "`x` is not a number"),
            ("p_stockout<=0.1@criticality=4", "1, 2 or 3"),
            ("p_stockout<=0.1@site=H1", "`site=H1` is unknown"),
            ("p_stockout<=0.1@conf=1", "from 0.5 to below 1"),
        ] {
            let error = text.parse::<Target>().unwrap_err().to_string();
            assert!(error.contains(part) && error.contains("write it like"), "{error}");
        }
    }
}
