//! The rules as rows: `rules.toml` nests what the columns join by dots.

use crate::cell::{Id, List, Number, Text};
use crate::choice;
use crate::quantity::Money;
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
        /// The fraction of today's cost that is saved.
        Saving = "saving",
        /// The part that leaves its incumbents, 0 to 1.
        Moved = "moved",
        /// Weeks of reserve: decided by a stress test, not by an award.
        Reserve = "reserve",
        /// Shortage: decided by a stress test, not by an award.
        Shortage = "shortage",
    }
}

choice! {
    /// How things of different unit are added up.
    Weighting {
        /// Reference price × need units.
        Reference = "reference",
        /// Spend, at the rule's level.
        Spend = "spend",
        /// Need units; only where all needs in scope have one unit.
        Units = "units",
    }
}

choice! {
    /// After which discounts money is counted.
    SpendLevel {
        /// Price of the offer × packs.
        List = "list",
        /// After discounts and packages.
        Net = "net",
        /// After rebates too.
        Final = "final",
    }
}

choice! {
    /// What a bound is a multiple of.
    RelativeTo {
        /// The same measure on what is bought today.
        Baseline = "baseline",
        /// The same measure over the whole system.
        SystemMean = "system_mean",
    }
}

choice! {
    /// Whether a rule may give way.
    Force {
        /// It may not.
        Hard = "hard",
        /// It may, at a price per unit of violation.
        Priced = "priced",
        /// It may where no award keeps all rules; a higher level gives way first.
        Levelled = "levelled",
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
    /// What is counted (`count`), averaged (`mean`: preference, price, lead_time, or an attribute such as `product.quality`) or moved (`moved`: units, site).
    of: Option<Id>, "", "plant_region";
    /// How different needs are added up.
    weight: Option<Weighting>, "", "reference";
    /// After which discounts money is counted, where the rule counts money; `net` if blank.
    spend_level: Option<SpendLevel>, "", "net";
    /// Dimensions for each of whose values the rule holds apart.
    each: List, "dimensions", "supplier;need";
    /// Dimensions that the whole of a share (or the system mean) keeps; it leaves every other part of the scope out.
    within: List, "dimensions", "need";
    /// Lower bound.
    at_least: Option<Number>, "unit of the measure", "0.2";
    /// Upper bound.
    at_most: Option<Number>, "unit of the measure", "0.6";
    /// Both bounds at once.
    exactly: Option<Number>, "unit of the measure", "2";
    /// Bounds are multiples of the same measure on today's purchases or over the system; blank: they are plain numbers.
    relative_to: Option<RelativeTo>, "", "baseline";
    /// The bound holds only for those with volume above zero.
    if_used: bool = "no", "", "yes";
    /// A counted thing counts only from this share of the scope's volume on; it never forbids.
    counts_from: Option<Number>, "fraction of the scope's volume", "0.2";
    /// Whether it may give way.
    force: Force = "hard", "", "levelled";
    /// What a unit of violation costs a year (force `priced`); shares, savings and parts moved: 1 is 100 percentage points.
    price: Option<Money>, "money per unit of violation and year", "1000000";
    /// Step of the relaxation ladder (force `levelled`): 4 is given up first, 1 last.
    level: Option<u32>, "1 to 4", "3";
    /// What a unit of violation counts within its level; 1 if blank.
    weight_in_level: Option<Number>, "", "2";
    wildcards {
        /// Which lines the rule speaks of: a list of accepted values per dimension, such as `scope.criticality = 1`.
        scope, "1;2";
        /// A second measure that must meet its bound for the rule to apply: `when.measure`, `when.of`, `when.weight`, `when.spend_level`, `when.within`, `when.scope.DIMENSION`, `when.counts_from`, `when.at_least`, `when.at_most`, `when.exactly`.
        when, "0.33";
    }
}
