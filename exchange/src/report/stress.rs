//! A stress test: how the award stands up when supply breaks.

use super::names::Names;
use super::sources::Shown;
use super::title::first_class;
use super::{ReportError, Section, Sources};
use crate::documents::stress::{FanPart, ScopePart, StepPart, StressBody};
use crate::figures::{Cell, Table, exceedance, fan, number};

/// All needs get a fan chart if there are no more.
const FEW: usize = 6;
/// Fan charts shown at most.
const FANS: usize = 12;
/// Nodes shown at most.
const NODES: usize = 12;

pub(super) fn section(
    sources: &Sources<'_>,
    names: &Names<'_>,
    shown: &Shown<StressBody>,
    i: usize,
) -> Result<Section, ReportError> {
    let body = &shown.body;
    let id = |what: &str| format!("{what}-{}", i + 1);
    let title = if sources.stress.len() > 1 {
        format!("Stress test {}: {}", i + 1, body.pack.name)
    } else {
        format!("Stress test: {}", body.pack.name)
    };
    let mut section = Section::new(id("stress"), title);
    let reserve = match body.reserve_weeks.iter().filter(|r| r.1 > 0.0).count() {
        0 => "No reserve is held beyond the tender's own stock policies.".to_owned(),
        n => format!("A reserve plan is held for {}.", number::plural(n, "need", "needs")),
    };
    let pooled = if body.pooled_stock { " Stock at centres and vendors is at every site's disposal." } else { "" };
    section.say(format!(
        "{}. The award was lived through {} times for {} weeks. {reserve}{pooled} All intervals are 95 %.",
        body.pack.title,
        number::count(body.replications),
        body.horizon_weeks,
    ));
    if let Some(class) = first_class(&body.criticality) {
        section.say(summary(class, body.pack.step));
    }
    section.table(scopes([&body.total].into_iter().chain(&body.criticality), body.pack.step));
    let fans = fans(body, names);
    if !fans.is_empty() {
        let what = if fans.len() == body.fans.len() { "of every need" } else { "of the most critical needs" };
        section.figure(fan::figure(
            &id("fans"),
            &format!("Unmet demand by {}, {what}", body.pack.step.word()),
            (&fans, body.pack.step),
            |n| names.need_line(n),
        )?);
    }
    let curves: Vec<&ScopePart> = [&body.total].into_iter().chain(&body.criticality).collect();
    section.figure(exceedance::figure(
        &id("exceedance"),
        "How large a shortage can become",
        &curves,
        body.replications,
    )?);
    section.table(needs(body, names));
    super::stress_detail::add(&mut section, body, sources.currency());
    clauses(&mut section, body);
    nodes(&mut section, body);
    Ok(section)
}

fn summary(class: &ScopePart, step: StepPart) -> String {
    let patients = class.patients.as_ref().map_or_else(String::new, |p| {
        format!(" Unmet demand reaches {} patients on average.", number::interval(p, number::measure))
    });
    format!(
        "Needs of {}: some {} with a stockout comes with a chance of {}; over the whole time {} of demand is served. One test in twenty is short by more \
         than {} weeks of mean demand, and by {} on average among those.{patients}",
        class.scope,
        step.word(),
        number::interval(&class.p_stockout, number::percent),
        number::interval(&class.fill_rate, number::percent),
        number::measure(class.var95_weeks.value),
        number::measure(class.cvar95_weeks.value),
    )
}

const SCOPE_COLUMNS: [&str; 6] = [
    "#chance of a stockout",
    "#demand served",
    "#weeks with a stockout",
    "#unmet, weeks of demand",
    "#VaR 95, weeks",
    "#CVaR 95, weeks",
];

fn scope_cells(s: &ScopePart) -> [Cell; 6] {
    [
        Cell::estimate(&s.p_stockout, number::percent),
        Cell::estimate(&s.fill_rate, fill_rate),
        Cell::float(s.weeks_short, number::measure),
        Cell::estimate(&s.unmet_weeks, number::measure),
        Cell::estimate(&s.var95_weeks, number::measure),
        Cell::estimate(&s.cvar95_weeks, number::measure),
    ]
}

/// Near one, the second decimal says something.
fn fill_rate(value: f64) -> String {
    if value > 0.9 && value < 0.9999 {
        format!("{:.2}{}", value * 100.0, number::PERCENT)
    } else {
        number::percent(value)
    }
}

fn scopes<'a>(scopes: impl Iterator<Item = &'a ScopePart>, step: StepPart) -> Table {
    let mut table = Table::new(["scope"].into_iter().chain(SCOPE_COLUMNS))
        .caption(format!(
            "A stockout is a {} with more than 0.1 % of its demand unmet. VaR 95 is exceeded in 5 % of replications; CVaR 95 is the mean of those.",
            step.word()
        ));
    for s in scopes {
        let mut row = vec![Cell::text(&s.scope)];
        row.extend(scope_cells(s));
        table.push(row);
    }
    table
}

fn needs(body: &StressBody, names: &Names<'_>) -> Table {
    let class = |s: &ScopePart| names.need(&s.scope).criticality;
    let mut sorted: Vec<&ScopePart> = body.needs.iter().collect();
    sorted.sort_by(|a, b| {
        class(a)
            .cmp(&class(b))
            .then(b.unmet_weeks.value.total_cmp(&a.unmet_weeks.value))
            .then_with(|| a.scope.cmp(&b.scope))
    });
    let with_patients = sorted.iter().any(|s| s.patients.is_some());
    let patients = with_patients.then_some("#patients without");
    let mut table = Table::new(["need", "#class"].into_iter().chain(SCOPE_COLUMNS).chain(patients))
        .caption("Each need, the most critical class first, in it the worst first.");
    for s in sorted {
        let mut row = vec![names.need_cell(&s.scope), Cell::count(class(s) as usize)];
        row.extend(scope_cells(s));
        if with_patients {
            row.push(s.patients.as_ref().map_or_else(Cell::none, |p| Cell::estimate(p, number::measure)));
        }
        table.push(row);
    }
    table
}

/// All needs if few, else those of the most critical class, the worst first if they are too many.
fn fans<'a>(body: &'a StressBody, names: &Names<'_>) -> Vec<&'a FanPart> {
    let all: Vec<&FanPart> = body.fans.iter().collect();
    if all.len() <= FEW {
        return all;
    }
    let class = all.iter().map(|f| names.need(&f.need).criticality).min();
    let mut chosen: Vec<&FanPart> =
        all.into_iter().filter(|f| Some(names.need(&f.need).criticality) == class).collect();
    if chosen.len() > FANS {
        let unmet = |f: &FanPart| body.needs.iter().find(|s| s.scope == f.need).map_or(0.0, |s| s.unmet_weeks.value);
        chosen.sort_by(|a, b| unmet(b).total_cmp(&unmet(a)).then_with(|| a.need.cmp(&b.need)));
        chosen.truncate(FANS);
    }
    chosen
}

/// What suppliers pay back when they fail.
fn clauses(section: &mut Section, body: &StressBody) {
    let Some(clauses) = &body.failure_to_supply else { return };
    let mut table = Table::new(["supplier", "#replacements above contract", "#paid back"]).caption(
        "Clauses on failure to supply, money over the whole time: what it costs more to replace what a supplier owes, at the \
         price of the winner that ships it or, where it goes unmet, of the lowest other bid; and what the clause pays back.",
    );
    let money = |e| Cell::estimate(e, number::money_f);
    for s in &clauses.suppliers {
        table.push([Cell::text(&s.supplier), money(&s.excess), money(&s.credit)]);
    }
    table.push([Cell::text("all"), money(&clauses.excess), money(&clauses.credit)]);
    section.table(table);
    section.say(format!(
        "Of the price of replacements, {} stays with the buyer.",
        number::interval(&clauses.borne, number::money_f)
    ));
    if clauses.lines_without_price > 0 {
        section.remark(format!(
            "For {} of {} lines under a clause no other bid tells the price of a replacement; what goes unmet of them is not credited.",
            clauses.lines_without_price, clauses.lines
        ));
    }
}

fn nodes(section: &mut Section, body: &StressBody) {
    let mut table = Table::new(["node", "#struck in all", "#struck in the worst 5 %", "#unmet, weeks if struck", "#if not"])
        .caption("What drives the tail: plants, regions and other shared causes by how much more often they are struck in the worst 5 % of replications.");
    let mut struck: Vec<_> = body.attribution.iter().filter(|n| n.down_rate_in_tail > 0.0).collect();
    struck.sort_by(|a, b| {
        (b.down_rate_in_tail - b.down_rate)
            .total_cmp(&(a.down_rate_in_tail - a.down_rate))
            .then_with(|| a.node.cmp(&b.node))
    });
    for n in struck.into_iter().take(NODES) {
        table.push([
            Cell::text(n.node.replacen(':', " ", 1)),
            Cell::float(n.down_rate, number::percent),
            Cell::float(n.down_rate_in_tail, number::percent).bar(n.down_rate_in_tail),
            Cell::maybe(n.shortage_weeks_when_down, number::measure),
            Cell::maybe(n.shortage_weeks_when_up, number::measure),
        ]);
    }
    let scripted = !table.rows.is_empty() && body.attribution.iter().all(|n| n.down_rate >= 1.0);
    section.table(table);
    if scripted {
        section.remark("These events are scripted and strike in every replication, so they set the level of the shortage and not its spread.");
    }
    let worst: Vec<String> = body
        .worst
        .iter()
        .take(5)
        .map(|w| format!("{} ({} weeks)", w.replication, number::measure(w.shortage_weeks)))
        .collect();
    if !worst.is_empty() {
        section.remark(format!(
            "Replications with the largest shortage, each can be replayed alone: {}.",
            worst.join(", ")
        ));
    }
}
