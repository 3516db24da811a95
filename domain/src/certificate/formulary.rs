//! Formulary: of a need with `formulary_limit` at most so many products are on formulary, and each of them serves the need
//! somewhere. What is bought beside them is off formulary; rules say how much of that there may be.

use super::facts::{Checker, Fact, FactCheck};
use crate::award::Award;
use crate::tender::Tender;

/// Checks the formulary of every need with a limit.
pub(super) fn check(tender: &Tender, award: &Award) -> FactCheck {
    let mut check = Checker::new(Fact::Formulary);
    for (ix, need) in tender.needs.enumerate() {
        let Some(limit) = need.formulary_limit else { continue };
        let on = award.formulary_of(tender, ix);
        check.must(on.len() <= limit as usize, || {
            format!("need {}: {} products on formulary of at most {limit}", need.id, on.len())
        });
        for product in on {
            let serves = tender.candidates.iter().any(|c| c.need == ix && c.product == product);
            check.must(serves, || {
                format!(
                    "need {}: product {} is on formulary and may serve no site",
                    need.id, tender.products[product].id
                )
            });
        }
    }
    check.done()
}
