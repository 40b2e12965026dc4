//! `matinee keys import`: a licence service's keys, for a film that is to be prepared.

use super::{PEM_BYTES_MAX, read};
use crate::cli::KeysImport;
use crate::config::Config;
use crate::workspace;
use anyhow::{Context as _, ensure};
use db::Db;
use keys::delivery::{self, PrivateKey};
use keys::{TitleKey, Use, UseKind, exchange};
use media::protection::Scheme;
use pipeline::settings::Choice;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use stdx::clock::{Clock, SystemClock};
use title::TitleId;

/// Runs the command.
pub(super) async fn run(config: &Config, db: &Db, args: KeysImport) -> anyhow::Result<()> {
    let doing = || format!("importing keys from {}", args.file.display());
    let document = cpix::read(&read(&args.file, cpix::BYTES_MAX)?).with_context(doing)?;
    let document = match &args.private_key {
        Some(path) => delivery::decrypt(document, &private_key(path)?).with_context(doing)?,
        None => document,
    };
    let (title, name) = title_of(db, &args.film, args.title.as_deref()).await?;
    let scheme = match config.prepare.protection.scheme {
        Choice::Under(scheme) => Some(scheme),
        Choice::Clear => None,
    };
    let found = exchange::title_keys(&document, &title, scheme).with_context(doing)?;
    let file_name = args.file.file_name().unwrap_or(args.file.as_os_str()).to_string_lossy();
    let used_by = format!("document {}", report::printable(&file_name));
    let by = Use { kind: UseKind::Import, used_by: &used_by, at_ms: SystemClock::new().now_ms() };
    workspace::keys(config, db).await?.import(&found, by).await.with_context(doing)?;
    told(&args, &title, &name, &found)
}

fn told(args: &KeysImport, title: &TitleId, name: &str, found: &[TitleKey]) -> anyhow::Result<()> {
    let ids: BTreeSet<_> = found.iter().map(|key| key.id).collect();
    let schemes: BTreeSet<Scheme> = found.iter().map(|key| key.purpose.scheme).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} keys are kept for {title}. They are used by:", ids.len())?;
    for scheme in schemes {
        let name = report::printable(name);
        let film = args.film.display().to_string();
        let film = report::printable(&film);
        writeln!(out, "  matinee prepare {film:?} --title {name:?} --set prepare.protection={scheme}")?;
    }
    Ok(())
}

/// The title that preparation makes of `film` under `name`, and its name.
async fn title_of(db: &Db, film: &Path, name: Option<&str>) -> anyhow::Result<(TitleId, String)> {
    let doing = || format!("looking at the film {}", film.display());
    let digest = store::digest::of_file(film, |_| ()).await.with_context(doing)?;
    let known = db.title_by_master(&digest).await?;
    let of_file = || film.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.map(str::to_owned).or_else(|| known.as_ref().map(|title| title.name.clone()));
    let name = name.unwrap_or_else(of_file).trim().to_owned();
    ensure!(!name.is_empty(), "the title's name is empty: give one with --title");
    Ok((known.map_or_else(|| TitleId::new(&name, &digest), |title| title.id), name))
}

fn private_key(path: &Path) -> anyhow::Result<PrivateKey> {
    let doing = || format!("reading the private key {}", path.display());
    let pem = String::from_utf8(read(path, PEM_BYTES_MAX)?).map_err(|_| keys::Error::PrivateKey);
    PrivateKey::from_pem(&pem.with_context(doing)?).with_context(doing)
}
