//! One pass over a sheet: hidden rows, widths, panes, lists, styles of cells.

use quick_xml::events::{BytesStart, Event};

use super::styles::Style;
use super::xml::{address, attribute, each_event, gather, range, yes};
use super::{KEPT, List, Looks, Width};
use crate::tender::packed::{Archive, COLUMNS};

/// The looks of a sheet without its notes; `left` is how many more cells may keep a style.
pub(super) fn read(archive: &mut Archive, part: &str, styles: &[Option<Style>], left: &mut usize) -> Looks {
    let mut looks = Looks::default();
    let mut next = 0;
    // The list being read, and whether its formula goes on.
    let (mut list, mut inside): (Option<List>, bool) = (None, false);
    each_event(archive, part, |event| match event {
        Event::Start(e) | Event::Empty(e) => match e.local_name().as_ref() {
            "row" => row(e, &mut next, &mut looks.hidden_rows),
            "c" => styled(e, styles, left, &mut looks.styles),
            "col" => looks.columns.extend(width(e)),
            "pane" if attribute(e, "state").is_some_and(|s| s.starts_with("frozen")) => {
                let split = |name| attribute(e, name).and_then(|s| s.parse::<u32>().ok()).unwrap_or(0);
                looks.frozen = u16::try_from(split("xSplit")).ok().map(|column| (split("ySplit"), column));
            }
            "dataValidation" if attribute(e, "type").is_some_and(|t| t == "list") => {
                list = Some(self::list(e)).filter(|l| !l.ranges.is_empty());
            }
            "formula1" => inside = list.is_some(),
            _ => {}
        },
        Event::End(e) => match e.local_name().as_ref() {
            "formula1" => inside = false,
            "dataValidation" => {
                looks.lists.extend(list.take().filter(|l| !l.formula.is_empty() && looks.lists.len() < KEPT));
            }
            _ => {}
        },
        event if inside => {
            if let Some(list) = &mut list {
                gather(&mut list.formula, event);
            }
        }
        _ => {}
    });
    looks
}

fn row(element: &BytesStart<'_>, next: &mut u32, hidden: &mut Vec<u32>) {
    let said = attribute(element, "r").and_then(|r| r.parse::<u32>().ok()?.checked_sub(1));
    let row = said.unwrap_or(*next);
    *next = row.saturating_add(1);
    if yes(element, "hidden") {
        hidden.push(row);
    }
}

fn styled(element: &BytesStart<'_>, styles: &[Option<Style>], left: &mut usize, into: &mut Vec<(u32, u16, Style)>) {
    let style = attribute(element, "s").and_then(|s| styles.get(s.parse::<usize>().ok()?)?.as_ref());
    let at = attribute(element, "r").and_then(|r| address(&r));
    if let (Some(style), Some(at), true) = (style, at, *left > 0) {
        *left -= 1;
        into.push((at.0, at.1, style.clone()));
    }
}

fn width(element: &BytesStart<'_>) -> Option<Width> {
    let number = |name| u16::try_from(attribute(element, name)?.parse::<u64>().ok()?.min(COLUMNS)).ok()?.checked_sub(1);
    // Widths are in digits of seven pixels.
    let pixels = |w: f64| (w.is_finite() && (0.0..=255.0).contains(&w)).then(|| (w * 7.0).round() as u32);
    let width = attribute(element, "width").and_then(|w| pixels(w.parse::<f64>().ok()?));
    Some(Width { first: number("min")?, last: number("max")?, pixels: width, hidden: yes(element, "hidden") })
}

fn list(element: &BytesStart<'_>) -> List {
    let text = |name| attribute(element, name).unwrap_or_default();
    List {
        ranges: text("sqref").split_whitespace().filter_map(range).collect(),
        formula: String::new(),
        strictness: text("errorStyle"),
        title: text("errorTitle"),
        message: text("error"),
    }
}
