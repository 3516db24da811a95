//! What an award is chosen for: named formulas of cost components and measures.

use crate::cell::{Id, List, Number, Text};
use crate::table;
use crate::tables::{SpendLevel, Weighting};

table! {
    /// A term of a named objective: so much money for so much of a cost component or a measure. `objective` in the tender's own settings chooses one.
    objectives: ObjectiveRow, key [objective, term];
    /// Name of the objective.
    objective: Id, "", "near-and-few";
    /// Name of the term, unique within its objective.
    term: Id, "", "lorries";
    /// Level: 1 is minimised first, 2 among the awards that are best at 1, and so on.
    level: u32 = "1", "", "2";
    /// What it is about: a cost component (`goods` to `penalties`), `cash`, `shadow`, `value` (the default objective), or a measure: `units`, `spend`, `share`, `count`, `mean`, `moved`.
    of: Id, "", "freight";
    /// What is counted, averaged or moved, as `of` of a rule says.
    measure_of: Option<Id>, "", "supplier";
    /// How different needs are added up, as in a rule.
    weight: Option<Weighting>, "", "reference";
    /// After which discounts money is counted, as in a rule.
    spend_level: Option<SpendLevel>, "", "list";
    /// Dimensions that the whole of a share keeps, as in a rule.
    within: List, "dimensions", "need";
    /// A counted thing counts only from this share of the scope's volume on, as in a rule.
    counts_from: Option<Number>, "fraction of the scope's volume", "0.2";
    /// What a unit adds to the value: of a component, a number; of a measure, money a contract year (a share of 1 is all of it). Negative rewards a measure. 1 if blank.
    factor: Option<Number>, "", "25000";
    /// Instead of a factor, shadow money a contract year at three values of the measure, as `x:money;x:money;x:money`: straight between them, level outside.
    curve: Option<Text>, "", "1:0;2:1000;4:20000";
    /// Why it weighs; shown beside its contribution.
    why: Option<Text>, "", "each supplier costs a buyer's week";
    wildcards {
        /// Which lines the measure speaks of: a list of accepted values per dimension, such as `scope.criticality = 1`.
        scope, "1;2";
    }
}
