//! `matinee keys export`: a title's keys as CPIX 2.3, for a licence service.

use super::{PEM_BYTES_MAX, read};
use crate::cli::KeysExport;
use crate::commands::report::title_called;
use crate::config::Config;
use crate::workspace;
use anyhow::{Context as _, ensure};
use cpix::Document;
use db::Db;
use keys::delivery::{self, Certificate};
use keys::{KeyStore, Use, UseKind, exchange};
use media::package::Package;
use media::protection::Protection;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use stdx::clock::{Clock, SystemClock};
use title::TitleId;

/// Mode of a written document: for its owner alone, since it may hold plain keys.
const MODE: u32 = 0o600;

/// Runs the command.
pub(super) async fn run(config: &Config, db: &Db, args: KeysExport) -> anyhow::Result<()> {
    let certificate = args.certificate.as_deref().map(certificate).transpose()?;
    let title = title_called(db, &args.title).await?;
    let keys = workspace::keys(config, db).await?;
    let release = db.current_release(&title).await?;
    let package = release.as_ref().map(|release| &release.package);
    let document = document(&keys, &title, package, certificate.as_ref()).await?;
    let text = cpix::write(&document);
    match &args.out {
        Some(path) => write_new(path, text.as_bytes()),
        None => Ok(std::io::stdout().lock().write_all(text.as_bytes())?),
    }?;
    let how = match &certificate {
        Some(certificate) => format!("encrypted for {}", named(certificate)),
        None => "in the clear: who reads the document can decrypt the film".to_owned(),
    };
    writeln!(std::io::stderr(), "{} keys of {title} were written, {how}.", document.keys.len())?;
    Ok(())
}

/// All keys of `title`, encrypted for `certificate` where there is one, and what key systems are told of those of its
/// `package`. Their use is noted.
pub(super) async fn document(
    keys: &KeyStore,
    title: &TitleId,
    package: Option<&Package>,
    certificate: Option<&Certificate>,
) -> anyhow::Result<Document> {
    let used_by = certificate.map_or_else(|| "document in the clear".to_owned(), named);
    let by = Use { kind: UseKind::Export, used_by: &used_by, at_ms: SystemClock::new().now_ms() };
    let found = keys.content_keys_of(title, by).await?;
    ensure!(!found.is_empty(), "title {title} has no keys: it was prepared without prepare.protection");
    let document = exchange::document(title, &found, package.into_iter().flat_map(protections));
    Ok(match certificate {
        Some(certificate) => delivery::encrypt(document, certificate)?,
        None => document,
    })
}

/// How the tracks of a package are protected.
fn protections(package: &Package) -> impl Iterator<Item = &Protection> {
    let video = package.video.iter().map(|video| &video.track);
    let tracks = video.chain(package.audio.iter().map(|audio| &audio.track));
    tracks.filter_map(|track| track.protection.as_ref())
}

fn named(certificate: &Certificate) -> String {
    format!("certificate sha256:{}", certificate.fingerprint())
}

fn certificate(path: &Path) -> anyhow::Result<Certificate> {
    let doing = || format!("reading the certificate {}", path.display());
    let pem = String::from_utf8(read(path, PEM_BYTES_MAX)?).with_context(doing)?;
    Certificate::from_pem(&pem).with_context(doing)
}

pub(in crate::commands) fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let doing = || format!("writing the keys to {}, which must not exist yet", path.display());
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(MODE).open(path);
    let mut file = file.with_context(doing)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).with_context(doing)
}
