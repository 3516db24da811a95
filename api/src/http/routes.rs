//! Every route, and the right that it asks for. A route that does not stand here is not answered, and a test compares the
//! list with the description of the interface.

use crate::rights::Right;

/// Who may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// Whoever has the right.
    Needs(Right),
}

/// A route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Method.
    pub method: &'static str,
    /// Path with its parameters.
    pub path: &'static str,
    /// Who may.
    pub access: Access,
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, access: Access::Open }
}

const fn needs(right: Right, method: &'static str, path: &'static str) -> Route {
    Route { method, path, access: Access::Needs(right) }
}

/// All routes.
pub const ROUTES: &[Route] = &[
    open("GET", "/"),
    open("GET", "/livez"),
    open("GET", "/readyz"),
    open("GET", "/v1/openapi.json"),
    open("POST", "/v1/setup"),
    open("POST", "/v1/sessions"),
    needs(Right::Self_, "DELETE", "/v1/sessions/current"),
    needs(Right::Self_, "GET", "/v1/me"),
    needs(Right::Operate, "POST", "/v1/tenants"),
    needs(Right::ManagePeople, "GET", "/v1/people"),
    needs(Right::ManagePeople, "POST", "/v1/people"),
    needs(Right::ManagePeople, "DELETE", "/v1/people/{person}"),
    needs(Right::ManagePeople, "GET", "/v1/people/{person}/tokens"),
    needs(Right::ManagePeople, "POST", "/v1/people/{person}/tokens"),
    needs(Right::ManagePeople, "DELETE", "/v1/people/{person}/tokens/{token}"),
    needs(Right::ReadAudit, "GET", "/v1/audit"),
    needs(Right::ManagePeople, "GET", "/v1/webhooks"),
    needs(Right::ManagePeople, "POST", "/v1/webhooks"),
    needs(Right::ManagePeople, "DELETE", "/v1/webhooks/{webhook}"),
    needs(Right::Read, "GET", "/v1/demo-tenders"),
    needs(Right::Read, "GET", "/v1/demo-tenders/{name}"),
    needs(Right::Read, "GET", "/v1/tenders"),
    needs(Right::Write, "POST", "/v1/tenders"),
    needs(Right::Read, "GET", "/v1/tenders/{tender}"),
    needs(Right::Read, "GET", "/v1/tenders/{tender}/revisions"),
    needs(Right::Write, "POST", "/v1/tenders/{tender}/revisions"),
    needs(Right::Read, "GET", "/v1/tenders/{tender}/revisions/{revision}"),
    needs(Right::Read, "GET", "/v1/tenders/{tender}/revisions/{revision}/findings"),
    needs(Right::Read, "GET", "/v1/tenders/{tender}/diff"),
    needs(Right::Write, "POST", "/v1/tenders/{tender}/upgrade"),
    needs(Right::Read, "GET", "/v1/refusals/{refusal}/findings"),
    needs(Right::Read, "GET", "/v1/refusals/{refusal}/annotated.xlsx"),
    needs(Right::Read, "GET", "/v1/scenarios"),
    needs(Right::Write, "POST", "/v1/scenarios"),
    needs(Right::Read, "GET", "/v1/scenarios/{scenario}"),
    needs(Right::Write, "PUT", "/v1/scenarios/{scenario}"),
    needs(Right::Write, "DELETE", "/v1/scenarios/{scenario}"),
    needs(Right::Read, "GET", "/v1/packs"),
    needs(Right::Write, "POST", "/v1/packs"),
    needs(Right::Read, "GET", "/v1/packs/{pack}"),
    needs(Right::Write, "PUT", "/v1/packs/{pack}"),
    needs(Right::Write, "DELETE", "/v1/packs/{pack}"),
    needs(Right::Read, "GET", "/v1/runs"),
    needs(Right::Run, "POST", "/v1/runs"),
    needs(Right::Read, "GET", "/v1/runs/{run}"),
    needs(Right::Run, "POST", "/v1/runs/{run}/cancel"),
    needs(Right::Read, "GET", "/v1/runs/{run}/result"),
    needs(Right::Read, "GET", "/v1/runs/{run}/events"),
    needs(Right::Run, "GET", "/v1/runs/{run}/export.xlsx"),
    needs(Right::Run, "GET", "/v1/runs/{run}/export.zip"),
    needs(Right::Run, "GET", "/v1/runs/{run}/report.html"),
    needs(Right::Read, "GET", "/v1/approvals"),
    needs(Right::Propose, "POST", "/v1/approvals"),
    needs(Right::Read, "GET", "/v1/approvals/{approval}"),
    needs(Right::Approve, "POST", "/v1/approvals/{approval}/decision"),
    needs(Right::ReadApproved, "GET", "/v1/awards"),
    needs(Right::ReadApproved, "GET", "/v1/awards/{approval}"),
];

/// The route of a method and a path with its parameters.
pub fn find(method: &str, path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|r| r.method == method && r.path == path)
}
