//! Tiers: what each threshold and value must be for its schedule, and thresholds that nothing can reach.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::build::Ids;
use super::places::Places;
use super::{Schedule, Tender, Tier};
use crate::finding::{Findings, Severity};
use crate::index::{CandidateIx, CellIx, Ix, MemberIx, SiteIx};
use crate::quantity::Money;
use crate::raw::RawTender;
use crate::tables::{Basis, CohortMode, Draft, Gives, Mode, ScheduleRow};

/// The tiers of a schedule in order of threshold.
pub(super) fn tiers(
    draft: &Draft,
    r: &ScheduleRow,
    ids: &Ids,
    places: &Places<'_>,
    findings: &mut Findings,
) -> Vec<Tier> {
    let mut rows: Vec<_> = draft.tiers.iter().filter(|t| t.schedule == r.schedule).collect();
    rows.sort_by_key(|t| t.from);
    if rows.is_empty() && ids.schedules_with_tiers.as_ref().is_some_and(|s| !s.contains(r.schedule.as_str())) {
        findings.error(
            "missing_value",
            places.cell("schedules", r.at, "schedule"),
            r.schedule.as_str(),
            "the schedule has no tiers",
            "add rows to `tiers`",
        );
    }
    for t in &rows {
        let from = match r.basis {
            _ if t.from.0 < Decimal::ZERO => Some("expected 0 or more"),
            Basis::Share if t.from.0 > Decimal::ONE => Some("expected a share from 0 to 1 (80 % is 0.8)"),
            _ if r.gives == Gives::Sum && t.from.0.is_zero() => {
                Some("a sum from 0 on would be paid for buying nothing; expected more than 0")
            }
            _ => None,
        };
        if let Some(expected) = from {
            let place = places.cell("tiers", t.at, "from");
            findings.error("bad_value", place, t.from.0.to_string(), expected, "mend the threshold");
        }
        let value = match r.gives {
            Gives::Percent if t.value.0 < Decimal::ZERO || t.value.0 >= Decimal::ONE => {
                Some("expected a fraction from 0 to below 1 (4 % is 0.04)")
            }
            Gives::Price if t.value.0 < Decimal::ZERO => Some("expected a price, 0 or more"),
            Gives::Sum if t.value.0 < Decimal::ZERO => Some("expected an amount of money, 0 or more"),
            _ => None,
        };
        if let Some(expected) = value {
            let place = places.cell("tiers", t.at, "value");
            findings.error("bad_value", place, t.value.0.to_string(), expected, "mend the value");
        }
    }
    let better = |a: Decimal, b: Decimal| if r.gives == Gives::Price { b < a } else { b > a };
    for pair in rows.windows(2) {
        if better(pair[0].value.0, pair[1].value.0) {
            continue;
        }
        let (place, value) = (places.cell("tiers", pair[1].at, "value"), pair[1].value.0.to_string());
        let before = pair[0].from.0.normalize();
        match r.mode {
            Mode::AllUnits => findings.error(
                "overlapping_tiers",
                place,
                value,
                format!("a higher tier is not better than the one from {before}, for all units: the tiers overlap or contradict"),
                "each threshold must bring a better price: mend the value or merge the tiers; slices (mode = incremental) may fall",
            ),
            // Legal, as each step has its own slice; but most ladders are not meant so.
            Mode::Incremental => findings.add(
                Severity::Information,
                "falling_discount",
                place,
                value,
                format!("what is bought above this threshold is no cheaper than the slice from {before}"),
                "nothing, if the supplier means it; else mend the value",
            ),
        }
    }
    rows.iter().map(|t| Tier { from: t.from.0, value: t.value.0 }).collect()
}

/// Information where no cohort could ever count up to a threshold, even if it bought nothing else.
pub(super) fn reach(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    if tender.schedules.is_empty() {
        return;
    }
    let places = Places::new(raw, false);
    let mut by_offer: Vec<Vec<CandidateIx>> = vec![Vec::new(); tender.offers.len()];
    for (c, line) in tender.candidates.enumerate() {
        by_offer[line.offer.ix()].push(c);
    }
    let rows: BTreeMap<(&str, Decimal), usize> =
        tender.draft.tiers.iter().map(|t| ((t.schedule.as_str(), t.from.0), t.at)).collect();
    for schedule in tender.schedules.iter().filter(|s| s.whole.is_none()) {
        let most = most(tender, schedule, &by_offer);
        let out = schedule.tiers.iter().find(|t| Money(t.from).to_f64() > most * (1.0 + 1e-9));
        let Some((tier, at)) = out.and_then(|t| Some((t, rows.get(&(schedule.id.as_str(), t.from))?))) else {
            continue;
        };
        findings.add(
            Severity::Information,
            "tier_out_of_reach",
            places.cell("tiers", *at, "from"),
            tier.from.to_string(),
            format!("with all the demand there is, schedule {} counts at most {most:.2}", schedule.id),
            "nothing, if volumes may grow; else check the threshold, the basis and the cohort mode",
        );
    }
}

/// The most that one cohort can count: each demand cell served by the line that counts most.
fn most(tender: &Tender, schedule: &Schedule, by_offer: &[Vec<CandidateIx>]) -> f64 {
    let mut cells: BTreeMap<CellIx, f64> = BTreeMap::new();
    for &c in schedule.counts.iter().flat_map(|o| &by_offer[o.ix()]) {
        let line = &tender.candidates[c];
        if schedule.sites.binary_search(&line.site).is_err() {
            continue;
        }
        let offer = &tender.offers[line.offer];
        let rise = offer.price_factor.iter().map(crate::exact::float).fold(1.0, f64::max);
        let per_pack = match schedule.basis {
            Basis::Packs => 1.0,
            Basis::NeedUnits => line.use_factor.to_f64(),
            Basis::Spend | Basis::Share => offer.list_price.to_f64() * rise,
        };
        let mut units = tender.cells[line.cell].quantity.to_f64();
        if tender.needs[line.need].whole_packs {
            let sizes = tender.candidates_of(line.cell).map(|o| tender.candidates[o].use_factor.to_f64());
            units += sizes.fold(0.0, f64::max);
        }
        let counted = cells.entry(line.cell).or_insert(0.0);
        *counted = counted.max(units / line.use_factor.to_f64() * per_pack);
    }
    let mut cohorts: BTreeMap<(Option<MemberIx>, Option<SiteIx>), f64> = BTreeMap::new();
    for (cell, counted) in cells {
        let site = tender.cells[cell].site;
        let key = match schedule.cohort_mode {
            CohortMode::All => (None, None),
            CohortMode::Member => (Some(tender.sites[site].member), None),
            CohortMode::Site => (None, Some(site)),
        };
        *cohorts.entry(key).or_insert(0.0) += counted;
    }
    cohorts.into_values().fold(0.0, f64::max)
}
