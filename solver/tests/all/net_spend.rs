//! Rules on money after discounts, done by hand; the arithmetic stands beside each.

use ballast_domain::Tender;

use crate::tender::{Book, assert_award, assert_infeasible};

/// 100 gauze at A: P1 of S1 at 3, P2 of S2 at 2.
fn two() -> Book {
    Book::one_need().sells("S1", "gauze", "P1", "3", "").sells("S2", "gauze", "P2", "2", "")
}

/// A schedule on P2 with one tier.
fn tier(book: Book, row: &str, from: &str, value: &str) -> Book {
    let mode = if row.contains("mode=incremental") { "" } else { "mode=all_units" };
    book.row("schedules", &format!("schedule=T {mode} counts_offers=P2 {row}"))
        .row("tiers", &format!("schedule=T from={from} value={value}"))
}

/// From 50 packs on P2 costs 1.
fn half() -> Book {
    tier(two(), "basis=packs", "50", "0.5")
}

fn rule(book: &Book, rule: &str) -> Book {
    let id = book.0.get("rules").map_or(0, Vec::len);
    book.clone().row("rules", &format!("id=r{id} {rule}"))
}

fn whole(book: Book) -> Book {
    book.set("needs", |_| true, "whole_packs", "yes")
}

#[test]
fn a_share_of_net_spend_sees_the_tier() {
    let share = "measure=share weight=spend scope.supplier=S1 at_least=0.5";
    // 3 a = 1 (100 − a): a = 25. At list level 3 a = 2 (100 − a): a = 40, and 60 still earn the tier.
    assert_award(&rule(&half(), share), "150.00", &["A gauze P1 25", "A gauze P2 75"]);
    let list = rule(&half(), &format!("{share} spend_level=list"));
    assert_award(&list, "180.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn a_rebate_is_seen_at_final_level_only() {
    let share = |level| format!("measure=share weight=spend spend_level={level} scope.supplier=S1 at_least=0.5");
    let book = tier(two(), "kind=rebate basis=packs", "50", "0.5");
    assert_award(&rule(&book, &share("final")), "150.00", &["A gauze P1 25", "A gauze P2 75"]);
    assert_award(&rule(&book, &share("net")), "180.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn sums_are_seen_by_neither_level() {
    let book = tier(two(), "kind=rebate basis=packs gives=sum", "50", "50");
    for level in ["net", "final"] {
        let share = format!("measure=share weight=spend spend_level={level} scope.supplier=S1 at_least=0.5");
        // 120 + 120 − 50.
        assert_award(&rule(&book, &share), "190.00", &["A gauze P1 40", "A gauze P2 60"]);
    }
}

#[test]
fn a_cap_may_be_kept_only_thanks_to_a_tier() {
    // 80 of P1 cost 1.5 apiece: 90 for 135. Below the tier 60 of them would cost 180.
    let book = two()
        .row("schedules", "schedule=T mode=all_units basis=packs counts_offers=P1")
        .row("tiers", "schedule=T from=80 value=0.5");
    let least = rule(&book, "measure=units scope.supplier=S1 at_least=60");
    let net = rule(&least, "measure=spend scope.supplier=S1 at_most=135");
    assert_award(&net, "155.00", &["A gauze P1 90", "A gauze P2 10"]);
    assert_infeasible(&rule(&least, "measure=spend spend_level=list scope.supplier=S1 at_most=135"));
    let report = assert_infeasible(&rule(&least, "measure=spend scope.supplier=S1 at_most=119"));
    // The two rules are named as what cannot hold together.
    let reasons: Vec<&str> = report.reasons.iter().map(|r| r.text.as_str()).collect();
    assert!(["r0", "r1"].iter().all(|id| reasons.iter().any(|text| text.contains(id))), "{reasons:?}");
}

#[test]
fn nobody_declines_a_tier_to_keep_spend_for_a_rule() {
    // 50 of P2 would be worth 50 and miss the 80, so only 49 are bought: 98 + 51 × 3.
    let book = rule(&whole(half()), "measure=units scope.supplier=S2 at_most=50");
    let book = rule(&book, "measure=spend scope.supplier=S2 at_least=80");
    assert_award(&book, "251.00", &["A gauze P1 51p", "A gauze P2 49p"]);
}

#[test]
fn a_condition_on_net_spend() {
    // From 90 on S1 would have to have 30: 89 of P2 at 1, 11 of P1 at 3.
    let condition = "when.measure=spend when.scope.supplier=S2 when.at_least=90";
    let book = rule(&whole(half()), &format!("measure=units scope.supplier=S1 at_least=30 {condition}"));
    assert_award(&book, "122.00", &["A gauze P1 11p", "A gauze P2 89p"]);
}

#[test]
fn suppliers_count_from_a_part_of_net_spend() {
    // S1 counts from a quarter of the spend: 3 a = (3 a + 100 − a) ÷ 4: a = 10. At list level 3 a = (200 + a) ÷ 4: a = 200 ÷ 11.
    let count = "measure=count of=supplier weight=spend counts_from=0.25 at_least=2";
    assert_award(&rule(&half(), count), "120.00", &["A gauze P1 10", "A gauze P2 90"]);
    let list = rule(&half(), &format!("{count} spend_level=list"));
    assert_award(&list, "136.36", &["A gauze P1 18.18", "A gauze P2 81.82"]);
}

/// Two members, 100 and 50, that buy P1 at 3 today; P2 costs 3.2, and 10 % less from a volume on.
fn members(cohort: &str, from: &str) -> Book {
    let book = two()
        .row("sites", "site=B member=M2")
        .row("demand", "site=B need=gauze quantity=50")
        .row("incumbents", "site=A need=gauze product=P1 quantity=1 price=3")
        .row("incumbents", "site=B need=gauze product=P1 quantity=1 price=3")
        .set("offers", |o| o["offer"] == "P2", "price", "3.2")
        .set("suppliers", |s| s["supplier"] == "S2", "onboarding_cost", "40");
    tier(book, &format!("basis=packs cohort_mode={cohort}"), from, "0.1")
}

#[test]
fn every_member_saves() {
    let saving = "measure=saving each=member at_least=0.02";
    // 3 × 150 against 2.88 × 150 + 40.
    assert_award(&members("all", "120"), "450.00", &["A gauze P1 100", "B gauze P1 50"]);
    let p2 = &["A gauze P2 100", "B gauze P2 50"][..];
    assert_award(&rule(&members("all", "120"), saving), "472.00", p2);
    // M2 alone does not reach 60.
    assert_infeasible(&rule(&members("member", "60"), saving));
    // Mark-up of 2 % on net: 2.9376 apiece saves 2.08 %; a fee of 1 % on list besides takes it to 1.01 %.
    let markup = members("all", "120").set("offers", |o| o["offer"] == "P2", "markup", "0.02");
    assert_award(&rule(&markup, saving), "480.64", p2);
    assert_infeasible(&rule(&markup.row("fees", "fee=f payer=buyer supplier=S2 percent=0.01 base=list"), saving));
}

#[test]
fn the_net_price_of_small_sites_against_the_system() {
    // A (100) gets P2 at 1.8, B (50) at 2: 280 in all. B may pay 1.03 × the mean, so all must be 2 ÷ 1.03 × 150 = 291.26:
    // A takes 10 of P1 (1.2 dearer apiece).
    let book = whole(two()).row("sites", "site=B member=M2 class=small").row("demand", "site=B need=gauze quantity=50");
    let book = tier(book, "basis=packs cohort_mode=site", "80", "0.1");
    let price =
        "measure=mean of=price each=site;need within=need scope.class=small at_most=1.03 relative_to=system_mean";
    assert_award(&rule(&book, price), "292.00", &["A gauze P1 10p", "A gauze P2 90p", "B gauze P2 50p"]);
    let list = rule(&book, &format!("{price} spend_level=list"));
    assert_award(&list, "280.00", &["A gauze P2 100p", "B gauze P2 50p"]);
}

#[test]
fn a_priced_rule_on_net_spend() {
    let spend = |price| format!("measure=spend scope.supplier=S2 at_most=60 force=priced price={price}");
    // A piece moved to S1 costs 2 and takes 1 off the excess of 40.
    assert_award(&rule(&half(), &spend("1.5")), "160.00", &["A gauze P2 100"]);
    assert_award(&rule(&half(), &spend("2.5")), "180.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn over_two_years_the_mean_counts() {
    let years = |book: Book| {
        book.set("tender", |_| true, "contract_years", "2").set("offers", |o| o["offer"] == "P2", "escalator", "0.1")
    };
    // 1 and 1.1 apiece: 60 for 63 a year; 2 × 120 + 60 + 66.
    let book = rule(&years(half()), "measure=spend scope.supplier=S2 at_most=63");
    assert_award(&book, "366.00", &["A gauze P1 40", "A gauze P2 60"]);
    // Spend of 125 is reached in the second year only: 60 cost 120 and 66, 93 on average.
    let book = rule(&years(tier(two(), "basis=spend", "125", "0.5")), "measure=units scope.supplier=S2 at_most=61");
    let book = rule(&book, "measure=spend scope.supplier=S2 at_most=93");
    assert_award(&book, "426.00", &["A gauze P1 40", "A gauze P2 60"]);
}

#[test]
fn two_stages_and_a_rebate_that_counts_what_they_leave() {
    // 2 × 0.5 × 0.9 = 0.9 net; from 45 of that a third stage gives back half.
    let book = half()
        .row("schedules", "schedule=U stage=2 mode=all_units basis=packs counts_offers=P2")
        .row("tiers", "schedule=U from=0 value=0.1")
        .row("schedules", "schedule=R kind=rebate mode=all_units basis=spend counts_offers=P2")
        .row("tiers", "schedule=R from=45 value=0.5");
    let spend = |level, most| format!("measure=spend spend_level={level} scope.supplier=S2 at_most={most}");
    // 80 of P2: 160 at list, 72 net, 36 final; 20 of P1 cost 60.
    assert_award(&rule(&book, &spend("net", "72")), "96.00", &["A gauze P1 20", "A gauze P2 80"]);
    assert_award(&rule(&book, &spend("final", "36")), "96.00", &["A gauze P1 20", "A gauze P2 80"]);
}

/// Gauze and tape, 100 each at 10 of S1 alone or as package K; all of it must be of S1, though S2 asks 8.
fn package() -> Book {
    Book::one_need()
        .row("needs", "need=tape category=wound unit=roll reference_price=1")
        .row("demand", "site=A need=tape quantity=100")
        .sells("S1", "gauze", "G1", "10", "")
        .sells("S2", "gauze", "G2", "8", "")
        .sells("S1", "tape", "T1", "10", "")
        .sells("S2", "tape", "T2", "8", "")
        .row("package_lines", "package=K product=G1 quantity=100")
        .row("package_lines", "package=K product=T1 quantity=100")
        .row("rules", "id=all measure=share scope.supplier=S1 at_least=1")
}

#[test]
fn packages_are_net() {
    let spend = |level: &str, most: &str| format!("measure=spend spend_level={level} scope.supplier=S1 at_most={most}");
    let lines = &["A gauze K:G1 100", "A tape K:T1 100"][..];
    let discount = package().row("packages", "package=K discount=0.1");
    assert_award(&rule(&discount, &spend("net", "1800")), "1800.00", lines);
    assert_infeasible(&rule(&discount, &spend("net", "1799")));
    assert_infeasible(&rule(&discount, &spend("list", "1999")));
    let price = package().row("packages", "package=K price=1700");
    assert_award(&rule(&price, &spend("final", "1700")), "1700.00", lines);
    assert_infeasible(&rule(&price, &spend("net", "1699")));
    // After a tier of 10 %: 2,000 × 0.9 × 0.9.
    let both = discount
        .row("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1")
        .row("tiers", "schedule=T from=150 value=0.1");
    assert_award(&rule(&both, &spend("net", "1620")), "1620.00", lines);
    assert_infeasible(&rule(&both, &spend("net", "1619")));
}

#[test]
fn slices_are_counted_whole_or_not_at_all() {
    // 2 apiece to 100, then 1: 80 of P2 cost 130.
    let slices = tier(two(), "basis=spend mode=incremental", "100", "0.5");
    let book = rule(&slices, "measure=spend scope.supplier=S2 at_most=130");
    assert_award(&book, "190.00", &["A gauze P1 20", "A gauze P2 80"]);
    // Both sites earn the slices together, so neither has a net spend of its own.
    let book = slices.row("sites", "site=B member=M2").row("demand", "site=B need=gauze quantity=50");
    let findings = |rules: &str| {
        let findings = Tender::read(&rule(&book, rules).raw(), Default::default()).findings.0;
        let column = |f: &ballast_domain::finding::Finding| {
            (f.code == "bad_rule").then(|| (f.place.column.clone().unwrap_or_default(), f.value.clone()))
        };
        findings.iter().filter_map(column).collect::<Vec<_>>()
    };
    let found = |key: &str| vec![(key.to_owned(), "T".to_owned())];
    assert_eq!(findings("measure=spend scope.site=A at_most=130"), found("spend_level"));
    assert_eq!(findings("measure=saving each=site at_least=0.1"), []);
    let when = "measure=units at_least=1 when.measure=spend when.at_least=9 when.scope.member=M2";
    assert_eq!(findings(when), found("when.spend_level"));
    assert_eq!(findings("measure=spend at_most=500"), []);
    assert_eq!(findings("measure=spend spend_level=list scope.site=A at_most=130"), []);
    // A rebate is no part of net spend.
    let book = book.set("schedules", |_| true, "kind", "rebate");
    let read = |rules: &str| Tender::read(&rule(&book, rules).raw(), Default::default()).tender.is_some();
    assert!(read("measure=spend scope.site=A at_most=130"));
    assert!(!read("measure=spend spend_level=final scope.site=A at_most=130"));
}

#[test]
fn a_share_of_nothing_earns_no_tier() {
    // From 50 packs on P2 costs nothing: then all that is spent on gauze is 0, and P2 has no share of it.
    let free = |sum: &str| {
        tier(whole(two()), "basis=packs gives=price", "50", "0")
            .row("schedules", "schedule=V kind=rebate mode=all_units basis=share weight=spend gives=sum counts_offers=P2 share_of=need:gauze")
            .row("tiers", &format!("schedule=V from=0.3 value={sum}"))
    };
    assert_award(&free("40"), "0", &["A gauze P2 100p"]);
    // 49 × 2 + 51 × 3 = 251, of which P2 has 39 %.
    assert_award(&free("500"), "-249.00", &["A gauze P1 51p", "A gauze P2 49p"]);
}

#[test]
fn what_counts_nothing_earns_the_tier_from_nothing() {
    // S3 sells nothing, so V counts 0, as its first tier asks; the second is out of reach.
    let book = two()
        .row("schedules", "schedule=V mode=all_units basis=packs counts_suppliers=S3 applies_to=P1")
        .row("suppliers", "supplier=S3")
        .row("tiers", "schedule=V from=0 value=0.4")
        .row("tiers", "schedule=V from=1 value=0.5");
    assert_award(&book, "180.00", &["A gauze P1 100"]);
}

#[test]
fn a_share_that_is_forced_may_still_be_one_of_nothing() {
    // The rebate counts what the share leaves, so that its tier is forced; nothing of S1 is bought, and nothing is no share.
    let book = two()
        .row("schedules", "schedule=T mode=all_units basis=share weight=spend counts_offers=P1 share_of=supplier:S1")
        .row("tiers", "schedule=T from=0.3 value=0.2")
        .row("schedules", "schedule=V kind=rebate mode=all_units basis=spend counts_categories=wound")
        .row("tiers", "schedule=V from=150 value=0.1");
    let book = rule(&book, "measure=units scope.supplier=S1 at_most=0");
    assert_award(&book, "180.00", &["A gauze P2 100"]);
}
