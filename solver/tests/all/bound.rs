//! The bound by decomposition: never above the cheapest award, whatever the tender says; near it where the tender is what
//! it was made for; and the same at each run.

use ballast_domain::index::CandidateIx;
use ballast_domain::tender::Tender;
use ballast_solver::bound::{Answer, Calls, Work, bound};
use rust_decimal::prelude::ToPrimitive;

use crate::random::{self, Random, Shape};
use crate::tender::{Book, solve};

/// What a run gave and told.
#[derive(Debug, Default)]
struct Told {
    answer: Option<Answer>,
    bounds: Vec<f64>,
    plans: Vec<Vec<(CandidateIx, f64)>>,
}

fn bounded_within(tender: &Tender, work: Work, stop: &(dyn Fn() -> bool + Sync), known: f64) -> Told {
    let (mut bounds, mut plans) = (Vec::new(), Vec::new());
    let answer = bound(
        tender,
        work,
        &mut Calls {
            stop,
            known: &|| known,
            improved: &mut |money, _| bounds.push(money),
            plan: &mut |plan| plans.push(plan.to_vec()),
        },
    );
    Told { answer, bounds, plans }
}

fn bounded(tender: &Tender) -> Told {
    bounded_within(tender, Work { most: Some(5) }, &|| false, f64::INFINITY)
}

/// Schedules, rules and charges of all kinds.
const ANYTHING: Shape = Shape {
    whole: Some(3),
    sites: 2,
    needs: 3,
    fixed_charges: true,
    odd_tiers: true,
    plain_offers: false,
    stacked: false,
    rules: 2,
};

/// Tries tenders of any kind from a seed on.
fn below_the_cheapest(first: u64) {
    let count = if std::env::var("BALLAST_TRIALS").is_ok_and(|t| t == "1") { 1500 } else { 40 };
    let (mut tried, mut seed) = (0, first);
    while tried < count {
        seed += 1;
        let book = random::tender(seed, Shape { stacked: seed.is_multiple_of(2), ..ANYTHING });
        let tender = book.read();
        let Some(answer) = bounded(&tender).answer else { continue };
        let Some(value) = solve(&tender).value() else { continue };
        tried += 1;
        let value = value.to_f64().unwrap();
        // Values are stated in cents.
        assert!(answer.bound <= value + 0.005 + 1e-6 * value.abs(), "seed {seed}: {answer:?} above {value}\n{book}");
    }
    println!("trial: {tried} tenders, none with an award below the bound");
}

#[test]
fn no_award_of_a_tender_of_any_kind_lies_below_the_bound() {
    below_the_cheapest(7_000_000);
}

#[test]
fn no_award_of_a_tender_of_another_kind_lies_below_the_bound() {
    below_the_cheapest(8_000_000);
}

/// Categories of two needs with a discount ladder for each supplier there, and rebates, a limit on suppliers and a share for
/// a small one over all: what the bound is made for.
fn categories(seed: u64) -> Book {
    let r = &mut Random::new(seed);
    let mut book = Book::new();
    if r.chance(20) {
        book = book.set("tender", |_| true, "contract_years", "3");
    }
    // Slices and different mark-ups exclude each other.
    let marked = r.chance(30);
    let sites = ["A", "B", "C"];
    for site in sites {
        book.push("sites", &format!("site={site} member=M1"));
    }
    let suppliers = ["S1", "S2", "S3", "S4"];
    for s in suppliers {
        let small = if s == "S4" { "yes" } else { "no" };
        let cost = if r.chance(50) { r.between(1, 20) * 50 } else { 0 };
        book.push("suppliers", &format!("supplier={s} onboarding_cost={cost} attr.small={small}"));
    }
    for c in 1..=r.between(2, 3) {
        for n in 1..=2 {
            let need = format!("N{c}{n}");
            book.push(
                "needs",
                &format!("need={need} category=C{c} unit=piece reference_price={}", r.between(2, 9) * 10),
            );
            for site in sites {
                book.push("demand", &format!("site={site} need={need} quantity={}", r.between(1, 20) * 10));
            }
            for s in suppliers {
                if !r.chance(80) && s != "S1" {
                    continue;
                }
                let product = format!("P{need}{s}");
                let capacity =
                    if s != "S1" && r.chance(40) { format!("{}", r.between(5, 40) * 10) } else { String::new() };
                book.push(
                    "products",
                    &format!("product={product} supplier={s} need={need} use_factor=1 capacity_packs={capacity}"),
                );
                let markup = if marked && r.chance(30) { "markup=0.05" } else { "" };
                book.push("offers", &format!("offer={product} product={product} price={} {markup}", r.between(30, 60)));
                for site in sites {
                    let score = r.between(1, 9);
                    book.push("preferences", &format!("site={site} product={product} score=0.{score}"));
                }
            }
            for site in sites {
                book.push("incumbents", &format!("site={site} need={need} product=P{need}S1 quantity=5 price=50"));
                book.push("switching", &format!("site={site} need={need} cost={}", r.between(0, 10) * 30));
            }
        }
        for s in suppliers {
            if !book.rows("products").iter().any(|p| p["supplier"] == s && p["need"].starts_with(&format!("N{c}"))) {
                continue;
            }
            let schedule = format!("{s}C{c}");
            let mode = if marked || r.chance(80) { "all_units" } else { "incremental" };
            book.push(
                "schedules",
                &format!("schedule={schedule} basis=spend mode={mode} counts_suppliers={s} counts_categories=C{c}"),
            );
            let mut from = r.between(1, 10) * 300;
            for step in 1..=r.between(1, 3) {
                book.push("tiers", &format!("schedule={schedule} from={from} value=0.0{}", step * 3));
                from += r.between(2, 10) * 500;
            }
            if r.chance(40) {
                let least = r.between(1, 8) * 200;
                book.push(
                    "rules",
                    &format!(
                        "id=least-{schedule} measure=spend spend_level=list at_least={least} if_used=yes scope.supplier={s} scope.category=C{c}"
                    ),
                );
            }
        }
        if r.chance(50) {
            book.push(
                "rules",
                &format!("id=liked-C{c} measure=mean of=preference weight=reference at_least=0.45 scope.category=C{c}"),
            );
        }
    }
    for s in suppliers {
        if !book.rows("products").iter().any(|p| p["supplier"] == s) {
            continue;
        }
        let mode = if r.chance(80) { "all_units" } else { "incremental" };
        book.push("schedules", &format!("schedule={s} kind=rebate basis=spend mode={mode} counts_suppliers={s}"));
        let mut from = r.between(1, 10) * 1000;
        for step in 1..=r.between(1, 3) {
            book.push("tiers", &format!("schedule={s} from={from} value=0.0{}", step * 2));
            from += r.between(2, 10) * 1500;
        }
    }
    if r.chance(60) {
        book.push("rules", &format!("id=few measure=count of=supplier at_most={}", r.between(2, 3)));
    }
    if r.chance(50) && book.rows("products").iter().any(|p| p["supplier"] == "S4") {
        book.push(
            "rules",
            "id=small measure=share weight=spend spend_level=net at_least=0.05 scope.supplier.small=yes",
        );
    }
    book
}

#[test]
fn the_bound_is_near_the_optimum_of_tenders_that_fall_into_categories() {
    let count = if std::env::var("BALLAST_TRIALS").is_ok_and(|t| t == "1") { 1000 } else { 12 };
    let mut gaps = Vec::new();
    for seed in 1..=count {
        let book = categories(seed);
        let tender = book.read();
        let Some(value) = solve(&tender).value().map(|v| v.to_f64().unwrap()) else { continue };
        let told = bounded(&tender);
        let answer = told.answer.unwrap_or_else(|| panic!("seed {seed}: no bound\n{book}"));
        assert!(answer.bound <= value + 0.06, "seed {seed}: {answer:?} above {value}\n{book}");
        assert!(told.bounds.is_sorted(), "seed {seed}: {:?}", told.bounds);
        assert_eq!(told.bounds.last(), Some(&answer.bound));
        gaps.push((value - answer.bound) / value);
    }
    assert!(gaps.len() * 4 >= count as usize * 3, "{} of {count} have awards", gaps.len());
    gaps.sort_by(f64::total_cmp);
    let (middle, worst) = (gaps[gaps.len() / 2], gaps[gaps.len() * 9 / 10]);
    println!("trial: {} tenders of categories: gap {middle:.4} in the middle, {worst:.4} of nine tenths", gaps.len());
    assert!(middle < 0.02 && worst < 0.04, "gaps {middle} in the middle, {worst} of nine tenths: {gaps:?}");
}

#[test]
fn plans_serve_every_cell() {
    let tender = categories(2).read();
    let told = bounded(&tender);
    let last = told.plans.last().expect("a plan comes with the first round");
    for (cell, demand) in tender.cells.enumerate() {
        let served: f64 = last.iter().filter(|(c, _)| tender.candidates[*c].cell == cell).map(|(_, share)| share).sum();
        assert!((served - 1.0).abs() < 1e-6, "{:?} is served {served}", demand.need);
    }
}

#[test]
fn the_same_work_gives_the_same_bounds_on_any_number_of_threads() {
    let tender = categories(2).read();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| bounded(&tender))
    };
    let one = on(1);
    for other in [on(1), on(3)] {
        assert_eq!(one.answer, other.answer);
        assert_eq!(one.bounds, other.bounds);
        assert_eq!(one.plans, other.plans);
    }
}

#[test]
fn work_ends_a_bound_and_what_it_has_shown_by_then_holds() {
    let tender = categories(3).read();
    let within = |units| bounded_within(&tender, Work { most: Some(units) }, &|| false, f64::INFINITY).answer.unwrap();
    let (little, much) = (within(0), within(5));
    assert!(little.rounds < much.rounds && little.bound <= much.bound, "{little:?} {much:?}");
}

#[test]
fn a_bound_that_reaches_the_known_value_goes_no_further() {
    let branched = (1..).map(|seed| categories(seed).read()).find_map(|tender| {
        let answer = bounded(&tender).answer?;
        (answer.nodes > 1).then_some((tender, answer))
    });
    let (tender, much) = branched.unwrap();
    let told = bounded_within(&tender, Work { most: Some(5) }, &|| false, much.bound * 0.9);
    assert!(told.answer.unwrap().nodes < much.nodes);
}

#[test]
fn a_caller_who_wants_no_more_gets_what_there_is() {
    let tender = categories(4).read();
    let value = solve(&tender).value().unwrap().to_f64().unwrap();
    let told = bounded_within(&tender, Work::default(), &|| true, f64::INFINITY);
    assert!(told.answer.is_none_or(|a| a.bound <= value));
}

#[test]
fn what_is_one_block_or_not_understood_has_no_bound() {
    let one = Book::one_need().sells("S1", "gauze", "P1", "2", "").sells("S2", "gauze", "P2", "3", "");
    assert!(bounded(&one.read()).answer.is_none());
    let two = |book: Book| {
        book.row("needs", "need=tape category=wound unit=piece reference_price=1")
            .row("demand", "site=A need=tape quantity=50")
            .sells("S1", "tape", "T1", "1", "")
    };
    let answer = bounded(&two(one.clone()).read()).answer.unwrap();
    assert!((answer.bound - 250.0).abs() < 1e-3, "{answer:?}");
    let package =
        two(one).row("packages", "package=B1 price=100").row("package_lines", "package=B1 product=P1 quantity=50");
    assert!(bounded(&package.read()).answer.is_none());
}

/// Gauze and tape, a block each; S1 sells both for 250, S2 for 400.
fn two_blocks() -> Book {
    Book::one_need()
        .row("needs", "need=tape category=wound unit=piece reference_price=1")
        .row("demand", "site=A need=tape quantity=50")
        .sells("S1", "gauze", "P1", "2", "")
        .sells("S2", "gauze", "P2", "3", "")
        .sells("S1", "tape", "T1", "1", "")
        .sells("S2", "tape", "T2", "2", "")
}

/// What is said, whether there is a bound, and the rows that say it.
type Said = (&'static str, bool, &'static [(&'static str, &'static str)]);

/// What a tender may say, whether the bound is the value there, and the rows that say it.
const SAID: [Said; 24] = [
    ("nothing", true, &[]),
    (
        "a ladder",
        true,
        &[
            ("schedules", "schedule=D basis=spend counts_offers=P1 mode=all_units"),
            ("tiers", "schedule=D from=100 value=0.1"),
        ],
    ),
    (
        "a ladder out of reach",
        true,
        &[
            ("schedules", "schedule=D basis=spend counts_offers=P1 mode=all_units"),
            ("tiers", "schedule=D from=201 value=0.1"),
        ],
    ),
    (
        "a ladder of prices by packs",
        true,
        &[
            ("schedules", "schedule=D basis=packs gives=price counts_offers=P2 mode=all_units"),
            ("tiers", "schedule=D from=60 value=1.5"),
        ],
    ),
    (
        "slices",
        true,
        &[
            ("schedules", "schedule=D basis=spend mode=incremental counts_offers=P1"),
            ("tiers", "schedule=D from=50 value=0.1"),
            ("tiers", "schedule=D from=150 value=0.2"),
        ],
    ),
    (
        "a rebate over both blocks",
        true,
        &[
            ("schedules", "schedule=R kind=rebate basis=spend counts_suppliers=S1 mode=all_units"),
            ("tiers", "schedule=R from=200 value=0.1"),
        ],
    ),
    (
        "slices of a rebate over both blocks",
        true,
        &[
            ("schedules", "schedule=R kind=rebate basis=spend mode=incremental counts_suppliers=S1"),
            ("tiers", "schedule=R from=200 value=0.1"),
        ],
    ),
    (
        "a rebate that is no scale",
        true,
        &[
            ("schedules", "schedule=R kind=rebate basis=packs counts_suppliers=S1 mode=all_units"),
            ("tiers", "schedule=R from=10 value=0.1"),
        ],
    ),
    (
        "a sum",
        true,
        &[
            ("schedules", "schedule=R kind=rebate basis=spend gives=sum counts_suppliers=S1 mode=all_units"),
            ("tiers", "schedule=R from=200 value=20"),
        ],
    ),
    (
        "two discounts, one after the other",
        true,
        &[
            ("schedules", "schedule=D basis=spend stage=1 counts_offers=P1 mode=all_units"),
            ("tiers", "schedule=D from=100 value=0.1"),
            ("schedules", "schedule=E basis=spend stage=2 counts_suppliers=S1 mode=all_units"),
            ("tiers", "schedule=E from=100 value=0.05"),
        ],
    ),
    (
        "a dear second supplier",
        false,
        &[("rules", "id=r measure=share scope.supplier=S1 at_most=0.6 each=need within=need weight=units")],
    ),
    (
        "a share of each need",
        true,
        &[("rules", "id=r measure=share scope.supplier=S1 at_most=0.6 each=need within=need")],
    ),
    (
        "a small share of net spend",
        true,
        &[("rules", "id=r measure=share weight=spend spend_level=net scope.supplier=S2 at_least=0.2")],
    ),
    ("one supplier", true, &[("rules", "id=r measure=count of=supplier at_most=1")]),
    ("a priced rule", false, &[("rules", "id=r measure=units scope.supplier=S1 at_most=10 force=priced price=1")]),
    (
        "a rule with a condition",
        false,
        &[(
            "rules",
            "id=r measure=units scope.supplier=S1 at_most=10 when.measure=units when.scope.need=gauze when.at_least=1",
        )],
    ),
    (
        "list spend if used",
        true,
        &[("rules", "id=r measure=spend spend_level=list scope.supplier=S1 scope.need=gauze at_least=250 if_used=yes")],
    ),
    ("a pick", true, &[("picks", "site=A need=gauze product=P2 at_least=0.3")]),
    (
        "a switch",
        true,
        &[
            ("incumbents", "site=A need=gauze product=P2 quantity=100 price=3"),
            ("switching", "site=A need=gauze cost=30"),
        ],
    ),
    (
        "a switch in part",
        true,
        &[
            ("incumbents", "site=A need=gauze product=P2 quantity=100 price=3"),
            ("switching", "site=A need=gauze cost=130 mode=pro_rata"),
        ],
    ),
    ("a fee", true, &[("fees", "fee=F payer=buyer percent=0.02")]),
    ("freight", true, &[("freight", "freight=F supplier=S1 per_need_unit=0.5")]),
    ("a bonus", false, &[("adjustments", "adjustment=B why=bonus supplier=S2 once=-10")]),
    ("a malus", true, &[("adjustments", "adjustment=B why=malus supplier=S1 percent_of_list=0.1")]),
];

#[test]
fn what_a_tender_says_is_kept_given_up_or_taken_at_its_best() {
    let mut wrong = Vec::new();
    for (name, exact, rows) in SAID {
        let book = rows.iter().fold(two_blocks(), |book, (table, cells)| book.row(table, cells));
        let tender = book.read();
        let value = solve(&tender).value().unwrap().to_f64().unwrap();
        match bounded(&tender).answer {
            Some(answer) if answer.bound > value + 1e-6 * value => {
                wrong.push(format!("{name}: {answer:?} above {value}"))
            }
            Some(answer) if exact && answer.bound < value * (1.0 - 1e-4) => {
                wrong.push(format!("{name}: {} far below {value}", answer.bound));
            }
            Some(_) => {}
            None => wrong.push(format!("{name}: no bound")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn columns_of_needs_and_suppliers_move_the_bound_as_they_move_the_value() {
    let told = |book: Book| {
        let tender = book.read();
        (bounded(&tender).answer.unwrap().bound, solve(&tender).value().unwrap().to_f64().unwrap())
    };
    for (name, book) in [
        ("three years", two_blocks().set("tender", |_| true, "contract_years", "3")),
        ("unserved demand", two_blocks().set("needs", |n| n["need"] == "gauze", "shortage_cost", "1.5")),
        ("whole packs", two_blocks().set("needs", |_| true, "whole_packs", "yes")),
        ("capacity", two_blocks().set("products", |p| p["product"] == "P1", "capacity_packs", "40")),
        ("onboarding", two_blocks().set("suppliers", |s| s["supplier"] == "S1", "onboarding_cost", "30")),
        ("mark-up", two_blocks().set("offers", |o| o["offer"] == "P1", "markup", "0.2")),
    ] {
        let (bound, value) = told(book);
        assert!(bound <= value && bound >= value * (1.0 - 1e-4), "{name}: {bound} of {value}");
    }
    let least = two_blocks().set("suppliers", |s| s["supplier"] == "S1", "minimum_award", "300");
    let (bound, value) = told(least);
    assert!(bound <= value, "{bound} above {value}");
}
