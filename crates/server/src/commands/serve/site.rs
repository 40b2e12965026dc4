//! What is served at one address: media by the edge, all else by the router.
//!
//! Owns which of them answers, and the way between our listener and a router of the tower family. Bodies of requests are read
//! for the router alone, whole, before it is asked.

use crate::commands::serve::MEDIA_PATH;
use axum::Router;
use axum::body::{Body as RouterBody, Bytes, to_bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{Method, Request, StatusCode, request};
use axum::response::{IntoResponse as _, Response};
use control::BODY_BYTES_MAX;
use control::wire::refusal::Refusal;
use edge::Edge;
use listen::{Answer, Body, BodyFault, Handler, Peer, RequestBody};
use tower::ServiceExt as _;

/// Longest answer of the router, which has it in memory in any case: the page's scripts and the grant of a long film are some
/// hundreds of kilobytes.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// The edge, mounted below [`MEDIA_PATH`], and the router.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) edge: Edge,
    pub(super) router: Router,
}

impl Handler for Site {
    async fn answer(&self, request: request::Parts, peer: Peer) -> Answer {
        match is_media(&request) {
            true => self.edge.answer(request, peer).await,
            // Far larger than the other, and rarer: connections that fetch media need no room for it.
            false => Box::pin(self.routed(request, Bytes::new())).await,
        }
    }

    async fn answer_with(&self, request: request::Parts, body: &mut RequestBody<'_>, peer: Peer) -> Answer {
        // RFC 9110, 9.3.1: the body of a GET means nothing.
        if is_media(&request) || matches!(request.method, Method::GET | Method::HEAD) {
            body.pass_over().await;
            return self.answer(request, peer).await;
        }
        match body.read(BODY_BYTES_MAX).await {
            Ok(bytes) => Box::pin(self.routed(request, bytes)).await,
            Err(fault) => answer_of(refusal(fault).into_response()).await,
        }
    }
}

impl Site {
    async fn routed(&self, request: request::Parts, body: Bytes) -> Answer {
        let request = Request::from_parts(request, RouterBody::from(body));
        match self.router.clone().oneshot(request).await {
            Ok(response) => answer_of(response).await,
            Err(never) => match never {},
        }
    }
}

fn is_media(request: &request::Parts) -> bool {
    let below = request.uri.path().strip_prefix(MEDIA_PATH);
    below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}

fn refusal(fault: BodyFault) -> Refusal {
    match fault {
        BodyFault::TooLong => Refusal::body_too_large(BODY_BYTES_MAX),
        BodyFault::TooSlow => Refusal::body_too_slow(),
        BodyFault::Malformed(_) | BodyFault::BrokenOff => Refusal::body_broken(),
        BodyFault::NoRoom => Refusal::too_busy(),
    }
}

/// The router's answer as our listener takes it.
async fn answer_of(response: Response) -> Answer {
    let (mut parts, body) = response.into_parts();
    if parts.status == StatusCode::NOT_MODIFIED {
        // The router says 0, which RFC 9110, 8.6, forbids: it would be the length of what has not changed.
        parts.headers.remove(CONTENT_LENGTH);
    }
    let bytes = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an answer is too long, or broke off");
        parts.status = StatusCode::INTERNAL_SERVER_ERROR;
        parts.headers.clear();
        Bytes::new()
    });
    Answer { status: parts.status, headers: parts.headers, body: Body::Bytes(bytes), done: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_is_what_lies_below_its_path() {
        for (path, expected) in [
            ("/media", true),
            ("/media/", true),
            ("/media/a/b?c", true),
            ("/mediax", false),
            ("/", false),
            ("/api/media/", false),
            ("*", false),
        ] {
            let (request, ()) = Request::builder().uri(path).body(()).unwrap().into_parts();
            assert_eq!(is_media(&request), expected, "{path}");
        }
    }
}
