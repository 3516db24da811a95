//! What those see of an approved award who compete with each other: nothing is taken away from the document; what may be seen
//! is copied out of it, field by field, so that a field that is added one day is not shown by accident.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::rights::{Caller, Role};

/// Fields of a line that its own member sees: volumes and what it pays itself.
const MEMBER: [&str; 10] =
    ["site", "need", "product", "supplier", "need_units", "packs", "share", "price", "cost", "incumbent"];
/// Fields of a change of cost.
const CHANGE: [&str; 5] = ["site", "need", "today", "award", "saving"];
/// Fields of a line that its supplier sees: what he is to deliver, at his own price.
const SUPPLIER: [&str; 7] = ["site", "need", "product", "offer", "need_units", "packs", "price"];
/// Fields of the formulary, which has no money in it.
const FORMULARY: [&str; 4] = ["need", "product", "supplier", "on_formulary"];
/// Fields of preferences.
const PREFERENCE: [&str; 5] = ["group", "mean", "today", "not_accepted", "scored"];

/// The part of an award that the caller may see; all of it for those who may read runs.
pub fn of(caller: &Caller, award: &Value, tender: &Value, certificate: &Value) -> Value {
    let party = caller.party.as_deref().unwrap_or_default();
    match caller.role {
        Role::Administrator | Role::Strategist | Role::Negotiator | Role::RiskManager => award.clone(),
        Role::MemberViewer => member(party, award, tender, certificate),
        Role::Supplier => supplier(party, award),
        Role::ClinicianReviewer => reviewer(award),
        Role::Operator => Value::Null,
    }
}

/// Whom an award of the tender concerns: its members and its suppliers, whether they win or not.
pub fn concerned(tender: &Value) -> Vec<(Role, String)> {
    let names = |table: &str, column: &str| -> BTreeSet<String> {
        rows(tender, table)
            .filter_map(|row| row[column].as_str())
            .filter(|n| !n.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let members = names("sites", "member").into_iter().map(|name| (Role::MemberViewer, name));
    members.chain(names("suppliers", "supplier").into_iter().map(|name| (Role::Supplier, name))).collect()
}

fn rows<'v>(document: &'v Value, table: &str) -> impl Iterator<Item = &'v Value> {
    document[table].as_array().into_iter().flatten()
}

fn only(row: &Value, fields: &[&str]) -> Value {
    let kept = fields.iter().filter_map(|f| Some(((*f).to_owned(), row.get(*f)?.clone())));
    Value::Object(kept.collect::<Map<_, _>>())
}

/// Name, currency and dates; nothing that depends on others.
fn head(award: &Value, kind: &str) -> Value {
    json!({ "schema": format!("ballast.{kind}/1"), "tender": award["tender"] })
}

fn member(member: &str, award: &Value, tender: &Value, certificate: &Value) -> Value {
    let sites: Vec<&str> = rows(tender, "sites")
        .filter(|s| !member.is_empty() && s["member"].as_str() == Some(member))
        .filter_map(|s| s["site"].as_str())
        .collect();
    let own = |row: &&Value| row["site"].as_str().is_some_and(|s| sites.contains(&s));
    let mut view = head(award, "member-award");
    view["member"] = json!(member);
    view["lines"] = rows(award, "lines").filter(own).map(|l| only(l, &MEMBER)).collect();
    // What each need costs it a year today and by the award: all of it follows from its own lines and its own buying.
    view["changes"] = rows(&certificate["baseline"], "by_cell").filter(own).map(|c| only(c, &CHANGE)).collect();
    // What it buys today, as it stated it itself.
    view["incumbents"] = rows(tender, "incumbents")
        .filter(own)
        .map(|l| only(l, &["site", "need", "product", "quantity", "price"]))
        .collect();
    view
}

fn supplier(supplier: &str, award: &Value) -> Value {
    let own = |l: &&Value| !supplier.is_empty() && l["supplier"].as_str() == Some(supplier);
    let mut view = head(award, "supplier-award");
    view["supplier"] = json!(supplier);
    view["lines"] = rows(award, "lines").filter(own).map(|l| only(l, &SUPPLIER)).collect();
    view
}

fn reviewer(award: &Value) -> Value {
    let mut view = head(award, "formulary");
    view["formulary"] = rows(award, "formulary").map(|f| only(f, &FORMULARY)).collect();
    view["preference"] = rows(award, "preference").map(|p| only(p, &PREFERENCE)).collect();
    view
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::of;
    use crate::rights::{Caller, Role};

    fn caller(role: Role, party: &str) -> Caller {
        Caller {
            tenant: "t".to_owned(),
            person: "p".to_owned(),
            name: "n".to_owned(),
            role,
            party: Some(party.to_owned()),
            credential: "c".to_owned(),
        }
    }

    /// Prices are canaries: each belongs to one party, and no other view may hold it.
    #[test]
    fn nobody_sees_the_price_of_another() {
        let tender = json!({
            "sites": [{ "site": "A", "member": "North" }, { "site": "B", "member": "South" }],
            "incumbents": [
                { "site": "A", "need": "n", "product": "p", "quantity": "1", "price": "111.11" },
                { "site": "B", "need": "n", "product": "p", "quantity": "1", "price": "222.22" },
            ],
        });
        let line = |site: &str, supplier: &str, price: &str| {
            json!({
                "site": site, "need": "n", "product": "p", "supplier": supplier, "offer": "o", "price": price, "cost": price,
                "best_layer": { "price": "999.99" },
            })
        };
        let award = json!({
            "tender": { "name": "T" }, "value": "888.88", "bound": "888.88",
            "lines": [line("A", "Acme", "333.33"), line("B", "Bolt", "444.44")],
            "suppliers": [{ "supplier": "Bolt", "cost": "777.77" }],
            "formulary": [{ "need": "n", "product": "p", "cost": "666.66" }],
            "rules": [{ "price": "555.55" }],
        });
        let change = |site: &str, saving: &str| json!({ "site": site, "need": "n", "today": saving, "saving": saving });
        let certificate = json!({
            "baseline": { "saving": "999.99", "by_cell": [change("A", "121.21"), change("B", "212.12")] },
        });
        let canaries = [
            "121.21", "212.12", "111.11", "222.22", "333.33", "444.44", "555.55", "666.66", "777.77", "888.88",
            "999.99",
        ];
        let seen = |role, party| {
            let text = of(&caller(role, party), &award, &tender, &certificate).to_string();
            canaries.into_iter().filter(|c| text.contains(c)).collect::<Vec<_>>()
        };
        assert_eq!(seen(Role::MemberViewer, "North"), ["121.21", "111.11", "333.33"]);
        assert_eq!(seen(Role::MemberViewer, "South"), ["212.12", "222.22", "444.44"]);
        assert_eq!(seen(Role::Supplier, "Bolt"), ["444.44"]);
        assert_eq!(seen(Role::ClinicianReviewer, "Bolt"), [""; 0]);
        assert_eq!(seen(Role::MemberViewer, ""), [""; 0]);
        assert_eq!(seen(Role::Operator, ""), [""; 0]);
        // All of the award; what members buy today stands in the tender only, their changes in the certificate.
        assert_eq!(seen(Role::Strategist, "").len(), canaries.len() - 4);
    }
}
