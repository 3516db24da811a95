//! Tenders said in two ways, random ones with any rule of the grammar and schedules of every form: what says the same must
//! have the same value, what asks for more must not cost less.

use std::collections::BTreeMap;

use ballast_domain::finding::Findings;
use ballast_domain::tender::Tender;
use ballast_solver::Termination;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::lots_tried::{conditions, lots};
use crate::properties::scale_money;
use crate::random::{self, Random, Shape, try_row};
use crate::rules_random::rule;
use crate::tender::{Book, Row, try_solve};
use crate::trials::{Often, Tally, Trial, trials};

/// How the second tender must compare with the first.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Must {
    Cost,
    CostNoLess,
    CostTimes(f64),
}

/// A tender of whole packs or continuous quantities, with or without schedules of every form, and some rules on top.
fn base(seed: u64, whole: bool, rules: u64) -> Book {
    let r = &mut Random::new(seed ^ 0x3e7a);
    let shape = Shape {
        whole: whole.then_some(4),
        sites: 2,
        needs: 2,
        fixed_charges: r.chance(50),
        odd_tiers: false,
        plain_offers: false,
        stacked: r.chance(50),
        rules: 0,
    };
    let mut book = random::tender(seed, shape);
    for i in 0..r.between(0, rules) {
        let row = any_rule(r);
        try_row(&mut book, |b| b.push("rules", &format!("id=b{i} {row}")));
    }
    book
}

/// The same, some of whole packs with packages, picks, conditional offers, adjustments and unserved demand, too.
fn rich(seed: u64, rules: u64) -> Book {
    let whole = seed.is_multiple_of(2);
    let mut book = base(seed, whole, rules);
    if whole && seed.is_multiple_of(4) {
        try_row(&mut book, |b| lots(seed, b));
        try_row(&mut book, |b| conditions(seed, b));
    }
    book
}

/// A rule that is hard or priced.
fn any_rule(r: &mut Random) -> String {
    loop {
        let row = rule(r, true);
        if !row.contains("force=levelled") {
            return row;
        }
    }
}

/// The value; infinite where there is no award; an error where the solver did not finish.
fn cost(tender: &Tender) -> Result<f64, String> {
    let report = try_solve(tender)?;
    match report.termination {
        Termination::Optimal => Ok(report.value().and_then(|v| v.to_f64()).unwrap()),
        Termination::Infeasible => Ok(f64::INFINITY),
        ref other => Err(format!("{other:?}, value {:?}, bound {:?}", report.value(), report.bound)),
    }
}

/// Both said and solved; `None` where one of them is no tender.
fn compare(one: &Book, other: &Book, must: Must) -> Option<Trial> {
    let read = |book: &Book| Tender::read(&book.raw(), Findings::default()).tender;
    let (first, second) = (read(one)?, read(other)?);
    let (a, b) = match (cost(&first), cost(&second)) {
        (Ok(a), Ok(b)) => (a, b),
        (a, b) => return Some(Trial::of(Some(format!("{a:?} and {b:?}\n{one}\nand\n{other}")))),
    };
    let factor = if let Must::CostTimes(factor) = must { factor } else { 1.0 };
    // Cents are rounded in both.
    let near = a * factor == b || (a * factor - b).abs() <= 0.04 * (1.0 + factor) + 2e-6 * b.abs();
    let holds = near || must == Must::CostNoLess && b > a;
    let fault = (!holds).then(|| format!("{a} and then {b}, which must {must:?}\n{one}\nand\n{other}"));
    Some(Trial::of(fault).note("feasible", a.is_finite()).note("moved", !near))
}

/// Pairs of tenders.
fn pairs(first: u64, must: Must, pair: impl Fn(u64, &mut Random) -> Option<(Book, Book)>) -> Tally {
    let tally = trials(60_000_000 + first * 1_000_000, Often(25, 400), |seed| {
        let (one, other) = pair(seed, &mut Random::new(seed ^ 0x77))?;
        compare(&one, &other, must)
    });
    tally.at_least("feasible", 30)
}

/// The book with one more rule.
fn with(book: &Book, rule: &str) -> Book {
    book.clone().row("rules", &format!("id=z {rule}"))
}

/// A rule's parts by key.
fn cells(rule: &str) -> BTreeMap<&str, &str> {
    rule.split_whitespace().filter_map(|cell| cell.split_once('=')).collect()
}

fn text(cells: &BTreeMap<&str, &str>) -> String {
    cells.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn money_has_no_unit() {
    let tally = trials(75_000_000, Often(25, 400), |seed| {
        let r = &mut Random::new(seed ^ 0x77);
        let mut book = rich(seed, 1);
        let row = any_rule(r);
        try_row(&mut book, |b| b.push("rules", &format!("id=z {row}")));
        let by = r.pick(&["0.5", "3", "1024"]);
        let mut scaled = book.clone();
        scale_money(&mut scaled, by.parse().unwrap());
        compare(&book, &scaled, Must::CostTimes(by.parse().unwrap()))
    });
    tally.at_least("feasible", 30);
}

#[test]
fn names_do_not_matter() {
    pairs(0, Must::Cost, |seed, r| {
        let book = rich(seed, 2);
        // Sites, suppliers, needs, products, offers and plants get each other's place in the alphabet.
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (table, column) in
            [("sites", "site"), ("suppliers", "supplier"), ("needs", "need"), ("offers", "offer"), ("plants", "plant")]
        {
            let mut ids: Vec<&String> = book.0.get(table).into_iter().flatten().map(|row| &row[column]).collect();
            let own = ids.clone();
            r.shuffle(&mut ids);
            names.extend(own.into_iter().cloned().zip(ids.into_iter().map(|id| format!("{id}x"))));
        }
        let renamed = |cell: &str| -> String {
            let mut out = String::new();
            for part in cell.split_inclusive([';', ':']) {
                let word = part.trim_end_matches([';', ':']);
                out += names.get(word).map_or(word, String::as_str);
                out += &part[word.len()..];
            }
            out
        };
        let mut other = book.clone();
        for row in other.0.values_mut().flatten() {
            row.values_mut().for_each(|cell| *cell = renamed(cell));
        }
        Some((book, other))
    });
}

#[test]
fn a_rule_about_nothing_changes_nothing() {
    pairs(1, Must::Cost, |seed, r| {
        // No offer is a regional contract.
        let nothing = r.pick(&[
            "measure=share at_most=0.3 each=need within=need",
            "measure=units at_most=1 each=need",
            "measure=spend at_most=1",
            "measure=mean of=price at_most=1 each=need",
            "measure=mean of=product.quality at_least=0.95",
            "measure=count of=supplier at_most=0",
            "measure=units at_least=50 each=site;need if_used=yes",
            "measure=share at_least=0.5 each=supplier if_used=yes",
        ]);
        let book = rich(seed, 2);
        let more = with(&book, &format!("{nothing} scope.layer=regional"));
        Some((book, more))
    });
}

#[test]
fn a_tighter_bound_never_costs_less() {
    let tally = pairs(2, Must::CostNoLess, |seed, r| {
        let book = rich(seed, 1);
        let row = any_rule(r);
        let mut tighter = cells(&row);
        let (column, by) =
            [("at_least", "1.3"), ("at_most", "0.6")].into_iter().find(|(c, _)| tighter.contains_key(c))?;
        let bound: Decimal = tighter[column].parse().unwrap();
        let bound = (bound * by.parse::<Decimal>().unwrap()).to_string();
        tighter.insert(column, &bound);
        // A count is a whole number, so it may stay.
        Some((with(&book, &row), with(&book, &text(&tighter))))
    });
    tally.at_least("moved", 5);
}

#[test]
fn a_condition_that_always_holds_is_none() {
    pairs(3, Must::Cost, |seed, r| {
        let always = r.pick(&[
            "when.measure=units when.scope.need=N1 when.at_least=1",
            "when.measure=count when.of=supplier when.at_least=1",
            "when.measure=share when.scope.supplier=S1;S2;S3 when.at_least=1",
            "when.measure=mean when.of=product.quality when.at_most=1",
            "when.measure=share when.scope.supplier=S1 when.at_most=1",
        ]);
        let book = base(seed, seed.is_multiple_of(2), 1);
        let row = any_rule(r);
        // Of a site or need apart from others the condition might have nothing to measure.
        let apart = ["each=", "when."];
        if apart.iter().any(|part| row.contains(part)) {
            return None;
        }
        Some((with(&book, &row), with(&book, &format!("{row} {always}"))))
    });
}

#[test]
fn a_condition_that_never_holds_switches_the_rule_off() {
    pairs(4, Must::Cost, |seed, r| {
        let never = r.pick(&[
            "when.measure=count when.of=supplier when.at_least=4",
            "when.measure=units when.scope.need=N1 when.at_most=0",
            "when.measure=mean when.of=product.quality when.at_least=0.95",
            "when.measure=share when.scope.layer=regional when.at_least=0.1",
        ]);
        let book = base(seed, seed.is_multiple_of(2), 1);
        let row = any_rule(r);
        // Of a supplier that has nothing there may be none.
        (!row.contains("when.") && !row.contains("each="))
            .then(|| (book.clone(), with(&book, &format!("{row} {never}"))))
    });
}

#[test]
fn if_used_says_nothing_where_all_is_used() {
    pairs(5, Must::Cost, |seed, r| {
        let book = base(seed, seed.is_multiple_of(2), 1);
        let row = any_rule(r);
        // Each site buys something for each of its needs.
        let all_used = !row.contains("scope.") && !row.contains("supplier") && !row.contains("if_used");
        all_used.then(|| (with(&book, &row), with(&book, &format!("{row} if_used=yes"))))
    });
}

#[test]
fn a_rule_that_costs_more_than_everything_is_hard() {
    pairs(6, Must::Cost, |seed, r| {
        let book = base(seed, true, 1);
        let row = any_rule(r);
        let hard: BTreeMap<&str, &str> =
            cells(&row).into_iter().filter(|(k, _)| !["force", "price"].contains(k)).collect();
        let hard = with(&book, &text(&hard));
        let tender = Tender::read(&hard.raw(), Findings::default()).tender?;
        // Whole packs: what is broken at all is broken by a hundredth.
        let dear = format!("{} force=priced price=1000000", hard.0["rules"].last().map(row_text)?);
        let feasible = try_solve(&tender).ok()?.award.is_some();
        let mut priced = book.clone();
        priced.push("rules", &dear);
        feasible.then_some((hard, priced))
    });
}

fn row_text(row: &Row) -> String {
    row.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn exactly_is_at_least_and_at_most() {
    pairs(7, Must::Cost, |seed, r| {
        let book = rich(seed, 1);
        let row = any_rule(r);
        let parts = cells(&row);
        let bound = parts.get("exactly")?;
        let rest: BTreeMap<&str, &str> = parts.clone().into_iter().filter(|(k, _)| *k != "exactly").collect();
        let low = format!("id=y {} at_least={bound}", text(&rest));
        Some((with(&book, &row), with(&book.clone().row("rules", &low), &format!("{} at_most={bound}", text(&rest)))))
    });
}

#[test]
fn a_rule_for_each_is_a_rule_of_each() {
    pairs(8, Must::Cost, |seed, r| {
        let book = base(seed, seed.is_multiple_of(2), 1);
        let row = any_rule(r);
        if !row.contains(" each=supplier") || row.contains("each=supplier;need") || row.contains("scope.") {
            return None;
        }
        // Relative bounds and conditions read the value of their own `each`.
        if row.contains("relative_to") || row.contains("when.") || row.contains("measure=moved") {
            return None;
        }
        let mut apart = book.clone();
        // There is no rule for a supplier that sells nothing.
        let sells = |s: &u64| book.0["products"].iter().any(|p| p["supplier"] == format!("S{s}"));
        for s in (1..=3).filter(sells) {
            let own = row.replace(" each=supplier", &format!(" scope.supplier=S{s}"));
            apart.push("rules", &format!("id=z{s} {own}"));
        }
        Some((with(&book, &row), apart))
    });
}

#[test]
fn what_one_supplier_may_not_have_the_others_must() {
    pairs(9, Must::Cost, |seed, r| {
        let book = base(seed, seed.is_multiple_of(2), 1);
        let part = r.between(1, 9);
        let of = "measure=share scope.need=N1 within=need scope.supplier";
        let most = with(&book, &format!("{of}=S1 at_most=0.{part}"));
        Some((most, with(&book, &format!("{of}=S2;S3 at_least=0.{}", 10 - part))))
    });
}

#[test]
fn units_and_their_share_are_bounded_alike() {
    pairs(10, Must::Cost, |seed, r| {
        let book = base(seed, seed.is_multiple_of(2), 1);
        let demand: Decimal = book.0["demand"]
            .iter()
            .filter(|d| d["need"] == "N1")
            .map(|d| d["quantity"].parse::<Decimal>().unwrap())
            .sum();
        let quarter = Decimal::new(25, 2) * Decimal::from(r.between(1, 3));
        let (side, s) = (r.pick(&["at_least", "at_most"]), r.between(1, 3));
        let scope = format!("scope.need=N1 scope.supplier=S{s}");
        let units = with(&book, &format!("measure=units {scope} {side}={}", quarter * demand));
        Some((units, with(&book, &format!("measure=share {scope} within=need {side}={quarter}"))))
    });
}

#[test]
fn a_tier_that_gives_no_more_changes_nothing() {
    pairs(11, Must::Cost, |seed, r| {
        let book = rich(seed, 1);
        let tiers = book.0.get("tiers").filter(|t| !t.is_empty())?;
        let mut added = tiers[r.between(0, tiers.len() as u64 - 1) as usize].clone();
        let from: Decimal = added["from"].parse().unwrap();
        let ladder = |t: &&Row| t["schedule"] == added["schedule"];
        let next = tiers
            .iter()
            .filter(ladder)
            .map(|t| t["from"].parse::<Decimal>().unwrap())
            .filter(|f| *f > from)
            .min()
            .unwrap_or(from * Decimal::new(15, 1) + Decimal::ONE);
        added.insert("from".into(), ((from + next) / Decimal::TWO).to_string());
        let mut more = book.clone();
        more.rows("tiers").push(added);
        Some((book, more))
    });
}

#[test]
fn two_stages_make_one_discount() {
    pairs(12, Must::Cost, |seed, r| {
        let mut book = base(seed, seed.is_multiple_of(2), 1);
        for table in ["schedules", "tiers"] {
            book.0.remove(table);
        }
        let kind = r.pick(&["discount", "rebate"]);
        let scope = r.pick(&["counts_categories=C1", "counts_suppliers=S1", "counts_suppliers=S1;S2"]);
        let mode = r.pick(&["all", "member", "site"]);
        let of = format!("kind={kind} basis=need_units mode=all_units cohort_mode={mode} {scope}");
        let from = r.between(0, 4);
        let ladder = |book: Book, id: &str, stage: u32, value: &str| {
            book.row("schedules", &format!("schedule={id} stage={stage} {of}"))
                .row("tiers", &format!("schedule={id} from={from} value={value}"))
        };
        // 1 − 0.9 × 0.8.
        let one = ladder(book.clone(), "U", 1, "0.28");
        Some((one, ladder(ladder(book, "U1", 1, "0.1"), "U2", 3, "0.2")))
    });
}

#[test]
fn a_duplicate_of_an_offer_changes_nothing() {
    pairs(13, Must::Cost, |seed, r| {
        let shape = Shape {
            whole: seed.is_multiple_of(2).then_some(4),
            sites: 2,
            needs: 2,
            fixed_charges: true,
            odd_tiers: false,
            // Two offers may sell twice the maximum of one.
            plain_offers: true,
            stacked: r.chance(50),
            rules: 0,
        };
        let mut book = random::tender(seed, shape);
        let row = any_rule(r);
        if row.contains("of=offer") || row.contains("of=line") {
            return None;
        }
        book.push("rules", &format!("id=z {row}"));
        let mut more = book.clone();
        let offers = book.rows("offers");
        let mut twin = offers[r.between(0, offers.len() as u64 - 1) as usize].clone();
        let own = twin.insert("offer".into(), "twin".into())?;
        more.rows("offers").push(twin);
        for row in more.rows("schedules") {
            for column in ["counts_offers", "applies_to"] {
                let Some(cell) = row.get_mut(column) else { continue };
                if cell.split(';').any(|id| id == own) {
                    cell.push_str(";twin");
                }
            }
        }
        Some((book, more))
    });
}

#[test]
fn two_halves_of_a_site_make_the_whole() {
    pairs(14, Must::Cost, |seed, r| {
        // Nothing may be due, earned or counted for each site.
        let mut book = base(seed, false, 0);
        book.0.remove("switching");
        for need in book.rows("needs") {
            need.remove("max_products_per_site");
        }
        if book.rows("schedules").iter().any(|s| s.get("cohort_mode").is_some_and(|m| m == "site")) {
            return None;
        }
        let row = any_rule(r);
        if ["site", "of=line", "saving"].iter().any(|word| row.contains(word)) {
            return None;
        }
        book.push("rules", &format!("id=z {row}"));
        let mut halves = book.clone();
        for rows in halves.0.values_mut() {
            let mut more = Vec::new();
            for row in rows.iter_mut() {
                for column in ["cohort"] {
                    if row.get(column).is_some_and(|c| c == "site:A") {
                        row.insert(column.into(), "site:A;site:A2".into());
                    }
                }
                if row.get("site").is_some_and(|s| s == "A") {
                    if let Some(cell) = row.get_mut("quantity") {
                        *cell = (cell.parse::<Decimal>().unwrap() / Decimal::TWO).to_string();
                    }
                    let mut half = row.clone();
                    half.insert("site".into(), "A2".into());
                    more.push(half);
                }
            }
            rows.extend(more);
        }
        Some((book, halves))
    });
}
