//! An edit in one plain sentence.

use std::fmt;

use super::{Action, Change, Filter};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |(column, accepted): &(String, Vec<String>)| format!("{column} is {}", accepted.join(" or "));
        match self.0.is_empty() {
            true => f.write_str("in every row"),
            false => write!(f, "where {}", self.0.iter().map(part).collect::<Vec<_>>().join(" and ")),
        }
    }
}

fn several(what: &str, ids: &[String]) -> String {
    let s = if ids.len() == 1 { "" } else { "s" };
    format!("{what}{s} {}", ids.join(", "))
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cells { table, column, filter, change } => match change {
                Change::Set(Some(text)) => write!(f, "`{column}` of `{table}` is {text} {filter}"),
                Change::Set(None) => write!(f, "`{column}` of `{table}` is left blank {filter}"),
                Change::Scale(factor) => write!(f, "`{column}` of `{table}` is multiplied by {factor} {filter}"),
                Change::Add(summand) => write!(f, "{summand} is added to `{column}` of `{table}` {filter}"),
            },
            Self::AddRows { table, rows } => match rows.len() {
                1 => write!(f, "1 row is added to `{table}`"),
                n => write!(f, "{n} rows are added to `{table}`"),
            },
            Self::DropRows { table, filter } => write!(f, "rows of `{table}` are taken out {filter}"),
            Self::RuleOff(ids) => write!(f, "{} does not hold", several("rule", ids)),
            Self::RuleOn(ids) => write!(f, "{} holds again", several("rule", ids)),
            Self::Rebound { id, bounds } => {
                let bound = |(column, text): &(String, String)| match text.is_empty() {
                    true => format!("no `{column}`"),
                    false => format!("`{column}` {text}"),
                };
                write!(f, "rule {id} gets {}", bounds.iter().map(bound).collect::<Vec<_>>().join(" and "))
            }
            Self::Demand { filter, factor } => write!(f, "demand is multiplied by {factor} {filter}"),
            Self::Tariff { country, percent } => {
                write!(f, "what is made in {country} bears a further duty of {percent} of its list price")
            }
            Self::PlantOut(ids) => write!(f, "{} makes nothing", several("plant", ids)),
            Self::Tier { schedule, from, to, value } => {
                write!(f, "the tier of schedule {schedule} from {from}")?;
                match (to, value) {
                    (Some(to), Some(value)) => write!(f, " starts at {to} and gives {value}"),
                    (Some(to), None) => write!(f, " starts at {to}"),
                    (None, Some(value)) => write!(f, " gives {value}"),
                    (None, None) => f.write_str(" stays"),
                }
            }
            Self::Lock { filter, award, .. } => write!(f, "lines are kept as in {award} {filter}"),
        }
    }
}
