//! Answers of bidders become rows of `products`, `offers`, `schedules` and `tiers`. What a row of a bid does not name is
//! named here: the product by supplier and need, the offer by product and cohort, the schedule by the offer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::tables::all_tables;

use super::super::grid::Sheet;
use super::answer::Answer;

/// Columns of a tier in the long form.
pub(super) const TIER: [&str; 2] = ["tier_from", "tier_price"];

/// Columns that a table declares.
pub(super) fn columns_of(table: &'static str) -> impl Iterator<Item = String> {
    all_tables().into_iter().filter(move |t| t.name == table).flat_map(|t| t.columns).map(|c| c.name)
}

/// True if a table has a column of this name, or any of its kind.
pub(super) fn knows(table: &'static str, column: &str) -> bool {
    columns_of(table).any(|c| match c.strip_suffix('*') {
        Some(prefix) => column.starts_with(prefix),
        None => c == column,
    })
}

/// What became of the answers.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) products: usize,
    pub(super) offers: usize,
    pub(super) tiers: usize,
    pub(super) refusals: usize,
    pub(super) unanswered: usize,
}

/// Tables that grow answer by answer.
pub(super) struct Assembly<'a> {
    sheet: &'a Sheet,
    raw: &'a mut RawTender,
    columns: BTreeMap<&'static str, BTreeSet<String>>,
    /// Position of each row that a bid made or named, by table and key.
    rows: BTreeMap<(&'static str, String), usize>,
    counts: Counts,
    /// Offers without a price so far, with the cell that should hold it.
    priceless: BTreeMap<String, Place>,
}

impl<'a> Assembly<'a> {
    pub(super) fn new(sheet: &'a Sheet, raw: &'a mut RawTender) -> Self {
        let columns = ["products", "offers"].map(|t| (t, columns_of(t).collect())).into();
        let mut rows = BTreeMap::new();
        for (table, key) in [("products", "product"), ("offers", "offer")] {
            let known = raw.tables.iter().find(|t| t.name == table);
            let column = known.and_then(|t| t.columns.iter().position(|c| c == key));
            if let (Some(known), Some(column)) = (known, column) {
                let keys = known.rows.iter().enumerate().filter_map(|(i, r)| Some((r.cells[column].clone()?, i)));
                rows.extend(keys.map(|(id, i)| ((table, id), i)));
            }
        }
        Self { sheet, raw, columns, rows, counts: Counts::default(), priceless: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, answer: Answer, findings: &mut Findings) {
        let place = answer.place(&self.sheet.name);
        if answer.refused {
            table(self.raw, "offers").push_refused(place);
            return;
        }
        if answer.declines() {
            self.counts.refusals += 1;
            return;
        }
        let (supplier, need) = (answer.get("supplier"), answer.get("need"));
        if supplier.is_none() && answer.get("product").is_none() && answer.get("price").is_none() {
            self.counts.unanswered += 1;
            return;
        }
        let product = match (answer.get("product"), supplier, need) {
            (Some(product), ..) => product.to_owned(),
            (None, Some(supplier), Some(need)) => format!("{supplier} {need}"),
            (None, supplier, _) => {
                let column = if supplier.is_none() { "supplier" } else { "need" };
                let expected = "expected a value; without it nobody knows what is bid";
                findings.error("missing_value", place.column(column), "", expected, "fill the cell or remove the row");
                table(self.raw, "offers").push_refused(place);
                return;
            }
        };
        let offer = match (answer.get("offer"), answer.get("cohort")) {
            (Some(offer), _) => offer.to_owned(),
            (None, None | Some("all")) => product.clone(),
            (None, Some(cohort)) => format!("{product} {}", cohort.replace([';', ':', ','], " ")),
        };
        let own = [("product", &product), ("offer", &offer)];
        self.counts.products += usize::from(self.put("products", ("product", &product), &answer, &own[..1], findings));
        let tier = answer.get("tier_from").is_some() || answer.get("tier_price").is_some();
        if self.put("offers", ("offer", &offer), &answer, &own, findings) {
            self.counts.offers += 1;
            if answer.get("price").is_none() {
                self.priceless.insert(offer.clone(), place.column("price"));
            }
        }
        if tier {
            self.tier(&answer, &offer);
        }
    }

    /// Puts the answer's cells into a table: a new row, or one that must say the same. True if it is new.
    fn put(
        &mut self,
        name: &'static str,
        key: (&'static str, &str),
        answer: &Answer,
        own: &[(&'static str, &String)],
        findings: &mut Findings,
    ) -> bool {
        let belongs = |column: &String| {
            let known = &self.columns[name];
            known.contains(column) || column.starts_with("attr.") && known.contains("attr.*")
        };
        let given = answer.cells.iter().filter(|(c, _)| belongs(c)).map(|(c, t)| (c.clone(), t.clone()));
        let mut cells: BTreeMap<String, String> = given.collect();
        cells.extend(own.iter().map(|(c, t)| ((*c).to_owned(), (*t).clone())));
        let place = answer.place(&self.sheet.name);
        let id = (name, key.1.to_owned());
        let Some(&row) = self.rows.get(&id) else {
            let table = table(self.raw, name);
            self.rows.insert(id, table.rows.len());
            table.push(place, cells);
            return true;
        };
        let table = table(self.raw, name);
        for (column, text) in cells {
            let i = table.column(&column);
            let before = table.rows[row].cells[i].clone();
            // Where figures come from may differ from row to row.
            if before.as_deref() != Some(text.as_str()) && column != "source" && column != "assumed" {
                let first = table.rows[row].place.column(&column);
                let said = before.map_or("nothing".to_owned(), |b| format!("`{b}`"));
                let expected = format!("the same as the first row of {} {} has: {said} at {first}", key.0, key.1);
                let fix = "write it there, or leave this cell blank, or name another offer or product";
                findings.error("conflicting_bid", place.column(&column), text, expected, fix);
            }
        }
        false
    }

    fn tier(&mut self, answer: &Answer, offer: &str) {
        self.counts.tiers += 1;
        self.priceless.remove(offer);
        let schedule = format!("{offer} tiers");
        let place = answer.place(&self.sheet.name);
        let mut layout = answer.layout.as_ref().clone();
        for (column, of) in [("from", "tier_from"), ("value", "tier_price"), ("schedule", "tier_from")] {
            if let Some((_, at)) = layout.spot(of, Some(answer.row + 1)) {
                layout.put(column, at, answer.row + 1);
            }
        }
        let place = Place { layout: Some(Arc::new(layout)), ..place };
        let id = ("schedules", schedule.clone());
        if !self.rows.contains_key(&id) {
            let schedules = table(self.raw, "schedules");
            self.rows.insert(id, schedules.rows.len());
            let cells = [
                ("schedule", schedule.as_str()),
                ("basis", "packs"),
                ("mode", "all_units"),
                ("gives", "price"),
                ("counts_offers", offer),
            ];
            schedules.push(place.clone(), cells.map(|(c, t)| (c.to_owned(), t.to_owned())));
        }
        let tier = [("tier_from", "from"), ("tier_price", "value")];
        let cells = tier.iter().filter_map(|(of, column)| Some(((*column).to_owned(), answer.get(of)?.to_owned())));
        let cells: Vec<_> = std::iter::once(("schedule".to_owned(), schedule)).chain(cells).collect();
        table(self.raw, "tiers").push(place, cells);
    }

    /// Says what is missing, and gives the counts.
    pub(super) fn end(self, findings: &mut Findings) -> Counts {
        for (offer, place) in self.priceless {
            let expected = format!("offer {offer} has no price: blank is neither 0 nor a refusal to bid");
            findings.error("blank_price", place, "", expected, "enter a price, or NB for no bid");
        }
        self.counts
    }
}

/// The table of a name, made if need be.
fn table<'a>(raw: &'a mut RawTender, name: &str) -> &'a mut RawTable {
    let i = raw.tables.iter().position(|t| t.name == name).unwrap_or_else(|| {
        raw.tables.push(RawTable { name: name.to_owned(), file: super::BIDS.to_owned(), ..RawTable::default() });
        raw.tables.len() - 1
    });
    &mut raw.tables[i]
}
