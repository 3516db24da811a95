//! Who is counted together: a schedule for one cohort of its sites, in the contract years that are alike for it. What
//! counts no money is counted once for all years; money is counted in each class of years apart.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::index::*;
use ballast_domain::tables::CohortMode;
use ballast_domain::tender::Schedule;

/// One schedule for one cohort.
pub(crate) struct Cohort<'a> {
    pub(crate) schedule: &'a Schedule,
    /// Positions of the classes of years.
    pub(crate) classes: Vec<usize>,
    /// Its sites, in order.
    pub(crate) sites: Vec<SiteIx>,
    /// Lines counted, in order.
    pub(crate) counts: Vec<CandidateIx>,
    /// Lines to which it applies, in order.
    pub(crate) applies_to: Vec<CandidateIx>,
}

impl Cohort<'_> {
    /// Lines to which it applies, in each of its classes.
    pub(crate) fn year_lines(&self) -> impl Iterator<Item = (usize, CandidateIx)> + '_ {
        self.classes.iter().flat_map(|class| self.applies_to.iter().map(|c| (*class, *c)))
    }
}

/// The cohorts of all schedules that could give anything.
pub(crate) fn cohorts<'a>(tender: &'a Tender, classes: &[Vec<usize>]) -> Vec<Cohort<'a>> {
    if tender.schedules.is_empty() {
        return Vec::new();
    }
    let mut by_offer: Vec<Vec<CandidateIx>> = vec![Vec::new(); tender.offers.len()];
    for (c, line) in tender.candidates.enumerate() {
        by_offer[line.offer.ix()].push(c);
    }
    let mut cohorts = Vec::new();
    for schedule in tender.schedules.iter() {
        let key = |site: SiteIx| match schedule.cohort_mode {
            CohortMode::All => 0,
            CohortMode::Member => tender.sites[site].member.ix(),
            CohortMode::Site => site.ix(),
        };
        let mut sites: BTreeMap<usize, Vec<SiteIx>> = BTreeMap::new();
        for &site in &schedule.sites {
            sites.entry(key(site)).or_default().push(site);
        }
        let lines = |offers: &[OfferIx]| {
            let mut lines: BTreeMap<usize, Vec<CandidateIx>> = BTreeMap::new();
            for &c in offers.iter().flat_map(|o| &by_offer[o.ix()]) {
                let site = tender.candidates[c].site;
                if schedule.sites.binary_search(&site).is_ok() {
                    lines.entry(key(site)).or_default().push(c);
                }
            }
            for own in lines.values_mut() {
                own.sort();
            }
            lines
        };
        let (mut counts, mut applies_to) = (lines(&schedule.counts), lines(&schedule.applies_to));
        let groups: Vec<Vec<usize>> = match schedule.counts_money() {
            true => (0..classes.len()).map(|class| vec![class]).collect(),
            false => vec![(0..classes.len()).collect()],
        };
        for (key, sites) in sites {
            let (counts, applies_to) =
                (counts.remove(&key).unwrap_or_default(), applies_to.remove(&key).unwrap_or_default());
            let idle = applies_to.is_empty() && (counts.is_empty() || !schedule.applies_to.is_empty());
            if idle {
                continue;
            }
            for classes in &groups {
                cohorts.push(Cohort {
                    schedule,
                    classes: classes.clone(),
                    sites: sites.clone(),
                    counts: counts.clone(),
                    applies_to: applies_to.clone(),
                });
            }
        }
    }
    cohorts
}
