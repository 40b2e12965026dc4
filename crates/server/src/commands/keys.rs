//! `matinee keys`: what is done with content keys by hand. Never prints one.

use crate::cli::{Keys, KeysAction};
use crate::config::Config;
use crate::{output, workspace};
use db::Db;
use media::protection::KeyId;
use serde::Serialize;
use std::io::Write;
use stdx::clock::{Clock, SystemClock};

/// Runs the command.
pub(crate) async fn run(config: &Config, args: Keys) -> anyhow::Result<()> {
    workspace::must_exist(config)?;
    let db = workspace::db(config).await?;
    match args.action {
        KeysAction::Rotate => rotate(config, &db).await,
        KeysAction::Uses { key, json } => uses(&db, key, json).await,
    }
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
