//! The factor map: what a line of supply depends on. Rules, draws and reports all use this one map, so a concentration
//! limit and a disruption can never disagree.
//!
//! A product comes from one or more plants (alternatives: capacities add by split). Behind each plant stands a chain of
//! serial nodes (product, supplier, parent, plant, inputs, plant region, country): the least of them limits the plant. On
//! the way to a site stand the lane, the site's region and the site.

use std::collections::{BTreeMap, BTreeSet};

use crate::choice;
use crate::index::{IxVec, NodeIx, PlantIx, ProductIx, SiteIx, SupplierIx};
use crate::tender::{Plant, Product, Site, Supplier};

choice! {
    /// Kinds of node.
    NodeKind {
        /// A product.
        Product = "product",
        /// A supplier.
        Supplier = "supplier",
        /// An owner of suppliers.
        Parent = "parent",
        /// A plant.
        Plant = "plant",
        /// A shared upstream source.
        Input = "input",
        /// A region of plants.
        PlantRegion = "plant_region",
        /// A country of plants.
        Country = "country",
        /// The way from a region of plants to a region of sites: `east>north`.
        Lane = "lane",
        /// A region of sites.
        SiteRegion = "site_region",
        /// A site.
        Site = "site",
    }
}

/// One node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// Its kind.
    pub kind: NodeKind,
    /// Its id.
    pub id: String,
}

/// A plant's part of a product, with the serial nodes behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Branch {
    /// The plant; `None` where a product names no plant.
    pub plant: Option<PlantIx>,
    /// Part of the product's volume, 0 to 1.
    pub split: f64,
    /// Serial nodes, in order of index.
    pub chain: Vec<NodeIx>,
}

/// All nodes and, for each product, its branches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FactorMap {
    /// Nodes in order of kind and id.
    pub nodes: IxVec<NodeIx, Node>,
    /// Branches of each product; splits sum to 1.
    pub branches: IxVec<ProductIx, Vec<Branch>>,
}

impl FactorMap {
    /// Builds the map.
    pub(crate) fn new(
        suppliers: &IxVec<SupplierIx, Supplier>,
        plants: &IxVec<PlantIx, Plant>,
        products: &IxVec<ProductIx, Product>,
        sites: &IxVec<SiteIx, Site>,
    ) -> Self {
        let keys = |product: &Product, plant: Option<PlantIx>| {
            let supplier = &suppliers[product.supplier];
            let node = |kind, id: &str| Node { kind, id: id.to_owned() };
            let mut chain = vec![
                node(NodeKind::Product, &product.id),
                node(NodeKind::Supplier, &supplier.id),
                node(NodeKind::Parent, &supplier.parent),
            ];
            if let Some(plant) = plant.map(|p| &plants[p]) {
                chain.push(node(NodeKind::Plant, &plant.id));
                chain.extend(plant.plant_region.iter().map(|r| node(NodeKind::PlantRegion, r)));
                chain.extend(plant.country.iter().map(|c| node(NodeKind::Country, c)));
                let own = plant.inputs.iter().filter(|(_, p)| p == "*" || *p == product.id);
                chain.extend(own.map(|(input, _)| node(NodeKind::Input, input)));
            }
            chain.sort();
            chain.dedup();
            chain
        };
        let parts = |product: &Product| -> Vec<(Option<PlantIx>, f64)> {
            match product.plants.is_empty() {
                true => vec![(None, 1.0)],
                false => product.plants.iter().map(|(p, split)| (Some(*p), split.to_f64())).collect(),
            }
        };
        let mut index: BTreeMap<Node, NodeIx> = BTreeMap::new();
        for product in products.iter() {
            for (plant, _) in parts(product) {
                index.extend(keys(product, plant).into_iter().map(|n| (n, crate::index::Ix::new(0))));
            }
        }
        index.extend(on_the_way(plants, sites).into_iter().map(|n| (n, crate::index::Ix::new(0))));
        let nodes: IxVec<NodeIx, Node> = index.keys().cloned().collect();
        for (ix, slot) in nodes.indexes().zip(index.values_mut()) {
            *slot = ix;
        }
        let branches = products
            .iter()
            .map(|product| {
                let branch = |(plant, split)| {
                    let chain = keys(product, plant).iter().map(|n| index[n]).collect();
                    Branch { plant, split, chain }
                };
                parts(product).into_iter().map(branch).collect()
            })
            .collect();
        Self { nodes, branches }
    }

    /// The node of this kind and id.
    pub fn find(&self, kind: NodeKind, id: &str) -> Option<NodeIx> {
        let at = self.nodes.as_slice().binary_search_by(|n| (n.kind, n.id.as_str()).cmp(&(kind, id)));
        at.ok().map(crate::index::Ix::new)
    }

    /// Id of the lane from a region of plants to a region of sites.
    pub fn lane(origin: &str, site_region: &str) -> String {
        format!("{origin}>{site_region}")
    }

    /// The nodes a selector names.
    pub fn select(&self, selector: &crate::pack::NodeSelector) -> Vec<NodeIx> {
        let named = |(ix, node): (NodeIx, &Node)| {
            (node.kind == selector.kind && (selector.id == "*" || selector.id == node.id)).then_some(ix)
        };
        self.nodes.enumerate().filter_map(named).collect()
    }
}

/// Lanes from every region of plants to every region of sites, these regions, and the sites.
fn on_the_way(plants: &IxVec<PlantIx, Plant>, sites: &IxVec<SiteIx, Site>) -> BTreeSet<Node> {
    let origins: BTreeSet<&String> = plants.iter().filter_map(|p| p.plant_region.as_ref()).collect();
    let regions: BTreeSet<&String> = sites.iter().map(|s| &s.site_region).filter(|r| !r.is_empty()).collect();
    let node = |kind, id: String| Node { kind, id };
    let lanes = origins.iter().flat_map(|o| regions.iter().map(|r| node(NodeKind::Lane, FactorMap::lane(o, r))));
    let mut nodes: BTreeSet<Node> = lanes.collect();
    nodes.extend(regions.iter().map(|r| node(NodeKind::SiteRegion, (*r).clone())));
    nodes.extend(sites.iter().map(|s| node(NodeKind::Site, s.id.clone())));
    nodes
}
