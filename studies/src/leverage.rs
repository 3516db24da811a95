//! What each side loses if a supplier walks away.
//!
//! With z the best value of the tender and z₋ that without the supplier (a rule more, that it sells nothing), the buyer loses
//! z₋ − z, proven to lie in \[B₋ − V, V₋ − B\]. A rule more never makes an award cheaper, so the buyer never gains by it: the
//! award without the supplier is one of the whole tender (V ≤ V₋), and a bound of the whole tender holds without him
//! (B ≤ B₋). A supplier that the award found does not use needs no solve: the award stands without him (V₋ = V). Only where
//! rules by `level` or an objective of several levels decide first, none of this is known, and the two proofs stand alone.
//!
//! The supplier loses what the award pays him: net spend less rebates and sums given, without mark-up, freight and fees.
//!
//! Where there is no award without him, each need that he may serve is asked alone: may he sell everything but this, is there
//! an award?

use std::collections::BTreeSet;

use ballast_domain::Tender;
use ballast_domain::award::Award;
use ballast_domain::difference::{Decided, Difference, between};
use ballast_domain::finding::Findings;
use ballast_domain::index::{NeedIx, SupplierIx};
use ballast_domain::raw::RawTender;
use ballast_domain::scenario::Action;
use ballast_solver::Engine;
use rust_decimal::Decimal;

use crate::direction::{Direction, direction};
use crate::forced::{edited, paid};
use crate::{Answer, Desk, Interval, Probe, Settings, ask, ask_one};

/// Id of the rule that sends a supplier away.
pub const RULE: &str = "walk-away";

/// What a supplier's walk-away does.
#[derive(Debug, Clone)]
pub struct Walk {
    /// The supplier.
    pub supplier: SupplierIx,
    /// What the award with everyone pays him over the contract.
    pub spend: Decimal,
    /// Needs that he serves in it.
    pub serves: Vec<NeedIx>,
    /// What the engine said without him; `None` where the award with everyone does not use him and so stands.
    pub answer: Option<Answer>,
    /// The value that is known without him.
    pub value: Option<Decimal>,
    /// What the buyer loses: that value less the value with everyone.
    pub loss: Option<Decimal>,
    /// What is proven about it.
    pub proven: Interval,
    /// True if it is known that a walk-away cannot help the buyer.
    pub cannot_help: bool,
    /// What differs, from with to without.
    pub difference: Option<Difference>,
    /// Without an award: needs that cannot be served without him, each alone.
    pub needed_for: Vec<NeedIx>,
    /// Needs of which that was not decided.
    pub open: Vec<NeedIx>,
}

impl Walk {
    /// Proven: without him there is no award.
    pub fn indispensable(&self) -> bool {
        self.answer.as_ref().is_some_and(Answer::infeasible)
    }
}

/// Both sides' walk-aways.
#[derive(Debug, Clone)]
pub struct Leverage {
    /// The tender with everyone.
    pub base: Answer,
    /// The best value known for it.
    pub value: Option<Decimal>,
    /// In the order asked.
    pub walks: Vec<Walk>,
}

/// A supplier and the tender without him.
struct Away {
    supplier: SupplierIx,
    name: String,
    tender: Tender,
    cannot_help: bool,
}

/// Decides the tender with everyone and without each.
///
/// # Errors
/// If a rule more leaves no tender.
pub fn leverage(
    engine: &(dyn Engine + Sync),
    raw: &RawTender,
    tender: &Tender,
    suppliers: &[SupplierIx],
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<Leverage, Findings> {
    let mut aways = Vec::new();
    for &supplier in suppliers {
        let away = without(raw, tender, supplier, &needs(tender, supplier))?;
        let cannot_help = matches!(direction(tender, &away), Some(Direction::Tightens | Direction::Same));
        let name = format!("without {}", tender.suppliers[supplier].id);
        aways.push(Away { supplier, name, tender: away, cannot_help });
    }
    let base = ask_one(engine, Probe::new("with everyone", tender), settings, desk);
    let idle =
        |a: &Away| a.cannot_help && base.award().is_some_and(|(award, _)| serves(tender, award, a.supplier).is_empty());
    let asked: Vec<&Away> = aways.iter().filter(|a| !idle(a)).collect();
    let probes: Vec<Probe<'_>> = asked.iter().map(|a| Probe::new(&a.name, &a.tender).near(tender, &base)).collect();
    let mut answers = ask(engine, &probes, settings, desk).into_iter();
    let answers: Vec<Option<Answer>> = aways.iter().map(|a| if idle(a) { None } else { answers.next() }).collect();
    // An award without someone is an award with everyone.
    let others = aways.iter().zip(&answers).filter(|(a, _)| a.cannot_help).filter_map(|(_, x)| x.as_ref()?.value());
    let value = base.value().map(|own| others.fold(own, Decimal::min));
    let with = Interval { low: base.interval().low, high: value };
    let mut walks = Vec::new();
    for (away, answer) in aways.iter().zip(answers) {
        walks.push(walk(tender, &base, with, away, answer));
    }
    let mut found = Leverage { base, value, walks };
    needed(engine, (raw, tender), &mut found, settings, desk)?;
    Ok(found)
}

fn walk(tender: &Tender, base: &Answer, with: Interval, away: &Away, answer: Option<Answer>) -> Walk {
    let value = match &answer {
        Some(answer) => answer.value(),
        None => base.value(),
    };
    let own = answer.as_ref().and_then(|a| a.interval().low);
    let low = if away.cannot_help { own.into_iter().chain(with.low).max() } else { own };
    // Bounds are rounded outwards on their own; that of the whole tender may lie above a value found without him by that.
    let low = low.map(|l| value.map_or(l, |v| l.min(v)));
    let proven = Interval { low, high: value }.less(with);
    let certified = base.award();
    Walk {
        supplier: away.supplier,
        spend: paid(tender, base, &|c| c.supplier == away.supplier).unwrap_or_default(),
        serves: certified.map_or_else(Vec::new, |(award, _)| serves(tender, award, away.supplier)),
        value,
        loss: value.zip(with.high).map(|(v, w)| v - w),
        proven: if away.cannot_help { proven.at_least(Decimal::ZERO) } else { proven },
        cannot_help: away.cannot_help,
        difference: certified.zip(answer.as_ref().and_then(Answer::award)).map(|(old, new)| {
            between(
                Decided { tender, award: old.0, certificate: old.1 },
                Decided { tender: &away.tender, award: new.0, certificate: new.1 },
            )
        }),
        answer,
        needed_for: Vec::new(),
        open: Vec::new(),
    }
}

/// Names the needs for which someone is indispensable.
fn needed(
    engine: &(dyn Engine + Sync),
    (raw, tender): (&RawTender, &Tender),
    found: &mut Leverage,
    settings: &Settings,
    desk: &dyn Desk,
) -> Result<(), Findings> {
    if found.base.award().is_none() {
        return Ok(());
    }
    let mut asked = Vec::new();
    for (at, walk) in found.walks.iter_mut().enumerate().filter(|(_, w)| w.indispensable()) {
        for need in needs(tender, walk.supplier) {
            if only_source(tender, walk.supplier, need) {
                walk.needed_for.push(need);
            } else {
                let name = format!("{} without {}", tender.needs[need].id, tender.suppliers[walk.supplier].id);
                asked.push((at, need, name, without(raw, tender, walk.supplier, &[need])?));
            }
        }
    }
    let probes: Vec<Probe<'_>> =
        asked.iter().map(|(_, _, name, away)| Probe::new(name, away).near(tender, &found.base)).collect();
    let answers = ask(engine, &probes, settings, desk);
    for ((at, need, _, _), answer) in asked.iter().zip(&answers) {
        if answer.infeasible() {
            found.walks[*at].needed_for.push(*need);
        } else if answer.inconclusive() {
            found.walks[*at].open.push(*need);
        }
    }
    for walk in &mut found.walks {
        walk.needed_for.sort_unstable();
    }
    Ok(())
}

/// The tender in which a supplier sells nothing for these needs.
fn without(raw: &RawTender, tender: &Tender, supplier: SupplierIx, needs: &[NeedIx]) -> Result<Tender, Findings> {
    let needs: Vec<&str> = needs.iter().map(|n| tender.needs[*n].id.as_str()).collect();
    let cells = [
        ("id", RULE.to_owned()),
        ("measure", "units".to_owned()),
        ("each", "need".to_owned()),
        ("scope.supplier", tender.suppliers[supplier].id.clone()),
        ("scope.need", needs.join(";")),
        ("at_most", "0".to_owned()),
    ];
    let row = cells.into_iter().map(|(column, text)| (column.to_owned(), text)).collect();
    let action = Action::AddRows { table: "rules".to_owned(), rows: vec![row] };
    edited(raw, RULE, vec![action])
}

/// Suppliers that may serve some demand.
pub fn bidders(tender: &Tender) -> Vec<SupplierIx> {
    let bidding: BTreeSet<SupplierIx> = tender.candidates.iter().map(|c| c.supplier).collect();
    bidding.into_iter().collect()
}

/// Needs that a supplier may serve.
fn needs(tender: &Tender, supplier: SupplierIx) -> Vec<NeedIx> {
    let own: BTreeSet<NeedIx> = tender.candidates.iter().filter(|c| c.supplier == supplier).map(|c| c.need).collect();
    own.into_iter().collect()
}

/// True if at some site nobody else may serve the need, and it must be served.
fn only_source(tender: &Tender, supplier: SupplierIx, need: NeedIx) -> bool {
    let must = tender.needs[need].shortage_cost.is_none();
    let mut cells = tender.cells.iter().filter(|c| c.need == need);
    let candidates = tender.candidates.as_slice();
    must && cells.any(|c| candidates[c.candidates.clone()].iter().all(|l| l.supplier == supplier))
}

/// Needs that a supplier serves in an award.
fn serves(tender: &Tender, award: &Award, supplier: SupplierIx) -> Vec<NeedIx> {
    let lines = award.lines.iter().map(|l| &tender.candidates[l.candidate]);
    let own: BTreeSet<NeedIx> = lines.filter(|c| c.supplier == supplier).map(|c| c.need).collect();
    own.into_iter().collect()
}
