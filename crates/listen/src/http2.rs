//! One connection with HTTP/2: hyper's frames on our records.
//!
//! Owns what goes in and out of hyper, and how long such a connection may be without anything going on. hyper asks for a flush
//! after every frame; they go out when it has nothing more to say for the moment, as many as fit into a batch of records.

mod io;

use http::header::{DATE, HOST};
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, request};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use tokio::sync::watch;

use crate::connection::with_date;
use crate::head::Refused;
use crate::respond;
use crate::tls::Tls;
use crate::{Handler, Options, Peer, Streamed};
use io::{Shared, SharedTls};

/// Requests at once on a connection: what browsers take for granted.
const STREAMS_MAX: u32 = 100;

/// Bytes of answers that wait in a connection for the client to take them.
const SEND_BYTES_MAX: usize = 512 << 10;

/// Bytes of bodies that a client may send unasked (RFC 9113, 6.9.2, has no less); nobody reads them.
const RECEIVE_BYTES: u32 = (64 << 10) - 1;

/// Streams that a client may reset before we have looked at them (CVE-2023-44487).
const RESETS_MAX: usize = 20;

/// Periods of [`Limits::idle`](crate::Limits::idle) without a byte in either direction: after the first a connection without
/// requests is asked to end, after these it is gone.
const SILENT_PERIODS_MAX: u32 = 2;

/// Answers until the client, its limits or the server's stop end it.
pub(crate) async fn run<H: Handler>(
    tls: Box<Tls>,
    peer: Peer,
    handler: Arc<H>,
    options: Arc<Options>,
    mut stop: watch::Receiver<bool>,
) {
    let shared = Shared::new(tls);
    let clock = options.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (handler, options) = (handler.clone(), clock.clone());
        async move { Ok::<_, Infallible>(response(request, peer, &*handler, &options).await) }
    });
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .auto_date_header(false)
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(RECEIVE_BYTES)
        .initial_connection_window_size(RECEIVE_BYTES)
        .max_send_buf_size(SEND_BYTES_MAX)
        .max_header_list_size(u32::try_from(options.limits.head_bytes).unwrap_or(u32::MAX))
        .max_pending_accept_reset_streams(RESETS_MAX);
    let mut connection = pin!(builder.serve_connection(SharedTls(shared.clone()), service));
    let mut period = tokio::time::interval(options.limits.idle);
    period.tick().await;
    let (mut seen, mut silent) = (shared.moved(), 0);
    let mut stopping = false;
    loop {
        tokio::select! {
            biased;
            ended = driven(connection.as_mut(), &shared) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, peer = %peer.address, "a connection ended early");
                }
                break;
            }
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = period.tick() => {
                let moved = shared.moved();
                silent = if moved == seen { silent + 1 } else { 0 };
                seen = moved;
                match silent {
                    0 => {}
                    SILENT_PERIODS_MAX.. => break,
                    _ => connection.as_mut().graceful_shutdown(),
                }
            }
        }
    }
}

/// Polls hyper, and then sends what it wrote.
async fn driven<C>(mut connection: Pin<&mut C>, shared: &Shared) -> hyper::Result<()>
where
    C: Future<Output = hyper::Result<()>>,
{
    poll_fn(|context| {
        let polled = connection.as_mut().poll(context);
        // An error comes up again when hyper next reads or writes.
        let flushed = shared.poll_flush(context);
        match polled {
            // The last frames are still to go.
            Poll::Ready(Ok(())) if flushed.is_pending() => Poll::Pending,
            polled => polled,
        }
    })
    .await
}

async fn response<H: Handler>(
    request: Request<Incoming>,
    peer: Peer,
    handler: &H,
    options: &Options,
) -> Response<Streamed> {
    let (parts, _unread) = request.into_parts();
    let method = parts.method.clone();
    let answer = match sought(parts, options) {
        Ok(parts) => handler.answer(parts, peer).await,
        Err(refused) => respond::refusal(refused),
    };
    let (answer, length) = respond::settled(answer, &method);
    let mut response = answer.streamed_as(length);
    with_date(&*options.clock, |date| {
        if let Ok(date) = HeaderValue::from_str(date) {
            response.headers_mut().insert(DATE, date);
        }
    });
    response
}

/// The request as HTTP/1.1 would have it: its target a path, its host a header field.
fn sought(mut parts: request::Parts, options: &Options) -> Result<request::Parts, Refused> {
    if parts.method == Method::CONNECT {
        return Err(Refused { status: StatusCode::NOT_IMPLEMENTED, why: "nothing is tunnelled here" });
    }
    let path = parts.uri.path_and_query().cloned();
    let path =
        path.ok_or(Refused { status: StatusCode::BAD_REQUEST, why: "the request's target has no path" })?;
    if path.as_str().len() > options.limits.target_bytes {
        return Err(Refused { status: StatusCode::URI_TOO_LONG, why: "the request's target is too long" });
    }
    let host = parts.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = host {
        parts.headers.insert(HOST, host);
    }
    parts.uri = Uri::from(path);
    Ok(parts)
}
