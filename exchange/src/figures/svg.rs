//! Drawings as text: plotters draws, this file gives the drawing its name for readers who do not see it.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::prelude::SVGBackend;

/// A figure that could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("a figure could not be drawn: {0}")]
pub struct FigureError(String);

impl From<DrawingAreaErrorKind<std::io::Error>> for FigureError {
    fn from(error: DrawingAreaErrorKind<std::io::Error>) -> Self {
        Self(error.to_string())
    }
}

/// What is drawn on.
pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws on an area of this size; `name` says in words what the drawing shows.
pub(super) fn draw(
    (width, height): (u32, u32),
    name: &str,
    paint: impl FnOnce(&Area<'_>) -> Result<(), FigureError>,
) -> Result<String, FigureError> {
    let mut text = String::new();
    {
        let area = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        paint(&area)?;
        area.present()?;
    }
    // The root element is rewritten: it scales with the page and says what it is.
    let inner = text
        .split_once('>')
        .map_or("", |(_, rest)| rest)
        .replace(" font-family=\"sans-serif\"", "")
        .replace(" opacity=\"1\"", "");
    let name = escaped(name);
    let root = format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{name}\" xmlns=\"http://www.w3.org/2000/svg\">"
    );
    Ok(format!("{root}\n<title>{name}</title>{inner}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
