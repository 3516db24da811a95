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
fn a_search_that_comes_back_says_what_is_proven_and_no_more() {
    // Within 20 % S2 may have all: the second award differs most from the first, the third can only be one of them again.
    let tender = read(&with(&sellers(&["10", "12"]), &[("rules", "id=one measure=count of=supplier at_most=1")]));
    let found = alternatives(&InProcess, &tender, Decimal::new(2, 1), 5, &settings(), &Nobody);
    assert_eq!(found.others.len(), 1);
    let Ended::CameBack(shared) = found.ended else { panic!("{:?}", found.ended) };
    // Either of the two keeps everything with one of them and nothing with the other.
    assert!(shared > 0.49 && shared < 0.51, "{shared}");
}
