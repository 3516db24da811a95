//! Which products may serve a need that is not their own. An approval that has expired on the first day is not used.

use super::build::Ids;
use super::places::Places;
use super::{Equivalence, Product, Settings};
use crate::finding::{Findings, Severity};
use crate::index::{IxVec, ProductIx};
use crate::tables::{Draft, Strength};

/// The equivalences that hold on the first day, by product and need.
pub(super) fn equivalences(
    draft: &Draft,
    ids: &Ids,
    settings: Option<&Settings>,
    products: &IxVec<ProductIx, Product>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Vec<Equivalence> {
    let mut list = Vec::new();
    for r in &draft.equivalences {
        let at = |column| places.cell("equivalences", r.at, column);
        let product = ids.products.find(r.product.as_str(), at("product"), findings);
        let need = ids.needs.find(r.need.as_str(), at("need"), findings);
        let (Some(product), Some(need)) = (product, need) else { continue };
        if products.len() == ids.products.by_id.len() && products[product].need == need {
            findings.error(
                "bad_value",
                at("need"),
                r.need.as_str(),
                "this is the product's own need",
                "remove the row; use_factor of the product holds",
            );
        }
        if let (Some(expires), Some(settings)) = (r.expires, settings)
            && expires < settings.starts
        {
            findings.add(
                Severity::Information,
                "approval_expired",
                at("expires"),
                expires.to_string(),
                format!("the approval ends before the first day ({}), so the product is no alternate", settings.starts),
                "renew the approval and enter its new last day, or remove the row",
            );
            continue;
        }
        let full = r.strength == Strength::Full;
        if full && r.approver.is_none() {
            findings.add(
                Severity::Warning,
                "no_approver",
                at("approver"),
                "",
                format!(
                    "product {} may be bought for need {}, and nobody is named who approved that",
                    r.product, r.need
                ),
                "name who approved it, or set strength to shortage_only",
            );
        }
        list.push(Equivalence { product, need, use_factor: r.use_factor, full });
    }
    list.sort_by_key(|e| (e.product, e.need));
    list
}
