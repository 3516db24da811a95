//! How far prices may come down at the table.

use crate::cell::Id;
use crate::quantity::Money;
use crate::table;

table! {
    /// How far the price of an offer is thought to come down when the supplier is asked. It decides no award; `ballast targets` looks for price moves within it.
    room: RoomRow, key [offer];
    /// The offer.
    offer: Id, "", "BAX-NS-1L-base";
    /// Its supplier, for the reader; blank: not stated.
    supplier: Option<Id>, "", "Baxter";
    /// The lowest price of one pack.
    lowest_price: Money, "money per pack", "31.90";
}
