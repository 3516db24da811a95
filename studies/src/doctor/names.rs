//! Names that group sites, needs or plants and differ in one letter: what is said of the group then misses those that are
//! written otherwise, and nothing else would tell.

use std::collections::BTreeMap;

use ballast_domain::Severity;
use ballast_domain::cell::{Id, misspelt};
use ballast_domain::tables::SiteRow;

use super::{Chart, Remark};

/// A column of names, with the position of each row.
struct Column {
    table: &'static str,
    name: &'static str,
    values: Vec<(usize, String)>,
}

/// Adds a finding per name that is used once and is nearly another.
pub(super) fn check(chart: &mut Chart<'_>) {
    let draft = &chart.tender.draft;
    let of_sites = |name, value: fn(&SiteRow) -> &Option<Id>| {
        let values = draft.sites.iter().filter_map(|s| Some((s.at, value(s).as_ref()?.as_str().to_owned())));
        Column { table: "sites", name, values: values.collect() }
    };
    let categories = draft.needs.iter().map(|n| (n.at, n.category.as_str().to_owned())).collect();
    let columns = [
        of_sites("member", |s| &s.member),
        of_sites("class", |s| &s.class),
        of_sites("site_region", |s| &s.site_region),
        Column { table: "needs", name: "category", values: categories },
    ];
    for Column { table, name, values } in columns {
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        values.iter().for_each(|(_, value)| *uses.entry(value).or_default() += 1);
        for (at, value) in values.iter().filter(|(_, v)| uses[v.as_str()] == 1) {
            // Of two that are used once, the later one in order of letters is told, with the other beside it.
            let other = uses.iter().find(|(o, count)| misspelt(value, o) && (**count > 1 || **o < value.as_str()));
            if let Some((other, count)) = other {
                let remark = Remark {
                    severity: Severity::Warning,
                    code: "similar_name",
                    value: value.clone(),
                    expected: format!("`{other}` stands in {count} row(s); one letter apart, they are two groups"),
                    fix: "nothing, if they are two; else write both alike",
                };
                chart.add(table, Some(*at), name, remark);
            }
        }
    }
}
