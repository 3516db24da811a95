//! The smallest tender that has one of everything worth breaking: two sites, two needs, two suppliers, three products,
//! four offers, one schedule, one rule. Its best award is unique, so that tests may name lines: all gloves from Acme (AG),
//! S2's saline from Acme by its own letter (AS-S2), S1's from Acme (AS, 1500) and, as the rule asks, from Bolt (BS, 500).
//! Files are kept as bytes, because some faults are not text.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

const FILES: [(&str, &str); 12] = [
    ("tender.toml", "name = \"Tiny\"\ncurrency = \"EUR\"\nstarts = \"2026-01-01\"\ncontract_years = 2\n"),
    ("sites.csv", "site,member,class,site_region,beds\nS1,North,teaching,East,300\nS2,South,small,West,40\n"),
    (
        "needs.csv",
        "need,category,unit,criticality,reference_price\n\
         gloves,Consumables,pair,2,0.10\n\
         saline,Fluids,bag,1,2.00\n",
    ),
    (
        "demand.csv",
        "site,need,quantity,low,high,weekly_cv\n\
         S1,gloves,10000,9000,11000,0.1\n\
         S1,saline,2000,,,\n\
         S2,gloves,3000,,,\n\
         S2,saline,500,,,\n",
    ),
    ("suppliers.csv", "supplier,parent,onboarding_cost\nAcme,Acme Group,100\nBolt,,0\n"),
    (
        "plants.csv",
        "plant,supplier,plant_region,country,capacity\n\
         Acme Nord,Acme,Nord,DE,100000\n\
         Bolt Sud,Bolt,Sud,IT,100000\n\
         Bolt West,Bolt,West,FR,100000\n",
    ),
    (
        "products.csv",
        "product,supplier,need,use_factor,plants\n\
         acme-gloves,Acme,gloves,100,Acme Nord\n\
         acme-saline,Acme,saline,10,Acme Nord\n\
         bolt-saline,Bolt,saline,12,Bolt Sud:0.6;Bolt West:0.4\n",
    ),
    (
        "offers.csv",
        "offer,product,price,cohort,valid_from,valid_to,max_packs,minimum_if_used\n\
         AG,acme-gloves,10.00,all,,,,\n\
         AS,acme-saline,20.00,all,2025-01-01,2027-12-31,,\n\
         AS-S2,acme-saline,18.50,site:S2,,,,\n\
         BS,bolt-saline,25.20,member:North;class:small,,,,\n",
    ),
    ("schedules.csv", "schedule,basis,mode,counts_products,applies_to\nvolume,spend,all_units,acme-saline,AS\n"),
    ("tiers.csv", "schedule,from,value\nvolume,1000,0.02\nvolume,2500,0.05\n"),
    ("incumbents.csv", "site,need,product,quantity,price\nS1,saline,acme-saline,1900,21.00\n"),
    (
        "rules.toml",
        "[[rule]]\n\
         id = \"two-sources\"\n\
         why = \"One maker may fail.\"\n\
         measure = \"share\"\n\
         each = [\"supplier\", \"need\"]\n\
         within = [\"need\"]\n\
         scope = { need = [\"saline\"] }\n\
         at_most = 0.8\n",
    ),
];

/// A tender folder that is not yet written.
#[derive(Clone)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Files {
    /// The tender without a fault.
    pub fn tiny() -> Self {
        Self(FILES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect())
    }

    /// One text of a file in place of another, which must stand there exactly once: a case must not rot into a no-op.
    pub fn swap(&mut self, file: &str, from: &str, to: &str) {
        let old = self.text(file);
        assert_eq!(old.matches(from).count(), 1, "`{from}` in {file}");
        self.put(file, old.replacen(from, to, 1));
    }

    /// Text behind the end of a file.
    pub fn append(&mut self, file: &str, text: &str) {
        let old = self.text(file);
        self.put(file, old + text);
    }

    /// A whole file.
    pub fn put(&mut self, file: &str, bytes: impl Into<Vec<u8>>) {
        self.0.insert(file.to_owned(), bytes.into());
    }

    /// No such file.
    pub fn remove(&mut self, file: &str) {
        self.0.remove(file).expect("the file stands in the tender");
    }

    /// A file as text.
    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.0[file].clone()).expect("the file is text")
    }

    /// Writes the folder.
    pub fn folder(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        self.write(folder.path());
        folder
    }

    /// Writes the files into a folder that exists.
    pub fn write(&self, folder: &Path) {
        for (name, bytes) in &self.0 {
            std::fs::write(folder.join(name), bytes).expect("the file is written");
        }
    }
}

/// A tender of four rows as a JSON body, to be broken.
pub fn body() -> Value {
    json!({
        "schema": "ballast.tender/1",
        "tender": { "name": "Body", "currency": "EUR", "starts": "2026-01-01" },
        "sites": [{ "site": "S1" }],
        "needs": [{ "need": "saline", "category": "Fluids", "unit": "bag" }],
        "demand": [{ "site": "S1", "need": "saline", "quantity": 2000 }],
        "suppliers": [{ "supplier": "Acme" }],
        "products": [{ "product": "acme-saline", "supplier": "Acme", "need": "saline", "use_factor": 10 }],
        "offers": [{ "offer": "AS", "product": "acme-saline", "price": 20.5, "cohort": ["site:S1"] }],
    })
}

/// Writes a body to a file in a folder of its own.
pub fn body_file(text: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("body.json");
    std::fs::write(&path, text).expect("the file is written");
    (folder, path)
}

/// The scenario that ships with Ballast: large enough to keep the solver busy for seconds.
pub fn iv_fluids() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/iv-fluids")
}
