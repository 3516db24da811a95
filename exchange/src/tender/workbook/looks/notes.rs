//! Notes at cells. Notes that hold findings are ours and go; what the user wrote below or beside them stays.

use quick_xml::events::Event;

use super::KEPT;
use super::xml::{address, attribute, each_event, gather, targets, within};
use crate::tender::packed::Archive;

/// Who writes notes of findings.
pub(in super::super) const AUTHOR: &str = "ballast check";
/// What parts findings from a note of the user at the same cell.
pub(in super::super) const PARTED: &str = "\n\n— — —\n";

/// The user's notes of a sheet, by row and column.
pub(super) fn of(archive: &mut Archive, sheet: &str) -> Vec<(u32, u16, String)> {
    let Some((folder, file)) = sheet.rsplit_once('/') else { return Vec::new() };
    let relations = targets(archive, &format!("{folder}/_rels/{file}.rels"));
    let part = relations.values().find(|(kind, _)| kind.ends_with("/comments")).map(|(_, t)| within(folder, t));
    let Some(part) = part else { return Vec::new() };
    let mut authors: Vec<String> = Vec::new();
    let mut notes: Vec<(u32, u16, String)> = Vec::new();
    // The note being read, whether its author is the checker, and whether its text goes on.
    let mut at: Option<((u32, u16), bool)> = None;
    let (mut text, mut inside) = (String::new(), false);
    each_event(archive, &part, |event| match event {
        Event::Start(e) | Event::Empty(e) if e.local_name().as_ref() == "comment" => {
            let cell = attribute(e, "ref").and_then(|r| address(&r));
            let author = attribute(e, "authorId").and_then(|a| a.parse::<usize>().ok());
            let ours = author.and_then(|a| authors.get(a)).is_some_and(|a| a == AUTHOR);
            (at, text) = (cell.map(|c| (c, ours)), String::new());
        }
        Event::Start(e) if ["author", "t"].contains(&e.local_name().as_ref()) => inside = true,
        Event::End(e) => match e.local_name().as_ref() {
            "author" => {
                authors.push(std::mem::take(&mut text));
                inside = false;
            }
            "t" => inside = false,
            "comment" => {
                let text = std::mem::take(&mut text);
                let Some(((row, column), ours)) = at.take() else { return };
                let own = if ours { text.split_once(PARTED).map(|(_, own)| own.to_owned()) } else { Some(text) };
                notes.extend(own.filter(|_| notes.len() < KEPT).map(|own| (row, column, own)));
            }
            _ => {}
        },
        event if inside => gather(&mut text, event),
        _ => {}
    });
    notes
}
