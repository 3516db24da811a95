//! Tenants, people, tokens, sessions: the control tables.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, commit};
use crate::fault::Fault;
use crate::rights::{Caller, Role};
use crate::secret;

/// A person of a tenant.
#[derive(Debug, Clone)]
pub struct Person {
    /// Id.
    pub id: String,
    /// Name, unique in the tenant.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Member or supplier that the person belongs to.
    pub party: Option<String>,
    /// Since when.
    pub created_at: i64,
}

/// A token, without its secret.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Id.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub created_at: i64,
    /// Until when.
    pub expires_at: Option<i64>,
}

fn role(row: &AnyRow) -> Result<Role, sqlx::Error> {
    let word: String = row.try_get("role")?;
    Role::of(&word).ok_or_else(|| sqlx::Error::Decode(format!("unknown role {word}").into()))
}

fn person(row: &AnyRow) -> Result<Person, sqlx::Error> {
    Ok(Person {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: role(row)?,
        party: row.try_get("party")?,
        created_at: row.try_get("created_at")?,
    })
}

impl Store {
    /// All tenants, id and name.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn tenants(&self) -> Result<Vec<(String, String)>, Fault> {
        let rows = sqlx::query("SELECT id, name FROM tenant ORDER BY name").fetch_all(&self.control).await?;
        rows.iter()
            .map(|r| Ok((r.try_get("id")?, r.try_get("name")?)))
            .collect::<Result<_, sqlx::Error>>()
            .map_err(Into::into)
    }

    /// Adds a tenant.
    ///
    /// # Errors
    /// If the name is taken.
    pub async fn add_tenant(&self, name: &str) -> Result<String, Fault> {
        let id = secret::id("tnt")?;
        let added = sqlx::query("INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&id)
            .bind(name)
            .bind(self.now())
            .execute(&self.control)
            .await?;
        if added.rows_affected() == 0 {
            return Err(Fault::Conflict("there is a tenant of this name".to_owned()));
        }
        self.scope(&id).await?;
        Ok(id)
    }

    /// Adds a person.
    ///
    /// # Errors
    /// If the name is taken.
    pub async fn add_person(
        &self,
        tenant: &str,
        name: &str,
        role: Role,
        party: Option<&str>,
        password_hash: Option<&str>,
    ) -> Result<Person, Fault> {
        let (id, now) = (secret::id("usr")?, self.now());
        let added = sqlx::query(
            "INSERT INTO person (id, tenant_id, name, role, party, password_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(tenant)
        .bind(name)
        .bind(role.word())
        .bind(party)
        .bind(password_hash)
        .bind(now)
        .execute(&self.control)
        .await?;
        if added.rows_affected() == 0 {
            return Err(Fault::Conflict("there is a person of this name".to_owned()));
        }
        Ok(Person { id, name: name.to_owned(), role, party: party.map(str::to_owned), created_at: now })
    }

    /// The people of a tenant.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn people(&self, tenant: &str) -> Result<Vec<Person>, Fault> {
        let rows = sqlx::query("SELECT * FROM person WHERE tenant_id = $1 AND left_at IS NULL ORDER BY name")
            .bind(tenant)
            .fetch_all(&self.control)
            .await?;
        Ok(rows.iter().map(person).collect::<Result<_, _>>()?)
    }

    /// A person of a tenant.
    ///
    /// # Errors
    /// If there is none.
    pub async fn person(&self, tenant: &str, id: &str) -> Result<Person, Fault> {
        let row = sqlx::query("SELECT * FROM person WHERE tenant_id = $1 AND id = $2 AND left_at IS NULL")
            .bind(tenant)
            .bind(id)
            .fetch_optional(&self.control)
            .await?;
        Ok(person(&row.ok_or(Fault::Missing("person"))?)?)
    }

    /// Ends a person's access: tokens and sessions with it.
    ///
    /// # Errors
    /// If there is no such person.
    pub async fn remove_person(&self, tenant: &str, id: &str) -> Result<(), Fault> {
        let mut tx = self.control.begin().await?;
        let now = self.now();
        let gone = sqlx::query("UPDATE person SET left_at = $1 WHERE tenant_id = $2 AND id = $3 AND left_at IS NULL")
            .bind(now)
            .bind(tenant)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        if gone.rows_affected() == 0 {
            return Err(Fault::Missing("person"));
        }
        sqlx::query("UPDATE token SET revoked_at = $1 WHERE person_id = $2 AND revoked_at IS NULL")
            .bind(now)
            .bind(id)
            .execute(&mut *tx)
            .await?;
        sqlx::query("DELETE FROM session WHERE person_id = $1").bind(id).execute(&mut *tx).await?;
        commit(tx).await?;
        Ok(())
    }

    /// Makes a token; the secret is shown this once. Without a person it is the operator's.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_token(
        &self,
        whose: Option<(&str, &str)>,
        label: &str,
        expires_at: Option<i64>,
    ) -> Result<(Credential, String), Fault> {
        let (id, secret) = (secret::id("tok")?, secret::secret()?);
        let created_at = self.now();
        let (tenant, person) = whose.unzip();
        sqlx::query(
            "INSERT INTO token (id, tenant_id, person_id, secret_hash, label, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&id)
        .bind(tenant)
        .bind(person)
        .bind(secret::hash(&secret))
        .bind(label)
        .bind(created_at)
        .bind(expires_at)
        .execute(&self.control)
        .await?;
        let shown = format!("{id}.{secret}");
        Ok((Credential { id, label: label.to_owned(), created_at, expires_at }, shown))
    }

    /// The living tokens of a person.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn tokens(&self, tenant: &str, person: &str) -> Result<Vec<Credential>, Fault> {
        let rows = sqlx::query(
            "SELECT * FROM token WHERE tenant_id = $1 AND person_id = $2 AND revoked_at IS NULL ORDER BY created_at, id",
        )
        .bind(tenant)
        .bind(person)
        .fetch_all(&self.control)
        .await?;
        let token = |r: &AnyRow| {
            Ok::<_, sqlx::Error>(Credential {
                id: r.try_get("id")?,
                label: r.try_get("label")?,
                created_at: r.try_get("created_at")?,
                expires_at: r.try_get("expires_at")?,
            })
        };
        Ok(rows.iter().map(token).collect::<Result<_, _>>()?)
    }

    /// Ends a token.
    ///
    /// # Errors
    /// If there is no such token.
    pub async fn revoke_token(&self, tenant: &str, person: &str, id: &str) -> Result<(), Fault> {
        let revoked = sqlx::query(
            "UPDATE token SET revoked_at = $1 WHERE tenant_id = $2 AND person_id = $3 AND id = $4 AND revoked_at IS NULL",
        )
        .bind(self.now())
        .bind(tenant)
        .bind(person)
        .bind(id)
        .execute(&self.control)
        .await?;
        if revoked.rows_affected() == 0 { Err(Fault::Missing("token")) } else { Ok(()) }
    }

    /// Who a token is, if it lives.
    ///
    /// # Errors
    /// If it is nobody's.
    pub async fn caller_of_token(&self, shown: &str) -> Result<Caller, Fault> {
        let (id, given) = shown.split_once('.').ok_or(Fault::Unknown)?;
        let row = sqlx::query(
            "SELECT t.secret_hash, t.expires_at, t.tenant_id, p.id, p.name, p.role, p.party \
             FROM token t LEFT JOIN person p ON p.id = t.person_id AND p.left_at IS NULL \
             WHERE t.id = $1 AND t.revoked_at IS NULL",
        )
        .bind(id)
        .fetch_optional(&self.control)
        .await?
        .ok_or(Fault::Unknown)?;
        let kept: String = row.try_get("secret_hash")?;
        let expires: Option<i64> = row.try_get("expires_at")?;
        if !secret::same(&kept, &secret::hash(given)) || expires.is_some_and(|at| at <= self.now()) {
            return Err(Fault::Unknown);
        }
        self.caller(&row, id.to_owned())
    }

    fn caller(&self, row: &AnyRow, credential: String) -> Result<Caller, Fault> {
        let tenant: Option<String> = row.try_get("tenant_id")?;
        let Some(tenant) = tenant else {
            let (role, person) = (Role::Operator, "operator".to_owned());
            return Ok(Caller { tenant: String::new(), name: person.clone(), person, role, party: None, credential });
        };
        let person: Option<String> = row.try_get("id")?;
        let person = person.ok_or(Fault::Unknown)?;
        Ok(Caller {
            tenant,
            person,
            name: row.try_get("name")?,
            role: role(row)?,
            party: row.try_get("party")?,
            credential,
        })
    }

    /// Whether anyone was ever let in.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn is_new(&self) -> Result<bool, Fault> {
        let tokens: i64 = sqlx::query_scalar("SELECT count(*) FROM token").fetch_one(&self.control).await?;
        Ok(tokens == 0)
    }

    /// Id and password hash of somebody who wants to sign in.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn password_of(&self, tenant: &str, name: &str) -> Result<Option<(String, String, String)>, Fault> {
        let row = sqlx::query(
            "SELECT p.id, p.tenant_id, p.password_hash FROM person p JOIN tenant t ON t.id = p.tenant_id \
             WHERE t.name = $1 AND p.name = $2 AND p.left_at IS NULL AND p.password_hash IS NOT NULL",
        )
        .bind(tenant)
        .bind(name)
        .fetch_optional(&self.control)
        .await?;
        Ok(match row {
            None => None,
            Some(r) => Some((r.try_get("id")?, r.try_get("tenant_id")?, r.try_get("password_hash")?)),
        })
    }

    /// Opens a session: its secret and its token against forged requests.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn open_session(&self, tenant: &str, person: &str, expires_at: i64) -> Result<(String, String), Fault> {
        let (session, csrf) = (secret::secret()?, secret::secret()?);
        sqlx::query("DELETE FROM session WHERE expires_at <= $1").bind(self.now()).execute(&self.control).await?;
        sqlx::query(
            "INSERT INTO session (secret_hash, person_id, tenant_id, csrf, expires_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(secret::hash(&session))
        .bind(person)
        .bind(tenant)
        .bind(&csrf)
        .bind(expires_at)
        .execute(&self.control)
        .await?;
        Ok((session, csrf))
    }

    /// Who a session is, with its token against forged requests.
    ///
    /// # Errors
    /// If it has ended.
    pub async fn caller_of_session(&self, session: &str) -> Result<(Caller, String), Fault> {
        let hash = secret::hash(session);
        let row = sqlx::query(
            "SELECT s.csrf, s.tenant_id, p.id, p.name, p.role, p.party FROM session s \
             JOIN person p ON p.id = s.person_id AND p.left_at IS NULL WHERE s.secret_hash = $1 AND s.expires_at > $2",
        )
        .bind(&hash)
        .bind(self.now())
        .fetch_optional(&self.control)
        .await?
        .ok_or(Fault::Unknown)?;
        let csrf = row.try_get("csrf")?;
        Ok((self.caller(&row, hash)?, csrf))
    }

    /// Closes a session.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn close_session(&self, hash: &str) -> Result<(), Fault> {
        sqlx::query("DELETE FROM session WHERE secret_hash = $1").bind(hash).execute(&self.control).await?;
        Ok(())
    }
}
