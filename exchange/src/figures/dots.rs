//! Dot plots: one row per thing, an open mark for what was and a filled one for what will be.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};

use super::svg::draw;
use super::{FigureError, axis, palette};

/// A value, with its interval where there is one.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    /// Value.
    pub value: f64,
    /// Ends of the interval.
    pub interval: Option<(f64, f64)>,
}

/// A row.
#[derive(Debug, Clone)]
pub struct Row {
    /// Left of the axis.
    pub label: String,
    /// What was.
    pub before: Option<Dot>,
    /// What will be.
    pub after: Dot,
    /// Right of the axis: both values in words.
    pub reading: String,
}

/// The axis of a dot plot.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Left end.
    pub from: f64,
    /// Right end.
    pub to: f64,
    /// A bound, drawn as an upright line.
    pub bound: Option<f64>,
    /// How ticks read.
    pub show: fn(f64) -> String,
}

/// Draws the rows on the scale.
pub fn plot(name: &str, rows: &[Row], scale: Scale) -> Result<String, FigureError> {
    let (left, right) = (250, 190);
    let size = (1000, 34 * rows.len() as u32 + 44);
    draw(size, name, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin_right(right)
            .margin_top(4)
            .set_label_area_size(LabelAreaPosition::Bottom, 34)
            .set_label_area_size(LabelAreaPosition::Left, left)
            .build_cartesian_2d(scale.from..scale.to, rows.len() as f64..0.0)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .disable_y_axis()
            .x_labels(7)
            .light_line_style(TRANSPARENT)
            .bold_line_style(palette::GRID)
            .axis_style(palette::AXIS)
            .x_label_formatter(&|v| (scale.show)((v * 1000.0).round() / 1000.0))
            .label_style(axis::text(13.0, palette::MUTED, HPos::Center, VPos::Top))
            .draw()?;
        if let Some(bound) = scale.bound {
            let line = [(bound, 0.0), (bound, rows.len() as f64)];
            chart.draw_series(DashedLineSeries::new(line, 5, 4, palette::VERMILION.stroke_width(2)))?;
        }
        for (i, row) in rows.iter().enumerate() {
            let y = i as f64 + 0.5;
            if let Some(before) = row.before {
                chart.draw_series([PathElement::new(
                    vec![(before.value, y), (row.after.value, y)],
                    palette::AXIS.stroke_width(2),
                )])?;
            }
            for (dot, colour) in row.before.iter().map(|d| (d, palette::MUTED)).chain([(&row.after, palette::BLUE)]) {
                if let Some((low, high)) = dot.interval {
                    let ends = vec![(low.clamp(scale.from, scale.to), y), (high.clamp(scale.from, scale.to), y)];
                    chart.draw_series([PathElement::new(ends, colour.mix(0.5).stroke_width(6))])?;
                }
            }
            if let Some(before) = row.before {
                chart.draw_series([
                    Circle::new((before.value, y), 6, WHITE.filled()),
                    Circle::new((before.value, y), 6, palette::MUTED.stroke_width(2)),
                ])?;
            }
            chart.draw_series([Circle::new((row.after.value, y), 6, palette::BLUE.filled())])?;
            let (end, py) = chart.backend_coord(&(scale.to, y));
            area.draw(&Text::new(
                row.label.clone(),
                (left - 14, py),
                axis::text(14.0, palette::INK, HPos::Right, VPos::Center),
            ))?;
            area.draw(&Text::new(
                row.reading.clone(),
                (end + 16, py),
                axis::text(14.0, palette::INK, HPos::Left, VPos::Center),
            ))?;
        }
        Ok(())
    })
}
