//! Why a tender has no award, found out in a child.

use ballast_domain::Tender;
use ballast_domain::index::{CellIx, Ix, NeedIx, OfferIx, PickIx, PlantIx, ProductIx, RuleIx, SupplierIx};
use ballast_domain::requirement::{Requirement, Side};
use ballast_exchange::tender::to_body;
use ballast_solver::conflicts::{Change, ConflictReport, ConflictSet, Member, Repair, Verdict};
use ballast_solver::{Control, EngineError, Event, Options};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::children::{Children, NOT_ASKED, RETRIES};
use crate::conversation::Ended;
use crate::message::{FromChild, ToChild};

/// Kinds of requirement with their names on the way; parent and child have the same indexes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum RequirementMessage {
    Demand(usize),
    ProductCapacity(usize),
    PlantCapacity(usize),
    SupplierCapacity(usize),
    OfferMaximum(usize),
    OfferMinimum(usize),
    MinimumOrder(usize),
    Condition(usize),
    MinimumAward(usize),
    MaximumAward(usize),
    MaxProducts(usize),
    MaxProductsPerSite(usize),
    FormularyLimit(usize),
    Sizes(usize),
    Pick(usize),
    Rule(usize),
}

/// Both ways at once, so that no kind is told one way only.
macro_rules! requirements {
    ($($kind:ident $ix:ident),+ $(,)?) => {
        impl From<Requirement> for RequirementMessage {
            fn from(requirement: Requirement) -> Self {
                match requirement {
                    $(Requirement::$kind(ix) => Self::$kind(ix.ix()),)+
                }
            }
        }

        impl From<RequirementMessage> for Requirement {
            fn from(message: RequirementMessage) -> Self {
                match message {
                    $(RequirementMessage::$kind(ix) => Self::$kind($ix::new(ix)),)+
                }
            }
        }
    };
}

requirements! {
    Demand CellIx,
    ProductCapacity ProductIx,
    PlantCapacity PlantIx,
    SupplierCapacity SupplierIx,
    OfferMaximum OfferIx,
    OfferMinimum OfferIx,
    MinimumOrder OfferIx,
    Condition OfferIx,
    MinimumAward SupplierIx,
    MaximumAward SupplierIx,
    MaxProducts NeedIx,
    MaxProductsPerSite NeedIx,
    FormularyLimit NeedIx,
    Sizes NeedIx,
    Pick PickIx,
    Rule RuleIx,
}

#[derive(Debug, Serialize, Deserialize)]
struct SetMessage {
    members: Vec<(RequirementMessage, Vec<String>)>,
    inconclusive: Vec<RequirementMessage>,
    needs: Vec<usize>,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChangeMessage {
    requirement: RequirementMessage,
    low: bool,
    from: Decimal,
    to: Option<Decimal>,
}

#[derive(Debug, Serialize, Deserialize)]
struct RepairMessage {
    changes: Vec<ChangeMessage>,
    value: Option<Decimal>,
    bound: Option<Decimal>,
}

/// A [`ConflictReport`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ConflictsMessage {
    /// `None`: inconclusive.
    conflict: Option<bool>,
    sets: Vec<SetMessage>,
    complete: bool,
    repairs: Vec<RepairMessage>,
    probes: usize,
    inconclusive: usize,
    iterations: i64,
}

impl From<&ConflictReport> for ConflictsMessage {
    fn from(r: &ConflictReport) -> Self {
        let set = |s: &ConflictSet| SetMessage {
            members: s.members.iter().map(|m| (m.requirement.into(), m.instances.clone())).collect(),
            inconclusive: s.inconclusive.iter().map(|r| (*r).into()).collect(),
            needs: s.needs.iter().map(|n| n.ix()).collect(),
        };
        let change = |c: &Change| ChangeMessage {
            requirement: c.requirement.into(),
            low: c.side == Side::Low,
            from: c.from,
            to: c.to,
        };
        let repair = |r: &Repair| RepairMessage {
            changes: r.changes.iter().map(change).collect(),
            value: r.value,
            bound: r.bound,
        };
        Self {
            conflict: match r.verdict {
                Verdict::Satisfiable => Some(false),
                Verdict::Conflict => Some(true),
                Verdict::Inconclusive => None,
            },
            sets: r.sets.iter().map(set).collect(),
            complete: r.complete,
            repairs: r.repairs.iter().map(repair).collect(),
            probes: r.probes,
            inconclusive: r.inconclusive,
            iterations: r.iterations,
        }
    }
}

impl From<ConflictsMessage> for ConflictReport {
    fn from(m: ConflictsMessage) -> Self {
        let member = |(requirement, instances): (RequirementMessage, Vec<String>)| Member {
            requirement: requirement.into(),
            instances,
        };
        let set = |s: SetMessage| ConflictSet {
            members: s.members.into_iter().map(member).collect(),
            inconclusive: s.inconclusive.into_iter().map(Into::into).collect(),
            needs: s.needs.into_iter().map(NeedIx::new).collect(),
        };
        let change = |c: ChangeMessage| Change {
            requirement: c.requirement.into(),
            side: if c.low { Side::Low } else { Side::High },
            from: c.from,
            to: c.to,
        };
        let repair = |r: RepairMessage| Repair {
            changes: r.changes.into_iter().map(change).collect(),
            value: r.value,
            bound: r.bound,
        };
        Self {
            verdict: match m.conflict {
                Some(false) => Verdict::Satisfiable,
                Some(true) => Verdict::Conflict,
                None => Verdict::Inconclusive,
            },
            sets: m.sets.into_iter().map(set).collect(),
            complete: m.complete,
            repairs: m.repairs.into_iter().map(repair).collect(),
            probes: m.probes,
            inconclusive: m.inconclusive,
            iterations: m.iterations,
        }
    }
}

impl Children {
    /// Explains why there is no award, in a child; one that is stopped leaves the question open.
    ///
    /// # Errors
    /// If the engine fails, or every attempt crashes.
    pub fn conflicts(
        &self,
        tender: &Tender,
        options: &Options,
        control: &dyn Control,
    ) -> Result<ConflictReport, EngineError> {
        let mut last = String::new();
        for attempt in 0..=RETRIES {
            let options = Options { attempt, ..options.clone() };
            let (tender, message) = (to_body(&tender.draft), Box::new((&options).into()));
            let job = ToChild::Conflicts { tender, options: message, memory_bytes: self.memory_bytes };
            let ended = self.converse(&job, options.time_limit, control, &mut |_| ());
            match ended.map_err(|e| EngineError::Child(e.to_string()))? {
                Ended::Said(FromChild::Conflicts(message)) => return Ok((*message).into()),
                Ended::Said(FromChild::Failed(why)) => return Err(EngineError::Child(why)),
                Ended::Said(_) => return Err(EngineError::Child(NOT_ASKED.to_owned())),
                Ended::Stopped(_) => return Ok(open_question()),
                Ended::Crashed(why) => {
                    if attempt < RETRIES {
                        control.observe(&Event::Retried { why: why.clone() });
                    }
                    last = why;
                }
            }
        }
        Err(EngineError::Child(format!("{last}; tried {} times", RETRIES + 1)))
    }
}

/// What a child that was stopped leaves.
fn open_question() -> ConflictReport {
    ConflictReport {
        verdict: Verdict::Inconclusive,
        sets: Vec::new(),
        complete: false,
        repairs: Vec::new(),
        probes: 0,
        inconclusive: 0,
        iterations: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_comes_back_as_it_went() {
        let requirements = [
            Requirement::Demand(CellIx::new(1)),
            Requirement::ProductCapacity(ProductIx::new(2)),
            Requirement::PlantCapacity(PlantIx::new(3)),
            Requirement::SupplierCapacity(SupplierIx::new(4)),
            Requirement::OfferMaximum(OfferIx::new(5)),
            Requirement::OfferMinimum(OfferIx::new(6)),
            Requirement::MinimumOrder(OfferIx::new(7)),
            Requirement::Condition(OfferIx::new(8)),
            Requirement::MinimumAward(SupplierIx::new(9)),
            Requirement::MaximumAward(SupplierIx::new(10)),
            Requirement::MaxProducts(NeedIx::new(11)),
            Requirement::MaxProductsPerSite(NeedIx::new(12)),
            Requirement::FormularyLimit(NeedIx::new(13)),
            Requirement::Sizes(NeedIx::new(14)),
            Requirement::Pick(PickIx::new(15)),
            Requirement::Rule(RuleIx::new(16)),
        ];
        let members = requirements.map(|requirement| Member { requirement, instances: vec!["x".to_owned()] });
        let set = ConflictSet {
            members: members.to_vec(),
            inconclusive: requirements[..2].to_vec(),
            needs: vec![NeedIx::new(3)],
        };
        let change = |side, to| Change { requirement: requirements[15], side, from: Decimal::ONE, to };
        for verdict in [Verdict::Satisfiable, Verdict::Conflict, Verdict::Inconclusive] {
            let report = ConflictReport {
                verdict,
                sets: vec![set.clone()],
                complete: true,
                repairs: vec![Repair {
                    changes: vec![change(Side::Low, None), change(Side::High, Some(Decimal::TWO))],
                    value: Some(Decimal::TEN),
                    bound: None,
                }],
                probes: 7,
                inconclusive: 2,
                iterations: 99,
            };
            let text = serde_json::to_string(&ConflictsMessage::from(&report)).unwrap_or_default();
            let back: Option<ConflictsMessage> = serde_json::from_str(&text).ok();
            assert_eq!(back.map(ConflictReport::from), Some(report));
        }
    }
}
