//! The value of each level of the objective, from its sentence: Σ weight × component over the contract, plus, for each term
//! that is a measure, contract years × (factor × measure, or the curve at the measure). Rounded to the cent once a level.

use rust_decimal::Decimal;

use super::amounts::Amounts;
use super::prices::{Component, LineCost};
use crate::award::Award;
use crate::exact::{Exact, exact, round, whole, zero};
use crate::rules::measure;
use crate::tender::Tender;
use crate::tender::objective::{TermOf, Worth};

/// What a term adds to its level.
#[derive(Debug, Clone, PartialEq)]
pub struct TermValue {
    /// Money of the components over the contract, or what the measure reads; `None` where there is nothing to measure.
    pub amount: Option<Exact>,
    /// What it adds, over the contract.
    pub contribution: Exact,
}

/// The value of a level.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelValue {
    /// Its value, to the cent.
    pub value: Decimal,
    /// Terms in the order of the objective; none where the tender names no objective.
    pub terms: Vec<TermValue>,
}

/// All levels; where the tender names no objective, one without terms.
pub(super) fn levels(
    tender: &Tender,
    award: &Award,
    lines: &[LineCost],
    components: &[(Component, Decimal)],
) -> Vec<LevelValue> {
    let Some(objective) = &tender.objective else {
        let weighed = |(c, v): &(Component, Decimal)| v * tender.settings.component_weight(*c);
        let value = components.iter().map(weighed).sum::<Decimal>().round_dp(2);
        return vec![LevelValue { value, terms: Vec::new() }];
    };
    let years = whole(tender.settings.contract_years);
    let amounts = Amounts::new(tender, award, lines);
    let amount = |counted, c| amounts.of(counted, c);
    let term = |of: &TermOf| match of {
        TermOf::Money { weights, factor, .. } => {
            let part = |(c, v): &(Component, Decimal)| weights.get(c).map(|w| exact(*v) * exact(*w));
            let amount = components.iter().filter_map(part).fold(zero(), |a, b| a + b);
            TermValue { contribution: &amount * exact(*factor), amount: Some(amount) }
        }
        TermOf::Measure { rule, worth } => {
            let amount = measure(tender, rule, &amount);
            let worth = amount.as_ref().map_or_else(zero, |m| match worth {
                Worth::Factor(factor) => m * exact(*factor),
                Worth::Curve(points) => curve(points, m),
            });
            TermValue { contribution: worth * &years, amount }
        }
    };
    let level = |level: &crate::tender::objective::Level| {
        let terms: Vec<TermValue> = level.terms.iter().map(|t| term(&t.of)).collect();
        let sum = terms.iter().fold(zero(), |a, t| a + &t.contribution);
        LevelValue { value: round(&sum, 2), terms }
    };
    objective.levels.iter().map(level).collect()
}

/// The curve at a point: straight between the points, level outside.
fn curve(points: &[(Decimal, Decimal); 3], at: &Exact) -> Exact {
    let [(first, low), _, (_, high)] = points;
    if *at <= exact(*first) {
        return exact(*low);
    }
    for pair in points.windows(2) {
        let ((a, from), (b, to)) = (pair[0], pair[1]);
        if *at <= exact(b) && b > a {
            return exact(from) + (at - exact(a)) * exact(to - from) / exact(b - a);
        }
    }
    exact(*high)
}
