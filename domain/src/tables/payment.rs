//! What a procedure uses, for products that are not simply paid by the pack: cases and components.

use crate::cell::Id;
use crate::quantity::{Fraction, Money, UseFactor};
use crate::table;

table! {
    /// A kind of procedure that a product serves. The need unit of such a product is the procedure.
    cases: CaseRow, key [product, case];
    /// The product.
    product: Id, "", "ACME-HIP";
    /// Name of the case.
    case: Id, "", "primary";
    /// Part of the procedures that are of this kind; the fractions of a product sum to 1.
    fraction: Fraction, "fraction of procedures", "0.85";
}

table! {
    /// A component that a case of a product uses.
    components: ComponentRow, key [product, case, component];
    /// The product.
    product: Id, "", "ACME-HIP";
    /// The case.
    case: Id, "", "primary";
    /// Name of the component.
    component: Id, "", "femoral stem";
    /// How many one procedure uses.
    quantity: UseFactor, "components per procedure", "1";
    /// Price of one.
    price: Money, "money per component", "1450";
    /// Most that is paid for one where the offer pays by `reference`.
    reference_price: Option<Money>, "money per component", "1300";
}
