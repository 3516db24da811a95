//! Contracts: lines whose site has a cheaper layer, fees by who pays them, ways of paying for procedures, and what comes
//! back when supply fails.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::names::Names;
use super::{Section, Sources};
use crate::documents::award::{FeesPart, Line, PaymentWays};
use crate::figures::{Cell, Table, number};

/// Rows shown at most; the document of the award holds all.
const ROWS: usize = 40;

pub(super) fn section(sources: &Sources<'_>, names: &Names<'_>) -> Option<Section> {
    let body = &sources.award.body;
    let mut section = Section::new("contracts", "Contracts, fees and ways of paying");
    layers(sources, names, &mut section);
    if let Some(fees) = &body.fees {
        fee_neutral(sources, names, fees, &mut section);
    }
    if !body.payment_ways.is_empty() {
        section.heading("Ways of paying, per procedure");
        section.table(payment_ways(sources, names, &body.payment_ways));
    }
    if let Some(clauses) = &body.supply_clauses {
        section.say(format!(
            "{} of the yearly cost is bought under contracts that pay part of the price difference back when the supplier fails to deliver; counted \
             by that part it is {}.",
            number::percent(clauses.share),
            number::percent(clauses.reimbursed_share)
        ));
    }
    (!section.blocks.is_empty()).then_some(section)
}

fn reason(word: &str) -> &str {
    match word {
        "tier" => "its first tier is not reached",
        "minimum" => "the minimum is not reached",
        "maximum" => "the maximum is used up",
        _ => "rules, or money within the gap",
    }
}

/// Lines by the offer used and the cheaper one, with what they cost.
fn layers(sources: &Sources<'_>, names: &Names<'_>, section: &mut Section) {
    let mut pairs: BTreeMap<(&str, &str), (&Line, usize, Decimal)> = BTreeMap::new();
    for line in &sources.award.body.lines {
        let Some(best) = &line.best_layer else { continue };
        let entry = pairs.entry((&line.offer, &best.offer)).or_insert((line, 0, Decimal::ZERO));
        entry.1 += 1;
        entry.2 += line.cost;
    }
    if sources.award.body.layers_left_out > 0 {
        section.remark(format!(
            "The offers of {} were not compared: the award is too large.",
            number::plural(sources.award.body.layers_left_out, "product", "products")
        ));
    }
    if pairs.is_empty() {
        return;
    }
    section.heading("Cheaper layers not used");
    let money = format!("#cost a year, {}", sources.currency());
    let saving = format!("#less a year, {}", sources.currency());
    let mut table = Table::new([
        "product",
        "offer used",
        "#price",
        "cheaper offer",
        "#its list price",
        "#lines",
        &money,
        &saving,
        "why not",
    ])
    .caption(
        "Another offer of the same product that the same site may use. The difference is that of the whole award if everything of the product that may \
         use the offer did, with the tiers then earned and lost.",
    );
    for (line, lines, cost) in pairs.values().take(ROWS) {
        let Some(best) = &line.best_layer else { continue };
        table.push([
            names.product_cell(&line.product),
            Cell::text(&line.offer).note(line.layer.clone()),
            Cell::exact(line.price),
            Cell::text(&best.offer).note(best.layer.clone()),
            Cell::exact(best.price),
            Cell::count(*lines),
            Cell::money(*cost),
            Cell::money(best.saving),
            Cell::text(reason(&best.reason)),
        ]);
    }
    section.table(table);
    if pairs.len() > ROWS {
        section.remark(format!("{} more pairs stand in the award document.", number::count(pairs.len() - ROWS)));
    }
}

fn fee_neutral(sources: &Sources<'_>, names: &Names<'_>, fees: &FeesPart, section: &mut Section) {
    section.heading("Without fees");
    section.say(format!(
        "The buyer pays fees of {} over the contract; suppliers pay {} out of their prices and {} of that comes back. Without any fee the award \
         would cost {}, net of what comes back {}.",
        sources.money(fees.buyer_paid),
        sources.money(fees.supplier_paid),
        sources.money(fees.share_back),
        sources.money(fees.cash_without_fees),
        sources.money(fees.cash_net_of_share_back)
    ));
    let mut table = Table::new([
        "supplier",
        "#cost",
        "#fees paid by the buyer",
        "#fees paid by the supplier",
        "#share-back",
        "#cost without fees",
        "#rank with",
        "#rank without",
    ])
    .caption(format!("{} over the contract, without one-off costs.", sources.currency()));
    for (i, s) in fees.suppliers.iter().enumerate() {
        table.push([
            names.supplier_cell(&s.supplier),
            Cell::money(s.cost),
            Cell::money(s.buyer_paid),
            Cell::money(s.supplier_paid),
            Cell::money(s.share_back),
            Cell::money(s.cost_without_fees),
            Cell::count(i + 1),
            Cell::count(s.rank_without_fees),
        ]);
    }
    section.table(table);
}

fn payment_ways(sources: &Sources<'_>, names: &Names<'_>, ways: &[PaymentWays]) -> Table {
    let mut table =
        Table::new(["product", "#construct", "#case price", "#capitated", "#reference", "offers"]).caption(format!(
            "What a mean procedure costs under each way, {}; a dash where the tender does not say.",
            sources.currency()
        ));
    let cell = |amount: Option<Decimal>| amount.map_or_else(Cell::none, Cell::exact);
    for way in ways {
        let offer = |o: &crate::documents::award::WayOfOffer| {
            let used = if o.used == Some(true) { ", used" } else { "" };
            format!("{} ({}{used})", o.offer, o.pays.replace('_', " "))
        };
        table.push([
            names.product_cell(&way.product),
            cell(way.construct),
            cell(way.case_price),
            cell(way.capitated),
            cell(way.reference),
            Cell::text(way.offers.iter().map(offer).collect::<Vec<_>>().join(", ")),
        ]);
    }
    table
}
