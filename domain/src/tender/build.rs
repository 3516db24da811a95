//! A draft becomes a tender: ids become indexes in order of id, references are checked, every fault is a finding.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rust_decimal::Decimal;

use super::of_sites::{incumbents, preferences, stock_places};
use super::places::{Places, Written};
use super::*;
use crate::cell::nearest;
use crate::finding::Place as At;
use crate::rules::{self, Dimension};

/// Finds ids of one kind and reports those it does not find.
pub(super) struct Lookup<I> {
    what: &'static str,
    pub(super) by_id: BTreeMap<String, I>,
    /// The same, found at once.
    known: HashMap<String, I>,
    /// Ids as written, those of rejected rows among them.
    written: Written,
}

impl<I: Ix> Lookup<I> {
    fn new<'a>(what: &'static str, written: Written, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let sorted: BTreeSet<&str> = ids.into_iter().collect();
        let by_id: BTreeMap<String, I> =
            sorted.into_iter().enumerate().map(|(i, id)| (id.to_owned(), I::new(i))).collect();
        let known = by_id.iter().map(|(id, ix)| (id.clone(), *ix)).collect();
        Self { what, by_id, known, written }
    }

    pub(super) fn get(&self, id: &str) -> Option<I> {
        self.known.get(id).copied()
    }

    pub(super) fn id(&self, ix: I) -> String {
        self.by_id.keys().nth(ix.ix()).cloned().unwrap_or_default()
    }

    pub(super) fn find(&self, id: &str, place: impl Into<At>, findings: &mut Findings) -> Option<I> {
        self.get(id).or_else(|| {
            // The id of a rejected row is known; what is wrong with the row has its own finding.
            if self.written.as_ref().is_none_or(|w| w.contains(id)) {
                return None;
            }
            let fix = nearest(id, self.by_id.keys().map(String::as_str))
                .map_or_else(|| format!("add the {} or mend the name", self.what), |n| format!("did you mean `{n}`?"));
            findings.error("unknown_id", place.into(), id, format!("no {} has this id", self.what), fix);
            None
        })
    }

    /// The ids that rows may name: `None` where that cannot be told.
    fn ids(&self) -> Written {
        let written = self.written.as_ref()?;
        Some(self.by_id.keys().chain(written).cloned().collect())
    }
}

/// All look-ups of a tender.
pub(super) struct Ids {
    pub(super) sites: Lookup<SiteIx>,
    pub(super) members: Lookup<MemberIx>,
    pub(super) categories: Lookup<CategoryIx>,
    pub(super) needs: Lookup<NeedIx>,
    pub(super) suppliers: Lookup<SupplierIx>,
    pub(super) plants: Lookup<PlantIx>,
    pub(super) products: Lookup<ProductIx>,
    pub(super) offers: Lookup<OfferIx>,
    pub(super) packages: Lookup<PackageIx>,
    pub(super) classes: Written,
    pub(super) site_regions: Written,
    pub(super) schedules: Written,
    pub(super) schedules_with_tiers: Written,
    pub(super) places: Written,
}

pub(super) fn sorted<T>(rows: &[T], id: impl Fn(&T) -> &str) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_by(|a, b| id(a).cmp(id(b)));
    rows
}

fn name_or_id(name: &Option<crate::cell::Text>, id: &crate::cell::Id) -> String {
    name.as_ref().map_or_else(|| id.to_string(), |n| n.0.clone())
}

fn text(id: &Option<crate::cell::Id>) -> String {
    id.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Builds the tender; on errors the result is `None` or must not be used.
pub(super) fn build(own: Draft, raw: &RawTender, findings: &mut Findings) -> Option<Tender> {
    let draft = &own;
    let places = Places::new(raw, findings.has_errors());
    for (table, empty) in [
        ("sites", draft.sites.is_empty()),
        ("needs", draft.needs.is_empty()),
        ("demand", draft.demand.is_empty()),
        ("suppliers", draft.suppliers.is_empty()),
        ("products", draft.products.is_empty()),
        ("offers", draft.offers.is_empty() && draft.packages.is_empty()),
    ] {
        if empty && !places.filled(table) {
            findings.error(
                "empty_table",
                places.file(table),
                "",
                format!("a tender needs at least one row of `{table}`"),
                "add the table; docs/tender-format.md lists its columns",
            );
        }
    }
    if !draft.demand.is_empty()
        && draft.demand.iter().all(|r| r.quantity.0.is_zero())
        && places.all_accepted("demand", draft.demand.len())
    {
        findings.error(
            "no_demand",
            places.cell("demand", draft.demand[0].at, "quantity"),
            "0",
            "no site needs anything: every quantity is 0",
            "enter what the sites use in a year",
        );
    }
    let settings = settings(draft, &places, findings);

    let named = |table: &str, key: &str| places.written(table, key, key, key);
    let ids = Ids {
        sites: Lookup::new("site", named("sites", "site"), draft.sites.iter().map(|r| r.site.as_str())),
        members: Lookup::new(
            "member",
            places.written("sites", "site", "member", "site"),
            draft.sites.iter().map(|r| r.member.as_ref().unwrap_or(&r.site).as_str()),
        ),
        categories: Lookup::new(
            "category",
            places.written("needs", "need", "category", ""),
            draft.needs.iter().map(|r| r.category.as_str()),
        ),
        needs: Lookup::new("need", named("needs", "need"), draft.needs.iter().map(|r| r.need.as_str())),
        suppliers: Lookup::new(
            "supplier",
            named("suppliers", "supplier"),
            draft.suppliers.iter().map(|r| r.supplier.as_str()),
        ),
        plants: Lookup::new("plant", named("plants", "plant"), draft.plants.iter().map(|r| r.plant.as_str())),
        products: Lookup::new(
            "product",
            named("products", "product"),
            draft.products.iter().map(|r| r.product.as_str()),
        ),
        offers: Lookup::new("offer", named("offers", "offer"), draft.offers.iter().map(|r| r.offer.as_str())),
        packages: Lookup::new(
            "package",
            named("packages", "package"),
            draft.packages.iter().map(|r| r.package.as_str()),
        ),
        classes: places.written("sites", "site", "class", ""),
        site_regions: places.written("sites", "site", "site_region", ""),
        schedules: named("schedules", "schedule"),
        schedules_with_tiers: named("tiers", "schedule"),
        places: named("places", "place"),
    };

    let sites: IxVec<SiteIx, Site> = sorted(&draft.sites, |r| r.site.as_str())
        .into_iter()
        .filter_map(|r| {
            Some(Site {
                id: r.site.to_string(),
                name: name_or_id(&r.name, &r.site),
                member: ids.members.get(r.member.as_ref().unwrap_or(&r.site).as_str())?,
                class: text(&r.class),
                site_region: text(&r.site_region),
                country: text(&r.country),
                attr: r.attr.clone(),
            })
        })
        .collect();
    let needs: IxVec<NeedIx, Need> = sorted(&draft.needs, |r| r.need.as_str())
        .into_iter()
        .filter_map(|r| {
            if !(1..=3).contains(&r.criticality) {
                findings.error(
                    "bad_value",
                    places.cell("needs", r.at, "criticality"),
                    r.criticality.to_string(),
                    "expected 1, 2 or 3",
                    "1 is acute without alternative, 3 is routine",
                );
            }
            Some(Need {
                id: r.need.to_string(),
                name: name_or_id(&r.name, &r.need),
                category: ids.categories.get(r.category.as_str())?,
                unit: r.unit.to_string(),
                criticality: r.criticality,
                reference_price: r.reference_price,
                whole_packs: r.whole_packs,
                max_products: r.max_products,
                max_products_per_site: r.max_products_per_site,
                formulary_limit: r.formulary_limit,
                sizes: r.sizes.0.clone(),
                sizes_at: r.sizes_at,
                patients_per_unit: r.patients_per_unit,
                backlog: r.backlog.to_f64(),
                shortage_cost: r.shortage_cost,
            })
        })
        .collect();
    let suppliers: IxVec<SupplierIx, Supplier> = sorted(&draft.suppliers, |r| r.supplier.as_str())
        .into_iter()
        .map(|r| Supplier {
            id: r.supplier.to_string(),
            name: name_or_id(&r.name, &r.supplier),
            parent: r.parent.as_ref().unwrap_or(&r.supplier).to_string(),
            onboarding_cost: r.onboarding_cost,
            minimum_award: r.minimum_award,
            maximum_award: r.maximum_award,
            capacity: r.capacity,
            market_share: r.market_share,
            attr: r.attr.clone(),
        })
        .collect();
    let plants = plants(draft, &ids, &places, findings);
    let products = products(draft, &ids, &plants, &places, findings);
    let equivalences = super::equivalences::equivalences(draft, &ids, settings.as_ref(), &products, &places, findings);
    let years = settings.as_ref().map_or(1, |s| s.contract_years);
    let mut offers = super::scope_of_prices::offers(draft, &ids, &sites, &products, years, &places, findings);
    let cases = super::payment::cases(draft, &ids, &products, &places, findings);
    super::payment::price(draft, &cases, &products, &mut offers, &places, findings);
    super::channel::check(draft, &places, findings);
    let assortment =
        super::schedules::Assortment { sites: &sites, needs: &needs, products: &products, equivalences: &equivalences };
    let mut schedules = super::schedules::schedules(draft, &ids, &assortment, &mut offers, &places, findings);
    super::schedule_findings::check(draft, &assortment, &schedules, &offers, &places, findings);
    let packages = super::packages::packages(
        draft,
        &ids,
        (&sites, &needs, &products, &equivalences),
        (&mut offers, &mut schedules),
        &places,
        findings,
    );
    let fees = fees(draft, &ids, &places, findings);

    // A blank group is the group `all`, so the groups as read join those as written.
    let groups = places.written("preferences", "product", "clinician_group", "").map(|mut groups| {
        groups.extend(draft.preferences.iter().map(|p| p.clinician_group.to_string()));
        groups
    });
    let known = rules::known(
        [
            (Dimension::Category, ids.categories.ids()),
            (Dimension::Need, ids.needs.ids()),
            (Dimension::Supplier, ids.suppliers.ids()),
            (Dimension::Plant, ids.plants.ids()),
            (Dimension::Product, ids.products.ids()),
            (Dimension::Offer, named("offers", "offer")),
            (Dimension::Site, ids.sites.ids()),
            (Dimension::Member, ids.members.ids()),
            (Dimension::Criticality, Some(["1", "2", "3"].map(String::from).into())),
            (Dimension::Parent, places.written("suppliers", "supplier", "parent", "supplier")),
            (Dimension::PlantRegion, places.written("plants", "plant", "plant_region", "")),
            (Dimension::Country, places.written("plants", "plant", "country", "")),
            (Dimension::Input, named("inputs", "input")),
            (Dimension::Class, ids.classes.clone()),
            (Dimension::SiteRegion, ids.site_regions.clone()),
            (Dimension::ClinicianGroup, groups),
        ],
        needs
            .iter()
            .map(|n| rules::KnownNeed {
                id: n.id.clone(),
                category: ids.categories.id(n.category),
                criticality: n.criticality.to_string(),
                unit: n.unit.clone(),
                priced: n.reference_price.is_some(),
            })
            .collect(),
    );
    let criticality = super::criticality::classes(draft, &places, findings);
    let of_classes = super::criticality::rules(draft, &places, &known, findings);
    let rules = sorted(&draft.rules, |r| r.id.as_str());
    let mut rules: Vec<Rule> =
        rules.into_iter().filter_map(|r| rules::parse(r, &places.row("rules", r.at), &known, findings)).collect();
    rules.extend(of_classes);
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    let rules: IxVec<RuleIx, Rule> = rules.into_iter().collect();
    let objective = super::objective::objective(draft, &known, &places, findings);

    let cells = cells(draft, &ids, &places, findings);
    let incumbents = incumbents(draft, &ids, &cells, &products, &places, findings);
    let preferences = preferences(draft, &ids, &sites, &places, findings);
    let switching = super::switching::switching(draft, &ids, &cells, &incumbents, &places, findings);
    let stock_places = stock_places(draft, &ids, &places, findings);
    let policies = super::policies::policies(draft, &ids, (&cells, &needs), &criticality, &places, findings);

    // References inside freight rows are checked here; the rows themselves are matched line by line.
    let freight = super::candidates::freight_rows(draft, &ids, &places, findings);
    super::conditions::check(draft, &offers, &products, &needs, &places, findings);
    let adjustments = super::adjustments::adjustments(draft, &ids, &places, findings);
    let picks = super::picks::picks(draft, &ids, &offers, &places, findings);
    let room = super::room::room(draft, &ids, &offers, &|o| products[o.product].supplier, &places, findings);
    if findings.has_errors() {
        return None;
    }
    let settings = super::objective::weighed(settings?, objective.as_ref());
    let factor_map = FactorMap::new(&suppliers, &plants, &products, &sites);
    let (cells, candidates) = super::candidates::candidates(
        cells,
        &offers,
        &products,
        &plants,
        &equivalences,
        &incumbents,
        &sites,
        &freight,
        settings.starts,
        draft,
    );
    let adjustments = adjustments.into_iter().map(|a| a.with_lines(&sites, &candidates)).collect();
    let picks = picks.into_iter().map(|p| p.with_lines(&cells, &candidates)).collect();
    Some(Tender {
        draft: own,
        settings,
        members: ids.members.by_id.keys().cloned().collect(),
        sites,
        categories: ids.categories.by_id.keys().cloned().collect(),
        needs,
        cells,
        suppliers,
        plants,
        products,
        equivalences,
        cases,
        criticality,
        offers,
        schedules,
        packages,
        adjustments,
        fees,
        candidates,
        incumbents,
        switching,
        preferences,
        places: stock_places,
        policies,
        picks,
        room,
        rules,
        objective,
        factor_map,
        expansions: rules::Expansions::default(),
    })
}

fn settings(draft: &Draft, places: &Places<'_>, findings: &mut Findings) -> Option<Settings> {
    if draft.tender.len() > 1 {
        findings.error("duplicate_key", places.file("tender"), "", "`tender` has exactly one row", "keep one");
    }
    let Some(row) = draft.tender.first() else {
        if !places.filled("tender") {
            let place = places.table("tender").map_or_else(|| At::file("tender.toml"), |t| At::file(&t.file));
            findings.error(
                "empty_table",
                place,
                "",
                "the tender's own settings are missing",
                "write tender.toml with name, currency and starts",
            );
        }
        return None;
    };
    if row.contract_years == 0 || row.contract_years > 20 {
        findings.error(
            "bad_value",
            places.cell("tender", row.at, "contract_years"),
            row.contract_years.to_string(),
            "expected 1 to 20 years",
            "enter the length of the contract",
        );
    }
    let currency = row.currency.as_str();
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
        findings.error(
            "bad_value",
            places.cell("tender", row.at, "currency"),
            currency,
            "expected three capital letters",
            "use the ISO 4217 code, such as USD or EUR",
        );
    }
    Some(Settings {
        name: row.name.0.clone(),
        currency: currency.to_owned(),
        starts: row.starts,
        contract_years: row.contract_years,
        holding_rate: row.holding_rate,
        capital_rate: row.capital_rate,
        description: row.description.as_ref().map(|t| t.0.clone()).unwrap_or_default(),
        weights: BTreeMap::new(),
    })
}

fn plants(draft: &Draft, ids: &Ids, places: &Places<'_>, findings: &mut Findings) -> IxVec<PlantIx, Plant> {
    for r in &draft.inputs {
        ids.plants.find(r.plant.as_str(), places.cell("inputs", r.at, "plant"), findings);
        if r.product.as_str() != "*" {
            ids.products.find(r.product.as_str(), places.cell("inputs", r.at, "product"), findings);
        }
    }
    sorted(&draft.plants, |r| r.plant.as_str())
        .into_iter()
        .filter_map(|r| {
            let supplier =
                ids.suppliers.find(r.supplier.as_str(), places.cell("plants", r.at, "supplier"), findings)?;
            let own = draft.inputs.iter().filter(|i| i.plant == r.plant);
            let mut inputs: Vec<(String, String)> = own.map(|i| (i.input.to_string(), i.product.to_string())).collect();
            inputs.sort();
            Some(Plant {
                id: r.plant.to_string(),
                name: name_or_id(&r.name, &r.plant),
                supplier,
                plant_region: r.plant_region.as_ref().map(ToString::to_string),
                country: r.country.as_ref().map(ToString::to_string),
                capacity: r.capacity,
                time_to_recover: r.time_to_recover,
                tariff: r.tariff.0,
                inputs,
            })
        })
        .collect()
}

fn products(
    draft: &Draft,
    ids: &Ids,
    plants: &IxVec<PlantIx, Plant>,
    places: &Places<'_>,
    findings: &mut Findings,
) -> IxVec<ProductIx, Product> {
    let mut products = IxVec::default();
    for r in sorted(&draft.products, |r| r.product.as_str()) {
        let at = |column| places.cell("products", r.at, column);
        let supplier = ids.suppliers.find(r.supplier.as_str(), at("supplier"), findings);
        let need = ids.needs.find(r.need.as_str(), at("need"), findings);
        let mut made = Vec::new();
        for (id, split) in &r.plants.0 {
            let Some(plant) = ids.plants.find(id, at("plants"), findings) else { continue };
            if plants.len() == ids.plants.by_id.len() && Some(plants[plant].supplier) != supplier && supplier.is_some()
            {
                let fix = "name a plant of the supplier, or mend the supplier of the plant";
                findings.error(
                    "wrong_owner",
                    at("plants"),
                    id,
                    format!("the plant belongs to another supplier than the product ({})", r.supplier),
                    fix,
                );
            }
            made.push((plant, Fraction(*split)));
        }
        let (Some(supplier), Some(need)) = (supplier, need) else { continue };
        products.push(Product {
            id: r.product.to_string(),
            name: name_or_id(&r.name, &r.product),
            supplier,
            need,
            use_factor: r.use_factor,
            plants: made,
            capacity_packs: r.capacity_packs,
            capacity_use: r.capacity_use,
            shelf_life: r.shelf_life,
            approval: r.approval,
            outcome_cost: super::outcome::range(r, places, findings),
            attr: r.attr.clone(),
        });
    }
    products
}

fn fees(draft: &Draft, ids: &Ids, places: &Places<'_>, findings: &mut Findings) -> Vec<Fee> {
    let mut list = Vec::new();
    for r in sorted(&draft.fees, |r| r.fee.as_str()) {
        let supplier = match &r.supplier {
            None => None,
            Some(id) => match ids.suppliers.find(id.as_str(), places.cell("fees", r.at, "supplier"), findings) {
                None => continue,
                some => some,
            },
        };
        list.push(Fee {
            id: r.fee.to_string(),
            payer: r.payer,
            supplier,
            layer: r.layer,
            percent: r.percent,
            base: r.base,
            share_back: r.share_back,
        });
    }
    list
}

fn cells(draft: &Draft, ids: &Ids, places: &Places<'_>, findings: &mut Findings) -> IxVec<CellIx, DemandCell> {
    let mut cells = Vec::new();
    for r in &draft.demand {
        let site = ids.sites.find(r.site.as_str(), places.spot("demand", r.at, "site"), findings);
        let need = ids.needs.find(r.need.as_str(), places.spot("demand", r.at, "need"), findings);
        let range = match (r.low, r.high) {
            (None, None) => None,
            (Some(low), Some(high)) if low <= r.quantity && r.quantity <= high => Some((low, high)),
            (Some(low), Some(high)) => {
                let (column, value) = if low > r.quantity { ("low", low) } else { ("high", high) };
                let expected = format!("expected low ≤ quantity ≤ high, found {low}, {}, {high}", r.quantity);
                findings.error(
                    "bad_range",
                    places.cell("demand", r.at, column),
                    value.to_string(),
                    expected,
                    "mend the three figures",
                );
                None
            }
            (Some(value), None) | (None, Some(value)) => {
                let column = if r.low.is_none() { "low" } else { "high" };
                let expected = format!("low and high go together, and this one is blank beside {value}");
                findings.error("bad_range", places.cell("demand", r.at, column), "", expected, "give both or neither");
                None
            }
        };
        let (Some(site), Some(need)) = (site, need) else { continue };
        if r.quantity.0 > Decimal::ZERO {
            cells.push(DemandCell {
                site,
                need,
                quantity: r.quantity,
                range,
                weekly_cv: r.weekly_cv,
                candidates: 0..0,
            });
        }
    }
    cells.sort_by_key(|c| (c.site, c.need));
    cells.into_iter().collect()
}

/// The cell of a site and need, if it has demand.
pub(super) fn cell_of(cells: &IxVec<CellIx, DemandCell>, site: SiteIx, need: NeedIx) -> Option<CellIx> {
    cells.as_slice().binary_search_by_key(&(site, need), |c| (c.site, c.need)).ok().map(CellIx::new)
}

/// `*` is `Some(None)`, a known id `Some(Some(_))`, an unknown one a finding and `None`.
pub(super) fn any_or<I: Ix>(
    lookup: &Lookup<I>,
    id: &str,
    place: impl Into<At>,
    findings: &mut Findings,
) -> Option<Option<I>> {
    match id {
        "*" => Some(None),
        id => lookup.find(id, place, findings).map(Some),
    }
}
