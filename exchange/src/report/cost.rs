//! What it costs: against today, from list price on, by year.

use super::{ReportError, Section, Sources};
use crate::figures::{Cell, Table, number, waterfall};

pub(super) fn section(sources: &Sources<'_>) -> Result<Option<Section>, ReportError> {
    let (body, currency) = (&sources.award.body, sources.currency());
    let Some(cash) = &body.cash else { return Ok(None) };
    let mut section = Section::new("cost", "What it costs");
    match (waterfall::from_baseline(body), &body.baseline) {
        (Some(steps), Some(b)) => {
            let caption = format!(
                "From today's cost down to the award, {currency} over the contract. Price effect: the same mix at the tender's prices ({} of {} \
                 demand cells, those whose products are all still offered). Mix effect: what the award buys instead.",
                number::count(b.repriced_cells),
                number::count(b.cells),
            );
            section.figure(waterfall::figure(
                "waterfall",
                "From today's cost to the award",
                &caption,
                &steps,
                currency,
            )?);
        }
        _ => section
            .remark("The tender states no purchases of today (incumbents), so there is no baseline to compare with."),
    }
    if let Some(steps) = waterfall::from_list(body) {
        let caption = format!(
            "The same cost by component, {currency} over the contract: list price, less what tiers and packages give, plus what comes on top."
        );
        section.figure(waterfall::figure("components", "From list price to cost", &caption, &steps, currency)?);
    }
    let mut table = Table::new(["contract year".to_owned(), format!("#cash, {currency}")])
        .caption("Cash by year; one-off costs fall into the first.");
    for (i, amount) in cash.by_year.iter().enumerate() {
        table.push([Cell::count(i + 1), Cell::money(*amount)]);
    }
    table.push([Cell::text("total").strong(), Cell::money(cash.total).strong()]);
    section.table(table);
    if let Some(value) = body.value.filter(|v| *v != cash.total && body.objective.is_none()) {
        section.remark(format!(
            "Beside the cash, {} of shadow money weighs in the decision and is never paid; the proven bound and its gap speak of both together, {}.",
            sources.money(value - cash.total),
            sources.money(value)
        ));
    }
    for part in &body.adjustments {
        section.remark(format!("Adjustment {}, {}: {}.", part.adjustment, sources.money(part.amount), part.why));
    }
    for part in &body.unserved {
        section.remark(format!(
            "Site {} is left without {} of {} a year ({} of its demand), weighed at {}.",
            part.site,
            part.need_units,
            part.need,
            number::percent(part.share),
            sources.money(part.amount)
        ));
    }
    if !cash.share_back.is_zero() {
        section.remark(format!(
            "Suppliers' fees that are shared back, {}, are a credit beside the cost and not part of it.",
            sources.money(cash.share_back)
        ));
    }
    if let Some(outcome) = &body.outcome {
        section.remark(format!(
            "Outcomes (complications, waste, staff time) are put at {} over the contract where the evidence is least favourable to the products it \
             helps, and at {} at its other end. Nobody pays this; {}.",
            sources.money(outcome.amount),
            sources.money(outcome.other_end),
            match outcome.weight.is_zero() {
                true => "it had no part in the decision".to_owned(),
                false => format!("each unit of it weighed {} in the decision", outcome.weight.normalize()),
            }
        ));
    }
    Ok(Some(section))
}
