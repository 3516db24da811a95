//! Parts of the archive as streams of elements.

use std::collections::BTreeMap;
use std::io::BufReader;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::tender::packed::Archive;

/// The value of an attribute.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let value = element.try_get_attribute(name).ok()??;
    value.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// Whether an attribute says yes.
pub(super) fn yes(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|v| v == "1" || v == "true")
}

/// All events of a part, as far as it is well formed.
pub(super) fn each_event(archive: &mut Archive, part: &str, mut see: impl FnMut(&Event<'_>)) {
    let Ok(entry) = archive.by_name(part) else { return };
    let mut reader = Reader::from_reader(BufReader::new(entry));
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Eof) | Err(_) => return,
            Ok(event) => see(&event),
        }
        buffer.clear();
    }
}

/// All elements as they begin.
pub(super) fn each_element(archive: &mut Archive, part: &str, mut see: impl FnMut(&BytesStart<'_>)) {
    each_event(archive, part, |event| {
        if let Event::Start(element) | Event::Empty(element) = event {
            see(element);
        }
    });
}

/// Adds what an event says to a text.
pub(super) fn gather(text: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(part) => text.push_str(&part.xml10_content()),
        Event::CData(part) => text.push_str(&part.xml10_content()),
        Event::GeneralRef(name) => match (name.resolve_char_ref(), &*name.xml10_content()) {
            (Ok(Some(letter)), _) => text.push(letter),
            (_, "lt") => text.push('<'),
            (_, "gt") => text.push('>'),
            (_, "amp") => text.push('&'),
            (_, "quot") => text.push('"'),
            (_, "apos") => text.push('\''),
            _ => {}
        },
        _ => {}
    }
}

/// The relations of a part: kind and target by id.
pub(super) fn targets(archive: &mut Archive, part: &str) -> BTreeMap<String, (String, String)> {
    let mut targets = BTreeMap::new();
    each_element(archive, part, |element| {
        if let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target")) {
            targets.insert(id, (attribute(element, "Type").unwrap_or_default(), target));
        }
    });
    targets
}

/// The part that a target names from within a folder.
pub(super) fn within(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').collect();
    for step in target.split('/') {
        match step {
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

/// `B3` as row and column counted from 0.
pub(super) fn address(text: &str) -> Option<(u32, u16)> {
    let letters = text.chars().take_while(char::is_ascii_uppercase).count();
    let (letters, row) = (text.get(..letters)?, text.get(letters..)?);
    let column = letters.bytes().try_fold(0u32, |n, b| n.checked_mul(26)?.checked_add(u32::from(b - b'A') + 1))?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, u16::try_from(column.checked_sub(1)?).ok()?))
}

/// `B3:C9` or `B3` as first row, first column, last row, last column.
pub(super) fn range(text: &str) -> Option<[u32; 4]> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (address(first)?, address(last)?);
    Some([first.0, first.1.into(), last.0, last.1.into()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_parts() {
        assert_eq!(address("A1"), Some((0, 0)));
        assert_eq!(address("AB12"), Some((11, 27)));
        assert_eq!(address("A0"), None);
        assert_eq!(address("12"), None);
        assert_eq!(range("B3:C9"), Some([2, 1, 8, 2]));
        assert_eq!(within("xl/worksheets", "../comments1.xml"), "xl/comments1.xml");
        assert_eq!(within("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
    }
}
