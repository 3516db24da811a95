//! Engine reports to documents: the simulation knows no documents, and the documents no simulation.

pub mod exposure;
pub mod partial;
pub mod replay;

use ballast_domain::index::{NeedIx, SupplierIx};
use ballast_domain::pack::{DemandEffect, Evidence, StepLength};
use ballast_domain::{Pack, Tender};
use ballast_exchange::documents::reserve::{ClosedFormPart, CurvePart, NeedPart, ReserveBody, TargetPart};
use ballast_exchange::documents::stress::{
    AgainstPart, ClausePart, ContributionsPart, EstimatePart, EvidencePart, FailedPart, FanPart, InventoryPart,
    LevelsPart, MoneyPart, NodePart, PackPart, PairPart, ScopePart, StepPart, StressBody, SupplierClausePart, WeekPart,
    WorstPart,
};
use ballast_simulation::metric::{
    Band, ClauseMoney, ClauseReport, Contributions, Estimate, Failure, Levels, NeedInventory, Paired, Scope,
    ScopeReport, Weighting,
};
use ballast_simulation::reserve::{CurveWeight, ReserveReport, Target, TargetMetric, TargetOutcome, Verdict};
use ballast_simulation::{ReservePlan, StressReport};
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

/// A pack with the hash of its file.
pub fn pack(pack: &Pack, hash: String) -> PackPart {
    let entry = |kind: &str, id: &str, evidence: &Evidence| EvidencePart {
        kind: kind.to_owned(),
        id: id.to_owned(),
        source: evidence.source.clone(),
        assumed: evidence.assumed.clone(),
    };
    let mut entries: Vec<EvidencePart> = pack.hazards.iter().map(|h| entry("hazard", &h.id, &h.evidence)).collect();
    entries.extend(pack.events.iter().map(|e| entry("event", &e.id, &e.evidence)));
    entries.extend(pack.relief.iter().map(|r| entry("relief", &r.id, &r.evidence)));
    entries.extend(pack.demand.iter().map(|d| match d {
        DemandEffect::Surge { id, evidence, .. } => entry("surge", id, evidence),
        DemandEffect::Conservation { id, evidence, .. } => entry("conservation", id, evidence),
        DemandEffect::Hoarding { id, evidence, .. } => entry("hoarding", id, evidence),
        DemandEffect::Season { id, evidence, .. } => entry("season", id, evidence),
    }));
    entries.extend(pack.copulas.iter().map(|c| entry("copula", &c.id, &c.evidence)));
    entries.extend(pack.demand_laws.iter().map(|d| entry("demand law", &d.id, &d.evidence)));
    entries.extend(pack.spot.iter().map(|s| entry("spot market", "spot", &s.evidence)));
    let step = match pack.step {
        StepLength::Week => StepPart::Week,
        StepLength::Day => StepPart::Day,
    };
    PackPart { name: pack.name.clone(), title: pack.title.clone(), hash, step, entries }
}

/// An estimate as a part of a document.
pub fn estimate(e: Estimate) -> EstimatePart {
    EstimatePart { value: e.value, low: e.low, high: e.high, standard_error: e.standard_error }
}

/// An estimate of something that cannot be negative: the interval of its mean is cut at 0.
fn amount(e: Estimate) -> EstimatePart {
    EstimatePart { low: e.low.max(0.0), ..estimate(e) }
}

/// A scope's name and the unit of its figures.
pub fn named(tender: &Tender, scope: Scope, weighting: Weighting) -> (String, String) {
    let (name, unit) = match scope {
        Scope::Need(need) => (tender.needs[need].id.clone(), tender.needs[need].unit.clone()),
        Scope::Criticality(class) => (format!("criticality {class}"), String::new()),
        Scope::Site(site) => (tender.sites[site].id.clone(), String::new()),
        Scope::Total => ("all needs".to_owned(), String::new()),
    };
    let unit = match weighting {
        Weighting::NeedUnits => unit,
        Weighting::ReferencePrice => format!("{} at reference price", tender.settings.currency),
        Weighting::WeeksOfEach => "weeks of each need".to_owned(),
        Weighting::Money => tender.settings.currency.clone(),
        Weighting::Patients => "patients".to_owned(),
    };
    (name, unit)
}

fn contributions(tender: &Tender, parts: &Contributions) -> ContributionsPart {
    let of = |scope: Scope| named(tender, scope, Weighting::NeedUnits).0;
    ContributionsPart {
        needs: parts.needs.iter().map(|c| (of(c.of), c.weeks)).collect(),
        sites: parts.sites.iter().map(|c| (of(c.of), c.weeks)).collect(),
        nodes: parts
            .nodes
            .iter()
            .map(|c| (c.of.map_or_else(|| "demand".to_owned(), |n| exposure::node(tender, n)), c.weeks))
            .collect(),
    }
}

fn failed((replication, why): &(u64, Failure)) -> FailedPart {
    let why = match why {
        Failure::NotFinite => "not_finite",
        Failure::Stopped => "stopped",
    };
    FailedPart { replication: *replication, why: why.to_owned() }
}

fn scope(tender: &Tender, report: &ScopeReport) -> ScopePart {
    let (name, unit) = named(tender, report.scope, report.weighting);
    ScopePart {
        scope: name,
        unit,
        unmet: amount(report.unmet_units),
        unmet_weeks: amount(report.unmet_weeks),
        fill_rate: estimate(report.fill_rate),
        p_stockout: estimate(report.p_stockout),
        weeks_short: report.weeks_short,
        var95_weeks: estimate(report.tail_weeks.var95),
        cvar95_weeks: estimate(report.tail_weeks.cvar95),
        patients: report.patients.map(amount),
        saved: report.saved_units,
        reserve_drawn: report.reserve_drawn_units,
        exceedance: report.exceedance.iter().map(|e| (e.shortage_weeks, e.probability)).collect(),
    }
}

fn bands(bands: &[Band]) -> Vec<[f64; 6]> {
    let six = |b: &Band| {
        let [a, b2, c, d, e] = b.quantiles;
        [a, b2, c, d, e, b.mean]
    };
    bands.iter().map(six).collect()
}

fn clauses(tender: &Tender, report: &ClauseReport) -> ClausePart {
    let supplier = |(supplier, money): &(SupplierIx, ClauseMoney)| SupplierClausePart {
        supplier: tender.suppliers[*supplier].id.clone(),
        excess: amount(money.excess),
        credit: amount(money.credit),
    };
    ClausePart {
        excess: amount(report.total.excess),
        credit: amount(report.total.credit),
        borne: amount(report.total.borne),
        lines: report.lines,
        lines_without_price: report.lines_without_price,
        suppliers: report.suppliers.iter().map(supplier).collect(),
    }
}

fn inventory(tender: &Tender, report: &NeedInventory) -> InventoryPart {
    let levels = |l: &Levels| LevelsPart {
        on_hand: amount(l.on_hand_units),
        owed: amount(l.owed_units),
        orders_a_year: l.orders_a_year.map(amount),
    };
    let need = &tender.needs[report.need];
    InventoryPart {
        need: need.id.clone(),
        unit: need.unit.clone(),
        horizon: levels(&report.horizon),
        second_half: levels(&report.second_half),
    }
}

/// Weeks of a reserve plan, by need; empty if none is held.
fn reserve_weeks(tender: &Tender, plan: Option<&ReservePlan>) -> Vec<(String, f64)> {
    let entries = plan.iter().flat_map(|p| &p.entries);
    entries.map(|e| (tender.needs[e.need].id.clone(), e.weeks)).collect()
}

/// The body of a stress document.
pub fn stress(
    tender: &Tender,
    report: &StressReport,
    pack: PackPart,
    award_digest: Option<String>,
    plan: Option<&ReservePlan>,
) -> StressBody {
    let node = |n: &ballast_simulation::metric::NodeTail| {
        let node = &tender.factor_map.nodes[n.node];
        NodePart {
            node: format!("{}:{}", node.kind.word(), node.id),
            down_rate: n.down_rate,
            down_rate_in_tail: n.down_rate_in_tail,
            shortage_weeks_when_down: n.shortage_weeks_when_down,
            shortage_weeks_when_up: n.shortage_weeks_when_up,
        }
    };
    StressBody {
        pack,
        award_digest,
        reserve_weeks: reserve_weeks(tender, plan),
        replications: report.replications,
        failed: report.failed.iter().map(failed).collect(),
        horizon_weeks: report.horizon_weeks,
        needs: report.needs.iter().map(|s| scope(tender, s)).collect(),
        criticality: report.criticality.iter().map(|s| scope(tender, s)).collect(),
        sites: report.sites.iter().map(|s| scope(tender, s)).collect(),
        total: scope(tender, &report.total),
        money: report.money.map(|m| MoneyPart {
            unmet: amount(m.unmet),
            var95: estimate(m.tail.var95),
            cvar95: estimate(m.tail.cvar95),
        }),
        weeks: report
            .weeks
            .iter()
            .map(|w| WeekPart { p_stockout: estimate(w.p_stockout), unmet_weeks: w.unmet_weeks })
            .collect(),
        contributions: contributions(tender, &report.contributions),
        fans: report
            .fans
            .iter()
            .map(|f| FanPart {
                need: tender.needs[f.need].id.clone(),
                unmet_fraction: bands(&f.unmet_fraction),
                cover_weeks: bands(&f.cover_weeks),
            })
            .collect(),
        inventory: report.inventory.iter().map(|i| inventory(tender, i)).collect(),
        attribution: report.attribution.iter().map(node).collect(),
        worst: report
            .worst
            .iter()
            .map(|w| WorstPart { replication: w.replication, shortage_weeks: w.shortage_weeks })
            .collect(),
        failure_to_supply: report.failure_to_supply.as_ref().map(|c| clauses(tender, c)),
        required: Vec::new(),
        against: None,
        pooled_stock: report.pooled_stock,
    }
}

/// Another award on the same paths.
pub fn against(tender: &Tender, pairs: &[Paired], award_digest: Option<String>) -> AgainstPart {
    let pair = |p: &Paired| {
        let (scope, unit) = named(tender, p.scope, p.weighting);
        PairPart {
            scope,
            unit,
            difference: estimate(p.difference),
            difference_weeks: estimate(p.difference_weeks),
            better: estimate(p.first_better),
            worse: estimate(p.second_better),
            equal: p.equal,
            narrower: p.gain,
        }
    };
    AgainstPart { award_digest, scopes: pairs.iter().map(pair).collect() }
}

fn verdict(v: Verdict) -> String {
    match v {
        Verdict::Met => "met",
        Verdict::Undecided => "undecided",
        Verdict::NotMet => "not_met",
    }
    .to_owned()
}

fn cents(value: f64) -> Decimal {
    Decimal::from_f64(value).unwrap_or_default().round_dp(2)
}

/// A target and what became of it.
pub fn outcome(tender: &Tender, o: &TargetOutcome, (horizon_weeks, step): (u32, StepPart)) -> TargetPart {
    TargetPart {
        target: o.target.to_string(),
        sentence: target_sentence(&o.target, horizon_weeks, step),
        before: (o.target.metric != TargetMetric::Hold).then(|| estimate(o.before)),
        after: estimate(o.after),
        need: o.worst.map(|n| tender.needs[n].id.clone()),
        verdict: verdict(o.verdict),
        greedy_value: o.greedy_and_bound.map(|x| x.0),
        least_value: o.greedy_and_bound.map(|x| x.1),
    }
}

/// A target in one sentence.
pub fn target_sentence(target: &Target, horizon_weeks: u32, step: StepPart) -> String {
    let scope = match (&target.need, target.criticality) {
        (Some(need), _) => format!("need {need}"),
        (None, Some(class)) if target.of_basket() => format!("the needs of criticality {class} together"),
        (None, Some(class)) => format!("every need of criticality {class}"),
        (None, None) if target.of_basket() => "all needs together".to_owned(),
        (None, None) => "every need".to_owned(),
    };
    let (level, percent) = (target.level, (target.level * 1e6).round() / 1e4);
    let what = match target.metric {
        TargetMetric::PStockout => format!(
            "the chance that in any {} of {horizon_weeks}{} more than 0.1 % of the demand{} goes unmet is at most {percent} %",
            step.word(),
            if step == StepPart::Week { "" } else { " weeks" },
            if target.joint { " of any need" } else { "" }
        ),
        TargetMetric::Unmet => {
            format!("expected unmet demand over {horizon_weeks} weeks is at most {level} weeks of demand")
        }
        TargetMetric::Fill => format!("at least {percent} % of the demand of {horizon_weeks} weeks is served"),
        TargetMetric::Cvar => format!("the mean shortage of the worst 5 % is at most {level} weeks of demand"),
        TargetMetric::Hold => return format!("For {scope}, {level} weeks of mean demand are held as a policy."),
    };
    if let Some(p) = target.probability {
        let what = what.replacen("expected unmet", "unmet", 1);
        return format!(
            "For {scope}, in a replication {what}, with a chance of at least {} %.",
            (p * 1e6).round() / 1e4
        );
    }
    let confidence = (target.confidence * 1e6).round() / 1e4;
    format!("For {scope}, {what}, sized with {confidence} % confidence.")
}

/// The body of a reserve document.
pub fn reserve(
    tender: &Tender,
    report: &ReserveReport,
    target: &str,
    pack: PackPart,
    award_digest: Option<String>,
) -> ReserveBody {
    let targets: Vec<TargetPart> =
        report.targets.iter().map(|o| outcome(tender, o, (report.after.horizon_weeks, pack.step))).collect();
    let sentence = targets.iter().map(|t| t.sentence.as_str()).collect::<Vec<_>>().join(" ");
    let places = |need: NeedIx| -> Vec<(String, f64)> {
        let entry = report.plan.entries.iter().find(|e| e.need == need);
        entry
            .map(|e| e.places.iter().map(|(s, units)| (tender.sites[*s].id.clone(), *units)).collect())
            .unwrap_or_default()
    };
    ReserveBody {
        target: target.to_owned(),
        sentence,
        pack,
        award_digest,
        replications: report.sizing_replications,
        verdict: verdict(report.verdict),
        targets,
        purchase_value: cents(report.purchase_value),
        yearly_cost: cents(report.yearly_cost),
        reimbursed: cents(report.reimbursed),
        needs: report
            .needs
            .iter()
            .map(|n| {
                let need = &tender.needs[n.need];
                NeedPart {
                    need: need.id.clone(),
                    criticality: need.criticality,
                    weeks: n.weeks,
                    required_weeks: n.required_weeks,
                    ceiling_weeks: n.ceiling_weeks,
                    limited_by_shelf_life: n.limited_by_shelf_life,
                    sample_too_small: n.sample_too_small,
                    quantity: n.quantity_units,
                    held: n.held_units,
                    unit: need.unit.clone(),
                    purchase_value: cents(n.purchase_value),
                    yearly_cost: cents(n.yearly_cost),
                    p_stockout_before: estimate(n.p_stockout_before),
                    p_stockout_after: estimate(n.p_stockout_after),
                    unmet_before: amount(n.unmet_units_before),
                    unmet_after: amount(n.unmet_units_after),
                    marginal: n.marginal,
                    closed_form: n.closed_form.as_ref().map(|c| ClosedFormPart {
                        hazard: c.hazard.clone(),
                        weeks: c.weeks,
                        p_stockout: c.p_stockout,
                        unmet_weeks: c.unmet_weeks,
                        least_cost_weeks: c.least_cost_weeks,
                        lower_bound: c.lower_bound,
                    }),
                    verdict: verdict(n.verdict),
                    places: places(n.need),
                }
            })
            .collect(),
        before: scope(tender, &report.before.total),
        after: scope(tender, &report.after.total),
        curve_weight: match report.curve_weight {
            CurveWeight::Patients => "patients",
            CurveWeight::ReferencePrice => "reference price",
            CurveWeight::WeeksOfEach => "weeks of mean demand",
        }
        .to_owned(),
        curve: report
            .curve
            .iter()
            .map(|p| CurvePart {
                yearly_cost: p.yearly_cost,
                purchase_value: p.purchase_value,
                expected_unmet: p.expected_unmet,
                p_any_stockout: estimate(p.p_any_stockout),
                weeks: p.weeks.clone(),
            })
            .collect(),
    }
}
