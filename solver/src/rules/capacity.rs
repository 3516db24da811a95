//! Capacity: Σ packs ≤ K of a product or offer; Σ a·packs ≤ K of a supplier; Σ a·split·packs ≤ K of a plant, where a is
//! the capacity one pack uses. Rows are divided by K.

use std::collections::BTreeMap;

use ballast_domain::Tender;

use crate::model::{Model, RowLabel, Terms, Volumes};

/// Adds the rows; a row that demand alone keeps is left out.
pub(crate) fn add(tender: &Tender, model: &mut Model, volumes: &Volumes) {
    let mut rows: BTreeMap<RowLabel, (f64, Terms, f64)> = BTreeMap::new();
    for (c, line) in tender.candidates.enumerate() {
        let (col, packs) = volumes.packs[c];
        let most = volumes.most_packs(model, c);
        let mut put = |label, capacity: f64, per_pack: f64| {
            let entry = rows.entry(label).or_insert_with(|| (capacity, Vec::new(), 0.0));
            entry.1.push((col, packs * per_pack));
            entry.2 += most * per_pack;
        };
        let product = &tender.products[line.product];
        let capacity_use = product.capacity_use.to_f64();
        if let Some(k) = product.capacity_packs {
            put(RowLabel::ProductCapacity(line.product), k.to_f64(), 1.0);
        }
        if let Some(k) = tender.offers[line.offer].max_packs {
            put(RowLabel::OfferMaximum(line.offer), k.to_f64(), 1.0);
        }
        if let Some(k) = tender.suppliers[line.supplier].capacity {
            put(RowLabel::SupplierCapacity(line.supplier), k.to_f64(), capacity_use);
        }
        for (plant, split) in &product.plants {
            if let Some(k) = tender.plants[*plant].capacity {
                put(RowLabel::PlantCapacity(*plant), k.to_f64(), capacity_use * split.to_f64());
            }
        }
    }
    for (label, (capacity, terms, most)) in rows {
        if most > capacity {
            let scale = if capacity > 0.0 { capacity } else { 1.0 };
            let terms = terms.into_iter().map(|(c, v)| (c, v / scale)).collect();
            model.row(label, f64::NEG_INFINITY, capacity / scale, terms);
        }
    }
}
