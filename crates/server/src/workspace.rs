//! The data folder: opens what the commands work with.
//!
//! Owns the layout of the folder: `objects/` (the store), `matinee.db` (the database), `scratch/` (work in progress);
//! and where the master key is: not in it.

use crate::config::Config;
use crate::keyring::Keyring;
use anyhow::Context as _;
use codec::Tools;
use db::Db;
use keys::{KeyStore, LocalKms};
use pipeline::budget::Budget;
use pipeline::ledger::Ledger;
use pipeline::progress::Listener;
use pipeline::scratch::Scratch;
use pipeline::workshop::Workshop;
use std::path::PathBuf;
use std::sync::Arc;
use stdx::clock::SystemClock;
use store::Store;

/// Opens the object store of the data folder.
pub(crate) async fn store(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    let objects = config.data_dir.join("objects");
    let store = store::Local::open(&objects).await;
    Ok(Arc::new(store.with_context(|| format!("opening the object store {}", objects.display()))?))
}

/// Opens the database of the data folder; makes it where there is none.
pub(crate) async fn db(config: &Config) -> anyhow::Result<Db> {
    let path = config.data_dir.join("matinee.db");
    Db::open_file(&path).await.with_context(|| format!("opening the database {}", path.display()))
}

/// Opens the key store of `db`. The master key is read, or made, when one is first needed.
pub(crate) async fn keys(config: &Config, db: &Db) -> anyhow::Result<KeyStore> {
    let kms = if config.keys_master.0.is_empty() {
        let in_use = db.master_keys_in_use().await?;
        LocalKms::file(keys_file(config)?, in_use)
    } else {
        LocalKms::given(&config.keys_master.0)?
    };
    Ok(KeyStore::new(db.clone(), Arc::new(kms)))
}

/// What asks other servers: it trusts public certificates, and those of the setting `tls.roots`.
pub(crate) fn client(config: &Config) -> anyhow::Result<fetch::Client> {
    let mut trust = fetch::Trust::public();
    for path in &config.tls_roots {
        let doing = || format!("reading the certificates {} (setting tls.roots)", path.display());
        let pem = std::fs::read(path).with_context(doing)?;
        trust = trust.with_pem(&pem, &path.display().to_string()).with_context(doing)?;
    }
    Ok(fetch::Client::new(trust)?)
}

/// Where the master key is: beside the data folder, so that copies of the folder do not hold it.
fn keys_file(config: &Config) -> anyhow::Result<PathBuf> {
    if let Some(file) = &config.keys_file {
        return Ok(file.clone());
    }
    let folder = std::path::absolute(&config.data_dir)
        .with_context(|| format!("looking for the data folder {}", config.data_dir.display()))?;
    let name = folder.file_name().context("the data folder is the root: set keys.file")?;
    let mut name = name.to_owned();
    name.push(".master-key");
    Ok(folder.with_file_name(name))
}

/// Refuses a data folder that does not exist, for commands that only look at one: a mistyped name must not become an
/// empty catalogue.
pub(crate) fn must_exist(config: &Config) -> anyhow::Result<()> {
    let folder = config.data_dir.display();
    anyhow::ensure!(
        config.data_dir.is_dir(),
        "there is no data folder {folder} (setting data.dir, flag --data); `matinee prepare` makes it"
    );
    Ok(())
}

/// Finds the tools.
async fn tools(config: &Config) -> anyhow::Result<Tools> {
    Tools::locate(config.tools_dir.as_deref())
        .await
        .context("looking for ffmpeg and ffprobe (`matinee doctor` says more)")
}

/// Opens everything that preparation needs.
pub(crate) async fn pipeline(
    config: &Config,
    listener: Arc<dyn Listener>,
) -> anyhow::Result<pipeline::Context> {
    let db = db(config).await?;
    let clock: Arc<SystemClock> = Arc::new(SystemClock::new());
    let keyring = Keyring { store: keys(config, &db).await?, clock: clock.clone() };
    let workshop = Workshop {
        store: store(config).await?,
        scratch: Scratch::open(&config.data_dir.join("scratch"))?,
        budget: Budget::of_machine(config.prepare.threads, config.prepare.memory_bytes),
        ledger: Ledger::default(),
        clock,
    };
    let tools = tools(config).await?;
    Ok(pipeline::Context {
        workshop,
        tools,
        db,
        settings: config.prepare.clone(),
        keys: Some(Arc::new(keyring)),
        listener,
        mezzanine: tokio::sync::Mutex::default(),
    })
}
