//! Approval of an award: what is approved is a frozen run, its rules are checked again when it is approved, and whoever
//! asked for it or put it forward does not approve it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::exports::lay_out;
use super::page::{Ask, Page};
use super::runs::Frozen;
use super::{Service, benchmarks, put, views};
use crate::clock::iso;
use crate::fault::Fault;
use crate::rights::{Caller, Right, Role};
use crate::store::{ApprovalRow, Approved, RunRow, Scope, commit};

/// An award to be put forward.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalInput {
    /// The run that made the award.
    pub run: String,
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// A decision on an award.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionInput {
    /// Whether it is approved.
    pub approve: bool,
}

/// An award put forward.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    /// Id.
    pub id: String,
    /// The run that made the award.
    pub run: String,
    /// `proposed`, `approved`, `rejected`.
    pub state: String,
    /// Why.
    pub note: String,
    /// Who put it forward.
    pub proposed_by: String,
    /// When.
    pub proposed_at: String,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<String>,
}

/// An approved award, for those whom it concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovedView {
    /// Id.
    pub id: String,
    /// When it was approved.
    pub approved_at: Option<String>,
    /// Where the caller's part of it stands.
    pub href: String,
}

impl From<ApprovalRow> for ApprovalView {
    fn from(a: ApprovalRow) -> Self {
        Self {
            id: a.id,
            run: a.run_id,
            state: a.state,
            note: a.note,
            proposed_by: a.proposed_by,
            proposed_at: iso(a.proposed_at),
            decided_by: a.decided_by,
            decided_at: a.decided_at.map(iso),
        }
    }
}

/// The award of a run that may be put forward.
async fn award_of(scope: &Scope, id: &str) -> Result<(RunRow, Value), Fault> {
    let run = scope.run(id).await?;
    let Some(hash) = run.document_hash.clone().filter(|_| run.kind == "award") else {
        return Err(Fault::Conflict("only a run of kind award that has a result is put forward".to_owned()));
    };
    let award: Value = serde_json::from_str(&scope.document(&hash).await?)?;
    if award["certificate"]["verified"] != Value::Bool(true) {
        return Err(Fault::Conflict("this result is no award whose certificate holds".to_owned()));
    }
    Ok((run, award))
}

/// The party that the caller speaks for, if he speaks for one only.
fn party(caller: &Caller) -> Option<(Role, &str)> {
    caller.role.has_party().then(|| (caller.role, caller.party.as_deref().unwrap_or_default()))
}

impl Service {
    /// Puts an award forward.
    ///
    /// # Errors
    /// If the run has no award whose certificate holds.
    pub async fn propose(&self, caller: &Caller, input: &ApprovalInput) -> Result<ApprovalView, Fault> {
        let scope = self.scope(caller).await?;
        award_of(&scope, &input.run).await?;
        if input.note.chars().count() > 2_000 || input.note.contains('\0') {
            return Err(Fault::invalid("/note", "at most 2,000 characters"));
        }
        let mut tx = scope.write().await?;
        let id = scope.propose(&mut tx, &input.run, &input.note, &caller.name).await?;
        scope.note(&mut tx, &caller.name, "propose_award", &id, &input.run).await?;
        commit(tx).await?;
        Ok(scope.approval(&id).await?.into())
    }

    /// Decides on an award that somebody else put forward. Before it is approved its cost and every rule are computed anew
    /// from the frozen tender.
    ///
    /// # Errors
    /// If the caller had a hand in it, somebody has decided already, or a rule does not hold.
    pub async fn decide(&self, caller: &Caller, id: &str, input: &DecisionInput) -> Result<ApprovalView, Fault> {
        let scope = self.scope(caller).await?;
        let proposal = scope.approval(id).await?;
        let (run, award) = award_of(&scope, &proposal.run_id).await?;
        if input.approve && (caller.name == proposal.proposed_by || caller.name == run.created_by) {
            return Err(Fault::Denied(
                "an award is approved by somebody who neither asked for it nor put it forward".to_owned(),
            ));
        }
        let made = match input.approve {
            true => Some(self.certify(&scope, &run, &award).await?),
            false => None,
        };
        let state = if input.approve { "approved" } else { "rejected" };
        let mut tx = scope.write().await?;
        let approved = match &made {
            Some((certificate, tender)) => Some(Approved {
                certificate: scope.keep(&mut tx, certificate).await?,
                tender: scope.keep(&mut tx, tender).await?,
            }),
            None => None,
        };
        scope.decide(&mut tx, id, state, &caller.name, approved.as_ref()).await?;
        scope.note(&mut tx, &caller.name, &format!("{state}_award"), id, &run.id).await?;
        if let Some((certificate, tender)) = made {
            let (certificate, tender): (Value, Value) =
                (serde_json::from_str(&certificate)?, serde_json::from_str(&tender)?);
            scope.add_concerned(&mut tx, id, &views::concerned(&tender)).await?;
            if self.config.benchmarks.on {
                let earlier = scope.all_benchmarks(&mut tx).await?;
                let documents = (&award, &tender, &certificate);
                let (means, words) = benchmarks::made(documents, &earlier, scope.now(), &self.config.benchmarks);
                scope.add_benchmarks(&mut tx, id, &means).await?;
                scope.note(&mut tx, &caller.name, "make_benchmarks", id, &words).await?;
            }
        }
        commit(tx).await?;
        Ok(scope.approval(id).await?.into())
    }

    /// Computes an award anew: its certificate, and the tender that it is about, with the edits of its scenarios.
    async fn certify(&self, scope: &Scope, run: &RunRow, award: &Value) -> Result<(String, String), Fault> {
        let frozen: Frozen = serde_json::from_str(&run.frozen)?;
        let folder = self.scratch()?;
        lay_out(scope, &frozen, folder.path()).await?;
        put(folder.path(), "result.json", award.to_string()).await?;
        let edits = ["--scenario=", "--objective=", "--tolerance="];
        let mut args: Vec<String> = ["--json", "--quiet", "certify", "--by-cell"].map(str::to_owned).to_vec();
        args.extend(frozen.args.iter().filter(|a| edits.iter().any(|e| a.starts_with(e))).cloned());
        args.extend(["--", "tender.json", "result.json"].map(str::to_owned));
        let ended = self.command.file(&scope.tenant, folder.path(), &args).await?;
        if !ended.status.success() {
            return Err(Fault::Conflict(format!("this award does not hold: {}", ended.complaint)));
        }
        let mut args: Vec<String> = ["--json", "--quiet", "export", "--out=edited.json"].map(str::to_owned).to_vec();
        args.extend(frozen.args.iter().filter(|a| a.starts_with("--scenario=")).cloned());
        args.extend(["--", "tender.json"].map(str::to_owned));
        let exported = self.command.file(&scope.tenant, folder.path(), &args).await?;
        if !exported.status.success() {
            return Err(Fault::Internal(format!("export: {:?}: {}", exported.status, exported.complaint)));
        }
        Ok((ended.printed, tokio::fs::read_to_string(folder.path().join("edited.json")).await?))
    }

    /// An award put forward.
    ///
    /// # Errors
    /// If there is none.
    pub async fn approval(&self, caller: &Caller, id: &str) -> Result<ApprovalView, Fault> {
        Ok(self.scope(caller).await?.approval(id).await?.into())
    }

    /// Awards put forward.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn approvals(&self, caller: &Caller, ask: &Ask) -> Result<Page<ApprovalView>, Fault> {
        let found = self.scope(caller).await?.approvals(&ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |a| a.id.clone(), ApprovalView::from))
    }

    /// Approved awards.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn approved(&self, caller: &Caller, ask: &Ask) -> Result<Page<ApprovedView>, Fault> {
        let found = self.scope(caller).await?.approved(party(caller), &ask.after, ask.size + 1).await?;
        let view = |a: ApprovalRow| ApprovedView {
            href: format!("/v1/awards/{}", a.id),
            id: a.id,
            approved_at: a.decided_at.map(iso),
        };
        Ok(ask.page(found, |a| a.id.clone(), view))
    }

    /// The caller's part of an approved award. Who looked at it is in the audit log.
    ///
    /// # Errors
    /// If there is none.
    pub async fn approved_award(&self, caller: &Caller, id: &str) -> Result<Value, Fault> {
        let scope = self.scope(caller).await?;
        let approval = scope.approval(id).await?;
        let Some(approved) = approval.approved else { return Err(Fault::Missing("approved award")) };
        if let Some(party) = party(caller)
            && !scope.concerns(id, party).await?
        {
            return Err(Fault::Missing("approved award"));
        }
        let (_, award) = award_of(&scope, &approval.run_id).await?;
        let tender: Value = serde_json::from_str(&scope.document(&approved.tender).await?)?;
        if !caller.role.may(Right::Read) {
            let mut tx = scope.write().await?;
            scope.note(&mut tx, &caller.name, "see_award", id, caller.role.word()).await?;
            commit(tx).await?;
        }
        let certificate: Value = serde_json::from_str(&scope.document(&approved.certificate).await?)?;
        let mut view = views::of(caller, &award, &tender, &certificate);
        if let (Role::MemberViewer, true) = (caller.role, self.config.benchmarks.on) {
            let member = caller.party.as_deref().unwrap_or_default();
            let means = scope.benchmarks(id).await?;
            view["benchmarks"] = benchmarks::told(member, (&award, &tender, &certificate), &means, scope.now()).into();
        }
        Ok(view)
    }
}
