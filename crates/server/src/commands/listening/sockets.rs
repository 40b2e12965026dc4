//! The sockets that viewers come in on: our own, or those that a service manager opened.

use super::certificates;
use super::signals::hangups;
use crate::config;
use anyhow::{Context as _, bail};
use listen::systemd::{self, Notifier};
use listen::{Certificates, Listener, Options};
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

/// Name (`FileDescriptorName=`) of the sockets that TLS is spoken on.
const SECURE: &str = "https";

/// All of them. Where a service manager opened some, those and no others.
pub(super) fn open(
    settings: &config::Listening,
    options: &Options,
    notifier: &Arc<Notifier>,
    told: &dyn Fn(&str) -> String,
) -> anyhow::Result<Vec<Listener>> {
    let hangups = hangups()?;
    let given = systemd::sockets().context("taking sockets from the service manager")?;
    let is_secure = given.iter().any(|(name, _)| name == SECURE);
    let loaded = certificates::load(settings, is_secure)?;
    let mut listeners = Vec::new();
    if given.is_empty() {
        let table = settings.table;
        listeners.extend(bound(&format!("{table}.listen"), &settings.listen, options.threads)?);
        for listener in bound(&format!("{table}.tls_listen"), &settings.tls_listen, options.threads)? {
            listeners.push(secure(settings, listener, loaded.as_ref())?);
        }
    }
    for (name, socket) in given {
        let listener = Listener::given(socket);
        listeners.push(match name == SECURE {
            true => secure(settings, listener, loaded.as_ref())?,
            false => listener,
        });
    }
    if listeners.is_empty() {
        bail!("neither {0}.listen nor {0}.tls_listen names an address", settings.table);
    }
    for listener in &listeners {
        let scheme = if listener.is_secure() { "https" } else { "http" };
        writeln!(std::io::stdout(), "{}", told(&format!("{scheme}://{}", listener.address()?)))?;
    }
    let files = settings.certificates.iter().chain(&settings.certificate_keys).cloned().collect();
    tokio::spawn(certificates::keep_fresh(loaded, files, hangups, options.clock.clone(), notifier.clone()));
    Ok(listeners)
}

fn secure(
    settings: &config::Listening,
    listener: Listener,
    certificates: Option<&Arc<Certificates>>,
) -> anyhow::Result<Listener> {
    let certificates = certificates.context("there is no certificate")?;
    let listener = listener.with_tls(certificates.clone());
    if !settings.http3 {
        return Ok(listener);
    }
    let table = settings.table;
    listener
        .with_http3()
        .with_context(|| format!("listening for HTTP/3 (setting {table}.http3) on the same port of UDP"))
}

/// Sockets on `addresses`, which `setting` names.
pub(in crate::commands) fn bound(
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
