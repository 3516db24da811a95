//! An award of one tender as an award of another: its lines by site, need and offer, its shares of the demand there.

use std::collections::BTreeMap;

use crate::award::{Award, AwardLine, SHARE_DECIMALS};
use crate::exact::{exact, float, round};
use crate::index::CandidateIx;
use crate::quantity::NeedUnits;
use crate::tender::{Candidate, Tender};

/// Ids of a candidate's site, need and offer.
fn key<'a>(tender: &'a Tender, c: &Candidate) -> (&'a str, &'a str, &'a str) {
    (&tender.sites[c.site].id, &tender.needs[c.need].id, &tender.offers[c.offer].id)
}

/// The award on the other tender; `None` where a line does not exist there. Whole packs are bought as before where the
/// demand is the same, else as many as the share needs.
pub fn carry(from: &Tender, award: &Award, to: &Tender) -> Option<Award> {
    Some(carry_what_fits(from, award, to)).filter(|carried| carried.lines.len() == award.lines.len())
}

/// The same without the lines that do not exist there: no award perhaps, but a place to start a search from.
pub fn carry_what_fits(from: &Tender, award: &Award, to: &Tender) -> Award {
    let there: BTreeMap<(&str, &str, &str), CandidateIx> =
        to.candidates.enumerate().map(|(ix, c)| (key(to, c), ix)).collect();
    let carried = |line: &AwardLine| {
        let own = &from.candidates[line.candidate];
        let candidate = *there.get(&key(from, own))?;
        let (old, new) = (from.cells[own.cell].quantity, to.cells[to.candidates[candidate].cell].quantity);
        if old == new {
            return Some(AwardLine { candidate, ..line.clone() });
        }
        let share = round(&(line.used.exact() / old.exact()), SHARE_DECIMALS);
        let used = NeedUnits(round(&(exact(share) * new.exact()), 12));
        let packs = || (used.exact() / to.candidates[candidate].use_factor.exact()).ceil();
        let whole_packs = line.whole_packs.map(|_| float(&packs()) as u64);
        Some(AwardLine { candidate, used, whole_packs })
    };
    let mut lines: Vec<AwardLine> = award.lines.iter().filter_map(carried).collect();
    lines.sort_by_key(|l| l.candidate);
    let need = |id: &str| to.needs.enumerate().find(|(_, n)| n.id == id).map(|(ix, _)| ix);
    let product = |id: &str| to.products.enumerate().find(|(_, p)| p.id == id).map(|(ix, _)| ix);
    let formulary = award.formulary.as_ref().map(|decided| {
        let entry = |(n, p): &(crate::index::NeedIx, crate::index::ProductIx)| {
            Some((need(&from.needs[*n].id)?, product(&from.products[*p].id)?))
        };
        decided.iter().filter_map(entry).collect()
    });
    Award { lines, formulary }
}
