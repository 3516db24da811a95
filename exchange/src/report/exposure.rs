//! Exposure: what the loss of each node would do, the risk manager's first page.

use super::sources::Shown;
use super::{Section, Sources};
use crate::documents::exposure::{ExposureBody, NodePart, RecoursePart};
use crate::figures::{Cell, Table, number};

/// Nodes shown at most.
const NODES: usize = 20;

pub(super) fn section(sources: &Sources<'_>, shown: &Shown<ExposureBody>, i: usize) -> Section {
    let body = &shown.body;
    let title = match sources.exposure.len() {
        1 => "Exposure".to_owned(),
        _ => format!("Exposure {}", i + 1),
    };
    let mut section = Section::new(format!("exposure-{}", i + 1), title);
    let exposed = body.nodes.iter().filter(|n| n.fixed.loss.money > 0.0).count();
    section.say(format!(
        "What if a plant, a supplier, an input or a region gives nothing from the first day until it recovers? No probability \
         is asked. {exposed} of {} lose something if nobody ships more than is contracted.{}",
        number::plural(body.nodes.len(), "node that carries some of the award", "nodes that carry some of the award"),
        optimism(body.optimism),
    ));
    section.table(nodes(body, sources.currency()));
    if body.nodes.len() > NODES {
        section.remark(format!("The {NODES} with the largest loss of {}; the document has all.", body.nodes.len()));
    }
    section.table(worst(body, sources.currency()));
    section.table(cut_off(body));
    section.say(
        "Fixed: every supplier that is not struck ships what is contracted, no more. At best: every offer, awarded or not, is used as \
         well as stated capacities and lead times allow, with perfect foresight. What would happen lies between the two.",
    );
    section
}

fn optimism(factor: f64) -> String {
    if factor == 1.0 { String::new() } else { format!(" Stated times to recover are multiplied by {factor}.") }
}

fn weeks(weeks: Option<f64>) -> Cell {
    weeks.map_or_else(|| Cell::text("never short"), |w| Cell::float(w, |w| format!("{w:.1}")))
}

fn loss(r: &RecoursePart) -> Cell {
    let cell = Cell::float(r.loss.money, number::money_f);
    if r.exact || r.loss.money == 0.0 { cell } else { cell.note("at most") }
}

fn nodes(body: &ExposureBody, currency: &str) -> Table {
    let mut table = Table::new([
        "node".to_owned(),
        "#recovers in, weeks".to_owned(),
        "#survives, fixed".to_owned(),
        "#survives, at best".to_owned(),
        format!("#loss, fixed, {currency}"),
        format!("#loss, at best, {currency}"),
        "#needs short".to_owned(),
        "#sites short".to_owned(),
        "#patients without".to_owned(),
    ])
    .caption("Weeks until the first demand goes unmet, and what goes unmet until the node is back, in money; the largest loss first.");
    let most = body.nodes.first().map_or(0.0, |n| n.fixed.loss.money);
    for n in body.nodes.iter().take(NODES) {
        let part = if most > 0.0 { n.fixed.loss.money / most } else { 0.0 };
        table.push([
            Cell::text(n.node.replacen(':', " ", 1)),
            Cell::float(n.time_to_recover_weeks, |w| format!("{w:.1}")).note(basis(n)),
            weeks(n.fixed.time_to_survive_weeks),
            weeks(n.best.time_to_survive_weeks),
            loss(&n.fixed).bar(part),
            loss(&n.best),
            Cell::count(n.fixed.loss.needs.len()),
            Cell::count(n.fixed.loss.sites.len()),
            Cell::maybe(n.fixed.loss.patients, number::measure),
        ]);
    }
    table
}

fn basis(n: &NodePart) -> String {
    match n.recovery.as_str() {
        "assumed" => "assumed",
        "longest_of_plants" => "longest of its plants",
        _ => "",
    }
    .to_owned()
}

fn worst(body: &ExposureBody, currency: &str) -> Table {
    let mut table = Table::new([
        "#at once".to_owned(),
        "kind".to_owned(),
        "worst for this award".to_owned(),
        format!("#loss, fixed, {currency}"),
        "proof".to_owned(),
    ])
    .caption("If an adversary could choose: the nodes whose joint outage loses most.");
    for w in body.worst.iter().filter(|w| w.of > 1) {
        table.push([
            Cell::count(w.of),
            Cell::text(w.kind.as_deref().unwrap_or("any").replace('_', " ")),
            Cell::text(w.nodes.iter().map(|n| n.replacen(':', " ", 1)).collect::<Vec<_>>().join(", ")),
            Cell::float(w.loss.money, number::money_f),
            match w.proven {
                true => Cell::text("none loses more"),
                false => Cell::text(format!("none loses more than {}", number::money_f(w.bound))),
            },
        ]);
    }
    table
}

/// Long-run chances that needs are cut off.
fn cut_off(body: &ExposureBody) -> Table {
    let left = body.cut_off.as_ref().map_or(0.0, |c| c.left);
    let what = if left > 0.0 {
        format!("at most {} of a need's volume", number::percent(left))
    } else {
        "nothing of a need".to_owned()
    };
    let mut table = Table::new(["need", "#part of all time", "#effective draws", "#exact"]).caption(format!(
        "Part of all time in which {what} can be shipped, whatever is in stock: by importance sampling, and worked out where that can be done.",
    ));
    let small = |v: f64| format!("{v:.2e}");
    for n in body.cut_off.iter().flat_map(|c| &c.needs).filter(|n| n.sampled.value > 0.0).take(NODES) {
        table.push([
            Cell::text(&n.need),
            Cell::estimate(&n.sampled, small),
            Cell::float(n.effective_sample, number::measure),
            Cell::maybe(n.exact, small),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::{sources, tender};
    use super::super::{Block, Report};
    use crate::documents::{Header, seal};

    #[test]
    fn an_exposure_document_becomes_a_section() {
        let tender = tender();
        let loss =
            |money: f64| json!({ "money": money, "needs": [["NS-1000", 10.0]], "sites": ["H01"], "patients": 3.0 });
        let recourse =
            |weeks, money, exact| json!({ "time_to_survive_weeks": weeks, "loss": loss(money), "exact": exact });
        let node = json!({
            "node": "plant:North <Cove>", "time_to_recover_weeks": 20.0, "stated_recovery_weeks": 20.0, "recovery": "stated",
            "spend": 9000.0, "needs": 1, "sites": 1, "gap_weeks": 15.5, "fixed": recourse(Some(4.5), 8000.0, true),
            "best": recourse(None, 500.0, false), "time_to_survive_weeks": [["NS-1000", 4.5]],
        });
        let worst = json!({ "of": 2, "kind": null, "nodes": ["plant:A", "plant:B"], "loss": loss(12_345.0), "bound": 13_000.0, "proven": false });
        let body = json!({
            "award_digest": null, "reserve_weeks": [], "optimism": 1.5, "assumed_recovery_weeks": 18.0, "nodes": [node], "idle_nodes": 0,
            "worst": [worst], "values": [],
        });
        let mut sources = sources(&tender, |_| ());
        let document =
            seal("exposure", &Header::new(&tender, "test".to_owned(), 1, json!({})), &body, json!({})).unwrap();
        sources.add("exposure.json".to_owned(), document).unwrap();
        let report = Report::new(&sources).unwrap();
        let section = report.sections.iter().find(|s| s.id == "exposure-1").unwrap();
        assert_eq!(section.blocks.iter().filter(|b| matches!(b, Block::Table(_))).count(), 2);
        let page = report.html().unwrap();
        for said in
            ["never short", "12,345", "none loses more than 13,000", "multiplied by 1.5", "North &#60;Cove&#62;"]
        {
            assert!(page.contains(said), "{said}");
        }
    }
}
