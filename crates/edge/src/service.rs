//! The edge as a handler of our listener, and as a service that any HTTP server of the tower family can call.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use cache::cmcd::Cmcd;
use cache::cmsd::{self, Dynamic};
use cache::freshness::Content;
use http::{HeaderName, HeaderValue, Method, Request, Response, request};
use listen::{Answer, Body, Handler, Path, Peer, Streamed};
use stdx::clock::Clock;
use store::{Key, Store};

use crate::access_log::AccessLog;
use crate::asked::asked;
use crate::guard::Guard;
use crate::path::{key_of, split_part, split_token};
use crate::respond::{self, Wanted};
use crate::response::CacheName;
use crate::source::{Origin, Source};

/// What an edge calls itself where it has no other name.
const NAME: &str = "matinee";

/// Serves the objects below one folder of a source.
#[derive(Debug, Clone)]
pub struct Edge {
    source: Arc<dyn Source>,
    folder: Key,
    /// Path below which requests come, without a slash at its end; empty where somebody else took it off.
    mount: Arc<str>,
    name: Arc<CacheName>,
    guard: Option<Arc<Guard>>,
    log: Option<AccessLog>,
    /// Tells how long answers take, where that is told.
    clock: Option<Arc<dyn Clock>>,
}

impl Edge {
    /// Serves the objects of `source` below `folder`: where that is `packages`, `/a/b` is the object `packages/a/b`.
    /// To serve them below some path, nest the edge there.
    pub fn new(source: Arc<dyn Source>, folder: Key) -> Edge {
        let name = Arc::new(CacheName::new(NAME));
        Edge { source, folder, mount: "".into(), name, guard: None, log: None, clock: None }
    }

    /// Serves the objects of `store` below `folder`; `clock` tells how long files have been open.
    pub fn origin(store: Arc<dyn Store>, folder: Key, clock: Arc<dyn Clock>) -> Edge {
        Edge::new(Arc::new(Origin::new(store, clock)), folder)
    }

    /// Calls itself `name` in `Cache-Status`: letters, digits and `-_.` (a token of RFC 8941).
    pub fn named(self, name: &str) -> Edge {
        Edge { name: Arc::new(CacheName::new(name)), ..self }
    }

    /// Answers requests below the path `mount`, such as `/media`, and knows no other.
    pub fn mounted(self, mount: &str) -> Edge {
        Edge { mount: mount.trim_end_matches('/').into(), ..self }
    }

    /// Serves who has a token that `guard` takes, and nobody else.
    pub fn guarded(self, guard: Guard) -> Edge {
        Edge { guard: Some(Arc::new(guard)), ..self }
    }

    /// Tells of each request in an event of level `info`, and players that tell of themselves (CMCD) how long it took (CMSD),
    /// both timed by `clock`.
    pub fn logged(self, clock: Arc<dyn Clock>) -> Edge {
        Edge { log: Some(AccessLog::new(clock.clone())), clock: Some(clock), ..self }
    }

    /// The answer to `request`, whose body is not read. Answers every request, if need be with an error status.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<Streamed> {
        // Bodies need not be shareable between threads; away with it before the first wait.
        let parts = request.into_parts().0;
        self.answer_logged(&parts, None).await.streamed()
    }

    async fn answer_logged(&self, parts: &request::Parts, peer: Option<Peer>) -> Answer {
        let log = self.log.as_ref().and_then(|log| Some((log, log.begin()?)));
        // A path elsewhere is one that names nothing.
        let path = parts.uri.path().strip_prefix(&*self.mount).unwrap_or_default();
        let (token, path) = split_token(path);
        let told = self
            .clock
            .as_ref()
            .filter(|_| Cmcd::is_in(parts.uri.query(), parts.headers.keys().map(HeaderName::as_str)));
        let begin = told.map(|clock| clock.monotonic());
        let mut answer = self.answer_to(parts, token, path, peer.map(|peer| peer.connection)).await;
        if let (Some(clock), Some(begin)) = (told, begin) {
            let delay = clock.monotonic().saturating_sub(begin);
            self.tell(&mut answer, delay, peer.and_then(|peer| peer.path));
        }
        if parts.method == Method::HEAD {
            answer.body = Body::Empty;
        }
        match log {
            Some((log, start)) => log.follow(start, path, parts, answer),
            None => answer,
        }
    }

    /// Tells a player that has told of itself how long it waited, and of the way to it.
    fn tell(&self, answer: &mut Answer, delay: Duration, path: Option<Path>) {
        let ms = |time: Duration| u64::try_from(time.as_millis()).ok();
        let told = Dynamic {
            server: self.name.as_str(),
            response_delay_ms: ms(delay),
            round_trip_ms: path.and_then(|path| ms(path.round_trip)),
            throughput_kbps: path.and_then(|path| Some(path.bytes_per_s()? / 125)),
        };
        if let Ok(value) = HeaderValue::from_str(&told.to_string()) {
            answer.headers.insert(HeaderName::from_static(cmsd::DYNAMIC), value);
        }
    }

    async fn answer_to(
        &self,
        parts: &request::Parts,
        token: Option<&str>,
        path: &str,
        connection: Option<u64>,
    ) -> Answer {
        let content = match &self.guard {
            None => Content::Immutable,
            Some(guard) => match guard.admit(token, path, parts) {
                Ok(content) => content,
                Err(denied) => return respond::denied(denied),
            },
        };
        let (path, part) = split_part(path);
        let wanted = key_of(path, &self.folder).map(|key| Wanted {
            asked: asked(parts, key, path, &self.folder, connection),
            part,
            content,
        });
        respond::respond(&*self.source, &self.name, wanted, parts).await
    }
}

impl Handler for Edge {
    async fn answer(&self, request: request::Parts, peer: Peer) -> Answer {
        self.answer_logged(&request, Some(peer)).await
    }
}

impl<B: Send + 'static> tower::Service<Request<B>> for Edge {
    type Response = Response<Streamed>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Streamed>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move { Ok(edge.respond(request).await) })
    }
}
