//! A server from start to end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::buckets::Buckets;
use crate::clock::SystemClock;
use crate::command::Command;
use crate::config::Config;
use crate::fault::Fault;
use crate::jobs::{self, Bell};
use crate::metrics::Metrics;
use crate::service::Service;
use crate::store::Store;
use crate::{http, secret};

/// What is to be told once the server answers.
#[derive(Debug, Clone)]
pub struct Started {
    /// Where it answers.
    pub address: SocketAddr,
    /// The set-up token, while nobody was let in yet.
    pub setup_token: Option<String>,
}

/// Opens the store that settings name.
async fn open(config: &Config) -> Result<Store, Fault> {
    match config.folder() {
        Some(folder) => Store::folder(&folder, Arc::new(SystemClock)).await,
        None => Store::postgres(&config.store, Arc::new(SystemClock)).await,
    }
}

/// Serves until the process is asked to end (SIGTERM, SIGINT): answers what was asked, puts runs back into their queue.
/// `program` is the command, `told` hears once requests are answered.
///
/// # Errors
/// If the store or the address cannot be had.
pub fn serve(config: Config, program: PathBuf, build: String, told: impl FnOnce(&Started)) -> Result<(), Fault> {
    let filter = EnvFilter::try_from_env("BALLAST_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    // A second server in one process (tests) keeps the log of the first.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(run(config, program, build, told))
}

async fn run(config: Config, program: PathBuf, build: String, told: impl FnOnce(&Started)) -> Result<(), Fault> {
    let store = open(&config).await?;
    if !store.shared() {
        // The lock says that no other server is left, so what it had leased is nobody's.
        for (tenant, _) in store.tenants().await? {
            store.scope(&tenant).await?.take_over().await?;
        }
    }
    let work = config.folder().map(|folder| folder.join("work"));
    if let Some(work) = &work {
        // What a server that was killed left behind holds prices. It cannot be in use: the store is locked.
        match tokio::fs::remove_dir_all(work).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => tokio::fs::create_dir(work).await?,
        }
    }
    let setup_token = match store.is_new().await? {
        true => Some(format!("setup.{}", secret::secret()?)),
        false => None,
    };
    let longest = Duration::from_secs(config.request.file_seconds);
    let service = Arc::new(Service {
        command: Command::new(program, config.request.files_at_a_time, longest),
        store,
        work,
        bell: Arc::new(Bell::default()),
        metrics: Metrics::default(),
        requests: Buckets::default(),
        sign_ins: Buckets::default(),
        build,
        setup: std::sync::Mutex::new(setup_token.as_deref().map(secret::hash)),
        hashing: tokio::sync::Semaphore::new(2),
        config,
    });
    let (stop, stopping) = watch::channel(false);
    let (server, address) = http::server(Arc::clone(&service), stopping.clone())?;
    let hosts: Arc<[String]> = service.config.webhooks.hosts.clone().into();
    let telling = (!hosts.is_empty()).then(|| {
        let (service, stopping) = (Arc::clone(&service), stopping.clone());
        tokio::spawn(async move { jobs::deliver(&service.store, hosts, Arc::new(jobs::post), stopping).await })
    });
    let jobs = tokio::spawn(jobs::work(Arc::clone(&service), stopping));
    let figures = http::figures(&service)?.map(tokio::spawn);
    let handle = server.handle();
    let answering = tokio::spawn(server);
    told(&Started { address, setup_token });
    wait_for_signal().await?;
    tracing::info!("stopping");
    // Nobody may be left to hear it.
    let _ = stop.send(true);
    // Requests last: connections to the store that they opened end with them, also those in use elsewhere.
    let _ = jobs.await;
    if let Some(telling) = telling {
        let _ = telling.await;
    }
    handle.stop(true).await;
    let _ = answering.await;
    if let Some(figures) = figures {
        figures.abort();
    }
    Ok(())
}

async fn wait_for_signal() -> Result<(), Fault> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = term.recv() => {}
        _ = int.recv() => {}
    }
    Ok(())
}
