//! The mapping: all that is peculiar to one purchase history, as data. `docs/purchase-import.md` explains every key.

use std::collections::BTreeMap;

use ballast_domain::Findings;
use ballast_domain::finding::Place;
use jiff::civil::Date;
use serde::Deserialize;

mod check;
mod file;
mod parts;

pub use file::*;
pub use parts::*;

/// The schema name of a mapping.
pub const SCHEMA: &str = "ballast.purchases/1";

/// How one purchase history is to be read, and what is to be assumed where it is silent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// `ballast.purchases/1`.
    pub schema: String,
    /// Form of the file.
    pub file: FileForm,
    /// The tender's own settings.
    pub tender: TenderPart,
    /// Which columns hold dates, quantities and money.
    pub row: RowPart,
    /// Spelling variants: column, then the spelling to keep, then the spellings to replace.
    #[serde(default)]
    pub aliases: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Columns made from others, in order.
    #[serde(default)]
    pub derive: Vec<Derive>,
    /// Cells of a number column that are no plain numbers.
    #[serde(default)]
    pub cell: Vec<CellPattern>,
    /// Rows that meet a condition are ignored.
    #[serde(default)]
    pub ignore: Vec<Condition>,
    /// Rows that do not meet a condition are ignored.
    #[serde(default)]
    pub only: Vec<Condition>,
    /// Who buys.
    pub site: SitePart,
    /// What is needed.
    pub need: NeedPart,
    /// Who sells.
    pub supplier: SupplierPart,
    /// Where it is made.
    pub plant: Option<PlantPart>,
    /// What is known about plants, by name after aliases.
    #[serde(default)]
    pub plants: BTreeMap<String, KnownPlant>,
    /// What is bought.
    pub product: ProductPart,
    /// What negative quantities mean.
    #[serde(default)]
    pub returns: Returns,
    /// Prices.
    pub price: PricePart,
    /// Quantity tiers; absent: none are inferred.
    pub tiers: Option<TierPart>,
    /// Freight; absent: none.
    pub freight: Option<FreightPart>,
    /// Lead times from the order dates; absent: 0.
    pub lead_time: Option<LeadTimePart>,
    /// Capacity.
    pub capacity: CapacityPart,
    /// Cost of switching; absent: none.
    pub switching: Option<SwitchingPart>,
    /// Lateness; absent: no pack.
    pub lateness: Option<LatenessPart>,
    /// Rules copied into the tender.
    #[serde(default)]
    pub rule: Vec<toml::Table>,
    #[serde(skip)]
    source: Source,
}

#[derive(Debug, Clone, Default)]
struct Source {
    file: String,
    text: String,
}

impl Mapping {
    /// Reads a mapping; `file` is what findings call it.
    pub fn parse(text: &str, file: &str, findings: &mut Findings) -> Option<Self> {
        let source = Source { file: file.to_owned(), text: text.to_owned() };
        let mut mapping: Self = match toml::from_str(text) {
            Ok(mapping) => mapping,
            Err(error) => {
                let line = error.span().and_then(|s| line_at(text, s.start));
                let message = error.message().trim().to_owned();
                findings.error(
                    "bad_mapping",
                    Place { line, ..Place::file(file) },
                    "",
                    message,
                    "docs/purchase-import.md lists the keys",
                );
                return None;
            }
        };
        mapping.source = source;
        let before = findings.0.len();
        check::check(&mapping, findings);
        (!findings.0[before..].iter().any(|f| f.severity == ballast_domain::Severity::Error)).then_some(mapping)
    }

    /// The place of a word in the mapping, for findings.
    pub(super) fn place(&self, word: &str) -> Place {
        let at = (!word.is_empty()).then(|| self.source.text.find(word)).flatten();
        Place { line: at.and_then(|at| line_at(&self.source.text, at)), ..Place::file(&self.source.file) }
    }

    /// The first day of the tender.
    pub(super) fn starts(&self, to: Date) -> Date {
        let named = self.tender.starts.as_ref().and_then(|s| s.parse().ok());
        named.or_else(|| to.tomorrow().ok()).unwrap_or(to)
    }
}

fn line_at(text: &str, at: usize) -> Option<u32> {
    u32::try_from(1 + text.get(..at)?.bytes().filter(|b| *b == b'\n').count()).ok()
}
