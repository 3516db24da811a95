//! A tender that exists is well formed: the one constructor reads a draft, checks every reference, and gives either a
//! tender or all the errors. Structural findings (a tender no award can satisfy) leave a tender.

mod adjustments;
mod build;
mod candidates;
mod channel;
mod conditions;
mod contradictions;
pub mod coverage;
mod criticality;
mod equivalences;
mod formulary;
pub mod objective;
mod of_sites;
pub mod outcome;
mod packages;
pub mod payment;
mod picks;
mod places;
mod policies;
mod range;
mod reach_of_bids;
mod read;
mod room;
mod schedule_findings;
mod schedules;
mod scope_of_prices;
mod specific;
mod structure;
mod switching;
mod tiers;
mod unit_of_measure;

use std::collections::BTreeMap;

use jiff::civil::Date;
use num_traits::One;
use rust_decimal::Decimal;

use crate::certificate::Component;
use crate::exact::{Exact, whole};
use crate::factor_map::FactorMap;
use crate::finding::Findings;
use crate::index::*;
use crate::quantity::*;
use crate::raw::RawTender;
use crate::rules::{Expansions, Rule};
use crate::schema::RowCount;
use crate::tables::{
    Approval, Basis, CohortMode, CountLevel, Draft, Gives, InvoiceLevel, Layer, Mode, Payer, Pays, PlaceKind,
    PriceLevel, ScheduleKind, ShareWeight, SizesAt, SwitchingMode,
};

pub use adjustments::Adjustment;
pub use conditions::{Conditions, Group, StructureCondition};
pub use criticality::CriticalityClass;
pub use packages::{InPackage, Package, PackageGives, PackageLine};
pub use picks::Pick;
pub use policies::{Ordering, Policy};
pub use read::Reading;

/// What holds for the tender as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Name.
    pub name: String,
    /// ISO 4217.
    pub currency: String,
    /// First day.
    pub starts: Date,
    /// Length in years, at least 1.
    pub contract_years: u32,
    /// Fraction of stock value per year.
    pub holding_rate: Fraction,
    /// Fraction of stock value per year.
    pub capital_rate: Fraction,
    /// For the reader of the report.
    pub description: String,
    /// What a unit of each component adds to the value; components that are not named weigh as
    /// [`Settings::component_weight`] says.
    pub weights: BTreeMap<Component, Decimal>,
}

impl Settings {
    /// What a unit of a component adds to the value: 1 unless an objective says otherwise, and 0 for outcomes, which are
    /// shown but decide nothing by themselves.
    pub fn component_weight(&self, component: Component) -> Decimal {
        let usual = if component == Component::Outcome { Decimal::ZERO } else { Decimal::ONE };
        self.weights.get(&component).copied().unwrap_or(usual)
    }
}

/// A site.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Owner.
    pub member: MemberIx,
    /// Class, empty if not given.
    pub class: String,
    /// Region, empty if not given.
    pub site_region: String,
    /// Country, empty if not given.
    pub country: String,
    /// Further attributes.
    pub attr: BTreeMap<String, String>,
}

/// A need.
#[derive(Debug, Clone, PartialEq)]
pub struct Need {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Category.
    pub category: CategoryIx,
    /// Clinical unit.
    pub unit: String,
    /// 1 to 3.
    pub criticality: u32,
    /// Weight per need unit when different needs are added up.
    pub reference_price: Option<Money>,
    /// Whole packs per site.
    pub whole_packs: bool,
    /// Most products over all sites.
    pub max_products: Option<u32>,
    /// Most products at one site.
    pub max_products_per_site: Option<u32>,
    /// Most products on formulary; `None`: every product used is on formulary.
    pub formulary_limit: Option<u32>,
    /// Sizes that must be covered; empty if sizes do not matter.
    pub sizes: Vec<String>,
    /// Where they must be.
    pub sizes_at: SizesAt,
    /// Patients who go without when one unit is missing.
    pub patients_per_unit: Option<NeedUnits>,
    /// Part of unmet demand that is postponed, not lost.
    pub backlog: f64,
    /// What a need unit left unserved weighs; all demand is served where it is not given.
    pub shortage_cost: Option<Money>,
}

/// A demand cell with demand above zero.
#[derive(Debug, Clone, PartialEq)]
pub struct DemandCell {
    /// Site.
    pub site: SiteIx,
    /// Need.
    pub need: NeedIx,
    /// Mean yearly use, above 0.
    pub quantity: NeedUnits,
    /// 5th and 95th percentile of the year, where given.
    pub range: Option<(NeedUnits, NeedUnits)>,
    /// Coefficient of variation of a week.
    pub weekly_cv: Fraction,
    /// Candidate lines, in order.
    pub candidates: std::ops::Range<usize>,
}

/// A supplier.
#[derive(Debug, Clone, PartialEq)]
pub struct Supplier {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Owner (the supplier itself if none is given).
    pub parent: String,
    /// Once, if it wins anything.
    pub onboarding_cost: Money,
    /// List spend a year, if it wins anything.
    pub minimum_award: Option<Money>,
    /// Most list spend a year.
    pub maximum_award: Option<Money>,
    /// Capacity units a year.
    pub capacity: Option<CapacityUnits>,
    /// Share of the market.
    pub market_share: Option<Fraction>,
    /// Further attributes.
    pub attr: BTreeMap<String, String>,
}

/// A plant.
#[derive(Debug, Clone, PartialEq)]
pub struct Plant {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Who runs it.
    pub supplier: SupplierIx,
    /// Region.
    pub plant_region: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Capacity units a year.
    pub capacity: Option<CapacityUnits>,
    /// Full stop to full output.
    pub time_to_recover: Option<Weeks>,
    /// Customs duty, fraction of the list price.
    pub tariff: Decimal,
    /// Inputs and the product each concerns (`*`: all).
    pub inputs: Vec<(String, String)>,
}

/// A product.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Id.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Seller.
    pub supplier: SupplierIx,
    /// The need it was made for.
    pub need: NeedIx,
    /// Need units per pack, for its own need.
    pub use_factor: UseFactor,
    /// Plants and split, splits summing to 1; empty if no plant is named.
    pub plants: Vec<(PlantIx, Fraction)>,
    /// Packs a year.
    pub capacity_packs: Option<Packs>,
    /// Capacity units per pack.
    pub capacity_use: UseFactor,
    /// Delivery to expiry.
    pub shelf_life: Option<Weeks>,
    /// Released or not.
    pub approval: Approval,
    /// Low and high end of the outcome cost per need unit, where there is evidence.
    pub outcome_cost: Option<(Decimal, Decimal)>,
    /// Further attributes.
    pub attr: BTreeMap<String, String>,
}

/// That a product may serve another need.
#[derive(Debug, Clone, PartialEq)]
pub struct Equivalence {
    /// Product.
    pub product: ProductIx,
    /// The other need.
    pub need: NeedIx,
    /// Units of it per pack.
    pub use_factor: UseFactor,
    /// Usable in the award, not only in a shortage.
    pub full: bool,
}

/// An offer.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Id.
    pub id: String,
    /// Product.
    pub product: ProductIx,
    /// List price per pack. Where the offer leaves it blank, the first price of its schedule.
    pub list_price: Money,
    /// True if the offer has no price of its own: it cannot be bought below the first tier.
    pub needs_tier: bool,
    /// Contract layer.
    pub layer: Layer,
    /// Sites that may use it.
    pub sites: Vec<SiteIx>,
    /// Mark-up on the net price.
    pub markup: Fraction,
    /// Packs a year.
    pub max_packs: Option<Packs>,
    /// Packs a year, if used.
    pub minimum_if_used: Option<Packs>,
    /// Order to receipt.
    pub lead_time: Weeks,
    /// What its price is for.
    pub pays: Pays,
    /// Most for one procedure, where it pays so.
    pub ceiling: Option<Money>,
    /// Contract or amendment, empty if not given.
    pub contract: String,
    /// Proof of eligibility, empty if not given.
    pub proof: String,
    /// Failure to supply: part of the price difference of a replacement that comes back, and the most per pack.
    pub failure_to_supply: Option<(Fraction, Option<Money>)>,
    /// What it asks of the award.
    pub conditions: Conditions,
    /// The package whose units it stands for, if any.
    pub package: Option<InPackage>,
    /// Price of each contract year ÷ price of the first; empty if the price stays.
    pub price_factor: Vec<Exact>,
    /// The schedules that apply to it, in the order in which they do.
    pub schedules: Vec<ScheduleIx>,
}

impl Offer {
    /// Price of a contract year (counted from 0) ÷ price of the first.
    pub fn factor(&self, year: usize) -> Exact {
        self.price_factor.get(year).cloned().unwrap_or_else(Exact::one)
    }
}

/// One step of a schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Tier {
    /// Threshold in the basis, inclusive.
    pub from: Decimal,
    /// Fraction off, price per pack, or money a year.
    pub value: Decimal,
}

/// The whole of a share: the demand of some needs, and purchases of some products beyond it.
#[derive(Debug, Clone, PartialEq)]
pub struct Whole {
    /// Needs whose demand belongs to it, in order.
    pub needs: Vec<NeedIx>,
    /// Products whose purchases for other needs belong to it, in order.
    pub products: Vec<ProductIx>,
    /// How needs add up.
    pub weight: ShareWeight,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    /// Id.
    pub id: String,
    /// Discount or rebate.
    pub kind: ScheduleKind,
    /// Order among its kind.
    pub stage: u32,
    /// What it counts.
    pub basis: Basis,
    /// Level of the spend it counts, where it counts spend.
    pub spend_level: CountLevel,
    /// All units or each slice.
    pub mode: Mode,
    /// Sites that take part, in order.
    pub sites: Vec<SiteIx>,
    /// Who is counted together.
    pub cohort_mode: CohortMode,
    /// Percentage, price or sum.
    pub gives: Gives,
    /// Whether its prices rise with the offers' escalator.
    pub escalates: bool,
    /// Steps, thresholds strictly rising.
    pub tiers: Vec<Tier>,
    /// Offers counted, in order.
    pub counts: Vec<OfferIx>,
    /// Offers priced, in order; none if it gives a sum.
    pub applies_to: Vec<OfferIx>,
    /// The whole, for basis `share`.
    pub whole: Option<Whole>,
}

impl Schedule {
    /// Its place in the order in which schedules apply.
    pub fn step(&self) -> (ScheduleKind, u32) {
        (self.kind, self.stage)
    }

    /// Whether what it counts depends on prices, and so on the contract year.
    pub fn counts_money(&self) -> bool {
        match &self.whole {
            Some(whole) => whole.weight == ShareWeight::Spend,
            None => self.basis == Basis::Spend,
        }
    }

    /// Whether it counts what earlier stages left.
    pub fn counts_net(&self) -> bool {
        self.counts_money() && self.spend_level == CountLevel::Net
    }
}

/// A fee.
#[derive(Debug, Clone, PartialEq)]
pub struct Fee {
    /// Id.
    pub id: String,
    /// Who pays.
    pub payer: Payer,
    /// Only this supplier's sales.
    pub supplier: Option<SupplierIx>,
    /// Only this layer.
    pub layer: Option<Layer>,
    /// Rate.
    pub percent: Fraction,
    /// Of what.
    pub base: PriceLevel,
    /// Part that comes back.
    pub share_back: Fraction,
}

/// A line that an award may use: one offer serving one demand cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The demand cell.
    pub cell: CellIx,
    /// Its site.
    pub site: SiteIx,
    /// Its need.
    pub need: NeedIx,
    /// The offer.
    pub offer: OfferIx,
    /// Its product.
    pub product: ProductIx,
    /// Its supplier.
    pub supplier: SupplierIx,
    /// Need units per pack for this need.
    pub use_factor: UseFactor,
    /// Freight on this line.
    pub freight: Freight,
    /// True if the site uses this product for this need today.
    pub incumbent: bool,
}

/// Freight of one line; the three parts add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Freight {
    /// Money per need unit.
    pub per_need_unit: Decimal,
    /// Money per pack.
    pub per_pack: Decimal,
    /// Fraction of the list price.
    pub percent_of_list: Decimal,
}

/// What a site buys today for a need.
#[derive(Debug, Clone, PartialEq)]
pub struct Incumbent {
    /// Product.
    pub product: ProductIx,
    /// Need units a year.
    pub quantity: NeedUnits,
    /// Money per pack.
    pub price: Money,
    /// What the price contains.
    pub price_level: InvoiceLevel,
    /// Freight inside the price.
    pub freight_included: bool,
}

/// The cost of moving a clinician group of a cell away from its incumbents.
#[derive(Debug, Clone, PartialEq)]
pub struct Switching {
    /// Who moves.
    pub group: String,
    /// Money, once.
    pub cost: Money,
    /// When it is due.
    pub mode: SwitchingMode,
}

/// A clinician group's view of a product at a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Preference {
    /// Group.
    pub group: String,
    /// 0 to 1.
    pub score: Fraction,
    /// The group's share of the site's use.
    pub weight: Fraction,
    /// Accepted.
    pub acceptable: bool,
}

/// A place that holds stock.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Id.
    pub id: String,
    /// Kind.
    pub kind: PlaceKind,
    /// Site, for kind `site`.
    pub site: Option<SiteIx>,
    /// Plant it stands beside.
    pub plant: Option<PlantIx>,
    /// Product and packs on hand.
    pub stock: Vec<(ProductIx, Packs)>,
}

/// A well-formed tender. Everything is in order of id and reached by typed index.
#[derive(Debug, Clone)]
pub struct Tender {
    /// The draft it came from.
    pub draft: Draft,
    /// What holds for the whole.
    pub settings: Settings,
    /// Owners of sites.
    pub members: IxVec<MemberIx, String>,
    /// Sites.
    pub sites: IxVec<SiteIx, Site>,
    /// Categories.
    pub categories: IxVec<CategoryIx, String>,
    /// Needs.
    pub needs: IxVec<NeedIx, Need>,
    /// Demand cells, by site then need.
    pub cells: IxVec<CellIx, DemandCell>,
    /// Suppliers.
    pub suppliers: IxVec<SupplierIx, Supplier>,
    /// Plants.
    pub plants: IxVec<PlantIx, Plant>,
    /// Products.
    pub products: IxVec<ProductIx, Product>,
    /// Equivalences.
    pub equivalences: Vec<Equivalence>,
    /// Kinds of procedure that a product serves, where any are stated.
    pub cases: BTreeMap<ProductIx, Vec<payment::Case>>,
    /// What classes of criticality ask for, by class.
    pub criticality: BTreeMap<u32, CriticalityClass>,
    /// Offers.
    pub offers: IxVec<OfferIx, Offer>,
    /// Schedules.
    pub schedules: IxVec<ScheduleIx, Schedule>,
    /// Packages.
    pub packages: IxVec<PackageIx, Package>,
    /// Adjustments.
    pub adjustments: Vec<Adjustment>,
    /// Fees.
    pub fees: Vec<Fee>,
    /// Candidate lines, by cell then offer.
    pub candidates: IxVec<CandidateIx, Candidate>,
    /// What each cell buys today.
    pub incumbents: IxVec<CellIx, Vec<Incumbent>>,
    /// What moving each cell costs, by clinician group; cells without incumbent never pay.
    pub switching: IxVec<CellIx, Vec<Switching>>,
    /// Scores by site and product; a missing entry is unknown.
    pub preferences: BTreeMap<(SiteIx, ProductIx), Vec<Preference>>,
    /// Places.
    pub places: Vec<Place>,
    /// Stock policy of each cell.
    pub policies: IxVec<CellIx, Policy>,
    /// Offers whose price may come down, and how far.
    pub room: BTreeMap<OfferIx, Money>,
    /// Picks in order of key.
    pub picks: IxVec<PickIx, Pick>,
    /// Rules in order of id.
    pub rules: IxVec<RuleIx, Rule>,
    /// What awards are chosen for, where the tender names an objective.
    pub objective: Option<objective::Objective>,
    /// The factor map.
    pub factor_map: FactorMap,
    /// What the rules expand to, as far as somebody asked.
    pub expansions: Expansions,
}

impl Tender {
    /// The candidate lines of a cell.
    pub fn candidates_of(&self, cell: CellIx) -> impl Iterator<Item = CandidateIx> + use<> {
        self.cells[cell].candidates.clone().map(CandidateIx::new)
    }

    /// Contract years (counted from 0) by class: all prices are the same in all years of a class.
    pub fn year_classes(&self) -> Vec<Vec<usize>> {
        let moved: Vec<&Offer> = self.offers.iter().filter(|o| !o.price_factor.is_empty()).collect();
        let mut classes: Vec<Vec<usize>> = Vec::new();
        for year in 0..self.settings.contract_years as usize {
            let same = |class: &&mut Vec<usize>| moved.iter().all(|o| o.factor(class[0]) == o.factor(year));
            match classes.iter_mut().find(same) {
                Some(class) => class.push(year),
                None => classes.push(vec![year]),
            }
        }
        classes
    }

    /// List price of a pack, the mean over the contract years.
    pub fn mean_list_price(&self, offer: OfferIx) -> Exact {
        let offer = &self.offers[offer];
        if offer.price_factor.is_empty() {
            return offer.list_price.exact();
        }
        let sum = offer.price_factor.iter().fold(whole(0), |a, f| a + f);
        offer.list_price.exact() * sum / whole(self.settings.contract_years)
    }

    /// Weight of one need unit when needs of different unit are added up: its reference price.
    pub fn reference_price(&self, need: NeedIx) -> Option<Decimal> {
        self.needs[need].reference_price.map(|m| m.0)
    }
}
