//! An engine that buys everything from the first candidate, and a tender of one line whose price is its cost.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ballast_domain::award::{Award, AwardLine};
use ballast_domain::certificate::certify;
use ballast_domain::finding::Place;
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::{Findings, Tender};
use ballast_solver::{Control, Engine, EngineError, Limit, Options, SolveReport, Statistics, Termination};
use ballast_studies::{Desk, News, Settings};
use rust_decimal::Decimal;

fn table(name: &str, rows: &[&str]) -> RawTable {
    let mut table = RawTable { name: name.to_owned(), file: name.to_owned(), ..RawTable::default() };
    for row in rows {
        let cells = row.split_whitespace().map(|c| c.split_once('=').unwrap());
        table.push(Place::file(name), cells.map(|(k, v)| (k.to_owned(), v.to_owned())));
    }
    table
}

/// One site, one need of 100 units, one offer at this price: an award costs 100 × price.
pub fn tender(price: &str) -> Tender {
    let raw = RawTender {
        tables: vec![
            table("tender", &["name=T currency=EUR starts=2026-01-01"]),
            table("sites", &["site=S"]),
            table("needs", &["need=n category=c unit=u"]),
            table("demand", &["site=S need=n quantity=100"]),
            table("suppliers", &["supplier=A"]),
            table("products", &["product=p supplier=A need=n use_factor=1"]),
            table("offers", &[&format!("offer=o product=p price={price}")]),
        ],
    };
    let reading = Tender::read(&raw, Findings::default());
    reading.tender.unwrap_or_else(|| panic!("{:?}", reading.findings))
}

/// What the engine makes of a tender by its price: how far below the value its bound lies, or that it gives up.
#[derive(Default)]
pub struct MadeUp {
    pub asked: AtomicUsize,
    pub starts: Mutex<Vec<bool>>,
    /// Prices of which nothing is found.
    pub lost: Vec<&'static str>,
    /// Prices of which it is proven that nothing exists.
    pub none: Vec<&'static str>,
    /// Prices at which it fails.
    pub broken: Vec<&'static str>,
}

/// How far the bound lies below the value.
pub const GAP: i64 = 10;

impl Engine for MadeUp {
    fn award(&self, tender: &Tender, options: &Options, _: &dyn Control) -> Result<SolveReport, EngineError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.starts.lock().unwrap().push(options.start.is_some());
        let candidate = tender.candidates.indexes().next().unwrap();
        let price = tender.offers[tender.candidates[candidate].offer].list_price.0.to_string();
        let is = |list: &[&str]| list.contains(&price.as_str());
        if is(&self.broken) {
            return Err(EngineError::Solver("made up".to_owned()));
        }
        let empty = |termination| SolveReport {
            termination,
            award: None,
            bound: None,
            reasons: Vec::new(),
            log: Vec::new(),
            statistics: Statistics::default(),
            reached: None,
            ladder: Vec::new(),
            level_bounds: Vec::new(),
        };
        if is(&self.none) {
            return Ok(empty(Termination::Infeasible));
        }
        if is(&self.lost) {
            return Ok(empty(Termination::NoAward(Limit::Work)));
        }
        let used = tender.cells[tender.candidates[candidate].cell].quantity;
        let award = Award { lines: vec![AwardLine { candidate, used, whole_packs: None }], ..Award::default() };
        let certificate = certify(tender, &award, options.tolerance);
        let bound = certificate.costs.value - Decimal::from(GAP);
        Ok(SolveReport { award: Some((award, certificate)), bound: Some(bound), ..empty(Termination::Optimal) })
    }
}

/// A desk that hears everything and leaves after so many answers.
pub struct Patient {
    pub heard: Mutex<Vec<String>>,
    pub leaves_after: usize,
    pub done: AtomicUsize,
}

impl Patient {
    pub fn new(leaves_after: usize) -> Self {
        Self { heard: Mutex::default(), leaves_after, done: AtomicUsize::new(0) }
    }
}

impl Desk for Patient {
    fn cancelled(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.leaves_after
    }

    fn hear(&self, news: News<'_>) {
        if let News::Done { name, .. } = news {
            self.done.fetch_add(1, Ordering::Relaxed);
            self.heard.lock().unwrap().push(name.to_owned());
        }
    }
}

pub fn settings(at_a_time: usize) -> Settings {
    Settings { options: Options::default(), at_a_time }
}
