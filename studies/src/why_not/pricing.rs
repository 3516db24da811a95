//! How a bidder's prices are scaled: its offers' prices and ceilings, the prices of components, of packages that are all its
//! own, and of schedules that give prices. At one site only, each offer is split in two first: a copy of its own for the
//! site, and the offer itself for all others; what counts or prices the offer then counts and prices both.

use std::collections::{BTreeMap, BTreeSet};

use ballast_domain::Tender;
use ballast_domain::award::{Award, AwardLine};
use ballast_domain::index::{CandidateIx, OfferIx, ProductIx, SiteIx};
use ballast_domain::raw::RawTender;
use ballast_domain::rules::{Dimension, Measured, Rule, Subject as RuleSubject};
use ballast_domain::scenario::{Action, Change, Filter};
use ballast_domain::tables::Gives;
use ballast_domain::tender::{Candidate, Offer};
use rust_decimal::Decimal;

/// Longest id of an offer.
const LONGEST: usize = 80;

/// What is scaled.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pricing {
    /// Splits offers, where prices are scaled at one site only.
    split: Vec<Action>,
    /// Table, column, key column, keys.
    scaled: Vec<(&'static str, &'static str, &'static str, Vec<String>)>,
    /// Copies of offers by the offer's id.
    copies: BTreeMap<String, String>,
    /// Why prices are scaled wherever it sells although the question is about one site.
    pub(crate) everywhere: Option<String>,
    /// Prices that are left as they are, or that others' offers share.
    pub(crate) caveats: Vec<String>,
}

impl Pricing {
    /// How the prices of these lines are scaled: at `site` only, if it is given and can be told apart.
    pub(crate) fn of(
        raw: &RawTender,
        tender: &Tender,
        sells: &dyn Fn(&Candidate) -> bool,
        site: Option<SiteIx>,
    ) -> Self {
        let lines: Vec<&Candidate> = tender.candidates.iter().filter(|c| sells(c)).collect();
        let Some(site) = site.filter(|s| lines.iter().any(|c| c.site != *s)) else {
            return Self::everywhere(tender, &lines);
        };
        match Self::at(raw, tender, &lines, site) {
            Ok(pricing) => pricing,
            Err(why) => Self { everywhere: Some(why), ..Self::everywhere(tender, &lines) },
        }
    }

    /// The edits that multiply the prices.
    pub(crate) fn actions(&self, factor: Decimal) -> Vec<Action> {
        let scale =
            |(table, column, key, keys): &(&'static str, &'static str, &'static str, Vec<String>)| Action::Cells {
                table: (*table).to_owned(),
                column: (*column).to_owned(),
                filter: Filter(vec![((*key).to_owned(), keys.clone())]),
                change: Change::Scale(factor),
            };
        self.split.iter().cloned().chain(self.scaled.iter().map(scale)).collect()
    }

    /// An award of a tender in the same of other prices.
    pub(crate) fn carried(&self, from: &Tender, award: &Award, to: &Tender) -> Option<Award> {
        let places: BTreeMap<(&str, &str, &str), CandidateIx> =
            to.candidates.enumerate().map(|(ix, c)| (place(to, c), ix)).collect();
        let line = |l: &AwardLine| {
            let (site, need, offer) = place(from, &from.candidates[l.candidate]);
            let copy = self.copies.get(offer).and_then(|copy| places.get(&(site, need, copy.as_str())));
            let candidate = places.get(&(site, need, offer)).or(copy).copied()?;
            Some(AwardLine { candidate, ..l.clone() })
        };
        let mut lines = award.lines.iter().map(line).collect::<Option<Vec<AwardLine>>>()?;
        lines.sort_by_key(|l| l.candidate);
        Some(Award { lines, formulary: award.formulary.clone() })
    }

    fn everywhere(tender: &Tender, lines: &[&Candidate]) -> Self {
        let offers: BTreeSet<OfferIx> = lines.iter().map(|c| c.offer).collect();
        let products: BTreeSet<ProductIx> = lines.iter().map(|c| c.product).collect();
        let mut pricing = Self::default();
        pricing.offers(tender, &offers);
        let built: Vec<String> = products
            .iter()
            .filter(|p| tender.draft.components.iter().any(|r| r.product.as_str() == tender.products[**p].id))
            .map(|p| tender.products[*p].id.clone())
            .collect();
        pricing.scale("components", "price", "product", built);
        let mut packages = Vec::new();
        for package in tender.draft.packages.iter().filter(|p| p.price.is_some()) {
            let rows = tender.draft.package_lines.iter().filter(|l| l.package == package.package);
            let own: Vec<bool> =
                rows.map(|l| products.iter().any(|p| tender.products[*p].id == l.product.as_str())).collect();
            match (own.iter().any(|o| *o), own.iter().all(|o| *o)) {
                (true, true) => packages.push(package.package.as_str().to_owned()),
                (true, false) => pricing
                    .caveats
                    .push(format!("the price of package {} covers others' products and stays", package.package)),
                (false, _) => {}
            }
        }
        pricing.scale("packages", "price", "package", packages);
        pricing.schedules(tender, &offers);
        pricing
    }

    /// How the prices of one offer are scaled: its own, and the steps of schedules that price it.
    pub(crate) fn of_offer(tender: &Tender, offer: OfferIx) -> Self {
        let offers = BTreeSet::from([offer]);
        let mut pricing = Self::default();
        pricing.offers(tender, &offers);
        pricing.schedules(tender, &offers);
        pricing
    }

    /// True if there is no price to scale.
    pub(crate) fn is_empty(&self) -> bool {
        self.scaled.is_empty()
    }

    /// Steps of schedules that give prices.
    fn schedules(&mut self, tender: &Tender, offers: &BTreeSet<OfferIx>) {
        let mut schedules = Vec::new();
        for schedule in tender.schedules.iter().filter(|s| s.gives == Gives::Price) {
            let own = |o: &OfferIx| offers.contains(o);
            if schedule.applies_to.iter().any(own) {
                schedules.push(schedule.id.clone());
                if !schedule.applies_to.iter().all(own) {
                    self.caveats.push(format!("schedule {} also prices offers of others", schedule.id));
                }
            }
        }
        self.scale("tiers", "value", "schedule", schedules);
    }

    /// Prices and ceilings of ordinary offers, under the ids they have after the split.
    fn offers(&mut self, tender: &Tender, offers: &BTreeSet<OfferIx>) {
        let (mut priced, mut capped) = (Vec::new(), Vec::new());
        for row in &tender.draft.offers {
            if !offers.iter().any(|o| tender.offers[*o].id == row.offer.as_str()) {
                continue;
            }
            let id = row.offer.as_str();
            let id = self.copies.get(id).map_or(id, String::as_str).to_owned();
            if row.ceiling.is_some() {
                capped.push(id.clone());
            }
            if row.price.is_some() {
                priced.push(id);
            }
        }
        self.scale("offers", "price", "offer", priced);
        self.scale("offers", "ceiling", "offer", capped);
    }

    fn scale(&mut self, table: &'static str, column: &'static str, key: &'static str, keys: Vec<String>) {
        if !keys.is_empty() {
            self.scaled.push((table, column, key, keys));
        }
    }

    /// At one site, or why the format cannot say that.
    fn at(raw: &RawTender, tender: &Tender, lines: &[&Candidate], site: SiteIx) -> Result<Self, String> {
        let here: BTreeSet<OfferIx> = lines.iter().filter(|c| c.site == site).map(|c| c.offer).collect();
        let mut pricing = Self::default();
        for &ix in &here {
            let offer = &tender.offers[ix];
            one_price(tender, ix, offer)?;
            if offer.sites.iter().any(|s| *s != site) {
                pricing.split(raw, tender, ix, site)?;
            }
        }
        if let Some(rule) = tender.rules.iter().find(|r| !pricing.copies.is_empty() && names_offers(r)) {
            return Err(format!("rule {} tells offers apart", rule.id));
        }
        pricing.join_schedules(tender);
        pricing.offers(tender, &here);
        Ok(pricing)
    }

    /// Gives the site a copy of an offer.
    fn split(&mut self, raw: &RawTender, tender: &Tender, ix: OfferIx, site: SiteIx) -> Result<(), String> {
        let offer = &tender.offers[ix];
        let copy = format!("{} at {}", offer.id, tender.sites[site].id);
        if copy.chars().count() > LONGEST || tender.offers.iter().any(|o| o.id == copy) {
            return Err(format!("offer {} cannot be named apart", offer.id));
        }
        if offer.minimum_if_used.is_some() {
            return Err(format!("offer {} has a least quantity over all its sites", offer.id));
        }
        if tender.draft.picks.iter().any(|p| p.offer.as_ref().is_some_and(|o| o.0 == offer.id)) {
            return Err(format!("a pick names offer {}", offer.id));
        }
        if let Some(most) = offer.max_packs {
            self.limit_of_product(tender, offer, most.0)?;
        }
        let table = raw.tables.iter().find(|t| t.name == "offers");
        let row = table.and_then(|t| {
            let key = t.columns.iter().position(|c| c == "offer")?;
            Some((t, t.rows.iter().find(|r| r.cells.get(key).and_then(|c| c.as_deref()) == Some(&offer.id))?))
        });
        let Some((table, row)) = row else { return Err(format!("offer {} stands in no row", offer.id)) };
        let own = |column: &str| match column {
            "offer" => Some(copy.clone()),
            "cohort" => Some(format!("site:{}", tender.sites[site].id)),
            // It holds for both together, as the limit of the product.
            "max_packs" => None,
            _ => table.columns.iter().zip(&row.cells).find(|(c, _)| *c == column).and_then(|(_, cell)| cell.clone()),
        };
        let columns = table.columns.iter().map(String::as_str).filter(|c| *c != "cohort").chain(["cohort"]);
        let cells = columns.filter_map(|c| Some((c.to_owned(), own(c)?))).collect();
        let others: Vec<String> =
            offer.sites.iter().filter(|s| **s != site).map(|s| format!("site:{}", tender.sites[*s].id)).collect();
        self.set("offers", "cohort", ("offer", &offer.id), Some(others.join(";")));
        self.split.push(Action::AddRows { table: "offers".to_owned(), rows: vec![cells] });
        self.copies.insert(offer.id.clone(), copy);
        Ok(())
    }

    /// The most packs of an only offer are the most packs of its product.
    fn limit_of_product(&mut self, tender: &Tender, offer: &Offer, most: Decimal) -> Result<(), String> {
        if tender.offers.iter().filter(|o| o.product == offer.product).count() > 1 {
            return Err(format!("offer {} has a most quantity over all its sites", offer.id));
        }
        let product = &tender.products[offer.product];
        let least = product.capacity_packs.map_or(most, |c| c.0.min(most));
        self.set("products", "capacity_packs", ("product", &product.id), Some(least.normalize().to_string()));
        self.set("offers", "max_packs", ("offer", &offer.id), None);
        Ok(())
    }

    /// Schedules that name a split offer name its copy, too.
    fn join_schedules(&mut self, tender: &Tender) {
        for row in &tender.draft.schedules {
            for (column, list) in [("counts_offers", &row.counts_offers), ("applies_to", &row.applies_to)] {
                let copies: Vec<&String> = list.0.iter().filter_map(|o| self.copies.get(o)).collect();
                if !copies.is_empty() {
                    let all: Vec<&str> = list.0.iter().chain(copies).map(String::as_str).collect();
                    let text = all.join(";");
                    self.set("schedules", column, ("schedule", row.schedule.as_str()), Some(text));
                }
            }
        }
    }

    fn set(&mut self, table: &str, column: &str, key: (&str, &str), to: Option<String>) {
        self.split.push(Action::Cells {
            table: table.to_owned(),
            column: column.to_owned(),
            filter: Filter(vec![(key.0.to_owned(), vec![key.1.to_owned()])]),
            change: Change::Set(to),
        });
    }
}

fn place<'t>(tender: &'t Tender, line: &Candidate) -> (&'t str, &'t str, &'t str) {
    (&tender.sites[line.site].id, &tender.needs[line.need].id, &tender.offers[line.offer].id)
}

/// Whether one cell says the price of the offer.
fn one_price(tender: &Tender, ix: OfferIx, offer: &Offer) -> Result<(), String> {
    if let Some(package) = &offer.package {
        return Err(format!("package {} has one price for all its sites", tender.packages[package.package].id));
    }
    let package = tender.packages.iter().find(|p| p.lines.iter().any(|l| l.product == offer.product));
    if let Some(package) = package {
        return Err(format!("package {} stands on offer {}", package.id, offer.id));
    }
    if tender.cases.contains_key(&offer.product) {
        return Err(format!("offer {} is paid by components", offer.id));
    }
    let priced = tender.schedules.iter().find(|s| s.gives == Gives::Price && s.applies_to.contains(&ix));
    priced.map_or(Ok(()), |s| Err(format!("schedule {} has one price for all its sites", s.id)))
}

/// True if a rule would see a copy of an offer as another offer.
fn names_offers(rule: &Rule) -> bool {
    let is = |d: &Dimension| matches!(d, Dimension::Offer | Dimension::Line);
    let subject = |s: &RuleSubject| {
        let measured = match &s.measured {
            Measured::Share { within, .. } => within.iter().any(is),
            Measured::Count { of, .. } => is(of),
            _ => false,
        };
        measured || s.each.iter().any(is) || s.scope.0.iter().any(|(d, _)| is(d))
    };
    subject(&rule.subject) || rule.when.as_ref().is_some_and(|c| subject(&c.subject))
}
