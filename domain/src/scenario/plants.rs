//! A plant that makes nothing. A product made there and elsewhere keeps the output of its other plants: its capacity is
//! multiplied by 1 − split, and the splits of the rest are scaled up to 1. Offers of products made only there lapse.

use rust_decimal::Decimal;

use crate::cell::{Cell, Weights};
use crate::exact::{exact, round, whole};
use crate::raw::{RawTable, RawTender};

/// A day on which no tender starts.
const LAPSED: &str = "1900-01-01";

/// Decimals that a cell may have.
const DECIMALS: u32 = 12;

fn table<'a>(raw: &'a mut RawTender, name: &str) -> Option<&'a mut RawTable> {
    raw.tables.iter_mut().find(|t| t.name == name)
}

/// The splits without `plant`, summing to 1; the last decimal goes to the largest.
fn without(weights: &Weights, plant: &str, split: Decimal) -> Weights {
    let left = whole(1) - exact(split);
    let mut rest: Vec<(String, Decimal)> = weights
        .0
        .iter()
        .filter(|(id, _)| *id != plant)
        .map(|(id, w)| (id.clone(), round(&(exact(*w) / &left), DECIMALS).normalize()))
        .collect();
    let sum: Decimal = rest.iter().map(|(_, w)| *w).sum();
    if let Some((_, w)) = rest.iter_mut().max_by_key(|(_, w)| *w) {
        *w += Decimal::ONE - sum;
    }
    Weights(rest.into_iter().collect())
}

/// Takes a plant out; gives the number of cells touched. A split that cannot be read is a fault of the tender and left.
pub(super) fn out(raw: &mut RawTender, plant: &str) -> usize {
    let mut touched = 0;
    if let Some(plants) = table(raw, "plants") {
        let (id, capacity) = (plants.column("plant"), plants.column("capacity"));
        for row in plants.rows.iter_mut().filter(|r| r.cells[id].as_deref() == Some(plant)) {
            row.cells[capacity] = Some("0".to_owned());
            touched += 1;
        }
    }
    let mut gone = Vec::new();
    if let Some(products) = table(raw, "products") {
        let [id, split, capacity] = ["product", "plants", "capacity_packs"].map(|c| products.column(c));
        for row in &mut products.rows {
            let Ok(weights) = Weights::parse(row.cells[split].as_deref()) else { continue };
            let Some(&part) = weights.0.get(plant) else { continue };
            if weights.0.len() == 1 {
                gone.extend(row.cells[id].clone());
                continue;
            }
            row.cells[split] = without(&weights, plant, part).print();
            touched += 1;
            if let Some(packs) = row.cells[capacity].as_deref().and_then(|t| crate::cell::decimal(t).ok()) {
                let left = round(&(exact(packs) * (whole(1) - exact(part))), DECIMALS);
                row.cells[capacity] = Some(left.normalize().to_string());
                touched += 1;
            }
        }
    }
    if let Some(offers) = table(raw, "offers") {
        let [product, from, to] = ["product", "valid_from", "valid_to"].map(|c| offers.column(c));
        for row in &mut offers.rows {
            if row.cells[product].as_ref().is_some_and(|p| gone.contains(p)) {
                row.cells[from] = None;
                row.cells[to] = Some(LAPSED.to_owned());
                touched += 1;
            }
        }
    }
    touched
}
