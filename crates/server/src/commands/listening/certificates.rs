//! The certificates that are shown: loaded at the start, and again when they are renewed.

use crate::config;
use anyhow::{Context as _, ensure};
use listen::systemd::{Notifier, State};
use listen::{Certificates, KeyPair};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use stdx::clock::Clock;
use tokio::signal::unix::Signal;
use tokio::time::MissedTickBehavior;

/// How often it is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(60);

/// Those of the settings; `None` where nothing is served under TLS, neither on a given socket nor on our own.
pub(super) fn load(
    settings: &config::Listening,
    is_given: bool,
) -> anyhow::Result<Option<Arc<Certificates>>> {
    let (table, chains, keys) = (settings.table, &settings.certificates, &settings.certificate_keys);
    if settings.tls_listen.is_empty() && !is_given {
        if !chains.is_empty() {
            tracing::warn!(
                "nothing listens for HTTPS, though {table}.certificate is set: set {table}.tls_listen too"
            );
        }
        return Ok(None);
    }
    ensure!(
        chains.len() == keys.len(),
        "{table}.certificate names {} files and {table}.key {}: each certificate has its key",
        chains.len(),
        keys.len()
    );
    let pairs =
        chains.iter().zip(keys).map(|(chain, key)| KeyPair { chain: chain.clone(), key: key.clone() });
    let certificates = Certificates::load(pairs.collect()).with_context(|| format!("{table}.certificate"))?;
    Ok(Some(Arc::new(certificates)))
}

/// Reads them again on SIGHUP and when the files change, where there are any. What cannot be used is left, and the old ones serve
/// on. Tells which have expired.
pub(super) async fn keep_fresh(
    certificates: Option<Arc<Certificates>>,
    files: Vec<PathBuf>,
    mut hangups: Signal,
    clock: Arc<dyn Clock>,
    notifier: Arc<Notifier>,
) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut seen, mut told) = (changed_at(&files), Vec::new());
    loop {
        let is_asked = tokio::select! {
            _ = hangups.recv() => true,
            _ = looks.tick() => false,
        };
        let now = changed_at(&files);
        if is_asked || now != seen {
            notifier.tell(&State::Reloading);
            certificates.iter().for_each(|certificates| reload(certificates));
            notifier.tell(&State::Ready);
        }
        seen = now;
        let expired = certificates.iter().flat_map(|all| all.expired(clock.now_ms())).collect();
        if expired != told {
            told = expired;
            tell_expired(&told);
        }
    }
}

fn reload(certificates: &Certificates) {
    match certificates.reload() {
        Ok(()) => tracing::info!("the certificates were read again"),
        Err(error) => tracing::error!(
            error = &error as &dyn std::error::Error,
            "the new certificates cannot be used; the old ones serve on"
        ),
    }
}

fn tell_expired(expired: &[PathBuf]) {
    for path in expired {
        tracing::error!(path = %path.display(), "a certificate has expired; browsers will refuse it");
    }
}

/// When each file was last changed; `None` where it cannot be seen.
fn changed_at(files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    files.iter().map(|file| std::fs::metadata(file).and_then(|meta| meta.modified()).ok()).collect()
}
