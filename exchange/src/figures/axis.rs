//! What all charts share: text styles, tick labels, where an axis starts.

use plotters::coord::ranged1d::ValueFormatter;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::svg::FigureError;
use super::{number, palette};

/// Text of a size in drawing units.
pub(super) fn text(size: f64, colour: RGBColor, h: HPos, v: VPos) -> TextStyle<'static> {
    // The backend divides sizes by 1.24.
    styled(("sans-serif", size * 1.24).into_font(), colour, Pos::new(h, v))
}

fn styled(font: FontDesc<'static>, colour: RGBColor, pos: Pos) -> TextStyle<'static> {
    TextStyle { color: colour.to_backend_color(), pos, ..TextStyle::from(font) }
}

/// The same in bold.
pub(super) fn bold(size: f64, colour: RGBColor, h: HPos, v: VPos) -> TextStyle<'static> {
    styled(("sans-serif", size * 1.24).into_font().style(FontStyle::Bold), colour, Pos::new(h, v))
}

/// Level lines behind a chart, and on both axes labels of this size: about `ticks` below and five at the left.
pub(super) fn level_lines<X, Y>(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<X, Y>>,
    size: f64,
    ticks: usize,
    below: &dyn Fn(&f64) -> String,
    left: &dyn Fn(&f64) -> String,
) -> Result<(), FigureError>
where
    X: Ranged<ValueType = f64> + ValueFormatter<f64>,
    Y: Ranged<ValueType = f64> + ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(palette::GRID)
        .axis_style(palette::AXIS)
        .x_labels(ticks)
        .y_labels(5)
        .x_label_formatter(below)
        .y_label_formatter(left)
        .label_style(text(size, palette::MUTED, HPos::Center, VPos::Top))
        .y_label_style(text(size, palette::MUTED, HPos::Right, VPos::Center))
        .draw()?;
    Ok(())
}

/// A tick of money on an axis of this length: `31.5 m`.
pub(super) fn money_tick(value: f64, span: f64) -> String {
    let (unit, word) = match value.abs().max(span) {
        s if s >= 1e6 => (1e6, " m"),
        s if s >= 1e4 => (1e3, " k"),
        _ => return number::money_f(value),
    };
    let decimals = usize::from(span / unit < 10.0) + usize::from(span / unit < 0.6);
    let text = format!("{:.decimals$}", value.abs() / unit);
    let sign = if value < 0.0 { "−" } else { "" };
    if value == 0.0 { "0".to_owned() } else { format!("{sign}{text}{word}") }
}

/// A step of 1, 2 or 5 times a power of ten that divides the span into about `n` parts.
pub(super) fn step(span: f64, n: f64) -> f64 {
    let raw = (span / n).max(f64::MIN_POSITIVE);
    let power = 10f64.powf(raw.log10().floor());
    let lead = raw / power;
    power
        * if lead <= 1.0 {
            1.0
        } else if lead <= 2.0 {
            2.0
        } else if lead <= 5.0 {
            5.0
        } else {
            10.0
        }
}

/// The next multiple of the step at or above the value.
pub(super) fn ceiling(value: f64, n: f64) -> f64 {
    let step = step(value, n);
    (value / step - 1e-9).ceil() * step
}
