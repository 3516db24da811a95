//! Runs: what is asked is frozen when it is asked. A run refers to its inputs by the hash of their content, so that nothing
//! that changes later changes it, and two runs with equal inputs are one piece of work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::kinds::{Kind, RunOptions, flags};
use super::page::{Ask, Page};
use super::{Key, Made, Service, demo, fingerprint};
use crate::clock::iso;
use crate::fault::{Fault, Pointed};
use crate::limits::OneRun;
use crate::rights::Caller;
use crate::store::{NewRun, PieceKind, RunRow, Scope, commit};

/// Inputs of one run, at most.
const MOST_INPUTS: usize = 200;

/// Characters of all options of one run, at most: they become arguments of a process.
const MOST_TEXT: usize = 100_000;

/// A run to be asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunInput {
    /// What is asked.
    pub kind: Kind,
    /// About which tender.
    pub tender: String,
    /// Which revision; the newest where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub revision: Option<i64>,
    /// What you call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 200)]
    pub label: String,
    /// Scenarios that the tender gets first, in order; for `compare` those that stand side by side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<String>,
    /// `stress`, `reserve`, `exposure`: run whose award it is about. Other kinds: the file `award.json` that scenarios may lock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub award: Option<String>,
    /// `compare`: runs whose awards stand beside the scenarios.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awards: Vec<String>,
    /// `stress`, `reserve`: packs, or shipped ones such as `demo:ordinary-years`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packs: Vec<String>,
    /// `stress`, `exposure`: run whose reserve plan is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve: Option<String>,
    /// Options of the kind.
    #[serde(default)]
    pub options: RunOptions,
    /// Limits of this run; those of the server and of the tenant hold as well.
    #[serde(default, skip_serializing_if = "OneRun::is_empty")]
    pub limits: OneRun,
}

/// Everything that a run depends on: arguments, and files by the hash of their content.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Frozen {
    /// Arguments of the command.
    pub args: Vec<String>,
    /// Files of its folder.
    pub files: BTreeMap<String, String>,
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Id.
    pub id: String,
    /// What was asked.
    pub kind: String,
    /// What its owner calls it.
    pub label: String,
    /// `queued`, `running`, `done`, `failed`, `cancelled`. Others may come: take one you do not know as not ended.
    pub state: String,
    /// About which tender.
    pub tender: String,
    /// Which revision.
    pub revision: i64,
    /// How the solve ended, where the result says it.
    pub termination: Option<String>,
    /// How far it is: `at` what, and `work`, `value`, `bound`, or `done` of `of`.
    #[schema(value_type = Option<Object>)]
    pub progress: Option<Value>,
    /// Runs of the tenant that are before it.
    pub queue_position: Option<i64>,
    /// Where the result stands, once there is one.
    pub result: Option<String>,
    /// Digest of the result: equal for equal questions.
    pub digest: Option<String>,
    /// Whether the result is that of an identical run.
    pub reused: bool,
    /// Why it failed.
    pub error: Option<ErrorView>,
    /// How often it was begun, and what became of each.
    pub attempts: Vec<AttemptView>,
    /// Who asked.
    pub created_by: String,
    /// When.
    pub queued_at: String,
    /// Last beginning.
    pub started_at: Option<String>,
    /// End.
    pub finished_at: Option<String>,
    /// Grows with every change; the ETag.
    pub seq: i64,
    /// Where its events stand.
    pub events: String,
    /// The request; null in lists.
    #[schema(value_type = Option<Object>)]
    pub request: Option<Value>,
}

/// Why a run failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ErrorView {
    /// `bad_input`, `failure`, `killed`, `attempts_exhausted`.
    pub code: String,
    /// In words.
    pub message: String,
}

/// One beginning of a run.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// Counted from 1.
    pub number: i64,
    /// What was set otherwise than asked.
    pub settings: String,
    /// `done`, `killed`, `failed`, `interrupted`, `lost`, `shutdown`; null while it works.
    pub outcome: Option<String>,
    /// In words.
    pub detail: Option<String>,
    /// Beginning.
    pub started_at: String,
    /// End.
    pub ended_at: Option<String>,
}

/// Gathers the inputs of one run and everything that is wrong with them.
struct Gather<'a> {
    scope: &'a Scope,
    files: BTreeMap<String, String>,
    errors: Vec<Pointed>,
}

impl Gather<'_> {
    /// The document of a run that has one of the schema.
    async fn result(&mut self, pointer: &str, id: &str, kind: &str, name: &str) -> Result<(), Fault> {
        let run = match self.scope.run(id).await {
            Ok(run) => run,
            Err(Fault::Missing(_)) => {
                self.errors.push(Pointed::at(pointer, "there is no such run"));
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        let detail = match (&run.document_hash, run.kind == kind) {
            (_, false) => format!("this is a run of kind {}, expected one of kind {kind}", run.kind),
            (None, _) => format!("this run has no result: it is {}", run.state),
            (Some(hash), _) => {
                self.files.insert(name.to_owned(), hash.clone());
                return Ok(());
            }
        };
        self.errors.push(Pointed::at(pointer, detail));
        Ok(())
    }

    /// A scenario or pack of the tenant.
    async fn piece(&mut self, pointer: &str, kind: PieceKind, id: &str, stem: &str) -> Result<Option<String>, Fault> {
        match self.scope.piece(kind, id).await {
            Ok(piece) => {
                let name = format!("{stem}.{}", piece.format);
                self.files.insert(name.clone(), piece.body_hash);
                Ok(Some(name))
            }
            Err(Fault::Missing(what)) => {
                self.errors.push(Pointed::at(pointer, format!("there is no such {what}")));
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }
}

impl Service {
    /// Freezes what is asked, or says everything that is wrong with it.
    async fn freeze(&self, scope: &Scope, input: &RunInput) -> Result<(Frozen, i64), Fault> {
        let most = self.limits(&scope.tenant).await?.work.filter(|_| !input.kind.about_award());
        let work = input.options.work.into_iter().chain(most).min();
        let flags = flags(input.kind, &RunOptions { work, ..input.options.clone() });
        let mut gather = Gather { scope, files: BTreeMap::new(), errors: input.limits.faults() };
        let mut args: Vec<String> = vec!["--json".to_owned(), "--quiet".to_owned(), input.kind.verb().to_owned()];
        match flags {
            Ok(flags) => args.extend(flags),
            Err(Fault::Invalid { errors, .. }) => gather.errors.extend(errors),
            Err(other) => return Err(other),
        }
        let many = input.scenarios.len().max(input.awards.len()).max(input.packs.len());
        if many > MOST_INPUTS || input.label.chars().count() > 200 || input.label.chars().any(char::is_control) {
            let detail = format!("at most {MOST_INPUTS} inputs of a kind, and a label of at most 200 characters");
            return Err(Fault::invalid("", detail));
        }
        let number = match scope.revision(&input.tender, input.revision).await {
            Ok(revision) => {
                gather.files.insert("tender.json".to_owned(), revision.body_hash);
                revision.number
            }
            Err(Fault::Missing(what)) => {
                gather.errors.push(Pointed::at("/tender", format!("there is no such {what}")));
                0
            }
            Err(other) => return Err(other),
        };
        let (mut subjects, mut arguments) = (Vec::new(), vec!["tender.json".to_owned()]);
        for (i, id) in input.scenarios.iter().enumerate() {
            let (pointer, stem) = (format!("/scenarios/{i}"), format!("scenario-{}", i + 1));
            if let Some(name) = gather.piece(&pointer, PieceKind::Scenario, id, &stem).await? {
                match input.kind {
                    Kind::Compare => subjects.push(name),
                    _ => args.push(format!("--scenario={name}")),
                }
            }
        }
        for (i, id) in input.awards.iter().enumerate() {
            let name = format!("award-{}.json", i + 1);
            gather.result(&format!("/awards/{i}"), id, "award", &name).await?;
            subjects.push(name);
        }
        if let Some(id) = &input.award {
            gather.result("/award", id, "award", "award.json").await?;
        }
        let against = input.options.against.clone().filter(|_| input.kind == Kind::Stress);
        for (option, id) in [("warm", &input.options.warm), ("stay", &input.options.stay), ("against", &against)] {
            if let Some(id) = id {
                let name = format!("{option}.json");
                gather.result(&format!("/options/{option}"), id, "award", &name).await?;
                args.push(format!("--{option}={name}"));
            }
        }
        let mut packs = Vec::new();
        for (i, id) in input.packs.iter().enumerate() {
            let (pointer, stem) = (format!("/packs/{i}"), format!("pack-{}", i + 1));
            match id.strip_prefix("demo:") {
                Some(name) => match demo::pack(name) {
                    Some(text) => {
                        let mut tx = scope.write().await?;
                        let hash = scope.keep(&mut tx, text).await?;
                        commit(tx).await?;
                        gather.files.insert(format!("{stem}.toml"), hash);
                        packs.push(format!("{stem}.toml"));
                    }
                    None => {
                        let known = demo::pack_names().join(", ");
                        gather.errors.push(Pointed::at(pointer, format!("shipped packs are {known}")));
                    }
                },
                None => packs.extend(gather.piece(&pointer, PieceKind::Pack, id, &stem).await?),
            }
        }
        args.extend(packs.iter().map(|p| format!("--pack={p}")));
        if let Some(id) = &input.reserve {
            gather.result("/reserve", id, "reserve", "reserve.json").await?;
            args.push("--reserve=reserve.json".to_owned());
        }
        self.fits(input, &subjects, &mut gather.errors);
        if input.kind.about_award() {
            arguments.push("award.json".to_owned());
        }
        arguments.extend(subjects);
        arguments.extend(input.options.subject.clone());
        arguments.extend(input.options.site.clone());
        args.push("--".to_owned());
        args.extend(arguments);
        let long = args.iter().map(String::len).sum::<usize>();
        if long > MOST_TEXT || args.iter().any(|a| a.contains('\0')) {
            let detail = format!("at most {MOST_TEXT} characters in all, none of them zero; it has {long}");
            gather.errors.push(Pointed::at("/options", detail));
        }
        match gather.errors.is_empty() {
            true => Ok((Frozen { args, files: gather.files }, number)),
            false => Err(Fault::all(gather.errors)),
        }
    }

    /// Inputs that a kind needs or does not take.
    fn fits(&self, input: &RunInput, subjects: &[String], errors: &mut Vec<Pointed>) {
        let mut demand = |pointer: &str, fine: bool, detail: &str| {
            if !fine {
                errors.push(Pointed::at(pointer, detail));
            }
        };
        let simulates = input.kind.simulates();
        demand(
            "/award",
            !input.kind.about_award() || input.award.is_some(),
            "a run of this kind needs the run of an award",
        );
        demand("/packs", !simulates || !input.packs.is_empty(), "a run of this kind needs packs");
        demand("/packs", simulates || input.packs.is_empty(), "only stress and reserve take packs");
        let holds = matches!(input.kind, Kind::Stress | Kind::Exposure);
        demand("/reserve", holds || input.reserve.is_none(), "only stress and exposure take a reserve plan");
        let compares = input.kind == Kind::Compare;
        demand("/awards", compares || input.awards.is_empty(), "only compare takes awards");
        demand("/scenarios", !compares || !subjects.is_empty(), "compare needs scenarios or awards");
    }

    /// Says whether a run could be asked for, without asking for it.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub async fn validate_run(&self, caller: &Caller, input: &RunInput) -> Result<(), Fault> {
        let scope = self.scope(caller).await?;
        self.freeze(&scope, input).await.map(|_| ())
    }

    /// Asks for a run.
    ///
    /// # Errors
    /// Everything that is wrong with it, or that too many wait.
    pub async fn ask_run(&self, caller: &Caller, input: &RunInput, key: Option<&Key>) -> Result<Made<RunView>, Fault> {
        let scope = self.scope(caller).await?;
        // Looked for before the inputs are: they may be gone since.
        if let Some(key) = key
            && let Some(made) = scope.made_by(&caller.person, &key.key, &key.fingerprint).await?
        {
            return Ok(Made { what: self.run(caller, &made).await?, before: true });
        }
        let (frozen, revision) = self.freeze(&scope, input).await?;
        let (frozen, request) = (serde_json::to_string(&frozen)?, serde_json::to_string(input)?);
        let limits = self.limits(&scope.tenant).await?;
        let mut tx = scope.write().await?;
        if let Some(key) = key
            && let Some(made) = scope.made_before(&mut tx, &caller.person, &key.key, &key.fingerprint).await?
        {
            commit(tx).await?;
            return Ok(Made { what: self.run(caller, &made).await?, before: true });
        }
        let new = NewRun {
            kind: input.kind.verb(),
            label: &input.label,
            tender_id: &input.tender,
            revision,
            request: &request,
            frozen: &frozen,
            fingerprint: &fingerprint(&[&self.build, &frozen]),
            by: &caller.name,
        };
        let id = scope.queue(&mut tx, &new).await?;
        if let Some(key) = key {
            scope.key_made(&mut tx, &caller.person, &key.key, &id).await?;
        }
        scope.note(&mut tx, &caller.name, "ask_run", &id, input.kind.verb()).await?;
        // The note makes others of the tenant wait, so that no two of them are both the last that fits.
        let queued = scope.queued(&mut tx).await?;
        if queued > limits.queued {
            let detail = format!("{} runs of this tenant wait; that is the limit", queued - 1);
            return Err(Fault::TooMany { detail, retry_seconds: 30 });
        }
        commit(tx).await?;
        self.bell.ring(&id);
        Ok(Made { what: self.run(caller, &id).await?, before: false })
    }

    /// A run.
    ///
    /// # Errors
    /// If there is none.
    pub async fn run(&self, caller: &Caller, id: &str) -> Result<RunView, Fault> {
        let scope = self.scope(caller).await?;
        let row = scope.run(id).await?;
        self.view(&scope, row).await
    }

    /// Whether a run has changed since, without looking at it further: its row.
    ///
    /// # Errors
    /// If there is none.
    pub async fn run_row(&self, caller: &Caller, id: &str) -> Result<RunRow, Fault> {
        self.scope(caller).await?.run(id).await
    }

    async fn view(&self, scope: &Scope, row: RunRow) -> Result<RunView, Fault> {
        let attempts = scope.attempts(&row.id).await?;
        let queue_position = match row.state.as_str() {
            "queued" => Some(scope.waiting(&row).await?),
            _ => None,
        };
        let read = |text: &Option<String>| text.as_deref().map(serde_json::from_str::<Value>).transpose();
        Ok(RunView {
            result: row.document_hash.as_ref().map(|_| format!("/v1/runs/{}/result", row.id)),
            events: format!("/v1/runs/{}/events", row.id),
            progress: read(&row.progress)?,
            error: row.error.as_deref().map(serde_json::from_str).transpose()?,
            request: Some(serde_json::from_str(&row.request)?),
            attempts: attempts
                .into_iter()
                .map(|a| AttemptView {
                    number: a.number,
                    settings: a.settings,
                    outcome: a.outcome,
                    detail: a.detail,
                    started_at: iso(a.started_at),
                    ended_at: a.ended_at.map(iso),
                })
                .collect(),
            queue_position,
            id: row.id,
            kind: row.kind,
            label: row.label,
            state: row.state,
            tender: row.tender_id,
            revision: row.revision,
            termination: row.termination,
            digest: row.digest,
            reused: row.reused,
            created_by: row.created_by,
            queued_at: iso(row.queued_at),
            started_at: row.started_at.map(iso),
            finished_at: row.finished_at.map(iso),
            seq: row.seq,
        })
    }

    /// Runs, filtered by state, kind and tender (empty: all).
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn runs(&self, caller: &Caller, filter: (&str, &str, &str), ask: &Ask) -> Result<Page<RunView>, Fault> {
        let scope = self.scope(caller).await?;
        let page = ask.page(scope.runs(filter, &ask.after, ask.size + 1).await?, |r| r.id.clone(), |r| r);
        let mut items = Vec::new();
        for row in page.items {
            items.push(RunView { request: None, ..self.view(&scope, row).await? });
        }
        Ok(Page { items, next_page_token: page.next_page_token })
    }

    /// The document of a run.
    ///
    /// # Errors
    /// If it has none.
    pub async fn result(&self, caller: &Caller, id: &str) -> Result<(String, String), Fault> {
        let scope = self.scope(caller).await?;
        let row = scope.run(id).await?;
        match row.document_hash {
            Some(hash) => Ok((scope.document(&hash).await?, hash)),
            None => Err(Fault::Conflict(format!("this run has no result: it is {}", row.state))),
        }
    }

    /// Wants a run to stop with its best so far. Once more changes nothing.
    ///
    /// # Errors
    /// If there is no such run.
    pub async fn cancel_run(&self, caller: &Caller, id: &str) -> Result<RunView, Fault> {
        let scope = self.scope(caller).await?;
        if !scope.run(id).await?.ended() {
            let mut tx = scope.write().await?;
            scope.cancel(&mut tx, id).await?;
            scope.note(&mut tx, &caller.name, "cancel_run", id, "").await?;
            commit(tx).await?;
            self.bell.ring(id);
        }
        self.run(caller, id).await
    }

    /// What happened to a run after an event: number, kind and JSON of each.
    ///
    /// # Errors
    /// If there is no such run.
    pub async fn events(&self, caller: &Caller, id: &str, after: i64) -> Result<Vec<(i64, String, String)>, Fault> {
        let events = self.scope(caller).await?.events(id, after).await?;
        Ok(events.into_iter().map(|e| (e.seq, e.kind, e.data)).collect())
    }
}

/// The error of a run as it is kept.
pub fn error(code: &str, message: &str) -> String {
    json!({ "code": code, "message": message }).to_string()
}
