//! Dimensions by which lines are told apart, and the values a line has in each.
//!
//! A line is seen through its facets: one per plant that makes the product (weight: the split) and, where clinician
//! groups matter, one per group that scored the product at the site (weight: the group's share). In one facet every
//! dimension has at most one value, except `input`, which may have several.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::line::Line;
use crate::cell::nearest;
use crate::index::PlantIx;
use crate::tender::{Preference, Tender};

/// A dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// Category of the need.
    Category,
    /// Need.
    Need,
    /// Criticality of the need.
    Criticality,
    /// Supplier.
    Supplier,
    /// Owner of the supplier.
    Parent,
    /// Plant, by split.
    Plant,
    /// Region of the plant, by split.
    PlantRegion,
    /// Country of the plant, by split.
    Country,
    /// Shared input of the plant, by split.
    Input,
    /// Product.
    Product,
    /// Approval of the product.
    Approval,
    /// `no` where a clinician group of the site does not accept the product.
    Acceptable,
    /// Site.
    Site,
    /// Member.
    Member,
    /// Class of the site.
    Class,
    /// Region of the site.
    SiteRegion,
    /// Clinician group, by its share of use.
    ClinicianGroup,
    /// `yes` where the site uses the product for the need today.
    Incumbent,
    /// The offer.
    Offer,
    /// Whose contract the offer is.
    Layer,
    /// An offer at a site for a need.
    Line,
    /// Whether the product is on formulary for the need: the award says so, not the line.
    InFormulary,
    /// An attribute of the supplier.
    SupplierAttribute(String),
    /// An attribute of the product.
    ProductAttribute(String),
    /// An attribute of the site.
    SiteAttribute(String),
}

const NAMES: [(&str, Dimension); 22] = [
    ("category", Dimension::Category),
    ("need", Dimension::Need),
    ("criticality", Dimension::Criticality),
    ("supplier", Dimension::Supplier),
    ("parent", Dimension::Parent),
    ("plant", Dimension::Plant),
    ("plant_region", Dimension::PlantRegion),
    ("country", Dimension::Country),
    ("input", Dimension::Input),
    ("product", Dimension::Product),
    ("approval", Dimension::Approval),
    ("acceptable", Dimension::Acceptable),
    ("site", Dimension::Site),
    ("member", Dimension::Member),
    ("class", Dimension::Class),
    ("site_region", Dimension::SiteRegion),
    ("clinician_group", Dimension::ClinicianGroup),
    ("incumbent", Dimension::Incumbent),
    ("offer", Dimension::Offer),
    ("layer", Dimension::Layer),
    ("line", Dimension::Line),
    ("in_formulary", Dimension::InFormulary),
];

impl Dimension {
    /// Reads a name.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some((_, dimension)) = NAMES.iter().find(|(name, _)| *name == text) {
            return Ok(dimension.clone());
        }
        match text.split_once('.') {
            Some(("supplier", name)) if !name.is_empty() => Ok(Self::SupplierAttribute(name.to_owned())),
            Some(("product", name)) if !name.is_empty() => Ok(Self::ProductAttribute(name.to_owned())),
            Some(("site", name)) if !name.is_empty() => Ok(Self::SiteAttribute(name.to_owned())),
            _ => Err(nearest(text, NAMES.iter().map(|(n, _)| *n)).map_or_else(
                || {
                    let names: Vec<&str> = NAMES.iter().map(|(n, _)| *n).collect();
                    format!("the dimensions are: {}, and supplier.NAME, product.NAME, site.NAME", names.join(", "))
                },
                |n| format!("did you mean `{n}`?"),
            )),
        }
    }

    /// The name in files.
    pub fn name(&self) -> String {
        match self {
            Self::SupplierAttribute(name) => format!("supplier.{name}"),
            Self::ProductAttribute(name) => format!("product.{name}"),
            Self::SiteAttribute(name) => format!("site.{name}"),
            plain => NAMES.iter().find(|(_, d)| d == plain).map_or("", |(name, _)| name).to_owned(),
        }
    }

    /// True if its value differs between the plants of one product.
    pub fn by_plant(&self) -> bool {
        matches!(self, Self::Plant | Self::PlantRegion | Self::Country | Self::Input)
    }

    /// True if all lines of a demand cell have the same value.
    pub fn of_cell(&self) -> bool {
        matches!(
            self,
            Self::Category
                | Self::Need
                | Self::Criticality
                | Self::Site
                | Self::Member
                | Self::Class
                | Self::SiteRegion
                | Self::SiteAttribute(_)
        )
    }

    /// Calls `with` for each value of a line in one facet.
    pub(super) fn values<'t>(
        &self,
        tender: &'t Tender,
        line: &Line,
        facet: &Facet<'t>,
        with: &mut dyn FnMut(Cow<'t, str>),
    ) {
        let cell = &tender.cells[line.cell];
        let (need, site) = (&tender.needs[cell.need], &tender.sites[cell.site]);
        let product = &tender.products[line.product];
        let supplier = &tender.suppliers[product.supplier];
        let plant = facet.plant.map(|p| &tender.plants[p]);
        let mut text = |text: &'t str| {
            if !text.is_empty() {
                with(Cow::Borrowed(text));
            }
        };
        let yes_no = |yes: bool| if yes { "yes" } else { "no" };
        match self {
            Self::Category => text(&tender.categories[need.category]),
            Self::Need => text(&need.id),
            Self::Criticality => with(Cow::Owned(need.criticality.to_string())),
            Self::Supplier => text(&supplier.id),
            Self::Parent => text(&supplier.parent),
            Self::Plant => plant.iter().for_each(|p| text(&p.id)),
            Self::PlantRegion => plant.iter().filter_map(|p| p.plant_region.as_deref()).for_each(text),
            Self::Country => plant.iter().filter_map(|p| p.country.as_deref()).for_each(text),
            Self::Input => {
                let inputs = plant.map_or(&[][..], |p| &p.inputs);
                // In order of name, so that a name that stands twice stands together.
                let mut last = "";
                for (input, _) in inputs.iter().filter(|(_, p)| p == "*" || *p == product.id) {
                    if input != last {
                        text(input);
                        last = input;
                    }
                }
            }
            Self::Product => text(&product.id),
            Self::Approval => text(product.approval.word()),
            Self::Acceptable => text(yes_no(match facet.group {
                Some(preference) => preference.acceptable,
                None => {
                    let scores = tender.preferences.get(&(cell.site, line.product));
                    scores.is_none_or(|s| s.iter().all(|p| p.acceptable))
                }
            })),
            Self::Site => text(&site.id),
            Self::Member => text(&tender.members[site.member]),
            Self::Class => text(&site.class),
            Self::SiteRegion => text(&site.site_region),
            Self::ClinicianGroup => facet.group.iter().for_each(|p| text(&p.group)),
            Self::Incumbent => text(yes_no(line.incumbent)),
            Self::Offer => line.offer.iter().for_each(|o| text(&tender.offers[*o].id)),
            Self::Layer => line.offer.iter().for_each(|o| text(tender.offers[*o].layer.word())),
            Self::Line => {
                if let Some(offer) = line.offer {
                    with(Cow::Owned(format!("{} {} {}", site.id, need.id, tender.offers[offer].id)));
                }
            }
            Self::InFormulary => {}
            Self::SupplierAttribute(name) => supplier.attr.get(name).into_iter().for_each(|v| text(v)),
            Self::ProductAttribute(name) => product.attr.get(name).into_iter().for_each(|v| text(v)),
            Self::SiteAttribute(name) => site.attr.get(name).into_iter().for_each(|v| text(v)),
        }
    }
}

/// One view of a line.
#[derive(Debug, Clone)]
pub(super) struct Facet<'a> {
    /// Part of the line's volume.
    pub weight: Decimal,
    /// The plant, where plants are told apart and known.
    pub plant: Option<PlantIx>,
    /// The clinician group's view, where groups are told apart.
    pub group: Option<&'a Preference>,
}

impl Facet<'_> {
    /// The line as one, where neither plants nor groups are told apart.
    pub(super) const WHOLE: Self = Self { weight: Decimal::ONE, plant: None, group: None };
}

/// The facets of a line. With `groups`, a line that nobody scored has none.
pub(super) fn facets<'t>(
    tender: &'t Tender,
    line: &Line,
    plants: bool,
    groups: bool,
) -> impl Iterator<Item = Facet<'t>> + use<'t> {
    let parts = if plants { &tender.products[line.product].plants[..] } else { &[] };
    let unknown = parts.is_empty().then_some((None, Decimal::ONE));
    let made = unknown.into_iter().chain(parts.iter().map(|(p, split)| (Some(*p), split.0)));
    let site = tender.cells[line.cell].site;
    let scores = groups.then(|| tender.preferences.get(&(site, line.product)).map_or(&[][..], Vec::as_slice));
    made.flat_map(move |(plant, split)| {
        let together = scores.is_none().then_some(Facet { weight: split, plant, group: None });
        let by_group = move |p: &'t Preference| Facet { weight: split * p.weight.0, plant, group: Some(p) };
        together.into_iter().chain(scores.unwrap_or_default().iter().map(by_group))
    })
}
