//! `matinee serve`: all roles at one address, or at several.

mod services;
mod site;

use crate::commands::listening::{Listening, connections_within_files};
use crate::config::{Access, Config};
use crate::{app, workspace};
use anyhow::ensure;
use control::{EdgeTokens, Licences, MediaUrls, Operator};
use edge::Guard;
use site::Site;
use std::num::NonZero;
use std::sync::Arc;
use stdx::clock::{Clock, SystemClock};
use store::Key;

/// Where the edge answers.
pub(super) const MEDIA_PATH: &str = "/media";

/// The store's folder that the edge serves: what is published, and nothing else.
pub(super) const PACKAGES: &str = "packages";

/// Name of the secret that signs the edge's tokens.
pub(super) const ACCESS_SECRET: &str = "edge token";

/// Files that need no token: the catalogue shows them.
pub(super) const OPEN_FILES: &[&str] = &["poster.jpg"];

/// Connections at once, where the system has files for them: 140 MB of idle ones.
const CONNECTIONS: usize = 16_384;

/// Files that are open for other reasons than connections.
const OTHER_FILES: u64 = 256;

/// Files that a connection may hold: itself, and the object that it is sent.
const FILES_OF_CONNECTION: u64 = 2;

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let store = workspace::store(config).await?;
    let db = workspace::db(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let keys = workspace::keys(config, &db).await?;
    let mut edge = edge::Edge::origin(store, Key::new(PACKAGES)?, clock.clone())
        .mounted(MEDIA_PATH)
        .logged(clock.clone());
    let client = workspace::client(config)?;
    let licences = Licences::new(keys.clone(), config.licence.clone(), clock.clone());
    let licences = services::with_services(config, licences, &client)?;
    let entitlements = services::entitlements(config, &client, clock.clone())?;
    let media_urls = MediaUrls::new(&config.media_urls);
    ensure!(
        config.access == Access::Open || media_urls.share_a_path(),
        "with edge.access = token all addresses in serve.media_url need the same path: a token opens one"
    );
    let mut state =
        control::State::new(db, media_urls).with_licences(licences).with_entitlements(entitlements);
    if !config.operator_token.0.is_empty() {
        state = state.with_operator(Operator::new(&config.operator_token.0));
    }
    if config.access == Access::Token {
        let secret = keys.secret(ACCESS_SECRET, clock.now_ms()).await?;
        edge = edge.guarded(Guard::new(secret, MEDIA_PATH, OPEN_FILES, clock.clone()));
        state = state.with_edge_tokens(EdgeTokens::new(secret, config.access_token_s, clock.clone()));
    }
    let site = Site { edge, router: control::router(state, app::files()) };
    let options = options(clock);
    let told = |origin: &str| format!("Matinee serves {} at {origin}/", config.data_dir.display());
    Listening::open(&config.listening, &options, told)?.serve(site, options).await
}

fn options(clock: Arc<dyn Clock>) -> listen::Options {
    let connections = CONNECTIONS.min(connections_within_files(OTHER_FILES, FILES_OF_CONNECTION));
    listen::Options {
        threads: std::thread::available_parallelism().map_or(1, NonZero::get),
        limits: listen::Limits { connections, ..listen::Limits::default() },
        clock,
        ..listen::Options::default()
    }
}
