//! Tenders made infeasible on purpose: a minimal conflict planted among rules and limits that hold. The planted set must be
//! found exactly, and nothing else.

use std::collections::BTreeSet;

use ballast_domain::requirement::{Requirement, Side};
use ballast_domain::tender::Tender;
use ballast_solver::conflicts::{ConflictReport, Verdict, conflicts};
use ballast_solver::{Control, Engine, Event, InProcess, Options, Termination};
use rust_decimal::Decimal;

use crate::random::Random;
use crate::tender::{Book, solve, to_the_end};

struct Quiet;

impl Control for Quiet {
    fn cancelled(&self) -> bool {
        false
    }
    fn observe(&self, _: &Event) {}
}

fn explain(book: &Book) -> (Tender, ConflictReport) {
    let tender = book.read();
    let report = conflicts(&tender, &to_the_end(), &Quiet).unwrap();
    (tender, report)
}

/// A requirement as `table id column`.
fn named(tender: &Tender, requirement: Requirement) -> String {
    let (table, id, column) = requirement.place(tender);
    format!("{table} {id} {column}").trim_end().to_owned()
}

fn members(tender: &Tender, report: &ConflictReport) -> Vec<BTreeSet<String>> {
    let set =
        |s: &ballast_solver::conflicts::ConflictSet| s.members.iter().map(|m| named(tender, m.requirement)).collect();
    report.sets.iter().map(set).collect()
}

/// Three sites, three needs `N1` to `N3`, four suppliers that each sell a product `P{supplier}{need}` for each, made in
/// two regions.
fn base(r: &mut Random) -> Book {
    let mut book = Book::new();
    for site in ["A", "B", "C"] {
        book.push("sites", &format!("site={site} member=M1 class={}", r.pick(&["large", "small"])));
    }
    for s in 1..=4 {
        book.push("suppliers", &format!("supplier=S{s}"));
        for region in ["east", "west"] {
            book.push("plants", &format!("plant={region}{s} supplier=S{s} plant_region={region}"));
        }
    }
    for n in 1..=3 {
        book.push("needs", &format!("need=N{n} category=C{} unit=piece reference_price=10", n.min(2)));
        for site in ["A", "B", "C"] {
            book.push("demand", &format!("site={site} need=N{n} quantity=100"));
        }
        for s in 1..=4 {
            let plant = r.pick(&["east", "west"]);
            book.push(
                "products",
                &format!(
                    "product=P{s}{n} supplier=S{s} need=N{n} use_factor=1 plants={plant}{s}:1 attr.quality=0.{}",
                    r.between(3, 8)
                ),
            );
            book.push("offers", &format!("offer=P{s}{n} product=P{s}{n} price={}", r.between(8, 15)));
        }
    }
    book
}

/// Rules and limits that always hold together, and with any one conflict planted on the need N1 and its member left out.
fn decoys(r: &mut Random, book: &mut Book) {
    let rules = [
        "measure=share each=supplier;need within=need scope.need=N2 at_most=0.6",
        "measure=count of=supplier scope.need=N3 at_most=3",
        "measure=count of=supplier scope.need=N2 at_least=2 counts_from=0.1",
        "measure=share scope.supplier=S2 scope.need=N3 within=need at_least=0.2",
        "measure=units scope.need=N3 scope.supplier=S1 at_most=250",
        "measure=spend scope.need=N2 at_most=4500",
        "measure=share scope.site=A scope.supplier=S3 scope.need=N2 within=need;site at_most=0.5",
        "measure=count of=product each=site scope.need=N2 at_most=3",
        "measure=share each=plant scope.need=N3 within=need at_most=0.9",
    ];
    let mut order: Vec<usize> = (0..rules.len()).collect();
    r.shuffle(&mut order);
    for i in order.into_iter().take(r.between(3, 7) as usize) {
        book.push("rules", &format!("id=decoy{i} {}", rules[i]));
    }
    for n in 2..=3 {
        let s = r.between(1, 4);
        set(book, "products", &format!("P{s}{n}"), "capacity_packs", "120");
    }
    if r.chance(50) {
        set(book, "offers", "P42", "minimum_if_used", "30");
    }
    if r.chance(50) {
        set(book, "suppliers", "S4", "minimum_award", "200");
    }
    if r.chance(50) {
        set(book, "needs", "N3", "max_products", "3");
    }
}

fn set(book: &mut Book, table: &str, id: &str, column: &str, value: &str) {
    let key = table.strip_suffix('s').unwrap().to_owned();
    let row = book.rows(table).iter_mut().find(|row| row[&key] == id).unwrap();
    row.insert(column.to_owned(), value.to_owned());
}

/// Adds a rule and names it.
fn rule(book: &mut Book, id: &str, text: &str) -> String {
    book.push("rules", &format!("id={id} {text}"));
    format!("rules {id}")
}

const KINDS: u64 = 24;

/// Plants a conflict of a kind on the need N1 and tells its members.
fn plant(kind: u64, r: &mut Random, book: &mut Book) -> Vec<String> {
    let s = r.between(1, 4);
    let of_s = format!("scope.need=N1 scope.supplier=S{s} within=need");
    match kind {
        // A share cap against a share minimum.
        0 => vec![
            rule(book, "cap", &format!("measure=share {of_s} at_most=0.3")),
            rule(book, "floor", &format!("measure=share {of_s} at_least=0.5")),
        ],
        // One supplier only, and none can do it alone.
        1 => {
            let mut planted = vec![rule(book, "single", "measure=count of=supplier scope.need=N1 at_most=1")];
            for s in 1..=4 {
                set(book, "products", &format!("P{s}1"), "capacity_packs", &r.between(120, 280).to_string());
                planted.push(format!("products P{s}1 capacity_packs"));
            }
            planted
        }
        // A budget below the cheapest prices.
        2 => vec![rule(book, "budget", "measure=spend scope.need=N1 at_most=2000")],
        // A budget that only the cheap supplier fits, and a minimum for a dear one.
        3 => {
            set(book, "offers", &format!("P{s}1"), "price", "40");
            let floor = format!("measure=share {of_s} at_least=0.5");
            // Half at 40 is 6,000; the rest costs at least 8 each.
            vec![rule(book, "budget", "measure=spend scope.need=N1 at_most=6500"), rule(book, "floor", &floor)]
        }
        // Two regions, one of them banned.
        4 => {
            for s in 1..=4 {
                let plant = format!("{}{s}:1", if s % 2 == 0 { "east" } else { "west" });
                set(book, "products", &format!("P{s}1"), "plants", &plant);
            }
            vec![
                rule(book, "regions", "measure=count of=plant_region scope.need=N1 at_least=2 counts_from=0.1"),
                rule(book, "ban", "measure=share scope.need=N1 scope.plant_region=west within=need at_most=0"),
            ]
        }
        // Two suppliers with one product.
        5 => {
            let planted = rule(book, "two", "measure=count of=supplier scope.need=N1 at_least=2");
            set(book, "needs", "N1", "max_products", "1");
            vec![planted, "needs N1 max_products".to_owned()]
        }
        // A supplier that must win something, and asks for more than there is.
        6 => {
            let planted = rule(book, "must", &format!("measure=share {of_s} at_least=0.05"));
            set(book, "suppliers", &format!("S{s}"), "minimum_award", "50000");
            vec![planted, format!("suppliers S{s} minimum_award")]
        }
        // Capacities below demand.
        7 => {
            let capacity = |s: u64| {
                set(book, "products", &format!("P{s}1"), "capacity_packs", "70");
                format!("products P{s}1 capacity_packs")
            };
            (1..=4).map(capacity).collect()
        }
        // Four caps that leave a tenth to nobody.
        8 => {
            let cap = |s: u64| {
                let text = format!("measure=share scope.need=N1 scope.supplier=S{s} within=need at_most=0.22");
                rule(book, &format!("cap{s}"), &text)
            };
            (1..=4).map(cap).collect()
        }
        // A mean that only one product lifts, and a cap on it.
        9 => {
            for s in 1..=4 {
                set(book, "products", &format!("P{s}1"), "attr.quality", "0.1");
            }
            set(book, "products", &format!("P{s}1"), "attr.quality", "0.9");
            vec![
                rule(book, "quality", "measure=mean of=product.quality scope.need=N1 at_least=0.8"),
                rule(book, "cap", &format!("measure=share {of_s} at_most=0.5")),
            ]
        }
        // An offer that must be used, from more packs on than the product has.
        10 => {
            let planted = rule(book, "must", &format!("measure=share {of_s} at_least=0.05"));
            set(book, "offers", &format!("P{s}1"), "minimum_if_used", "200");
            set(book, "products", &format!("P{s}1"), "capacity_packs", "150");
            vec![planted, format!("offers P{s}1 minimum_if_used"), format!("products P{s}1 capacity_packs")]
        }
        // A plant too small for a share.
        11 => {
            set(book, "products", &format!("P{s}1"), "plants", &format!("east{s}:1"));
            for n in 2..=3 {
                set(book, "products", &format!("P{s}{n}"), "plants", &format!("west{s}:1"));
            }
            set(book, "plants", &format!("east{s}"), "capacity", "60");
            vec![rule(book, "floor", &format!("measure=share {of_s} at_least=0.4")), format!("plants east{s} capacity")]
        }
        // One product a site against two.
        12 => {
            let planted = rule(book, "pair", "measure=count of=product each=site scope.need=N1 at_least=2");
            set(book, "needs", "N1", "max_products_per_site", "1");
            vec![planted, "needs N1 max_products_per_site".to_owned()]
        }
        // An offer's maximum and a ban of the others.
        13 => {
            let others: Vec<String> = (1..=4).filter(|o| *o != s).map(|o| format!("S{o}")).collect();
            let others = others.join(";");
            let ban = format!("measure=share scope.need=N1 scope.supplier={others} within=need at_most=0.1");
            let planted = rule(book, "ban", &ban);
            set(book, "offers", &format!("P{s}1"), "max_packs", "200");
            vec![planted, format!("offers P{s}1 max_packs")]
        }
        _ => plant_bid(kind, s, book),
    }
}

/// Adds a pick at a site and names it as the report does.
fn pick(book: &mut Book, site: &str, column: &str, of: &str, bound: &str) -> String {
    book.push("picks", &format!("site={site} need=N1 {column}={of} {bound}"));
    format!("picks site {site}, need N1, {column} {of}")
}

/// The same with picks, packages, conditional offers and the limits of orders and awards.
fn plant_bid(kind: u64, s: u64, book: &mut Book) -> Vec<String> {
    let other = s % 4 + 1;
    let (own, others) = (format!("P{s}1"), format!("P{other}1"));
    let of = |s: u64| format!("scope.need=N1 scope.supplier=S{s} within=need");
    let floor = |book: &mut Book| rule(book, "floor", &format!("measure=share {} at_least=0.3", of(s)));
    let package = |book: &mut Book, id: &str, group: &str, lines: &[(&String, &str, &str)]| {
        book.push("packages", &format!("package={id} price=900 group={group}"));
        for (product, quantity, site) in lines {
            book.push("package_lines", &format!("package={id} product={product} quantity={quantity} site={site}"));
        }
    };
    match kind {
        // A pick against a cap at its site.
        14 => {
            let cap = format!("measure=share scope.site=A {};site at_most=0.3", of(s));
            vec![pick(book, "A", "product", &own, "at_least=0.5"), rule(book, "cap", &cap)]
        }
        // Picks that leave no room for each other.
        15 => {
            vec![pick(book, "B", "product", &own, "at_least=0.6"), pick(book, "B", "product", &others, "exactly=0.45")]
        }
        // One lock of each of two packages of which one may be bought.
        16 => {
            package(book, "K1", "g", &[(&own, "50", "A")]);
            package(book, "K2", "g", &[(&others, "50", "B")]);
            vec![
                pick(book, "A", "offer", &format!("K1:{own}:A"), "at_least=0.2"),
                pick(book, "B", "offer", &format!("K2:{others}:B"), "at_least=0.2"),
            ]
        }
        // All of a package is more than can be made.
        17 => {
            package(book, "K1", "", &[(&own, "150", "*")]);
            set(book, "products", &own, "capacity_packs", "110");
            let lock = pick(book, "A", "offer", &format!("K1:{own}"), "at_least=0.1");
            vec![lock, format!("products {own} capacity_packs")]
        }
        // A package brings a banned product along.
        18 => {
            package(book, "K1", "", &[(&own, "60", "*"), (&others, "30", "C")]);
            let ban = format!("measure=share {} at_most=0.05", of(other));
            vec![pick(book, "A", "offer", &format!("K1:{own}"), "at_least=0.1"), rule(book, "ban", &ban)]
        }
        // Only if sole, which two suppliers are not.
        19 => {
            set(book, "offers", &own, "structure", "sole");
            let two = rule(book, "two", "measure=count of=supplier scope.need=N1 at_least=2");
            vec![floor(book), two, format!("offers {own}")]
        }
        // Only with another product, which is banned.
        20 => {
            set(book, "offers", &own, "requires", &others);
            set(book, "offers", &own, "requires_level", "system");
            let ban = rule(book, "ban", &format!("measure=share {} at_most=0", of(other)));
            vec![floor(book), ban, format!("offers {own}")]
        }
        // Only with three suppliers at a site that buys two products at most.
        21 => {
            set(book, "offers", &own, "structure", "multi");
            set(book, "offers", &own, "structure_level", "site");
            set(book, "needs", "N1", "max_products_per_site", "2");
            vec![floor(book), "needs N1 max_products_per_site".to_owned(), format!("offers {own}")]
        }
        // No site needs so much as an order asks.
        22 => {
            set(book, "offers", &own, "minimum_order", "150");
            vec![floor(book), format!("offers {own} minimum_order")]
        }
        // More than a supplier may win.
        _ => {
            set(book, "suppliers", &format!("S{s}"), "maximum_award", "1000");
            let half = rule(book, "half", &format!("measure=share {} at_least=0.5", of(s)));
            vec![half, format!("suppliers S{s} maximum_award")]
        }
    }
}

fn without(tender: &Tender, requirement: Requirement) -> Tender {
    let mut tender = tender.clone();
    for side in [Side::Low, Side::High] {
        if requirement.value(&tender, side).is_some() {
            requirement.set(&mut tender, side, None);
        }
    }
    tender
}

fn run(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let r = &mut Random::new(seed);
        let mut book = base(r);
        decoys(r, &mut book);
        let planted: BTreeSet<String> = plant(seed % KINDS, r, &mut book).into_iter().collect();
        let (tender, report) = explain(&book);
        assert_eq!(report.verdict, Verdict::Conflict, "seed {seed}\n{book}");
        assert_eq!(members(&tender, &report), std::slice::from_ref(&planted), "seed {seed}\n{book}");
        assert!(report.complete && report.sets[0].minimal(), "seed {seed}");
        assert_eq!(report.inconclusive, 0);
        let needs: Vec<&str> = report.sets[0].needs.iter().map(|n| tender.needs[*n].id.as_str()).collect();
        assert!(needs.iter().all(|n| *n == "N1"), "seed {seed}: {needs:?}");
        // The plant itself is right, told by another road: without any one member the whole tender has an award.
        for member in &report.sets[0].members {
            let tender = without(&tender, member.requirement);
            let solved = InProcess.award(&tender, &Options::default(), &Quiet).unwrap();
            assert!(solved.award.is_some(), "seed {seed}: {}", named(&tender, member.requirement));
        }
        // Each way out that has a price has an award, and the list is in order of price.
        assert!(report.repairs.len() >= planted.len(), "seed {seed}: {:?}", report.repairs);
        let values: Vec<Decimal> = report.repairs.iter().filter_map(|r| r.value).collect();
        assert!(values.is_sorted() && !values.is_empty(), "seed {seed}: {values:?}");
    }
}

#[test]
fn planted_conflicts_are_found_exactly_first_third() {
    run(0..KINDS);
}

#[test]
fn planted_conflicts_are_found_exactly_second_third() {
    run(KINDS..2 * KINDS);
}

#[test]
fn planted_conflicts_are_found_exactly_last_third() {
    run(2 * KINDS..3 * KINDS);
}

#[test]
fn disjoint_conflicts_are_all_found() {
    let r = &mut Random::new(3);
    let mut book = base(r);
    for (n, floor) in [(1, "0.15"), (2, "0.45"), (3, "0.55")] {
        let of = format!("scope.need=N{n} scope.supplier=S{n} within=need");
        book.push("rules", &format!("id=cap{n} measure=share {of} at_most=0.3"));
        book.push("rules", &format!("id=floor{n} measure=share {of} at_least={floor}"));
    }
    // The first need is at peace: 0.15 ≤ 0.3.
    let (tender, report) = explain(&book);
    let mut sets = members(&tender, &report);
    sets.sort();
    let set = |n: u32| BTreeSet::from([format!("rules cap{n}"), format!("rules floor{n}")]);
    assert_eq!(sets, [set(2), set(3)]);
    assert!(report.complete);
    assert_eq!(report.sets.iter().map(|s| s.needs.len()).collect::<Vec<_>>(), [1, 1]);
    // Every repair mends both.
    for repair in &report.repairs {
        assert_eq!(repair.changes.len(), 2, "{repair:?}");
        assert!(repair.value.is_some());
    }
}

#[test]
fn repairs_are_suggested_in_their_own_unit_with_what_they_cost() {
    // 100 wanted, 60 + 30 to be had: 10 more of either. S1 at 2, S2 at 3: 70 × 2 + 30 × 3 = 230, 60 × 2 + 40 × 3 = 240.
    let book = Book::one_need().sells("S1", "gauze", "P1", "2", "capacity_packs=60").sells(
        "S2",
        "gauze",
        "P2",
        "3",
        "capacity_packs=30",
    );
    let (tender, report) = explain(&book);
    assert_eq!(report.sets.len(), 1, "{report:?}");
    assert_eq!(report.repairs.len(), 2, "{report:?}");
    let told: Vec<(String, Decimal, Option<Decimal>, Option<Decimal>)> = report
        .repairs
        .iter()
        .map(|r| (named(&tender, r.changes[0].requirement), r.changes[0].from, r.changes[0].to, r.value))
        .collect();
    let number = |n: i64| Decimal::from(n);
    assert_eq!(told[0], ("products P1 capacity_packs".into(), number(60), Some(number(70)), Some(number(230))));
    assert_eq!(told[1], ("products P2 capacity_packs".into(), number(30), Some(number(40)), Some(number(240))));
    assert_eq!(report.sets[0].needs.len(), 1);
}

/// Levelled rules give way before there is a conflict: they are no member, and no way out is longer for their sake. With at
/// most a tenth of S1 the mean is 0.1 × 1 + 0.9 × 3 = 2.8; that two suppliers are bought from then is no matter.
#[test]
fn levelled_rules_give_way_before_anything_else() {
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "10", "attr.co2=1")
        .sells("S2", "gauze", "P2", "8", "attr.co2=3")
        .row("rules", "id=cap measure=share scope.supplier=S1 at_most=0.1")
        .row("rules", "id=green measure=mean of=product.co2 at_most=2")
        .row("rules", "id=one measure=count of=supplier at_most=1 force=levelled level=4");
    let (tender, report) = explain(&book);
    let named = |r: Requirement| named(&tender, r);
    assert_eq!(members(&tender, &report), [BTreeSet::from(["rules cap".to_owned(), "rules green".to_owned()])]);
    let told: Vec<_> =
        report.repairs.iter().map(|r| (named(r.changes[0].requirement), r.changes[0].to, r.value)).collect();
    let number = |n: &str| Some(n.parse::<Decimal>().unwrap());
    // 10 × 10 + 90 × 8 = 820 and, half of each, 900.
    let green = ("rules green".to_owned(), number("2.8"), number("820"));
    assert_eq!(told, [green, ("rules cap".to_owned(), number("0.5"), number("900"))]);
}

#[test]
fn a_share_is_repaired_as_a_share_and_a_count_as_a_count() {
    let rules = |book: Book| {
        book.row("rules", "id=cap measure=share scope.supplier=S1 scope.need=gauze within=need at_most=0.3")
            .row("rules", "id=floor measure=share scope.supplier=S1 scope.need=gauze within=need at_least=0.45")
    };
    let two = Book::one_need().sells("S1", "gauze", "P1", "2", "").sells("S2", "gauze", "P2", "3", "");
    let (tender, report) = explain(&rules(two.clone()));
    let changes: Vec<String> = report
        .repairs
        .iter()
        .map(|r| {
            let c = r.changes[0];
            format!("{} {:?} {} -> {}", named(&tender, c.requirement), c.side, c.from, c.to.unwrap())
        })
        .collect();
    // With the cap at 0.45: 45 × 2 + 55 × 3 = 255; with the floor at 0.3: 30 × 2 + 70 × 3 = 270.
    assert_eq!(changes, ["rules cap High 0.3 -> 0.45", "rules floor Low 0.45 -> 0.3"]);
    let values: Vec<Option<Decimal>> = report.repairs.iter().map(|r| r.value).collect();
    assert_eq!(values, [Some(Decimal::from(255)), Some(Decimal::from(270))]);

    let count = two.row("rules", "id=two measure=count of=supplier scope.need=gauze at_least=2").set(
        "needs",
        |_| true,
        "max_products",
        "1",
    );
    let (tender, report) = explain(&count);
    let mut changes: Vec<String> = report
        .repairs
        .iter()
        .map(|r| format!("{} {} -> {:?}", named(&tender, r.changes[0].requirement), r.changes[0].from, r.changes[0].to))
        .collect();
    changes.sort();
    assert_eq!(changes, ["needs gauze max_products 1 -> Some(2)", "rules two 2 -> Some(1)"]);
}

#[test]
fn a_multiple_of_today_is_repaired_as_a_multiple() {
    // Today P1 alone, 10 each: at most 12. Half from S2 makes 15, the 1.5-fold of today; 12 allows a fifth from S2.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "3", "attr.emissions=10")
        .sells("S2", "gauze", "P2", "2", "attr.emissions=20")
        .row("incumbents", "site=A need=gauze product=P1 quantity=100 price=3")
        .row("rules", "id=greener measure=mean of=product.emissions relative_to=baseline at_most=1.2")
        .row("rules", "id=half measure=share scope.supplier=S2 scope.need=gauze within=need at_least=0.5");
    let (tender, report) = explain(&book);
    let mut changes: Vec<String> = report
        .repairs
        .iter()
        .map(|r| {
            format!(
                "{} {} -> {}",
                named(&tender, r.changes[0].requirement),
                r.changes[0].from,
                r.changes[0].to.unwrap()
            )
        })
        .collect();
    changes.sort();
    assert_eq!(changes, ["rules greener 1.2 -> 1.5", "rules half 0.5 -> 0.2"]);
    // Half at 2, half at 3; or 20 at 2 and 80 at 3.
    let mut values: Vec<Decimal> = report.repairs.iter().map(|r| r.value.unwrap()).collect();
    values.sort();
    assert_eq!(values, [Decimal::from(250), Decimal::from(280)]);
}

#[test]
fn demand_that_nobody_may_serve_is_a_conflict_of_its_own() {
    let book = Book::one_need()
        .row("needs", "need=tape category=wound unit=roll reference_price=1")
        .row("demand", "site=A need=tape quantity=5")
        .sells("S1", "gauze", "P1", "2", "capacity_packs=60");
    let (tender, report) = explain(&book);
    let sets = members(&tender, &report);
    assert_eq!(
        sets,
        [
            BTreeSet::from(["demand A, tape quantity".to_owned()]),
            BTreeSet::from(["products P1 capacity_packs".to_owned()])
        ]
    );
    assert!(report.complete && report.repairs.is_empty());
}

#[test]
fn only_the_instances_that_matter_are_named() {
    let mut book = base(&mut Random::new(5));
    book.push("rules", "id=caps measure=share each=supplier;need within=need at_most=0.4");
    book.push("rules", "id=floor measure=share scope.supplier=S2 scope.need=N3 within=need at_least=0.7");
    let (_, report) = explain(&book);
    let instances: Vec<&Vec<String>> = report.sets[0].members.iter().map(|m| &m.instances).collect();
    assert_eq!(instances, [&vec!["supplier S2, need N3".to_owned()], &Vec::new()]);
}

#[test]
fn a_tender_with_an_award_has_no_conflict() {
    let book = base(&mut Random::new(1));
    let (_, report) = explain(&book);
    assert_eq!((report.verdict, report.sets.len(), report.complete), (Verdict::Satisfiable, 0, true));
}

#[test]
fn without_work_nothing_is_claimed() {
    let r = &mut Random::new(0);
    let mut book = base(r);
    plant(0, r, &mut book);
    let options = Options { work_limit: Some(0), ..Options::default() };
    let report = conflicts(&book.read(), &options, &Quiet).unwrap();
    assert_eq!(report.verdict, Verdict::Inconclusive);
    assert!(report.sets.iter().all(|s| s.members.is_empty()));
    assert!(!report.complete);
}

#[test]
fn an_infeasible_award_names_the_members_of_a_conflict() {
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "2", "")
        .sells("S2", "gauze", "P2", "3", "capacity_packs=500")
        .row("rules", "id=cap measure=share scope.supplier=S1 scope.need=gauze within=need at_most=0.3")
        .row("rules", "id=floor measure=share scope.supplier=S1 scope.need=gauze within=need at_least=0.5")
        .row("rules", "id=harmless measure=count of=supplier at_most=2");
    let report = solve(&book.read());
    assert_eq!(report.termination, Termination::Infeasible);
    let reasons: Vec<&str> = report.reasons.iter().map(|r| r.text.split(':').next().unwrap()).collect();
    assert_eq!(reasons, ["rule cap", "rule floor"]);
}
