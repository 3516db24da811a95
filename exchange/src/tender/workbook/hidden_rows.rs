//! Rows that a spreadsheet does not show, by hand or by a filter. They are read like all others, and reported, because
//! whoever looked at the sheet did not see them. The library that reads cells does not tell, so their marks are looked up
//! in the XML; whatever is odd there means no remark.

use std::collections::BTreeMap;
use std::io::BufReader;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::tender::packed::Archive;

/// Hidden rows, counted from 0, by name of the sheet.
pub(super) fn by_sheet(archive: &mut Archive) -> BTreeMap<String, Vec<u32>> {
    let mut targets = BTreeMap::new();
    each_element(archive, "xl/_rels/workbook.xml.rels", |element| {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
            targets.insert(id, target);
        }
    });
    let mut parts = Vec::new();
    each_element(archive, "xl/workbook.xml", |element| {
        if element.local_name().as_ref() == "sheet"
            && let (Some(name), Some(id)) = (attribute(element, "name"), attribute(element, "r:id"))
        {
            parts.push((name, id));
        }
    });
    let mut hidden = BTreeMap::new();
    for (name, id) in parts {
        let Some(target) = targets.get(&id) else { continue };
        let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let (mut rows, mut next) = (Vec::new(), 0);
        each_element(archive, &part, |element| {
            if element.local_name().as_ref() == "row" {
                let said = attribute(element, "r").and_then(|r| r.parse::<u32>().ok()?.checked_sub(1));
                let row = said.unwrap_or(next);
                next = row.saturating_add(1);
                if attribute(element, "hidden").is_some_and(|h| h == "1" || h == "true") {
                    rows.push(row);
                }
            }
        });
        hidden.insert(name, rows);
    }
    hidden
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = element.try_get_attribute(name).ok()??;
    value.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

fn each_element(archive: &mut Archive, part: &str, mut see: impl FnMut(&BytesStart<'_>)) {
    let Ok(entry) = archive.by_name(part) else { return };
    let mut reader = Reader::from_reader(BufReader::new(entry));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(element) | Event::Empty(element)) => see(&element),
            Ok(Event::Eof) | Err(_) => return,
            Ok(_) => {}
        }
        buffer.clear();
    }
}
