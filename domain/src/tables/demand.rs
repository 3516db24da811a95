//! Who needs what: the tender itself, sites, needs, demand.

use jiff::civil::Date;

use crate::cell::{Id, List, Text};
use crate::choice;
use crate::quantity::{Fraction, Money, NeedUnits, Weeks};
use crate::table;

choice! {
    /// Where the sizes of a need must be covered.
    SizesAt {
        /// At any site.
        Anywhere = "anywhere",
        /// At every site that has the need.
        Site = "site",
    }
}

table! {
    /// The tender itself: exactly one row, written as the keys of `tender.toml`.
    tender: TenderRow, key [name];
    /// Name of the tender.
    name: Text, "", "IV fluids 2024";
    /// Currency of every amount of money, ISO 4217.
    currency: Id, "", "USD";
    /// First day of the contract.
    starts: Date, "", "2024-07-01";
    /// Length of the contract. Quantities are per contract year; one-off costs are paid once.
    contract_years: u32 = "1", "years", "3";
    /// Cost of keeping stock (space, handling, insurance), per year, as a fraction of its value.
    holding_rate: Fraction = "0", "fraction per year", "0.08";
    /// Cost of the money bound in stock, per year, as a fraction of its value.
    capital_rate: Fraction = "0", "fraction per year", "0.05";
    /// What the tender is about, for the reader of the report.
    description: Option<Text>, "", "IV and irrigation fluids of three systems";
    /// Name of the objective in `objectives` that awards are chosen by. Blank: cash and shadow money, without outcome cost.
    objective: Option<Id>, "", "near-and-few";
}

table! {
    /// A place that uses products: hospital, clinic, country programme.
    sites: SiteRow, key [site];
    /// Unique name of the site.
    site: Id, "", "H01";
    /// Name for people.
    name: Option<Text>, "", "North Campus";
    /// Owner of the site (a health system in a group purchasing organization). Blank: the site owns itself.
    member: Option<Id>, "", "Riverside Health";
    /// Class of site, such as teaching, community, small.
    class: Option<Id>, "", "teaching";
    /// Region of the site; freight and lanes refer to it.
    site_region: Option<Id>, "", "Southeast";
    /// Country, ISO 3166 alpha-2.
    country: Option<Id>, "", "US";
    /// Staffed beds.
    beds: Option<u32>, "beds", "320";
    wildcards {
        /// Any further attribute; rules may refer to it as `site.NAME`.
        attr, "rural";
    }
}

table! {
    /// One clinical requirement, measured in one clinical unit.
    needs: NeedRow, key [need];
    /// Unique name of the need.
    need: Id, "", "saline-1l";
    /// Therapeutic or product category.
    category: Id, "", "IV solutions";
    /// Clinical unit in which the need is measured.
    unit: Id, "", "bag";
    /// Name for people.
    name: Option<Text>, "", "0.9 % sodium chloride 1 L";
    /// 1 acute without alternative, 2 important, 3 routine.
    criticality: u32 = "2", "class 1 to 3", "1";
    /// Typical price of one need unit; the weight when needs of different unit are added up.
    reference_price: Option<Money>, "money per need unit", "2.40";
    /// Whether quantities are whole packs per site (`yes`) or may be split freely (`no`).
    whole_packs: bool = "no", "", "yes";
    /// Standardization limit: at most so many products for this need over all sites.
    max_products: Option<u32>, "products", "3";
    /// Standardization limit: at most so many products for this need at any one site.
    max_products_per_site: Option<u32>, "products", "2";
    /// At most so many products are on formulary; others are bought off formulary, as far as rules on `in_formulary` allow.
    formulary_limit: Option<u32>, "products", "2";
    /// Sizes that must be covered: of each a product is bought whose `attr.size` names it.
    sizes: List, "", "S;M;L";
    /// Whether each size is covered somewhere, or at every site that has the need.
    sizes_at: SizesAt = "anywhere", "", "site";
    /// Patients who go without when one need unit is missing.
    patients_per_unit: Option<NeedUnits>, "patients per need unit", "0.5";
    /// Part of unmet demand that is postponed, not lost: served before new demand as soon as there is stock.
    backlog: Fraction = "0", "fraction", "0.3";
    /// Where given, demand may stay unserved; each need unit of it weighs so much in the decision, as shadow money. Blank: all demand is served.
    shortage_cost: Option<Money>, "money per need unit", "400";
}

table! {
    /// How much of a need a site uses in a year.
    demand: DemandRow, key [site, need];
    /// The site.
    site: Id, "", "H01";
    /// The need.
    need: Id, "", "saline-1l";
    /// Mean use in a contract year.
    quantity: NeedUnits, "need units per year", "48000";
    /// 5th percentile of the yearly quantity.
    low: Option<NeedUnits>, "need units per year", "43000";
    /// 95th percentile of the yearly quantity.
    high: Option<NeedUnits>, "need units per year", "55000";
    /// Coefficient of variation of one week's demand (standard deviation divided by mean).
    weekly_cv: Fraction = "0", "fraction", "0.1";
}

table! {
    /// What a class of criticality asks for.
    criticality: CriticalityRow, key [class];
    /// The class: 1 acute without alternative, 2 important, 3 routine.
    class: u32, "class 1 to 3", "1";
    /// At least so many suppliers for each need of the class: a hard rule.
    minimum_suppliers: Option<u32>, "suppliers", "2";
    /// A supplier counts from this share of the need on.
    counts_from: Option<Fraction>, "fraction of the need", "0.15";
    /// Reserve where no row of `policies` speaks of the site and need.
    reserve: Option<Weeks>, "weeks of mean demand", "4";
    /// Highest chance of a shortage; what `ballast reserve` aims for where no target is given.
    maximum_shortage: Option<Fraction>, "probability", "0.02";
}
