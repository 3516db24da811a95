//! Candidate lines: every offer that a demand cell may use, with its freight. Eligibility is a fact: the site is in the
//! cohort, the product serves the need (its own, or by a full equivalence), it is not rejected, the price is valid on the
//! first day.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Date;

use super::build::Ids;
use super::places::Places;
use super::{Candidate, DemandCell, Equivalence, Freight, Incumbent, Offer, Plant, Product, Site};
use crate::finding::Findings;
use crate::index::*;
use crate::quantity::UseFactor;
use crate::tables::{Approval, Draft};

/// A freight row with its references resolved.
pub(super) struct FreightRow {
    /// Position in order of id.
    at: usize,
    site: Option<SiteIx>,
    site_region: Option<String>,
    supplier: Option<SupplierIx>,
    plant: Option<PlantIx>,
    product: Option<ProductIx>,
    freight: Freight,
}

/// Freight rows, checked.
pub(super) fn freight_rows(draft: &Draft, ids: &Ids, places: &Places<'_>, findings: &mut Findings) -> Vec<FreightRow> {
    let mut rows = Vec::new();
    let mut sorted: Vec<_> = draft.freight.iter().collect();
    sorted.sort_by(|a, b| a.freight.cmp(&b.freight));
    for r in sorted {
        let at = |column| places.cell("freight", r.at, column);
        let site = r.site.as_ref().map(|s| ids.sites.find(s.as_str(), at("site"), findings));
        let supplier = r.supplier.as_ref().map(|s| ids.suppliers.find(s.as_str(), at("supplier"), findings));
        let plant = r.plant.as_ref().map(|s| ids.plants.find(s.as_str(), at("plant"), findings));
        let product = r.product.as_ref().map(|s| ids.products.find(s.as_str(), at("product"), findings));
        let site_region = r.site_region.as_ref().map(ToString::to_string);
        let known = |region: &String| ids.site_regions.as_ref().is_none_or(|r| r.contains(region));
        if site_region.as_ref().is_some_and(|region| !known(region)) {
            findings.error(
                "unknown_id",
                at("site_region"),
                site_region.clone().unwrap_or_default(),
                "no site lies in this region",
                "mend the name",
            );
        }
        if [site == Some(None), supplier == Some(None), plant == Some(None), product == Some(None)].contains(&true) {
            continue;
        }
        rows.push(FreightRow {
            at: rows.len(),
            site: site.flatten(),
            site_region,
            supplier: supplier.flatten(),
            plant: plant.flatten(),
            product: product.flatten(),
            freight: Freight {
                per_need_unit: r.per_need_unit.0,
                per_pack: r.per_pack.0,
                percent_of_list: r.percent_of_list.0,
            },
        });
    }
    rows
}

/// Freight rows by what they name of product, supplier and site, in order of id.
struct Freights<'a> {
    rows: HashMap<Named, Vec<&'a FreightRow>>,
    /// Which of the three some row names.
    patterns: BTreeSet<[bool; 3]>,
}

type Named = (Option<ProductIx>, Option<SupplierIx>, Option<SiteIx>);

impl<'a> Freights<'a> {
    fn new(all: &'a [FreightRow]) -> Self {
        let mut rows: HashMap<Named, Vec<&FreightRow>> = HashMap::new();
        for row in all {
            rows.entry((row.product, row.supplier, row.site)).or_default().push(row);
        }
        let patterns = rows.keys().map(|(p, s, h)| [p.is_some(), s.is_some(), h.is_some()]).collect();
        Self { rows, patterns }
    }

    /// Rows that name nothing else than these.
    fn of(&self, product: ProductIx, supplier: SupplierIx, site: SiteIx) -> impl Iterator<Item = &'a FreightRow> {
        let named = move |[p, s, h]: &[bool; 3]| (p.then_some(product), s.then_some(supplier), h.then_some(site));
        self.patterns.iter().filter_map(move |pattern| self.rows.get(&named(pattern))).flatten().copied()
    }
}

/// Freight of a line: for each plant of the product the most specific row and the plant's tariff, weighted by the split.
fn freight(
    rows: &Freights<'_>,
    plants: &IxVec<PlantIx, Plant>,
    site: (SiteIx, &Site),
    product: (ProductIx, &Product),
) -> Freight {
    let best = |plant: Option<PlantIx>| {
        let fits = rows.of(product.0, product.1.supplier, site.0).filter(|r| {
            r.site_region.as_ref().is_none_or(|g| *g == site.1.site_region) && (r.plant.is_none() || r.plant == plant)
        });
        let rank = |r: &&FreightRow| {
            (r.product.is_some(), r.plant.is_some(), r.supplier.is_some(), r.site.is_some(), r.site_region.is_some())
        };
        // Of equally specific rows the first by id holds.
        fits.max_by_key(|r| (rank(r), Reverse(r.at))).map(|r| r.freight).unwrap_or_default()
    };
    if product.1.plants.is_empty() {
        return best(None);
    }
    product.1.plants.iter().fold(Freight::default(), |sum, (plant, split)| {
        let part = best(Some(*plant));
        Freight {
            per_need_unit: sum.per_need_unit + part.per_need_unit * split.0,
            per_pack: sum.per_pack + part.per_pack * split.0,
            percent_of_list: sum.percent_of_list + (part.percent_of_list + plants[*plant].tariff) * split.0,
        }
    })
}

/// All candidate lines by cell then offer; each cell learns its range.
#[allow(clippy::too_many_arguments)] // the parts of a tender that does not exist yet
pub(super) fn candidates(
    mut cells: IxVec<CellIx, DemandCell>,
    offers: &IxVec<OfferIx, Offer>,
    products: &IxVec<ProductIx, Product>,
    plants: &IxVec<PlantIx, Plant>,
    equivalences: &[Equivalence],
    incumbents: &IxVec<CellIx, Vec<Incumbent>>,
    sites: &IxVec<SiteIx, Site>,
    rows: &[FreightRow],
    starts: Date,
    draft: &Draft,
) -> (IxVec<CellIx, DemandCell>, IxVec<CandidateIx, Candidate>) {
    let validity: BTreeMap<&str, (Option<Date>, Option<Date>)> =
        draft.offers.iter().map(|r| (r.offer.as_str(), (r.valid_from, r.valid_to))).collect();
    // Offers by need, with the use factor there.
    let mut by_need: BTreeMap<NeedIx, Vec<(OfferIx, UseFactor)>> = BTreeMap::new();
    for (ix, offer) in offers.enumerate() {
        let product = &products[offer.product];
        // A line of a package is valid while the offer it stands on is.
        let stands_on = offer.package.and_then(|p| p.base).map_or(offer, |base| &offers[base]);
        let (from, to) = validity.get(stands_on.id.as_str()).copied().unwrap_or_default();
        let valid = from.is_none_or(|d| d <= starts) && to.is_none_or(|d| d >= starts);
        if product.approval == Approval::Rejected || !valid {
            continue;
        }
        by_need.entry(product.need).or_default().push((ix, product.use_factor));
        for e in equivalences.iter().filter(|e| e.full && e.product == offer.product) {
            by_need.entry(e.need).or_default().push((ix, e.use_factor));
        }
    }
    let mut candidates: IxVec<CandidateIx, Candidate> = IxVec::default();
    let rows = Freights::new(rows);
    for ix in cells.indexes() {
        let (site, need) = (cells[ix].site, cells[ix].need);
        let first = candidates.len();
        for &(offer_ix, use_factor) in by_need.get(&need).map_or(&[][..], Vec::as_slice) {
            let offer = &offers[offer_ix];
            if offer.sites.binary_search(&site).is_err() {
                continue;
            }
            let product = &products[offer.product];
            let freight = freight(&rows, plants, (site, &sites[site]), (offer.product, product));
            candidates.push(Candidate {
                cell: ix,
                site,
                need,
                offer: offer_ix,
                product: offer.product,
                supplier: product.supplier,
                use_factor,
                freight,
                incumbent: incumbents[ix].iter().any(|i| i.product == offer.product),
            });
        }
        cells[ix].candidates = first..candidates.len();
    }
    (cells, candidates)
}
