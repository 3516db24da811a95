//! The reserve plan: weeks of stock by need, what they change, what the next unit of money buys.

use super::names::Names;
use super::sources::Shown;
use super::title::verdict;
use super::{ReportError, Section, Sources};
use crate::documents::reserve::{NeedPart, ReserveBody};
use crate::figures::dots::{Dot, Row, Scale, plot};
use crate::figures::{Cell, Figure, Key, Panel, Table, curve, number};

pub(super) fn section(
    sources: &Sources<'_>,
    names: &Names<'_>,
    shown: &Shown<ReserveBody>,
    i: usize,
) -> Result<Section, ReportError> {
    let body = &shown.body;
    let id = |what: &str| format!("{what}-{}", i + 1);
    let title = if sources.reserve.len() > 1 {
        format!("Reserve plan {}: {}", i + 1, body.pack.name)
    } else {
        format!("Reserve plan: {}", body.pack.name)
    };
    let mut section = Section::new(id("reserve"), title);
    section.say(format!(
        "Target: {} Sized on {} replications and confirmed on as many fresh ones: {}. The stock is worth {}, and keeping it costs {} a year.",
        body.sentence,
        number::count(body.replications),
        verdict(&body.verdict).1,
        sources.money(body.purchase_value),
        sources.money(body.yearly_cost),
    ));
    let (before, after) = (&body.before, &body.after);
    section.say(format!(
        "Over all needs of the tender, whether in scope or not, demand served goes from {} to {}, and the mean shortage of the worst 5 % from {} to {} \
         weeks of demand.",
        number::interval(&before.fill_rate, number::percent),
        number::interval(&after.fill_rate, number::percent),
        number::interval(&before.cvar95_weeks, number::measure),
        number::interval(&after.cvar95_weeks, number::measure),
    ));
    section.table(targets(body));
    section.table(needs(sources, names, body));
    section.table(theory(names, body));
    section.figure(before_after(&id("before-after"), names, body)?);
    if body.curve.len() > 1 {
        section.figure(curve::figure(&id("curve"), body, planned_unmet(sources, body), sources.currency())?);
    }
    Ok(section)
}

fn remarks(n: &NeedPart) -> String {
    let mut remarks = Vec::new();
    if n.limited_by_shelf_life {
        remarks.push(format!(
            "shelf life allows {} of {} weeks",
            number::measure(n.weeks),
            number::measure(n.required_weeks)
        ));
    }
    if n.sample_too_small {
        remarks.push("too few replications for this level".to_owned());
    }
    remarks.join("; ")
}

/// Each target, where there are several or one of a basket.
fn targets(body: &ReserveBody) -> Table {
    let mut table = Table::new(["target", "need", "#without the plan", "#with the plan", "on fresh paths"])
        .caption("What each target limits, as the target has it: a chance, a part of demand, or weeks of demand; of each need the worst one.");
    if body.targets.len() < 2 && body.targets.iter().all(|t| t.greedy_value.is_none()) {
        return table;
    }
    let four = |v: f64| format!("{v:.4}");
    for t in &body.targets {
        let value = match (t.greedy_value, t.least_value) {
            (Some(greedy), Some(least)) => {
                format!("stock by greedy steps {}, none less than {}", number::money_f(greedy), number::money_f(least))
            }
            _ => String::new(),
        };
        table.push([
            Cell::text(&t.target).note(value),
            Cell::text(t.need.as_deref().unwrap_or("basket")),
            t.before.as_ref().map_or_else(Cell::none, |b| Cell::estimate(b, four)),
            Cell::estimate(&t.after, four),
            Cell::text(t.verdict.replace('_', " ")),
        ]);
    }
    table
}

/// What theory says, where a need is simple enough for it.
fn theory(names: &Names<'_>, body: &ReserveBody) -> Table {
    let columns = [
        "need",
        "hangs on",
        "#weeks held",
        "#keep the target",
        "#are cheapest",
        "#stockout with",
        "#unmet with, weeks",
    ];
    let mut table = Table::new(columns).caption(
        "Theory beside the sample, for needs that hang on one memoryless hazard: weeks of reserve that keep the target and weeks of least cost, \
         and what is expected with the weeks held. Where refill is limited these are lower bounds.",
    );
    let weeks = |w: f64| format!("{w:.1}");
    for (n, c) in body.needs.iter().filter_map(|n| Some((n, n.closed_form.as_ref()?))) {
        table.push([
            names.need_cell(&n.need),
            Cell::text(&c.hazard).note(if c.lower_bound { "refill is limited" } else { "" }),
            Cell::float(n.weeks, weeks),
            Cell::maybe(c.weeks, weeks),
            Cell::maybe(c.least_cost_weeks, weeks),
            Cell::float(c.p_stockout, number::percent),
            Cell::float(c.unmet_weeks, number::measure),
        ]);
    }
    table
}

fn needs(sources: &Sources<'_>, names: &Names<'_>, body: &ReserveBody) -> Table {
    let currency = sources.currency();
    let mut table = Table::new([
        "need".to_owned(),
        "#weeks held".to_owned(),
        "#quantity".to_owned(),
        format!("#value, {currency}"),
        format!("#cost a year, {currency}"),
        "#stockout without".to_owned(),
        "#stockout with".to_owned(),
        "target".to_owned(),
    ])
    .caption("Weeks of mean demand held at each site, their cost, and the chance of a stockout without and with the plan, with 95 % intervals on fresh paths.");
    for n in &body.needs {
        table.push([
            names.need_cell(&n.need),
            Cell::float(n.weeks, |w| if w == 0.0 { "0".to_owned() } else { format!("{w:.1}") }),
            Cell::float(n.quantity, number::measure).note(n.unit.clone()),
            Cell::money(n.purchase_value),
            Cell::money(n.yearly_cost),
            Cell::estimate(&n.p_stockout_before, number::percent),
            Cell::estimate(&n.p_stockout_after, number::percent),
            Cell::text(n.verdict.replace('_', " ")).note(remarks(n)),
        ]);
    }
    let total = |cell: Cell| cell.strong();
    table.push([
        total(Cell::text("total")),
        Cell::blank(),
        Cell::blank(),
        total(Cell::money(body.purchase_value)),
        total(Cell::money(body.yearly_cost)),
        Cell::blank(),
        Cell::blank(),
        total(Cell::text(body.verdict.replace('_', " "))),
    ]);
    table
}

/// The level of a target `p_stockout<=LEVEL@…`.
fn level(target: &str) -> Option<f64> {
    target.split_once("p_stockout")?.1.split_once("<=")?.1.split(['@', ',', ' ']).find(|t| !t.is_empty())?.parse().ok()
}

fn before_after(id: &str, names: &Names<'_>, body: &ReserveBody) -> Result<Figure, ReportError> {
    let mut table = Table::new(["need", "#without the plan", "#with the plan"]);
    let mut rows = Vec::new();
    for n in &body.needs {
        let (b, a) = (&n.p_stockout_before, &n.p_stockout_after);
        table.push([names.need_cell(&n.need), Cell::estimate(b, number::percent), Cell::estimate(a, number::percent)]);
        let dot = |e: &crate::documents::stress::EstimatePart| Dot { value: e.value, interval: Some((e.low, e.high)) };
        let reading = format!("{} → {}", number::percent(b.value), number::percent(a.value));
        rows.push(Row { label: n.need.clone(), before: Some(dot(b)), after: dot(a), reading });
    }
    let bound = level(&body.target);
    let scale = Scale { from: 0.0, to: 1.0, bound, show: number::percent };
    let svg = plot("Chance of a stockout by need, without and with the reserve plan", &rows, scale)?;
    let mut caption = format!(
        "Chance that some {} has a stockout: open mark without the plan, filled mark with it; bars are 95 % intervals.",
        body.pack.step.word()
    );
    if let Some(bound) = bound {
        caption.push_str(&format!(" The dashed line is the target, {}.", number::percent(bound)));
    }
    let legend = vec![
        Key::new("before", "without the plan (open)"),
        Key::new("after", "with the plan (filled)"),
        Key::new("plan", "target"),
    ];
    let panels = vec![Panel { title: String::new(), svg }];
    Ok(Figure {
        id: id.to_owned(),
        title: "Stockouts without and with the plan".to_owned(),
        caption,
        legend,
        panels,
        table,
    })
}

/// What the plan leaves unmet on fresh paths, in the weight of the curve; `None` where a need has no such weight.
fn planned_unmet(sources: &Sources<'_>, body: &ReserveBody) -> Option<f64> {
    let weight = |n: &NeedPart| {
        let (ix, need) = sources.tender.needs.enumerate().find(|(_, t)| t.id == n.need)?;
        match body.curve_weight.as_str() {
            "patients" => need.patients_per_unit.map(|p| p.to_f64()),
            "reference price" => need.reference_price.map(|p| p.to_f64()),
            _ => {
                let yearly: f64 =
                    sources.tender.cells.iter().filter(|c| c.need == ix).map(|c| c.quantity.to_f64()).sum();
                (yearly > 0.0).then(|| 52.0 / yearly)
            }
        }
    };
    body.needs.iter().map(|n| Some(n.unmet_after.value * weight(n)?)).sum()
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn the_level_of_a_target() {
        assert_eq!(level("p_stockout<=0.05@criticality=1,conf=0.95"), Some(0.05));
        assert_eq!(level("p_stockout<=0.1,conf=0.9"), Some(0.1));
        assert_eq!(level("cvar<=2@joint p_stockout<=0.02"), Some(0.02));
        assert_eq!(level("cvar<=2"), None);
    }
}
