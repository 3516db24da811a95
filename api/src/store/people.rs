//! Tenants, people, tokens, sessions: the control tables.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, Tx, commit};
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

/// The first administrator of a tenant.
#[derive(Debug)]
pub struct FirstPerson<'a> {
    /// Name.
    pub name: &'a str,
    /// Hash of the password, if there is one.
    pub password_hash: Option<&'a str>,
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

fn name_taken() -> Fault {
    Fault::Conflict("there is a person of this name".to_owned())
}

/// Without a person it is the operator's.
async fn put_token(
    tx: &mut Tx,
    whose: Option<(&str, &str)>,
    token: &Credential,
    secret: &str,
) -> Result<String, Fault> {
    let (tenant, person) = whose.unzip();
    sqlx::query(
        "INSERT INTO token (id, tenant_id, person_id, secret_hash, label, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&token.id)
    .bind(tenant)
    .bind(person)
    .bind(secret::hash(secret))
    .bind(&token.label)
    .bind(token.created_at)
    .bind(token.expires_at)
    .execute(&mut **tx)
    .await?;
    Ok(format!("{}.{secret}", token.id))
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

    /// Adds a tenant with its first administrator and a token of hers, and an operator's token where one is wanted: all or
    /// nothing. The tenant and the tokens.
    ///
    /// # Errors
    /// If the name is taken.
    pub async fn enter_tenant(
        &self,
        name: &str,
        first: &FirstPerson<'_>,
        operator: bool,
    ) -> Result<(String, String, Option<String>), Fault> {
        let mut tx = self.control.begin().await?;
        let tenant = self.put_tenant(&mut tx, name).await?;
        let person = self.made_person(first.name, Role::Administrator, None)?;
        self.put_person(&mut tx, &tenant, &person, first.password_hash).await?;
        let (token, secret) = self.new_token("first", None)?;
        let token = put_token(&mut tx, Some((&tenant, &person.id)), &token, &secret).await?;
        let operator = match operator {
            true => {
                let (token, secret) = self.new_token("operator", None)?;
                Some(put_token(&mut tx, None, &token, &secret).await?)
            }
            false => None,
        };
        commit(tx).await?;
        self.scope(&tenant).await?;
        Ok((tenant, token, operator))
    }

    /// Adds a tenant without anybody.
    ///
    /// # Errors
    /// If the name is taken.
    #[cfg(test)]
    pub async fn add_tenant(&self, name: &str) -> Result<String, Fault> {
        let mut tx = self.control.begin().await?;
        let id = self.put_tenant(&mut tx, name).await?;
        commit(tx).await?;
        self.scope(&id).await?;
        Ok(id)
    }

    async fn put_tenant(&self, tx: &mut Tx, name: &str) -> Result<String, Fault> {
        let id = secret::id("tnt")?;
        let added = sqlx::query("INSERT INTO tenant (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(&id)
            .bind(name)
            .bind(self.now())
            .execute(&mut **tx)
            .await?;
        if added.rows_affected() == 0 {
            return Err(Fault::Conflict("there is a tenant of this name".to_owned()));
        }
        Ok(id)
    }

    fn made_person(&self, name: &str, role: Role, party: Option<&str>) -> Result<Person, Fault> {
        let party = party.map(str::to_owned);
        Ok(Person { id: secret::id("usr")?, name: name.to_owned(), role, party, created_at: self.now() })
    }

    /// A person who is not let in yet.
    ///
    /// # Errors
    /// If the name is taken.
    pub async fn new_person(&self, tenant: &str, name: &str, role: Role, party: Option<&str>) -> Result<Person, Fault> {
        let taken: i64 = sqlx::query_scalar("SELECT count(*) FROM person WHERE tenant_id = $1 AND name = $2")
            .bind(tenant)
            .bind(name)
            .fetch_one(&self.control)
            .await?;
        if taken > 0 { Err(name_taken()) } else { self.made_person(name, role, party) }
    }

    /// Lets a person in.
    ///
    /// # Errors
    /// If the name is taken.
    pub async fn add_person(&self, tenant: &str, person: &Person, password_hash: Option<&str>) -> Result<(), Fault> {
        let mut tx = self.control.begin().await?;
        self.put_person(&mut tx, tenant, person, password_hash).await?;
        commit(tx).await
    }

    async fn put_person(
        &self,
        tx: &mut Tx,
        tenant: &str,
        person: &Person,
        password_hash: Option<&str>,
    ) -> Result<(), Fault> {
        let added = sqlx::query(
            "INSERT INTO person (id, tenant_id, name, role, party, password_hash, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(&person.id)
        .bind(tenant)
        .bind(&person.name)
        .bind(person.role.word())
        .bind(&person.party)
        .bind(password_hash)
        .bind(person.created_at)
        .execute(&mut **tx)
        .await?;
        if added.rows_affected() == 0 { Err(name_taken()) } else { Ok(()) }
    }

    /// The people of a tenant after an id, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn people(&self, tenant: &str, after: &str, count: i64) -> Result<Vec<Person>, Fault> {
        let people = "SELECT * FROM person WHERE tenant_id = $1 AND left_at IS NULL AND id > $2 ORDER BY id LIMIT $3";
        let rows = sqlx::query(people).bind(tenant).bind(after).bind(count).fetch_all(&self.control).await?;
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

    /// A token that nobody has yet, and its secret.
    ///
    /// # Errors
    /// If the system has no random numbers.
    pub fn new_token(&self, label: &str, expires_at: Option<i64>) -> Result<(Credential, String), Fault> {
        let (id, created_at) = (secret::id("tok")?, self.now());
        Ok((Credential { id, label: label.to_owned(), created_at, expires_at }, secret::secret()?))
    }

    /// Gives a person a token; what is shown this once.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn add_token(&self, whose: (&str, &str), token: &Credential, secret: &str) -> Result<String, Fault> {
        let mut tx = self.control.begin().await?;
        let shown = put_token(&mut tx, Some(whose), token, secret).await?;
        commit(tx).await?;
        Ok(shown)
    }

    /// The living tokens of a person after an id, at most `count`.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn tokens(&self, tenant: &str, person: &str, after: &str, count: i64) -> Result<Vec<Credential>, Fault> {
        let rows = sqlx::query(
            "SELECT * FROM token WHERE tenant_id = $1 AND person_id = $2 AND revoked_at IS NULL AND id > $3 \
             ORDER BY id LIMIT $4",
        )
        .bind(tenant)
        .bind(person)
        .bind(after)
        .bind(count)
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

    /// That a token of a person lives.
    ///
    /// # Errors
    /// If it does not.
    pub async fn token(&self, tenant: &str, person: &str, id: &str) -> Result<(), Fault> {
        let living: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM token WHERE tenant_id = $1 AND person_id = $2 AND id = $3 AND revoked_at IS NULL",
        )
        .bind(tenant)
        .bind(person)
        .bind(id)
        .fetch_one(&self.control)
        .await?;
        if living == 0 { Err(Fault::Missing("token")) } else { Ok(()) }
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

    /// Whether the credential that a caller came with still lives; for answers that take long.
    ///
    /// # Errors
    /// If it does not.
    pub async fn still(&self, caller: &Caller) -> Result<(), Fault> {
        let living: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM token WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)) \
             + (SELECT count(*) FROM session WHERE secret_hash = $1 AND expires_at > $2)",
        )
        .bind(&caller.credential)
        .bind(self.now())
        .fetch_one(&self.control)
        .await?;
        if living == 0 { Err(Fault::Unknown) } else { Ok(()) }
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
