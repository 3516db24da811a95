//! A reserve plan: weeks of stock above working stock, need by need, held at the sites in proportion to demand.

use ballast_domain::Tender;
use ballast_domain::cell::nearest;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::index::{NeedIx, SiteIx};

/// The reserve of one need.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanEntry {
    /// The need.
    pub need: NeedIx,
    /// Weeks of mean base demand, the same at each site.
    pub weeks: f64,
    /// Need units over all sites.
    pub quantity_units: f64,
    /// Need units by site.
    pub places: Vec<(SiteIx, f64)>,
}

/// Stock above working stock. For the needs it names it replaces the reserve of the tender's stock policies.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReservePlan {
    /// One entry per need, in order of need.
    pub entries: Vec<PlanEntry>,
}

impl ReservePlan {
    /// The plan that holds so many weeks of these needs; a need named twice keeps its last weeks.
    pub fn of_weeks(tender: &Tender, weeks: impl IntoIterator<Item = (NeedIx, f64)>) -> Self {
        let weeks: std::collections::BTreeMap<NeedIx, f64> = weeks.into_iter().collect();
        let entry = |(need, weeks): (NeedIx, f64)| {
            let sites = tender.cells.iter().filter(|c| c.need == need);
            let places: Vec<(SiteIx, f64)> = sites.map(|c| (c.site, weeks * c.quantity.to_f64() / 52.0)).collect();
            PlanEntry { need, weeks, quantity_units: places.iter().map(|p| p.1).sum(), places }
        };
        Self { entries: weeks.into_iter().map(entry).collect() }
    }

    /// The plan stated in a document, by need id.
    ///
    /// # Errors
    /// Unknown needs and weeks that are no duration.
    pub fn stated<'a>(tender: &Tender, weeks: impl IntoIterator<Item = (&'a str, f64)>) -> Result<Self, Findings> {
        let mut findings = Findings::default();
        let mut known = Vec::new();
        for (id, weeks) in weeks {
            let place = Place::file(format!("reserve plan, need {id}"));
            if !(0.0..=5200.0).contains(&weeks) {
                findings.error(
                    "bad_value",
                    place.column("weeks"),
                    weeks.to_string(),
                    "expected 0 to 5200 weeks",
                    "mend the figure",
                );
            }
            match tender.needs.enumerate().find(|(_, n)| n.id == id) {
                Some((need, _)) => known.push((need, weeks)),
                None => {
                    let hint = nearest(id, tender.needs.iter().map(|n| n.id.as_str()));
                    let fix = hint.map_or_else(|| "remove the entry".to_owned(), |n| format!("did you mean `{n}`?"));
                    findings.error("unknown_need", place, id, "the tender has no need of this name", fix);
                }
            }
        }
        if findings.has_errors() { Err(findings) } else { Ok(Self::of_weeks(tender, known)) }
    }

    /// Weeks held of a need, if the plan speaks of it.
    pub fn weeks(&self, need: NeedIx) -> Option<f64> {
        self.entries.iter().find(|e| e.need == need).map(|e| e.weeks)
    }
}
