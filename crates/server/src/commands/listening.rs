//! Taking viewers' connections, as the settings say: sockets, certificates, the word to the service manager; and the end.

mod certificates;
mod files;
mod signals;
mod sockets;

use crate::config;
use anyhow::Context as _;
use listen::systemd::{Notifier, State};
use listen::{Handler, Listener, Options};
use signals::Stop;
use std::sync::Arc;
use tokio::time::MissedTickBehavior;

pub(super) use files::connections_within_files;
pub(super) use sockets::bound;

/// Sockets that are open, and nobody served yet.
pub(super) struct Listening {
    listeners: Vec<Listener>,
    notifier: Arc<Notifier>,
    stop: Stop,
}

impl Listening {
    /// Opens those of `settings`, or takes those that a service manager opened. Standard output has a line of each, which is
    /// `told` its origin (`http://127.0.0.1:8080`).
    pub(super) fn open(
        settings: &config::Listening,
        options: &Options,
        told: impl Fn(&str) -> String,
    ) -> anyhow::Result<Listening> {
        let stop = Stop::new()?;
        let notifier = Arc::new(Notifier::from_environment().context("reaching the service manager")?);
        let listeners = sockets::open(settings, options, &notifier, &told)?;
        Ok(Listening { listeners, notifier, stop })
    }

    /// Serves until SIGINT or SIGTERM, and then what is in progress.
    pub(super) async fn serve<H: Handler>(self, handler: H, options: Options) -> anyhow::Result<()> {
        let Listening { listeners, notifier, mut stop } = self;
        tokio::spawn(keep_watchdog(notifier.clone()));
        notifier.tell(&State::Ready);
        let stop = async {
            stop.comes().await;
            notifier.tell(&State::Stopping);
        };
        listen::serve(listeners, Arc::new(handler), options, stop).await.context("serving")
    }
}

/// Tells the service manager, where it wants to know, that this process lives.
async fn keep_watchdog(notifier: Arc<Notifier>) {
    let Some(every) = notifier.watchdog() else { return };
    let mut turns = tokio::time::interval(every);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        turns.tick().await;
        notifier.tell(&State::Watchdog);
    }
}
