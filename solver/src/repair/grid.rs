//! A point becomes an award: each share is rounded to a short quantity or to 9 decimals, and the residual goes to the cell's
//! largest line; packs
//! are rounded to whole ones and what is used of them adds up to the demand exactly.

use ballast_domain::Tender;
use ballast_domain::award::{Award, AwardLine, SHARE_DECIMALS, UNIT_DECIMALS, share_step};
use ballast_domain::index::CandidateIx;
use ballast_domain::quantity::NeedUnits;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use crate::model::AwardModel;

/// A share below this is solver noise.
const NOISE: f64 = 1e-7;

/// Reads the award out of a point.
pub(crate) fn to_award(tender: &Tender, model: &AwardModel, point: &[f64]) -> Award {
    let mut award = Award::default();
    for (cell, demand) in tender.cells.enumerate() {
        let lines: Vec<CandidateIx> = tender.candidates_of(cell).collect();
        let share = |c: &CandidateIx| point[model.volumes.share[*c].0 as usize];
        // What the model leaves unserved stays so; where it served all, rounding must not open a gap.
        let open = model.volumes.unserved[cell].map_or(0.0, |u| point[u.0 as usize]);
        let served = if open > NOISE { 1.0 - open } else { 1.0 };
        match tender.needs[demand.need].whole_packs {
            true => {
                let packs = |c: &CandidateIx| point[model.volumes.packs[*c].0.0 as usize].round().max(0.0) as u64;
                let bought: Vec<(CandidateIx, f64, u64)> = lines.iter().map(|c| (*c, share(c), packs(c))).collect();
                whole(tender, demand.quantity.0, served, &bought, &mut award);
            }
            false => {
                let (mut kept, dust): (Vec<_>, Vec<_>) =
                    lines.iter().map(|c| (*c, share(c))).partition(|l| l.1 > NOISE);
                // Dust under another offer of a product belongs to that product; the rest is residual.
                let product = |c: CandidateIx| tender.candidates[c].product;
                for (c, share) in dust {
                    if let Some(same) = kept.iter_mut().find(|l| product(l.0) == product(c)) {
                        same.1 += share;
                    }
                }
                continuous(tender, demand.quantity.0, served, &kept, &mut award);
            }
        }
    }
    award.formulary = super::formulary::formulary(tender, model, point, &award);
    award
}

/// Quantities of a cell: in need units where the shortest decimals there are as near to the point as shares are, for those
/// hit thresholds and capacities exactly; in shares elsewhere. Residuals go to lines whose quantity is free before those of
/// packages, which have a quantity of their own.
fn continuous(tender: &Tender, quantity: Decimal, served: f64, lines: &[(CandidateIx, f64)], award: &mut Award) {
    let all = |rounded: &dyn Fn(f64) -> Option<Decimal>| {
        let of: Option<Vec<_>> = lines.iter().map(|(c, share)| Some((*c, rounded(*share)?))).collect();
        // Nothing is rounded of a demand that is served whole.
        let served = if served < 1.0 { rounded(served)? } else { quantity };
        of.map(|of| (of, served))
    };
    let in_shares = |share: f64| Some(Decimal::from_f64(share)?.round_dp(SHARE_DECIMALS) * quantity);
    let Some((mut grid, served)) = all(&|share| in_units(share, quantity)).or_else(|| all(&in_shares)) else { return };
    let residual = served - grid.iter().map(|(_, k)| *k).sum::<Decimal>();
    let free = |c: CandidateIx| tender.offers[tender.candidates[c].offer].package.is_none();
    if let Some(largest) = grid.iter_mut().max_by_key(|(c, k)| (free(*c) && *k + residual > Decimal::ZERO, *k)) {
        largest.1 += residual;
    }
    for (candidate, used) in grid.into_iter().filter(|(_, k)| *k > Decimal::ZERO) {
        award.lines.push(AwardLine { candidate, used: NeedUnits(used.normalize()), whole_packs: None });
    }
}

/// The shortest quantity as near to a share as the solver's noise; `None` if that has more decimals than an award may state.
fn in_units(share: f64, quantity: Decimal) -> Option<Decimal> {
    let units = Decimal::from_f64(share)? * quantity;
    let noise = share_step() * quantity / Decimal::TEN;
    let near = |rounded: &Decimal| (*rounded - units).abs() <= noise;
    (0..=UNIT_DECIMALS).map(|decimals| units.round_dp(decimals)).find(near)
}

fn whole(tender: &Tender, quantity: Decimal, served: f64, lines: &[(CandidateIx, f64, u64)], award: &mut Award) {
    let mut rest = quantity;
    let mut used: Vec<(CandidateIx, Decimal, Decimal, u64)> = Vec::new();
    for &(c, share, packs) in lines.iter().filter(|l| l.2 > 0) {
        let room = Decimal::from(packs) * tender.candidates[c].use_factor.0;
        let wanted = Decimal::from_f64(share.max(0.0)).unwrap_or_default() * quantity;
        // While demand is unserved, all that is bought is used.
        let wanted = if served < 1.0 { room } else { wanted.round_dp(6) };
        let take = wanted.min(room).min(rest);
        rest -= take;
        used.push((c, take, room, packs));
    }
    // What rounding left over goes to the largest line with room.
    used.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    for (_, take, room, _) in &mut used {
        let more = (*room - *take).min(rest);
        *take += more;
        rest -= more;
    }
    // Packs that are bought but not needed (for the tier they earn) still serve a little, taken from the largest line.
    for i in 0..used.len() {
        let little = Decimal::new(1, 6).min(used[i].2);
        let largest = (0..used.len()).max_by_key(|k| used[*k].1).filter(|k| used[*k].1 > little);
        if let (true, Some(largest)) = (used[i].1.is_zero(), largest) {
            used[largest].1 -= little;
            used[i].1 += little;
        }
    }
    used.sort_by_key(|u| u.0);
    for (candidate, take, _, packs) in used.into_iter().filter(|u| !u.1.is_zero()) {
        award.lines.push(AwardLine { candidate, used: NeedUnits(take.normalize()), whole_packs: Some(packs) });
    }
}
