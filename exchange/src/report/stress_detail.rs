//! What a stress test says beyond its scopes: money, requirements, another award, sites, who makes up the tail, failed replications.

use super::Section;
use crate::documents::stress::{PairPart, StressBody};
use crate::figures::{Cell, Table, number};

/// Rows of a list shown at most.
const ROWS: usize = 10;

pub(super) fn add(section: &mut Section, body: &StressBody, currency: &str) {
    if let Some(money) = &body.money {
        section.say(format!(
            "Valued at shortage cost or reference price, {} {currency} of demand goes unmet on average, more than {} in one test of twenty, and {} on \
             average among those.",
            number::interval(&money.unmet, number::money_f),
            number::money_f(money.var95.value),
            number::interval(&money.cvar95, number::money_f),
        ));
    }
    if !body.failed.is_empty() {
        section.remark(format!(
            "Without a result: {}. Intervals reach from the case in which nothing went unmet there to the one in which everything did.",
            number::plural(body.failed.len(), "replication", "replications")
        ));
    }
    section.table(required(body));
    section.table(against(body));
    section.table(sites(body));
    section.table(inventory(body));
    section.table(contributions(body));
}

fn required(body: &StressBody) -> Table {
    let mut table = Table::new(["required", "#found", "worst need", "verdict"])
        .caption("What was required and what was found; with `prob` the chance that a replication misses it.");
    for r in &body.required {
        table.push([
            Cell::text(&r.target).note(r.sentence.clone()),
            Cell::estimate(&r.after, |v| format!("{v:.4}")),
            Cell::text(r.need.as_deref().unwrap_or("basket")),
            Cell::text(r.verdict.replace('_', " ")),
        ]);
    }
    table
}

fn against(body: &StressBody) -> Table {
    let mut table = Table::new(["scope", "#better in", "#worse in", "#less unmet by", "unit"]).caption(
        "Another award on the same paths: in how many draws this one leaves less unmet, in how many more, and by how much on average.",
    );
    let Some(against) = &body.against else { return table };
    // Needs and sites stand in the document.
    let single = |p: &&PairPart| body.needs.iter().chain(&body.sites).all(|s| s.scope != p.scope);
    for p in against.scopes.iter().filter(single) {
        table.push([
            Cell::text(&p.scope),
            Cell::estimate(&p.better, number::percent),
            Cell::estimate(&p.worse, number::percent),
            Cell::estimate(&p.difference, number::measure),
            Cell::text(&p.unit),
        ]);
    }
    table
}

fn sites(body: &StressBody) -> Table {
    let with_patients = body.sites.iter().any(|s| s.patients.is_some());
    let patients = with_patients.then_some("#patients without");
    let columns = ["site", "#chance of a stockout", "#unmet, weeks of demand", "#CVaR 95, weeks"];
    let mut table = Table::new(columns.into_iter().chain(patients)).caption("Sites, the worst first.");
    let mut sites: Vec<_> = body.sites.iter().collect();
    sites.sort_by(|a, b| b.unmet_weeks.value.total_cmp(&a.unmet_weeks.value).then_with(|| a.scope.cmp(&b.scope)));
    for s in sites.into_iter().take(ROWS) {
        let mut row = vec![
            Cell::text(&s.scope),
            Cell::estimate(&s.p_stockout, number::percent),
            Cell::estimate(&s.unmet_weeks, number::measure),
            Cell::estimate(&s.cvar95_weeks, number::measure),
        ];
        if with_patients {
            row.push(s.patients.as_ref().map_or_else(Cell::none, |p| Cell::estimate(p, number::measure)));
        }
        table.push(row);
    }
    table
}

/// Stock, where somebody orders by a point or a quantity, or users are owed something.
fn inventory(body: &StressBody) -> Table {
    let mut table = Table::new(["need", "#on hand", "#owed", "unit", "#orders a year"]).caption(
        "Stock and what is owed to users at the end of a step, and orders, over the second half of the horizon.",
    );
    for i in body.inventory.iter().filter(|i| i.horizon.orders_a_year.is_some() || i.horizon.owed.value > 0.0) {
        let levels = &i.second_half;
        table.push([
            Cell::text(&i.need),
            Cell::estimate(&levels.on_hand, number::measure),
            Cell::estimate(&levels.owed, number::measure),
            Cell::text(&i.unit),
            levels.orders_a_year.as_ref().map_or_else(Cell::none, |o| Cell::estimate(o, number::measure)),
        ]);
    }
    table
}

fn contributions(body: &StressBody) -> Table {
    let mut table = Table::new(["of", "who", "#weeks of demand", "#part of CVaR 95"]).caption(
        "Who makes up the mean shortage of the worst 5 %: needs and nodes, each list adding up to it. For nodes a shortage is shared by the volume behind \
         the nodes that were struck in it.",
    );
    let whole = body.total.cvar95_weeks.value;
    for (kind, list) in [("need", &body.contributions.needs), ("node", &body.contributions.nodes)] {
        for (who, weeks) in list.iter().filter(|(_, w)| *w > 0.0).take(ROWS) {
            let part = if whole > 0.0 { weeks / whole } else { 0.0 };
            table.push([
                Cell::text(kind),
                Cell::text(who.replacen(':', " ", 1)),
                Cell::float(*weeks, number::measure),
                Cell::float(part, number::percent).bar(part.min(1.0)),
            ]);
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::super::tests::{sources, tender};
    use super::super::{Block, Report};
    use crate::documents::reserve::TargetPart;
    use crate::documents::stress::*;

    #[test]
    fn money_requirements_another_award_sites_and_parts_are_shown() {
        let tender = tender();
        let mut sources = sources(&tender, |_| ());
        let e = |value| EstimatePart { value, low: value * 0.9, high: value * 1.1, standard_error: 0.1 };
        let body = &mut sources.stress[0].body;
        body.money = Some(MoneyPart { unmet: e(12_000.0), var95: e(30_000.0), cvar95: e(45_678.0) });
        body.failed = vec![FailedPart { replication: 7, why: "stopped".into() }];
        body.sites = vec![ScopePart { scope: "H<1>".into(), ..body.total.clone() }];
        let part = |value| (format!("plant:P{value}"), value);
        body.contributions = ContributionsPart {
            needs: vec![("NS-1000".into(), 2.0)],
            sites: vec![],
            nodes: vec![part(1.5), part(0.5)],
        };
        let levels = |orders: Option<f64>| LevelsPart { on_hand: e(12.5), owed: e(0.0), orders_a_year: orders.map(e) };
        let stock = |need: &str, orders| InventoryPart {
            need: need.into(),
            unit: "bag".into(),
            horizon: levels(orders),
            second_half: levels(orders),
        };
        body.inventory = vec![stock("ordered", Some(17.5)), stock("covered", None)];
        body.required = vec![TargetPart {
            target: "fill>=0.95@prob=0.99,conf=0.95".into(),
            sentence: "A sentence.".into(),
            before: None,
            after: e(0.02),
            need: None,
            verdict: "not_met".into(),
            greedy_value: None,
            least_value: None,
        }];
        let pair = PairPart {
            scope: "all needs".into(),
            unit: "USD".into(),
            difference: e(1_200.0),
            difference_weeks: e(0.1),
            better: e(0.93),
            worse: e(0.02),
            equal: 0.05,
            narrower: 3.0,
        };
        body.against = Some(AgainstPart { award_digest: None, scopes: vec![pair] });
        let report = Report::new(&sources).unwrap();
        let section = report.sections.iter().find(|s| s.id == "stress-1").unwrap();
        let tables = section.blocks.iter().filter(|b| matches!(b, Block::Table(_))).count();
        assert!(tables >= 8, "{tables}");
        let page = report.html().unwrap();
        for said in [
            "45,678",
            "Without a result: one replication.",
            "H&#60;1&#62;",
            "not met",
            "plant P1.5",
            "75\u{a0}%",
            "Another award",
            "orders a year",
            "17.5",
            "Theory beside the sample",
            "&#60;storm&#62;",
            "refill is limited",
        ] {
            assert!(page.contains(said), "{said}");
        }
        assert!(!page.contains(">covered<"), "every step is an order there");
    }
}
