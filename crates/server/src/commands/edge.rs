//! `matinee edge`: an edge of its own, in front of other edges or of the films in the data folder.

use crate::commands::listening::{Listening, bound, connections_within_files};
use crate::commands::serve::{self, MEDIA_PATH, OPEN_FILES, PACKAGES};
use crate::config::{Access, Config, STORE};
use crate::workspace;
use anyhow::Context as _;
use edge::tier::{Options, Parent, Pass, Upstream};
use edge::{Admin, Guard, Tier};
use fetch::{Pace, Signer};
use listen::ktls;
use slices::Slices;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;
use stdx::clock::{Clock, SystemClock};
use store::Key;
use tokio::sync::watch;

/// Files that an edge has open beside its connections: those that an origin keeps open, or the volumes of a terabyte.
const OTHER_FILES: u64 = 8192;

/// Ranks of parents.
const PARENT: u8 = 0;
const FALLBACK: u8 = 1;

/// Serves until SIGINT or SIGTERM.
pub(crate) async fn run(config: &Config) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let secret = secret(config, &clock).await?;
    let packages = Key::new(PACKAGES)?;
    let tier = match config.edge.parents.is_empty() {
        true => None,
        false => Some(tier(config, secret, &packages, &clock)?),
    };
    let mut edge = match &tier {
        Some(tier) => edge::Edge::new(Arc::new(tier.clone()), packages),
        None => edge::Edge::origin(workspace::store(config).await?, packages, clock.clone()),
    };
    edge = edge.named(&config.edge.name).mounted(MEDIA_PATH).logged(clock.clone());
    if let Some(secret) = secret {
        edge = edge.guarded(Guard::new(secret, MEDIA_PATH, OPEN_FILES, clock.clone()));
    }
    serve_on(config, edge, tier.as_ref(), clock).await?;
    if let Some(tier) = tier {
        tier.close().await.context("ending the edge's folder in order")?;
    }
    Ok(())
}

/// What signs the tokens that viewers show, where they have to.
async fn secret(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<[u8; 32]>> {
    if config.access == Access::Open {
        return Ok(None);
    }
    if config.edge.secret.0.is_empty() {
        workspace::must_exist(config).context("edge.access is token, and edge.secret is not given")?;
        let db = workspace::db(config).await?;
        let keys = workspace::keys(config, &db).await?;
        return Ok(Some(keys.secret(serve::ACCESS_SECRET, clock.now_ms()).await?));
    }
    let mut secret = [0; 32];
    for (byte, digits) in secret.iter_mut().zip(config.edge.secret.0.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits)?, 16).context("edge.secret")?;
    }
    Ok(Some(secret))
}

fn tier(
    config: &Config,
    secret: Option<[u8; 32]>,
    packages: &Key,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Tier> {
    let settings = &config.edge;
    let folder = settings.dir.clone().unwrap_or_else(|| config.data_dir.join("edge"));
    let (slices, recovered) = Slices::open(slices::Options::new(&folder))
        .with_context(|| format!("opening the edge's folder {}", folder.display()))?;
    tracing::info!(slices = recovered.usage.slices, bytes = recovered.usage.bytes, "what was kept is there");
    if recovered.read_only {
        tracing::error!(folder = %folder.display(), "the disk is read-only: nothing more is kept");
    }
    let client = workspace::client(config)?;
    let patience = Duration::from_millis(settings.parent_ms);
    let pace = Pace { connect: patience, head: patience, stall: patience };
    let parent = |url: &String, rank: u8| {
        if let Some(base) = url.strip_prefix(STORE) {
            let signer = Signer {
                region: settings.s3_region.clone(),
                key_id: settings.s3_key_id.clone(),
                secret: settings.s3_secret.0.clone(),
            };
            let store = Parent::store(client.clone(), base, packages.clone(), signer, clock.clone());
            return (Arc::new(store.with_pace(pace)) as Arc<dyn Upstream>, rank);
        }
        let pass = secret.map(|secret| Pass { secret, mount: mount_of(url).to_owned() });
        let parent = Parent::new(client.clone(), url, packages.clone(), pass, clock.clone());
        (Arc::new(parent.with_pace(pace)) as Arc<dyn Upstream>, rank)
    };
    let parents = settings.parents.iter().map(|url| parent(url, PARENT));
    let fallbacks = settings.fallbacks.iter().map(|url| parent(url, FALLBACK));
    let pinned = settings.pin.iter().map(|path| format!("{packages}/{}", path.trim_start_matches('/')));
    Ok(Tier::new(Options {
        slices,
        capacity_bytes: settings.capacity_bytes,
        memory_bytes: settings.memory_bytes,
        parents: parents.chain(fallbacks).collect(),
        pinned: pinned.collect(),
        is_guarded: secret.is_some(),
        clock: clock.clone(),
    }))
}

/// The path of a URL, without a slash at its end.
fn mount_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("", |slash| rest[slash..].trim_end_matches('/'))
}

async fn serve_on(
    config: &Config,
    edge: edge::Edge,
    tier: Option<&Tier>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<()> {
    let settings = &config.edge;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let limits = listen::Limits {
        connections: settings.connections.min(connections_within_files(OTHER_FILES, 1)),
        connections_of_client: settings.connections_of_client,
        ..listen::Limits::default()
    };
    let options = listen::Options {
        threads: settings.threads.unwrap_or(cores),
        congestion: settings.congestion.clone(),
        kernel_tls: settings.kernel_tls && kernel_has_tls(),
        limits,
        clock,
    };
    let told = |origin: &str| format!("Matinee's edge serves at {origin}{MEDIA_PATH}/");
    let listening = Listening::open(&settings.listening, &options, told)?;
    let (stopping, stopped) = watch::channel(());
    if let Some(tier) = tier {
        let admin = Admin::new(tier.clone(), PACKAGES, &config.operator_token.0);
        let options = listen::Options { threads: 1, ..options.clone() };
        let listeners = bound("edge.admin", &settings.admin, 1)?;
        tokio::spawn(listen::serve(listeners, Arc::new(admin), options, ended(stopped)));
        if settings.scrub {
            tokio::spawn(tier.clone().keep_scrubbing());
        }
    }
    listening.serve(edge, options).await?;
    drop(stopping);
    Ok(())
}

/// Whether the kernel can encrypt. Says so where it was asked to and cannot.
fn kernel_has_tls() -> bool {
    match ktls::probe() {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(%error, "this kernel has no TLS (CONFIG_TLS); records are made here");
            false
        }
    }
}

async fn ended(mut stopped: watch::Receiver<()>) {
    // Fails when the sender goes, which is the word.
    let _ = stopped.changed().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_is_the_urls_path() {
        for (url, expected) in [
            ("https://a.example/media/", "/media"),
            ("http://a:1/x/y", "/x/y"),
            ("http://a", ""),
            ("http://a/", ""),
        ] {
            assert_eq!(mount_of(url), expected, "{url}");
        }
    }
}
