//! Dimensions as rules read them, line after line: most have one value for all lines of a need, a supplier, a product, a
//! site or an offer, so each of those is looked at once and its value kept as a number.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::dimension::Facet;
use super::line::Line;
use super::{Dimension, Scope};
use crate::index::{CellIx, Ix};
use crate::tender::Tender;

impl Dimension {
    /// Position of the need or site that alone decides the value, for dimensions that all lines of a cell share.
    fn decided_by_cell(&self, tender: &Tender, cell: CellIx) -> Option<usize> {
        match self {
            Self::Category | Self::Need | Self::Criticality => Some(tender.cells[cell].need.ix()),
            Self::Site | Self::Member | Self::Class | Self::SiteRegion | Self::SiteAttribute(_) => {
                Some(tender.cells[cell].site.ix())
            }
            _ => None,
        }
    }

    /// Position of that thing of the line which alone decides the value, of which there is one at most; `None` where a line
    /// has to be asked itself.
    fn decided_by(&self, tender: &Tender, line: &Line, facet: &Facet<'_>) -> Option<usize> {
        match self {
            Self::Supplier | Self::Parent | Self::SupplierAttribute(_) => {
                Some(tender.products[line.product].supplier.ix())
            }
            Self::Product | Self::Approval | Self::ProductAttribute(_) => Some(line.product.ix()),
            Self::Plant | Self::PlantRegion | Self::Country => Some(facet.plant.map_or(0, |p| p.ix() + 1)),
            Self::Offer | Self::Layer => Some(line.offer.map_or(0, |o| o.ix() + 1)),
            Self::Incumbent => Some(usize::from(line.incumbent)),
            of_cell => of_cell.decided_by_cell(tender, line.cell),
        }
    }
}

/// What was found out, by position.
struct Once<T>(Vec<Option<T>>);

impl<T: Copy> Once<T> {
    fn get(&mut self, at: usize, look: impl FnOnce() -> T) -> T {
        if at >= self.0.len() {
            self.0.resize(at + 1, None);
        }
        *self.0[at].get_or_insert_with(look)
    }
}

/// One part of a scope.
#[derive(Clone, Copy)]
struct Asked<'s> {
    dimension: &'s Dimension,
    values: &'s BTreeSet<String>,
}

impl Asked<'_> {
    /// True if the line has an accepted value.
    fn of(self, tender: &Tender, line: &Line, facet: &Facet<'_>) -> bool {
        let mut any = false;
        self.dimension.values(tender, line, facet, &mut |v| any |= self.values.contains(v.as_ref()));
        any
    }
}

/// One part of a scope with what was found out about it.
struct Accepted<'s> {
    asked: Asked<'s>,
    seen: Once<bool>,
}

/// Parts of a scope: those that hold for whole demand cells, and the others.
pub(super) struct Within<'s> {
    tender: &'s Tender,
    of_cell: Vec<Accepted<'s>>,
    of_line: Vec<Accepted<'s>>,
}

impl<'s> Within<'s> {
    /// The parts in those dimensions that `part` picks. Whether a product is on formulary is not asked of lines.
    pub(super) fn new(tender: &'s Tender, scope: &'s Scope, part: impl Fn(&Dimension) -> bool) -> Self {
        let asked = scope.0.iter().filter(|(d, _)| *d != Dimension::InFormulary && part(d));
        let accepted =
            asked.map(|(dimension, values)| Accepted { asked: Asked { dimension, values }, seen: Once(Vec::new()) });
        let (of_cell, of_line) = accepted.partition(|a| a.asked.dimension.of_cell());
        Self { tender, of_cell, of_line }
    }

    /// True if lines of the cell may lie inside; `line` is any of them.
    pub(super) fn cell(&mut self, cell: CellIx, line: impl Fn() -> Line) -> bool {
        let tender = self.tender;
        self.of_cell.iter_mut().all(|a| match a.asked.dimension.decided_by_cell(tender, cell) {
            Some(at) => a.seen.get(at, || a.asked.of(tender, &line(), &Facet::WHOLE)),
            None => a.asked.of(tender, &line(), &Facet::WHOLE),
        })
    }

    /// True if the facet of a line lies inside, given that its cell may.
    pub(super) fn line(&mut self, line: &Line, facet: &Facet<'_>) -> bool {
        let tender = self.tender;
        self.of_line.iter_mut().all(|a| match a.asked.dimension.decided_by(tender, line, facet) {
            Some(at) => a.seen.get(at, || a.asked.of(tender, line, facet)),
            None => a.asked.of(tender, line, facet),
        })
    }
}

/// A value of a dimension, by order of appearance.
pub(super) type Value = u32;

/// The values of one dimension.
pub(super) struct Values<'d, 't> {
    dimension: &'d Dimension,
    tender: &'t Tender,
    seen: Once<Option<Value>>,
    names: Vec<Cow<'t, str>>,
    by_name: HashMap<Cow<'t, str>, Value>,
}

impl<'d, 't> Values<'d, 't> {
    pub(super) fn new(tender: &'t Tender, dimension: &'d Dimension) -> Self {
        Self { dimension, tender, seen: Once(Vec::new()), names: Vec::new(), by_name: HashMap::new() }
    }

    pub(super) fn name(&self, value: Value) -> Cow<'t, str> {
        self.names.get(value as usize).cloned().unwrap_or_default()
    }

    /// The values that a line has in a facet.
    pub(super) fn of(&mut self, line: &Line, facet: &Facet<'t>, into: &mut Vec<Value>) {
        into.clear();
        let (dimension, tender) = (self.dimension, self.tender);
        let (names, by_name) = (&mut self.names, &mut self.by_name);
        let mut number = |name: Cow<'t, str>| {
            *by_name.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                Value::try_from(names.len() - 1).unwrap_or(Value::MAX)
            })
        };
        match dimension.decided_by(tender, line, facet) {
            Some(at) => into.extend(self.seen.get(at, || {
                let mut only = None;
                dimension.values(tender, line, facet, &mut |name| only = Some(number(name)));
                only
            })),
            None => dimension.values(tender, line, facet, &mut |name| into.push(number(name))),
        }
    }
}

/// The values of several dimensions together.
pub(super) struct Keys<'d, 't> {
    dimensions: Vec<Values<'d, 't>>,
    own: Vec<Vec<Value>>,
    /// Position in each dimension's own values, and the values there.
    picked: Vec<usize>,
    key: Vec<Value>,
}

impl<'d, 't> Keys<'d, 't> {
    pub(super) fn new(tender: &'t Tender, dimensions: &'d [Dimension]) -> Self {
        let own = vec![Vec::new(); dimensions.len()];
        let dimensions = dimensions.iter().map(|d| Values::new(tender, d)).collect();
        Self { dimensions, own, picked: Vec::new(), key: Vec::new() }
    }

    /// Every combination of values that a line has in a facet.
    pub(super) fn of(&mut self, line: &Line, facet: &Facet<'t>, mut with: impl FnMut(&[Value])) {
        let Self { dimensions, own, picked, key } = self;
        for (values, own) in dimensions.iter_mut().zip(own.iter_mut()) {
            values.of(line, facet, own);
        }
        if own.iter().any(Vec::is_empty) {
            return;
        }
        picked.clear();
        picked.resize(own.len(), 0);
        loop {
            key.clear();
            key.extend(own.iter().zip(&*picked).map(|(own, i)| own[*i]));
            with(key);
            // The next combination, the last dimension first.
            let Some(next) = (0..own.len()).rev().find(|d| picked[*d] + 1 < own[*d].len()) else { break };
            picked[next] += 1;
            picked[next + 1..].fill(0);
        }
    }

    /// The names of a combination.
    pub(super) fn names(&self, key: &[Value]) -> Vec<Cow<'t, str>> {
        self.dimensions.iter().zip(key).map(|(values, value)| values.name(*value)).collect()
    }
}
