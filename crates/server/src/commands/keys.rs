//! `matinee keys`: what is done with content keys by hand. Prints one on `export --plain` alone.

mod export;
mod import;

pub(super) use export::write_new;

use crate::cli::{Keys, KeysAction};
use crate::config::Config;
use crate::{output, workspace};
use anyhow::{Context as _, ensure};
use db::Db;
use media::protection::KeyId;
use serde::Serialize;
use std::fs::File;
use std::io::{Read as _, Write};
use std::path::Path;
use stdx::clock::{Clock, SystemClock};

/// Largest certificate or private key that is read, in bytes: a hundred times what the longest keys need.
const PEM_BYTES_MAX: usize = 1 << 20;

/// Runs the command.
pub(crate) async fn run(config: &Config, args: Keys) -> anyhow::Result<()> {
    // Keys come before the first film, so that an import may make the data folder, as `prepare` does.
    if !matches!(args.action, KeysAction::Import(_)) {
        workspace::must_exist(config)?;
    }
    let db = workspace::db(config).await?;
    match args.action {
        KeysAction::Rotate => rotate(config, &db).await,
        KeysAction::Uses { key, json } => uses(&db, key, json).await,
        KeysAction::Export(args) => export::run(config, &db, args).await,
        KeysAction::Import(args) => import::run(config, &db, args).await,
    }
}

/// The content of `path`, which may have at most `bytes_max` bytes.
pub(super) fn read(path: &Path, bytes_max: usize) -> anyhow::Result<Vec<u8>> {
    let doing = || format!("reading {}", path.display());
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(doing)?;
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).with_context(doing)?;
    ensure!(bytes.len() <= bytes_max, "{} has more than the {bytes_max} bytes that are read", path.display());
    Ok(bytes)
}

async fn rotate(config: &Config, db: &Db) -> anyhow::Result<()> {
    let keys = workspace::keys(config, db).await?;
    let done = keys.rotate(SystemClock::new().now_ms()).await?;
    writeln!(
        std::io::stdout(),
        "{} content keys and {} signing secrets are sealed with master key {} now. Keep a copy of it, away from \
         backups of the data folder.",
        done.content_keys,
        done.secrets,
        done.master_key
    )?;
    Ok(())
}

/// A use of a key, as JSON.
#[derive(Serialize)]
struct UseJson {
    at_ms: i64,
    key_id: String,
    purpose: &'static str,
    used_by: String,
}

async fn uses(db: &Db, key: Option<KeyId>, json: bool) -> anyhow::Result<()> {
    let uses = db.list_key_uses(key).await?;
    let mut out = std::io::stdout().lock();
    let rows = uses.into_iter().map(|used| UseJson {
        at_ms: used.at_ms,
        key_id: used.key.hex(),
        purpose: used.kind.name(),
        used_by: used.used_by,
    });
    let rows: Vec<UseJson> = rows.collect();
    if json {
        return output::json(&mut out, &rows);
    }
    writeln!(out, "{:<14} {:<32} {:<8} USED BY", "AT (MS)", "KEY ID", "PURPOSE")?;
    for row in rows {
        writeln!(out, "{:<14} {} {:<8} {}", row.at_ms, row.key_id, row.purpose, row.used_by)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
