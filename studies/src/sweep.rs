//! A grid of tenders, each decided. A cell without an award, or one that is no tender, is a cell of the answer and never
//! the end of the sweep.

use ballast_domain::Tender;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_solver::Engine;
use rust_decimal::Decimal;

use crate::direction::{Direction, difference, direction};
use crate::{Answer, Desk, Interval, Probe, Settings, ask, ask_one};

/// One cell of the grid.
#[derive(Debug)]
pub struct GridCell {
    /// Name for progress.
    pub name: String,
    /// The tender, or why there is none.
    pub tender: Result<Tender, String>,
}

/// What a cell gave.
#[derive(Debug, Clone)]
pub struct Swept {
    /// What the engine said; `None` where there is no tender.
    pub answer: Option<Answer>,
    /// Value less that of the base award.
    pub change: Option<Decimal>,
    /// Which way the edits of the cell can only move the best value.
    pub direction: Option<Direction>,
    /// What is proven about that.
    pub proven: Interval,
    /// What differs from the base award.
    pub difference: Option<Difference>,
}

/// Decides the base and every cell.
pub fn sweep(
    engine: &(dyn Engine + Sync),
    base: &Tender,
    cells: &[GridCell],
    settings: &Settings,
    desk: &dyn Desk,
) -> (Answer, Vec<Swept>) {
    let first = ask_one(engine, Probe::new("as it stands", base), settings, desk);
    let tenders = cells.iter().filter_map(|c| Some((c.name.as_str(), c.tender.as_ref().ok()?)));
    let probes: Vec<Probe<'_>> = tenders.map(|(name, tender)| Probe::new(name, tender).near(base, &first)).collect();
    let mut answers = ask(engine, &probes, settings, desk).into_iter();
    let swept = cells
        .iter()
        .map(|cell| {
            let none =
                Swept { answer: None, change: None, direction: None, proven: Interval::default(), difference: None };
            let Ok(tender) = &cell.tender else { return none };
            let Some(answer) = answers.next() else { return none };
            let differs = first.award().zip(answer.award()).map(|(old, new)| {
                between(
                    Decided { tender: base, award: old.0, certificate: old.1 },
                    Decided { tender, award: new.0, certificate: new.1 },
                )
            });
            let way = direction(base, tender);
            Swept {
                direction: way,
                change: answer.value().zip(first.value()).map(|(a, b)| a - b),
                proven: difference(&first, &answer, way),
                difference: differs,
                answer: Some(answer),
            }
        })
        .collect();
    (first, swept)
}
