//! Who makes and sells: suppliers, plants, inputs, products, equivalences.

use jiff::civil::Date;

use crate::cell::{Id, Number, Text, Weights};
use crate::choice;
use crate::quantity::{CapacityUnits, Fraction, Money, Packs, UseFactor, Weeks};
use crate::table;

choice! {
    /// Whether clinicians have released a product.
    Approval {
        /// May be bought freely.
        Approved = "approved",
        /// May be bought; rules can limit it.
        Trial = "trial",
        /// Never bought.
        Rejected = "rejected",
    }
}

choice! {
    /// How far a product may stand in for another need.
    Strength {
        /// At any time, in the award too.
        Full = "full",
        /// Only while supply is short.
        ShortageOnly = "shortage_only",
    }
}

table! {
    /// A seller.
    suppliers: SupplierRow, key [supplier];
    /// Unique name of the supplier.
    supplier: Id, "", "Baxter";
    /// Name for people.
    name: Option<Text>, "", "Baxter International";
    /// Owner of the supplier. Blank: the supplier itself.
    parent: Option<Id>, "", "Baxter International";
    /// One-off cost of taking the supplier on (contract, quality audit, set-up); due when it wins anything.
    onboarding_cost: Money = "0", "money, once", "25000";
    /// A supplier that wins must win at least this much list spend a year.
    minimum_award: Option<Money>, "money per year", "50000";
    /// Most list spend a year that it may win.
    maximum_award: Option<Money>, "money per year", "900000";
    /// Most it can deliver to this tender over all products, in capacity units (packs × `capacity_use`).
    capacity: Option<CapacityUnits>, "capacity units per year", "900000";
    /// Share of the whole market that the supplier serves; weighs its spare capacity in a shortage.
    market_share: Option<Fraction>, "fraction of the market", "0.6";
    wildcards {
        /// Any further attribute; rules may refer to it as `supplier.NAME`.
        attr, "diverse";
    }
}

table! {
    /// A place of manufacture.
    plants: PlantRow, key [plant];
    /// Unique name of the plant.
    plant: Id, "", "North Cove";
    /// The supplier that runs it.
    supplier: Id, "", "Baxter";
    /// Name for people.
    name: Option<Text>, "", "Baxter North Cove, Marion, North Carolina";
    /// Region of the plant; hazards and rules refer to it.
    plant_region: Option<Id>, "", "Appalachia";
    /// Country, ISO 3166 alpha-2.
    country: Option<Id>, "", "US";
    /// Latitude in degrees, north positive.
    latitude: Option<Number>, "degrees", "35.75";
    /// Longitude in degrees, east positive.
    longitude: Option<Number>, "degrees", "-82.04";
    /// Most it can make for this tender, in capacity units (packs × `capacity_use`).
    capacity: Option<CapacityUnits>, "capacity units per year", "700000";
    /// Time from a full stop to full output, as stated by the supplier or judged.
    time_to_recover: Option<Weeks>, "weeks", "18";
    /// Customs duty on what the plant makes, counted with freight by the product's split.
    tariff: Number = "0", "fraction of the list price", "0.25";
}

table! {
    /// A shared upstream source (active ingredient, resin, component) that a plant depends on.
    inputs: InputRow, key [input, plant, product];
    /// Name of the input; the same name at several plants is the same source.
    input: Id, "", "PVC film";
    /// The plant that uses it.
    plant: Id, "", "North Cove";
    /// The product that needs it; `*`: all products of the plant.
    product: Id = "*", "", "BAX-NS-1L";
}

table! {
    /// A supplier's item that can meet a need.
    products: ProductRow, key [product];
    /// Unique name of the product.
    product: Id, "", "BAX-NS-1L";
    /// Who sells it.
    supplier: Id, "", "Baxter";
    /// The need it meets.
    need: Id, "", "saline-1l";
    /// Need units that one pack provides (utilization and pack size in one number).
    use_factor: UseFactor, "need units per pack", "14";
    /// Name for people.
    name: Option<Text>, "", "Viaflex 0.9 % sodium chloride 1000 mL, case of 14";
    /// Plants that make it, with the split of its volume.
    plants: Weights, "fractions", "North Cove:0.8;Cuernavaca:0.2";
    /// Most that can be delivered to this tender.
    capacity_packs: Option<Packs>, "packs per year", "60000";
    /// Units of plant and supplier capacity that one pack uses.
    capacity_use: UseFactor = "1", "capacity units per pack", "14";
    /// Time from delivery to expiry.
    shelf_life: Option<Weeks>, "weeks", "78";
    /// Whether clinicians have released it.
    approval: Approval = "approved", "", "trial";
    /// Cost of outcomes (complications, waste, staff time), at the favourable end of its evidence; may be negative.
    outcome_cost_low: Option<Number>, "money per need unit", "-0.10";
    /// The same at the unfavourable end.
    outcome_cost_high: Option<Number>, "money per need unit", "0.25";
    wildcards {
        /// Any further attribute; rules may refer to it as `product.NAME`.
        attr, "latex_free";
    }
}

table! {
    /// That a product may serve a need other than its own.
    equivalences: EquivalenceRow, key [product, need];
    /// The product.
    product: Id, "", "BAX-LR-1L";
    /// The other need.
    need: Id, "", "saline-1l";
    /// Units of the other need that one pack provides.
    use_factor: UseFactor, "need units per pack", "14";
    /// At any time, or only in a shortage.
    strength: Strength = "full", "", "shortage_only";
    /// Who approved it.
    approver: Option<Text>, "", "P&T committee";
    /// Last day of the approval.
    expires: Option<Date>, "", "2025-12-31";
}
