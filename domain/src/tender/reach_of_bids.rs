//! Bids and picks that can never come true: a package that asks for more than the sites it may serve need, a pick that
//! names no line.

use std::collections::BTreeMap;

use super::Tender;
use super::places::Places;
use crate::exact::{Exact, round, zero};
use crate::finding::{Findings, Severity};
use crate::index::*;
use crate::raw::RawTender;

/// Adds a warning per package line and pick that is out of reach.
pub(super) fn check(tender: &Tender, raw: &RawTender, findings: &mut Findings) {
    let places = Places::new(raw, false);
    packages(tender, &places, findings);
    picks(tender, &places, findings);
    adjustments(tender, &places, findings);
}

fn packages(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    // Most packs that each line's cells can take: one line per cell, whatever the number of offers.
    let mut reach: BTreeMap<(PackageIx, usize), BTreeMap<CellIx, Exact>> = BTreeMap::new();
    for line in tender.candidates.iter() {
        let Some(part) = tender.offers[line.offer].package else { continue };
        let packs = tender.cells[line.cell].quantity.exact() / line.use_factor.exact();
        let packs = if tender.needs[line.need].whole_packs { packs.ceil() } else { packs };
        reach.entry((part.package, part.line)).or_default().insert(line.cell, packs);
    }
    for (ix, package) in tender.packages.enumerate() {
        for (i, line) in package.lines.iter().enumerate() {
            let most = reach.get(&(ix, i)).map_or_else(zero, |cells| cells.values().fold(zero(), |a, b| a + b));
            if line.quantity.exact() <= most {
                continue;
            }
            let product = &tender.products[line.product].id;
            let own = |r: &&crate::tables::PackageLineRow| {
                r.package.as_str() == package.id && r.product.as_str() == product && r.quantity == line.quantity
            };
            let place = tender
                .draft
                .package_lines
                .iter()
                .find(own)
                .map_or_else(|| places.file("package_lines"), |r| places.cell("package_lines", r.at, "quantity"));
            findings.add(
                Severity::Warning,
                "package_above_reach",
                place,
                line.quantity.to_string(),
                format!(
                    "the sites that may use package {} need at most {} packs of {product}",
                    package.id,
                    round(&most, 2).normalize()
                ),
                "lower the quantity; as it stands the package can never be bought",
            );
        }
    }
}

fn picks(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for pick in tender.picks.iter().filter(|p| p.cells.is_empty()) {
        let asks = pick.low.is_some_and(|l| !l.0.is_zero());
        let fix = match asks {
            true => "mend the pick; as it stands no award can satisfy it",
            false => "mend the pick; as it stands it says nothing",
        };
        let severity = if asks { Severity::Warning } else { Severity::Information };
        let expected = "no line that an award may use has this site, need, product and offer";
        findings.add(severity, "pick_without_line", places.row("picks", pick.at), pick.name.clone(), expected, fix);
    }
}

fn adjustments(tender: &Tender, places: &Places<'_>, findings: &mut Findings) {
    for row in &tender.draft.adjustments {
        if tender.adjustments.iter().any(|a| a.id == row.adjustment.as_str() && a.lines.is_empty()) {
            findings.add(
                Severity::Information,
                "adjustment_without_line",
                places.row("adjustments", row.at),
                row.adjustment.to_string(),
                "no line that an award may use has this supplier, product, need, site and member",
                "mend the adjustment; as it stands it says nothing",
            );
        }
    }
}
