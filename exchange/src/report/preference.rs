//! What clinicians get: preference by group, today and with the award.

use super::{ReportError, Section, Sources};
use crate::figures::dots::{Dot, Row, Scale, plot};
use crate::figures::{Cell, Figure, Key, Panel, Table, number};

pub(super) fn section(sources: &Sources<'_>) -> Result<Option<Section>, ReportError> {
    let groups = &sources.award.body.preference;
    let Some(worst) = groups.iter().min_by(|a, b| a.mean.total_cmp(&b.mean)) else { return Ok(None) };
    let mut section = Section::new("clinicians", "What clinicians get");
    let refused = groups.iter().filter(|g| g.not_accepted > 0.0).count();
    let refused = match refused {
        0 => "No group has to use a product that it does not accept.".to_owned(),
        n => format!(
            "{} must partly use products they do not accept.",
            super::title::capital(&number::plural(n, "group", "groups"))
        ),
    };
    section.say(format!(
        "The worst-served group is {} with a mean preference of {}. {refused}",
        worst.group,
        number::measure(worst.mean)
    ));
    let dot = |value| Dot { value, interval: None };
    let mut table = Table::new([
        "clinician group",
        "#today",
        "#with the award",
        "#change",
        "#on products not accepted",
        "#of the award scored",
    ]);
    let mut rows = Vec::new();
    for g in groups {
        let change = g.today.map(|t| g.mean - t);
        let show_change = |c: f64| if c > 0.0 { format!("+{c:.2}") } else { format!("−{:.2}", c.abs()) };
        table.push([
            Cell::text(&g.group),
            Cell::maybe(g.today, |v| format!("{v:.2}")),
            Cell::float(g.mean, |v| format!("{v:.2}")),
            Cell::maybe(change, show_change),
            Cell::float(g.not_accepted, number::percent),
            Cell::float(g.scored, number::percent),
        ]);
        let reading = g.today.map_or_else(|| format!("{:.2}", g.mean), |t| format!("{t:.2} → {:.2}", g.mean));
        rows.push(Row { label: g.group.clone(), before: g.today.map(dot), after: dot(g.mean), reading });
    }
    let least = groups.iter().flat_map(|g| g.today.into_iter().chain([g.mean])).fold(1.0, f64::min);
    let from = (((least - 0.05) * 10.0).floor() / 10.0).max(0.0);
    let scale = Scale { from, to: 1.0, bound: None, show: |v| format!("{v:.2}") };
    let svg = plot("Mean preference by clinician group, today and with the award", &rows, scale)?;
    let caption = format!(
        "Mean score of the products each group uses (0 worst, 1 best), weighted by use: open mark today, filled mark with the award. A filled mark \
         left of the open one is a loss for that group. The axis starts at {from:.1}."
    );
    section.figure(Figure {
        id: "preference".to_owned(),
        title: "Preference by clinician group".to_owned(),
        caption,
        legend: vec![Key::new("before", "today (open)"), Key::new("after", "with the award (filled)")],
        panels: vec![Panel { title: String::new(), svg }],
        table: table.clone(),
    });
    let mut shown = table;
    shown.caption =
        "Purchases without a score are left out; the last column says how much of the award each group scored."
            .to_owned();
    section.table(shown);
    Ok(Some(section))
}
