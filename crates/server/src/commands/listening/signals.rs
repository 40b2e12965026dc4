//! Signals: those that end a server in order, and the one that has it read again what it shows.
//!
//! They are watched before anybody is told where the server is: a process dies of a signal that nobody in it waits for.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT and SIGTERM.
#[derive(Debug)]
pub(super) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Watches them from now on.
    pub(super) fn new() -> anyhow::Result<Stop> {
        Ok(Stop {
            interrupt: watched(SignalKind::interrupt(), "SIGINT")?,
            terminate: watched(SignalKind::terminate(), "SIGTERM")?,
        })
    }

    /// Waits for either.
    pub(super) async fn comes(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Watches SIGHUP from now on.
pub(super) fn hangups() -> anyhow::Result<Signal> {
    watched(SignalKind::hangup(), "SIGHUP")
}

fn watched(kind: SignalKind, name: &str) -> anyhow::Result<Signal> {
    signal(kind).with_context(|| format!("watching {name}"))
}
