//! What serde cannot see in a mapping: numbers out of range, words that only make sense together.

use ballast_domain::Findings;
use jiff::civil::Date;

use super::{FreightBy, FreightUnit, Mapping, Meaning, SCHEMA};

/// What the template of a product's id may name besides columns.
const PARTS_OF_A_PRODUCT: [&str; 4] = ["@need", "@plant", "@supplier", "@pack_size"];

/// Adds an error per fault.
pub(super) fn check(mapping: &Mapping, findings: &mut Findings) {
    let mut refuse = |word: &str, value: String, expected: &str, fix: &str| {
        findings.error("bad_mapping", mapping.place(word), value, expected, fix);
    };
    if mapping.schema != SCHEMA {
        refuse(
            "schema",
            mapping.schema.clone(),
            &format!("expected `{SCHEMA}`"),
            "write the schema this version reads",
        );
    }
    if mapping.tender.starts.as_ref().is_some_and(|s| s.parse::<Date>().is_err()) {
        refuse(
            "starts",
            mapping.tender.starts.clone().unwrap_or_default(),
            "expected a date such as \"2026-01-31\"",
            "write year-month-day in quotes",
        );
    }
    if !mapping.file.delimiter.is_ascii() {
        refuse(
            "delimiter",
            mapping.file.delimiter.to_string(),
            "expected an ASCII character",
            "write `,`, `;`, `|` or `\\t`",
        );
    }
    if mapping.file.thousands == Some(mapping.file.decimal) {
        refuse(
            "thousands",
            mapping.file.decimal.to_string(),
            "the thousands mark is the decimal mark",
            "change one of them",
        );
    }
    if mapping.row.value.is_none() && mapping.row.price.is_none() {
        refuse("[row]", String::new(), "money is missing", "give `value` or `price`");
    }
    let dates = [
        Some(&mapping.row.date),
        mapping.row.promised.as_ref(),
        mapping.row.delivered.as_ref(),
        mapping.row.ordered.as_ref(),
    ];
    for date in dates.into_iter().flatten().filter(|d| d.formats.is_empty()) {
        refuse(
            &date.column,
            date.column.clone(),
            "the column has no date format",
            "give at least one strptime pattern, such as \"%Y-%m-%d\"",
        );
    }
    for cell in &mapping.cell {
        if cell.means == Meaning::Reference && cell.pattern.groups() == 0 {
            refuse(
                cell.pattern.text(),
                cell.pattern.text().to_owned(),
                "a reference needs a group that holds the key",
                "put the key's part in parentheses",
            );
        }
        if cell.means == Meaning::Reference && mapping.file.key.is_none() {
            refuse(
                cell.pattern.text(),
                String::new(),
                "a reference points to a key, but the file has none",
                "name the key column in [file]",
            );
        }
        if cell.means == Meaning::Reference && cell.columns.iter().any(|c| Some(c) != mapping.row.freight.as_ref()) {
            refuse(
                cell.pattern.text(),
                cell.columns.join(", "),
                "references are followed for freight only",
                "name the freight column alone",
            );
        }
    }
    for condition in mapping.ignore.iter().chain(&mapping.only) {
        let tests = [
            condition.is.is_some(),
            condition.matches.is_some(),
            condition.below.is_some(),
            condition.at_least.is_some(),
        ];
        if !tests.contains(&true) {
            refuse(
                &condition.reason,
                condition.reason.clone(),
                "the condition tests nothing",
                "give `is`, `matches`, `below` or `at_least`",
            );
        }
    }
    if mapping.freight.as_ref().is_some_and(|f| f.unit == FreightUnit::PerNeedUnit && f.by == FreightBy::Plant) {
        refuse(
            "per_need_unit",
            String::new(),
            "rates per need unit differ by product, not by plant",
            "write `by = \"product\"` or `as = \"percent_of_list\"`",
        );
    }
    if !(1.0..=1000.0).contains(&mapping.capacity.factor) {
        refuse(
            "factor",
            mapping.capacity.factor.to_string(),
            "expected 1 to 1000: less than 1 cannot serve what was bought",
            "write for example 1.5",
        );
    }
    if !(1..=1200).contains(&mapping.price.recent_months) {
        refuse(
            "recent_months",
            mapping.price.recent_months.to_string(),
            "expected 1 to 1200 months",
            "write for example 12",
        );
    }
    let foreign = |name: &str| name.starts_with('@') && !PARTS_OF_A_PRODUCT.contains(&name);
    for name in mapping.product.id.columns().filter(|n| foreign(n)) {
        refuse(name, name.to_owned(), &format!("expected one of {}", PARTS_OF_A_PRODUCT.join(", ")), "mend the name");
    }
    let bad_criticality = mapping.need.criticality_of.values().any(|c| !(1..=3).contains(c));
    if bad_criticality {
        refuse(
            "criticality_of",
            String::new(),
            "expected criticalities 1, 2 or 3",
            "1 is acute without alternative, 3 is routine",
        );
    }
    let bad =
        |t: &super::TierPart| !(0.0..=0.9).contains(&t.max_discount) || t.t.is_nan() || t.t < 0.0 || t.min_orders < 4;
    if mapping.tiers.as_ref().is_some_and(bad) {
        refuse(
            "[tiers]",
            String::new(),
            "expected max_discount from 0 to 0.9, t of 0 or more, min_orders of 4 or more",
            "mend the figures",
        );
    }
}
