//! Different but as good.

use ballast_solver::InProcess;
use ballast_studies::alternatives::{Ended, alternatives};
use rust_decimal::Decimal;

use crate::tender::{Nobody, read, sellers, settings, with};

#[test]
fn each_supplier_that_fits_the_cap_has_its_turn() {
    // 1,000, 1,005 and 1,010 fit within 2 %; 1,100 does not but for a part of it.
    let tender = read(&with(&sellers(&["10", "10.05", "10.1", "11"]), &[]));
    let found = alternatives(&InProcess, &tender, Decimal::new(2, 2), 2, &settings(), &Nobody);
    assert_eq!(found.best.value(), Some(Decimal::from(1000)));
    // The second best gives a tenth to S2: 900 + 100.5.
    assert_eq!(found.second.value(), Some(Decimal::new(10005, 1)));
    assert!(found.second_gap.high <= Some(Decimal::new(51, 2)), "{:?}", found.second_gap);
    assert!(found.second_gap.low >= Some(Decimal::new(49, 2)), "{:?}", found.second_gap);
    assert_eq!(found.others.len(), 2);
    for other in &found.others {
        assert!(other.dearer > Decimal::ZERO && other.dearer <= Decimal::from(21), "{}", other.dearer);
        assert!(other.shared.share < 0.5, "{:?}", other.shared);
        assert_eq!(other.difference.lost, ["S1"]);
    }
    assert_eq!(found.ended, Ended::Enough);
}

#[test]
fn that_nothing_else_fits_is_said_where_it_is_proven() {
    let tender = read(&with(&sellers(&["10", "20"]), &[("rules", "id=one measure=count of=supplier at_most=1")]));
    let found = alternatives(&InProcess, &tender, Decimal::new(2, 2), 5, &settings(), &Nobody);
    assert!(found.ended == Ended::NoneOther && found.others.is_empty());
    assert_eq!(found.second.value(), Some(Decimal::from(2000)));
    // With one seller there is nothing else at all.
    let found = alternatives(&InProcess, &read(&with(&sellers(&["10"]), &[])), Decimal::ONE, 5, &settings(), &Nobody);
    assert!(found.second.infeasible() && found.ended == Ended::NoneOther);
}

#[test]
fn a_search_that_comes_back_goes_on_with_the_best_of_the_others() {
    // Within 20 % S2 may have all: it differs most from the first, the third can only be one of the two again. S3 fits too.
    let one = [("rules", "id=one measure=count of=supplier at_most=1")];
    let tender = read(&with(&sellers(&["10", "12"]), &one));
    let found = alternatives(&InProcess, &tender, Decimal::new(2, 1), 5, &settings(), &Nobody);
    assert!(found.others.len() == 1 && found.ended == Ended::NoneOther, "{:?}", found.ended);
    let tender = read(&with(&sellers(&["10", "12", "11"]), &one));
    let found = alternatives(&InProcess, &tender, Decimal::new(2, 1), 5, &settings(), &Nobody);
    let mut values: Vec<_> = found.others.iter().map(|o| o.answer.value()).collect();
    values.sort();
    assert_eq!(values, [1100, 1200].map(|v| Some(Decimal::from(v))));
    assert_eq!(found.ended, Ended::NoneOther);
}

#[test]
fn the_second_best_is_listed_where_it_keeps_every_winner() {
    // At most 60 % to S1, which is cheapest; S2 is as dear as S3. Whoever fills up, S1 keeps its 60 %; all of the rest may go
    // to S2, to S3, or to both of them.
    let tender = read(&with(
        &sellers(&["10", "11", "11"]),
        &[("rules", "id=cap measure=share weight=reference scope.supplier=S1 at_most=0.6 at_least=0.6")],
    ));
    let found = alternatives(&InProcess, &tender, Decimal::new(1, 4), 5, &settings(), &Nobody);
    assert_eq!(found.best.value(), Some(Decimal::from(1040)));
    assert_eq!(found.others.len(), 2, "{:?}", found.ended);
    assert!(found.others.iter().all(|o| o.dearer.is_zero()));
    assert_eq!(found.ended, Ended::NoneOther);
}
