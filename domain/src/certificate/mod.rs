//! The certificate: cost, tiers and every rule of an award, re-computed in rationals from the tender and the award alone.
//! No solver has a say in it. An award that fails is never shown as a result.

mod amounts;
mod baseline;
mod conditions;
mod coverage;
mod facts;
mod formulary;
mod layers;
mod objective;
mod outcome;
mod packages;
mod picks;
mod prices;
mod schedules;
mod shadow;
mod switching;

use rust_decimal::Decimal;

pub use baseline::{Baseline, CellCost, baseline, cell_costs};
pub(crate) use baseline::{incumbent_packs, todays_cost};
pub use facts::{Fact, FactCheck};
pub use layers::{Layer, Layers, layers};
pub use objective::{LevelValue, TermValue};
pub use prices::{Component, Costs, LineCost, LineFees, price};
pub use schedules::ScheduleUse;
pub use shadow::{adjusted, unserved};
pub use switching::{SwitchingUse, switching};

use crate::award::Award;
use crate::exact::exact;
use crate::index::CandidateIx;
use crate::rules::{self, RuleCheck};
use crate::tender::Tender;

/// Relative tolerance for hard rules other than balance, grid, counts and thresholds, which hold exactly.
pub fn default_tolerance() -> Decimal {
    Decimal::new(1, 6)
}

/// What the re-computation found.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// Cost by component and in total.
    pub costs: Costs,
    /// Each line's price.
    pub lines: Vec<LineCost>,
    /// Each schedule and cohort with volume or a threshold: the tier earned and the distance to the next.
    pub schedules: Vec<ScheduleUse>,
    /// Balance, grid, capacities, limits and minima.
    pub facts: Vec<FactCheck>,
    /// Rules of the tender.
    pub rules: Vec<RuleCheck>,
    /// Tolerance used, relative.
    pub tolerance: Decimal,
}

impl Certificate {
    /// True if every fact holds, and every rule that may not give way.
    pub fn verified(&self) -> bool {
        self.facts.iter().all(|f| f.holds) && self.rules.iter().all(|r| r.holds || r.may_give_way)
    }

    /// True if a levelled rule gave way.
    pub fn gives_way(&self, tender: &Tender) -> bool {
        let levelled = |r: &RuleCheck| matches!(tender.rules[r.rule].force, rules::Force::Levelled { .. });
        self.rules.iter().any(|r| !r.holds && levelled(r))
    }

    /// What the certified award has on a line a year, as rules count it; `None` where the line is not used.
    pub fn amount(
        &self,
        tender: &Tender,
        award: &Award,
        counted: rules::Counted,
        c: CandidateIx,
    ) -> Option<crate::exact::Exact> {
        amounts::amount(tender, award, &self.lines, counted, c)
    }

    /// What fails, in words.
    pub fn failures(&self, tender: &Tender) -> Vec<String> {
        let facts = self.facts.iter().filter(|f| !f.holds).map(|f| format!("{}: {}", f.fact.words(), f.detail));
        let broken = self.rules.iter().filter(|r| !r.holds && !r.may_give_way).map(|r| {
            let rule = &tender.rules[r.rule];
            let value = r.value.as_ref().map(|v| crate::exact::round(v, 6).normalize().to_string()).unwrap_or_default();
            format!("rule {}: {} (measured {value})", rules::label(rule, &r.label), rule.sentence)
        });
        facts.chain(broken).collect()
    }
}

/// Certifies an award. `tolerance` is relative; 0 is allowed.
pub fn certify(tender: &Tender, award: &Award, tolerance: Decimal) -> Certificate {
    let priced = price(tender, award);
    let facts = facts::check(tender, award, &priced, &exact(tolerance));
    let amounts = amounts::Amounts::new(tender, award, &priced.lines);
    let amount = |counted, c: CandidateIx| amounts.of(counted, c);
    let relative = exact(tolerance);
    let rules = tender.rules.indexes().flat_map(|ix| rules::check(tender, ix, &amount, &relative)).collect();
    Certificate { costs: priced.costs, lines: priced.lines, schedules: priced.schedules, facts, rules, tolerance }
}
