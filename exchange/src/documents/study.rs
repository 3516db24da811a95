//! What the documents of studies share: what a probe answered, what is proven, what two awards have apart.

use ballast_domain::difference::Difference;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What is proven about an amount; null where an end is not proven.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct IntervalPart {
    /// Not less than this.
    pub low: Option<Decimal>,
    /// Not more than this.
    pub high: Option<Decimal>,
}

/// What became of one solve.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct AnswerPart {
    /// `optimal`, `feasible`, `infeasible`, `no_award`, `failed`, `skipped`.
    pub termination: String,
    /// In words, where there is something to say.
    pub detail: String,
    /// Certified cost of the award over the contract.
    pub value: Option<Decimal>,
    /// Proven: no award costs less.
    pub bound: Option<Decimal>,
    /// What could at most still be saved.
    pub gap_money: Option<Decimal>,
}

/// An amount before and after.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BeforeAfter {
    /// Of what.
    pub name: String,
    /// Before.
    pub before: Decimal,
    /// After.
    pub after: Decimal,
}

/// A product that joins or leaves the formulary.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FormularyPart {
    /// Need.
    pub need: String,
    /// Product.
    pub product: String,
    /// `joins` or `leaves`.
    pub change: String,
}

/// A demand cell with another mix.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MovePart {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Part of the cell that goes to another product.
    pub moved: f64,
}

/// A clinician group at a site.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CliniciansPart {
    /// Site.
    pub site: String,
    /// Group.
    pub group: String,
    /// Mean preference before.
    pub before: Option<f64>,
    /// After.
    pub after: Option<f64>,
}

/// A schedule whose tier differs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TierPart {
    /// Schedule.
    pub schedule: String,
    /// Member or site counted apart; empty for all.
    pub cohort: String,
    /// Threshold of the tier before; null below the first.
    pub before: Option<Decimal>,
    /// After.
    pub after: Option<Decimal>,
}

/// What two awards have apart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DifferencePart {
    /// Money by component over the contract.
    pub cost: Vec<BeforeAfter>,
    /// Suppliers whose cost a year differs.
    pub suppliers: Vec<BeforeAfter>,
    /// Suppliers that win only after.
    pub won: Vec<String>,
    /// Suppliers that win only before.
    pub lost: Vec<String>,
    /// Formulary.
    pub formulary: Vec<FormularyPart>,
    /// Demand cells with another mix, the most moved first.
    pub cells: Vec<MovePart>,
    /// Sites with such a cell.
    pub sites: Vec<String>,
    /// Part of all volume that moved, weighed by reference spend.
    pub moved: f64,
    /// Clinician groups at a site whose mean preference differs, the worst loss first.
    pub clinicians: Vec<CliniciansPart>,
    /// Tiers.
    pub tiers: Vec<TierPart>,
    /// Rule instances at their bound only after.
    pub newly_binding: Vec<String>,
    /// Rule instances at their bound only before.
    pub no_longer_binding: Vec<String>,
    /// Rules of the tender before that the award after breaks; null where its lines do not all exist there.
    pub breaks: Option<Vec<String>>,
}

impl From<&Difference> for DifferencePart {
    fn from(d: &Difference) -> Self {
        let amounts = |name: &str, before: &Decimal, after: &Decimal| BeforeAfter {
            name: name.to_owned(),
            before: *before,
            after: *after,
        };
        Self {
            cost: d.components.iter().map(|(c, b, a)| amounts(c.word(), b, a)).collect(),
            suppliers: d.suppliers.iter().map(|(s, b, a)| amounts(s, b, a)).collect(),
            won: d.won.clone(),
            lost: d.lost.clone(),
            formulary: d
                .formulary
                .iter()
                .map(|f| FormularyPart {
                    need: f.need.clone(),
                    product: f.product.clone(),
                    change: if f.joins { "joins" } else { "leaves" }.to_owned(),
                })
                .collect(),
            cells: d
                .cells
                .iter()
                .map(|c| MovePart { site: c.site.clone(), need: c.need.clone(), moved: c.moved })
                .collect(),
            sites: d.sites.iter().cloned().collect(),
            moved: d.moved,
            clinicians: d
                .clinicians
                .iter()
                .map(|c| CliniciansPart {
                    site: c.site.clone(),
                    group: c.group.clone(),
                    before: c.before,
                    after: c.after,
                })
                .collect(),
            tiers: d
                .tiers
                .iter()
                .map(|t| TierPart {
                    schedule: t.schedule.clone(),
                    cohort: t.cohort.clone(),
                    before: t.before,
                    after: t.after,
                })
                .collect(),
            newly_binding: d.newly_binding.clone(),
            no_longer_binding: d.no_longer_binding.clone(),
            breaks: d.breaks.clone(),
        }
    }
}
