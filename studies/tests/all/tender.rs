//! Small tenders written as rows of `column=value`.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::raw::{RawTable, RawTender};
use ballast_solver::Options;
use ballast_studies::{Desk, News, Settings};

/// The tables of one site `A` with 100 gauze and further rows.
pub fn tables(rows: &[(&str, &str)]) -> RawTender {
    let base = [
        ("tender", "name=test currency=USD starts=2026-01-01"),
        ("sites", "site=A member=M1"),
        ("needs", "need=gauze category=wound unit=piece reference_price=1"),
        ("demand", "site=A need=gauze quantity=100"),
    ];
    let mut tables: BTreeMap<&str, RawTable> = BTreeMap::new();
    for (name, cells) in base.iter().chain(rows) {
        let table = tables.entry(name).or_insert_with(|| RawTable {
            name: (*name).to_owned(),
            file: (*name).to_owned(),
            ..RawTable::default()
        });
        let cell = |cell: &str| {
            let (key, value) = cell.split_once('=').unwrap();
            (key.to_owned(), value.to_owned())
        };
        table.push(Place::file(*name), cells.split_whitespace().map(cell));
    }
    RawTender { tables: tables.into_values().collect() }
}

/// S1 and S2 both sell gauze and tape, of the same reference spend.
pub fn two_needs() -> RawTender {
    tables(&[
        ("needs", "need=tape category=wound unit=roll reference_price=2"),
        ("demand", "site=A need=tape quantity=50"),
        ("suppliers", "supplier=S1"),
        ("suppliers", "supplier=S2"),
        ("products", "product=G1 supplier=S1 need=gauze use_factor=1"),
        ("products", "product=G2 supplier=S2 need=gauze use_factor=1"),
        ("products", "product=T1 supplier=S1 need=tape use_factor=1"),
        ("products", "product=T2 supplier=S2 need=tape use_factor=1"),
        ("offers", "offer=G1 product=G1 price=10"),
        ("offers", "offer=G2 product=G2 price=12"),
        ("offers", "offer=T1 product=T1 price=20"),
        ("offers", "offer=T2 product=T2 price=22"),
    ])
}

/// Suppliers that each sell one product for gauze, at these prices: supplier `S1` product `P1` and so on.
pub fn sellers(prices: &[&str]) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    for (i, price) in prices.iter().enumerate() {
        let n = i + 1;
        rows.push(("suppliers", format!("supplier=S{n}")));
        rows.push(("products", format!("product=P{n} supplier=S{n} need=gauze use_factor=1")));
        rows.push(("offers", format!("offer=P{n} product=P{n} price={price}")));
    }
    rows
}

/// Rows as `tables` takes them.
pub fn with<'a>(rows: &'a [(&'static str, String)], more: &[(&'a str, &'a str)]) -> RawTender {
    let rows: Vec<(&str, &str)> = rows.iter().map(|(t, c)| (*t, c.as_str())).chain(more.iter().copied()).collect();
    tables(&rows)
}

/// The tender of tables.
pub fn read(raw: &RawTender) -> Tender {
    let reading = Tender::read(raw, Findings::default());
    reading.tender.unwrap_or_else(|| panic!("{:#?}", reading.findings))
}

/// Proofs to the end.
pub fn settings() -> Settings {
    Settings { options: Options { gap: 1e-7, ..Options::default() }, at_a_time: 2 }
}

/// Hears nothing and waits for ever.
pub struct Nobody;

impl Desk for Nobody {
    fn cancelled(&self) -> bool {
        false
    }
    fn hear(&self, _: News<'_>) {}
}
