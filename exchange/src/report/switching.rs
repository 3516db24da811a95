//! Who changes: clinician groups that leave what they use today, by site and need, with what that costs once.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::names::Names;
use super::{Section, Sources};
use crate::documents::award::SwitchingPart;
use crate::figures::{Cell, Table, number};

/// Rows shown at most; the document of the award holds all.
const ROWS: usize = 40;

pub(super) fn section(sources: &Sources<'_>, names: &Names<'_>) -> Option<Section> {
    let mut all: Vec<&SwitchingPart> = sources.award.body.switching.iter().collect();
    if all.is_empty() {
        return None;
    }
    let mut section = Section::new("switching", "Who changes products");
    let cells: BTreeSet<(&str, &str)> = all.iter().map(|s| (s.site.as_str(), s.need.as_str())).collect();
    let cost: Decimal = all.iter().map(|s| s.cost).sum();
    let mut groups: BTreeMap<&str, (usize, Decimal)> = BTreeMap::new();
    for s in &all {
        let (count, sum) = groups.entry(&s.clinician_group).or_default();
        *count += 1;
        *sum += s.cost;
    }
    section.say(format!(
        "Clinicians leave products they use today in {} of {} demand cells; moving costs {} once.",
        number::count(cells.len()),
        number::count(sources.tender.cells.len()),
        sources.money(cost)
    ));
    let money = format!("#cost once, {}", sources.currency());
    if groups.len() > 1 {
        let mut table = Table::new(["clinician group", "#demand cells", &money]).caption("By clinician group.");
        for (group, (count, sum)) in groups {
            table.push([Cell::text(group), Cell::count(count), Cell::money(sum)]);
        }
        section.table(table);
    }
    all.sort_by(|a, b| b.cost.cmp(&a.cost).then_with(|| (&a.site, &a.need).cmp(&(&b.site, &b.need))));
    let mut table = Table::new(["site", "need", "clinician group", "#of demand moved", &money])
        .caption("Each group that moves, the dearest moves first.");
    for s in all.iter().take(ROWS) {
        table.push([
            Cell::text(&s.site),
            names.need_cell(&s.need),
            Cell::text(&s.clinician_group),
            Cell::float(s.moved, number::percent),
            Cell::money(s.cost),
        ]);
    }
    section.table(table);
    if all.len() > ROWS {
        section.remark(format!("{} more stand in the award document.", number::count(all.len() - ROWS)));
    }
    Some(section)
}
