//! Discount tiers: what is earned, how far the next step is, and how thin the margin above the last one is.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Section, Sources};
use crate::documents::award::TierPart;
use crate::figures::{Cell, Table, number};

/// Rows shown at most; the document of the award holds all.
const ROWS: usize = 40;

pub(super) fn section(sources: &Sources<'_>) -> Option<Section> {
    let all = &sources.award.body.tiers;
    let mut used: Vec<&TierPart> = all.iter().filter(|t| !t.measure.is_zero()).collect();
    if used.is_empty() {
        return None;
    }
    used.sort_by(|a, b| b.saving.cmp(&a.saving).then_with(|| (&a.schedule, &a.cohort).cmp(&(&b.schedule, &b.cohort))));
    let mut section = Section::new("tiers", "Discount tiers");
    // Where years differ, each has a row of its own; together they give the mean.
    let years = used.iter().filter_map(|t| t.year).max().map_or(Decimal::ONE, Decimal::from);
    let saving = used.iter().map(|t| t.saving).sum::<Decimal>() / years;
    let earned = used.iter().filter(|t| t.tier.is_some()).count();
    let thin: Vec<&&TierPart> = used.iter().filter(|t| is_thin(t)).collect();
    let schedules = number::plural(
        used.len(),
        "schedule that counts purchases (once per cohort)",
        "schedules that count purchases (once per cohort)",
    );
    section.say(format!(
        "Of {schedules}, {} earn a tier; together they save {} a year.",
        number::count(earned),
        sources.money(saving)
    ));
    if !thin.is_empty() {
        let names: Vec<String> = thin.iter().map(|t| name(t)).collect();
        let at_stake: Decimal = thin.iter().map(|t| t.saving).sum();
        section.remark(format!(
            "Within 1 % above their threshold: {}. If volume falls short by that little, the tier is lost; {} a year hang on it.",
            names.join(", "),
            sources.money(at_stake)
        ));
    }
    let saving = format!("#saving a year, {}", sources.currency());
    let mut table = Table::new(["schedule", "counts", "#reached", "#tier from", "#tier gives", &saving, "#next tier", "#missing"]).caption(
        "Schedules under which something is bought. The bar is the way from zero to the next tier; a full bar is the top tier. \
         \"Counts\" names the unit of the three measures in a row.",
    );
    for t in used.iter().take(ROWS) {
        let way = t.next.and_then(|n| number::part_of(t.measure, n)).unwrap_or(1.0);
        let gives = |v: Decimal| match t.gives_what.as_str() {
            "percent" if t.mode == "incremental" => percent(v).note("off the last slice"),
            "percent" => percent(v).note("off"),
            "price" if t.mode == "incremental" => Cell::exact(v).note("price of the last slice"),
            "price" => Cell::exact(v).note("price"),
            _ => Cell::money(v).note("sum a year"),
        };
        let amount = |v: Decimal| if t.basis == "share" { percent(v) } else { Cell::money(v) };
        let mut reached = amount(t.measure).bar(way);
        if is_thin(t) {
            reached = reached.note("just above the tier");
        }
        table.push([
            Cell::text(&t.schedule).note(notes(t)),
            Cell::text(t.basis.replace('_', " ")),
            reached,
            t.tier.map_or_else(Cell::none, amount),
            t.gives.map_or_else(Cell::none, gives),
            Cell::money(t.saving),
            t.next.map_or_else(|| Cell::text("top"), amount),
            t.distance.map_or_else(Cell::none, amount),
        ]);
    }
    section.table(table);
    let unused = all.len() - used.len();
    let left = used.len().saturating_sub(ROWS);
    if unused + left > 0 {
        let mut text = format!(
            "{} under which nothing is bought are left out.",
            number::plural(unused, "schedule or cohort", "schedules or cohorts")
        );
        if left > 0 {
            text.push_str(&format!(
                " {} with smaller savings stand in the award document.",
                number::plural(left, "more", "more")
            ));
        }
        section.remark(super::title::capital(&text));
    }
    Some(section)
}

fn percent(fraction: Decimal) -> Cell {
    Cell::float(fraction.to_f64().unwrap_or_default(), number::percent)
}

fn name(tier: &TierPart) -> String {
    let notes = notes(tier);
    if notes.is_empty() { tier.schedule.clone() } else { format!("{} ({notes})", tier.schedule) }
}

/// What tells rows of one schedule apart, and what it is if not a discount of the first stage.
fn notes(tier: &TierPart) -> String {
    let form = match (tier.kind.as_str(), tier.stage) {
        ("discount", 1) => None,
        (kind, 1) => Some(kind.to_owned()),
        (kind, stage) => Some(format!("{kind}, stage {stage}")),
    };
    let cohort = (!tier.cohort.is_empty()).then(|| tier.cohort.clone());
    let year = tier.year.map(|y| format!("year {y}"));
    [cohort, year, form].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A tier that is earned by less than 1 %.
fn is_thin(tier: &TierPart) -> bool {
    tier.tier.is_some_and(|from| {
        !from.is_zero() && tier.measure >= from && tier.measure - from < from / Decimal::ONE_HUNDRED
    })
}
