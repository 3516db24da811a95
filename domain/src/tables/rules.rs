//! The rules as rows: `rules.toml` nests what the columns join by dots.

use crate::cell::{Id, List, Number, Text};
use crate::choice;
use crate::table;

choice! {
    /// What a rule measures.
    Measure {
        /// Need units a year.
        Units = "units",
        /// Money a year.
        Spend = "spend",
        /// A part of a whole, 0 to 1.
        Share = "share",
        /// How many different things are used.
        Count = "count",
        /// A weighted mean.
        Mean = "mean",
    }
}

choice! {
    /// How things of different unit are added up.
    Weighting {
        /// Reference price × need units.
        Reference = "reference",
        /// List spend.
        Spend = "spend",
        /// Need units; only where all needs in scope have one unit.
        Units = "units",
    }
}

choice! {
    /// Whether a rule may give way.
    Force {
        /// It may not.
        Hard = "hard",
    }
}

table! {
    /// A business rule: measure × scope × bound × force.
    rules: RuleRow, key [id];
    /// Unique name of the rule.
    id: Id, "", "two-plants";
    /// Why the rule exists; shown beside its result.
    why: Option<Text>, "", "one storm must not stop both";
    /// What is measured.
    measure: Measure, "", "share";
    /// What is counted (`count`: supplier, parent, product, plant, plant_region, country, input, site) or averaged (`mean`: preference, or a product attribute such as `product.quality`).
    of: Option<Id>, "", "plant_region";
    /// How different needs are added up.
    weight: Option<Weighting>, "", "reference";
    /// Dimensions for each of whose values the rule holds apart.
    each: List, "dimensions", "supplier;need";
    /// Dimensions that the whole of a share keeps; the whole leaves every other part of the scope out.
    within: List, "dimensions", "need";
    /// Lower bound.
    at_least: Option<Number>, "unit of the measure", "0.2";
    /// Upper bound.
    at_most: Option<Number>, "unit of the measure", "0.6";
    /// Both bounds at once.
    exactly: Option<Number>, "unit of the measure", "2";
    /// The bound holds only for those with volume above zero.
    if_used: bool = "no", "", "yes";
    /// A counted thing counts only from this share of the scope's volume on; it never forbids.
    counts_from: Option<Number>, "fraction of the scope's volume", "0.2";
    /// Whether it may give way.
    force: Force = "hard", "", "hard";
    wildcards {
        /// Which lines the rule speaks of: a list of accepted values per dimension, such as `scope.criticality = 1`.
        scope, "1;2";
    }
}
