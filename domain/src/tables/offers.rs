//! What is offered at which price: offers, schedules and tiers, fees, freight.

use jiff::civil::Date;

use crate::cell::{Id, List, Number, Text};
use crate::choice;
use crate::quantity::{Fraction, Money, Packs, Weeks};
use crate::table;

choice! {
    /// Who concluded the contract.
    Layer {
        /// The group purchasing organization.
        Gpo = "gpo",
        /// A region or a member.
        Regional = "regional",
        /// One site's own letter.
        Local = "local",
    }
}

choice! {
    /// What the price of an offer is for.
    Pays {
        /// One pack.
        Pack = "pack",
        /// The components used, each at its price: Σ fraction of the case × quantity × price.
        Construct = "construct",
        /// One procedure, whatever is used.
        CasePrice = "case_price",
        /// The components used, but at most the ceiling for any one procedure.
        Capitated = "capitated",
        /// The components used, each at most at its reference price.
        Reference = "reference",
    }
}

choice! {
    /// Who delivers.
    Channel {
        /// The supplier.
        Direct = "direct",
        /// A distributor.
        Distributor = "distributor",
    }
}

choice! {
    /// What a schedule lowers, and when.
    ScheduleKind {
        /// The price: what is left is the net spend.
        Discount = "discount",
        /// What is paid back after all discounts: what is left is the final spend.
        Rebate = "rebate",
    }
}

choice! {
    /// What a schedule counts.
    Basis {
        /// Packs bought.
        Packs = "packs",
        /// Need units bought (packs × use factor).
        NeedUnits = "need_units",
        /// Spend at the schedule's `spend_level`.
        Spend = "spend",
        /// Part of the purchases named in `share_of`, from 0 to 1.
        Share = "share",
    }
}

choice! {
    /// How the steps of a schedule apply.
    Mode {
        /// The tier reached applies to everything.
        AllUnits = "all_units",
        /// Each tier applies to its own slice of what is counted.
        Incremental = "incremental",
    }
}

choice! {
    /// At which level spend is counted.
    CountLevel {
        /// Before all schedules.
        List = "list",
        /// After all earlier stages.
        Net = "net",
    }
}

choice! {
    /// How a share adds up different needs.
    ShareWeight {
        /// Reference price × need units.
        Reference = "reference",
        /// Spend at the schedule's `spend_level`.
        Spend = "spend",
        /// Need units; all needs in one unit.
        Units = "units",
    }
}

choice! {
    /// Whose purchases are counted together.
    CohortMode {
        /// All sites together.
        All = "all",
        /// Each member for itself.
        Member = "member",
        /// Each site for itself.
        Site = "site",
    }
}

choice! {
    /// What a tier gives.
    Gives {
        /// A fraction off the offer's price.
        Percent = "percent",
        /// A price per pack.
        Price = "price",
        /// An amount of money a year.
        Sum = "sum",
    }
}

choice! {
    /// Who pays an administrative fee.
    Payer {
        /// The supplier: not a cost of the buyer.
        Supplier = "supplier",
        /// The buyer.
        Buyer = "buyer",
    }
}

choice! {
    /// What a percentage is taken of.
    PriceLevel {
        /// The offer's price before discounts.
        List = "list",
        /// The price after discounts.
        Net = "net",
    }
}

choice! {
    /// How many suppliers serve a scope.
    Structure {
        /// Exactly one.
        Sole = "sole",
        /// Exactly two.
        Dual = "dual",
        /// Three or more.
        Multi = "multi",
    }
}

choice! {
    /// Of what suppliers are counted.
    StructureScope {
        /// Of the need.
        Need = "need",
        /// Of the need's category.
        Category = "category",
    }
}

choice! {
    /// Where something must hold.
    Level {
        /// Over all sites together.
        System = "system",
        /// For each member.
        Member = "member",
        /// At each site.
        Site = "site",
    }
}

table! {
    /// A supplier's price for a product to a cohort of sites.
    offers: OfferRow, key [offer];
    /// Unique name of the offer.
    offer: Id, "", "BAX-NS-1L-base";
    /// The product.
    product: Id, "", "BAX-NS-1L";
    /// Price of one pack. Blank only where a price schedule gives it.
    price: Option<Money>, "money per pack", "33.60";
    /// Who may use it: `all`, or a list of `member:M`, `class:C`, `region:R` and `site:S`.
    cohort: List = "all", "", "member:Riverside Health;site:H07";
    /// Whose contract it is.
    layer: Layer = "gpo", "", "regional";
    /// Distributor's mark-up on the net price.
    markup: Fraction = "0", "fraction of the net price", "0.04";
    /// First day on which the price holds.
    valid_from: Option<Date>, "", "2024-01-01";
    /// Last day on which the price holds.
    valid_to: Option<Date>, "", "2026-12-31";
    /// Most packs under this offer.
    max_packs: Option<Packs>, "packs per year", "20000";
    /// If the offer is used at all, at least so many packs (a committed price).
    minimum_if_used: Option<Packs>, "packs per year", "4000";
    /// Least packs a year of each site that uses the offer.
    minimum_order: Option<Packs>, "packs per year and site", "100";
    /// The offer holds only where so many suppliers serve the scope, its own among them: one, two, or three and more.
    structure: Option<Structure>, "", "sole";
    /// Of what suppliers are counted.
    structure_scope: StructureScope = "need", "", "category";
    /// Where they are counted.
    structure_level: Level = "system", "", "member";
    /// A supplier counts from this part of the need units (of the reference spend of a category) on; 0: from any volume on.
    structure_from: Fraction = "0", "fraction of the volume", "0.05";
    /// The offer holds only where these products are bought, too.
    requires: List, "product ids", "BAX-LR-1L";
    /// Where they must be bought.
    requires_level: Level = "site", "", "system";
    /// Time from order to receipt.
    lead_time: Weeks = "0", "weeks", "2";
    /// What the price is for. `construct`, `capitated` and `reference` follow from `cases` and `components`, and leave `price` blank.
    pays: Pays = "pack", "", "construct";
    /// Most that is paid for one procedure (`capitated`).
    ceiling: Option<Money>, "money per need unit", "4200";
    /// The contract or amendment.
    contract: Option<Text>, "", "GPO-2024-117, amendment 2";
    /// What proves that the cohort may use it.
    proof: Option<Text>, "", "letter of commitment of 2024-03-02";
    /// Who delivers.
    channel: Option<Channel>, "", "distributor";
    /// Failure to supply: part of the price difference of a replacement that the supplier pays back.
    failure_to_supply: Option<Fraction>, "fraction of the price difference", "1";
    /// The same: most it pays back.
    failure_to_supply_cap: Option<Money>, "money per pack", "6.50";
    /// Rise of the price at the start of each later contract year: one fraction for all of them, or one for each (`0;0.03`: the second year is protected, the third is 3 % dearer).
    escalator: List, "fractions above -1", "0;0.03";
}

table! {
    /// A schedule of discounts or rebates: it counts purchases in a scope, each contract year apart, and gives the tier reached to a scope.
    schedules: ScheduleRow, key [schedule];
    /// Unique name of the schedule.
    schedule: Id, "", "BAX-volume";
    /// Whether it lowers the price or is paid back after all discounts.
    kind: ScheduleKind = "discount", "", "rebate";
    /// Order among schedules of its kind: a later stage applies to what the stage before left.
    stage: u32 = "1", "1 or more", "2";
    /// What it counts.
    basis: Basis, "", "spend";
    /// At which level spend is counted; blank: `list` for discounts, `net` for rebates.
    spend_level: Option<CountLevel>, "", "net";
    /// How its steps apply.
    mode: Mode, "", "all_units";
    /// Sites that take part: `all`, or a list of `member:M`, `class:C`, `region:R` and `site:S`. Other sites' purchases are neither counted nor priced.
    cohort: List = "all", "", "member:Riverside Health";
    /// Whose purchases are counted together.
    cohort_mode: CohortMode = "all", "", "member";
    /// What its tiers give.
    gives: Gives = "percent", "", "price";
    /// Prices of its tiers rise with the offers' escalator.
    escalates: bool = "no", "", "yes";
    /// Counted: all offers for needs of these categories; beside counts_suppliers: of their offers only these.
    counts_categories: List, "categories", "IV solutions";
    /// Counted: all offers of these suppliers.
    counts_suppliers: List, "supplier ids", "Baxter";
    /// Counted: all offers of these products.
    counts_products: List, "product ids", "BAX-NS-1L;BAX-NS-500";
    /// Counted: these offers.
    counts_offers: List, "offer ids", "BAX-NS-1L-base";
    /// The tier applies to these offers; blank: to all that are counted.
    applies_to: List, "offer ids", "BAX-NS-1L-base";
    /// Basis `share`: the whole, as a list of `category:C`, `need:N`, `product:P`, `supplier:S`.
    share_of: List, "", "category:IV solutions";
    /// Basis `share`: how needs add up; blank: `reference`.
    weight: Option<ShareWeight>, "", "spend";
}

table! {
    /// One step of a schedule. Below the first step the offer's own price holds.
    tiers: TierRow, key [schedule, from];
    /// The schedule.
    schedule: Id, "", "BAX-volume";
    /// The tier is reached from this measure on (inclusive), in the basis of the schedule.
    from: Number, "packs, need units or money per year, or a share", "250000";
    /// Fraction off, price per pack, or sum.
    value: Number, "fraction, money per pack, or money per year", "0.04";
}

table! {
    /// A fee on purchases. Fees paid by the supplier are no cost of the buyer; what it shares back is shown apart.
    fees: FeeRow, key [fee];
    /// Unique name of the fee.
    fee: Id, "", "GPO-admin";
    /// Who pays.
    payer: Payer, "", "supplier";
    /// The supplier whose sales bear the fee; blank: all.
    supplier: Option<Id>, "", "Baxter";
    /// The contract layer that bears it; blank: all.
    layer: Option<Layer>, "", "gpo";
    /// Rate.
    percent: Fraction, "fraction of the base", "0.03";
    /// What the rate is taken of.
    base: PriceLevel = "net", "", "list";
    /// Part of a supplier-paid fee that comes back to the buyer.
    share_back: Fraction = "0", "fraction of the fee", "0.5";
}

table! {
    /// Freight. For each line the most specific row holds (first product before plant before supplier, then site before region).
    freight: FreightRow, key [freight];
    /// Unique name of the row.
    freight: Id, "", "air-zw";
    /// The site; blank: any.
    site: Option<Id>, "", "H01";
    /// The region of the site; blank: any.
    site_region: Option<Id>, "", "Southeast";
    /// The supplier; blank: any.
    supplier: Option<Id>, "", "Baxter";
    /// The plant (weighted by the product's split); blank: any.
    plant: Option<Id>, "", "North Cove";
    /// The product; blank: any.
    product: Option<Id>, "", "BAX-NS-1L";
    /// Cost per need unit.
    per_need_unit: Money = "0", "money per need unit", "0.02";
    /// Cost per pack.
    per_pack: Money = "0", "money per pack", "0.90";
    /// Cost as a fraction of the list price.
    percent_of_list: Number = "0", "fraction of the list price", "0.05";
}
