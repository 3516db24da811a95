//! Where stock lies and how it is kept: places, stock, policies.

use crate::cell::{Id, Text};
use crate::choice;
use crate::quantity::{Packs, UseFactor, Weeks};
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
}
