//! What clinicians prefer and use today: preferences, incumbents, switching.

use crate::cell::Id;
use crate::choice;
use crate::quantity::{Fraction, Money, NeedUnits};
use crate::table;

choice! {
    /// When a switching cost is due.
    SwitchingMode {
        /// Whole, once, when the incumbents together serve less than 100 % of the need at the site.
        Whole = "whole",
        /// In proportion to the part that moves away.
        ProRata = "pro_rata",
    }
}

choice! {
    /// What an incumbent's price contains.
    InvoiceLevel {
        /// As invoiced, before any rebate.
        Invoice = "invoice",
        /// After rebates.
        NetOfRebate = "net_of_rebate",
    }
}

table! {
    /// A clinician group's score for a product at a site. A missing score is unknown, never zero.
    preferences: PreferenceRow, key [site, product, clinician_group];
    /// The site; `*`: every site.
    site: Id = "*", "", "H01";
    /// The product.
    product: Id, "", "BAX-NS-1L";
    /// The group that gave the score.
    clinician_group: Id = "all", "", "anaesthesia";
    /// 0 (refused) to 1 (first choice).
    score: Fraction, "0 to 1", "0.85";
    /// The group's share of that site's use of the need.
    weight: Fraction = "1", "fraction", "0.4";
    /// Whether the group accepts the product; rules may refer to it.
    acceptable: bool = "yes", "", "no";
}

table! {
    /// What a site buys today, and at what price.
    incumbents: IncumbentRow, key [site, need, product];
    /// The site.
    site: Id, "", "H01";
    /// The need.
    need: Id, "", "saline-1l";
    /// The product bought today.
    product: Id, "", "BAX-NS-1L";
    /// Quantity a year; only the mix counts, the baseline is scaled to the tender's demand.
    quantity: NeedUnits, "need units per year", "46000";
    /// Price paid.
    price: Money, "money per pack", "35.10";
    /// What the price contains.
    price_level: InvoiceLevel = "invoice", "", "net_of_rebate";
    /// Whether freight is inside the price.
    freight_included: bool = "no", "", "yes";
}

table! {
    /// One-off cost of moving a need at a site away from what is used today. For each clinician group the most specific row holds (site and need, then site, then need, then the default); the costs of several groups add up.
    switching: SwitchingRow, key [site, need, clinician_group];
    /// The site; `*`: every site.
    site: Id = "*", "", "H01";
    /// The need; `*`: every need.
    need: Id = "*", "", "saline-1l";
    /// The clinicians whose change costs it.
    clinician_group: Id = "all", "", "anaesthesia";
    /// Cost (training, pumps, order sets).
    cost: Money, "money, once", "1800";
    /// When it is due.
    mode: SwitchingMode = "whole", "", "pro_rata";
}
