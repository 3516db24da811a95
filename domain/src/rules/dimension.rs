//! Dimensions by which lines are told apart, and the values a line has in each.
//!
//! A line is seen through its facets: one per plant that makes the product (weight: the split) and, where clinician
//! groups matter, one per group that scored the product at the site (weight: the group's share). In one facet every
//! dimension has at most one value, except `input`, which may have several.

use rust_decimal::Decimal;

use crate::cell::nearest;
use crate::index::{CandidateIx, PlantIx};
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
    /// An attribute of the supplier.
    SupplierAttribute(String),
    /// An attribute of the product.
    ProductAttribute(String),
    /// An attribute of the site.
    SiteAttribute(String),
}

const NAMES: [(&str, Dimension); 18] = [
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

    /// The values of a line in one facet.
    pub fn values(&self, tender: &Tender, candidate: CandidateIx, facet: &Facet<'_>) -> Vec<String> {
        let line = &tender.candidates[candidate];
        let (need, site) = (&tender.needs[line.need], &tender.sites[line.site]);
        let (product, supplier) = (&tender.products[line.product], &tender.suppliers[line.supplier]);
        let plant = facet.plant.map(|p| &tender.plants[p]);
        let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let filled = |text: &String| (!text.is_empty()).then(|| text.clone()).into_iter().collect();
        match self {
            Self::Category => vec![tender.categories[need.category].clone()],
            Self::Need => vec![need.id.clone()],
            Self::Criticality => vec![need.criticality.to_string()],
            Self::Supplier => vec![supplier.id.clone()],
            Self::Parent => vec![supplier.parent.clone()],
            Self::Plant => plant.iter().map(|p| p.id.clone()).collect(),
            Self::PlantRegion => plant.iter().filter_map(|p| p.plant_region.clone()).collect(),
            Self::Country => plant.iter().filter_map(|p| p.country.clone()).collect(),
            Self::Input => {
                let inputs = plant.map_or(&[][..], |p| &p.inputs);
                let own = inputs.iter().filter(|(_, p)| p == "*" || *p == product.id);
                let mut names: Vec<String> = own.map(|(input, _)| input.clone()).collect();
                names.sort();
                names.dedup();
                names
            }
            Self::Product => vec![product.id.clone()],
            Self::Approval => vec![product.approval.word().to_owned()],
            Self::Acceptable => vec![yes_no(match facet.group {
                Some(preference) => preference.acceptable,
                None => {
                    let scores = tender.preferences.get(&(line.site, line.product));
                    scores.is_none_or(|s| s.iter().all(|p| p.acceptable))
                }
            })],
            Self::Site => vec![site.id.clone()],
            Self::Member => vec![tender.members[site.member].clone()],
            Self::Class => filled(&site.class),
            Self::SiteRegion => filled(&site.site_region),
            Self::ClinicianGroup => facet.group.iter().map(|p| p.group.clone()).collect(),
            Self::Incumbent => vec![yes_no(line.incumbent)],
            Self::SupplierAttribute(name) => supplier.attr.get(name).into_iter().cloned().collect(),
            Self::ProductAttribute(name) => product.attr.get(name).into_iter().cloned().collect(),
            Self::SiteAttribute(name) => site.attr.get(name).into_iter().cloned().collect(),
        }
    }
}

/// One view of a line.
#[derive(Debug, Clone)]
pub struct Facet<'a> {
    /// Part of the line's volume.
    pub weight: Decimal,
    /// The plant, where plants are told apart and known.
    pub plant: Option<PlantIx>,
    /// The clinician group's view, where groups are told apart.
    pub group: Option<&'a Preference>,
}

/// The facets of a line. With `groups`, a line that nobody scored has none.
pub fn facets(tender: &Tender, candidate: CandidateIx, plants: bool, groups: bool) -> Vec<Facet<'_>> {
    let line = &tender.candidates[candidate];
    let made: Vec<(Option<PlantIx>, Decimal)> = match &tender.products[line.product].plants[..] {
        parts if plants && !parts.is_empty() => parts.iter().map(|(p, split)| (Some(*p), split.0)).collect(),
        _ => vec![(None, Decimal::ONE)],
    };
    let scores = tender.preferences.get(&(line.site, line.product)).map_or(&[][..], Vec::as_slice);
    let mut facets = Vec::new();
    for (plant, split) in made {
        match groups {
            false => facets.push(Facet { weight: split, plant, group: None }),
            true => facets.extend(scores.iter().map(|p| Facet { weight: split * p.weight.0, plant, group: Some(p) })),
        }
    }
    facets
}
