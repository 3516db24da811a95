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
use crate::store::{ApprovalRow, RunRow, Scope, commit};

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

/// The tender that a run was about.
async fn tender_of(scope: &Scope, run: &RunRow) -> Result<Value, Fault> {
    let revision = scope.revision(&run.tender_id, Some(run.revision)).await?;
    Ok(serde_json::from_str(&scope.document(&revision.body_hash).await?)?)
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
        let certificate = match input.approve {
            true => Some(self.certify(&scope, &run, &award).await?),
            false => None,
        };
        let tender = tender_of(&scope, &run).await?;
        let state = if input.approve { "approved" } else { "rejected" };
        let mut tx = scope.write().await?;
        let kept = match &certificate {
            Some(text) => Some(scope.keep(&mut tx, text).await?),
            None => None,
        };
        scope.decide(&mut tx, id, state, &caller.name, kept.as_deref()).await?;
        scope.note(&mut tx, &caller.name, &format!("{state}_award"), id, &run.id).await?;
        if let Some(certificate) = certificate.filter(|_| self.config.benchmarks.on) {
            let documents = (&award, &tender, &serde_json::from_str(&certificate)?);
            let earlier = scope.all_benchmarks(&mut tx).await?;
            let (means, words) = benchmarks::made(documents, &earlier, scope.now(), &self.config.benchmarks);
            scope.add_benchmarks(&mut tx, id, &means).await?;
            scope.note(&mut tx, &caller.name, "make_benchmarks", id, &words).await?;
        }
        commit(tx).await?;
        Ok(scope.approval(id).await?.into())
    }

    /// Computes an award anew.
    async fn certify(&self, scope: &Scope, run: &RunRow, award: &Value) -> Result<String, Fault> {
        let frozen: Frozen = serde_json::from_str(&run.frozen)?;
        let folder = self.scratch()?;
        lay_out(scope, &frozen, folder.path()).await?;
        put(folder.path(), "result.json", award.to_string()).await?;
        let edits = ["--scenario=", "--objective=", "--tolerance="];
        let mut args: Vec<String> = ["--json", "--quiet", "certify", "--by-cell"].map(str::to_owned).to_vec();
        args.extend(frozen.args.iter().filter(|a| edits.iter().any(|e| a.starts_with(e))).cloned());
        args.extend(["--", "tender.json", "result.json"].map(str::to_owned));
        let ended = self.command.file(folder.path(), &args).await?;
        if !ended.status.success() {
            return Err(Fault::Conflict(format!("this award does not hold: {}", ended.complaint)));
        }
        Ok(ended.printed)
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
        let found = self.scope(caller).await?.approvals("", &ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |a| a.id.clone(), ApprovalView::from))
    }

    /// Approved awards.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn approved(&self, caller: &Caller, ask: &Ask) -> Result<Page<ApprovedView>, Fault> {
        let found = self.scope(caller).await?.approvals("approved", &ask.after, ask.size + 1).await?;
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
        if approval.state != "approved" {
            return Err(Fault::Missing("approved award"));
        }
        let (run, award) = award_of(&scope, &approval.run_id).await?;
        let tender = tender_of(&scope, &run).await?;
        if !caller.role.may(Right::Read) {
            let mut tx = scope.write().await?;
            scope.note(&mut tx, &caller.name, "see_award", id, caller.role.word()).await?;
            commit(tx).await?;
        }
        let certificate: Value = match &approval.certificate {
            Some(hash) => serde_json::from_str(&scope.document(hash).await?)?,
            None => Value::Null,
        };
        let mut view = views::of(caller, &award, &tender, &certificate);
        if let (Role::MemberViewer, true) = (caller.role, self.config.benchmarks.on) {
            let member = caller.party.as_deref().unwrap_or_default();
            let means = scope.benchmarks(id).await?;
            view["benchmarks"] = benchmarks::told(member, (&award, &tender, &certificate), &means, scope.now()).into();
        }
        Ok(view)
    }
}
