//! The budget-to-protection curve: what a yearly budget for reserves buys, with the chosen plan marked.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use rust_decimal::prelude::ToPrimitive;

use super::svg::draw;
use super::{Cell, Figure, FigureError, Key, Panel, Table, axis, number, palette};
use crate::documents::reserve::ReserveBody;

/// A line of the figure.
struct Line<'a> {
    name: &'a str,
    points: Vec<(f64, f64)>,
    /// Lower and upper end of each point's interval, where there is one.
    band: Vec<(f64, f64)>,
    top: f64,
    show: fn(f64) -> String,
}

/// The figure; `planned_unmet` is what the chosen plan leaves unmet on fresh paths, in the curve's weight.
pub fn figure(id: &str, body: &ReserveBody, planned_unmet: Option<f64>, currency: &str) -> Result<Figure, FigureError> {
    let weight = &body.curve_weight;
    let plan = body.yearly_cost.to_f64().unwrap_or_default();
    let mut table = Table::new([
        "point".to_owned(),
        format!("#cost a year, {currency}"),
        format!("#stock value, {currency}"),
        format!("#expected unmet, {weight}"),
        "#chance of a stockout in any need".to_owned(),
    ]);
    for (i, p) in body.curve.iter().enumerate() {
        table.push([
            Cell::count(i + 1),
            Cell::float(p.yearly_cost, number::money_f),
            Cell::float(p.purchase_value, number::money_f),
            Cell::float(p.expected_unmet, number::measure),
            Cell::estimate(&p.p_any_stockout, number::percent),
        ]);
    }
    let planned = Cell::maybe(planned_unmet, number::measure);
    table.push([
        Cell::text("chosen plan").strong(),
        Cell::money(body.yearly_cost),
        Cell::money(body.purchase_value),
        planned,
        Cell::none(),
    ]);

    // The last step often buys the rest of the protection at many times the price; it must not squeeze the curve.
    let costs: Vec<f64> = body.curve.iter().map(|p| p.yearly_cost).collect();
    let last = costs.last().copied().unwrap_or_default();
    let before = costs.iter().rev().nth(1).copied().unwrap_or(last).max(plan);
    let cut = last > before * 2.0;
    let right = axis::ceiling(if cut { before * 1.25 } else { last.max(plan) * 1.05 }.max(1.0), 5.0);
    let unmet = Line {
        name: "Expected unmet demand",
        points: body.curve.iter().map(|p| (p.yearly_cost, p.expected_unmet)).collect(),
        band: Vec::new(),
        top: axis::ceiling(body.curve.iter().map(|p| p.expected_unmet).fold(1e-9, f64::max), 5.0),
        show: number::measure,
    };
    let stockout = Line {
        name: "Chance of a stockout in any need of the scope",
        points: body.curve.iter().map(|p| (p.yearly_cost, p.p_any_stockout.value)).collect(),
        band: body.curve.iter().map(|p| (p.p_any_stockout.low, p.p_any_stockout.high)).collect(),
        top: 1.0,
        show: number::percent,
    };
    let panels = vec![
        Panel {
            title: format!("{} ({weight})", unmet.name),
            svg: panel(&unmet, right, plan, planned_unmet, currency)?,
        },
        Panel { title: stockout.name.to_owned(), svg: panel(&stockout, right, plan, None, currency)? },
    ];
    let mut caption = format!(
        "What a yearly budget for stock buys if each next unit of money goes where it protects most. The chosen plan (dashed line, {} {currency} a \
         year) is sized need by need with the confidence asked for, so it may lie off the curve; the mark is its result on fresh paths. \
         Dots are plans that were computed, lines only join them.",
        number::money(body.yearly_cost)
    );
    if cut {
        caption.push_str(&format!(
            " The last point, {} {currency} a year, lies beyond the right edge.",
            number::money_f(last)
        ));
    }
    let legend = vec![Key::new("curve", "budget-to-protection curve"), Key::new("plan", "chosen plan")];
    Ok(Figure {
        id: id.to_owned(),
        title: "What the next unit of money buys".to_owned(),
        caption,
        legend,
        panels,
        table,
    })
}

fn panel(line: &Line<'_>, right: f64, plan: f64, mark: Option<f64>, currency: &str) -> Result<String, FigureError> {
    let first = line.points.first().map_or(0.0, |p| p.1);
    let label = format!("{} by yearly cost of the reserve: {} without any reserve", line.name, (line.show)(first));
    draw((500, 300), &label, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(28)
            .margin_top(12)
            .set_label_area_size(LabelAreaPosition::Bottom, 38)
            .set_label_area_size(LabelAreaPosition::Left, 72)
            .build_cartesian_2d(0.0..right, 0.0..line.top)?;
        axis::level_lines(&mut chart, 15.0, 6, &|v| axis::money_tick(*v, right), &|v| {
            (line.show)((v * 1e6).round() / 1e6)
        })?;
        let inside = clipped(&line.points, right);
        if !line.band.is_empty() {
            let ends = |low: bool| {
                let of = line.points.iter().zip(&line.band).map(move |(p, b)| (p.0, if low { b.0 } else { b.1 }));
                clipped(&of.collect::<Vec<_>>(), right)
            };
            let outline: Vec<_> = ends(false).into_iter().chain(ends(true).into_iter().rev()).collect();
            chart.draw_series([Polygon::new(outline, palette::SKY.mix(0.4).filled())])?;
        }
        chart.draw_series(LineSeries::new(inside.iter().copied(), palette::BLUE.stroke_width(3)))?;
        let on_curve = line.points.iter().filter(|p| p.0 <= right);
        chart.draw_series(on_curve.map(|p| Circle::new(*p, 3, palette::BLUE.filled())))?;
        chart.draw_series(DashedLineSeries::new(
            [(plan, 0.0), (plan, line.top)],
            6,
            4,
            palette::VERMILION.stroke_width(2),
        ))?;
        let (px, py) = chart.backend_coord(&(plan, line.top * 0.94));
        let (end, _) = chart.backend_coord(&(right, 0.0));
        let (h, shift) = if px > end - 130 { (HPos::Right, -10) } else { (HPos::Left, 10) };
        let text = format!("plan {} {currency}", axis::money_tick(plan, right));
        area.draw(&Text::new(text, (px + shift, py), axis::bold(15.0, palette::VERMILION, h, VPos::Center)))?;
        if let Some(value) = mark {
            chart.draw_series([Circle::new((plan, value.min(line.top)), 6, palette::VERMILION.filled())])?;
            let (mx, my) = chart.backend_coord(&(plan, value.min(line.top)));
            let (h, shift) = if mx > end - 130 { (HPos::Right, -12) } else { (HPos::Left, 12) };
            area.draw(&Text::new(
                (line.show)(value),
                (mx + shift, my - 12),
                axis::bold(15.0, palette::VERMILION, h, VPos::Center),
            ))?;
        }
        Ok(())
    })
}

/// The part of a line up to `right`; its last segment ends there.
fn clipped(points: &[(f64, f64)], right: f64) -> Vec<(f64, f64)> {
    let mut inside: Vec<(f64, f64)> = points.iter().copied().take_while(|p| p.0 <= right).collect();
    if let (Some(&(x0, y0)), Some(&(x1, y1))) = (inside.last(), points.get(inside.len()))
        && x1 > x0
    {
        inside.push((right, y0 + (y1 - y0) * (right - x0) / (x1 - x0)));
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::clipped;

    #[test]
    fn a_clipped_line_ends_at_the_edge() {
        assert_eq!(clipped(&[(0.0, 4.0), (1.0, 2.0), (3.0, 0.0)], 2.0), [(0.0, 4.0), (1.0, 2.0), (2.0, 1.0)]);
        assert_eq!(clipped(&[(0.0, 4.0), (1.0, 2.0)], 2.0), [(0.0, 4.0), (1.0, 2.0)]);
    }
}
