//! By which thresholds and rules money decides more than a sum: with any of these a change of price changes what an award
//! earns or whether it is allowed, so that dearer is not simply dearer.

use ballast_domain::Tender;
use ballast_domain::index::OfferIx;
use ballast_domain::rules::{Averaged, Measured, Rule, Subject, Weight};
use ballast_domain::tables::ShareWeight;
use rust_decimal::Decimal;

/// The first such thing that concerns these offers, in words.
pub(crate) fn counted(tender: &Tender, ours: &dyn Fn(OfferIx) -> bool) -> Option<String> {
    let schedule = tender.schedules.iter().find(|s| {
        // A part of all spend changes with every price in the whole.
        let whole = s.whole.as_ref().is_some_and(|w| w.weight == ShareWeight::Spend);
        s.counts_money() && (whole || s.counts.iter().any(|o| ours(*o)))
    });
    if let Some(schedule) = schedule {
        return Some(format!("schedule {} counts money", schedule.id));
    }
    let sells = |id: &str| {
        let own = |c: &ballast_domain::tender::Candidate| tender.suppliers[c.supplier].id == id && ours(c.offer);
        tender.candidates.iter().any(own)
    };
    let limited = tender.suppliers.iter().filter(|s| s.minimum_award.is_some() || s.maximum_award.is_some());
    if let Some(supplier) = limited.into_iter().find(|s| sells(&s.id)) {
        return Some(format!("supplier {} has a least or most award in money", supplier.id));
    }
    if let Some(rule) = tender.rules.iter().find(|r| rule_counts(r)) {
        return Some(format!("rule {} counts money", rule.id));
    }
    if let Some(objective) = &tender.objective {
        return Some(format!("the award is chosen by the objective {}", objective.name));
    }
    let rewarded = tender
        .adjustments
        .iter()
        .find(|a| a.percent_of_list < Decimal::ZERO && a.lines.iter().any(|l| ours(tender.candidates[*l].offer)));
    rewarded.map(|a| format!("adjustment {} rewards spend", a.id))
}

fn subject_counts(subject: &Subject) -> bool {
    let spend = |w: &Weight| matches!(w, Weight::Spend(_));
    match &subject.measured {
        Measured::Spend(_) | Measured::Saving => true,
        Measured::Mean { of: Averaged::Price(_), .. } => true,
        Measured::Share { weight, .. }
        | Measured::Count { weight, .. }
        | Measured::Mean { weight, .. }
        | Measured::MovedUnits { weight } => spend(weight),
        Measured::Units | Measured::MovedSites => false,
    }
}

fn rule_counts(rule: &Rule) -> bool {
    subject_counts(&rule.subject) || rule.when.as_ref().is_some_and(|c| subject_counts(&c.subject))
}

/// The first package, condition or minimum that touches these offers, in words: then they are not bought line by line.
pub(crate) fn bound_together(tender: &Tender, ours: &dyn Fn(OfferIx) -> bool) -> Option<String> {
    tender.offers.enumerate().filter(|(ix, _)| ours(*ix)).find_map(|(_, offer)| {
        let conditions = &offer.conditions;
        match () {
            () if offer.package.is_some() => {
                let package = offer.package.as_ref().map(|p| tender.packages[p.package].id.as_str());
                Some(format!("package {} contains it", package.unwrap_or_default()))
            }
            () if conditions.structure.is_some() || !conditions.requires.is_empty() => {
                Some(format!("offer {} holds on a condition", offer.id))
            }
            () if conditions.minimum_order.is_some() => Some(format!("offer {} has a least order", offer.id)),
            () if offer.minimum_if_used.is_some() => Some(format!("offer {} has a least quantity", offer.id)),
            () => None,
        }
    })
}
