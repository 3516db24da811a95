//! Different but as good.

use ballast_solver::InProcess;
use ballast_studies::alternatives::alternatives;
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
    assert!(found.others[0].dearer <= found.others[1].dearer);
}

#[test]
fn where_nothing_else_fits_the_search_says_so() {
    let tender = read(&with(&sellers(&["10", "20"]), &[("rules", "id=one measure=count of=supplier at_most=1")]));
    let found = alternatives(&InProcess, &tender, Decimal::new(2, 2), 5, &settings(), &Nobody);
    assert!(found.exhausted && found.others.is_empty());
    assert_eq!(found.second.value(), Some(Decimal::from(2000)));
}
