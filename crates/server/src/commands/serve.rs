//! `matinee serve`: all roles on one address.

mod services;

use crate::config::{Access, Config};
use crate::listen::{self, Limits};
use crate::{app, workspace};
use anyhow::{Context as _, ensure};
use control::{EdgeTokens, Licences, MediaUrls, Operator};
use edge::Guard;
use std::io::Write;
use std::sync::Arc;
use stdx::clock::{Clock, SystemClock};
use store::Key;
use tokio::net::TcpListener;

/// Where the edge answers.
pub(super) const MEDIA_PATH: &str = "/media";

/// The store's folder that the edge serves: what is published, and nothing else.
pub(super) const PACKAGES: &str = "packages";

/// Name of the secret that signs the edge's tokens.
pub(super) const ACCESS_SECRET: &str = "edge token";

/// Files that need no token: the catalogue shows them.
pub(super) const OPEN_FILES: &[&str] = &["poster.jpg"];

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let store = workspace::store(config).await?;
    let db = workspace::db(config).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let keys = workspace::keys(config, &db).await?;
    let mut edge = edge::Edge::origin(store, Key::new(PACKAGES)?, clock.clone()).logged(clock.clone());
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
        state = state.with_edge_tokens(EdgeTokens::new(secret, config.access_token_s, clock));
    }
    let control = control::router(state, app::files());
    let service = control.nest_service(MEDIA_PATH, edge);

    let doing = || format!("listening on {} (setting serve.listen)", config.listen);
    let listener = TcpListener::bind(config.listen).await.with_context(doing)?;
    let address = listener.local_addr().with_context(doing)?;
    writeln!(std::io::stdout(), "Matinee serves {} at http://{address}/", config.data_dir.display())?;

    listen::serve(listener, service, Limits::default().within_files(), signal()).await;
    Ok(())
}

/// Ends with SIGINT or SIGTERM.
pub(super) async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be watched; stop with SIGINT");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
