//! Styles of cells, as far as a copy keeps them: letters, fill, number format.

use quick_xml::events::{BytesStart, Event};
use rust_xlsxwriter::Format;
use serde::{Deserialize, Serialize};

use super::xml::{attribute, each_event, yes};
use crate::tender::packed::Archive;

/// How a cell looks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in super::super) struct Style {
    bold: bool,
    italic: bool,
    /// Colour of the letters.
    color: Option<u32>,
    pub(in super::super) fill: Option<u32>,
    wrap: bool,
    numbers: Option<Numbers>,
}

/// A number format: one of those that every program knows, or its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Numbers {
    Known(u8),
    Code(String),
}

impl Style {
    /// The same without its fill.
    pub(in super::super) fn without_fill(&self) -> Self {
        Self { fill: None, ..self.clone() }
    }

    /// A format with the look of the cell over it. Number formats are those of numbers: dates and texts have their own.
    pub(in super::super) fn over(&self, format: Format, number: bool) -> Format {
        let set = |format: Format, yes: bool, change: fn(Format) -> Format| if yes { change(format) } else { format };
        let format = set(format, self.bold, Format::set_bold);
        let format = set(format, self.italic, Format::set_italic);
        let format = set(format, self.wrap, Format::set_text_wrap);
        let format = self.color.into_iter().fold(format, Format::set_font_color);
        let format = self.fill.into_iter().fold(format, Format::set_background_color);
        match self.numbers.as_ref().filter(|_| number) {
            Some(Numbers::Known(id)) => format.set_num_format_index(*id),
            Some(Numbers::Code(code)) => format.set_num_format(code),
            None => format,
        }
    }
}

/// All styles of a workbook by position; `None` for those that have no look.
pub(super) fn all(archive: &mut Archive) -> Vec<Option<Style>> {
    let mut book = Book::default();
    each_event(archive, "xl/styles.xml", |event| match event {
        Event::Start(e) => {
            book.begin(e);
            book.open.push(e.local_name().as_ref().to_owned());
        }
        Event::Empty(e) => book.begin(e),
        Event::End(_) => drop(book.open.pop()),
        _ => {}
    });
    let Book { fonts, fills, codes, cells, .. } = book;
    let style = |(font, fill, format, wrap): (usize, usize, u32, bool)| {
        let font = fonts.get(font).cloned().unwrap_or_default();
        let code = codes.iter().find(|(id, _)| *id == format).map(|(_, code)| Numbers::Code(code.clone()));
        let known = u8::try_from(format).ok().filter(|f| *f > 0 && code.is_none()).map(Numbers::Known);
        let numbers = code.or(known);
        let style = Style { fill: fills.get(fill).copied().flatten(), wrap, numbers, ..font };
        (style != Style::default()).then_some(style)
    };
    cells.into_iter().map(style).collect()
}

/// What has been read of the part.
#[derive(Default)]
struct Book {
    /// Elements that are open, outermost first.
    open: Vec<String>,
    fonts: Vec<Style>,
    fills: Vec<Option<u32>>,
    codes: Vec<(u32, String)>,
    /// Font, fill, number format, wrap.
    cells: Vec<(usize, usize, u32, bool)>,
}

impl Book {
    fn begin(&mut self, e: &BytesStart<'_>) {
        // What differential formats say is about conditions, not cells.
        let within = |name: &str| self.open.iter().any(|o| o == name);
        let number = |name| attribute(e, name).and_then(|n| n.parse::<u32>().ok());
        match e.local_name().as_ref() {
            "numFmt" if within("numFmts") => {
                self.codes.extend(number("numFmtId").zip(attribute(e, "formatCode")));
            }
            "font" if within("fonts") => self.fonts.push(Style::default()),
            "fill" if within("fills") => self.fills.push(None),
            "xf" if within("cellXfs") => {
                let of = |name| number(name).unwrap_or(0) as usize;
                self.cells.push((of("fontId"), of("fillId"), number("numFmtId").unwrap_or(0), false));
            }
            "alignment" if within("cellXfs") => {
                if let Some(cell) = self.cells.last_mut() {
                    cell.3 = yes(e, "wrapText");
                }
            }
            name if within("fonts") => {
                let on = attribute(e, "val").is_none_or(|v| v != "0" && v != "false");
                if let Some(font) = self.fonts.last_mut() {
                    match name {
                        "b" => font.bold = on,
                        "i" => font.italic = on,
                        "color" => font.color = color(e),
                        _ => {}
                    }
                }
            }
            "fgColor" if within("fills") => {
                if let Some(fill) = self.fills.last_mut() {
                    *fill = color(e);
                }
            }
            _ => {}
        }
    }
}

/// A colour that is told as such; colours of a theme are left to the program.
fn color(e: &BytesStart<'_>) -> Option<u32> {
    let text = attribute(e, "rgb")?;
    u32::from_str_radix(text.get(text.len().checked_sub(6)?..)?, 16).ok()
}
