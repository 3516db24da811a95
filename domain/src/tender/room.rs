//! How far prices may come down: the lowest price of each offer of which one is stated.

use std::collections::BTreeMap;

use super::Offer;
use super::build::Ids;
use super::places::Places;
use crate::finding::{Findings, Severity};
use crate::index::*;
use crate::quantity::Money;
use crate::tables::Draft;

/// Offers with room, and their lowest price.
pub(super) fn room(
    draft: &Draft,
    ids: &Ids,
    offers: &IxVec<OfferIx, Offer>,
    seller: &dyn Fn(&Offer) -> SupplierIx,
    places: &Places<'_>,
    findings: &mut Findings,
) -> BTreeMap<OfferIx, Money> {
    let mut room = BTreeMap::new();
    // Where rows were refused the positions of those that stand are not those of the tender.
    let sound = !findings.has_errors();
    for r in &draft.room {
        let at = |column| places.cell("room", r.at, column);
        let stated = r.supplier.as_ref().and_then(|id| ids.suppliers.find(id.as_str(), at("supplier"), findings));
        let Some(ix) = ids.offers.find(r.offer.as_str(), at("offer"), findings) else { continue };
        if !sound {
            continue;
        }
        let offer = &offers[ix];
        let own = seller(offer);
        if let (Some(stated), Some(id)) = (stated, &r.supplier)
            && stated != own
        {
            let expected = "the supplier of the offer's product";
            findings.error("wrong_owner", at("supplier"), id.as_str(), expected, "name that one, or leave it blank");
        }
        let price = offer.list_price;
        if offer.needs_tier {
            let fix = "give the offer a price, or leave the row out";
            findings.error("no_price", at("offer"), r.offer.as_str(), "the offer has no price of its own", fix);
        } else if r.lowest_price > price {
            // A what-if that lowers the price leaves no room; it is no fault of the tender.
            let expected = format!("above the price of the offer ({price}), so that there is no room");
            let fix = "a lower price, or no row";
            findings.add(Severity::Warning, "no_room", at("lowest_price"), r.lowest_price.to_string(), expected, fix);
        } else {
            room.insert(ix, r.lowest_price);
        }
    }
    room
}
