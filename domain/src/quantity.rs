//! Numbers with their unit in the type. All are exact decimals; `f64` appears where an engine asks for it by name.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::fmt;

use crate::exact::{Exact, exact};

macro_rules! quantity {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub Decimal);

        impl $name {
            /// As a rational, without loss.
            pub fn exact(self) -> Exact {
                exact(self.0)
            }
            /// The nearest `f64`, in the same unit.
            pub fn to_f64(self) -> f64 {
                self.0.to_f64().unwrap_or(f64::NAN)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.normalize().fmt(f)
            }
        }
    )+};
}

quantity! {
    /// Money in the tender's currency.
    Money,
    /// Quantity of a need in its clinical unit.
    NeedUnits,
    /// Packs of a product.
    Packs,
    /// Units of capacity (a product's packs × its `capacity_use`).
    CapacityUnits,
    /// A fraction; 0.25 is 25 %.
    Fraction,
    /// Need units that one pack provides.
    UseFactor,
    /// Weeks of 7 days.
    Weeks,
}
