//! A parent that counts what is asked of it, and a tier before it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::Request;
use axum::middleware::{self, Next};
use bytes::Bytes;
use edge::tier::{Options, Parent, Upstream};
use edge::{Edge, Tier};
use fetch::{Client, Trust};
use http::response::Parts;
use http_body_util::BodyExt;
use slices::Slices;
use stdx::clock::ManualClock;
use store::{Key, Memory, Store};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// The film's path.
pub(crate) const FILM: &str = "/0f/film.mp4";

/// The path of another film with the same bytes.
pub(crate) const OTHER: &str = "/1f/film.mp4";

/// Three slices and a half, in a pattern that shows a shift.
pub(crate) fn film() -> Vec<u8> {
    (0..(7_u32 << 19)).map(|i| (i ^ (i >> 8) ^ (i >> 16)) as u8).collect()
}

/// When a parent answers.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Pause {
    None,
    UntilTold,
}

/// A parent with the film.
pub(crate) struct Origin {
    pub(crate) edge: Edge,
    address: std::net::SocketAddr,
    counts: Arc<Counts>,
}

struct Counts {
    requests: AtomicU64,
    sent: AtomicU64,
    asked: Semaphore,
    go: Semaphore,
}

impl Origin {
    pub(crate) async fn start(pause: Pause) -> Origin {
        let store = Memory::new();
        let folder = Key::new("packages").unwrap();
        for path in [FILM, OTHER] {
            store.put(&folder.join(&path[1..]).unwrap(), Bytes::from(film())).await.unwrap();
        }
        let edge = Edge::origin(Arc::new(store), folder, Arc::new(ManualClock::default()));
        let counts = Arc::new(Counts {
            requests: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            asked: Semaphore::new(0),
            go: Semaphore::new(if pause == Pause::None { Semaphore::MAX_PERMITS } else { 0 }),
        });
        let counted = counts.clone();
        let count = move |request: Request, next: Next| count(counted.clone(), request, next);
        let router = axum::Router::new().nest_service("/media", edge.clone());
        let address = serve(router.layer(middleware::from_fn(count))).await;
        Origin { edge, address, counts }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/media/", self.address)
    }

    /// Requests so far.
    pub(crate) fn requests(&self) -> u64 {
        self.counts.requests.load(Ordering::Relaxed)
    }

    /// Bytes of bodies so far.
    pub(crate) fn sent(&self) -> u64 {
        self.counts.sent.load(Ordering::Relaxed)
    }

    /// Waits until something was asked.
    pub(crate) async fn asked(&self) {
        self.counts.asked.acquire().await.unwrap().forget();
    }

    /// Lets all requests be answered.
    pub(crate) fn go(&self) {
        self.counts.go.add_permits(Semaphore::MAX_PERMITS / 2);
    }
}

async fn serve(router: axum::Router) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

async fn count(counts: Arc<Counts>, request: Request, next: Next) -> axum::response::Response {
    counts.requests.fetch_add(1, Ordering::Relaxed);
    counts.asked.add_permits(1);
    counts.go.acquire().await.unwrap().forget();
    let (head, body) = next.run(request).await.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    counts.sent.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    http::Response::from_parts(head, bytes.into())
}

/// An edge on a tier.
pub(crate) struct Edged {
    pub(crate) edge: Edge,
    pub(crate) tier: Tier,
    pub(crate) clock: Arc<ManualClock>,
}

impl Edged {
    /// Its URL as a parent.
    pub(crate) async fn url(&self) -> String {
        let router = axum::Router::new().nest_service("/media", self.edge.clone());
        format!("http://{}/media/", serve(router).await)
    }

    /// Waits until nothing is on its way.
    pub(crate) async fn settled(&self) {
        while self.tier.figures().fills > 0 {
            tokio::task::yield_now().await;
        }
    }
}

pub(crate) fn tier(folder: &TempDir, parents: &[&str]) -> Edged {
    tier_of(folder, parents, 1 << 30)
}

pub(crate) fn tier_of(folder: &TempDir, parents: &[&str], capacity_bytes: u64) -> Edged {
    tier_with(folder, parents, capacity_bytes, &[])
}

/// One that has pinned what begins with `pinned`.
pub(crate) fn tier_with(folder: &TempDir, parents: &[&str], capacity_bytes: u64, pinned: &[&str]) -> Edged {
    let (slices, _) = Slices::open(slices::Options::new(folder.path())).unwrap();
    let clock = Arc::new(ManualClock::default());
    clock.advance_ms(1_000_000);
    let client = Client::new(Trust::public()).unwrap();
    let packages = Key::new("packages").unwrap();
    let parent = |url: &&str| {
        let parent = Parent::new(client.clone(), url, packages.clone(), None, clock.clone());
        (Arc::new(parent) as Arc<dyn Upstream>, 0)
    };
    let tier = Tier::new(Options {
        slices,
        capacity_bytes,
        memory_bytes: 64 << 20,
        parents: parents.iter().map(parent).collect(),
        pinned: pinned.iter().map(|&prefix| prefix.to_owned()).collect(),
        is_guarded: false,
        clock: clock.clone(),
    });
    Edged { edge: Edge::new(Arc::new(tier.clone()), packages), tier, clock }
}

pub(crate) async fn get(edge: &Edge, path: &str, headers: &[(&str, &str)]) -> (Parts, Bytes) {
    ask(edge, "GET", path, headers).await
}

pub(crate) async fn ask(edge: &Edge, method: &str, path: &str, headers: &[(&str, &str)]) -> (Parts, Bytes) {
    let mut request = http::Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (head, body) = edge.respond(request.body(()).unwrap()).await.into_parts();
    (head, body.collect().await.unwrap().to_bytes())
}
