//! What members gain by standing together.

use ballast_domain::raw::RawTender;
use ballast_domain::tender::Tender;
use ballast_solver::InProcess;
use ballast_studies::coalition::{
    Coalition, Objection, Question, Set, Split, Stability, Way, buyers, coalition, of, singles,
};
use rust_decimal::Decimal;

use crate::engine::{MadeUp, Patient};
use crate::tender::{Nobody, read, settings, tables};

fn whole(n: i64) -> Decimal {
    n.into()
}

/// Members M1, M2, … of one site each that use so much gauze; one product at 10, with these rows beside it.
fn members(quantities: &[u32], more: &[(&str, &str)]) -> RawTender {
    let mut rows: Vec<(&str, String)> = vec![
        ("suppliers", "supplier=S1".to_owned()),
        ("products", "product=P1 supplier=S1 need=gauze use_factor=1".to_owned()),
        ("offers", "offer=P1 product=P1 price=10".to_owned()),
    ];
    for (i, quantity) in quantities.iter().enumerate() {
        let n = i + 1;
        rows.push(("sites", format!("site=B{n} member=N{n:02}")));
        rows.push(("demand", format!("site=B{n} need=gauze quantity={quantity}")));
    }
    let rows: Vec<(&str, &str)> = rows.iter().map(|(t, c)| (*t, c.as_str())).chain(more.iter().copied()).collect();
    let mut raw = tables(&rows);
    // The site that every test tender has would be one more member.
    for table in raw.tables.iter_mut().filter(|t| t.name == "demand" || t.name == "sites") {
        table.rows.remove(0);
    }
    raw
}

/// A fifth off from so many packs of all together.
fn ladder(from: u32) -> String {
    format!("schedule=T from={from} value=0.2")
}

const VOLUME: (&str, &str) = ("schedules", "schedule=T basis=packs mode=all_units counts_suppliers=S1");

fn asked(raw: &RawTender) -> (Tender, Coalition) {
    let tender = read(raw);
    let question = Question { members: buyers(&tender), permutations: 4 };
    let found = coalition(&InProcess, raw, &tender, &question, &settings(), &Nobody).unwrap();
    (tender, found)
}

fn split(found: &Coalition, way: Way) -> &Split {
    found.splits.iter().find(|s| s.way == way).unwrap()
}

fn gains(found: &Coalition, way: Way) -> Vec<Decimal> {
    split(found, way).shares.iter().map(|s| s.gains.normalize()).collect()
}

#[test]
fn two_who_reach_a_tier_only_together_share_it_by_halves_or_by_volume() {
    // 30 and 70 packs; from 100 on a fifth off 1,000.
    let (_, found) = asked(&members(&[30, 70], &[VOLUME, ("tiers", &ladder(100))]));
    assert_eq!(found.game.worth(found.game.all()).unwrap().0, whole(200));
    assert_eq!(gains(&found, Way::Volume), [whole(60), whole(140)]);
    assert_eq!(gains(&found, Way::Shapley), [whole(100), whole(100)]);
    let pays: Vec<Decimal> = split(&found, Way::Shapley).shares.iter().map(|s| s.pays).collect();
    assert_eq!(pays, [whole(200), whole(600)]);
    assert!(found.splits.iter().all(|s| s.stability == Stability::Accepted), "{:?}", found.splits);
    assert_eq!(found.core.as_ref().unwrap().empty, Some(false));
    // Both must commit, and if one leaves all is lost.
    let tier = &found.tiers[0];
    assert_eq!((tier.from, &tier.smallest[..], tier.needed), (whole(100), &[of(0) | of(1)][..], of(0) | of(1)));
    assert!(found.leaving.iter().all(|l| l.worth == Some(whole(200))));
    // What is proven encloses it, about a cent wide for each award.
    for share in found.splits.iter().flat_map(|s| &s.shares) {
        assert!(share.proven.low <= Some(share.gains) && Some(share.gains) <= share.proven.high);
        assert!(share.proven.width() <= Some(Decimal::new(6, 2)), "{share:?}");
    }
}

#[test]
fn a_large_member_that_reaches_the_tier_alone_needs_nobody_and_gives_nothing() {
    // 120, 20 and 10: the first reaches 100 alone, the others only with it; they gain 40 and 20 by it.
    let (_, found) = asked(&members(&[120, 20, 10], &[VOLUME, ("tiers", &ladder(100))]));
    assert_eq!(found.game.worth(found.game.all()).unwrap().0, whole(60));
    assert_eq!((&found.tiers[0].smallest[..], found.tiers[0].needed), (&[of(0)][..], of(0)));
    // Shapley: each small one shares what it brings with the large one by halves.
    assert_eq!(gains(&found, Way::Shapley), [whole(30), whole(20), whole(10)]);
    assert_eq!(gains(&found, Way::Volume), [whole(48), whole(8), whole(4)]);
    assert_eq!(found.leaving.iter().map(|l| l.worth.unwrap()).collect::<Vec<_>>(), [whole(60), whole(40), whole(20)]);
}

#[test]
fn where_any_two_of_three_suffice_no_split_holds() {
    // 50 each, a sum of 300 from 100 on: any two save 300, all three no more. Each pair wants 300 of 300.
    let schedule = ("schedules", "schedule=T basis=packs mode=all_units gives=sum counts_suppliers=S1");
    let (_, found) = asked(&members(&[50, 50, 50], &[schedule, ("tiers", "schedule=T from=100 value=300")]));
    assert_eq!(gains(&found, Way::Shapley), [whole(100); 3]);
    let core = found.core.as_ref().unwrap();
    assert_eq!((core.empty, core.excess), (Some(true), whole(100)));
    let objects = Objection { set: of(0) | of(1), by: whole(100) };
    assert_eq!(split(&found, Way::Shapley).stability, Stability::Objected(objects));
    assert_eq!((found.tiers[0].as_small, found.tiers[0].needed), (3, 0));
}

#[test]
fn shapley_is_the_mean_over_all_orders() {
    // Two schedules, five members: the formula over sets against all 120 orders, one by one.
    let rows = [
        VOLUME,
        ("tiers", "schedule=T from=60 value=0.05"),
        ("tiers", "schedule=T from=130 value=0.12"),
        ("schedules", "schedule=U kind=rebate basis=packs mode=all_units gives=sum counts_suppliers=S1"),
        ("tiers", "schedule=U from=90 value=75"),
    ];
    let (_, found) = asked(&members(&[10, 25, 40, 35, 50], &rows));
    let worth = |set: Set| if set == 0 { Decimal::ZERO } else { found.game.worth(set).unwrap().0 };
    let mut sums = [Decimal::ZERO; 5];
    let mut count = 0;
    let mut order = [0, 1, 2, 3, 4];
    permute(&mut order, 0, &mut |order| {
        count += 1;
        let mut set = 0;
        for &i in order {
            sums[i] += worth(set | of(i)) - worth(set);
            set |= of(i);
        }
    });
    assert_eq!((count, found.game.sets.len()), (120, 31));
    for (gain, sum) in gains(&found, Way::Shapley).iter().zip(sums) {
        // To the cent, and residual cents with the largest.
        assert!((gain - sum / whole(120)).abs() <= Decimal::new(3, 2), "{gain} {sum}");
    }
    let total: Decimal = gains(&found, Way::Shapley).iter().sum();
    assert_eq!(total, worth(found.game.all()));
    // Who would object by enumeration is who is named.
    for split in &found.splits {
        let excess = |set: Set| worth(set) - singles(set).map(|i| split.shares[i].gains).sum::<Decimal>();
        let most = (1..31).map(excess).max().unwrap();
        match split.stability {
            Stability::Objected(o) => assert_eq!((o.by, excess(o.set)), (most, most)),
            _ => assert!(most <= Decimal::new(5, 2), "{:?} {most}", split.way),
        }
    }
    // And no split does better than the least core: not the other two.
    let core = found.core.as_ref().unwrap();
    for split in &found.splits {
        let excess = |set: Set| worth(set) - singles(set).map(|i| split.shares[i].gains).sum::<Decimal>();
        assert!((1..31).map(excess).max().unwrap() >= core.excess - Decimal::new(5, 2), "{:?}", split.way);
    }
}

fn permute(order: &mut [usize; 5], from: usize, see: &mut impl FnMut(&[usize])) {
    if from == order.len() {
        return see(order);
    }
    for i in from..order.len() {
        order.swap(from, i);
        permute(order, from + 1, see);
        order.swap(from, i);
    }
}

#[test]
fn beyond_twelve_members_orders_are_drawn_and_symmetric_members_gain_alike_in_the_interval() {
    // 13 of 10 packs each, a sum of 130 from 130 on: each gains 10, and the one who comes last brings all.
    let schedule = ("schedules", "schedule=T basis=packs mode=all_units gives=sum counts_suppliers=S1");
    let raw = members(&[10; 13], &[schedule, ("tiers", "schedule=T from=130 value=130")]);
    let (_, found) = asked(&raw);
    assert!(!found.exact && found.game.sets.len() < 100);
    let sampled = split(&found, Way::Sampled);
    for share in &sampled.shares {
        assert!(share.proven.low <= Some(whole(10)), "{share:?}");
    }
    assert_eq!(gains(&found, Way::Sampled).iter().sum::<Decimal>(), whole(130));
    assert_eq!(found.tiers[0].smallest, [(1 << 13) - 1]);
    // A sample proves that no set objects only of the sets in it.
    assert!(found.splits.iter().all(|s| !matches!(s.stability, Stability::Accepted)));
    assert_eq!(found.core.as_ref().unwrap().empty, None);
    let again = asked(&raw).1;
    assert_eq!(gains(&again, Way::Sampled), gains(&found, Way::Sampled));
}

#[test]
fn one_who_is_not_at_the_table_is_told_what_joining_would_bring() {
    let raw = members(&[30, 40, 50], &[VOLUME, ("tiers", &ladder(100))]);
    let tender = read(&raw);
    let mut question = Question { members: buyers(&tender), permutations: 4 };
    question.members.pop();
    let found = coalition(&InProcess, &raw, &tender, &question, &settings(), &Nobody).unwrap();
    // 70 together reach nothing; with the third 120 do: a fifth of 1,200.
    assert_eq!(found.game.worth(found.game.all()).unwrap().0, whole(0));
    assert!(found.tiers.is_empty());
    assert_eq!(found.joining.len(), 1);
    assert_eq!(found.joining[0].worth, Some(whole(240)));
}

#[test]
fn one_that_has_no_award_alone_leaves_no_cost_apart() {
    // The first must buy from two suppliers; alone its site has but one offer.
    let rows = [("rules", "id=least measure=units scope.supplier=S1 at_least=60")];
    let (tender, found) = asked(&members(&[30, 70], &rows));
    assert!(found.game.sets[&of(0)].infeasible() && found.splits.is_empty() && found.core.is_none());
    assert_eq!(found.game.names(&tender, of(0)), ["N01"]);
    assert_eq!(found.game.worth(found.game.all()), None);
    assert_eq!(found.leaving[0].worth, None);
    assert!(found.leaving[1].impossible);
}

#[test]
fn a_study_that_is_stopped_splits_nothing() {
    let raw = members(&[30, 70], &[]);
    let tender = read(&raw);
    let question = Question { members: buyers(&tender), permutations: 4 };
    let found = coalition(&MadeUp::default(), &raw, &tender, &question, &settings(), &Patient::new(1)).unwrap();
    assert!(found.splits.is_empty() && found.core.is_none());
    assert_eq!(found.game.sets.len(), 3);
}
