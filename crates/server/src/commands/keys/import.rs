//! `matinee keys import`: a licence service's keys, for a film that is to be prepared.

use super::{PEM_BYTES_MAX, read};
use crate::cli::KeysImport;
use crate::config::Config;
use crate::workspace;
use anyhow::Context as _;
use db::Db;
use keys::delivery::{self, PrivateKey};
use keys::{TitleKey, Use, UseKind, exchange};
use media::protection::Scheme;
use pipeline::settings::Choice;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use stdx::clock::{Clock, SystemClock};
use title::Title;

/// Runs the command.
pub(super) async fn run(config: &Config, db: &Db, args: KeysImport) -> anyhow::Result<()> {
    let doing = || format!("importing keys from {}", args.file.display());
    let document = cpix::read(&read(&args.file, cpix::BYTES_MAX)?).with_context(doing)?;
    let document = match &args.private_key {
        Some(path) => delivery::decrypt(document, &private_key(path)?).with_context(doing)?,
        None => document,
    };
    let title = title_of(db, &args.film, args.title.as_deref()).await?;
    let scheme = match config.prepare.protection.scheme {
        Choice::Under(scheme) => Some(scheme),
        Choice::Clear => None,
    };
    let found = exchange::title_keys(&document, &title.id, scheme).with_context(doing)?;
    let file_name = args.file.file_name().unwrap_or(args.file.as_os_str()).to_string_lossy();
    let used_by = format!("document {}", report::printable(&file_name));
    let by = Use { kind: UseKind::Import, used_by: &used_by, at_ms: SystemClock::new().now_ms() };
    workspace::keys(config, db).await?.import(&found, by).await.with_context(doing)?;
    told(&args, &title, &found)
}

fn told(args: &KeysImport, title: &Title, found: &[TitleKey]) -> anyhow::Result<()> {
    let ids: BTreeSet<_> = found.iter().map(|key| key.id).collect();
    let schemes: BTreeSet<Scheme> = found.iter().map(|key| key.purpose.scheme).collect();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} keys are kept for {}. They are used by:", ids.len(), title.id)?;
    for scheme in schemes {
        let name = report::printable(&title.name);
        let film = args.film.display().to_string();
        let film = report::printable(&film);
        writeln!(out, "  matinee prepare {film:?} --title {name:?} --set prepare.protection={scheme}")?;
    }
    Ok(())
}

/// The title that preparation makes of `film` under `name`.
async fn title_of(db: &Db, film: &Path, name: Option<&str>) -> anyhow::Result<Title> {
    let doing = || format!("looking at the film {}", film.display());
    let digest = store::digest::of_file(film, |_| ()).await.with_context(doing)?;
    let known = db.title_by_master(&digest).await?;
    Title::of_master(digest, known, name, film).context("the title's name is empty: give one with --title")
}

fn private_key(path: &Path) -> anyhow::Result<PrivateKey> {
    let doing = || format!("reading the private key {}", path.display());
    let pem = String::from_utf8(read(path, PEM_BYTES_MAX)?).map_err(|_| keys::Error::PrivateKey);
    PrivateKey::from_pem(&pem.with_context(doing)?).with_context(doing)
}
