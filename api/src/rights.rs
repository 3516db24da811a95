//! Who may do what. A right is asked for by name; a role is a set of rights; whoever has none of it sees nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To know oneself, to sign out.
    Self_,
    /// To see tenders, scenarios, packs, runs and all their results: every price of the tenant.
    Read,
    /// To enter tenders, scenarios and packs.
    Write,
    /// To start and cancel runs, and to export.
    Run,
    /// To propose an award for approval.
    Propose,
    /// To approve what somebody else proposed.
    Approve,
    /// To see approved awards, as far as they are one's own.
    ReadApproved,
    /// To manage people and their tokens.
    ManagePeople,
    /// To read the audit log.
    ReadAudit,
    /// To add tenants; sees no tenant's data.
    Operate,
}

/// Roles of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Manages people; may do everything in the tenant.
    Administrator,
    /// Enters tenders, decides, proposes and approves.
    Strategist,
    /// Works out moves: all runs, no approval.
    Negotiator,
    /// Packs, stress tests, reserves.
    RiskManager,
    /// Sees which products approved awards choose, without money.
    ClinicianReviewer,
    /// Sees the own lines and own money of approved awards.
    MemberViewer,
    /// Sees the own lines of approved awards.
    Supplier,
    /// Runs the server: adds tenants, sees no tenant's data.
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 8] = [
        Self::Administrator,
        Self::Strategist,
        Self::Negotiator,
        Self::RiskManager,
        Self::ClinicianReviewer,
        Self::MemberViewer,
        Self::Supplier,
        Self::Operator,
    ];

    /// The rights of the role.
    pub fn rights(self) -> &'static [Right] {
        use Right::{Approve, ManagePeople, Operate, Propose, Read, ReadApproved, ReadAudit, Run, Self_, Write};
        match self {
            Self::Administrator => &[Self_, Read, Write, Run, Propose, Approve, ReadApproved, ManagePeople, ReadAudit],
            Self::Strategist => &[Self_, Read, Write, Run, Propose, Approve, ReadApproved],
            Self::Negotiator | Self::RiskManager => &[Self_, Read, Write, Run, ReadApproved],
            Self::ClinicianReviewer | Self::MemberViewer | Self::Supplier => &[Self_, ReadApproved],
            Self::Operator => &[Self_, Operate],
        }
    }

    /// Whether the role has the right.
    pub fn may(self, right: Right) -> bool {
        self.rights().contains(&right)
    }

    /// The word in the store and in documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Strategist => "strategist",
            Self::Negotiator => "negotiator",
            Self::RiskManager => "risk_manager",
            Self::ClinicianReviewer => "clinician_reviewer",
            Self::MemberViewer => "member_viewer",
            Self::Supplier => "supplier",
            Self::Operator => "operator",
        }
    }

    /// The role of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.word() == word)
    }

    /// Whether people of the role belong to a member or a supplier of tenders.
    pub fn has_party(self) -> bool {
        matches!(self, Self::MemberViewer | Self::Supplier)
    }
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant; empty for the operator.
    pub tenant: String,
    /// The person's id.
    pub person: String,
    /// The person's name.
    pub name: String,
    /// The role.
    pub role: Role,
    /// The member or supplier that the person belongs to.
    pub party: Option<String>,
    /// What the caller signed in with, for the limits of requests.
    pub credential: String,
}
