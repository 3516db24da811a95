//! RM1, the reference model of the engine, as an ordinary tender, award and pack (`docs/mathematics.md`): 20 suppliers,
//! 100 needs at one site, each need served by suppliers i, i + 7 and i + 13 (mod 20) with shares ½, 3/10, 2/10. Supplier s is
//! up for an exponential time of mean 60 + 5 s weeks and down for a lognormal one of median 6 + (s mod 8)/2 weeks,
//! σ = 0.6 + (s mod 5)/20. Need i uses 50 + i units a week, aims at 1 + i/50 weeks of working stock and i mod 6 weeks of
//! reserve, and may receive 1.2 weeks a week. With 200,000 replications mean total unmet demand is 5555.55 (standard
//! error 11.0). RM1-S is the same with random demand: each week's is normal with a coefficient of variation of 0.2, not below 0.

use ballast_domain::award::AwardLine;
use ballast_domain::cell::Cell;
use ballast_domain::factor_map::NodeKind;
use ballast_domain::finding::{Findings, Place};
use ballast_domain::index::Ix;
use ballast_domain::pack::*;
use ballast_domain::quantity::NeedUnits;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::{Award, Tender};

/// Suppliers.
pub const SUPPLIERS: usize = 20;
/// Needs.
pub const NEEDS: usize = 100;
/// Suppliers of need i are i + these, modulo 20, with these tenths of its volume.
const LINES: [(usize, usize); 3] = [(0, 5), (7, 3), (13, 2)];

/// Tender, award and pack of RM1.
#[derive(Debug, Clone)]
pub struct ReferenceModel {
    /// The tender.
    pub tender: Tender,
    /// Its award.
    pub award: Award,
    /// Its pack.
    pub pack: Pack,
}

/// Id of a supplier.
pub fn supplier_id(s: usize) -> String {
    format!("s{s:02}")
}

/// Builds RM1.
///
/// # Errors
/// The findings, should the tender's format have moved away from what is written here.
pub fn reference_model() -> Result<ReferenceModel, Findings> {
    built("0")
}

/// Builds RM1-S.
///
/// # Errors
/// See [`reference_model`].
pub fn stochastic_reference_model() -> Result<ReferenceModel, Findings> {
    built("0.2")
}

/// The model with this coefficient of variation of a week's demand.
fn built(weekly_cv: &str) -> Result<ReferenceModel, Findings> {
    let reading = Tender::read(&raw(weekly_cv), Findings::default());
    let Some(tender) = reading.tender else { return Err(reading.findings) };
    let award = award(&tender);
    Ok(ReferenceModel { tender, award, pack: pack() })
}

/// A table from its columns and rows.
fn table(name: &str, columns: &str, rows: impl Iterator<Item = Vec<String>>) -> RawTable {
    let mut table = RawTable { name: name.into(), file: name.into(), ..RawTable::default() };
    let columns: Vec<&str> = columns.split(' ').collect();
    for row in rows {
        table.push(Place::file(name), columns.iter().map(|c| (*c).to_owned()).zip(row));
    }
    table
}

fn raw(weekly_cv: &str) -> RawTender {
    let text = |parts: &[&str]| -> Vec<String> { parts.iter().map(|p| (*p).to_owned()).collect() };
    let need = |i: usize| format!("n{i:02}");
    let lines = || (0..NEEDS).flat_map(|i| LINES.map(|(offset, _)| (i, (i + offset) % SUPPLIERS)));
    let product = move |(i, s): (usize, usize)| format!("n{i:02}-{}", supplier_id(s));
    RawTender {
        tables: vec![
            table("tender", "name currency starts", [text(&["RM1", "EUR", "2024-09-27"])].into_iter()),
            table("sites", "site", [text(&["site"])].into_iter()),
            table(
                "needs",
                "need category unit reference_price",
                (0..NEEDS).map(|i| vec![need(i), "items".into(), "unit".into(), "1".into()]),
            ),
            table(
                "demand",
                "site need quantity weekly_cv",
                (0..NEEDS).map(|i| vec!["site".into(), need(i), (52 * (50 + i)).to_string(), weekly_cv.to_owned()]),
            ),
            table("suppliers", "supplier", (0..SUPPLIERS).map(|s| vec![supplier_id(s)])),
            table(
                "products",
                "product supplier need use_factor",
                lines().map(move |l| vec![product(l), supplier_id(l.1), need(l.0), "1".into()]),
            ),
            table("offers", "offer product price", lines().map(move |l| vec![product(l), product(l), "1".into()])),
            table(
                "policies",
                "site need working_stock headroom reserve",
                (0..NEEDS).map(|i| {
                    vec![
                        "*".into(),
                        need(i),
                        format!("{}.{:02}", 1 + i / 50, 2 * i % 100),
                        "1.2".into(),
                        (i % 6).to_string(),
                    ]
                }),
            ),
        ],
    }
}

/// Shares of ½, 3/10 and 2/10.
fn award(tender: &Tender) -> Award {
    let mut lines = Vec::new();
    for (ix, candidate) in tender.candidates.enumerate() {
        let i = candidate.need.ix();
        let share = LINES.iter().find(|(offset, _)| (i + offset) % SUPPLIERS == candidate.supplier.ix());
        let tenths = share.map_or(0, |(_, t)| *t) * 52 * (50 + i);
        // Tenths of a whole number are always an admissible quantity.
        if let Ok(used) = NeedUnits::parse(Some(&format!("{}.{}", tenths / 10, tenths % 10))) {
            lines.push(AwardLine { candidate: ix, used, whole_packs: None });
        }
    }
    Award { lines, ..Award::default() }
}

fn pack() -> Pack {
    let evidence = Evidence { source: "RM1".into(), assumed: vec!["*".into()], derived: Vec::new() };
    let hazard = |s: usize| Hazard {
        id: format!("outage-{}", supplier_id(s)),
        nodes: vec![NodeSelector { kind: NodeKind::Supplier, id: supplier_id(s) }],
        common: false,
        strikes: 1.0,
        relapse: None,
        exit: 0.0,
        season: None,
        shock: Shock::default(),
        up: Law::Exponential { mean: 60.0 + 5.0 * s as f64 },
        down: Law::Lognormal { median: 6.0 + 0.5 * (s % 8) as f64, sigma: 0.6 + 0.05 * (s % 5) as f64 },
        capacity: 0.0,
        recovery: Recovery::Step,
        effect: Effect::Capacity,
        evidence: evidence.clone(),
    };
    Pack {
        title: "RM1: independent outages of 20 suppliers".into(),
        hazards: (0..SUPPLIERS).map(hazard).collect(),
        ..Pack::calm("rm1", 52)
    }
}
