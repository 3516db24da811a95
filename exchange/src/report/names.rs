//! Names for people behind the ids that documents use.

use std::collections::BTreeMap;

use ballast_domain::Tender;

use crate::figures::Cell;

/// Looks names up.
pub struct Names<'a> {
    needs: BTreeMap<&'a str, NeedName<'a>>,
    suppliers: BTreeMap<&'a str, &'a str>,
    products: BTreeMap<&'a str, &'a str>,
}

/// What a reader wants to know about a need.
#[derive(Clone, Copy)]
pub struct NeedName<'a> {
    /// Name for people.
    pub name: &'a str,
    /// Category.
    pub category: &'a str,
    /// Class, 1 to 3.
    pub criticality: u32,
}

impl<'a> Names<'a> {
    /// The names of a tender.
    pub fn new(tender: &'a Tender) -> Self {
        let need = |n: &'a ballast_domain::tender::Need| {
            let category = tender.categories[n.category].as_str();
            (n.id.as_str(), NeedName { name: &n.name, category, criticality: n.criticality })
        };
        Self {
            needs: tender.needs.iter().map(need).collect(),
            suppliers: tender.suppliers.iter().map(|s| (s.id.as_str(), s.name.as_str())).collect(),
            products: tender.products.iter().map(|p| (p.id.as_str(), p.name.as_str())).collect(),
        }
    }

    /// A need; one that the tender does not know stands for itself.
    pub fn need<'b>(&'b self, id: &'b str) -> NeedName<'b> {
        self.needs.get(id).copied().unwrap_or(NeedName { name: id, category: "", criticality: 0 })
    }

    /// Id and name of a need in one line.
    pub fn need_line(&self, id: &str) -> String {
        match self.need(id).name {
            name if name == id || name.is_empty() => id.to_owned(),
            name => format!("{id}: {name}"),
        }
    }

    /// A cell with id and, below, the name of a need.
    pub fn need_cell(&self, id: &str) -> Cell {
        noted(id, self.need(id).name)
    }

    /// The same for a supplier.
    pub fn supplier_cell(&self, id: &str) -> Cell {
        noted(id, self.suppliers.get(id).copied().unwrap_or(""))
    }

    /// The same for a product.
    pub fn product_cell(&self, id: &str) -> Cell {
        noted(id, self.products.get(id).copied().unwrap_or(""))
    }
}

fn noted(id: &str, name: &str) -> Cell {
    Cell::text(id).note(if name == id { "" } else { name })
}
