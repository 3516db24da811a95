//! Kinds of runs: a run is a verb of the command, so a kind says which verb, which inputs it takes and which options.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::fault::{Fault, Pointed};

/// What a run can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What to buy, from whom.
    Award,
    /// An award lived through draws of packs.
    Stress,
    /// What to hold in reserve.
    Reserve,
    /// How long an award survives outages against how long they last, without probabilities.
    Exposure,
    /// Scenarios and awards side by side.
    Compare,
    /// What each rule costs.
    Prices,
    /// Why there is no award, and the cheapest ways out.
    Conflicts,
    /// Why a supplier or product does not win, and what would make it.
    WhyNot,
    /// What each side loses if a supplier walks away.
    Leverage,
    /// What a bidder is awarded, and what the buyer pays, against its price.
    WinCurve,
    /// The smallest change of prices with which a bidder wins a share, or up to which it keeps it.
    CounterBid,
    /// What members gain by standing together, and how it may be split.
    Coalition,
    /// The cheapest price moves within stated room that reach a savings goal.
    Targets,
    /// Awards about as good.
    Alternatives,
    /// Many values of columns at once.
    Sweep,
    /// Cost against something else.
    Frontier,
}

/// Options of a run; each kind takes some of them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunOptions {
    /// Seed of everything random; 1 where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Choose by this objective of the tender.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
    /// Stop a solve when its proven gap is at most this fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, exclusive_maximum = 1)]
    pub gap: Option<f64>,
    /// Seconds of each solve; such a run is not reproducible.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 31536000)]
    pub time_limit: Option<f64>,
    /// Work of each solve, 1,000 simplex iterations each; reproducible, unlike seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work: Option<u64>,
    /// Relative tolerance of hard rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, exclusive_maximum = 1)]
    pub tolerance: Option<f64>,
    /// `award`: run whose award the search starts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm: Option<String>,
    /// `award`: run whose award is to be left as little as possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stay: Option<String>,
    /// `award` with `stay`, `alternatives`: how much dearer than the best, as a fraction.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    pub within: Option<f64>,
    /// `award`: the best award with other winners, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_best: Option<bool>,
    /// `stress`, `reserve`: number of replications.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub replications: Option<u64>,
    /// `stress`: until the interval of mean unmet demand is this narrow, relative.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(exclusive_minimum = 0)]
    pub precision: Option<f64>,
    /// `stress`: run whose award lives through the same paths, and the difference is told. `frontier`: `preference`,
    /// `suppliers`, `emissions`, `concentration` or `moved`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// `exposure`: times to recover that suppliers state are multiplied by this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(exclusive_minimum = 0)]
    pub optimism: Option<f64>,
    /// `exposure`: time to recover where nobody states one, weeks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub assume_recovery: Option<f64>,
    /// `exposure`: worst outages of up to so many nodes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 5)]
    pub worst: Option<u64>,
    /// `reserve`: what the reserve must reach, such as `p_stockout<=0.05@criticality=1,conf=0.95`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `prices`: only these rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<Vec<String>>,
    /// `prices`: rules to be priced together, such as `["a,b"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Vec<String>>,
    /// `prices`: all pairs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_pairs: Option<bool>,
    /// `prices`: limits that are columns, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<bool>,
    /// `why-not`: a supplier or product, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// `why-not`: only at this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// `why-not`, `counter-bid`: the least share of the demand it may serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1)]
    pub share: Option<f64>,
    /// `leverage`: only these suppliers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppliers: Option<Vec<String>>,
    /// `win-curve`, `counter-bid`: a supplier, by id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// `win-curve`: an offer, by id, in place of a supplier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    /// `counter-bid`: of this need only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need: Option<String>,
    /// `win-curve`: the least change of the price, as a fraction of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -0.95, maximum = 9)]
    pub from: Option<f64>,
    /// `win-curve`: the greatest change of the price.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -0.95, maximum = 9)]
    pub to: Option<f64>,
    /// `win-curve`: steps of the grid between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200)]
    pub steps: Option<u64>,
    /// `win-curve`: flips are enclosed to this width of the price, as a fraction of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.00001, maximum = 1)]
    pub width: Option<f64>,
    /// `win-curve`: changes of the share up to this are not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(exclusive_minimum = 0, exclusive_maximum = 1)]
    pub change: Option<f64>,
    /// `coalition`: only these members are at the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<String>>,
    /// `coalition`: with more than 12 members, orders drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 2, maximum = 1000)]
    pub permutations: Option<u64>,
    /// `targets`: the saving wanted, such as `5%`, or money over the contract such as `20000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save: Option<String>,
    /// `alternatives`: how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub count: Option<u64>,
    /// `sweep`: columns to be set, such as `["needs.max_products[need=saline-1l]=1,2,3"]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vary: Option<Vec<String>>,
    /// `sweep`: the price of one more choice for these needs; `[]`: for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
    /// `frontier`: points decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 2, maximum = 200)]
    pub points: Option<u64>,
}

/// Options of each solve of a study.
const EACH: [&str; 6] = ["seed", "objective", "gap", "time_limit", "work", "tolerance"];

impl Kind {
    /// The verb.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Award => "award",
            Self::Stress => "stress",
            Self::Reserve => "reserve",
            Self::Exposure => "exposure",
            Self::Compare => "compare",
            Self::Prices => "prices",
            Self::Conflicts => "conflicts",
            Self::WhyNot => "why-not",
            Self::Leverage => "leverage",
            Self::WinCurve => "win-curve",
            Self::CounterBid => "counter-bid",
            Self::Coalition => "coalition",
            Self::Targets => "targets",
            Self::Alternatives => "alternatives",
            Self::Sweep => "sweep",
            Self::Frontier => "frontier",
        }
    }

    /// The options that it takes.
    fn options(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Self::Award => &["warm", "stay", "within", "second_best"],
            Self::Stress => return vec!["seed", "objective", "replications", "precision", "against"],
            Self::Reserve => return vec!["seed", "objective", "replications", "target"],
            Self::Exposure => return vec!["objective", "optimism", "assume_recovery", "worst"],
            Self::Conflicts => return vec!["seed", "objective", "gap", "work"],
            Self::Compare => &[],
            Self::Prices => &["rules", "pairs", "all_pairs", "limits"],
            Self::WhyNot => &["subject", "site", "share"],
            Self::Leverage => &["suppliers"],
            Self::WinCurve => &["supplier", "offer", "from", "to", "steps", "width", "change"],
            Self::CounterBid => &["supplier", "share", "need"],
            Self::Coalition => &["members", "permutations"],
            Self::Targets => &["save"],
            Self::Alternatives => &["within", "count"],
            Self::Sweep => &["vary", "choices"],
            Self::Frontier => &["against", "points"],
        };
        EACH.iter().chain(own).copied().collect()
    }

    /// Whether it lives an award through packs.
    pub fn simulates(self) -> bool {
        matches!(self, Self::Stress | Self::Reserve)
    }

    /// Whether it is about an award that there is.
    pub fn about_award(self) -> bool {
        self.simulates() || self == Self::Exposure
    }

    /// Whether it solves more than once, side by side.
    pub fn studies(self) -> bool {
        !self.about_award() && !matches!(self, Self::Award | Self::Conflicts)
    }
}

/// Flags that refer to runs; their files are named by whoever gathers the inputs.
const REFERENCES: [&str; 2] = ["warm", "stay"];
/// Options that are no flags but arguments.
const ARGUMENTS: [&str; 2] = ["subject", "site"];
/// Lists that are one flag with commas.
const JOINED: [&str; 4] = ["choices", "rules", "suppliers", "members"];
/// Flags that stand alone.
const SWITCHES: [&str; 3] = ["second_best", "all_pairs", "limits"];

/// The flags of a run, and everything that is wrong with its options.
///
/// # Errors
/// Every option that the kind does not take or that is out of range.
pub fn flags(kind: Kind, options: &RunOptions) -> Result<Vec<String>, Fault> {
    let given = match serde_json::to_value(options)? {
        Value::Object(given) => given,
        _ => Map::new(),
    };
    let (allowed, mut errors, mut flags) = (kind.options(), faults(kind, options), Vec::new());
    for (name, value) in &given {
        if !allowed.contains(&name.as_str()) {
            let detail = format!("a run of kind {} does not take {name}; it takes {}", kind.verb(), allowed.join(", "));
            errors.push(Pointed::at(format!("/options/{name}"), detail));
            continue;
        }
        let refers = REFERENCES.contains(&name.as_str()) || kind == Kind::Stress && name == "against";
        if refers || ARGUMENTS.contains(&name.as_str()) {
            continue;
        }
        let flag = format!("--{}", name.replace('_', "-"));
        match value {
            Value::Bool(on) if SWITCHES.contains(&name.as_str()) => flags.extend(on.then_some(flag)),
            // A list with nothing in it is the flag alone.
            Value::Array(items) if JOINED.contains(&name.as_str()) => {
                let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
                match items[..] {
                    [] => flags.extend((name == "choices").then_some(flag)),
                    _ => flags.push(format!("{flag}={}", items.join(","))),
                }
            }
            Value::Array(items) => {
                flags.extend(items.iter().filter_map(Value::as_str).map(|item| format!("{flag}={item}")));
            }
            Value::String(text) => flags.push(format!("{flag}={text}")),
            other => flags.push(format!("{flag}={}", plain(other))),
        }
    }
    if errors.is_empty() { Ok(flags) } else { Err(Fault::all(errors)) }
}

/// A number as the command reads it, without exponent.
fn plain(value: &Value) -> String {
    match value.as_f64().filter(|_| !value.is_u64()) {
        Some(number) => number.to_string(),
        None => value.to_string(),
    }
}

/// What is wrong with the values.
fn faults(kind: Kind, o: &RunOptions) -> Vec<Pointed> {
    let mut errors = Vec::new();
    let mut demand = |name: &str, fine: bool, expected: &str| {
        if !fine {
            errors.push(Pointed::at(format!("/options/{name}"), format!("expected {expected}")));
        }
    };
    let fraction = |v: Option<f64>| v.is_none_or(|v| (0.0..1.0).contains(&v));
    demand("gap", fraction(o.gap), "a fraction from 0 to below 1");
    demand("tolerance", fraction(o.tolerance), "a fraction from 0 to below 1");
    demand("time_limit", o.time_limit.is_none_or(|s| (0.0..=31_536_000.0).contains(&s)), "seconds, 0 or more");
    demand("within", o.within.is_none_or(|v| (0.0..=100.0).contains(&v)), "a fraction, 0 to 100");
    demand("share", o.share.is_none_or(|v| (0.0..=1.0).contains(&v)), "a fraction from 0 to 1");
    demand("precision", o.precision.is_none_or(|v| v > 0.0 && v.is_finite()), "a number above 0");
    demand("precision", o.precision.is_none() || o.replications.is_none(), "either replications or precision");
    demand("replications", o.replications.is_none_or(|n| (1..=10_000_000).contains(&n)), "1 to 10,000,000");
    demand("optimism", o.optimism.is_none_or(|f| f > 0.0 && f.is_finite()), "a number above 0");
    demand("assume_recovery", o.assume_recovery.is_none_or(|w| (0.0..=520.0).contains(&w)), "0 to 520 weeks");
    demand("worst", o.worst.is_none_or(|k| (1..=5).contains(&k)), "1 to 5");
    demand("count", o.count.is_none_or(|n| (1..=100).contains(&n)), "1 to 100");
    demand("points", o.points.is_none_or(|n| (2..=200).contains(&n)), "2 to 200");
    let known = ["preference", "suppliers", "emissions", "concentration", "moved"];
    let against = o.against.as_deref();
    demand("against", kind != Kind::Frontier || against.is_none_or(|a| known.contains(&a)), &known.join(", "));
    demand("against", kind != Kind::Frontier || against.is_some(), "what cost is set against");
    demand("subject", kind != Kind::WhyNot || o.subject.is_some(), "a supplier or product");
    demand("vary", kind != Kind::Sweep || o.vary.is_some() || o.choices.is_some(), "what varies, or choices");
    demand("choices", o.vary.is_none() || o.choices.is_none(), "either vary or choices");
    demand("within", kind != Kind::Award || o.within.is_none() || o.stay.is_some(), "stay beside it");
    demand("second_best", o.second_best != Some(true) || o.stay.is_none(), "either stay or second_best");
    let curve = kind == Kind::WinCurve;
    demand("supplier", !curve || o.supplier.is_some() != o.offer.is_some(), "either supplier or offer");
    demand("supplier", kind != Kind::CounterBid || o.supplier.is_some(), "a supplier");
    demand("share", kind != Kind::CounterBid || o.share.is_some(), "the share that it is to win");
    let price = |v: Option<f64>| v.is_none_or(|v| (-0.95..=9.0).contains(&v));
    demand("from", price(o.from), "a change of the price from -0.95 to 9");
    demand("to", price(o.to), "a change of the price from -0.95 to 9");
    demand("to", !curve || o.from.unwrap_or(-0.3) < o.to.unwrap_or(0.1), "more than from");
    demand("steps", o.steps.is_none_or(|n| (1..=200).contains(&n)), "1 to 200");
    demand("width", o.width.is_none_or(|v| (0.000_01..=1.0).contains(&v)), "a fraction from 0.00001 to 1");
    demand("change", o.change.is_none_or(|v| v > 0.0 && v < 1.0), "a fraction above 0, below 1");
    let comma = |list: &Option<Vec<String>>| list.iter().flatten().all(|s| !s.contains(',') && !s.is_empty());
    demand("rules", comma(&o.rules), "names without a comma");
    demand("choices", comma(&o.choices), "names without a comma");
    demand("suppliers", comma(&o.suppliers), "names without a comma");
    demand("members", comma(&o.members), "names without a comma");
    demand("save", kind != Kind::Targets || o.save.is_some(), "the saving wanted");
    let table = o.members.as_ref().is_none_or(|m| m.is_empty() || (2..=64).contains(&m.len()));
    demand("members", table, "2 to 64 members");
    demand("permutations", o.permutations.is_none_or(|n| (2..=1000).contains(&n)), "2 to 1000");
    errors
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::{Fault, Kind, RunOptions, flags};

    #[test]
    fn options_become_flags() {
        let options = RunOptions {
            gap: Some(1e-7),
            work: Some(5),
            second_best: Some(true),
            seed: Some(9),
            ..RunOptions::default()
        };
        let flags = flags(Kind::Award, &options).unwrap();
        assert_eq!(flags, ["--seed=9", "--gap=0.0000001", "--work=5", "--second-best"]);
    }

    #[test]
    fn the_kinds_of_the_negotiator_say_what_they_lack() {
        let curve = RunOptions { supplier: Some("S".to_owned()), from: Some(-0.25), ..RunOptions::default() };
        assert_eq!(flags(Kind::WinCurve, &curve).unwrap(), ["--supplier=S", "--from=-0.25"]);
        let two = RunOptions { suppliers: Some(vec!["A".to_owned(), "B".to_owned()]), ..RunOptions::default() };
        assert_eq!(flags(Kind::Leverage, &two).unwrap(), ["--suppliers=A,B"]);
        let table = RunOptions { members: Some(vec!["A".to_owned(), "B".to_owned()]), ..RunOptions::default() };
        assert_eq!(flags(Kind::Coalition, &table).unwrap(), ["--members=A,B"]);
        let pointers = |kind: Kind, options: &RunOptions| {
            let Err(Fault::Invalid { errors, .. }) = flags(kind, options) else { panic!("taken") };
            errors.into_iter().map(|e| e.pointer).collect::<Vec<String>>()
        };
        let both = RunOptions { offer: Some("O".to_owned()), to: Some(-0.3), steps: Some(0), ..curve };
        assert_eq!(pointers(Kind::WinCurve, &both), ["/options/supplier", "/options/to", "/options/steps"]);
        assert_eq!(pointers(Kind::CounterBid, &RunOptions::default()), ["/options/supplier", "/options/share"]);
        let one = RunOptions { members: Some(vec!["A".to_owned()]), permutations: Some(1), ..RunOptions::default() };
        assert_eq!(pointers(Kind::Coalition, &one), ["/options/members", "/options/permutations"]);
    }

    #[test]
    fn what_a_kind_does_not_take_is_said_with_everything_else() {
        let options = RunOptions { points: Some(1), gap: Some(2.0), ..RunOptions::default() };
        let Err(Fault::Invalid { errors, .. }) = flags(Kind::Award, &options) else { panic!("taken") };
        let pointers: Vec<&str> = errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["/options/gap", "/options/points", "/options/points"]);
    }
}
