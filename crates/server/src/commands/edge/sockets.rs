//! The sockets of an edge: its own, or those that a service manager opened; and what that is told.

use super::certificates;
use crate::commands::serve::MEDIA_PATH;
use crate::config::Config;
use anyhow::{Context as _, bail};
use listen::systemd::{self, Notifier, State};
use listen::{Certificates, Listener, Options, ktls};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::time::MissedTickBehavior;

/// Name (`FileDescriptorName=`) of the sockets that TLS is spoken on.
const SECURE: &str = "https";

/// All sockets that viewers come in on. Where a service manager opened some, those and no others.
pub(super) fn open(
    config: &Config,
    options: &Options,
    notifier: &Arc<Notifier>,
) -> anyhow::Result<Vec<Listener>> {
    let given = systemd::sockets().context("taking sockets from the service manager")?;
    let settings = &config.edge;
    let loaded = certificates::load(config, given.iter().any(|(name, _)| name == SECURE), &options.clock)?;
    let mut listeners = Vec::new();
    if given.is_empty() {
        for listener in bound("edge.listen", &settings.listen, options.threads)? {
            listeners.push(told(listener, "http")?);
        }
        for listener in bound("edge.tls_listen", &settings.tls_listen, options.threads)? {
            listeners.push(told(secure(config, listener, loaded.as_ref())?, "https")?);
        }
    }
    for (name, socket) in given {
        let listener = Listener::given(socket);
        listeners.push(match name == SECURE {
            true => told(secure(config, listener, loaded.as_ref())?, "https")?,
            false => told(listener, "http")?,
        });
    }
    if listeners.is_empty() {
        bail!("neither edge.listen nor edge.tls_listen names an address");
    }
    if let Some(loaded) = loaded {
        let files = settings.certificates.iter().chain(&settings.certificate_keys).cloned().collect();
        tokio::spawn(certificates::keep_fresh(loaded, files, notifier.clone()));
    }
    Ok(listeners)
}

fn secure(
    config: &Config,
    listener: Listener,
    certificates: Option<&Arc<Certificates>>,
) -> anyhow::Result<Listener> {
    let certificates = certificates.context("there is no certificate")?;
    let listener = listener.with_tls(certificates.clone());
    if !config.edge.http3 {
        return Ok(listener);
    }
    listener.with_http3().context("listening for HTTP/3 (setting edge.http3) on the same port of UDP")
}

fn told(listener: Listener, scheme: &str) -> anyhow::Result<Listener> {
    let address = listener.address()?;
    writeln!(std::io::stdout(), "Matinee's edge serves at {scheme}://{address}{MEDIA_PATH}/")?;
    Ok(listener)
}

/// Sockets on `addresses`, which `setting` names.
pub(super) fn bound(
    setting: &str,
    addresses: &[SocketAddr],
    threads: usize,
) -> anyhow::Result<Vec<Listener>> {
    let bind = |&address: &SocketAddr| {
        Listener::bind(address, threads)
            .with_context(|| format!("listening on {address} (setting {setting})"))
    };
    addresses.iter().map(bind).collect()
}

/// Whether the kernel can encrypt. Says so where it was asked to and cannot.
pub(super) fn kernel_has_tls() -> bool {
    match ktls::probe() {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "this kernel has no TLS (CONFIG_TLS); records are made here");
            false
        }
    }
}

/// Tells the service manager, where it wants to know, that this process lives.
pub(super) async fn keep_watchdog(notifier: Arc<Notifier>) {
    let Some(every) = notifier.watchdog() else { return };
    let mut turns = tokio::time::interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        notifier.tell(&State::Watchdog);
    }
}
