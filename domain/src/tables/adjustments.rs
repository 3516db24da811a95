//! What a bid is worth beside its money.

use crate::cell::{Id, Number, Text};
use crate::table;

table! {
    /// A bonus (negative) or malus (positive) that weighs in the decision and is never cash: service, training, downtime, a sustainability credit.
    adjustments: AdjustmentRow, key [adjustment];
    /// Unique name of the adjustment.
    adjustment: Id, "", "BAX-service";
    /// The supplier it speaks of; blank: any.
    supplier: Option<Id>, "", "Baxter";
    /// The product; blank: any.
    product: Option<Id>, "", "BAX-NS-1L";
    /// The need; blank: any.
    need: Option<Id>, "", "saline-1l";
    /// The site; blank: any.
    site: Option<Id>, "", "H01";
    /// The member; blank: any.
    member: Option<Id>, "", "Riverside Health";
    /// Part of the list spend.
    percent_of_list: Number = "0", "fraction of the list spend, -1 to 1", "-0.02";
    /// Per need unit used.
    per_need_unit: Number = "0", "money per need unit", "0.10";
    /// Once, if anything of it is bought at all.
    once: Number = "0", "money, once", "-5000";
    /// Why it is fair to weigh it; shown beside the amount.
    why: Text, "", "on-site technician included";
}
