//! The certificates that are shown: loaded at the start, and again when they are renewed.

use crate::config;
use anyhow::{Context as _, ensure};
use listen::systemd::{Notifier, State};
use listen::{Certificates, KeyPair};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use stdx::clock::Clock;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::MissedTickBehavior;

/// How often it is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(60);

/// Those of the settings; `None` where nothing is served under TLS, neither on a given socket nor on our own.
pub(super) fn load(
    settings: &config::Listening,
    is_given: bool,
    clock: &Arc<dyn Clock>,
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
    for path in certificates.expired(clock.now_ms()) {
        tracing::error!(path = %path.display(), "a certificate has expired; browsers will refuse it");
    }
    Ok(Some(Arc::new(certificates)))
}

/// Reads them again on SIGHUP and when the files change. What cannot be used is left, and the old ones serve on.
pub(super) async fn keep_fresh(
    certificates: Arc<Certificates>,
    files: Vec<PathBuf>,
    notifier: Arc<Notifier>,
) {
    let Ok(mut hangups) = signal(SignalKind::hangup()) else { return };
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = changed_at(&files);
    loop {
        tokio::select! {
            _ = hangups.recv() => {}
            _ = looks.tick() => {
                let now = changed_at(&files);
                if now == seen {
                    continue;
                }
                seen = now;
            }
        }
        notifier.tell(&State::Reloading);
        match certificates.reload() {
            Ok(()) => tracing::info!("the certificates were read again"),
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the new certificates cannot be used; the old ones serve on"
            ),
        }
        notifier.tell(&State::Ready);
    }
}

/// When each file was last changed; `None` where it cannot be seen.
fn changed_at(files: &[PathBuf]) -> Vec<Option<SystemTime>> {
    files.iter().map(|file| std::fs::metadata(file).and_then(|meta| meta.modified()).ok()).collect()
}
