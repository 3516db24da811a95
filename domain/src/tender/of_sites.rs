//! What sites have today: incumbents, preferences of their clinicians, stock and where it lies.

use super::build::{Ids, cell_of, sorted};
use super::places::Places;
use super::*;
use crate::cell::nearest;

pub(super) fn incumbents(
    draft: &Draft,
    ids: &Ids,
    cells: &IxVec<CellIx, DemandCell>,
    products: &IxVec<ProductIx, Product>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<CellIx, Vec<Incumbent>> {
    let mut list: IxVec<CellIx, Vec<Incumbent>> = cells.iter().map(|_| Vec::new()).collect();
    for r in sorted(&draft.incumbents, |r| r.product.as_str()) {
        let at = |column| places.spot("incumbents", r.at, column);
        let site = ids.sites.find(r.site.as_str(), at("site"), findings);
        let need = ids.needs.find(r.need.as_str(), at("need"), findings);
        let product = ids.products.find(r.product.as_str(), at("product"), findings);
        let (Some(site), Some(need), Some(product)) = (site, need, product) else { continue };
        let serves = products.len() != ids.products.by_id.len()
            || products[product].need == need
            || places.pair("equivalences", ("product", r.product.as_str()), ("need", r.need.as_str()));
        if !serves {
            findings.error(
                "wrong_need",
                at("product").into(),
                r.product.as_str(),
                format!("the product does not serve `{}`", r.need),
                "name a product of the need, or add an equivalence",
            );
        }
        if let Some(cell) = cell_of(cells, site, need) {
            list[cell].push(Incumbent {
                product,
                quantity: r.quantity,
                price: r.price,
                price_level: r.price_level,
                freight_included: r.freight_included,
            });
        }
    }
    list
}

pub(super) fn preferences(
    draft: &Draft,
    ids: &Ids,
    sites: &IxVec<SiteIx, Site>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> BTreeMap<(SiteIx, ProductIx), Vec<Preference>> {
    let mut map: BTreeMap<(SiteIx, ProductIx), Vec<Preference>> = BTreeMap::new();
    // Rows for every site first, so that a row for one site replaces them.
    let mut rows = sorted(&draft.preferences, |r| r.clinician_group.as_str());
    rows.sort_by_key(|r| r.site.as_str() != "*");
    for r in rows {
        let product = ids.products.find(r.product.as_str(), places.spot("preferences", r.at, "product"), findings);
        let on: Vec<SiteIx> = match r.site.as_str() {
            "*" => sites.indexes().collect(),
            id => ids.sites.find(id, places.spot("preferences", r.at, "site"), findings).into_iter().collect(),
        };
        let Some(product) = product else { continue };
        for site in on {
            let groups = map.entry((site, product)).or_default();
            let group = r.clinician_group.to_string();
            groups.retain(|p| p.group != group);
            groups.push(Preference { group, score: r.score, weight: r.weight, acceptable: r.acceptable });
            groups.sort_by(|a, b| a.group.cmp(&b.group));
        }
    }
    for ((site, product), groups) in &map {
        let sum: Decimal = groups.iter().map(|p| p.weight.0).sum();
        if sum > Decimal::ONE && sites.len() == ids.sites.by_id.len() {
            let id = ids.products.id(*product);
            let expected = format!(
                "the weights of the clinician groups for product {id} at site {} sum to {sum}, more than 1",
                sites[*site].id
            );
            findings.error(
                "bad_weights",
                places.file("preferences"),
                sum.to_string(),
                expected,
                "give each group its share of the site's use",
            );
        }
    }
    map
}

pub(super) fn stock_places(draft: &Draft, ids: &Ids, at: &Places<'_>, findings: &mut Findings) -> Vec<Place> {
    let mut list = Vec::new();
    for r in sorted(&draft.places, |r| r.place.as_str()) {
        let site = r.site.as_ref().and_then(|s| ids.sites.find(s.as_str(), at.cell("places", r.at, "site"), findings));
        let plant =
            r.plant.as_ref().and_then(|p| ids.plants.find(p.as_str(), at.cell("places", r.at, "plant"), findings));
        if r.kind == PlaceKind::Site && r.site.is_none() {
            findings.error(
                "missing_value",
                at.cell("places", r.at, "site"),
                "",
                "a place of kind `site` needs its site",
                "fill in the site",
            );
        }
        list.push(Place { id: r.place.to_string(), kind: r.kind, site, plant, stock: Vec::new() });
    }
    for r in sorted(&draft.stock, |r| r.product.as_str()) {
        let product = ids.products.find(r.product.as_str(), at.cell("stock", r.at, "product"), findings);
        match list.iter_mut().find(|p: &&mut Place| p.id == r.place.as_str()) {
            Some(place) => place.stock.extend(product.map(|p| (p, r.on_hand))),
            // The place is there, but its row was rejected.
            None if ids.places.as_ref().is_none_or(|p| p.contains(r.place.as_str())) => {}
            None => {
                let ids = draft.places.iter().map(|p| p.place.as_str());
                let fix = nearest(r.place.as_str(), ids)
                    .map_or_else(|| "add the place".to_owned(), |n| format!("did you mean `{n}`?"));
                findings.error(
                    "unknown_id",
                    at.cell("stock", r.at, "place"),
                    r.place.as_str(),
                    "no place has this id",
                    fix,
                );
            }
        }
    }
    list
}
