//! What the members of a GPO may be told of what all of them pay together: the mean cost of a need unit, today and by an
//! approved award. Members compete, so a mean is a way of disclosure before it is a help (`docs/service.md`):
//!
//! * nothing without the operator's word (`benchmarks.on`);
//! * at least five members, none with more than a quarter of the units or of either sum of money, three months of age: the
//!   least that the Statements of Antitrust Enforcement Policy in Health Care (DOJ and FTC 1996, statement 6; withdrawn in
//!   2023) asked of an exchange of prices;
//! * two means of one need must not tell a single member by their difference: sites that only one of them counts belong to
//!   no member or to at least five, and the same sites are not told again before the first mean was;
//! * three digits, and only to members whose own sites are in it.
//!
//! A mean is made once, when the award is approved, and never changes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::clock::{SECOND, iso};
use crate::config::Benchmarks;
use crate::store::BenchmarkRow;

/// What each need costs each member's sites.
#[derive(Debug, Clone, Default, PartialEq)]
struct Sums {
    units: f64,
    today: f64,
    award: f64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.units += other.units;
        self.today += other.today;
        self.award += other.award;
    }

    fn parts(&self) -> [f64; 3] {
        [self.units, self.today, self.award]
    }
}

/// Sites of a need, each with its member and what it costs there. A site of no member, or one that buys nothing today, is
/// not counted.
type Sites = BTreeMap<String, (String, Sums)>;

fn rows<'v>(document: &'v Value, table: &str) -> impl Iterator<Item = &'v Value> {
    document[table].as_array().into_iter().flatten()
}

fn number(value: &Value) -> f64 {
    value.as_str().and_then(|t| t.parse().ok()).unwrap_or(0.0)
}

fn gather(award: &Value, tender: &Value, certificate: &Value) -> BTreeMap<String, Sites> {
    let members: BTreeMap<&str, &str> = rows(tender, "sites")
        .filter_map(|s| Some((s["site"].as_str()?, s["member"].as_str().filter(|m| !m.is_empty())?)))
        .collect();
    let mut needs: BTreeMap<String, Sites> = BTreeMap::new();
    for cell in rows(&certificate["baseline"], "by_cell") {
        let (Some(site), Some(need)) = (cell["site"].as_str(), cell["need"].as_str()) else { continue };
        let Some(member) = members.get(site) else { continue };
        let sums = Sums { units: 0.0, today: number(&cell["today"]), award: number(&cell["award"]) };
        needs.entry(need.to_owned()).or_default().insert(site.to_owned(), ((*member).to_owned(), sums));
    }
    for line in rows(award, "lines") {
        let (Some(site), Some(need)) = (line["site"].as_str(), line["need"].as_str()) else { continue };
        if let Some((_, sums)) = needs.get_mut(need).and_then(|sites| sites.get_mut(site)) {
            sums.units += number(&line["need_units"]);
        }
    }
    needs
}

/// Why a mean over these sites is not told.
fn withheld(sites: &Sites, earlier: &[&BenchmarkRow], now: i64, rules: &Benchmarks) -> Option<&'static str> {
    let mut members: BTreeMap<&str, Sums> = BTreeMap::new();
    let mut all = Sums::default();
    for (member, sums) in sites.values() {
        members.entry(member).or_default().add(sums);
        all.add(sums);
    }
    if members.len() < rules.contributors {
        return Some("too few members");
    }
    let most = f64::from(rules.share_percent) / 100.0;
    let dominates = |own: &Sums| own.parts().iter().zip(all.parts()).any(|(own, all)| *own > most * all * (1.0 + 1e-9));
    if members.values().any(dominates) || all.parts().iter().any(|sum| *sum <= 0.0) {
        return Some("one member is too large a part");
    }
    for before in earlier {
        let counted: BTreeMap<String, String> = serde_json::from_str(&before.sites).unwrap_or_default();
        let here = sites.iter().filter(|(site, (member, _))| counted.get(*site) != Some(member)).map(|(_, (m, _))| m);
        let there = counted.iter().filter(|(site, m)| sites.get(*site).map(|(m, _)| m) != Some(m)).map(|(_, m)| m);
        let apart: BTreeSet<&String> = here.chain(there).collect();
        if apart.is_empty() && now < before.told_from {
            return Some("told of the same sites not long ago");
        }
        if !apart.is_empty() && apart.len() < rules.contributors {
            return Some("the difference to an earlier mean would tell too few members");
        }
    }
    None
}

/// Three digits: enough to compare, too few to reckon back.
fn three_digits(value: f64) -> String {
    let decimals = 2 - value.abs().log10().floor() as i32;
    let scale = 10f64.powi(decimals);
    format!("{:.*}", usize::try_from(decimals).unwrap_or(0), (value * scale).round() / scale)
}

/// The means that an approval makes, and in words how many were not made and why.
pub fn made(
    (award, tender, certificate): (&Value, &Value, &Value),
    earlier: &[BenchmarkRow],
    now: i64,
    rules: &Benchmarks,
) -> (Vec<BenchmarkRow>, String) {
    let (mut made, mut not): (Vec<BenchmarkRow>, BTreeMap<&str, usize>) = (Vec::new(), BTreeMap::new());
    for (need, sites) in gather(award, tender, certificate) {
        let before: Vec<&BenchmarkRow> = earlier.iter().filter(|b| b.need == need).collect();
        if let Some(why) = withheld(&sites, &before, now, rules) {
            *not.entry(why).or_default() += 1;
            continue;
        }
        let mut all = Sums::default();
        sites.values().for_each(|(_, sums)| all.add(sums));
        let members: BTreeMap<&String, &String> = sites.iter().map(|(site, (member, _))| (site, member)).collect();
        made.push(BenchmarkRow {
            need,
            sites: json!(members).to_string(),
            today: three_digits(all.today / all.units),
            award: three_digits(all.award / all.units),
            made_at: now,
            told_from: now + i64::from(rules.days) * 24 * 3_600 * SECOND,
        });
    }
    let mut words = format!("{} means made", made.len());
    for (why, count) in not {
        words.push_str(&format!("; {count} not, {why}"));
    }
    (made, words)
}

/// What a member is told: the means that its own sites are in, beside its own cost of a need unit.
pub fn told(
    member: &str,
    (award, tender, certificate): (&Value, &Value, &Value),
    means: &[BenchmarkRow],
    now: i64,
) -> Vec<Value> {
    let needs = gather(award, tender, certificate);
    let mut told = Vec::new();
    for mean in means {
        let mut own = Sums::default();
        for (_, sums) in needs.get(&mean.need).into_iter().flat_map(BTreeMap::values).filter(|(m, _)| m == member) {
            own.add(sums);
        }
        let sites: BTreeMap<String, String> = serde_json::from_str(&mean.sites).unwrap_or_default();
        let members: BTreeSet<&String> = sites.values().collect();
        if member.is_empty() || own.units <= 0.0 || !members.iter().any(|m| *m == member) {
            continue;
        }
        told.push(match now < mean.told_from {
            true => json!({ "need": mean.need, "told_from": iso(mean.told_from) }),
            false => json!({
                "need": mean.need,
                "members": members.len(),
                "today": { "own": three_digits(own.today / own.units), "mean": mean.today },
                "award": { "own": three_digits(own.award / own.units), "mean": mean.award },
            }),
        });
    }
    told
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::{made, three_digits, told};
    use crate::clock::SECOND;
    use crate::config::Benchmarks;
    use crate::store::BenchmarkRow;

    const DAY: i64 = 24 * 3_600 * SECOND;

    fn rules() -> Benchmarks {
        Benchmarks { on: true, ..Benchmarks::default() }
    }

    /// One need; each member has one site named for it, with units, cost today and cost by the award.
    fn documents(members: &[(&str, f64, f64, f64)]) -> [Value; 3] {
        let lines = members.iter().map(|m| json!({ "site": m.0, "need": "N", "need_units": m.1.to_string() }));
        let cells = members
            .iter()
            .map(|m| json!({ "site": m.0, "need": "N", "today": m.2.to_string(), "award": m.3.to_string() }));
        [
            json!({ "lines": lines.collect::<Vec<_>>() }),
            json!({ "sites": members.iter().map(|m| json!({ "site": m.0, "member": m.0 })).collect::<Vec<_>>() }),
            json!({ "baseline": { "by_cell": cells.collect::<Vec<_>>() } }),
        ]
    }

    fn make(members: &[(&str, f64, f64, f64)], earlier: &[BenchmarkRow], now: i64) -> (Vec<BenchmarkRow>, String) {
        let [award, tender, certificate] = documents(members);
        made((&award, &tender, &certificate), earlier, now, &rules())
    }

    const FIVE: [(&str, f64, f64, f64); 5] = [
        ("A", 10.0, 100.0, 90.0),
        ("B", 10.0, 110.0, 90.0),
        ("C", 10.0, 120.0, 90.0),
        ("D", 10.0, 130.0, 90.0),
        ("E", 10.0, 140.0, 90.0),
    ];

    #[test]
    fn five_equal_members_have_a_mean_after_three_months() {
        let (means, _) = make(&FIVE, &[], 0);
        assert_eq!((means[0].today.as_str(), means[0].award.as_str()), ("12.0", "9.00"));
        let [award, tender, certificate] = documents(&FIVE);
        let see = |member, now| told(member, (&award, &tender, &certificate), &means, now);
        assert_eq!(see("A", 89 * DAY), [json!({ "need": "N", "told_from": "1970-04-01T00:00:00Z" })]);
        let seen = json!({ "need": "N", "members": 5, "today": { "own": "10.0", "mean": "12.0" },
            "award": { "own": "9.00", "mean": "9.00" } });
        assert_eq!(see("A", 90 * DAY), [seen]);
        // Whoever is not in it is not told.
        assert!(see("F", 90 * DAY).is_empty() && see("", 90 * DAY).is_empty());
    }

    #[test]
    fn few_members_and_large_ones_have_none() {
        assert_eq!(make(&FIVE[..4], &[], 0), (vec![], "0 means made; 1 not, too few members".to_owned()));
        // A quarter is not more than a quarter; a little more is, whether of units or of money.
        let six = |first: (f64, f64, f64)| {
            let mut all: Vec<_> = ["B", "C", "D", "E", "F", "G"].map(|m| (m, 50.0, 50.0, 50.0)).into();
            all.push(("A", first.0, first.1, first.2));
            make(&all, &[], 0).0.len()
        };
        assert_eq!(six((100.0, 100.0, 100.0)), 1);
        for large in [(101.0, 100.0, 100.0), (100.0, 101.0, 100.0), (100.0, 100.0, 101.0)] {
            assert_eq!(six(large), 0, "{large:?}");
        }
    }

    /// A mean of five and one of six would tell what the sixth pays.
    #[test]
    fn no_two_means_tell_a_single_member_by_their_difference() {
        let (first, _) = make(&FIVE, &[], 0);
        let mut six = FIVE.to_vec();
        six.push(("F", 10.0, 700.0, 90.0));
        let (none, why) = make(&six, &first, 400 * DAY);
        assert!(none.is_empty() && why.contains("one member is too large"), "{why}");
        six[5].2 = 150.0;
        let (none, why) = make(&six, &first, 400 * DAY);
        assert!(none.is_empty() && why.contains("difference to an earlier mean"), "{why}");
        // Others altogether are no difference of few.
        let others = FIVE.map(|m| (["V", "W", "X", "Y", "Z"][usize::from(m.0.as_bytes()[0] - b'A')], m.1, m.2, m.3));
        assert_eq!(make(&others, &first, 1).0.len(), 1);
        // The same ones again: not before the first mean was told.
        assert!(make(&FIVE, &first, 89 * DAY).0.is_empty());
        assert_eq!(make(&FIVE, &first, 90 * DAY).0.len(), 1);
    }

    #[test]
    fn three_digits_are_told() {
        for (value, told) in
            [(1_234.5, "1230"), (12.345, "12.3"), (9.996, "10.00"), (0.012_345, "0.0123"), (1e6, "1000000")]
        {
            assert_eq!(three_digits(value), told);
        }
    }
}
