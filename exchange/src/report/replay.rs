//! One replication week by week: what was struck, who was short, and a picture of those that were short most.

use super::names::Names;
use super::sources::Shown;
use super::{ReportError, Section, Sources};
use crate::documents::replay::{NeedPart, ReplayBody};
use crate::figures::{Cell, Table, number, replay};

/// Needs in the picture at most.
const PANELS: usize = 8;

pub(super) fn section(
    sources: &Sources<'_>,
    names: &Names<'_>,
    shown: &Shown<ReplayBody>,
    i: usize,
) -> Result<Section, ReportError> {
    let body = &shown.body;
    let title = match sources.replay.len() {
        1 => format!("Replay: {}, replication {}", body.pack.name, body.replication),
        _ => format!("Replay {}: {}, replication {}", i + 1, body.pack.name, body.replication),
    };
    let mut section = Section::new(format!("replay-{}", i + 1), title);
    let step = body.pack.step.word();
    let struck = match body.struck.is_empty() {
        true => "Nothing was struck.".to_owned(),
        false => format!("Struck were {}.", body.struck.join(", ").replace(':', " ")),
    };
    let short = ranked(body);
    let verdict = match short.len() {
        0 => "No demand went unmet.".to_owned(),
        n => format!("Demand for {} went unmet.", number::plural(n, "need", "needs")),
    };
    section.say(format!(
        "{}. Replication {} of seed {}, one of the many that a stress test counts, {step} by {step}. {struck} {verdict}",
        body.pack.title,
        body.replication,
        shown.document.get("seed").and_then(serde_json::Value::as_u64).unwrap_or(0),
    ));
    section.table(needs(&short, names, step));
    if short.len() > PANELS {
        section.remark(format!("The picture shows the {PANELS} that are short most; the document has all."));
    }
    let drawn: Vec<&NeedPart> = short.into_iter().take(PANELS).collect();
    if !drawn.is_empty() {
        let title = format!("What was wanted and what arrived, {step} by {step}");
        let id = format!("replay-weeks-{}", i + 1);
        section.figure(replay::figure(&id, &title, (&drawn, body.pack.step), |n| names.need_line(n))?);
    }
    Ok(section)
}

/// Unmet demand in weeks of the need's own.
fn weeks_unmet(need: &NeedPart) -> f64 {
    if need.mean_weekly_demand > 0.0 { need.unmet / need.mean_weekly_demand } else { 0.0 }
}

/// Needs that were short, the worst first.
fn ranked(body: &ReplayBody) -> Vec<&NeedPart> {
    let mut needs: Vec<&NeedPart> = body.needs.iter().filter(|n| weeks_unmet(n) > 0.0).collect();
    needs.sort_by(|a, b| weeks_unmet(b).total_cmp(&weeks_unmet(a)).then_with(|| a.need.cmp(&b.need)));
    needs
}

fn needs(short: &[&NeedPart], names: &Names<'_>, step: &str) -> Table {
    let columns = [
        "need".to_owned(),
        "#unmet, weeks of demand".to_owned(),
        format!("#{step}s short"),
        format!("#first {step}"),
        format!("#last {step}"),
        "#least stock, weeks of demand".to_owned(),
    ];
    let mut table = Table::new(columns).caption("Needs that were short in this replication, the worst first.");
    for need in short {
        let out: Vec<usize> = need.weeks.iter().filter(|w| w.unmet > 0.0).map(|w| w.week).collect();
        let least = need.weeks.iter().min_by(|a, b| a.stock.total_cmp(&b.stock));
        let at = |week: Option<usize>| week.map_or_else(Cell::none, Cell::count);
        table.push([
            names.need_cell(&need.need),
            Cell::float(weeks_unmet(need), number::measure),
            Cell::count(out.len()),
            at(out.first().copied()),
            at(out.last().copied()),
            least.map_or_else(Cell::none, |w| {
                Cell::float(w.stock / need.mean_weekly_demand, number::measure).note(format!("{step} {}", w.week))
            }),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::tests::{sources, tender};
    use super::super::{Block, Report};
    use crate::documents::{Header, seal};

    fn document(tender: &ballast_domain::Tender, unmet: [f64; 3]) -> Value {
        let week = |week: usize, unmet: f64| {
            json!({
                "week": week, "capacity": 0.4, "demand": 10.0, "saved": 0.0, "received": 10.0 - unmet, "gained": 0.0,
                "reserve_drawn": 0.0, "unmet": unmet, "stock": 5.0 - unmet,
            })
        };
        let need = |need: &str, unmet: [f64; 3]| {
            json!({
                "need": need, "unit": "bag", "mean_weekly_demand": 10.0, "unmet": unmet.iter().sum::<f64>(),
                "weeks": (0..3).map(|w| week(w + 1, unmet[w])).collect::<Vec<Value>>(),
            })
        };
        let body = json!({
            "pack": { "name": "flood", "title": "A flood", "hash": "sha256:0", "entries": [] }, "award_digest": null, "reserve_weeks": [],
            "replication": 17, "horizon_weeks": 3, "struck": if unmet[1] > 0.0 { vec!["plant:North Cove"] } else { vec![] },
            "needs": [need("NS-1000", unmet), need("LR-1000", [0.0; 3])],
        });
        let header = Header::new(tender, "test".to_owned(), 5, json!({ "replication": 17 }));
        seal("replay", &header, &body, json!({})).unwrap()
    }

    #[test]
    fn a_replication_has_its_weeks_and_its_picture() {
        let tender = tender();
        let mut sources = sources(&tender, |_| ());
        sources.add("replay.json".to_owned(), document(&tender, [0.0, 4.0, 2.0])).unwrap();
        let report = Report::new(&sources).unwrap();
        let section = report.sections.iter().find(|s| s.id == "replay-1").unwrap();
        let Block::Paragraph(text) = &section.blocks[0] else { panic!("text first") };
        assert!(text.contains("Replication 17 of seed 5") && text.contains("Struck were plant North Cove"), "{text}");
        let Block::Table(table) = &section.blocks[1] else { panic!("then the needs") };
        assert_eq!(table.rows.len(), 1, "the need that was short");
        let Block::Figure(figure) = &section.blocks[2] else { panic!("then the picture") };
        assert_eq!((figure.panels.len(), figure.table.rows.len()), (1, 3));
        assert_eq!(report.replay.len(), 1);
        // It stands among the documents and in the command that makes the page again.
        let page = report.html().unwrap();
        assert!(page.contains("replay.json") && page.contains("replication 17"));
    }

    #[test]
    fn a_replication_without_shortage_has_no_picture() {
        let tender = tender();
        let mut sources = sources(&tender, |_| ());
        sources.add("replay.json".to_owned(), document(&tender, [0.0; 3])).unwrap();
        let report = Report::new(&sources).unwrap();
        let section = report.sections.iter().find(|s| s.id == "replay-1").unwrap();
        assert_eq!(section.blocks.len(), 1);
        let Block::Paragraph(text) = &section.blocks[0] else { panic!("text") };
        assert!(text.contains("Nothing was struck. No demand went unmet."), "{text}");
    }
}
