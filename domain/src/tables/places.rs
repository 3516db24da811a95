//! Where stock lies and how it is kept: places, stock, policies.

use crate::cell::{Id, Text};
use crate::choice;
use crate::quantity::{NeedUnits, Packs, UseFactor, Weeks};
use crate::table;

choice! {
    /// What kind of place holds stock.
    PlaceKind {
        /// A site's own store.
        Site = "site",
        /// A centre that serves all sites.
        Centre = "centre",
        /// The vendor's premises.
        Vendor = "vendor",
    }
}

choice! {
    /// When and how much a site orders.
    OrderPolicy {
        /// At each review, as much as brings working stock and reserve back to target beside a mean week.
        Cover = "cover",
        /// At each review, up to `order_up_to`.
        BaseStock = "base_stock",
        /// At a review at or below `order_point`: `order_quantity`, as many times as it takes to get above it.
        RQ = "r_q",
        /// At a review at or below `order_point`: up to `order_up_to`.
        SS = "s_S",
    }
}

table! {
    /// A place that holds stock.
    places: PlaceRow, key [place];
    /// Unique name of the place.
    place: Id, "", "H01-store";
    /// What kind of place.
    kind: PlaceKind, "", "site";
    /// Name for people.
    name: Option<Text>, "", "Central store, North Campus";
    /// The site it belongs to (kind `site`).
    site: Option<Id>, "", "H01";
    /// The plant it stands beside; stock is lost with the plant.
    plant: Option<Id>, "", "North Cove";
}

table! {
    /// Stock on hand on the first day.
    stock: StockRow, key [place, product];
    /// The place.
    place: Id, "", "H01-store";
    /// The product.
    product: Id, "", "BAX-NS-1L";
    /// Packs on hand.
    on_hand: Packs, "packs", "180";
}

table! {
    /// How stock is kept. The most specific row holds (site and need, then site, then need, then the default).
    policies: PolicyRow, key [site, need];
    /// The site; `*`: every site.
    site: Id = "*", "", "H01";
    /// The need; `*`: every need.
    need: Id = "*", "", "saline-1l";
    /// Working stock that orders aim for, beside the week's own use.
    working_stock: Weeks = "1", "weeks of mean demand", "2";
    /// Most that may arrive in a week, as a multiple of the mean week.
    headroom: UseFactor = "1.2", "multiple of the mean week", "1.25";
    /// Reserve above working stock, held at the site and full on the first day.
    reserve: Weeks = "0", "weeks of mean demand", "3";
    /// When and how much is ordered. What counts is stock and goods on the way less what is owed to users (`needs.backlog`).
    policy: OrderPolicy = "cover", "", "r_q";
    /// Time between reviews, rounded up to whole steps of the simulation. 0: every step.
    review: Weeks = "0", "weeks", "2";
    /// Order when stock and goods on the way are at or below it (`r_q`, `s_S`).
    order_point: Option<NeedUnits>, "need units", "120";
    /// What an order brings stock and goods on the way to (`base_stock`, `s_S`); replaces `working_stock`.
    order_up_to: Option<NeedUnits>, "need units", "400";
    /// What one order is for (`r_q`).
    order_quantity: Option<NeedUnits>, "need units", "250";
}
