//! The edge as a service that any HTTP server of the tower family can call.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use cache::freshness::Content;
use http::{Method, Request, Response, request};
use stdx::clock::Clock;
use store::{Key, Store};

use crate::access_log::AccessLog;
use crate::guard::Guard;
use crate::path::{key_of, split_part, split_token};
use crate::respond::{self, Named};
use crate::response::{Body, no_body};

/// Serves the objects below one folder of a store.
#[derive(Debug, Clone)]
pub struct Edge {
    store: Arc<dyn Store>,
    folder: Key,
    guard: Option<Arc<Guard>>,
    log: Option<AccessLog>,
}

impl Edge {
    /// Serves the objects of `store` below `folder`: where that is `packages`, `/a/b` is the object `packages/a/b`.
    /// To serve them below some path, nest the edge there.
    pub fn new(store: Arc<dyn Store>, folder: Key) -> Edge {
        Edge { store, folder, guard: None, log: None }
    }

    /// Serves who has a token that `guard` takes, and nobody else.
    pub fn guarded(self, guard: Guard) -> Edge {
        Edge { guard: Some(Arc::new(guard)), ..self }
    }

    /// Tells of each request in an event of level `info`, timed by `clock`.
    pub fn logged(self, clock: Arc<dyn Clock>) -> Edge {
        Edge { log: Some(AccessLog::new(clock)), ..self }
    }

    /// The answer to `request`, whose body is not read. Answers every request, if need be with an error status.
    pub async fn respond<B>(&self, request: Request<B>) -> Response<Body> {
        // Bodies need not be shareable between threads; away with it before the first wait.
        let parts = request.into_parts().0;
        let log = self.log.as_ref().and_then(|log| Some((log, log.begin()?)));
        let response = self.answer(&parts).await;
        let response = if parts.method == Method::HEAD { response.map(|_| no_body()) } else { response };
        match log {
            Some((log, start)) => log.follow(start, &parts, response),
            None => response,
        }
    }

    async fn answer(&self, parts: &request::Parts) -> Response<Body> {
        let (token, path) = split_token(parts.uri.path());
        let content = match &self.guard {
            None => Content::Immutable,
            Some(guard) => match guard.admit(token, path, parts) {
                Ok(content) => content,
                Err(denied) => return respond::denied(denied),
            },
        };
        let (path, part) = split_part(path);
        let named = key_of(path, &self.folder).map(|key| Named { key, part });
        respond::respond(&self.store, named, content, parts).await
    }
}

impl<B: Send + 'static> tower::Service<Request<B>> for Edge {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let edge = self.clone();
        Box::pin(async move { Ok(edge.respond(request).await) })
    }
}
