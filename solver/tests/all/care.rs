//! What clinical tenders add, done by hand: switching by clinician group, outcome cost, the formulary, ways of paying for
//! procedures, classes of criticality, coverage of sizes, alternates.

use ballast_domain::certificate::{Component, Fact, certify, default_tolerance, switching};
use ballast_domain::tender::Tender;
use ballast_solver::SolveReport;
use rust_decimal::Decimal;

use crate::tender::{Book, assert_award, assert_infeasible, lines, solve};

/// The amount of a component of the award.
fn component(report: &SolveReport, component: Component) -> String {
    let (_, certificate) = report.award.as_ref().expect("an award");
    certificate.costs.components.iter().find(|(c, _)| *c == component).expect("all components").1.to_string()
}

/// 100 gauze bought from S1 today, S1 asks 3 and S2 asks 2.
fn incumbent() -> Book {
    Book::one_need()
        .sells("S1", "gauze", "P1", "3", "")
        .sells("S2", "gauze", "P2", "2", "")
        .row("incumbents", "site=A need=gauze product=P1 quantity=100 price=3")
}

#[test]
fn costs_of_clinician_groups_that_move_add_up() {
    // Moving saves 100: less than surgeons' 60 and nurses' 50 together.
    let groups = |nurses: &str| {
        incumbent()
            .row("switching", "clinician_group=surgeons cost=60")
            .row("switching", &format!("clinician_group=nurses cost={nurses}"))
    };
    assert_award(&groups("50"), "300.00", &["A gauze P1 100"]);
    // With 39 for the nurses it pays: 200 + 99.
    let report = assert_award(&groups("39"), "299.00", &["A gauze P2 100"]);
    assert_eq!(component(&report, Component::Switching), "99.00");
    let tender = groups("39").read();
    let uses = switching(&tender, &report.award.unwrap().0);
    let told: Vec<String> = uses.iter().map(|s| format!("{} {} {}", s.group, s.moved, s.cost)).collect();
    assert_eq!(told, ["nurses 1 39", "surgeons 1 60"]);
}

#[test]
fn the_most_specific_row_holds_for_each_group_apart() {
    // Surgeons: 500 in general, 30 for this need at this site. Nurses: 20 in general. 200 + 30 + 20.
    let book = incumbent()
        .row("switching", "clinician_group=surgeons cost=500")
        .row("switching", "site=A need=gauze clinician_group=surgeons cost=30")
        .row("switching", "clinician_group=nurses cost=20");
    assert_award(&book, "250.00", &["A gauze P2 100"]);
}

#[test]
fn whole_and_pro_rata_groups_of_a_cell_go_side_by_side() {
    // P2 has 50: moving half saves 50, costs 10 whole and half of 60. 50 × 3 + 50 × 2 + 10 + 30 = 290.
    let book = incumbent()
        .set("products", |r| r["product"] == "P2", "capacity_packs", "50")
        .row("switching", "clinician_group=surgeons cost=10")
        .row("switching", "clinician_group=nurses cost=60 mode=pro_rata");
    assert_award(&book, "290.00", &["A gauze P1 50", "A gauze P2 50"]);
    // With 50 pro rata more: half of 110 and 10 are 65, more than the 50 saved.
    let book = book.row("switching", "clinician_group=porters cost=50 mode=pro_rata");
    assert_award(&book, "300.00", &["A gauze P1 100"]);
}

/// P1 at 3 and P2 at 2, with ranges of outcome cost.
fn outcomes(p1: (&str, &str), p2: (&str, &str)) -> Book {
    let range = |(low, high): (&str, &str)| format!("outcome_cost_low={low} outcome_cost_high={high}");
    Book::one_need().sells("S1", "gauze", "P1", "3", &range(p1)).sells("S2", "gauze", "P2", "2", &range(p2))
}

/// The tender with outcomes weighed like money.
fn weighed(book: &Book) -> Tender {
    let mut tender = book.read();
    tender.settings.weights.insert(Component::Outcome, Decimal::ONE);
    tender
}

#[test]
fn outcome_cost_is_shown_and_decides_nothing_by_itself() {
    // Midpoints −3 and 5, reference 1. P2 counts at 4, the end nearer to 1: 400; at the other end 600.
    let report = assert_award(&outcomes(("-4", "-2"), ("4", "6")), "200.00", &["A gauze P2 100"]);
    assert_eq!(component(&report, Component::Outcome), "400.00");
    let costs = &report.award.as_ref().unwrap().1.costs;
    assert_eq!(costs.outcome_other_end.to_string(), "600.00");
    assert_eq!(costs.cash_by_year, [Decimal::new(20000, 2)]);
}

#[test]
fn a_weighed_outcome_cost_enters_at_the_end_least_favourable_to_what_it_helps() {
    // P1: 3 − 2 = 1 a piece, P2: 2 + 4 = 6. The solver and the certificate agree on 100.
    let report = solve(&weighed(&outcomes(("-4", "-2"), ("4", "6"))));
    let tender = weighed(&outcomes(("-4", "-2"), ("4", "6")));
    let (award, certificate) = report.award.as_ref().unwrap();
    assert_eq!(lines(&tender, award), ["A gauze P1 100"]);
    assert_eq!(certificate.costs.value.to_string(), "100.00");
    assert!((report.statistics.solver_value.unwrap() - 100.0).abs() < 1e-6);
    // What is paid is 300.
    assert_eq!(certificate.costs.cash_by_year, [Decimal::new(30000, 2)]);
}

#[test]
fn evidence_that_straddles_the_reference_makes_no_difference() {
    // Midpoints 0 and 10, reference 5, and both ranges hold 5: the price decides, 200 + 500.
    let tender = weighed(&outcomes(("-8", "8"), ("2", "18")));
    let report = solve(&tender);
    let (award, certificate) = report.award.as_ref().unwrap();
    assert_eq!(lines(&tender, award), ["A gauze P2 100"]);
    assert_eq!(certificate.costs.value.to_string(), "700.00");
}

#[test]
fn a_product_without_evidence_stands_at_the_reference() {
    // The reference is P1's own midpoint 4; P2 without a range counts 4 too, so its price wins.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "3", "outcome_cost_low=3 outcome_cost_high=5")
        .sells("S2", "gauze", "P2", "2", "");
    let tender = weighed(&book);
    let report = solve(&tender);
    let (award, certificate) = report.award.as_ref().unwrap();
    assert_eq!(lines(&tender, award), ["A gauze P2 100"]);
    assert_eq!(certificate.costs.value.to_string(), "600.00");
}

#[test]
fn every_component_enters_with_its_weight() {
    // Without freight P2 at 2 wins. Freight of 2 a piece on P2 weighs 0: value 200, paid 400.
    let book = Book::one_need()
        .sells("S1", "gauze", "P1", "3", "")
        .sells("S2", "gauze", "P2", "2", "")
        .row("freight", "freight=F product=P2 per_need_unit=2");
    assert_award(&book, "300.00", &["A gauze P1 100"]);
    let mut tender = book.read();
    tender.settings.weights.insert(Component::Freight, Decimal::ZERO);
    let report = solve(&tender);
    let (award, certificate) = report.award.as_ref().unwrap();
    assert_eq!(lines(&tender, award), ["A gauze P2 100"]);
    assert_eq!(certificate.costs.value.to_string(), "200.00");
    assert_eq!(certificate.costs.cash_by_year, [Decimal::new(40000, 2)]);
}

/// Three products of one need at 1, 2 and 3, the cheap ones short: 50 of P1, 30 of P2.
fn formulary(limit: &str) -> Book {
    Book::one_need()
        .set("needs", |_| true, "formulary_limit", limit)
        .sells("S1", "gauze", "P1", "1", "capacity_packs=50")
        .sells("S1", "gauze", "P2", "2", "capacity_packs=30")
        .sells("S2", "gauze", "P3", "3", "")
}

/// The products on formulary.
fn on_formulary(tender: &Tender, report: &SolveReport) -> Vec<String> {
    let award = &report.award.as_ref().expect("an award").0;
    let decided = award.formulary.as_ref().expect("a need has a limit");
    decided.iter().map(|(_, p)| tender.products[*p].id.clone()).collect()
}

#[test]
fn the_largest_products_are_on_formulary_where_no_rule_looks_at_it() {
    // 50 × 1 + 30 × 2 + 20 × 3 = 170, whatever is on formulary.
    let all = ["A gauze P1 50", "A gauze P2 30", "A gauze P3 20"];
    let report = assert_award(&formulary("2"), "170.00", &all);
    assert_eq!(on_formulary(&formulary("2").read(), &report), ["P1", "P2"]);
    let report = assert_award(&formulary("3"), "170.00", &all);
    assert_eq!(on_formulary(&formulary("3").read(), &report), ["P1", "P2", "P3"]);
}

#[test]
fn a_formulary_above_its_limit_fails_the_certificate() {
    let tender = formulary("2").read();
    let (mut award, certificate) = solve(&tender).award.unwrap();
    assert!(certificate.verified());
    let fails = |award: &ballast_solver::Award| {
        let certificate = certify(&tender, award, default_tolerance());
        certificate.facts.iter().filter(|f| !f.holds).map(|f| f.fact).collect::<Vec<_>>()
    };
    award
        .formulary
        .as_mut()
        .unwrap()
        .extend(tender.products.indexes().map(|p| (tender.candidates.as_slice()[0].need, p)));
    assert_eq!(fails(&award), [Fact::Formulary]);
    // An award that does not tell the two apart has all three on formulary.
    award.formulary = None;
    assert_eq!(fails(&award), [Fact::Formulary]);
}

/// 100 procedures served by one hip. Primary (3 of 4): stem 1,000 and cup 500, 1,500 together. Revision: two stems and a
/// cup, 2,500. By reference a stem is at most 800 and a cup at most 600. A rival asks 2,000 a procedure.
fn hips(use_factor: &str) -> Book {
    Book::one_need()
        .sells("S2", "gauze", "rival", "2000", "")
        .row("products", &format!("product=hip supplier=S1 need=gauze use_factor={use_factor}"))
        .row("cases", "product=hip case=primary fraction=0.75")
        .row("cases", "product=hip case=revision fraction=0.25")
        .row("components", "product=hip case=primary component=stem quantity=1 price=1000 reference_price=800")
        .row("components", "product=hip case=primary component=cup quantity=1 price=500 reference_price=600")
        .row("components", "product=hip case=revision component=stem quantity=2 price=1000 reference_price=800")
        .row("components", "product=hip case=revision component=cup quantity=1 price=500 reference_price=600")
}

const WAYS: [(&str, &str); 4] = [
    // 0.75 × 1,500 + 0.25 × 2,500
    ("pays=construct", "175000.00"),
    ("pays=case_price price=1600", "160000.00"),
    // 0.75 × 1,500 + 0.25 × 2,000
    ("pays=capitated ceiling=2000", "162500.00"),
    // 0.75 × (800 + 500) + 0.25 × (1,600 + 500)
    ("pays=reference", "150000.00"),
];

#[test]
fn procedures_are_paid_in_four_ways() {
    for (pays, value) in WAYS {
        let book = hips("1").row("offers", &format!("offer=H product=hip {pays}"));
        assert_award(&book, value, &["A gauze H 100"]);
        // A set for two procedures costs twice as much and is bought half as often.
        let book = hips("2").row("offers", &format!("offer=H product=hip {pays}"));
        assert_award(&book, value, &["A gauze H 100"]);
    }
}

#[test]
fn of_four_ways_of_paying_the_cheapest_is_used() {
    let all = WAYS
        .iter()
        .enumerate()
        .fold(hips("1"), |book, (i, (pays, _))| book.row("offers", &format!("offer=H{i} product=hip {pays}")));
    assert_award(&all, "150000.00", &["A gauze H3 100"]);
    // Where all procedures are revisions, a ceiling of 1,500 caps more than the reference prices do.
    let all = all
        .set("cases", |r| r["case"] == "primary", "fraction", "0")
        .set("cases", |r| r["case"] == "revision", "fraction", "1")
        .set("offers", |r| r["offer"] == "H2", "ceiling", "1500");
    assert_award(&all, "150000.00", &["A gauze H2 100"]);
}

#[test]
fn a_class_of_criticality_asks_for_suppliers_by_a_rule() {
    // 20 × 3 + 80 × 2
    let book = Book::one_need()
        .set("needs", |_| true, "criticality", "1")
        .sells("S1", "gauze", "P1", "3", "")
        .sells("S2", "gauze", "P2", "2", "")
        .row("criticality", "class=1 minimum_suppliers=2 counts_from=0.2 reserve=4 maximum_shortage=0.02")
        .row("criticality", "class=3 minimum_suppliers=9 reserve=1");
    let report = assert_award(&book, "220.00", &["A gauze P1 20", "A gauze P2 80"]);
    let tender = book.read();
    let rules = &report.award.unwrap().1.rules;
    assert_eq!(rules.iter().map(|r| tender.rules[r.rule].id.as_str()).collect::<Vec<_>>(), ["criticality-1-suppliers"]);
    assert_eq!(
        tender.rules.as_slice()[0].sentence,
        "For each need, at least 2 suppliers serve the purchases with criticality 1, counting from 20 % of the volume each."
    );
    // The class gives the reserve where no policy speaks of the cell.
    assert_eq!(tender.policies.as_slice()[0].reserve_weeks, 4.0);
    let own = book.clone().row("policies", "need=gauze working_stock=2");
    assert_eq!(own.read().policies.as_slice()[0].reserve_weeks, 0.0);
    // Needs of another class are free.
    assert_award(&book.set("needs", |_| true, "criticality", "2"), "200.00", &["A gauze P2 100"]);
}

/// Gauze in two sizes: M at 2, S at 3; bought by the pack at two sites.
fn sizes(at: &str) -> Book {
    Book::one_need()
        .row("sites", "site=B member=M1")
        .row("demand", "site=B need=gauze quantity=100")
        .set("needs", |_| true, "whole_packs", "yes")
        .set("needs", |_| true, "sizes", "S;M")
        .set("needs", |_| true, "sizes_at", at)
        .sells("S1", "gauze", "P1", "3", "attr.size=S;XS")
        .sells("S2", "gauze", "P2", "2", "attr.size=M")
}

#[test]
fn every_size_is_bought_somewhere_or_at_each_site() {
    // One pack of S: 1 × 3 + 199 × 2.
    let report = solve(&sizes("anywhere").read());
    assert_eq!(report.value().unwrap().to_string(), "401.00");
    // One at each site.
    let each = ["A gauze P1 1p", "A gauze P2 99p", "B gauze P1 1p", "B gauze P2 99p"];
    assert_award(&sizes("site"), "402.00", &each);
}

#[test]
fn a_size_of_a_continuous_need_is_bought_and_costs_next_to_nothing() {
    let book = sizes("site").set("needs", |_| true, "whole_packs", "no");
    let report = solve(&book.read());
    let (award, certificate) = report.award.as_ref().unwrap();
    assert!(certificate.verified() && award.lines.len() == 4);
    assert!(certificate.costs.value < Decimal::new(40001, 2), "{}", certificate.costs.value);
    let without = ballast_solver::Award { lines: award.lines[1..].to_vec(), ..award.clone() };
    let broken = certify(&book.read(), &without, default_tolerance());
    assert!(broken.facts.iter().any(|f| f.fact == Fact::Coverage && !f.holds));
}

#[test]
fn a_size_that_nobody_offers_leaves_no_award_and_is_named() {
    let book = sizes("anywhere").set("needs", |_| true, "sizes", "S;XXL");
    let reasons = assert_infeasible(&book).reasons;
    assert!(reasons.iter().any(|r| r.text.contains("sizes of need gauze")), "{reasons:?}");
}

#[test]
fn an_alternate_serves_while_its_approval_lasts() {
    // Tape at 1 may stand in for gauze at 3 until its approval ends.
    let book = |expires: &str| {
        Book::one_need()
            .row("needs", "need=tape category=wound unit=roll")
            .sells("S1", "gauze", "P1", "3", "")
            .sells("S2", "tape", "T", "1", "")
            .row("equivalences", &format!("product=T need=gauze use_factor=1 approver=board expires={expires}"))
    };
    assert_award(&book("2026-01-01"), "100.00", &["A gauze T 100"]);
    assert_award(&book("2025-12-31"), "300.00", &["A gauze P1 100"]);
}
