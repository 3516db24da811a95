//! `ballast.award/1`: the decision with its cost, its proof and its reasons.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::certificate::{CellCost, Certificate, baseline, cell_costs};
use ballast_domain::exact::{exact, float, round};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::aim::{AimPart, SecondBestPart, TiesPart};
pub use super::certificate::{CertificatePart, FactPart};
use super::contracts::Compared;
pub use super::contracts::{BestLayer, LayerPart, LayersPart, SupplyClauses};
pub use super::fees::{FeesPart, SupplierFees};
pub use super::formulary::{FormularyEntry, NotChosen};
pub use super::objective::{LevelPart, ObjectivePart, TermPart};
pub use super::outcome::OutcomePart;
pub use super::packages::PackagePart;
pub use super::payment_ways::{PaymentWays, WayOfOffer};
pub use super::preference::GroupPreference;
pub use super::rules::RulePart;
pub use super::shadow::{AdjustmentPart, UnservedPart};
pub use super::switching::SwitchingPart;
pub use super::tiers::TierPart;

/// Body of the document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AwardBody {
    /// `optimal`, `feasible`, `infeasible`, `unbounded`, `no_award`.
    pub termination: String,
    /// `time`, `work`, `cancelled`, `memory` where a limit ended it.
    pub limit: Option<String>,
    /// In words.
    pub detail: String,
    /// Whether the same input, options and seed give the same award.
    pub reproducible: bool,
    /// Certified value over the contract, cash and shadow money; `bound` and gaps speak of it.
    pub value: Option<Decimal>,
    /// Real money.
    pub cash: Option<Cash>,
    /// Money that stands for something else and that nobody pays.
    pub shadow: Decimal,
    /// Proven: no award costs less.
    pub bound: Option<Decimal>,
    /// What could at most still be saved, as a fraction of the value.
    pub gap: Option<f64>,
    /// The same in money.
    pub gap_money: Option<Decimal>,
    /// Cost by component over the contract.
    pub cost: Vec<CostPart>,
    /// Against what is bought today.
    pub baseline: Option<BaselinePart>,
    /// Every line.
    pub lines: Vec<Line>,
    /// Products chosen, by need.
    pub formulary: Vec<FormularyEntry>,
    /// Products not chosen, by need, with the reason where there is one.
    pub not_chosen: Vec<NotChosen>,
    /// Clinician groups that move away from what they use today.
    pub switching: Vec<SwitchingPart>,
    /// Fees by who pays them, and the cost without them; null where the tender has none.
    pub fees: Option<FeesPart>,
    /// Offers of the same product side by side, where the sites that buy it have a choice.
    #[serde(default)]
    pub layers: Vec<LayersPart>,
    /// Products whose offers were not compared because the award is too large.
    #[serde(default)]
    pub layers_left_out: usize,
    /// Clauses on failure to supply; null where no line has one.
    pub supply_clauses: Option<SupplyClauses>,
    /// What each product used in procedures would cost under each way of paying.
    pub payment_ways: Vec<PaymentWays>,
    /// Outcome cost at both ends of its evidence; null where no product has a range.
    pub outcome: Option<OutcomePart>,
    /// Suppliers that win.
    pub suppliers: Vec<SupplierPart>,
    /// Schedules: tier earned and distance to the next.
    pub tiers: Vec<TierPart>,
    /// Adjustments that weigh in the value.
    #[serde(default)]
    pub adjustments: Vec<AdjustmentPart>,
    /// Demand left unserved.
    #[serde(default)]
    pub unserved: Vec<UnservedPart>,
    /// Packages that are bought.
    #[serde(default)]
    pub packages: Vec<PackagePart>,
    /// The named objective, level by level; absent where the tender names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<ObjectivePart>,
    /// Every instance of every rule.
    pub rules: Vec<RulePart>,
    /// Clinician groups.
    pub preference: Vec<GroupPreference>,
    /// The re-computation.
    pub certificate: Option<CertificatePart>,
    /// Why there is no award.
    pub reasons: Vec<String>,
    /// Value and bound over work.
    pub log: Vec<LogPart>,
    /// The relaxation ladder, where no award keeps all rules: level by level the cheapest award that keeps the levels so far as
    /// far as can be.
    #[serde(default)]
    pub ladder: Vec<StepPart>,
    /// Figures about the search.
    pub statistics: BTreeMap<String, f64>,
    /// What an aim other than the least value reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aim: Option<AimPart>,
    /// Which of several awards of equal value this is; null where nobody solved for it.
    #[serde(default)]
    pub ties: Option<TiesPart>,
    /// The best award with other winners, where it was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_best: Option<SecondBestPart>,
}

/// Real money over the contract.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cash {
    /// All of it.
    pub total: Decimal,
    /// By contract year; one-off costs fall into the first.
    pub by_year: Vec<Decimal>,
    /// Fees that suppliers share back: a credit shown apart, not part of the total.
    pub share_back: Decimal,
}

/// A component of the cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CostPart {
    /// Its name.
    pub component: String,
    /// Over the contract.
    pub amount: Decimal,
    /// Paid once.
    pub once: bool,
    /// Nobody pays it: it stands for something else.
    pub shadow: bool,
}

/// Against today's buying.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BaselinePart {
    /// Demand cells with an incumbent.
    pub cells: usize,
    /// Demand cells without; left out on both sides.
    pub excluded: usize,
    /// Incumbent mix at incumbent prices, over the contract.
    pub at_todays_prices: Decimal,
    /// The award on the same cells, without one-off costs.
    pub award_on_same_cells: Decimal,
    /// Difference of the two.
    pub saving: Decimal,
    /// Of it: the same mix at the tender's prices (on cells whose incumbents are still offered).
    pub price_effect: Decimal,
    /// Of it: another mix.
    pub mix_effect: Decimal,
    /// Saving less switching and onboarding.
    pub saving_after_one_off: Decimal,
    /// Second baseline: cells whose incumbents are all still offered.
    pub repriced_cells: usize,
    /// Second baseline: their incumbent mix at the tender's prices.
    pub repriced: Decimal,
    /// The cells one by one, where they are asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_cell: Vec<CellPart>,
}

/// A cell of the baseline, a year.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CellPart {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// What today's buying costs, scaled to the tender's demand.
    pub today: Decimal,
    /// What the award costs, without one-off costs.
    pub award: Decimal,
    /// Difference of the two.
    pub saving: Decimal,
}

impl CellPart {
    /// All cells of the baseline that a certificate is beside.
    pub fn all(tender: &Tender, certificate: &Certificate) -> Vec<Self> {
        let part = |c: CellCost| {
            let cell = &tender.cells[c.cell];
            Self {
                site: tender.sites[cell.site].id.clone(),
                need: tender.needs[cell.need].id.clone(),
                today: c.today,
                award: c.award,
                saving: c.today - c.award,
            }
        };
        cell_costs(tender, &certificate.lines).into_iter().map(part).collect()
    }
}

/// One line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Line {
    /// Site.
    pub site: String,
    /// Need.
    pub need: String,
    /// Product.
    pub product: String,
    /// Supplier.
    pub supplier: String,
    /// Offer used.
    pub offer: String,
    /// Its contract layer.
    pub layer: String,
    /// Need units used a year.
    pub need_units: Decimal,
    /// Packs bought a year (rounded to 6 decimals where not whole).
    pub packs: Decimal,
    /// Share of the demand cell.
    pub share: f64,
    /// Net price per pack, after discounts and before rebates; where years differ, the mean over the contract.
    pub price: Decimal,
    /// List price per pack; where years differ, the mean over the contract.
    pub list_price: Decimal,
    /// Cost a year with mark-up, freight and fees.
    pub cost: Decimal,
    /// Whether the site buys this product for this need today.
    pub incumbent: bool,
    /// Whether the product was made for another need and serves this one by an approved equivalence.
    pub alternate: bool,
    /// Contract or amendment of the offer; empty if not given.
    pub contract: String,
    /// What proves that the site may use it; empty if not given.
    pub proof: String,
    /// An offer of the same product to the same site whose list price is lower than the price of this line.
    pub best_layer: Option<BestLayer>,
    /// Part of the price difference of a replacement that the supplier pays back when it fails to supply.
    pub failure_to_supply: Option<Decimal>,
}

/// A supplier that wins.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SupplierPart {
    /// Supplier.
    pub supplier: String,
    /// Cost a year with tiers, mark-up, freight and fees.
    pub cost: Decimal,
    /// Share of all cost.
    pub share: f64,
    /// Products.
    pub products: usize,
    /// Sites.
    pub sites: usize,
}

/// A moment of the search.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogPart {
    /// Work in thousands of simplex iterations.
    pub work: f64,
    /// Value of the best award.
    pub value: Option<Decimal>,
    /// Proven bound.
    pub bound: Option<Decimal>,
}

/// A step of the relaxation ladder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StepPart {
    /// The level that is kept as far as can be, with all above it; 0: none.
    pub level: u32,
    /// Value of the cheapest such award.
    pub value: Decimal,
    /// Its weighted violation of each level, 1 to 4.
    pub violations: Vec<Decimal>,
}

/// The proof that comes with an award.
#[derive(Debug, Clone, Default)]
pub struct Proof {
    /// Proven lower bound.
    pub bound: Option<Decimal>,
    /// Where the objective has several levels, the bound of each.
    pub level_bounds: Vec<Option<Decimal>>,
    /// The solver's own objective.
    pub solver_value: Option<f64>,
    /// Value and bound over work.
    pub log: Vec<LogPart>,
    /// The relaxation ladder.
    pub ladder: Vec<StepPart>,
    /// Figures.
    pub statistics: BTreeMap<String, f64>,
}

impl AwardBody {
    /// A body without an award.
    pub fn without_award(termination: &str, limit: Option<&str>, detail: String, reasons: Vec<String>) -> Self {
        Self {
            termination: termination.to_owned(),
            limit: limit.map(str::to_owned),
            detail,
            reproducible: !matches!(limit, Some("time" | "cancelled" | "memory")),
            value: None,
            cash: None,
            shadow: Decimal::ZERO,
            bound: None,
            gap: None,
            gap_money: None,
            cost: Vec::new(),
            baseline: None,
            lines: Vec::new(),
            formulary: Vec::new(),
            not_chosen: Vec::new(),
            switching: Vec::new(),
            fees: None,
            layers: Vec::new(),
            layers_left_out: 0,
            supply_clauses: None,
            payment_ways: Vec::new(),
            outcome: None,
            suppliers: Vec::new(),
            tiers: Vec::new(),
            adjustments: Vec::new(),
            unserved: Vec::new(),
            packages: Vec::new(),
            objective: None,
            rules: Vec::new(),
            preference: Vec::new(),
            certificate: None,
            reasons,
            log: Vec::new(),
            ladder: Vec::new(),
            statistics: BTreeMap::new(),
            aim: None,
            ties: None,
            second_best: None,
        }
    }

    /// Fills in everything that an award and its certificate say.
    #[must_use]
    pub fn with_award(self, tender: &Tender, award: &Award, certificate: &Certificate, proof: Proof) -> Self {
        let value = certificate.costs.value;
        let (cash, shadow) = (certificate.costs.cash, certificate.costs.shadow);
        let gap_money = proof.bound.map(|b| (value - b).max(Decimal::ZERO));
        let gap = gap_money.map(|g| if value.is_zero() { 0.0 } else { float(&(exact(g) / exact(value.abs()))) });
        let compared = Compared::new(tender, award, certificate);
        Self {
            value: Some(value),
            cash: Some(Cash {
                total: cash,
                by_year: certificate.costs.cash_by_year.clone(),
                share_back: certificate.costs.share_back,
            }),
            shadow,
            bound: proof.bound,
            gap,
            gap_money,
            cost: certificate
                .costs
                .components
                .iter()
                .map(|(c, amount)| CostPart {
                    component: c.word().to_owned(),
                    amount: *amount,
                    once: c.once(),
                    shadow: c.shadow(),
                })
                .collect(),
            baseline: baseline_part(tender, certificate),
            lines: lines(tender, award, certificate, &compared),
            layers: compared.parts(),
            layers_left_out: compared.left_out,
            formulary: super::formulary::chosen(tender, award),
            not_chosen: super::formulary::not_chosen(tender, award),
            switching: super::switching::by_group(tender, award),
            fees: super::fees::part(tender, certificate),
            supply_clauses: super::contracts::supply_clauses(tender, certificate),
            payment_ways: super::payment_ways::by_product(tender, Some(award)),
            outcome: super::outcome::part(tender, certificate),
            suppliers: suppliers(tender, certificate),
            tiers: super::tiers::of_cohorts(tender, certificate),
            adjustments: super::shadow::adjustments(tender, award, certificate),
            unserved: super::shadow::unserved(tender, award),
            packages: super::packages::bought(tender, certificate),
            objective: super::objective::part(tender, certificate, &proof.level_bounds),
            rules: super::rules::of_instances(tender, certificate),
            preference: super::preference::by_group(tender, award),
            certificate: Some(super::certificate::part(tender, certificate, proof.solver_value)),
            log: proof.log,
            ladder: proof.ladder,
            statistics: proof.statistics,
            ..self
        }
    }
}

fn baseline_part(tender: &Tender, certificate: &Certificate) -> Option<BaselinePart> {
    let b = baseline(tender, &certificate.lines);
    if b.cells == 0 {
        return None;
    }
    let one_off: Decimal = certificate.costs.components.iter().filter(|(c, _)| c.once()).map(|(_, v)| *v).sum();
    Some(BaselinePart {
        cells: b.cells,
        excluded: b.excluded,
        at_todays_prices: b.at_todays_prices,
        award_on_same_cells: b.award_on_same_cells,
        saving: b.saving(),
        price_effect: b.price_effect(),
        mix_effect: b.mix_effect(),
        saving_after_one_off: b.saving() - one_off,
        repriced_cells: b.repriced_cells,
        repriced: b.repriced,
        by_cell: Vec::new(),
    })
}

fn lines(tender: &Tender, award: &Award, certificate: &Certificate, layers: &Compared<'_>) -> Vec<Line> {
    award
        .lines
        .iter()
        .zip(&certificate.lines)
        .map(|(line, cost)| {
            let c = &tender.candidates[line.candidate];
            let offer = &tender.offers[c.offer];
            let net = cost.net();
            Line {
                site: tender.sites[c.site].id.clone(),
                need: tender.needs[c.need].id.clone(),
                product: tender.products[c.product].id.clone(),
                supplier: tender.suppliers[c.supplier].id.clone(),
                offer: offer.id.clone(),
                layer: offer.layer.word().to_owned(),
                need_units: line.used.0.normalize(),
                packs: round(&cost.packs, 6).normalize(),
                share: float(&(line.used.exact() / tender.cells[c.cell].quantity.exact())),
                price: round(&(net / &cost.packs), 4),
                list_price: match offer.price_factor.is_empty() {
                    true => offer.list_price.0,
                    false => round(&(&cost.list / &cost.packs), 4),
                },
                cost: round(&cost.yearly(), 2),
                incumbent: c.incumbent,
                alternate: tender.products[c.product].need != c.need,
                contract: offer.contract.clone(),
                proof: offer.proof.clone(),
                best_layer: layers.best(cost),
                failure_to_supply: offer.failure_to_supply.map(|(part, _)| part.0),
            }
        })
        .collect()
}

fn suppliers(tender: &Tender, certificate: &Certificate) -> Vec<SupplierPart> {
    let total = certificate.lines.iter().fold(ballast_domain::exact::zero(), |a, l| a + l.yearly());
    let part = |(ix, supplier): (ballast_domain::index::SupplierIx, &ballast_domain::tender::Supplier)| {
        let own: Vec<_> = certificate.lines.iter().filter(|l| tender.candidates[l.candidate].supplier == ix).collect();
        let cost = own.iter().fold(ballast_domain::exact::zero(), |a, l| a + l.yearly());
        let distinct = |key: &dyn Fn(&ballast_domain::tender::Candidate) -> usize| {
            let set: std::collections::BTreeSet<usize> =
                own.iter().map(|l| key(&tender.candidates[l.candidate])).collect();
            set.len()
        };
        (!own.is_empty()).then(|| SupplierPart {
            supplier: supplier.id.clone(),
            share: if total == ballast_domain::exact::zero() { 0.0 } else { float(&(&cost / &total)) },
            cost: round(&cost, 2),
            products: distinct(&|c| ballast_domain::index::Ix::ix(c.product)),
            sites: distinct(&|c| ballast_domain::index::Ix::ix(c.site)),
        })
    };
    let mut parts: Vec<SupplierPart> = tender.suppliers.enumerate().filter_map(part).collect();
    parts.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| a.supplier.cmp(&b.supplier)));
    parts
}
