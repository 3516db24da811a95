//! Bids that stand or fall together: packages and their lines.

use crate::cell::{Id, List};
use crate::quantity::{Fraction, Money, Packs, Weeks};
use crate::table;

use super::Layer;

table! {
    /// An all-or-nothing bid over several products: bought not at all, or once for exactly its quantities. Its lines appear in awards as offers `package:product`, or with a discount as `package:offer`.
    packages: PackageRow, key [package];
    /// Unique name of the package.
    package: Id, "", "BAX-all-fluids";
    /// Price of the whole package. Either this or `discount`.
    price: Option<Money>, "money per year", "380000";
    /// Taken off the net price (after schedules) of the ordinary offers of its products. Either this or `price`.
    discount: Option<Fraction>, "fraction of the net price", "0.05";
    /// Who may use it: `all`, or a list of `member:M`, `class:C`, `region:R` and `site:S`.
    cohort: List = "all", "", "member:Riverside Health";
    /// Exclusive group: of the packages of one group at most one is bought.
    group: Option<Id>, "", "BAX-lots";
    /// Whether the units of a package with a price count towards schedules (those of a package with a discount always do).
    counts: bool = "no", "", "yes";
    /// Whose contract it is, for a package with a price.
    layer: Layer = "gpo", "", "regional";
    /// Time from order to receipt, for a package with a price. Blank: that of the product's cheapest ordinary offer.
    lead_time: Option<Weeks>, "weeks", "2";
}

table! {
    /// What a package contains.
    package_lines: PackageLineRow, key [package, product, site];
    /// The package.
    package: Id, "", "BAX-all-fluids";
    /// The product.
    product: Id, "", "BAX-NS-1L";
    /// Packs a year, no more and no less.
    quantity: Packs, "packs per year", "5000";
    /// The site that takes them; `*`: any sites of the cohort, as the award decides.
    site: Id = "*", "", "H01";
}
