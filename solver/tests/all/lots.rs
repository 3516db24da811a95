//! Packages and picks small enough to do in the head.

use ballast_domain::certificate::{Fact, certify, default_tolerance};
use ballast_domain::exact::exact;
use ballast_solver::Award;
use rust_decimal::Decimal;

use crate::tender::{Book, assert_award, assert_infeasible, lines, solve};

/// Two needs of 100 units at one site; S1 and S2 sell both at 10 and 9.
fn two_needs() -> Book {
    Book::one_need()
        .row("needs", "need=tape category=wound unit=roll reference_price=1")
        .row("demand", "site=A need=tape quantity=100")
        .sells("S1", "gauze", "G1", "10", "")
        .sells("S1", "tape", "T1", "10", "")
        .sells("S2", "gauze", "G2", "9", "")
        .sells("S2", "tape", "T2", "9", "")
}

fn component(report: &ballast_solver::SolveReport, word: &str) -> Decimal {
    let (_, certificate) = report.award.as_ref().unwrap();
    certificate.costs.components.iter().find(|(c, _)| c.word() == word).unwrap().1
}

#[test]
fn a_package_price_replaces_the_list_price_of_its_units() {
    // All of both for 1,700 beats 1,800 from S2: the price of the package is the list price of its units.
    let book = two_needs()
        .row("packages", "package=K price=1700")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=K product=T1 quantity=100");
    let report = assert_award(&book, "1700.00", &["A gauze K:G1 100", "A tape K:T1 100"]);
    assert_eq!(component(&report, "goods"), Decimal::from(1700));
    assert_eq!(component(&report, "packages"), Decimal::ZERO);
    // For 1,801 it is not worth having.
    let book = book.set("packages", |_| true, "price", "1801");
    assert_award(&book, "1800.00", &["A gauze G2 100", "A tape T2 100"]);
}

#[test]
fn what_is_a_part_of_list_spend_knows_the_price_of_a_package() {
    let book = |package: &str| {
        two_needs()
            .row("packages", &format!("package=K price={package}"))
            .row("package_lines", "package=K product=G1 quantity=100")
            .row("package_lines", "package=K product=T1 quantity=100")
    };
    let bought: &[&str] = &["A gauze K:G1 100", "A tape K:T1 100"];
    let rival: &[&str] = &["A gauze G2 100", "A tape T2 100"];
    // A fee of a tenth of list spend: 1,600 + 160 against 1,800 + 180; at 1,850 with its 185 the rival is cheaper.
    let fee = "payer=buyer percent=0.1 base=list";
    assert_award(&book("1600").row("fees", &format!("fee=f {fee}")), "1760.00", bought);
    assert_award(&book("1850").row("fees", &format!("fee=f {fee}")), "1980.00", rival);
    // At least 1,500 and at most 1,650 of spend with S1: the package keeps both, one for 1,700 does not.
    let limits = |price| {
        let least = book(price).set("suppliers", |r| r["supplier"] == "S1", "minimum_award", "1500");
        least.set("suppliers", |r| r["supplier"] == "S1", "maximum_award", "1650")
    };
    assert_award(&limits("1600"), "1600.00", bought);
    assert_award(&limits("1700"), "1800.00", rival);
    let rule = "id=cap measure=spend spend_level=list scope.supplier=S1 at_most=1650";
    assert_award(&book("1600").row("rules", rule), "1600.00", bought);
    assert_award(&book("1700").row("rules", rule), "1800.00", rival);
    // Three packages at a price that no cent divides cost that price.
    let book = two_needs()
        .row("packages", "package=K price=100")
        .row("package_lines", "package=K product=G1 quantity=70")
        .row("package_lines", "package=K product=T1 quantity=90");
    let report = assert_award(&book, "460.00", &["A gauze G2 30", "A gauze K:G1 70", "A tape T2 10", "A tape K:T1 90"]);
    assert_eq!(component(&report, "goods"), Decimal::from(460));
}

#[test]
fn a_package_does_not_count_in_slices_and_the_reader_is_told() {
    let book = two_needs()
        .row("schedules", "schedule=T basis=spend mode=incremental counts_suppliers=S1")
        .row("tiers", "schedule=T from=50 value=0.1")
        .row("packages", "package=K price=1700 counts=yes")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=K product=T1 quantity=100");
    let findings = ballast_domain::Tender::read(&book.raw(), Default::default()).findings;
    assert!(findings.0.iter().any(|f| f.code == "not_counted" && f.expected.contains("schedule T")), "{findings:?}");
}

#[test]
fn a_package_is_bought_whole_and_further_units_by_ordinary_offers() {
    // 60 + 60 for 900 and 40 + 40 at 9: 900 + 720 = 1,620. Without it 1,800.
    let book = two_needs()
        .row("packages", "package=K price=900")
        .row("package_lines", "package=K product=G1 quantity=60")
        .row("package_lines", "package=K product=T1 quantity=60");
    assert_award(&book, "1620.00", &["A gauze G2 40", "A gauze K:G1 60", "A tape T2 40", "A tape K:T1 60"]);
    // A third line that nobody needs: it can never be bought, and the reader is told.
    let book = book.row("package_lines", "package=K product=G2 quantity=101");
    let tender = assert_award(&book, "1800.00", &["A gauze G2 100", "A tape T2 100"]);
    assert!(tender.award.is_some());
    let findings = ballast_domain::Tender::read(&book.raw(), Default::default()).findings;
    assert!(findings.0.iter().any(|f| f.code == "package_above_reach" && f.value == "101"));
}

#[test]
fn a_package_discount_acts_on_what_schedules_left() {
    // S1: 10 % from 150 packs, then 10 % for the package: 2,000 × 0.9 × 0.9 = 1,620 against 1,800.
    let book = two_needs()
        .row("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1")
        .row("tiers", "schedule=T from=150 value=0.1")
        .row("packages", "package=K discount=0.1")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=K product=T1 quantity=100");
    let report = assert_award(&book, "1620.00", &["A gauze K:G1 100", "A tape K:T1 100"]);
    assert_eq!(component(&report, "discounts"), Decimal::from(-200));
    assert_eq!(component(&report, "packages"), Decimal::from(-180));
}

#[test]
fn units_of_a_priced_package_count_towards_schedules_only_where_it_says_so() {
    // S1 gives 50 % from 150 packs. The package has 100 gauze for 950; 100 tape at 10, or at 5 with the tier.
    let book = two_needs()
        .row("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1")
        .row("tiers", "schedule=T from=150 value=0.5")
        .row("packages", "package=K price=380")
        .row("package_lines", "package=K product=G1 quantity=100")
        .set("products", |r| r["product"] == "G1", "capacity_packs", "100");
    // It does not count: with the tier of its own on 200 ordinary packs 1,000; with the package 380 + 900 = 1,280.
    assert_award(&book, "1000.00", &["A gauze G1 100", "A tape T1 100"]);
    // It counts: 380 + 100 × 10 × 0.5 = 880.
    let book = book.set("packages", |_| true, "counts", "yes");
    assert_award(&book, "880.00", &["A gauze K:G1 100", "A tape T1 100"]);
}

#[test]
fn of_an_exclusive_group_at_most_one_is_bought() {
    let book = two_needs()
        .row("packages", "package=K price=600 group=g")
        .row("packages", "package=L price=700 group=g")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=L product=T1 quantity=100");
    // The better one saves 300: 600 + 900; both would be 1,300.
    assert_award(&book, "1500.00", &["A gauze K:G1 100", "A tape T2 100"]);
    let book = book.set("packages", |_| true, "group", "");
    assert_award(&book, "1300.00", &["A gauze K:G1 100", "A tape L:T1 100"]);
}

#[test]
fn a_line_may_name_its_site_or_leave_it_to_the_award() {
    // Three sites of 10; B pays freight 5, C 1. The package has 15 packs, anywhere: what it leaves costs 9 a piece.
    let book = Book::new()
        .row("sites", "site=A")
        .row("sites", "site=B")
        .row("sites", "site=C")
        .row("needs", "need=gauze category=wound unit=piece")
        .row("demand", "site=A need=gauze quantity=10")
        .row("demand", "site=B need=gauze quantity=10")
        .row("demand", "site=C need=gauze quantity=10")
        .row("suppliers", "supplier=S1")
        .row("suppliers", "supplier=S2")
        .row("freight", "freight=f1 supplier=S1 site=B per_pack=5")
        .row("freight", "freight=f2 supplier=S1 site=C per_pack=1")
        .sells("S1", "gauze", "G1", "10", "")
        .sells("S2", "gauze", "G2", "9", "")
        .row("packages", "package=K price=90")
        .row("package_lines", "package=K product=G1 quantity=15");
    // 90 + freight 5 × 1, and 15 × 9: 230.
    assert_award(&book, "230.00", &["A gauze K:G1 10", "B gauze G2 10", "C gauze G2 5", "C gauze K:G1 5"]);
    // With 4 bound to B: freight 20, and 11 elsewhere 10 at A and 1 at C: 90 + 20 + 1 + 135 = 246.
    let book = book
        .set("package_lines", |_| true, "quantity", "11")
        .row("package_lines", "package=K product=G1 quantity=4 site=B");
    let report = solve(&book.read());
    assert_eq!(report.value().unwrap(), Decimal::from(246));
    let found = lines(&book.read(), &report.award.unwrap().0);
    assert!(found.contains(&"B gauze K:G1:B 4".to_owned()), "{found:?}");
}

#[test]
fn fees_and_freight_of_a_package_follow_its_price() {
    // Fee of 10 % on net: the package's 1,000 is net 1,000, fee 100. Freight 10 % of list: 100. Together 1,200 < 1,800.
    let book = two_needs()
        .row("fees", "fee=f payer=buyer supplier=S1 percent=0.1 base=net")
        .row("freight", "freight=g supplier=S1 percent_of_list=0.1")
        .row("packages", "package=K price=1000")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=K product=T1 quantity=100");
    let report = assert_award(&book, "1200.00", &["A gauze K:G1 100", "A tape K:T1 100"]);
    assert_eq!(component(&report, "fees"), Decimal::from(100));
}

#[test]
fn the_certificate_refuses_part_of_a_package_and_two_of_a_group() {
    let book = two_needs()
        .row("packages", "package=K price=600 group=g")
        .row("packages", "package=L price=700 group=g")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=L product=T1 quantity=100");
    let tender = book.read();
    let line = |offer: &str, used: i64| {
        let candidate =
            tender.candidates.indexes().find(|c| tender.offers[tender.candidates[*c].offer].id == offer).unwrap();
        let used = ballast_domain::quantity::NeedUnits(Decimal::from(used));
        ballast_domain::award::AwardLine { candidate, used, whole_packs: None }
    };
    let broken = |mut lines: Vec<ballast_domain::award::AwardLine>| -> Vec<String> {
        lines.sort_by_key(|l| l.candidate);
        let certificate = certify(&tender, &Award { lines, ..Award::default() }, default_tolerance());
        let failing = certificate.facts.iter().filter(|f| !f.holds);
        failing.map(|f| format!("{}: {}", f.fact.word(), f.detail)).collect()
    };
    assert_eq!(broken(vec![line("K:G1", 100), line("T2", 100)]), Vec::<String>::new());
    assert_eq!(
        broken(vec![line("K:G1", 99), line("G2", 1), line("T2", 100)]),
        ["packages: package K, product G1: 100 against 99"]
    );
    assert_eq!(broken(vec![line("K:G1", 100), line("L:T1", 100)]), ["packages: of group g more than one: K, L"]);
}

#[test]
fn a_pick_bounds_the_part_of_a_cell() {
    let cheap = two_needs();
    assert_award(&cheap, "1800.00", &["A gauze G2 100", "A tape T2 100"]);
    // 30 of gauze from S1's product: 1,800 + 30.
    let book = cheap.clone().row("picks", "site=A need=gauze product=G1 at_least=0.3");
    assert_award(&book, "1830.00", &["A gauze G1 30", "A gauze G2 70", "A tape T2 100"]);
    // Everywhere that S2's offers stand, at most 0.75 of G2; a pick without a site holds at each.
    let book = cheap.clone().row("picks", "product=G2 at_most=0.75");
    assert_award(&book, "1825.00", &["A gauze G1 25", "A gauze G2 75", "A tape T2 100"]);
    let book = cheap.clone().row("picks", "offer=T1 exactly=0.123456789 why=test");
    let report = assert_award(&book, "1812.35", &["A gauze G2 100", "A tape T1 12.35", "A tape T2 87.65"]);
    let (award, _) = report.award.unwrap();
    assert_eq!(award.lines[1].used.0, Decimal::from_str_exact("12.3456789").unwrap());
    // Never.
    let book = cheap.row("picks", "site=A need=gauze product=G2 exactly=0");
    assert_award(&book, "1900.00", &["A gauze G1 100", "A tape T2 100"]);
}

#[test]
fn an_award_locked_by_its_own_shares_comes_back() {
    // Thirds in whole packs of 7 and a tier that pays for an odd mix; every line becomes a pick with 9 decimals.
    for whole in ["yes", "no"] {
        let book = Book::new()
            .row("sites", "site=A")
            .row("sites", "site=B")
            .row("needs", &format!("need=gauze category=wound unit=piece whole_packs={whole}"))
            .row("demand", "site=A need=gauze quantity=100")
            .row("demand", "site=B need=gauze quantity=47")
            .row("suppliers", "supplier=S1")
            .row("suppliers", "supplier=S2")
            .sells("S1", "gauze", "G1", "71", "use_factor=7 capacity_packs=11")
            .sells("S2", "gauze", "G2", "33", "use_factor=3");
        let tender = book.read();
        let (first, certificate) = solve(&tender).award.unwrap();
        let mut locked = book.clone();
        for l in &first.lines {
            let c = &tender.candidates[l.candidate];
            let share = l.used.exact() / tender.cells[c.cell].quantity.exact();
            let (site, need) = (&tender.sites[c.site].id, &tender.needs[c.need].id);
            let offer = &tender.offers[c.offer].id;
            let share = ballast_domain::exact::round(&share, 9);
            locked.push("picks", &format!("site={site} need={need} offer={offer} exactly={share}"));
        }
        let again = solve(&locked.read()).award.unwrap();
        assert_eq!(again.1.costs.value, certificate.costs.value, "whole_packs={whole}");
        // Also at tolerance 0, where only the ninth decimal is open.
        let strict = certify(&locked.read(), &first, Decimal::ZERO);
        assert!(strict.verified(), "{:?}", strict.failures(&locked.read()));
        assert!(strict.facts.iter().any(|f| f.fact == Fact::Picks && f.checked == 2 * first.lines.len()));
    }
}

#[test]
fn an_award_that_leaves_a_pick_is_refused() {
    let tender = two_needs().row("picks", "product=G1 at_least=0.3").read();
    let (award, _) = solve(&two_needs().read()).award.unwrap();
    let certificate = certify(&tender, &award, default_tolerance());
    assert_eq!(certificate.failures(&tender), ["picks: product G1 at site A for need gauze: 0.3 against 0"]);
    assert!(exact(Decimal::ONE) > exact(default_tolerance()));
}

#[test]
fn a_pick_that_names_no_line_is_told_and_excludes_every_award() {
    let book = two_needs().row("sites", "site=B").row("picks", "site=B product=G1 at_least=0.1");
    let findings = ballast_domain::Tender::read(&book.raw(), Default::default()).findings;
    assert!(findings.0.iter().any(|f| f.code == "pick_without_line"), "{findings:?}");
    let report = assert_infeasible(&book);
    assert!(report.reasons.iter().any(|r| r.text.contains("pick site B, product G1")), "{:?}", report.reasons);
    // One that asks for nothing says nothing.
    let book = two_needs().row("sites", "site=B").row("picks", "site=B product=G1 at_most=0.1");
    assert_award(&book, "1800.00", &["A gauze G2 100", "A tape T2 100"]);
}

#[test]
fn contradicting_picks_are_named() {
    let book = two_needs()
        .row("picks", "site=A need=gauze product=G1 at_least=0.6")
        .row("picks", "site=A need=gauze product=G2 at_least=0.6");
    let report = assert_infeasible(&book);
    assert!(
        report.reasons.iter().any(|r| r.text.contains("pick site A, need gauze, product G")),
        "{:?}",
        report.reasons
    );
}

#[test]
fn thousands_of_picks_are_no_burden() {
    let mut book = two_needs();
    for i in 0..1000 {
        book.push("sites", &format!("site=X{i}"));
        book.push("demand", &format!("site=X{i} need=gauze quantity=3"));
        book.push("picks", &format!("site=X{i} need=gauze product=G1 exactly=0.333333333"));
        book.push("picks", &format!("site=X{i} need=gauze product=G2 exactly=0.666666667"));
    }
    // 1,800 and 1,000 × 3 × (10 / 3 + 9 × 2 / 3), less 1e-9 × 3,000 of the dearer.
    let report = solve(&book.read());
    assert_eq!(report.value().unwrap(), Decimal::from(1800 + 28000));
}

#[test]
fn a_package_price_that_no_grid_holds_leaves_tiers_forced() {
    // A third of 200 has no end, so the list prices share no grid worth the name. 3 × 50 earn 10 %; what is left, 135,
    // earns no sum, and nobody may stay below 150 by less than the solver can tell.
    let book = Book::one_need()
        .set("needs", |_| true, "whole_packs", "yes")
        .set("demand", |_| true, "quantity", "3")
        .sells("S2", "gauze", "P1", "50", "")
        .row("needs", "need=tape category=wound unit=piece whole_packs=yes")
        .row("products", "product=P2 supplier=S1 need=gauze use_factor=1")
        .sells("S1", "tape", "P3", "40", "")
        .row("packages", "package=K price=200 counts=yes")
        .row("package_lines", "package=K product=P2 quantity=3")
        .row("packages", "package=L price=10")
        .row("package_lines", "package=L product=P3 quantity=3")
        .row("schedules", "schedule=T mode=all_units basis=spend counts_categories=wound")
        .row("tiers", "schedule=T from=150 value=0.1")
        .row("schedules", "schedule=V mode=all_units basis=spend spend_level=net stage=2 gives=sum counts_suppliers=S2")
        .row("tiers", "schedule=V from=150 value=20")
        .row("schedules", "schedule=W kind=rebate mode=incremental basis=spend counts_offers=P3")
        .row("tiers", "schedule=W from=100 value=0.2");
    assert_award(&book, "135.00", &["A gauze P1 3p"]);
}
