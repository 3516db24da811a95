//! The award matrix: how each need is shared among the suppliers that win, as a heat map with its figures in it.

use std::collections::BTreeMap;

use super::names::Names;
use crate::documents::award::AwardBody;
use crate::figures::{Cell, Look, Table, number};

/// Beyond so many suppliers the headers are turned.
const WIDE: usize = 7;

pub(super) fn table(body: &AwardBody, names: &Names<'_>) -> Table {
    let suppliers: Vec<&str> = body.suppliers.iter().map(|s| s.supplier.as_str()).collect();
    let mut shares: BTreeMap<(&str, &str), BTreeMap<&str, f64>> = BTreeMap::new();
    for f in &body.formulary {
        let need = names.need(&f.need);
        *shares.entry((need.category, &f.need)).or_default().entry(&f.supplier).or_default() += f.share;
    }
    let header = ["category", "need"].into_iter().map(str::to_owned).chain(suppliers.iter().map(|s| format!("#{s}")));
    let mut table = Table::new(header).caption(
        "Share of each need's demand by supplier: the darker a cell, the larger the share; an empty cell is none. Rows add up to 100 %. \
         Suppliers stand in order of cost. A row with one dark cell depends on one supplier.",
    );
    table.look = if suppliers.len() > WIDE { Look::WideHeat } else { Look::Heat };
    let mut before = "";
    for ((category, need), by_supplier) in &shares {
        let category_cell =
            if *category == before { Cell::repeated(*category) } else { Cell::text(*category).strong() };
        before = category;
        let mut row = vec![category_cell, names.need_cell(need)];
        row.extend(suppliers.iter().map(|s| match by_supplier.get(s) {
            Some(&share) => Cell::float(share, number::share).heat(share),
            None => Cell::blank(),
        }));
        table.push(row);
    }
    table
}
