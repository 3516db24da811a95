//! Set-up, tenants, people, tokens, sessions.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::page::{Ask, Page};
use super::{Service, fingerprint};
use crate::clock::{SECOND, iso};
use crate::fault::{Fault, Pointed};
use crate::rights::{Caller, Role};
use crate::secret;
use crate::store::{Credential, Entry, FirstPerson, Person, Scope, commit};

/// Sign-ins a minute of one name.
const SIGN_INS: u32 = 10;

/// The first tenant and its administrator.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantInput {
    /// Name of the tenant.
    #[schema(min_length = 1, max_length = 200)]
    pub tenant: String,
    /// Name of its administrator.
    #[schema(min_length = 1, max_length = 200)]
    pub administrator: String,
    /// Password of the administrator, for browsers; tokens need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 12, max_length = 1000)]
    pub password: Option<String>,
}

/// A tenant that was made, with the token of its administrator. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantView {
    /// Id of the tenant.
    pub tenant: String,
    /// The administrator's token.
    pub token: String,
    /// At set-up: the token of whoever runs the server. It adds tenants and sees no tenant's data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator_token: Option<String>,
}

/// A person to be let in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// Name, unique in the tenant.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// Role.
    pub role: Role,
    /// Member (of a member viewer) or supplier (of a supplier), as tenders name it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// Password, for browsers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 12, max_length = 1000)]
    pub password: Option<String>,
}

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Member or supplier.
    pub party: Option<String>,
    /// Since when.
    pub created_at: String,
}

/// A token to be made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenInput {
    /// What it is for.
    #[schema(min_length = 1, max_length = 200)]
    pub label: String,
    /// How long it lives; for ever where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 3650)]
    pub days: Option<u32>,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    /// Id.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub created_at: String,
    /// Until when.
    pub expires_at: Option<String>,
    /// The token itself: shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// Who wants to sign in.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionInput {
    /// Name of the tenant.
    pub tenant: String,
    /// Name of the person.
    pub name: String,
    /// Password.
    pub password: String,
}

/// An open session: the cookie is its other half.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// To be sent as `X-CSRF-Token` with everything that changes something.
    pub csrf_token: String,
    /// Until when.
    pub expires_at: String,
}

/// Who the caller is.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Member or supplier.
    pub party: Option<String>,
    /// Tenant; empty for the operator.
    pub tenant: String,
}

/// An entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditView {
    /// Counted from 1.
    pub seq: i64,
    /// When.
    pub at: String,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// To what.
    pub object: String,
    /// Further.
    pub detail: String,
    /// Hash of this entry, which covers the one before.
    pub hash: String,
}

impl From<Person> for PersonView {
    fn from(p: Person) -> Self {
        Self { id: p.id, name: p.name, role: p.role, party: p.party, created_at: iso(p.created_at) }
    }
}

fn token(c: Credential, token: Option<String>) -> TokenView {
    let (created_at, expires_at) = (iso(c.created_at), c.expires_at.map(iso));
    TokenView { id: c.id, label: c.label, created_at, expires_at, token }
}

fn argon() -> Result<Argon2<'static>, Fault> {
    // 19 MiB, two passes, one lane: the least that OWASP advises.
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|e| Fault::Internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn check_name(pointer: &str, name: &str, errors: &mut Vec<Pointed>) {
    if name.trim().is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        errors.push(Pointed::at(pointer, "expected 1 to 200 characters"));
    }
}

fn check_password(password: Option<&String>, errors: &mut Vec<Pointed>) {
    if password.is_some_and(|p| p.chars().count() < 12 || p.len() > 1_000) {
        errors.push(Pointed::at("/password", "expected 12 to 1,000 characters"));
    }
}

fn all_fine(errors: Vec<Pointed>) -> Result<(), Fault> {
    if errors.is_empty() { Ok(()) } else { Err(Fault::all(errors)) }
}

impl Service {
    async fn hashed(&self, password: Option<String>) -> Result<Option<String>, Fault> {
        let Some(password) = password else { return Ok(None) };
        self.hashing(move || {
            let hash = argon()?.hash_password(password.as_bytes()).map_err(|e| Fault::Internal(e.to_string()))?;
            Ok(hash.to_string())
        })
        .await
        .map(Some)
    }

    /// Runs what takes a processor for a while, few at a time.
    async fn hashing<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let closed = |_| Fault::Unavailable("the server is stopping".to_owned());
        let _permit = self.hashing.acquire().await.map_err(closed)?;
        tokio::task::spawn_blocking(work).await.map_err(|e| Fault::Internal(e.to_string()))?
    }

    async fn make_tenant(&self, input: &TenantInput, operator: bool) -> Result<TenantView, Fault> {
        let mut errors = Vec::new();
        check_name("/tenant", &input.tenant, &mut errors);
        check_name("/administrator", &input.administrator, &mut errors);
        check_password(input.password.as_ref(), &mut errors);
        all_fine(errors)?;
        let password = self.hashed(input.password.clone()).await?;
        let first = FirstPerson { name: &input.administrator, password_hash: password.as_deref() };
        let (tenant, token, operator_token) = self.store.enter_tenant(&input.tenant, &first, operator).await?;
        Ok(TenantView { tenant, token, operator_token })
    }

    /// Uses the set-up token: the first tenant, its administrator and the operator.
    ///
    /// # Errors
    /// If the token is not the one that was printed, or was used.
    pub async fn set_up(&self, shown: &str, input: &TenantInput) -> Result<TenantView, Fault> {
        let hash = secret::hash(shown);
        let fits = |kept: &Option<String>| kept.as_ref().is_some_and(|k| secret::same(k, &hash));
        let taken = match self.setup.lock() {
            Ok(mut kept) if fits(&kept) => kept.take(),
            _ => return Err(Fault::Unknown),
        };
        // Another server of the same store may have been set up meanwhile.
        let made = match self.store.is_new().await {
            Ok(true) => self.make_tenant(input, true).await,
            Ok(false) => return Err(Fault::Unknown),
            Err(fault) => Err(fault),
        };
        // Where what was sent was at fault, the token is not used up.
        if let (Err(_), Ok(mut kept)) = (&made, self.setup.lock()) {
            *kept = taken;
        }
        made
    }

    /// Adds a tenant.
    ///
    /// # Errors
    /// If the name is taken.
    pub async fn add_tenant(&self, input: &TenantInput) -> Result<TenantView, Fault> {
        self.make_tenant(input, false).await
    }

    /// Who the caller is.
    pub fn me(&self, caller: &Caller) -> MeView {
        MeView {
            name: caller.name.clone(),
            role: caller.role,
            party: caller.party.clone(),
            tenant: caller.tenant.clone(),
        }
    }

    /// Lets a person in.
    ///
    /// # Errors
    /// Everything that is wrong with the input.
    pub async fn add_person(&self, caller: &Caller, input: &PersonInput) -> Result<PersonView, Fault> {
        let mut errors = Vec::new();
        check_name("/name", &input.name, &mut errors);
        check_password(input.password.as_ref(), &mut errors);
        if input.role == Role::Operator {
            errors.push(Pointed::at("/role", "the operator belongs to the server, not to a tenant"));
        }
        let party = input.party.as_deref().is_some_and(|p| !p.is_empty() && !p.contains('\0'));
        if party != input.role.has_party() || input.party.is_some() != input.role.has_party() {
            errors.push(Pointed::at("/party", "member viewers and suppliers have one, nobody else"));
        }
        all_fine(errors)?;
        let scope = self.scope(caller).await?;
        let password = self.hashed(input.password.clone()).await?;
        let person = self.store.new_person(&caller.tenant, &input.name, input.role, input.party.as_deref()).await?;
        self.audited(&scope, caller, "add_person", &person.id, input.role.word()).await?;
        self.store.add_person(&caller.tenant, &person, password.as_deref()).await?;
        Ok(person.into())
    }

    /// The people of the tenant.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn people(&self, caller: &Caller, ask: &Ask) -> Result<Page<PersonView>, Fault> {
        let found = self.store.people(&caller.tenant, &ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |p| p.id.clone(), PersonView::from))
    }

    /// Ends a person's access at once.
    ///
    /// # Errors
    /// If there is no such person, or it is the caller.
    pub async fn remove_person(&self, caller: &Caller, id: &str) -> Result<(), Fault> {
        if caller.person == id {
            return Err(Fault::Conflict("nobody removes himself".to_owned()));
        }
        self.store.person(&caller.tenant, id).await?;
        self.audited(&self.scope(caller).await?, caller, "remove_person", id, "").await?;
        self.store.remove_person(&caller.tenant, id).await
    }

    /// Makes a token for a person.
    ///
    /// # Errors
    /// If there is no such person.
    pub async fn add_token(&self, caller: &Caller, person: &str, input: &TokenInput) -> Result<TokenView, Fault> {
        let mut errors = Vec::new();
        check_name("/label", &input.label, &mut errors);
        if input.days.is_some_and(|d| !(1..=3_650).contains(&d)) {
            errors.push(Pointed::at("/days", "expected 1 to 3,650"));
        }
        all_fine(errors)?;
        let person = self.store.person(&caller.tenant, person).await?;
        let until = input.days.map(|d| self.store.now() + i64::from(d) * 24 * 3_600 * SECOND);
        let (new, secret) = self.store.new_token(&input.label, until)?;
        self.audited(&self.scope(caller).await?, caller, "add_token", &new.id, &person.id).await?;
        let shown = self.store.add_token((&caller.tenant, &person.id), &new, &secret).await?;
        Ok(token(new, Some(shown)))
    }

    /// The living tokens of a person.
    ///
    /// # Errors
    /// If there is no such person.
    pub async fn tokens(&self, caller: &Caller, person: &str, ask: &Ask) -> Result<Page<TokenView>, Fault> {
        let person = self.store.person(&caller.tenant, person).await?;
        let found = self.store.tokens(&caller.tenant, &person.id, &ask.after, ask.size + 1).await?;
        Ok(ask.page(found, |c| c.id.clone(), |c| token(c, None)))
    }

    /// Ends a token.
    ///
    /// # Errors
    /// If there is no such token.
    pub async fn revoke_token(&self, caller: &Caller, person: &str, id: &str) -> Result<(), Fault> {
        self.store.token(&caller.tenant, person, id).await?;
        self.audited(&self.scope(caller).await?, caller, "revoke_token", id, person).await?;
        self.store.revoke_token(&caller.tenant, person, id).await
    }

    /// People and tokens live beside the tenant's own tables, so no transaction holds both: what is to happen is written
    /// down before it does. An entry may tell of what a failing server did not come to; nothing happens without one.
    async fn audited(
        &self,
        scope: &Scope,
        caller: &Caller,
        action: &str,
        object: &str,
        detail: &str,
    ) -> Result<(), Fault> {
        let mut tx = scope.write().await?;
        scope.note(&mut tx, &caller.name, action, object, detail).await?;
        commit(tx).await
    }

    /// Opens a session: its secret for the cookie, and what the caller is told.
    ///
    /// # Errors
    /// If tenant, name and password do not fit together; which of them does not is not said, nor told by the time it takes.
    pub async fn sign_in(&self, input: SessionInput) -> Result<(String, SessionView), Fault> {
        let mut errors = Vec::new();
        check_name("/tenant", &input.tenant, &mut errors);
        check_name("/name", &input.name, &mut errors);
        if input.password.len() > 1_000 {
            errors.push(Pointed::at("/password", "expected at most 1,000 characters"));
        }
        all_fine(errors)?;
        // Who signs in names anything: what is remembered of it has one length.
        let who = fingerprint(&[&input.tenant, &input.name]);
        self.sign_ins.take(&who, SIGN_INS).map_err(|retry_seconds| {
            let detail = format!("at most {SIGN_INS} sign-ins a minute of one name");
            Fault::TooMany { detail, retry_seconds }
        })?;
        let known = self.store.password_of(&input.tenant, &input.name).await?;
        let kept = known.as_ref().map(|(_, _, hash)| hash.clone());
        let fits = self
            .hashing(move || {
                let argon = argon()?;
                Ok(match kept.as_deref().map(PasswordHash::new) {
                    Some(Ok(hash)) => argon.verify_password(input.password.as_bytes(), &hash).is_ok(),
                    _ => {
                        let _ = argon.hash_password(input.password.as_bytes());
                        false
                    }
                })
            })
            .await?;
        let (Some((person, tenant, _)), true) = (known, fits) else { return Err(Fault::Unknown) };
        let until = self.store.now() + i64::from(self.config.session_hours) * 3_600 * SECOND;
        let (session, csrf_token) = self.store.open_session(&tenant, &person, until).await?;
        Ok((session, SessionView { csrf_token, expires_at: iso(until) }))
    }

    /// Closes the caller's session.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Fault> {
        self.store.close_session(&caller.credential).await
    }

    /// The audit log of the tenant.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn audit(&self, caller: &Caller, ask: &Ask) -> Result<Page<AuditView>, Fault> {
        let found = self.scope(caller).await?.audit(ask.after_number()?, ask.size + 1).await?;
        let view = |e: Entry| AuditView {
            seq: e.seq,
            at: iso(e.at),
            actor: e.actor,
            action: e.action,
            object: e.object,
            detail: e.detail,
            hash: e.hash,
        };
        Ok(ask.page(found, |e| e.seq.to_string(), view))
    }
}
