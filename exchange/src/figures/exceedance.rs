//! Exceedance curves: the chance that the shortage of the whole horizon is larger than x, with VaR and CVaR.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::svg::draw;
use super::{Cell, Figure, FigureError, Key, Panel, Table, axis, number, palette};
use crate::documents::stress::ScopePart;

/// The figure for these scopes, one panel each on the same axes.
pub fn figure(id: &str, title: &str, scopes: &[&ScopePart], replications: u64) -> Result<Figure, FigureError> {
    let shown: Vec<&&ScopePart> = scopes.iter().filter(|s| s.exceedance.len() > 1).collect();
    let mut table = Table::new(["scope", "#shortage x, weeks of mean demand", "#chance of more than x", "mark"]);
    let ends = shown.iter().flat_map(|s| s.exceedance.last().map(|e| e.0).into_iter().chain([s.cvar95_weeks.value]));
    let right = axis::ceiling(ends.fold(0.01, f64::max), 5.0);
    let floor = 1.0 / replications.max(10) as f64;
    let mut panels = Vec::new();
    for scope in &shown {
        for (x, p) in &scope.exceedance {
            table.push([
                Cell::text(&scope.scope),
                Cell::float(*x, number::measure),
                Cell::float(*p, number::percent),
                Cell::blank(),
            ]);
        }
        for (mark, e) in [("VaR 95", &scope.var95_weeks), ("CVaR 95", &scope.cvar95_weeks)] {
            table.push([Cell::text(&scope.scope), Cell::estimate(e, number::measure), Cell::none(), Cell::text(mark)]);
        }
        panels.push(Panel { title: scope.scope.clone(), svg: panel(scope, right, floor)? });
    }
    let caption = "How likely the shortage of the whole test is larger than the weeks of mean demand on the lower axis (logarithmic scale). \
                   VaR 95: exceeded in one replication of twenty. CVaR 95: the mean of that worst twentieth.";
    let legend = vec![
        Key::new("curve", "chance of a larger shortage"),
        Key::new("var", "VaR 95 (round mark)"),
        Key::new("cvar", "CVaR 95 (upright stroke)"),
    ];
    Ok(Figure { id: id.to_owned(), title: title.to_owned(), caption: caption.to_owned(), legend, panels, table })
}

fn panel(scope: &ScopePart, right: f64, floor: f64) -> Result<String, FigureError> {
    let (var, cvar) = (scope.var95_weeks.value, scope.cvar95_weeks.value);
    let label = format!(
        "Exceedance curve, {}: VaR 95 {}, CVaR 95 {} weeks",
        scope.scope,
        number::measure(var),
        number::measure(cvar)
    );
    draw((500, 300), &label, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(20)
            .margin_top(12)
            .set_label_area_size(LabelAreaPosition::Bottom, 38)
            .set_label_area_size(LabelAreaPosition::Left, 66)
            .build_cartesian_2d(0.0..right, (floor..1.0).log_scale())?;
        axis::level_lines(
            &mut chart,
            15.0,
            5,
            &|w| format!("{} wk", number::measure((w * 1000.0).round() / 1000.0)),
            &|p| format!("{} %", (p * 1e6).round() / 1e4),
        )?;
        let reached =
            |x: f64| scope.exceedance.iter().filter(|e| e.0 <= x).map(|e| e.1).next_back().unwrap_or(1.0).max(floor);
        let points: Vec<(f64, f64)> = scope.exceedance.iter().map(|(x, p)| (*x, p.max(floor))).collect();
        chart.draw_series(LineSeries::new(points, palette::BLUE.stroke_width(3)))?;
        chart.draw_series(DashedLineSeries::new([(0.0, 0.05), (var, 0.05)], 3, 4, palette::MUTED.stroke_width(1)))?;
        chart.draw_series([PathElement::new(
            vec![(cvar, floor), (cvar, reached(cvar))],
            palette::VERMILION.stroke_width(3),
        )])?;
        chart.draw_series([Circle::new((var, 0.05), 6, palette::INK.filled())])?;

        // Labels stand to the right of their marks, or to the left where the panel ends.
        let (end, _) = chart.backend_coord(&(right, floor));
        let (vx, vy) = chart.backend_coord(&(var, 0.05));
        let (cx, cy) = chart.backend_coord(&(cvar, reached(cvar)));
        let mark = |text: String, x: i32, y: i32, colour| {
            let (h, shift) = if x > end - 150 { (HPos::Right, -12) } else { (HPos::Left, 12) };
            area.draw(&Text::new(text, (x + shift, y), axis::bold(15.0, colour, h, VPos::Center)))
        };
        mark(format!("VaR 95: {} wk", number::measure(var)), vx, vy - 12, palette::INK)?;
        mark(format!("CVaR 95: {} wk", number::measure(cvar)), cx, cy - 6, palette::VERMILION)?;
        Ok(())
    })
}
