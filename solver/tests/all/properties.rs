//! What holds for every tender: money and units have no scale, rows have no order, nothing is gained by a dearer twin,
//! more capacity never costs more and another rule never less, and the same question has the same answer.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::random::{self, Random, Shape};
use crate::tender::{Book, Row, try_solve};
use ballast_solver::{SolveReport, Termination};

/// Whole packs and continuous quantities in turn.
fn shape() -> impl Strategy<Value = Shape> {
    (any::<bool>(), 1..=3u64, 1..=3u64, 0..=2u64, any::<bool>()).prop_map(|(whole, sites, needs, rules, stacked)| {
        Shape {
            whole: whole.then_some(8),
            sites,
            needs,
            fixed_charges: true,
            odd_tiers: false,
            plain_offers: false,
            stacked,
            rules,
        }
    })
}

fn cases() -> ProptestConfig {
    // Seeds are drawn at random but from a fixed state, so that a run can be repeated; nothing is written to disk.
    ProptestConfig {
        cases: 40,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20),
        ..ProptestConfig::default()
    }
}

fn answer(book: &Book) -> Result<SolveReport, TestCaseError> {
    let report = try_solve(&book.read()).map_err(|e| TestCaseError::fail(format!("{e}\n{book}")))?;
    let proven = matches!(report.termination, Termination::Optimal | Termination::Infeasible);
    prop_assert!(proven, "{:?}, value {:?}, bound {:?}\n{book}", report.termination, report.value(), report.bound);
    Ok(report)
}

/// The value; infinite where there is no award, so that values compare as costs.
fn cost(book: &Book) -> Result<f64, TestCaseError> {
    Ok(answer(book)?.value().map_or(f64::INFINITY, |v| v.to_f64().unwrap()))
}

/// Relative 1e-6 and what rounding seven components to the cent may add.
fn same(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 0.08 + 1e-6 * a.abs().max(b.abs())
}

fn all(_: &Row) -> bool {
    true
}

/// Every amount of money, times `by`.
pub fn scale_money(book: &mut Book, by: Decimal) {
    let by_spend: Vec<String> =
        book.rows("schedules").iter().filter(|s| s["basis"] == "spend").map(|s| s["schedule"].clone()).collect();
    let by_price: Vec<String> =
        book.rows("schedules").iter().filter(|s| s["gives"] != "percent").map(|s| s["schedule"].clone()).collect();
    book.scale("tiers", "from", by, |t| by_spend.contains(&t["schedule"]));
    book.scale("tiers", "value", by, |t| by_price.contains(&t["schedule"]));
    for (table, column) in [
        ("offers", "price"),
        ("suppliers", "onboarding_cost"),
        ("suppliers", "minimum_award"),
        ("suppliers", "maximum_award"),
        ("packages", "price"),
        ("adjustments", "per_need_unit"),
        ("adjustments", "once"),
        ("freight", "per_pack"),
        ("freight", "per_need_unit"),
        ("switching", "cost"),
        ("incumbents", "price"),
        ("needs", "reference_price"),
        ("needs", "shortage_cost"),
    ] {
        book.scale(table, column, by, all);
    }
    // Of money a unit, penalties are no money. The mean price of several needs is a part of their reference value.
    let one_need = book.rows("needs").len() == 1;
    let money = |r: &Row, prefix: &str| {
        let is = |key: &str, word: &str| r.get(&format!("{prefix}{key}")).is_some_and(|cell| cell == word);
        let each = r.get("each").is_some_and(|each| each.split(';').any(|dimension| dimension == "need"));
        let one_need = one_need || each || r.contains_key(&format!("{prefix}scope.need"));
        is("measure", "spend") || is("measure", "mean") && is("of", "price") && one_need
    };
    for bound in ["at_least", "at_most", "exactly"] {
        book.scale("rules", bound, by, |r| money(r, "") && !r.contains_key("relative_to"));
        book.scale("rules", &format!("when.{bound}"), by, |r| money(r, "when."));
    }
    book.scale("rules", "price", by, |r| !money(r, ""));
}

/// Every need measured in a unit `by` times smaller.
pub fn scale_units(book: &mut Book, by: Decimal) {
    let by_units: Vec<String> =
        book.rows("schedules").iter().filter(|s| s["basis"] == "need_units").map(|s| s["schedule"].clone()).collect();
    book.scale("tiers", "from", by, |t| by_units.contains(&t["schedule"]));
    for (table, column) in
        [("demand", "quantity"), ("products", "use_factor"), ("equivalences", "use_factor"), ("incumbents", "quantity")]
    {
        book.scale(table, column, by, all);
    }
    let inverse = Decimal::ONE / by;
    book.scale("needs", "reference_price", inverse, all);
    book.scale("freight", "per_need_unit", inverse, all);
    for bound in ["at_least", "at_most"] {
        book.scale("rules", bound, by, |r| r["measure"] == "units");
    }
    book.scale("rules", "price", inverse, |r| r["measure"] == "units");
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn scaling_all_money_scales_the_value(seed in any::<u32>(), shape in shape(), by in prop::sample::select(vec!["0.5", "2", "10", "1024"])) {
        let book = random::tender(u64::from(seed), shape);
        let by: Decimal = by.parse().unwrap();
        let mut scaled = book.clone();
        scale_money(&mut scaled, by);
        let factor = by.to_f64().unwrap();
        let (one, other) = (cost(&book)?, cost(&scaled)?);
        // Cents are rounded before and after, so the smaller of the two tells how finely they compare.
        let ok = one == other || (one * factor - other).abs() <= 0.05 * (1.0 + factor) + 1e-6 * other.abs();
        prop_assert!(ok, "{one} × {factor} against {other}\n{book}");
    }

    #[test]
    fn measuring_needs_in_a_smaller_unit_leaves_the_value(seed in any::<u32>(), shape in shape(), by in prop::sample::select(vec!["2", "10", "1000"])) {
        let book = random::tender(u64::from(seed), shape);
        let mut scaled = book.clone();
        scale_units(&mut scaled, by.parse().unwrap());
        let (one, other) = (cost(&book)?, cost(&scaled)?);
        prop_assert!(same(one, other), "{one} against {other}\n{book}");
    }

    #[test]
    fn the_order_of_rows_does_not_matter(seed in any::<u32>(), shape in shape()) {
        let book = random::tender(u64::from(seed), shape);
        let mut permuted = book.clone();
        let r = &mut Random::new(u64::from(seed) + 1);
        for rows in permuted.0.values_mut() {
            r.shuffle(rows);
        }
        let (one, other) = (answer(&book)?, answer(&permuted)?);
        prop_assert_eq!(&one.award, &other.award, "{}", book);
        prop_assert_eq!(&one.bound, &other.bound);
    }

    #[test]
    fn two_runs_are_identical(seed in any::<u32>(), shape in shape()) {
        let book = random::tender(u64::from(seed), shape);
        prop_assert_eq!(answer(&book)?, answer(&book)?, "{}", book);
    }

    #[test]
    fn a_dearer_twin_of_an_offer_changes_nothing(seed in any::<u32>(), shape in shape()) {
        // Not so where a second offer helps by itself: its own maximum, more list spend for a minimum, a rule or a schedule.
        let book = random::tender(u64::from(seed), Shape { plain_offers: true, stacked: false, ..shape });
        let mut more = book.clone();
        let r = &mut Random::new(u64::from(seed) + 2);
        let pick = r.between(0, more.rows("offers").len() as u64 - 1) as usize;
        let mut twin = more.rows("offers")[pick].clone();
        let price: Decimal = twin["price"].parse().unwrap();
        twin.insert("price".into(), (price + Decimal::ONE).to_string());
        twin.insert("offer".into(), format!("{}-twin", twin["offer"]));
        more.rows("offers").push(twin);
        let (one, other) = (cost(&book)?, cost(&more)?);
        prop_assert!(same(one, other), "{one} against {other} with a twin of offer {pick}\n{book}");
    }

    #[test]
    fn more_capacity_never_costs_more(seed in any::<u32>(), shape in shape(), by in prop::sample::select(vec!["1.25", "2"])) {
        let book = random::tender(u64::from(seed), shape);
        let mut more = book.clone();
        let by: Decimal = by.parse().unwrap();
        for (table, column) in [("products", "capacity_packs"), ("plants", "capacity"), ("suppliers", "capacity"), ("offers", "max_packs")] {
            for row in more.rows(table) {
                if let Some(cell) = row.get_mut(column).filter(|c| !c.is_empty()) {
                    *cell = (cell.parse::<Decimal>().unwrap() * by).to_string();
                }
            }
        }
        let (one, other) = (cost(&book)?, cost(&more)?);
        prop_assert!(other <= one || same(one, other), "{one}, and {other} with more\n{book}");
    }

    #[test]
    fn another_rule_never_costs_less(seed in any::<u32>(), shape in shape()) {
        let book = random::tender(u64::from(seed), shape);
        let mut more = book.clone();
        let rule = random::rule(&mut Random::new(u64::from(seed) + 3), shape);
        more.push("rules", &format!("id=another {rule}"));
        let (one, other) = (cost(&book)?, cost(&more)?);
        prop_assert!(other >= one || same(one, other), "{one}, and {other} with {rule}\n{book}");
    }
}
