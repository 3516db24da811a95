//! What an annotated copy keeps of how a workbook looks.

use std::io::{Cursor, Read};
use std::path::Path;

use rust_xlsxwriter::{DataValidation, Format, Formula, Note, Workbook};

use crate::run::run;
use crate::tiny::Files;

fn part(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap_or_else(|e| panic!("{name}: {e}")).read_to_string(&mut text).unwrap();
    text
}

/// The elements of a name in a part, attributes and all, in order.
fn elements(part: &str, name: &str) -> Vec<String> {
    let begin = format!("<{name} ");
    let starts = part.match_indices(&begin).map(|(i, _)| &part[i..]);
    starts.map(|s| s[..s.find('>').unwrap()].trim_end_matches('/').to_owned()).collect()
}

fn annotate(path: &Path, copy: &Path) {
    run([Path::new("check"), path, Path::new("--annotate"), copy, Path::new("--json")]).document();
}

#[test]
fn a_template_stays_a_template() {
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| work.path().join(name);
    let folder = Files::tiny().folder();
    let ran = run([Path::new("template"), folder.path(), Path::new("--out"), &at("filled.xlsx")]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    annotate(&at("filled.xlsx"), &at("copy.xlsx"));
    let sheets = elements(&part(&at("filled.xlsx"), "xl/workbook.xml"), "sheet");
    let (mut widths, mut lists, mut notes) = (0, 0, 0);
    for (i, sheet) in (1..).zip(&sheets) {
        let name = format!("xl/worksheets/sheet{i}.xml");
        let (before, after) = (part(&at("filled.xlsx"), &name), part(&at("copy.xlsx"), &name));
        let attribute = |element: &str, name: &str| {
            let from = element.find(&format!(" {name}=\""))? + name.len() + 3;
            Some(element[from..].split('"').next().unwrap().to_owned())
        };
        // Columns of the same width may be told one by one or together.
        let by_column = |part: &str| -> Vec<(u32, String)> {
            let each = |c: &String| {
                let number = |name| attribute(c, name).unwrap().parse::<u32>().unwrap();
                let width = attribute(c, "width").unwrap();
                (number("min")..=number("max")).map(|n| (n, width.clone())).collect::<Vec<_>>()
            };
            elements(part, "col").iter().flat_map(each).collect()
        };
        if !before.contains("<cols>") {
            continue;
        }
        assert_eq!(by_column(&before), by_column(&after), "widths of {sheet}");
        assert_eq!(elements(&before, "pane"), elements(&after, "pane"), "panes of {sheet}");
        let allowed = |part: &str| part.matches("<formula1>").count();
        assert_eq!(elements(&before, "dataValidation"), elements(&after, "dataValidation"), "lists of {sheet}");
        assert_eq!(allowed(&before), allowed(&after));
        widths += by_column(&before).len();
        lists += allowed(&before);
        notes += 1;
    }
    assert!(widths > 100 && lists > 20 && notes > 20, "{widths} widths, {lists} lists, {notes} sheets");
    // Heads keep their notes, fill and letters; README and Lists are copied like the others.
    let comments = part(&at("copy.xlsx"), "xl/comments2.xml");
    assert!(comments.contains("Unique name of the site.") && comments.contains("example: H01"), "{comments}");
    let styles = part(&at("copy.xlsx"), "xl/styles.xml");
    assert!(styles.contains("1F4E78") && styles.contains("DCE6F1") && styles.contains("<b/>"), "{styles}");
    // And a copy of the copy is the same again.
    annotate(&at("copy.xlsx"), &at("again.xlsx"));
    for i in 1..=sheets.len() {
        let name = format!("xl/worksheets/sheet{i}.xml");
        // A width that was fitted is kept as it is.
        let kept = |copy: &str| part(&at(copy), &name).replace(" bestFit=\"1\"", "");
        assert_eq!(kept("copy.xlsx"), kept("again.xlsx"), "{name}");
    }
    assert_eq!(comments, part(&at("again.xlsx"), "xl/comments2.xml"));
}

#[test]
fn own_notes_stay_and_notes_of_findings_do_not() {
    let work = tempfile::tempdir().unwrap();
    let at = |name: &str| work.path().join(name);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("sites").unwrap();
    let money = Format::new().set_num_format("#,##0.00").set_italic().set_background_color(0x00AB_CDEF);
    sheet.write_string(0, 0, "site").unwrap();
    sheet.write_string(0, 1, "beds").unwrap();
    sheet.write_string(1, 0, "S1").unwrap();
    sheet.write_number_with_format(1, 1, 12.5, &money).unwrap();
    sheet.insert_note(1, 1, &Note::new("ask Ms Roe & <co>").set_author("Mr Doe")).unwrap();
    sheet.insert_note(1, 0, &Note::new("the old house").set_author("Mr Doe")).unwrap();
    sheet.set_column_width(1, 33).unwrap().set_column_hidden(2).unwrap();
    let words = DataValidation::new().allow_list_formula(Formula::new("\"S1,S2\""));
    sheet.add_data_validation(1, 0, 9, 0, &words).unwrap();
    book.save(at("own.xlsx")).unwrap();
    annotate(&at("own.xlsx"), &at("copy.xlsx"));
    annotate(&at("copy.xlsx"), &at("again.xlsx"));
    for copy in ["copy.xlsx", "again.xlsx"] {
        let notes = part(&at(copy), "xl/comments1.xml");
        // 12.5 beds are no whole number: the finding, then what Mr Doe says, each once.
        for text in ["[bad_value]", "ask Ms Roe &amp; &lt;co&gt;", "the old house"] {
            assert_eq!(notes.matches(text).count(), 1, "{copy}: {text} in {notes}");
        }
        let sheet = part(&at(copy), "xl/worksheets/sheet1.xml");
        assert!(sheet.contains("<formula1>\"S1,S2\"</formula1>"), "{sheet}");
        assert!(elements(&sheet, "col").iter().any(|c| c.contains("hidden=\"1\"")), "{sheet}");
        let styles = part(&at(copy), "xl/styles.xml");
        assert!(styles.contains("#,##0.00") || styles.contains("numFmtId=\"4\""), "{styles}");
        assert!(styles.contains("<i/>"), "{styles}");
    }
    // The fill of the finding stands over the own one in the copy; once mended, the finding's own fill is not taken for a look.
    assert!(part(&at("again.xlsx"), "xl/styles.xml").contains("FFC7CE"));
}
