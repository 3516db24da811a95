//! Small tenders written as rows of `column=value`, and answers in a form that a test can state.

use std::collections::BTreeMap;

use ballast_domain::finding::{Finding, Findings, Place, Severity};
use ballast_domain::raw::{RawTable, RawTender};
use ballast_domain::tender::Tender;
use ballast_solver::{Award, Control, Engine, Event, InProcess, Options, SolveReport, Termination};
use rust_decimal::Decimal;

/// One row, by column.
pub type Row = BTreeMap<String, String>;

/// The rows of a tender by table.
#[derive(Debug, Clone, Default)]
pub struct Book(pub BTreeMap<String, Vec<Row>>);

impl Book {
    /// A tender of one year; sites, needs and the rest are still to come.
    pub fn new() -> Self {
        Self::default().row("tender", "name=test currency=USD starts=2026-01-01")
    }

    /// One site `A`, one need `gauze` of 100 units (continuous) with reference price 1, suppliers `S1` and `S2`.
    pub fn one_need() -> Self {
        Self::new()
            .row("sites", "site=A member=M1")
            .row("needs", "need=gauze category=wound unit=piece reference_price=1")
            .row("demand", "site=A need=gauze quantity=100")
            .row("suppliers", "supplier=S1")
            .row("suppliers", "supplier=S2")
    }

    /// Adds a row given as `column=value column=value`.
    pub fn row(mut self, table: &str, cells: &str) -> Self {
        self.push(table, cells);
        self
    }

    /// The same, in place.
    pub fn push(&mut self, table: &str, cells: &str) {
        let row = cells.split_whitespace().map(|cell| {
            let (key, value) = cell.split_once('=').expect("a cell is written column=value");
            (key.to_owned(), value.to_owned())
        });
        self.0.entry(table.to_owned()).or_default().push(row.collect());
    }

    /// Product `P` of supplier and need with one offer `P` at a price; `more` are further cells of the product.
    pub fn sells(self, supplier: &str, need: &str, product: &str, price: &str, more: &str) -> Self {
        let factor = if more.contains("use_factor") { "" } else { "use_factor=1" };
        self.row("products", &format!("product={product} supplier={supplier} need={need} {factor} {more}"))
            .row("offers", &format!("offer={product} product={product} price={price}"))
    }

    /// Sets a cell on every row of a table that `which` accepts.
    pub fn set(mut self, table: &str, which: impl Fn(&Row) -> bool, column: &str, value: &str) -> Self {
        for row in self.rows(table).iter_mut().filter(|r| which(r)) {
            row.insert(column.to_owned(), value.to_owned());
        }
        self
    }

    /// The rows of a table.
    pub fn rows(&mut self, table: &str) -> &mut Vec<Row> {
        self.0.entry(table.to_owned()).or_default()
    }

    /// Multiplies a number wherever it stands in rows that `which` accepts.
    pub fn scale(&mut self, table: &str, column: &str, by: Decimal, which: impl Fn(&Row) -> bool) {
        for row in self.rows(table).iter_mut().filter(|r| which(r)) {
            if let Some(cell) = row.get_mut(column).filter(|c| !c.is_empty()) {
                let value: Decimal = cell.parse().expect("a scaled cell is a number");
                *cell = (value * by).normalize().to_string();
            }
        }
    }

    /// As raw tables.
    pub fn raw(&self) -> RawTender {
        let table = |(name, rows): (&String, &Vec<Row>)| {
            let mut table = RawTable { name: name.clone(), file: name.clone(), ..RawTable::default() };
            for row in rows {
                table.push(Place::file(name), row.clone());
            }
            table
        };
        RawTender { tables: self.0.iter().map(table).collect() }
    }

    /// The tender; a test that does not write a well-formed one is itself wrong.
    pub fn read(&self) -> Tender {
        let reading = Tender::read(&self.raw(), Findings::default());
        let findings: Vec<String> = reading.findings.0.iter().map(ToString::to_string).collect();
        reading.tender.unwrap_or_else(|| panic!("not a tender: {findings:#?}\n{self}"))
    }
}

/// The rows as the builder takes them, so that a failing random tender can be copied into a test.
impl std::fmt::Display for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (table, rows) in &self.0 {
            for row in rows {
                let cells: Vec<String> = row.iter().map(|(k, v)| format!("{k}={v}")).collect();
                writeln!(f, "  .row({table:?}, {:?})", cells.join(" "))?;
            }
        }
        Ok(())
    }
}

/// Hears nothing and cancels nothing.
pub struct Quiet;

impl Control for Quiet {
    fn cancelled(&self) -> bool {
        false
    }
    fn observe(&self, _: &Event) {}
}

/// Options under which an answer is a proof: the gap is far below a cent of these tenders.
pub fn to_the_end() -> Options {
    Options { gap: 1e-7, ..Options::default() }
}

/// Solves in this process; an engine error fails the test.
pub fn solve(tender: &Tender) -> SolveReport {
    try_solve(tender).unwrap_or_else(|e| panic!("{e}"))
}

/// Solves in this process.
pub fn try_solve(tender: &Tender) -> Result<SolveReport, String> {
    InProcess.award(tender, &to_the_end(), &Quiet).map_err(|e| e.to_string())
}

/// An award as `site need offer quantity`: packs bought (`3p`) where packs are whole, else need units used to two decimals.
pub fn lines(tender: &Tender, award: &Award) -> Vec<String> {
    let line = |l: &ballast_domain::award::AwardLine| {
        let c = &tender.candidates[l.candidate];
        let (site, need, offer) = (&tender.sites[c.site].id, &tender.needs[c.need].id, &tender.offers[c.offer].id);
        let quantity = match l.whole_packs {
            Some(n) => format!("{n}p"),
            None => l.used.0.round_dp(2).normalize().to_string(),
        };
        format!("{site} {need} {offer} {quantity}")
    };
    award.lines.iter().map(line).collect()
}

/// Value and lines must be these, proven.
#[track_caller]
pub fn assert_award(book: &Book, value: &str, expected: &[&str]) -> SolveReport {
    let tender = book.read();
    let report = solve(&tender);
    let Some((award, certificate)) = &report.award else {
        panic!("no award ({:?}, {:?}) for\n{book}", report.termination, report.reasons);
    };
    assert!(certificate.verified());
    assert_eq!(lines(&tender, award), expected, "value {}", certificate.costs.value);
    assert_eq!(certificate.costs.value.to_string(), value);
    assert_eq!(report.termination, Termination::Optimal, "bound {:?}", report.bound);
    assert!(report.bound.unwrap() <= certificate.costs.value);
    report
}

/// Errors of a tender, as `code column`.
#[track_caller]
pub fn faults(book: &Book) -> Vec<String> {
    let reading = Tender::read(&book.raw(), Findings::default());
    assert!(reading.tender.is_none());
    let word = |f: &Finding| {
        assert!(!f.expected.is_empty() && !f.fix.is_empty());
        format!("{} {}", f.code, f.place.column.clone().unwrap_or_default())
    };
    reading.findings.of(Severity::Error).map(word).collect()
}

/// There must be a proof that no award exists.
#[track_caller]
pub fn assert_infeasible(book: &Book) -> SolveReport {
    let tender = book.read();
    let report = solve(&tender);
    let found = report.award.as_ref().map(|(a, _)| lines(&tender, a));
    assert_eq!(report.termination, Termination::Infeasible, "found {found:?}");
    report
}
