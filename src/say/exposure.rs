//! The exposure report as a document.

use ballast_domain::Tender;
use ballast_domain::index::NodeIx;
use ballast_exchange::documents::exposure::{
    CutOffNeedPart, CutOffPart, ExposureBody, LossPart, NodePart, RecoursePart, ValuePart, WorstPart,
};
use ballast_exchange::documents::stress::PackPart;
use ballast_simulation::ReservePlan;
use ballast_simulation::exposure::{
    CutOffReport, ExposureOptions, ExposureReport, Loss, NodeExposure, Recourse, RecoveryBasis, ValuedAt, WorstOutage,
};

/// Kind and id of a node.
pub fn node(tender: &Tender, ix: NodeIx) -> String {
    let node = &tender.factor_map.nodes[ix];
    format!("{}:{}", node.kind.word(), node.id)
}

fn weeks(weeks: f64) -> Option<f64> {
    weeks.is_finite().then_some(weeks)
}

fn loss(tender: &Tender, loss: &Loss) -> LossPart {
    LossPart {
        money: loss.money,
        needs: loss.needs.iter().map(|(n, units)| (tender.needs[*n].id.clone(), *units)).collect(),
        sites: loss.sites.iter().map(|s| tender.sites[*s].id.clone()).collect(),
        patients: loss.patients,
    }
}

fn recourse(tender: &Tender, r: &Recourse) -> RecoursePart {
    RecoursePart { time_to_survive_weeks: weeks(r.time_to_survive), loss: loss(tender, &r.loss), exact: r.exact }
}

fn of_node(tender: &Tender, n: &NodeExposure) -> NodePart {
    NodePart {
        node: node(tender, n.node),
        time_to_recover_weeks: n.recovery.weeks,
        stated_recovery_weeks: n.recovery.stated_weeks,
        recovery: match n.recovery.basis {
            RecoveryBasis::Stated => "stated",
            RecoveryBasis::LongestOfPlants => "longest_of_plants",
            RecoveryBasis::Assumed => "assumed",
        }
        .to_owned(),
        spend: n.spend,
        needs: n.needs,
        sites: n.sites,
        gap_weeks: n.gap_weeks(),
        fixed: recourse(tender, &n.fixed),
        best: recourse(tender, &n.best),
        time_to_survive_weeks: n
            .time_to_survive
            .iter()
            .map(|(need, w)| (tender.needs[*need].id.clone(), weeks(*w)))
            .collect(),
    }
}

fn worst(tender: &Tender, w: &WorstOutage) -> WorstPart {
    WorstPart {
        of: w.of,
        kind: w.kind.map(|k| k.word().to_owned()),
        nodes: w.worst.nodes.iter().map(|n| node(tender, *n)).collect(),
        loss: loss(tender, &w.loss),
        bound: w.worst.bound,
        proven: w.worst.bound <= w.worst.loss * (1.0 + 1e-9),
    }
}

/// The body of an exposure document.
pub fn exposure(
    tender: &Tender,
    report: &ExposureReport,
    options: &ExposureOptions,
    award_digest: Option<String>,
    plan: Option<&ReservePlan>,
) -> ExposureBody {
    let value = |(need, v): (&ballast_domain::tender::Need, &ValuedAt)| ValuePart {
        need: need.id.clone(),
        valued_at: match v {
            ValuedAt::ShortageCost => "shortage_cost",
            ValuedAt::ReferencePrice => "reference_price",
            ValuedAt::AwardedPrice => "awarded_price",
        }
        .to_owned(),
    };
    ExposureBody {
        award_digest,
        reserve_weeks: super::reserve_weeks(tender, plan),
        optimism: options.optimism,
        assumed_recovery_weeks: options.assumed_recovery_weeks,
        nodes: report.nodes.iter().map(|n| of_node(tender, n)).collect(),
        idle_nodes: report.idle_nodes,
        cut_off: None,
        worst: report.worst.iter().map(|w| worst(tender, w)).collect(),
        values: tender.needs.iter().zip(&report.valued_at).map(value).collect(),
    }
}

/// Long-run chances that needs are cut off, the largest first.
pub fn cut_off(tender: &Tender, report: &CutOffReport, pack: PackPart) -> CutOffPart {
    let mut needs: Vec<CutOffNeedPart> = report
        .needs
        .iter()
        .map(|c| CutOffNeedPart {
            need: tender.needs[c.need].id.clone(),
            sampled: super::estimate(c.sampled),
            effective_sample: c.effective_sample,
            exact: c.exact,
            processes: c.processes,
        })
        .collect();
    needs.sort_by(|a, b| b.sampled.value.total_cmp(&a.sampled.value).then_with(|| a.need.cmp(&b.need)));
    CutOffPart { pack, draws: report.draws, left: report.left, left_out: report.left_out.clone(), needs }
}
