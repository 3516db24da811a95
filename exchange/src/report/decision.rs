//! What was decided: in words, by supplier, supplier against need, and the formulary.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::names::Names;
use super::title::capital;
use super::{Section, Sources, matrix};
use crate::figures::{Cell, Table, number};

pub(super) fn section(sources: &Sources<'_>, names: &Names<'_>) -> Section {
    let mut section = Section::new("decision", "What was decided");
    section.say(decided(sources));
    section.say(why(sources));
    section.table(suppliers(sources, names));
    let losers = losers(sources);
    if !losers.is_empty() {
        section.remark(format!("Bid and win nothing: {}.", losers.join(", ")));
    }
    section.heading("Award matrix");
    section.table(matrix::table(&sources.award.body, names));
    section.heading("Formulary");
    section.table(formulary(sources, names));
    let not_chosen = not_chosen(sources);
    if !not_chosen.is_empty() {
        section.remark(format!("Not chosen: {}.", not_chosen.join("; ")));
    }
    section
}

/// The products not chosen, by need.
fn not_chosen(sources: &Sources<'_>) -> Vec<String> {
    let by_need = sources.award.body.not_chosen.chunk_by(|a, b| a.need == b.need);
    let product = |p: &crate::documents::award::NotChosen| match p.reason.as_str() {
        "dearer_at_list" => format!("{} (dearer at list price)", p.product),
        "cheaper_at_list" => format!("{} (cheaper at list price somewhere, but outweighed)", p.product),
        reason => format!("{} ({})", p.product, reason.replace('_', " ")),
    };
    by_need.map(|p| format!("{}: {}", p[0].need, p.iter().map(product).collect::<Vec<_>>().join(", "))).collect()
}

fn decided(sources: &Sources<'_>) -> String {
    let body = &sources.award.body;
    let named = |s: &crate::documents::award::SupplierPart| format!("{} ({})", s.supplier, number::share(s.share));
    let mut list: Vec<String> = body.suppliers.iter().take(6).map(named).collect();
    if body.suppliers.len() > list.len() {
        list.push(number::plural(body.suppliers.len() - list.len(), "other", "others"));
    }
    let last = list.pop().unwrap_or_default();
    let list = if list.is_empty() { last } else { format!("{} and {last}", list.join(", ")) };
    let verb = if body.suppliers.len() == 1 { "wins" } else { "win" };
    let years = number::plural(sources.tender.settings.contract_years as usize, "contract year", "contract years");
    let mut text = format!(
        "{} {verb} the tender: {list}, by share of yearly cost. Over {years} the award costs {} and serves the whole stated demand: {} at {}.",
        capital(&number::plural(body.suppliers.len(), "supplier", "suppliers")),
        sources.cost().map(|v| sources.money(v)).unwrap_or_default(),
        number::plural(sources.tender.needs.len(), "need", "needs"),
        number::plural(sources.tender.sites.len(), "site", "sites"),
    );
    let (kept, all) = body.lines.iter().fold((Decimal::ZERO, Decimal::ZERO), |(k, a), l| {
        (k + if l.incumbent { l.cost } else { Decimal::ZERO }, a + l.cost)
    });
    if body.baseline.is_some()
        && let Some(part) = number::part_of(kept, all)
    {
        text.push_str(&format!(
            " {} of the money stays with products that the same site uses for the same need today.",
            number::percent(part)
        ));
    }
    text
}

fn why(sources: &Sources<'_>) -> String {
    let body = &sources.award.body;
    let mut text = match (body.bound, body.gap_money, body.gap) {
        (Some(bound), Some(money), Some(part)) => format!(
            "It is the best award found that keeps every rule ({}). {}, so at most {} ({} %) better exists.",
            body.detail,
            sources.none_below("No such award", bound),
            match body.objective {
                Some(_) => number::amount(money),
                None => sources.money(money),
            },
            number::measure(part * 100.0),
        ),
        _ => {
            format!("It keeps every rule ({}); how much better another award could be is not proven here.", body.detail)
        }
    };
    if let Some(b) = &body.baseline {
        let word = |amount: Decimal, saves: &str, costs: &str| {
            format!("{} {}", if amount.is_sign_negative() { costs } else { saves }, sources.money(amount.abs()))
        };
        let part = number::part_of(b.saving, b.at_todays_prices).map(number::percent).unwrap_or_default();
        let direction = if b.saving.is_sign_negative() { "more" } else { "less" };
        text.push_str(&format!(
            " Against what the sites buy today ({}, known for {} of {} demand cells) it costs {} ({part}) {direction}: better prices for the same mix {}, \
             the change of mix {}. After one-off costs the difference is {}.",
            sources.money(b.at_todays_prices),
            number::count(b.cells),
            number::count(b.cells + b.excluded),
            sources.money(b.saving.abs()),
            word(b.price_effect, "save", "cost"),
            word(b.mix_effect, "saves", "costs"),
            sources.money(b.saving_after_one_off.abs()),
        ));
    }
    text
}

fn suppliers(sources: &Sources<'_>, names: &Names<'_>) -> Table {
    let money = format!("#cost a year, {}", sources.currency());
    let mut table = Table::new(["supplier", &money, "#share of cost", "#products", "#sites"])
        .caption("Suppliers that win. Cost with discounts, mark-up, freight and fees, without one-off costs.");
    for s in &sources.award.body.suppliers {
        table.push([
            names.supplier_cell(&s.supplier),
            Cell::money(s.cost),
            Cell::float(s.share, number::percent).bar(s.share),
            Cell::count(s.products),
            Cell::count(s.sites),
        ]);
    }
    table
}

fn losers(sources: &Sources<'_>) -> Vec<String> {
    let winners: BTreeSet<&str> = sources.award.body.suppliers.iter().map(|s| s.supplier.as_str()).collect();
    sources.tender.suppliers.iter().filter(|s| !winners.contains(s.id.as_str())).map(|s| s.id.clone()).collect()
}

fn formulary(sources: &Sources<'_>, names: &Names<'_>) -> Table {
    let mut entries: Vec<_> = sources.award.body.formulary.iter().map(|f| (names.need(&f.need).category, f)).collect();
    entries.sort_by(|(ca, a), (cb, b)| (ca, &a.need).cmp(&(cb, &b.need)).then(b.share.total_cmp(&a.share)));
    let mut table = Table::new(["category", "need", "product", "supplier", "#share of need", "#sites"])
        .caption("Products that the sites are standardized on, by category and need.");
    let mut before = ("", "");
    for (category, f) in entries {
        let first = if before.0 == category { Cell::repeated(category) } else { Cell::text(category).strong() };
        let need =
            if before == (category, f.need.as_str()) { Cell::repeated(&f.need) } else { names.need_cell(&f.need) };
        table.push([
            first,
            need,
            match f.on_formulary {
                true => names.product_cell(&f.product),
                false => Cell::text(&f.product).note("off formulary"),
            },
            Cell::text(&f.supplier),
            Cell::float(f.share, number::percent),
            Cell::count(f.sites),
        ]);
        before = (category, &f.need);
    }
    table
}
