//! Where things are kept. One set of statements serves SQLite and PostgreSQL.
//!
//! SQLite: `control.db`, and one file per tenant. PostgreSQL: the same tables for all, kept apart by forced row-level
//! security; each transaction says first which tenant it is about. Either way there is no way to a tenant's rows but
//! through its [`Scope`].

mod approvals;
mod audit;
mod benchmarks;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
pub(crate) mod contract;
mod documents;
mod people;
mod pieces;
mod runs;
mod tenders;
mod webhooks;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyPool, Executor, SqlStr, Transaction};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::failpoint::pass;
use crate::fault::Fault;

pub use approvals::{ApprovalRow, Approved};
pub use audit::{Broken, Entry, verify};
pub use benchmarks::BenchmarkRow;
pub use people::{Credential, FirstPerson, Person};
pub use pieces::{Piece, PieceKind};
pub use runs::{AttemptRow, Claimed, Ending, EventRow, NewRun, RunRow};
pub use tenders::{Revision, TenderRow};
pub use webhooks::{Due, Told, WebhookRow};

/// A step by which tables come up to date: number, name, statements.
type Step = (i64, &'static str, &'static str);

const CONTROL: &[Step] = &[(1, "control", include_str!("../../migrations/control/0001_control.sql"))];
const TENANT: &[Step] = &[
    (1001, "tenant", include_str!("../../migrations/tenant/1001_tenant.sql")),
    (1002, "refused workbooks", include_str!("../../migrations/tenant/1002_refused_workbooks.sql")),
    (1003, "webhooks", include_str!("../../migrations/tenant/1003_webhooks.sql")),
    (1004, "benchmarks", include_str!("../../migrations/tenant/1004_benchmarks.sql")),
    (1005, "concerned", include_str!("../../migrations/tenant/1005_concerned.sql")),
];
const APART: &[Step] = &[
    (2001, "tenants apart", include_str!("../../migrations/postgres/2001_tenants_apart.sql")),
    (2002, "webhooks apart", include_str!("../../migrations/postgres/2002_webhooks_apart.sql")),
    (2003, "benchmarks apart", include_str!("../../migrations/postgres/2003_benchmarks_apart.sql")),
    (2004, "concerned apart", include_str!("../../migrations/postgres/2004_concerned_apart.sql")),
];

/// Connections to one database.
const CONNECTIONS: u32 = 8;

/// A transaction.
pub type Tx = Transaction<'static, Any>;

enum Place {
    /// A folder; locked, because leases of a server that is gone are taken over at once.
    Folder { path: PathBuf, tenants: Mutex<HashMap<String, AnyPool>>, _lock: Option<File> },
    /// A server.
    Postgres,
}

/// The store of one server.
pub struct Store {
    control: AnyPool,
    place: Place,
    clock: Arc<dyn Clock>,
}

/// The rows of one tenant.
#[derive(Clone)]
pub struct Scope {
    pool: AnyPool,
    /// The tenant.
    pub tenant: String,
    postgres: bool,
    clock: Arc<dyn Clock>,
}

/// Statements of tables that several servers may take rows of at once.
const fn dialect(postgres: bool, sqlite: &'static str, server: &'static str) -> &'static str {
    if postgres { server } else { sqlite }
}

async fn open_file(path: &Path) -> Result<AnyPool, sqlx::Error> {
    // A path may hold anything that a URL gives a meaning of its own.
    let escaped: String = path
        .to_string_lossy()
        .chars()
        .map(|c| match c {
            '%' | '?' | '#' | ' ' => format!("%{:02X}", u32::from(c)),
            other => other.to_string(),
        })
        .collect();
    AnyPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(Duration::from_secs(10))
        .after_connect(|connection, _| {
            Box::pin(async move {
                // Once a write is acknowledged it is on the disk, whatever happens then.
                connection.execute("PRAGMA journal_mode = WAL").await?;
                connection.execute("PRAGMA synchronous = FULL").await?;
                connection.execute("PRAGMA busy_timeout = 10000").await?;
                Ok(())
            })
        })
        .connect(&format!("sqlite://{escaped}?mode=rwc"))
        .await
}

/// Brings the tables up to date, each step once.
async fn migrate(pool: &AnyPool, sets: &[&[Step]]) -> Result<(), Fault> {
    let step = |(number, name, sql): &Step| {
        let (name, sql) = (Cow::Borrowed(*name), SqlStr::from_static(sql));
        Migration::new(*number, name, MigrationType::Simple, sql, false)
    };
    let migrator = Migrator::with_migrations(sets.iter().flat_map(|s| s.iter()).map(step).collect());
    let failed = |e| Fault::Internal(format!("the tables cannot be brought up to date: {e}"));
    migrator.run(pool).await.map_err(failed)
}

impl Store {
    /// Opens a folder of SQLite files, made if need be, for a server.
    ///
    /// # Errors
    /// If it cannot be opened, or another server has it open.
    pub async fn folder(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        std::fs::create_dir_all(path.join("tenants"))?;
        let lock = File::create(path.join("lock"))?;
        lock.try_lock().map_err(|_| Fault::Unavailable(format!("another server works on {}", path.display())))?;
        Self::files(path, clock, Some(lock)).await
    }

    /// Opens a folder beside the server that may work on it, to look at it or to copy it.
    ///
    /// # Errors
    /// If there is no store in it.
    pub async fn beside(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        if !path.join("control.db").is_file() {
            return Err(Fault::Unavailable(format!("{} holds no store", path.display())));
        }
        Self::files(path, clock, None).await
    }

    async fn files(path: &Path, clock: Arc<dyn Clock>, lock: Option<File>) -> Result<Self, Fault> {
        sqlx::any::install_default_drivers();
        let control = open_file(&path.join("control.db")).await?;
        migrate(&control, &[CONTROL]).await?;
        let place = Place::Folder { path: path.to_owned(), tenants: Mutex::default(), _lock: lock };
        Ok(Self { control, place, clock })
    }

    /// Opens a PostgreSQL database.
    ///
    /// # Errors
    /// If it cannot be opened, or the role of the URL is one that row-level security does not bind.
    pub async fn postgres(url: &str, clock: Arc<dyn Clock>) -> Result<Self, Fault> {
        sqlx::any::install_default_drivers();
        let control = AnyPoolOptions::new()
            .max_connections(4 * CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .connect(url)
            .await?;
        let unbound: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)",
        )
        .fetch_one(&control)
        .await?;
        if unbound > 0 {
            return Err(Fault::Unavailable(
                "the PostgreSQL role is a superuser or has BYPASSRLS, so that tenants would not be kept apart; \
                 make an ordinary role that owns the database"
                    .to_owned(),
            ));
        }
        migrate(&control, &[CONTROL, TENANT, APART]).await?;
        Ok(Self { control, place: Place::Postgres, clock })
    }

    /// The rows of a tenant.
    ///
    /// # Errors
    /// If its file cannot be opened.
    pub async fn scope(&self, tenant: &str) -> Result<Scope, Fault> {
        let (pool, postgres) = match &self.place {
            Place::Postgres => (self.control.clone(), true),
            Place::Folder { path, tenants, .. } => {
                let mut open = tenants.lock().await;
                let pool = match open.get(tenant) {
                    Some(pool) => pool.clone(),
                    None => {
                        let pool = open_file(&path.join("tenants").join(format!("{tenant}.db"))).await?;
                        migrate(&pool, &[TENANT]).await?;
                        open.insert(tenant.to_owned(), pool.clone());
                        pool
                    }
                };
                (pool, false)
            }
        };
        Ok(Scope { pool, tenant: tenant.to_owned(), postgres, clock: Arc::clone(&self.clock) })
    }

    /// Whether several servers may work on the store, so that the leases of others are to be waited for.
    pub fn shared(&self) -> bool {
        matches!(self.place, Place::Postgres)
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn answers(&self) -> Result<(), Fault> {
        sqlx::query("SELECT 1").execute(&self.control).await?;
        Ok(())
    }

    /// Copies everything to a folder while the server works (SQLite only; PostgreSQL has `pg_dump`).
    ///
    /// # Errors
    /// If the copy cannot be written.
    pub async fn back_up(&self, to: &Path) -> Result<Vec<String>, Fault> {
        let Place::Folder { path, .. } = &self.place else {
            return Err(Fault::Conflict("this store is a PostgreSQL database: use pg_dump".to_owned()));
        };
        if to.join("control.db").exists() {
            return Err(Fault::Conflict(format!("{} holds a copy already; name another folder", to.display())));
        }
        std::fs::create_dir_all(to.join("tenants"))?;
        let mut copied = Vec::new();
        // Control last: every tenant that it knows is in the copy then, or has no row yet.
        let mut names: Vec<String> = Vec::new();
        for entry in std::fs::read_dir(path.join("tenants"))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".db") {
                names.push(format!("tenants/{name}"));
            }
        }
        names.push("control.db".to_owned());
        for name in names {
            let pool = open_file(&path.join(&name)).await?;
            let target = to.join(&name).to_string_lossy().into_owned();
            let copy = sqlx::query("VACUUM INTO $1").bind(target).execute(&pool).await;
            pool.close().await;
            copy?;
            copied.push(name);
        }
        Ok(copied)
    }

    /// The clock of the store.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// Commits a transaction: what it wrote is on the disk then.
///
/// # Errors
/// If the store does not answer; whether it was written is not known then.
pub async fn commit(tx: Tx) -> Result<(), Fault> {
    pass("commit.before");
    tx.commit().await?;
    pass("commit.after");
    Ok(())
}

impl Scope {
    /// A transaction that only reads.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn read(&self) -> Result<Tx, Fault> {
        self.begin("BEGIN").await
    }

    /// A transaction that writes; two of them wait for each other from the start instead of failing at the end.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn write(&self) -> Result<Tx, Fault> {
        let tx = self.begin(dialect(self.postgres, "BEGIN IMMEDIATE", "BEGIN")).await?;
        pass("write.begun");
        Ok(tx)
    }

    async fn begin(&self, how: &'static str) -> Result<Tx, Fault> {
        let mut tx = self.pool.begin_with(how).await?;
        if self.postgres {
            sqlx::query("SELECT set_config('ballast.tenant', $1, true)").bind(&self.tenant).execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    /// The time.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
