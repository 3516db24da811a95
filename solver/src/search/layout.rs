//! Where volume can go: for each need the cells it is wanted in and the options it can be served by (an offer, or nothing
//! where it may stay unserved), with the place of each pair.

use ballast_domain::Tender;
use ballast_domain::index::*;

/// No place: the option may not serve the cell.
pub(super) const NONE: u32 = u32::MAX;

/// A way to serve a need.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// Who supplies it; `None` where it is left unserved.
    pub(super) supplier: Option<SupplierIx>,
    /// Position among the products of the need: offers of one product count as one.
    pub(super) product: usize,
    /// Packs it can supply, in need units.
    pub(super) capacity: f64,
}

/// A need with its cells and options.
#[derive(Debug, Clone)]
pub(super) struct NeedLayout {
    pub(super) category: usize,
    pub(super) cells: Vec<CellIx>,
    pub(super) choices: Vec<Choice>,
    /// Place of each cell and choice, cell by cell.
    at: Vec<u32>,
    /// Demand of each cell in need units.
    pub(super) demand: Vec<f64>,
    pub(super) max_products: usize,
    pub(super) max_products_per_site: usize,
    pub(super) whole_packs: bool,
    /// Position of the first choice among all.
    pub(super) first_choice: usize,
}

impl NeedLayout {
    /// Place of a choice in the k-th cell.
    pub(super) fn place(&self, cell: usize, choice: usize) -> u32 {
        self.at[cell * self.choices.len() + choice]
    }

    /// Places of the k-th cell, by choice.
    pub(super) fn places(&self, cell: usize) -> &[u32] {
        &self.at[cell * self.choices.len()..(cell + 1) * self.choices.len()]
    }
}

/// The layout of a tender.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) needs: Vec<NeedLayout>,
    /// Need (position), cell (position in the need) and choice of each place.
    pub(super) of_place: Vec<(u32, u32, u32)>,
    /// All cells as (need, cell).
    pub(super) cells: Vec<(u32, u32)>,
    /// Choices of all needs together.
    pub(super) choices: usize,
    /// Units of a pack, by place; 0 where quantities are continuous.
    pub(super) pack: Vec<f64>,
    /// Units of the use factor, by place.
    pub(super) incumbent: Vec<bool>,
}

impl Layout {
    /// Position of a place's choice among all.
    pub(super) fn choice_of(&self, place: usize) -> usize {
        let (n, _, c) = self.of_place[place];
        self.needs[n as usize].first_choice + c as usize
    }

    pub(super) fn new(tender: &Tender, unserved: &IxVec<CellIx, Option<u32>>, places: usize) -> Self {
        let mut cells_of: Vec<Vec<CellIx>> = vec![Vec::new(); tender.needs.len()];
        for (cell, demand) in tender.cells.enumerate() {
            cells_of[demand.need.ix()].push(cell);
        }
        let mut layout = Self {
            needs: Vec::new(),
            of_place: vec![(NONE, NONE, NONE); places],
            cells: Vec::new(),
            choices: 0,
            pack: vec![0.0; places],
            incumbent: vec![false; places],
        };
        for (ix, need) in tender.needs.enumerate() {
            let cells = std::mem::take(&mut cells_of[ix.ix()]);
            if cells.is_empty() {
                continue;
            }
            let mut offers: Vec<OfferIx> =
                cells.iter().flat_map(|c| tender.candidates_of(*c)).map(|c| tender.candidates[c].offer).collect();
            offers.sort();
            offers.dedup();
            let mut products: Vec<ProductIx> = offers.iter().map(|o| tender.offers[*o].product).collect();
            products.sort();
            products.dedup();
            let mut choices: Vec<Choice> = offers
                .iter()
                .map(|o| {
                    let product = tender.offers[*o].product;
                    let factor = cells
                        .iter()
                        .flat_map(|c| tender.candidates_of(*c))
                        .find(|c| tender.candidates[*c].offer == *o)
                        .map_or(1.0, |c| tender.candidates[c].use_factor.to_f64());
                    let most =
                        |packs: Option<ballast_domain::quantity::Packs>| packs.map_or(f64::INFINITY, |p| p.to_f64());
                    Choice {
                        supplier: Some(tender.products[product].supplier),
                        product: products.binary_search(&product).unwrap_or(0),
                        capacity: factor
                            * most(tender.products[product].capacity_packs).min(most(tender.offers[*o].max_packs)),
                    }
                })
                .collect();
            let open = cells.iter().any(|c| unserved[*c].is_some());
            if open {
                choices.push(Choice { supplier: None, product: usize::MAX, capacity: f64::INFINITY });
            }
            let n = u32::try_from(layout.needs.len()).unwrap_or(NONE);
            let mut at = vec![NONE; cells.len() * choices.len()];
            for (k, cell) in cells.iter().enumerate() {
                let mut put = |choice: usize, place: u32| {
                    at[k * choices.len() + choice] = place;
                    layout.of_place[place as usize] = (n, k as u32, choice as u32);
                };
                for c in tender.candidates_of(*cell) {
                    if let Ok(choice) = offers.binary_search(&tender.candidates[c].offer) {
                        put(choice, c.ix() as u32);
                    }
                }
                if let Some(place) = unserved[*cell] {
                    put(choices.len() - 1, place);
                }
                for c in tender.candidates_of(*cell) {
                    let line = &tender.candidates[c];
                    layout.incumbent[c.ix()] = line.incumbent;
                    if need.whole_packs {
                        layout.pack[c.ix()] = line.use_factor.to_f64();
                    }
                }
                layout.cells.push((n, k as u32));
            }
            let first_choice = layout.choices;
            layout.choices += choices.len();
            layout.needs.push(NeedLayout {
                category: need.category.ix(),
                demand: cells.iter().map(|c| tender.cells[*c].quantity.to_f64()).collect(),
                cells,
                choices,
                at,
                max_products: need.max_products.map_or(usize::MAX, |m| m as usize),
                max_products_per_site: need.max_products_per_site.map_or(usize::MAX, |m| m as usize),
                whole_packs: need.whole_packs,
                first_choice,
            });
        }
        layout
    }
}
