//! Freight cells that point to another row: the row at the end of the chain holds one sum for itself and for all that
//! point to it. With v the money of a row, row i of a group G with freight F is charged F · vᵢ / Σ_G v, in cents, the
//! last key of the group taking what is left; where no row of G has money, in equal parts.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::cells::Said;
use super::reconciliation::Amount;

/// Freight of one row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Freight {
    /// So much.
    Charged(Decimal),
    /// The price includes it.
    Included,
    /// Not known.
    Unknown,
}

/// Freight of every row, and how many cells said what.
pub(super) fn resolve(said: &[Said], keys: &[String], values: &[Decimal]) -> (Vec<Freight>, BTreeMap<String, Amount>) {
    let mut row_of: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, key) in keys.iter().enumerate().filter(|(_, k)| !k.is_empty()) {
        row_of.entry(key).or_insert(i);
    }
    let mut freight = vec![Freight::Unknown; said.len()];
    let mut counts: BTreeMap<String, Amount> = BTreeMap::new();
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, cell) in said.iter().enumerate() {
        let mut money = Decimal::ZERO;
        let label = match cell {
            Said::Number(amount) => {
                money = *amount;
                groups.entry(i).or_default().push(i);
                "a number"
            }
            Said::Included => {
                freight[i] = Freight::Included;
                "included in the price"
            }
            Said::Unknown => "not known or blank",
            Said::Unreadable => "unreadable",
            Said::Reference(key) => match end_of_chain(key, said, &row_of) {
                End::Circle => "points in a circle",
                End::Nowhere => "points to a row that does not exist",
                End::Row(end) => match said[end] {
                    Said::Number(_) => {
                        groups.entry(end).or_default().push(i);
                        "points to another row, followed"
                    }
                    Said::Included => {
                        freight[i] = Freight::Included;
                        "points to a row whose price includes it"
                    }
                    _ => "points to a row that does not know it",
                },
            },
        };
        counts.entry(label.to_owned()).or_default().add(money);
    }
    for (end, mut group) in groups {
        group.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
        let Said::Number(total) = said[end] else { continue };
        for (i, share) in shares(total, &group, values) {
            freight[i] = Freight::Charged(share);
        }
    }
    (freight, counts)
}

enum End {
    Row(usize),
    Nowhere,
    Circle,
}

fn end_of_chain(key: &str, said: &[Said], row_of: &BTreeMap<&str, usize>) -> End {
    let mut key = key;
    for _ in 0..=said.len() {
        let Some(&row) = row_of.get(key) else { return End::Nowhere };
        match &said[row] {
            Said::Reference(next) => key = next,
            _ => return End::Row(row),
        }
    }
    End::Circle
}

fn shares(total: Decimal, group: &[usize], values: &[Decimal]) -> Vec<(usize, Decimal)> {
    let weight = |i: usize| values[i].max(Decimal::ZERO);
    let sum: Decimal = group.iter().map(|&i| weight(i)).sum();
    let mut left = total;
    let last = group.len() - 1;
    let part = |(n, &i): (usize, &usize)| {
        let share = match n {
            _ if n == last => left,
            _ if sum.is_zero() => (total / Decimal::from(group.len())).round_dp(2),
            // The fraction first: it is at most 1, so nothing overflows.
            _ => (weight(i) / sum * total).round_dp(2),
        };
        left -= share;
        (i, share)
    };
    group.iter().enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_followed_and_circles_counted() {
        let to = |k: &str| Said::Reference(k.to_owned());
        let said =
            [Said::Number(Decimal::from(100)), to("1"), to("2"), to("5"), to("4"), to("9"), Said::Unknown, to("7")];
        let keys: Vec<String> = (1..=8).map(|i| i.to_string()).collect();
        let values: Vec<Decimal> = [1, 1, 1, 5, 5, 5, 5, 5].into_iter().map(Decimal::from).collect();
        let (freight, counts) = resolve(&said, &keys, &values);
        let cents = |c: i64| Freight::Charged(Decimal::new(c, 2));
        assert_eq!(freight[..3], [cents(33_33), cents(33_33), cents(33_34)]);
        assert!(freight[3..].iter().all(|f| *f == Freight::Unknown));
        let rows = |label: &str| counts[label].rows;
        assert_eq!((rows("points to another row, followed"), rows("points in a circle")), (2, 2));
        assert_eq!(
            (rows("points to a row that does not exist"), rows("points to a row that does not know it")),
            (1, 1)
        );
    }
}
