//! The packages an award buys.

use std::collections::BTreeMap;

use ballast_domain::Tender;
use ballast_domain::certificate::Certificate;
use ballast_domain::exact::{Exact, round, zero};
use ballast_domain::index::PackageIx;
use ballast_domain::tender::PackageGives;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A package that is bought.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PackagePart {
    /// Package.
    pub package: String,
    /// Its exclusive group; empty if none.
    pub group: String,
    /// What its units would cost a year without it: cheapest ordinary list price, or with a discount, what schedules left.
    pub without: Decimal,
    /// What they cost with it.
    pub net: Decimal,
}

/// The packages with volume, in order of id.
pub(super) fn bought(tender: &Tender, certificate: &Certificate) -> Vec<PackagePart> {
    let mut sums: BTreeMap<PackageIx, (Exact, Exact)> = BTreeMap::new();
    for line in &certificate.lines {
        if let Some(part) = tender.offers[tender.candidates[line.candidate].offer].package {
            let sum = sums.entry(part.package).or_insert_with(|| (zero(), zero()));
            sum.0 += match tender.packages[part.package].gives {
                PackageGives::Price(_) => tender.packages[part.package].lines[part.line].ordinary.exact() * &line.packs,
                PackageGives::Discount(_) => line.net() - &line.package,
            };
            sum.1 += line.net();
        }
    }
    let part = |(ix, (without, net)): (PackageIx, (Exact, Exact))| {
        let package = &tender.packages[ix];
        PackagePart {
            package: package.id.clone(),
            group: package.group.clone(),
            without: round(&without, 2),
            net: round(&net, 2),
        }
    };
    sums.into_iter().map(part).collect()
}
