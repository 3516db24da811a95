//! Coverage: of every size that a need lists, the award has some volume, anywhere or at every site.

use super::facts::{Checker, Fact, FactCheck};
use crate::award::Award;
use crate::tender::Tender;
use crate::tender::coverage::sizes;

/// Checks every size.
pub(super) fn check(tender: &Tender, award: &Award) -> FactCheck {
    let mut check = Checker::new(Fact::Coverage);
    for size in sizes(tender) {
        let bought = size.lines.iter().any(|c| award.lines.binary_search_by_key(c, |l| l.candidate).is_ok());
        check.must(bought, || {
            let at = size.site.map_or_else(String::new, |s| format!(" at site {}", tender.sites[s].id));
            format!("need {}: size {} is not bought{at}", tender.needs[size.need].id, size.size)
        });
    }
    check.done()
}
