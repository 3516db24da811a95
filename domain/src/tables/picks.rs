//! Lines chosen by hand.

use crate::cell::{Id, Text};
use crate::quantity::Fraction;
use crate::table;

table! {
    /// A line chosen or locked by hand: a bound on the part of a site's demand that a product or an offer serves. It holds for each site and need where it names a line that an award may use.
    picks: PickRow, key [site, need, product, offer];
    /// The site; `*`: every site.
    site: Id = "*", "", "H01";
    /// The need; `*`: every need.
    need: Id = "*", "", "saline-1l";
    /// The product; blank: any.
    product: Option<Id>, "", "BAX-NS-1L";
    /// The offer (of a package: `package:product`); blank: any.
    offer: Option<Text>, "", "BAX-NS-1L-base";
    /// At least this part of the demand.
    at_least: Option<Fraction>, "fraction of the demand", "0.3";
    /// At most this part of the demand.
    at_most: Option<Fraction>, "fraction of the demand", "0.6";
    /// Exactly this part of the demand.
    exactly: Option<Fraction>, "fraction of the demand", "0.25";
    /// Why; shown where the pick stands against something else.
    why: Option<Text>, "", "evaluated at this site in May";
}
