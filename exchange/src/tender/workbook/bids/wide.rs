//! The wide form: a row per item, named by `need`; then groups of columns `SUPPLIER | FIELD`.

use std::collections::BTreeMap;
use std::sync::Arc;

use ballast_domain::cell::nearest;
use ballast_domain::finding::Place;
use ballast_domain::layout::Layout;
use ballast_domain::{Findings, Severity};

use super::super::cell_text::Texts;
use super::super::grid::{Cell, Sheet};
use super::answer::Answer;

/// What stands once per item and holds for all bidders. Other columns before the groups are for the reader's eyes.
const GIVEN: [&str; 6] = ["need", "cohort", "layer", "valid_from", "valid_to", "source"];

/// Fields of a group, with the column that each becomes.
const FIELDS: [(&str, &str); 8] = [
    ("price", "price"),
    ("pack qty", "use_factor"),
    ("capacity", "capacity_packs"),
    ("min", "minimum_if_used"),
    ("max", "max_packs"),
    ("lead weeks", "lead_time"),
    ("product", "product"),
    ("offer", "offer"),
];

/// Heads of a sheet to fill in, and which of them must be filled where a supplier bids.
pub(in super::super) fn wide_heads(suppliers: &[String]) -> Vec<(String, bool)> {
    let mut heads = vec![("need".to_owned(), true), ("cohort".to_owned(), false)];
    for supplier in suppliers {
        let fields = ["price", "pack qty", "capacity", "min", "lead weeks", "tier2 from", "tier2 price"];
        heads.extend(fields.map(|f| (format!("{supplier} | {f}"), f == "price" || f == "pack qty")));
    }
    heads
}

/// The columns of one supplier.
#[derive(Default)]
struct Group {
    supplier: String,
    first: u16,
    columns: Vec<(&'static str, u16)>,
    /// Columns of `from` and `price` by number of the tier.
    tiers: BTreeMap<u32, (Option<u16>, Option<u16>)>,
}

/// Reads every item below the header.
pub(super) fn read<'a>(
    sheet: &'a Sheet,
    header_row: u32,
    header: &[Cell],
    texts: &mut Texts<'a>,
    findings: &mut Findings,
) -> Vec<Answer> {
    let (given, groups) = heads(sheet, header, texts, findings);
    if !given.iter().any(|(name, _)| *name == "need") {
        let place = Place { line: Some(header_row + 1), ..Place::file(&sheet.name) }.column("need");
        let expected = "the required column `need` of `bids` is missing";
        findings.error("missing_column", place, "", expected, "add it; its cells name rows of `needs`");
        return Vec::new();
    }
    let mut answers = Vec::new();
    for (row, cells) in sheet.rows().filter(|(row, _)| *row > header_row) {
        if cells.iter().all(Cell::blank) {
            continue;
        }
        for group in &groups {
            let layout = |tier: Option<(Option<u16>, Option<u16>)>| {
                let tier = tier.map(|(from, price)| [("tier_from", from), ("tier_price", price)]);
                let tier = tier.into_iter().flatten().filter_map(|(name, column)| Some((name, column?)));
                let base = [("supplier", group.first), ("", group.first), ("product", group.first)];
                let own = group.columns.iter().copied();
                Arc::new(Layout::columns(tier.chain(own).chain(given.iter().copied()).chain(base)))
            };
            let mut of = |columns: Vec<(&'static str, u16)>, layout: Arc<Layout>| {
                let mut answer = Answer { row, cells: BTreeMap::new(), layout, refused: false };
                for (name, column) in columns {
                    let Some(cell) = super::at(cells, column) else { continue };
                    match texts.cell(sheet, name, cell, &answer.place(&sheet.name), findings) {
                        Ok(text) => answer.cells.extend(text.map(|t| (name.to_owned(), t))),
                        Err(()) => answer.refused = true,
                    }
                }
                answer
            };
            let mut first = of(group.columns.iter().chain(&given).copied().collect(), layout(None));
            let mut tiers = Vec::new();
            for tier in group.tiers.values() {
                let columns = [("tier_from", tier.0), ("tier_price", tier.1)];
                let columns = columns.into_iter().filter_map(|(n, c)| Some((n, c?))).collect();
                let answer = of(columns, layout(Some(*tier)));
                if answer.refused || !answer.cells.is_empty() {
                    tiers.push(answer);
                }
            }
            let answered = !first.unanswered(&GIVEN) || !tiers.is_empty();
            // Without the supplier it counts as not answered.
            if answered {
                first.cells.insert("supplier".to_owned(), group.supplier.clone());
            }
            let names: Vec<(String, String)> = ["supplier", "need", "product", "offer", "cohort"]
                .iter()
                .filter_map(|n| Some(((*n).to_owned(), first.get(n)?.to_owned())))
                .collect();
            let declined = first.declines();
            answers.push(first);
            for mut tier in tiers.into_iter().filter(|_| !declined) {
                tier.cells.extend(names.clone());
                answers.push(tier);
            }
        }
    }
    answers
}

/// The columns that hold for all bidders, and the groups.
fn heads<'a>(
    sheet: &'a Sheet,
    header: &[Cell],
    texts: &mut Texts<'a>,
    findings: &mut Findings,
) -> (Vec<(&'static str, u16)>, Vec<Group>) {
    let mut given: Vec<(&'static str, u16)> = Vec::new();
    let mut groups: Vec<Group> = Vec::new();
    let twice = "the column stands twice";
    for cell in header.iter().filter(|c| !c.blank()) {
        let Some(name) = texts.header(sheet, cell, findings) else { continue };
        let place = Place::on_sheet(&sheet.name, cell.row + 1, cell.column);
        let Some((supplier, field)) = name.split_once('|') else {
            match GIVEN.iter().find(|g| **g == name) {
                Some(g) if given.iter().any(|(n, _)| n == g) => {
                    findings.error("duplicate_column", place, name, twice, "remove one of them");
                }
                Some(g) => given.push((g, cell.column)),
                None => {
                    let expected = format!("the column is not read; these are: {}", GIVEN.join(", "));
                    let fix = "nothing needs to be done if it is for the reader's eyes";
                    findings.add(Severity::Information, "column_not_read", place, name, expected, fix);
                }
            }
            continue;
        };
        let (supplier, field) = (supplier.trim(), field.trim().to_lowercase());
        let i = groups.iter().position(|g| g.supplier == supplier).unwrap_or_else(|| {
            groups.push(Group { supplier: supplier.to_owned(), first: cell.column, ..Group::default() });
            groups.len() - 1
        });
        let group = &mut groups[i];
        let known = FIELDS.iter().find(|(f, _)| *f == field);
        let again = match (known, tier(&field)) {
            (Some((_, column)), _) => {
                let again = group.columns.iter().any(|(c, _)| c == column);
                group.columns.push((column, cell.column));
                again
            }
            (None, Some((number, from))) => {
                let tier = group.tiers.entry(number).or_default();
                let slot = if from { &mut tier.0 } else { &mut tier.1 };
                slot.replace(cell.column).is_some()
            }
            (None, None) => {
                let fields = FIELDS.iter().map(|(f, _)| *f).chain(["tier2 from", "tier2 price"]);
                let fix = nearest(&field, fields.clone()).map_or_else(
                    || format!("the fields are: {}", fields.collect::<Vec<_>>().join(", ")),
                    |n| format!("did you mean `{n}`?"),
                );
                findings.error("unknown_column", place.clone(), &name, "a group of bids has no such field", fix);
                false
            }
        };
        if again {
            findings.error("duplicate_column", place, name, twice, "remove one of them");
        }
    }
    (given, groups)
}

/// `tier2 from` is (2, true), `tier2 price` is (2, false).
fn tier(field: &str) -> Option<(u32, bool)> {
    let (number, what) = field.strip_prefix("tier")?.split_once(' ')?;
    match what.trim() {
        "from" => Some((number.parse().ok()?, true)),
        "price" => Some((number.parse().ok()?, false)),
        _ => None,
    }
}
